"""The version of the engine, stamped on every proof."""

__version__ = "0.1.0"
