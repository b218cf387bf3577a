"""Screening for the API: rows of parties in, the best candidate of each listed party out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from licet.api.listed import on_lists
from licet.language.instrument import day
from licet.language.values import Truth
from licet.language.window import Clock
from licet.regime import Regime
from licet.reviews.score import score_of
from licet.screening import screen
from licet.screening.screen import PARTIES


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listed party that the one asked for may be, by the name that met best.

    What the screening found stands in ``found``, at ``place``; it is read when it is told.
    """

    entity: str
    list: str
    level: str
    points: float
    in_force: Truth
    found: Any
    place: int

    @property
    def sure(self) -> bool:
        """Whether it can be decided by: a hit, in force without doubt."""
        return self.level == "hit" and self.in_force is True

    @property
    def name(self) -> str:
        """The listed name that met best."""
        return str(self.found.column("name")[self.place].as_py())

    @property
    def one_in(self) -> float:
        """One of so many unrelated names scores as high."""
        return float(self.found.column("one_in")[self.place].as_py())

    @property
    def evidence(self) -> Sequence[Mapping[str, Any]]:
        """What met, row by row."""
        rows: Sequence[Mapping[str, Any]] = self.found.column("evidence")[self.place].as_py()
        return rows

    @property
    def score(self) -> float:
        """Between 0 and 1."""
        return score_of(self.level, self.points, self.list, self.evidence if self.level == "hit" else ())


def candidates(
    asked: Sequence[Sequence[Mapping[str, Any]]],
    regime: Regime,
    clock: Clock,
    lists: Collection[str],
    ever: bool = False,
) -> list[list[Candidate]]:
    """For each party, given as one row for each way to ask for it, its candidates from the best.

    Args:
        asked: rows in the columns of the screening.
        lists: codes of lists that count.
        ever: keep those that no list names on the day.
    """
    whose = [number for number, rows in enumerate(asked) for _ in rows]
    if not whose:
        return [[] for _ in asked]
    table = _table([dict(row) for rows in asked for row in rows])
    found = screen(table, regime.listings.finder.index, known_at=day(clock.known_at))
    columns = (found.column(name).to_pylist() for name in ("query", "entity", "list", "level", "score"))
    held = on_lists(regime, clock)
    best: list[dict[str, Candidate]] = [{} for _ in asked]
    for place, (query, entity, code, level, points) in enumerate(zip(*columns, strict=True)):
        on = held.of(entity)
        if code not in lists or code not in on or (on[code] is False and not ever):
            continue
        candidate = Candidate(entity, code, level, points, on[code], found, place)
        before = best[whose[query]].get(entity)
        if before is None or _rank(candidate) > _rank(before):
            best[whose[query]][entity] = candidate
    return [sorted(mine.values(), key=lambda c: (c.level, -c.points, c.entity)) for mine in best]


def _table(rows: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema=PARTIES)


def _rank(candidate: Candidate) -> tuple[bool, bool, float]:
    return candidate.sure, candidate.level == "hit", candidate.points
