"""Files of parties: customers, suppliers, or orders with a party in each role, whoever is to be screened.

A file names parties in rows (``name``), in columns by role (``ship_to``, ``end_user``), or both. What
nobody can screen is a finding with its row and column: a party without a name, without a country,
a role that is left blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licet.intake.countries import country as country_in
from licet.intake.errors import IntakeError, Misread
from licet.intake.files import read_table
from licet.intake.headers import Catalogue, key
from licet.intake.notes import Notes
from licet.intake.profile import Profile
from licet.intake.rejects import unguarded
from licet.intake.table import Row, Table, heading, is_text, shown
from licet.language import plain_yaml
from licet.language.vocabulary import NONE_WORDS, UNKNOWN_WORDS, Vocabulary
from licet.screening.places import Place, places_in, regions

if TYPE_CHECKING:
    import pyarrow as pa

_PARTS = ("name", "country", "address", "reference")
_NO_COUNTRY = "the country is not stated, so it counts neither for nor against anybody"
_PLACE = ("address", "address_more", "city", "state", "postal_code")


@dataclass(frozen=True, slots=True)
class Counterparty:
    """Somebody to be screened.

    Args:
        row: the row of the file.
        id: what the file calls it, else the row; the role behind it where a row names several.
        names: its name, its name in its own script, its aliases.
        country: two-letter code, or nothing where it is not known.
        read_from: where the country was read, if not in a column of its own.
        roles: what it takes part as, in the words of the file.
        kind: ``person``, ``organisation``, ``vessel``, ``aircraft``, ``address``, or nothing.
        identifiers: ``kind:number``.
    """

    row: int
    id: str
    names: tuple[str, ...]
    country: str = ""
    address: str = ""
    roles: tuple[str, ...] = ()
    kind: str = ""
    identifiers: tuple[str, ...] = ()
    read_from: str = ""


@dataclass(frozen=True, slots=True)
class PartyFinding:
    """Something that keeps a party from being screened as it should be, and how to mend it."""

    row: int
    column: str
    code: str
    what: str
    mend: str
    party: str = ""

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.what}. {self.mend}"


@dataclass(frozen=True)
class PartyFile:
    """What a file of parties holds; ``damaged`` says why rows could not be read at all."""

    parties: tuple[Counterparty, ...]
    findings: tuple[PartyFinding, ...] = ()
    damaged: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    rows: int = 0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which column holds what: of the row's own party, and of parties by role."""

    header: Sequence[str]
    own: Mapping[str, Sequence[int]]
    identifiers: Mapping[int, str]
    roles: Mapping[str, Mapping[str, int]]
    warnings: list[str] = field(default_factory=list)

    def column(self, name: str) -> str:
        """The heading of one of the row's own columns, or what it would be called."""
        return heading(self.header, self.own[name][0]) if name in self.own else name


def read_counterparties(path: Path, vocabulary: Vocabulary, countries: Mapping[str, str]) -> PartyFile:
    """The parties in a CSV, XLSX or Parquet file.

    Args:
        path: the file.
        vocabulary: whose roles a column may name.
        countries: casefolded spellings to codes (see :func:`licet.intake.countries_from`).

    Raises:
        IntakeError: when the file as a whole cannot be read, or no column names anybody.
    """
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise IntakeError(f"{path.name}: cannot be read: {getattr(error, 'strerror', '') or error}") from None
    catalogue = Catalogue.of(vocabulary, Profile())

    def recognise(cells: Sequence[str]) -> int:
        plan = _plan(cells, catalogue)
        named = "name" in plan.own or any("name" in parts for parts in plan.roles.values())
        return len(plan.own) + len(plan.identifiers) + sum(map(len, plan.roles.values())) if named else 0

    try:
        table = read_table(data, path.name, recognise)
    except IntakeError as error:
        raise IntakeError(
            f"{error} A file of parties needs a column such as name, company or ship_to."
        ) from None
    return _Reader(path.name, table, _plan(table.header, catalogue), countries).read()


