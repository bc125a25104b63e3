"""The page on which people say what clips show, and settle what they differ about."""
