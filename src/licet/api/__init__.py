"""JSON faces: our own API, and those that existing clients already speak."""