class _Reader:
    def __init__(self, file: str, table: Table, plan: _Plan, countries: Mapping[str, str]) -> None:
        self.file, self.table, self.plan, self.countries = file, table, plan, countries
        self.findings: list[PartyFinding] = []
        self.notes = Notes(file)
        self.nowhere: list[int] = []
        self.ids: set[str] = set()

    def read(self) -> PartyFile:
        parties: list[Counterparty] = []
        damaged: list[str] = []
        rows = 0
        for row in self.table.rows:
            if row.blank:
                continue
            rows += 1
            if row.damage:
                damaged.append(f"{self.file}, row {row.number}: {row.damage}. {row.remedy}")
                continue
            parties += map(self._apart, self._row(row))
        if self.nowhere:
            what = f"no column states the country, nor does the address, in {len(self.nowhere):,} rows"
            finding = PartyFinding(self.nowhere[0], "country", "no_country", what, "Add the column.")
            self.findings.append(finding)
        warnings = (*self.table.warnings, *self.plan.warnings, *self.notes.said())
        return PartyFile(tuple(parties), tuple(self.findings), tuple(damaged), warnings, rows)

    def _apart(self, party: Counterparty) -> Counterparty:
        """The party under an id that no other party of the file has."""
        if party.id in self.ids:
            party = replace(party, id=f"{party.id} (row {party.row})")
        self.ids.add(party.id)
        return party

    def _row(self, row: Row) -> Iterator[Counterparty]:
        if "name" in self.plan.own and (party := self._own(row)) is not None:
            yield party
        own_id = self._first(row, "party_id")
        for role, at in self.plan.roles.items():
            if "name" in at and (party := self._in_role(row, role, at, own_id)) is not None:
                yield party

    def _own(self, row: Row) -> Counterparty | None:
        names = _names(self._all(row, "name", "name_local", "alias"))
        id_ = self._first(row, "party_id") or f"row {row.number}"
        if not names:
            self._find(row, self.plan.column("name"), "no_name", "the party has no name", "Name it.", id_)
            return None
        address = ", ".join(self._all(row, *_PLACE))
        country, read_from = self._country(row, self.plan.own.get("country", ())[:1], address, id_)
        roles = tuple(_split(self._first(row, "role"), _data()["between roles"]))
        if "role" in self.plan.own and not roles:
            what = "the party has no role, so nobody knows what was screened"
            self._find(row, self.plan.column("role"), "no_role", what, "Say what it takes part as.", id_)
        numbers = [
            f"{kind}:{value}" for index, kind in self.plan.identifiers.items() if (value := _said(row, index))
        ]
        kind = _kinds().get(key(self._first(row, "kind")), "")
        return Counterparty(row.number, id_, names, country, address, roles, kind, tuple(numbers), read_from)

    def _in_role(self, row: Row, role: str, at: Mapping[str, int], own_id: str) -> Counterparty | None:
        column = heading(self.plan.header, at["name"])
        id_ = f"{own_id or f'row {row.number}'}/{role}"
        text = shown(row.cells[at["name"]]) if at["name"] < len(row.cells) else ""
        if text.casefold() in NONE_WORDS:
            return None
        if text.casefold() in UNKNOWN_WORDS:
            what = f"nobody is named as {role.replace('_', ' ')}, so that role is not screened"
            mend = "Name the party, or write none where there is none."
            self._find(row, column, "unscreened_role", what, mend, id_)
            return None
        address = _said(row, at["address"]) if "address" in at else ""
        country, read_from = self._country(row, [at["country"]] if "country" in at else [], address, id_)
        return Counterparty(row.number, id_, (unguarded(text),), country, address, (role,), "", (), read_from)

    def _country(self, row: Row, columns: Sequence[int], address: str, id_: str) -> tuple[str, str]:
        """The code of the country and, if no column states it, where it was read; regions are findings."""
        cell = row.cells[columns[0]] if columns and columns[0] < len(row.cells) else ""
        column = heading(self.plan.header, columns[0]) if columns else "country"
        stated = is_text(cell) and shown(cell).casefold() not in UNKNOWN_WORDS | NONE_WORDS
        places = _places(", ".join(filter(None, (address, shown(cell) if stated else ""))))
        for place in places:
            if place.treated and "-" in place.code:
                self._region(row, place, id_)
        if stated:
            try:
                return country_in(cell, self.countries), ""
            except Misread as misread:
                self._find(row, column, "odd_country", misread.problem, misread.remedy, id_)
                return "", ""
        sure = {p.code for p in places if p.grade == "sure" and "-" not in p.code}
        if len(sure) == 1:
            self.notes.add(row.number, column, "read", f"read from the address: {min(sure)}")
            return min(sure), "address"
        if columns:
            self._find(row, column, "no_country", _NO_COUNTRY, "State the country.", id_)
        else:
            self.nowhere.append(row.number)
        return "", ""

    def _region(self, row: Row, place: Place, id_: str) -> None:
        lies = "lies in" if place.grade == "sure" else "may lie in"
        what = (
            f"{place.spelt!r}: the address {lies} {regions()[place.code].title} ({'; '.join(place.treated)})"
        )
        mend = "The law treats that region apart: find out where the address is."
        code = "region" if place.grade == "sure" else "region_maybe"
        self._find(row, "address", code, what, mend, id_)

    def _find(self, row: Row, column: str, code: str, what: str, mend: str, party: str) -> None:
        self.findings.append(PartyFinding(row.number, column, code, what, mend, party))

    def _all(self, row: Row, *names: str) -> list[str]:
        found = (_said(row, index) for name in names for index in self.plan.own.get(name, ()))
        return [text for text in found if text]

    def _first(self, row: Row, name: str) -> str:
        return next(iter(self._all(row, name)), "")


