"""Several: one book under several laws side by side, with what turns against the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from licet.act import Act
from licet.changes.compare import Undecided, View, decided
from licet.changes.impact import Row, staked
from licet.decisions.decide import Decision
from licet.decisions.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Several:
    """``rows`` have lines and money by view and outcome, ``turned`` the lines that come out otherwise.

    Both name their view by its place (``view``); lines that are ``undecided`` in some view are in none.
    """

    views: tuple[View, ...]
    rows: tuple[Row, ...]
    turned: tuple[Row, ...]
    undecided: tuple[Undecided, ...]


def under_several(acts: Iterable[Act], views: Sequence[View]) -> Several:
    """What a book comes to in each of several views; only outcomes are kept, not the decisions."""
    book = tuple(acts)
    outcomes: list[list[Outcome | None]] = []
    undecided: dict[int, Undecided] = {}
    for view in views:
        own: list[Outcome | None] = []
        for place, made in enumerate(decided(book, view)):
            own.append(made.outcome if isinstance(made, Decision) else None)
            if isinstance(made, Undecided):
                undecided.setdefault(place, made)
        outcomes.append(own)
    kept = [place for place in range(len(book)) if place not in undecided]
    rows: list[Row] = []
    turned: list[Row] = []
    for number, own in enumerate(outcomes):
        for outcome in Outcome:
            these = (book[place] for place in kept if own[place] is outcome)
            rows += [{"view": number, "outcome": outcome.value, **stake} for stake in staked(these)]
        others = (book[place] for place in kept if own[place] is not outcomes[0][place])
        turned += [{"view": number, **stake} for stake in staked(others)]
    return Several(tuple(views), tuple(rows), tuple(turned), tuple(undecided.values()))
