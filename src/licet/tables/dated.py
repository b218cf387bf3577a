"""Rows of facts that hold for an interval of days, read from CSV."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from licet.language.errors import LawError
from licet.language.instrument import Instrument, Moment, day, moment_from
from licet.language.window import Clock


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
