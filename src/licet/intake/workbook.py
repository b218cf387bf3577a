"""XLSX workbooks to a table: the first sheet with a usable header, cells with their types."""

from __future__ import annotations

import io
import warnings as python_warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from licet.intake.errors import IntakeError
from licet.intake.table import (
    ROWS_AT_MOST,
    Cell,
    Recognise,
    Row,
    Table,
    above_header,
    header_row,
    shown,
    too_many_rows,
)

CELLS = 20_000_000
BYTES_UNPACKED = 2**30
# Sheets of equal rows pack to a fiftieth; what packs to less and is large was made to be a nuisance.
TIMES_UNPACKED = 200
_SMALL = 2**24


def read(data: bytes, name: str, recognise: Recognise) -> Table:
    """The table in a workbook.

    Raises:
        IntakeError: when it is damaged, locked, has no usable header, or openpyxl is missing.
    """
    try:
        import openpyxl
    except ImportError:
        raise IntakeError(
            f"{name}: reading XLSX needs openpyxl: pip install 'licet[xlsx]', or save the sheet as CSV UTF-8"
        ) from None
    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")  # about styles and validations we do not read
            sheets = _sheets(openpyxl, data, name)
    except IntakeError:
        raise
    except Exception as error:  # damaged XML inside a ZIP makes openpyxl raise almost anything
        raise IntakeError(
            f"{name}: not readable as an XLSX workbook ({type(error).__name__}); it may be cut off, "
            "damaged or locked with a password. Save it again, or as CSV UTF-8."
        ) from None
    found = {title: header_row(rows, recognise) for title, rows in sheets.items()}
    chosen = next((title for title, (_, known) in found.items() if known), None)
    if chosen is None:
        raise IntakeError(
            f"{name}: no header found: no sheet holds a known column name such as order_id, date or eccn "
            "near its top. Name the columns in the first row, or map your own names with a profile."
        )
    at, rows = found[chosen][0], sheets[chosen]
    warnings = above_header(rows, at, name)
    others = [title for title, other in sheets.items() if title != chosen and other]
    if others:
        warnings.append(f"{name}: only the sheet {chosen!r} is read, not {', '.join(map(repr, others))}")
    header = [shown(cell) for cell in rows[at].cells]
    header += [""] * (max(len(row.cells) for row in rows[at:]) - len(header))
    return Table(tuple(header), rows[at + 1 :], warnings)


def check_size(data: bytes, name: str) -> None:
    """Refuses a workbook whose parts unpack to far too much (a part never gives more than it declares).

    Raises:
        IntakeError: when they do.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            packed = min(len(data), sum(part.compress_size for part in archive.infolist()))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return  # reading it says what is wrong with it
    if unpacked > BYTES_UNPACKED or unpacked > max(packed * TIMES_UNPACKED, _SMALL):
        raise IntakeError(
            f"{name}: unpacks from {len(data):,} to {unpacked:,} bytes, which no order book does; "
            "save the sheet as CSV UTF-8"
        )


def _sheets(openpyxl: Any, data: bytes, name: str) -> dict[str, list[Row]]:
    """Every worksheet's rows that are not blank, by the sheet's title."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [part for part in archive.namelist() if part.startswith("xl/worksheets/")]
        formulas = any(_has_formula(archive, part) for part in sheets)
    calculated = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    # A formula that no spreadsheet has calculated yet reads as blank, and blank is unknown.
    written = openpyxl.load_workbook(io.BytesIO(data), read_only=True) if formulas else None
    found: dict[str, list[Row]] = {}
    try:
        for sheet in calculated.worksheets:
            left = CELLS - sum(len(row.cells) for rows in found.values() for row in rows)
            beside = written[sheet.title] if written else None
            found[sheet.title] = list(_rows(sheet, beside, name, left))
        return found
    finally:
        calculated.close()
        if written:
            written.close()


def _has_formula(archive: zipfile.ZipFile, part: str) -> bool:
    """Whether a sheet holds a formula, without holding the sheet."""
    before = b""
    with archive.open(part) as file:
        while some := file.read(2**20):
            if b"<f>" in (text := before + some) or b"<f " in text:
                return True
            before = some[-2:]
    return False


def _rows(sheet: Any, written: Any, name: str, most: int) -> Iterator[Row]:
    sources: list[Iterable[Sequence[Any]]] = []
    for one in (sheet, written):
        if one is not None:
            one.reset_dimensions()  # the size a file states of itself may be stale and cut rows off
            sources.append(one.iter_rows())
    count = 0
    for number, parallel in enumerate(zip(*sources, strict=False), start=1):
        count += len(parallel[0])
        if count > most:
            # One cell in the last column makes a row of sixteen thousand out of a few bytes.
            raise IntakeError(f"{name}: has more than {CELLS:,} cells; save the columns needed as CSV UTF-8")
        if number > ROWS_AT_MOST:
            raise too_many_rows(name)
        cells = [_cell(cell) for cell in parallel[0]]
        if written is not None:
            for index, other in enumerate(parallel[1][: len(cells)]):
                if cells[index] == "" and other.data_type == "f":
                    cells[index] = other.value if isinstance(other.value, str) else "=..."
        while cells and cells[-1] == "":
            cells.pop()
        row = Row(number, cells)
        if not row.blank:
            yield row


def _cell(cell: Any) -> Cell:
    value = cell.value
    match value:
        case None:
            return ""
        case str() | bool() | date() | datetime():
            return value
        case int() | float():
            if "%" in str(cell.number_format):
                # What shows as 25% is stored as 0.25.
                return f"{format((Decimal(repr(value)) * 100).normalize(), 'f')}%"
            whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
            return int(value) if whole else value
    return str(value)
