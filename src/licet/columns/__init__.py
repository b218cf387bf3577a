"""Many acts at once: the rules over columns, in several engines that mean the same."""
