"""Tagging movies: who wears what, from when to when."""
