"""Alike: lines of an order book that read alike to the law, and are told alike, decided once.

For a book of acts in memory whose every line is to be told in words: what is found for the first of
some lines is what :func:`licet.decisions.book.decide_book` would find for each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from licet.act import Act
from licet.columns.acts import to_arrow
from licet.columns.coding import grouped
from licet.columns.signing import Signer
from licet.decisions.book import Line
from licet.decisions.decide import Decision, decide
from licet.decisions.end_use import with_stated_end_use
from licet.language.instrument import Moment
from licet.regime import Regime

_AT_ONCE = 50_000


def decide_alike(
    acts: Iterable[Act],
    regime: Regime,
    as_of: Moment | None = None,
    known_at: Moment | None = None,
    unrelieved: bool = False,
) -> Iterator[Line]:
    """The lines of a book in order, as ``decide_book`` gives them; lines alike share a decision."""
    signer = Signer(regime, (), as_of, known_at)
    numbered = iter(enumerate((with_stated_end_use(act, regime) for act in acts), 1))
    while some := list(islice(numbered, _AT_ONCE)):
        found: dict[int, Decision] = {}
        table = to_arrow((Act(act.facts, act.parties) for _, act in some), regime.vocabulary)
        signed = signer.sign(table.combine_chunks().to_batches()[0])
        groups, _ = grouped([signed.patterns, *signed.told], len(some))
        for row, (number, act) in enumerate(some):
            if (problem := signed.problems.get(row)) is not None:
                yield Line(number, act, None, problem)
                continue
            group = int(groups[row])
            if group not in found:
                found[group] = decide(act, regime, as_of, known_at, unrelieved)
            moment = as_of if as_of is not None else act.facts["act.date"]
            yield Line(number, act, found[group], as_of=moment)  # type: ignore[arg-type]  # a date
