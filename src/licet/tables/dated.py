"""Rows of facts that hold for an interval of days, read from CSV."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Generic, TypeVar

from licet.language.errors import LawError
from licet.language.instrument import Instrument, Moment, day, moment_from
from licet.language.window import Clock, Stretches

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class DatedRow:
    """One row: its cells, and the days (both included) on which it holds."""

    cells: Mapping[str, str]
    start: Moment | None
    through: date | None
    by: str

    def holds(self, clock: Clock, instruments: Mapping[str, Instrument]) -> bool:
        """Whether the row holds on that day and was known by then."""
        return (
            clock.reached(self.start)
            and (self.through is None or clock.today <= self.through)
            and clock.knew_of(instruments.get(self.by))
        )


class Remembered(Generic[Found]):
    """What was looked up in dated rows, kept for all the days on which the same rows hold."""

    def __init__(self, rows: Iterable[DatedRow], instruments: Mapping[str, Instrument]) -> None:
        rows = tuple(rows)
        ends = [row.through + timedelta(days=1) for row in rows if row.through is not None]
        by = {row.by for row in rows if row.by in instruments}
        self.turns = Stretches([*ends, *(row.start for row in rows)])
        self.public = Stretches([instruments[name].public for name in by])
        self.found: dict[Hashable, Found] = {}

    def stretch(self, clock: Clock) -> Hashable:
        """What all views of time share in which the same rows hold and are known."""
        return self.turns.of(clock.as_of, clock.zone), self.public.of(clock.known_at, clock.zone), clock.zone

    def get(self, key: Hashable, clock: Clock, look_up: Callable[[], Found]) -> Found:
        """What was found under ``key`` when these rows held, or else is now."""
        stretch = (key, self.stretch(clock))
        if stretch not in self.found:
            if len(self.found) >= 4096:
                self.found.clear()
            self.found[stretch] = look_up()
        return self.found[stretch]


def read_csv(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their line numbers; every cell is text."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            if None in row or None in list(row.values()):
                raise LawError(f"{path.name}, line {reader.line_num}: the row has too many or too few cells")
            yield reader.line_num, row


def read_dated(path: Path) -> Iterator[DatedRow]:
    """The rows of a CSV file with columns ``from``, ``through`` and ``by`` among others."""
    for line, cells in read_csv(path):
        where = f"{path.name}, line {line}"
        through = moment_from(cells["through"], where)
        yield DatedRow(
            cells,
            moment_from(cells["from"], where),
            None if through is None else day(through),
            cells["by"],
        )


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