def table_of(parties: Iterable[Counterparty]) -> pa.Table:
    """Parties as screening takes them: one row for each name, all rows of a party under its id."""
    import pyarrow as pa

    from licet.screening.screen import PARTIES

    columns: dict[str, list[Any]] = {f.name: [] for f in PARTIES}
    for party in parties:
        for name in party.names:
            said = (name, party.id, party.kind or None, party.country or None, party.address or None)
            for column, value in zip(PARTIES.names, (*said, list(party.identifiers) or None), strict=True):
                columns[column].append(value)
    return pa.table(columns, schema=PARTIES)


def _said(row: Row, index: int) -> str:
    """The text of a cell; nothing where it is blank or says that nobody knows."""
    text = unguarded(shown(row.cells[index])) if index < len(row.cells) else ""
    return "" if text.casefold() in UNKNOWN_WORDS | NONE_WORDS else text


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    found = (name for cell in cells for name in _split(cell, _data()["between names"]))
    return tuple(dict.fromkeys(found))


def _split(cell: str, signs: Sequence[str]) -> Iterator[str]:
    for part in re.split("|".join(map(re.escape, signs)), cell):
        if part.strip():
            yield part.strip()


def _places(address: str) -> tuple[Place, ...]:
    return places_in(address) if address else ()


def _plan(header: Sequence[str], catalogue: Catalogue) -> _Plan:
    own: dict[str, list[int]] = {}
    roles: dict[str, dict[str, int]] = {}
    identifiers: dict[int, str] = {}
    warnings = []
    for index, written in enumerate(header):
        name = _columns().get(key(written)) if 0 < len(written) <= 100 else None
        column = catalogue.find(written) if name is None and 0 < len(written) <= 100 else None
        if name is not None and name in _data()["identifiers"]:
            identifiers[index] = name
        elif name is not None:
            own.setdefault(name, []).append(index)
        elif column is not None and column.part in _PARTS:
            other = roles.setdefault(column.role, {}).setdefault(column.part, index)
            if other != index:
                both = f"{header[other]!r} and {written!r} both state {column.name}"
                warnings.append(f"{both}; {written!r} is not read")
        elif written:
            warnings.append(f"the column {written!r} is not read")
    return _Plan(header, own, identifiers, roles, warnings)


@cache
def _data() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("counterparties.yaml").read_text(encoding="utf-8")
    data: Mapping[str, Any] = plain_yaml.read(text, "counterparties.yaml")
    return data


@cache
def _columns() -> Mapping[str, str]:
    groups = (*_data()["columns"].items(), *_data()["identifiers"].items())
    return {key(called): name for name, names in groups for called in (name, *names)}


@cache
def _kinds() -> Mapping[str, str]:
    return {key(called): kind for kind, names in _data()["kinds"].items() for called in names}
