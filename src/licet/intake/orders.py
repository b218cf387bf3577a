"""Order books: a file becomes acts, rejects that say why not, and warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from licet.act import Act
from licet.intake import amounts
from licet.intake.errors import IntakeError
from licet.intake.facts import Reading
from licet.intake.files import read_table
from licet.intake.headers import KEEP, NOTE, Catalogue, Plan
from licet.intake.notes import Notes
from licet.intake.profile import Profile
from licet.intake.rejects import Reject
from licet.intake.rows import RowReader
from licet.intake.table import Table
from licet.language.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class OrderBook:
    """What a file holds: ``rows`` is the number of rows that are not blank, each an act or a reject.

    ``columns`` says for every heading which column of ours it is: ``particulars`` when it is
    only kept, empty when it is not known. It can be saved as the columns of a profile.
    """

    acts: list[Act] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    rows: int = 0


def read_orders(
    path: Path, vocabulary: Vocabulary, countries: Mapping[str, str], profile: Profile | None = None
) -> OrderBook:
    """The order book in a CSV, XLSX or Parquet file.

    ``countries`` maps casefolded spellings to codes (see :func:`licet.intake.countries_from`).

    Raises:
        IntakeError: when the file cannot be read at all, has no usable header or repeats one.
    """
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise IntakeError(f"{path.name}: cannot be read: {getattr(error, 'strerror', '') or error}") from None
    return read_bytes(data, path.name, vocabulary, countries, profile)


def read_bytes(
    data: bytes,
    name: str,
    vocabulary: Vocabulary,
    countries: Mapping[str, str],
    profile: Profile | None = None,
) -> OrderBook:
    """As :func:`read_orders`, from memory; ``name`` is the file's name in every message."""
    catalogue = Catalogue.of(vocabulary, profile or Profile())
    return orders_in(read_table(data, name, catalogue.count), name, vocabulary, countries, catalogue)


def orders_in(
    table: Table, name: str, vocabulary: Vocabulary, countries: Mapping[str, str], catalogue: Catalogue
) -> OrderBook:
    """The order book in a table that has been read already.

    Raises:
        IntakeError: when it repeats a header.
    """
    profile = catalogue.profile
    plan = catalogue.plan(table.header, name)
    decimal = profile.decimal or _decimal(table, plan, vocabulary)
    notes = Notes(name)
    reader = RowReader(name, plan, Reading(vocabulary, countries, profile.dates, decimal), notes)
    acts: list[Act] = []
    rejects: list[Reject] = []
    for row in table.rows:
        if row.blank:
            continue
        read = reader.read(row)
        if isinstance(read, Act):
            acts.append(read)
        else:
            rejects.append(read)
    warnings = [*table.warnings, *plan.warnings, *notes.said()]
    return OrderBook(acts, rejects, warnings, _meanings(plan), len(acts) + len(rejects))


def _meanings(plan: Plan) -> dict[str, str]:
    pairs = zip(plan.headings, plan.columns, strict=True)
    return {
        one: "" if column.useless else KEEP if column.name == NOTE else column.name for one, column in pairs
    }


def _decimal(table: Table, plan: Plan, vocabulary: Vocabulary) -> str:
    """The decimal sign that clear numbers in the file use, else the one its format suggests."""
    places = [
        index
        for index, column in enumerate(plan.columns)
        if column.name == "value" or (column.fact and vocabulary[column.fact].type == "number")
    ]
    cells = (row.cells[at] for row in table.rows if not row.damage for at in places if at < len(row.cells))
    used = amounts.decimal_sign(cells)
    return table.decimal if used == "" else used or ""
