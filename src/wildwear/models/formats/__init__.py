"""What a model can be exported as."""
