"""Files of ownership: CSV, XLSX or Parquet, relations as GLEIF writes them, FollowTheMoney JSON Lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from licet.intake import dates
from licet.intake.errors import IntakeError, Misread
from licet.intake.files import read_table
from licet.intake.headers import key
from licet.intake.table import Cell, Row, is_text, shown
from licet.language import plain_yaml
from licet.parties.ownership import WHOLE, Holdings, Share

_NUMBER = r"([0-9]{1,3}(?:[.,][0-9]+)?)\s*%?"
_RANGE = re.compile(rf"{_NUMBER}\s*(?:-|–|to|\.\.)\s*{_NUMBER}")
_BOUND = re.compile(rf"(>=|≥|at least|>|over|more than|<=|≤|at most|up to|<|under|less than)\s*{_NUMBER}")
_LOWER = (">=", "≥", "at least", ">", "over", "more than")
_SHARE_REMEDY = "Write a percentage (51), a range (25-50, >=25) or leave it blank where nobody knows."


@dataclass(frozen=True, slots=True)
class OwnershipFile:
    """What a file of ownership holds: its shares, and for each row that could not be read why."""

    holdings: Holdings
    problems: tuple[str, ...] = field(default=())


def read_ownership(path: Path) -> OwnershipFile:
    """The shares in a file; a row that cannot be read is told and not guessed.

    Raises:
        IntakeError: when the file as a whole cannot be read.
    """
    data = path.read_bytes()
    entities = data.lstrip()[:1] == b"{"
    found = list((_from_entities if entities else _from_table)(data, path.name))
    shares = tuple(one for one in found if isinstance(one, Share))
    return OwnershipFile(Holdings(shares), tuple(one for one in found if isinstance(one, str)))


def share_of(cell: Cell) -> tuple[float, float]:
    """The lower and upper percentage that a cell states: ``51``, ``25-50``, ``>=25``, blank.

    Raises:
        Misread: when it is no percentage.
    """
    if not is_text(cell):
        return 0.0, WHOLE
    text = shown(cell).casefold().strip()
    if text in _naming()["unknown"]:
        return 0.0, WHOLE
    low, high = -1.0, -1.0
    if match := re.fullmatch(_NUMBER, text):
        low = high = _number(match[1])
    elif match := _RANGE.fullmatch(text):
        low, high = _number(match[1]), _number(match[2])
    elif match := _BOUND.fullmatch(text):
        low, high = (_number(match[2]), WHOLE) if match[1] in _LOWER else (0.0, _number(match[2]))
    if not 0 <= low <= high <= WHOLE:
        raise Misread(f"{shown(cell)[:40]!r} is not a share in percent", _SHARE_REMEDY)
    return low, high


def _number(text: str) -> float:
    return float(text.replace(",", "."))


@cache
def _naming() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("ownership.yaml").read_text(encoding="utf-8")
    data: Mapping[str, Any] = plain_yaml.read(text, "ownership.yaml")
    return data


@cache
def _columns() -> Mapping[str, str]:
    return {key(name): column for column, names in _naming()["columns"].items() for name in names}


def _count(cells: Sequence[str]) -> int:
    found = {_columns().get(key(cell)) for cell in cells if len(cell) <= 100}
    return len(found - {None}) if {"owner", "owned"} <= found else 0


def _from_table(data: bytes, name: str) -> Iterator[Share | str]:
    table = read_table(data, name, _count)
    at: dict[str, int] = {}
    for index, heading in enumerate(table.header):
        column = _columns().get(key(heading))
        if column in at:
            raise IntakeError(
                f"{name}: {table.header[at[column]]!r} and {heading!r} both state the {column}; remove one"
            )
        if column:
            at[column] = index
    yield from table.warnings
    for row in table.rows:
        if row.blank:
            continue
        where = f"{name}, row {row.number}"
        if row.damage:
            yield f"{where}: {row.damage}. {row.remedy}"
            continue
        try:
            share = _share(row, at, name)
        except Misread as error:
            yield f"{where}: {error.problem}. {error.remedy}"
            continue
        yield share if share is not None else f"{where}: this kind of relation holds no share; passed over"


def _share(row: Row, at: Mapping[str, int], name: str) -> Share | None:
    def cell(column: str) -> Cell:
        return row.cells[at[column]] if column in at and at[column] < len(row.cells) else ""

    kind = " ".join(shown(cell("kind")).casefold().replace("_", " ").split())
    if kind in _naming()["passed over"]:
        return None
    if kind and kind not in _naming()["holds"]:
        raise Misread(f"the relation {kind!r} is not known", "Write owns, or leave the column out.")
    owner, owned = shown(cell("owner")), shown(cell("owned"))
    if not owner or not owned:
        raise Misread("the owner or the owned party is blank", "Name both.")
    low, high = share_of(cell("share"))
    start, through = (_day(cell(column)) for column in ("from", "through"))
    source = shown(cell("source")) or f"{name}, row {row.number}"
    return Share(owner, owned, low, high, start, through, source)


def _day(cell: Cell) -> date | None:
    if not is_text(cell):
        return None
    found = dates.read(cell)
    return found.date() if isinstance(found, datetime) else found


def _from_entities(data: bytes, name: str) -> Iterator[Share | str]:
    """Ownership entities of FollowTheMoney, with owner and asset named by caption where the file has them."""
    entities: dict[str, Mapping[str, Any]] = {}
    for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            entity = json.loads(line)
            entities[str(entity["id"])] = entity
        except (ValueError, KeyError, TypeError, RecursionError):
            yield f"{name}, line {number}: not an entity in JSON with an id; write one on each line"
    for ref, entity in entities.items():
        if entity.get("schema") != "Ownership":
            continue
        said = entity.get("properties")
        said = said if isinstance(said, Mapping) else {}
        owners, assets = _all(said, "owner"), _all(said, "asset")
        if not owners or not assets:
            yield f"{name}, entity {ref}: an Ownership needs an owner and an asset"
        try:
            low, high = share_of(next(iter(_all(said, "percentage")), ""))
            start, through = (_day(next(iter(_all(said, p)), "")[:10]) for p in ("startDate", "endDate"))
        except Misread as error:
            yield f"{name}, entity {ref}: {error.problem}. {error.remedy}"
            continue
        for owner in owners:
            for asset in assets:
                names = _called(owner, entities), _called(asset, entities)
                yield Share(*names, low, high, start, through, f"{name}, entity {ref}")


def _all(said: Mapping[str, Any], name: str) -> list[str]:
    values = said.get(name)
    return [str(v) for v in values] if isinstance(values, list) else []


def _called(ref: str, entities: Mapping[str, Mapping[str, Any]]) -> str:
    entity = entities.get(ref, {})
    said = entity.get("properties")
    names = _all(said, "name") if isinstance(said, Mapping) else []
    return str(entity.get("caption") or next(iter(names), ref))
