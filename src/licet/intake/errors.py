"""What goes wrong on the way in: a whole file that cannot be read, or one cell that cannot."""

from __future__ import annotations

from licet.language.errors import LicetError


class IntakeError(LicetError):
    """A file is no order book at all: unreadable, without a usable header, or with one repeated."""


class Misread(Exception):  # noqa: N818 (not a fault of the program: it always becomes a reject)
    """One cell does not say anything that can be used; it never leaves this package.

    ``problem`` says what was found and expected, ``remedy`` how a person mends it.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
