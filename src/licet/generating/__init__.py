"""Books of invented acts, of any size and always the same for the same seed."""
