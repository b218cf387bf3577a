"""Screening for the API: rows of parties in, the best candidate of each listed party out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from licet.api.yente.standing import standing
from licet.language.instrument import day
from licet.language.values import Truth
from licet.language.window import Clock
from licet.regime import Regime
from licet.reviews.score import score_of
from licet.screening import screen
from licet.screening.screen import PARTIES


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listed party that the one asked for may be, by the name that met best."""

    entity: str
    list: str
    name: str
    level: str
    points: float
    one_in: float
    in_force: Truth
    score: float
    evidence: Sequence[Mapping[str, Any]]

    @property
    def sure(self) -> bool:
        """Whether it can be decided by: a hit, in force without doubt."""
        return self.level == "hit" and self.in_force is True


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
    table = pa.Table.from_pylist([dict(row) for rows in asked for row in rows], schema=_COLUMNS)
    found = screen(table, regime.listings.finder.index, known_at=day(clock.known_at))
    evidence = found.column("evidence").combine_chunks()
    columns = (found.column(name).to_pylist() for name in ("query", "entity", "list", "level", "score"))
    held = standing(regime, clock)
    best: list[dict[str, tuple[tuple[bool, bool, float], int, Truth]]] = [{} for _ in asked]
    for place, (query, entity, code, level, points) in enumerate(zip(*columns, strict=True)):
        on = held.of(entity)
        if code not in lists or code not in on or (on[code] is False and not ever):
            continue
        rank = (level == "hit", on[code] is True, points)
        mine = best[whose[query]]
        if entity not in mine or rank > mine[entity][0]:
            mine[entity] = rank, place, on[code]
    names, rare = found.column("name"), found.column("one_in")
    return [
        sorted(
            (
                _candidate(
                    entity,
                    found.column("list")[place].as_py(),
                    names[place].as_py(),
                    rank,
                    rare[place].as_py(),
                    truth,
                    evidence[place].as_py(),
                )
                for entity, (rank, place, truth) in mine.items()
            ),
            key=lambda c: (-c.score, -c.points, c.entity),
        )
        for mine in best
    ]


_COLUMNS = pa.schema([field for field in PARTIES if field.name != "id"])


def _candidate(
    entity: str,
    code: str,
    name: str,
    rank: tuple[bool, bool, float],
    one_in: float,
    truth: Truth,
    evidence: Sequence[Mapping[str, Any]],
) -> Candidate:
    level, points = "hit" if rank[0] else "review", rank[2]
    score = score_of(level, points, code, evidence)
    return Candidate(entity, code, name, level, points, one_in, truth, score, evidence)
