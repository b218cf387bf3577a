"""The command line: ``licet check``, ``decide``, ``explain``, ``verify`` and ``law``."""

from licet.cli.main import main

__all__ = ["main"]
