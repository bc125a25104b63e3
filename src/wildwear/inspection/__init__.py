"""The machine's first pass over pictures: how they were taken, which are suspect, which look alike."""
