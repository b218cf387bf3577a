"""What a fact can be: a value, known to be absent, or unknown.

Absent, unknown and misspelt are three different things. *Unknown* is ``None``: nobody
has said. *Absent* is :data:`ABSENT`: somebody has said that there is none (no
certificate, no licence exception claimed). *Misspelt* never gets this far: the
vocabulary refuses it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime


class Absent(enum.Enum):
    """The type of :data:`ABSENT`, written ``none`` in law files and order books."""

    NONE = "none"

    def __repr__(self) -> str:
        return "none"


ABSENT = Absent.NONE


@dataclass(frozen=True, slots=True)
class PartlyKnown:
    """A set of which some members are sure and some are open, e.g. reasons for control."""

    sure: frozenset[str]
    open: frozenset[str]

    def has(self, member: str) -> bool | None:
        """Whether ``member`` belongs: true, false, or ``None`` while it is open."""
        if member in self.sure:
            return True
        return None if member in self.open else False

    def __str__(self) -> str:
        return " ".join([*sorted(self.sure), *(f"{m}?" for m in sorted(self.open))]) or "nothing"


Truth = bool | None
Scalar = str | int | float | bool | date | datetime
Value = Scalar | frozenset[str] | PartlyKnown | Absent
Known = Value | None


def members(value: Iterable[str]) -> frozenset[str]:
    """A set-valued fact from any collection of its members."""
    return frozenset(value)


def all_of(truths: Iterable[Truth]) -> Truth:
    """Kleene conjunction: false wins over unknown, unknown over true."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """Kleene disjunction: true wins over unknown, unknown over false."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            result = None
    return result


def negation(truth: Truth) -> Truth:
    """Kleene negation: the opposite of what is known, unknown otherwise."""
    return None if truth is None else not truth


def spoken(value: Known) -> str:
    """A value as a person would read it: ``unknown``, ``none``, ``yes``, ``2019-05-16``."""
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case Absent():
            return "none"
        case frozenset():
            return " ".join(sorted(value)) or "nothing"
        case datetime():
            return value.isoformat(timespec="minutes")
        case date():
            return value.isoformat()
        case float():
            return f"{value:g}"
    return str(value)
