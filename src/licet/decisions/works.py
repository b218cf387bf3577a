"""Works: what an instrument did, to which rules, listings and tables."""

from __future__ import annotations

from dataclasses import dataclass

from licet.decisions.calendar import Turn, calendar
from licet.language.rule import Rule
from licet.language.window import Window
from licet.parties.listing import Listing
from licet.regime import Regime


@dataclass(frozen=True, slots=True)
class Work:
    """A window of a rule that an instrument made, or that it ``struck``."""

    rule: Rule
    window: Window
    struck: bool


@dataclass(frozen=True, slots=True)
class Works:
    """What one instrument did.

    ``entries`` are the versions of listings in the law's own tables that it made, ``turns`` the days on
    which lists and tables turned because of it.
    """

    rules: tuple[Work, ...]
    entries: tuple[Listing, ...]
    turns: tuple[Turn, ...]


def works(regime: Regime, citation: str) -> Works:
    """What the instrument with this citation did."""
    rules = [Work(r, w, False) for r in regime.book for w in r.windows if w.by == citation]
    rules += [Work(r, w, True) for r in regime.book for w in r.windows if w.struck_by == citation]
    own = (regime.own or regime.listings).versions.values()
    entries = sorted((v for versions in own for v in versions if v.by == citation), key=lambda v: v.name)
    turns = tuple(t for t in calendar(regime) if t.by == citation and not t.rule)
    return Works(tuple(rules), tuple(entries), turns)
