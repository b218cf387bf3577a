"""The server put together and run: every face behind one ``licet serve``."""
