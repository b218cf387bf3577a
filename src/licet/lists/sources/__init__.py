"""One reader for each published format; each turns a file into records and invents nothing."""
