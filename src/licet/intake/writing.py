"""Rows as files: CSV, JSON, JSON Lines, XLSX or Parquet, and no cell of them ever runs as a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from licet.intake.rejects import harmless
from licet.language.errors import LicetError

FORMATS = ("json", "jsonl", "csv", "xlsx", "parquet")
BINARY = ("xlsx", "parquet")
MEDIA = {
    "json": "application/json",
    "jsonl": "application/jsonl",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
_AT_ONCE = 1000
_CELL_OF_A_SHEET = 32_767

Row = Mapping[str, Any]


class WritingError(LicetError):
    """Rows cannot be written in the format asked for."""


def written(rows: Iterable[Row], columns: Sequence[str], form: str) -> Iterator[bytes]:
    """The rows as the bytes of a file, piece by piece.

    Raises:
        WritingError: when a format needs an extra that is not installed.
    """
    return _WRITERS[form](rows, columns)


def _json(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[bytes]:
    text = json.dumps(list(rows), ensure_ascii=False, indent=1, default=str)
    yield f"{text}\n".encode(errors="replace")


def _jsonl(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[bytes]:
    for some in _in_parts(rows):
        text = "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in some)
        yield text.encode(errors="replace")


def _csv(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for some in _in_parts(rows):
        writer.writerows({k: harmless(v) if isinstance(v, str) else v for k, v in r.items()} for r in some)
        yield text.getvalue().encode(errors="replace")
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _xlsx(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[bytes]:
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    except ImportError:
        raise WritingError("xlsx needs an extra: pip install 'licet[xlsx]'") from None
    book = Workbook(write_only=True)
    sheet = book.create_sheet("decisions")
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    for row in rows:
        cells = []
        for name in columns:
            value = row.get(name)
            if isinstance(value, int | float):
                cells.append(WriteOnlyCell(sheet, value))
                continue
            text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value or ""))[:_CELL_OF_A_SHEET]
            cell = WriteOnlyCell(sheet, text)
            cell.data_type = "s"  # whatever it begins with
            cells.append(cell)
        sheet.append(cells)
    data = io.BytesIO()
    book.save(data)
    yield data.getvalue()


def _parquet(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in columns])
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, schema) as writer:
        for some in _in_parts(rows):
            cells = {name: [str(row.get(name, "")) for row in some] for name in columns}
            writer.write_table(pa.table(cells, schema=schema))
    yield sink.getvalue().to_pybytes()


def _in_parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while some := list(islice(rows, _AT_ONCE)):
        yield some


_WRITERS: Mapping[str, Callable[[Iterable[Row], Sequence[str]], Iterator[bytes]]] = {
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
}
