"""Machine formats: rows as CSV, JSON, JSON Lines, XLSX or Parquet."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from licet.language.errors import LicetError

FORMATS = ("table", "json", "jsonl", "csv", "xlsx", "parquet")
BINARY = ("xlsx", "parquet")
_RISKY = ("=", "+", "-", "@", "\t", "\r")


class OutputError(LicetError):
    """The result cannot be written where or how it was asked for."""


def write(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: str, out: Path | None) -> None:
    """Write rows to a file, or to standard output where the format is text.

    Raises:
        OutputError: for a binary format without a file, a missing extra, or a file that cannot be written.
    """
    if form in BINARY and out is None:
        raise OutputError(f"{form} is not text: say where it goes with --out FILE")
    try:
        data = _WRITERS[form](list(rows), columns)
        if out is not None:
            out.write_bytes(data)
        else:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror}") from None


def _json(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    return (json.dumps(rows, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def _jsonl(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    return "".join(json.dumps(r, ensure_ascii=False, default=str) + "\n" for r in rows).encode()


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({k: _harmless(v) for k, v in row.items()} for row in rows)
    return text.getvalue().encode()


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is quoted, so that it stays text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RISKY) else value


def _xlsx(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
    except ImportError:
        raise OutputError("xlsx needs an extra: pip install 'licet[xlsx]'") from None
    book = Workbook(write_only=True)
    sheet = book.create_sheet("decisions")
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    for row in rows:
        cells = []
        for name in columns:
            value = row.get(name)
            cell = WriteOnlyCell(sheet, value if isinstance(value, int | float) else str(value or ""))
            cell.data_type = "n" if isinstance(value, int | float) else "s"
            cells.append(cell)
        sheet.append(cells)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _parquet(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: [str(r.get(name, "")) for r in rows] for name in columns})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


_WRITERS = {"json": _json, "jsonl": _jsonl, "csv": _csv, "xlsx": _xlsx, "parquet": _parquet}
