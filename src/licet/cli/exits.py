"""Exit codes, the same for every command."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from licet.decisions.outcome import Outcome


class Exit(IntEnum):
    """What a script is told."""

    CLEAR = 0
    STOP = 1
    USAGE = 2
    FACTS_MISSING = 3
    DAMAGED = 4
    OUR_FAULT = 70


def exit_for(outcomes: Iterable[Outcome], damaged: bool = False) -> Exit:
    """The code for a run: damaged input outranks a stop, a stop outranks missing facts."""
    found = set(outcomes)
    if damaged:
        return Exit.DAMAGED
    if found & {Outcome.FORBIDDEN, Outcome.LICENCE_REQUIRED}:
        return Exit.STOP
    return Exit.FACTS_MISSING if Outcome.INDETERMINATE in found else Exit.CLEAR
