"""FollowTheMoney data of any publisher: entities as JSON Lines, flat or nested, or the table of targets.

Tested on a real simple table (OpenSanctions, 2026) and on entities that this library's own
export writes and the ``followthemoney`` package accepts; nested files are read from the
published format. An entity that the file itself marks as no target is left out as a record
and only lends its name, address or document to those that are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable

from licet.lists.record import Address, NameKind, Reading, Record
from licet.lists.sources.common import Row, data_file, date_of, parts, sheet, text_of
from licet.lists.sources.foreign import clean, country_in, identifiers, json_of, not_whole, others
from licet.lists.sources.ftm_entities import Entity, gathered, in_codes, kind_of
from licet.lists.sources.ftm_joining import Joined

FORMAT = "followthemoney"
_COLUMNS = ("id", "schema", "name", "aliases", "birth_date", "countries", "addresses", "identifiers")


def recognises(head: bytes, name: str) -> bool:
    """Whether the first line is an entity with schema and properties, or the simple table's header."""
    first = text_of(head).lstrip().partition("\n")[0]
    if first.startswith("{"):
        return re.search(r'"schema"\s*:\s*"', first) is not None and '"properties"' in first
    return tuple(next(iter(csv.reader([first[:400]])), ())[: len(_COLUMNS)]) == _COLUMNS


def read(data: bytes, name: str) -> Reading:
    """One record for each target; ``rows`` counts the lines that hold an entity."""
    text = text_of(data)
    return _entities(text, name) if text.lstrip().startswith("{") else _simple(text, name)


def dataset_in(name: str) -> str:
    """A data set's name made from that of a file: ``entities.ftm.json`` is ``entities``."""
    return re.sub(r"[^a-z0-9]+", "_", name.rpartition("/")[2].partition(".")[0].casefold()).strip("_")


def _entities(text: str, name: str) -> Reading:
    found: dict[str, Entity] = {}
    faults: list[str] = []
    fatal: list[str] = []
    rows = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        rows += 1
        value, fault = json_of(line)
        if fault or not isinstance(value, dict):
            fatal.append(f"line {number}: no entity ({fault or 'no object'}); a file cut off ends so")
            continue
        wrong = gathered(value, number, found)
        fatal += [wrong] if wrong else []
    joined = Joined(found)
    records = tuple(joined.record(one, _list_of(one, name)) for one in joined.targets)
    left = sum(1 for e in found.values() if e.target is False and kind_of(e.schema) not in (None, "address"))
    faults += [f"{left} entities are marked as no targets; they are not listed"] if left else []
    faults += joined.faults
    lists = tuple(dict.fromkeys(record.list for record in records))
    return Reading(FORMAT, records, lists, rows, joined.dated, tuple(faults), tuple(fatal))


def _list_of(entity: Entity, name: str) -> str:
    """``ftm:`` and the data set: the entity's only one, else the one that the file is named after."""
    own = entity.datasets
    return f"ftm:{own[0] if len(own) == 1 else dataset_in(name) or 'unnamed'}"


def _simple(text: str, name: str) -> Reading:
    table = sheet(text)
    fatal = (*table.fatal, *not_whole(text, table.columns, _COLUMNS))
    records = tuple(_row(row, name) for row in table.rows)
    lists = tuple(dict.fromkeys(record.list for record in records))
    days = (date_of(row["last_change"], "")[0] for row in table.rows)
    dated = max((day for day in days if day), default=None)
    return Reading(FORMAT, records, lists, len(table.rows), dated, table.faults, fatal)


def _row(row: Row, name: str) -> Record:
    main = clean(row["name"])
    titles = parts(row["dataset"])
    slug = re.sub(r"[^a-z0-9]+", "_", titles[0].casefold()).strip("_") if len(titles) == 1 else ""
    kind = kind_of(row["schema"])
    names: list[tuple[str, NameKind]] = [(alias, "alias") for alias in _cells(row["aliases"])]
    return Record(
        list=f"ftm:{slug or dataset_in(name) or 'unnamed'}",
        name=main,
        kind=kind or "",
        others=others(main, names),
        addresses=tuple(Address(address, country_in(address)) for address in _cells(row["addresses"])),
        countries=in_codes(parts(row["countries"])),
        identifiers=identifiers(_labelled(row["identifiers"])),
        programmes=parts(row["program_ids"]),
        birth=parts(row["birth_date"]),
        notes=_cells(row["sanctions"]),
        published_id=row["id"],
        publisher_list=row["dataset"],
        line=row.line,
        faults=() if main else ("name: empty",),
    )


def _cells(text: str) -> tuple[str, ...]:
    """The values of a cell: a small table of its own, parted by ``;``, where quotation marks protect."""
    try:
        values = next(iter(csv.reader([text.replace("\n", " ")], delimiter=";")), [])
    except csv.Error:
        values = text.split(";")
    return tuple(dict.fromkeys(value for cell in values if (value := clean(cell))))


def _labelled(text: str) -> Iterable[tuple[str, str]]:
    """Identifiers of a table that says no kinds: those whose shape tells it, else ``id``."""
    shapes: dict[str, str] = data_file("foreign_followthemoney.yaml")["shapes"]
    for value in _cells(text):
        kind = next((kind for kind, shape in shapes.items() if re.fullmatch(shape, value)), "id")
        yield kind, value.removeprefix("IMO") if kind == "imo" else value
