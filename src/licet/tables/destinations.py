"""Destinations: Country Chart columns and Country Groups, as of a day.

A blank row of the chart is not a free one: embargoed destinations have no marks and are
handled by Part 746. A code that no table knows is unknown, never unmarked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from licet.language.instrument import Instrument
from licet.language.values import Known, members
from licet.language.window import Clock
from licet.tables.dated import DatedRow, Remembered, read_csv, read_dated


@dataclass(frozen=True, slots=True)
class Destinations:
    """Chart rows and group rows by ISO country code; ``names`` maps every spelling to a code."""

    chart: Mapping[str, tuple[DatedRow, ...]]
    groups: Mapping[str, tuple[DatedRow, ...]]
    names: Mapping[str, str]
    instruments: Mapping[str, Instrument]
    home: str
    _found: Remembered[dict[str, Known]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows = [row for table in (self.chart, self.groups) for rows in table.values() for row in rows]
        object.__setattr__(self, "_found", Remembered(rows, self.instruments))

    @classmethod
    def load(
        cls, folder: Path, instruments: Mapping[str, Instrument], home: str, territories: Collection[str] = ()
    ) -> Destinations:
        """From ``country-chart.csv``, ``country-groups.csv`` and ``countries.csv``.

        ``territories`` count as the country ``home`` to which they belong.
        """
        names = _names(folder / "countries.csv")
        return cls(
            _by_country(folder / "country-chart.csv"),
            _by_country(folder / "country-groups.csv"),
            {spelling: home if code in territories else code for spelling, code in names.items()},
            instruments,
            home,
        )

    def code(self, country: Known) -> Known:
        """The code that a spelling of a country stands for; unknown for one that no table knows."""
        return self.names.get(country.strip().casefold()) if isinstance(country, str) else country

    def stretch(self, clock: Clock) -> Hashable:
        """What all views of time share in which these tables say the same."""
        return self._found.stretch(clock)

    def facts(self, country: Known, clock: Clock) -> Mapping[str, Known]:
        """``destination.marks`` and ``destination.groups`` of a country code."""
        if not isinstance(country, str):
            return {"destination.marks": None, "destination.groups": None}
        return self._found.get(country, clock, lambda: self._facts(country, clock))

    def _facts(self, country: str, clock: Clock) -> dict[str, Known]:
        return {
            "destination.marks": self.marks(country, clock),
            "destination.groups": self.members_of(country, clock),
        }

    def marks(self, country: str, clock: Clock) -> frozenset[str] | None:
        """Marked columns of the Country Chart; ``None`` for a country without a row."""
        if country == self.home:
            return members(())
        rows = [r for r in self.chart.get(country, ()) if r.holds(clock, self.instruments)]
        return members(rows[-1].cells["marks"].split()) if rows else None

    def members_of(self, country: str, clock: Clock) -> frozenset[str] | None:
        """Country Groups of a country; ``None`` for a country the chart does not know."""
        if country != self.home and country not in self.chart:
            return None
        return members(
            r.cells["group"] for r in self.groups.get(country, ()) if r.holds(clock, self.instruments)
        )


def _by_country(path: Path) -> dict[str, tuple[DatedRow, ...]]:
    found: dict[str, list[DatedRow]] = defaultdict(list)
    for row in read_dated(path):
        found[row.cells["country"]].append(row)
    return {country: tuple(rows) for country, rows in found.items()}


def _names(path: Path) -> dict[str, str]:
    names: dict[str, str] = {}
    for _, row in read_csv(path):
        for spelling in (row["code"], row["alpha3"], row["name"], *row["also"].split(";")):
            if spelling:
                names.setdefault(spelling.casefold(), row["code"])
    return names
