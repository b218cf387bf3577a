"""Faults that a person can mend, each saying where and how."""

from __future__ import annotations


class LicetError(Exception):
    """Anything Licet refuses to go on with; the message names the place and the remedy."""


class LawError(LicetError):
    """A law file does not say anything Licet can hold to."""


class FactError(LicetError):
    """A fact is misspelt, of the wrong type or out of its range."""
