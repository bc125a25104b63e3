"""`python -m wildwear`."""

from wildwear.cli import main

if __name__ == "__main__":
    main()
