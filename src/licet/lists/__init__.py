"""Published lists: read from their publishers' files, kept in two-time history, compared."""
