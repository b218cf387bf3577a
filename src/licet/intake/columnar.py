"""Parquet files to a table: every column with the type that the file gives it."""

from __future__ import annotations

import io
import json
import math
from datetime import date, datetime
from decimal import Decimal

from licet.intake.errors import IntakeError
from licet.intake.table import Cell, Recognise, Row, Table


def read(data: bytes, name: str, recognise: Recognise) -> Table:
    """The table in a Parquet file; its first row is row 2, under the header.

    Raises:
        IntakeError: when it is damaged or has no known column.
    """
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(io.BytesIO(data)) as file:
            table = file.read()
        header = tuple(str(column) for column in table.column_names)
        columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    except Exception as error:  # a damaged file makes Arrow raise errors of many families
        raise IntakeError(
            f"{name}: not readable as Parquet ({type(error).__name__}); it may be cut off or damaged"
        ) from None
    if not recognise(header):
        raise IntakeError(
            f"{name}: no usable header: none of its columns has a known name such as order_id, date or "
            "eccn. Rename them, or map your own names with a profile."
        )
    rows = [Row(number, cells) for number, cells in enumerate(zip(*columns, strict=True), start=2)]
    return Table(header, rows)


def _cell(value: object) -> Cell:
    match value:
        case None:
            return ""
        case float():
            if math.isnan(value):
                return ""  # how data frames write a missing number
            return int(value) if value.is_integer() and abs(value) < 1e15 else value
        case str() | bool() | int() | Decimal() | date() | datetime():
            return value
        case bytes():
            return value.decode("utf-8", errors="replace")
        case list() if all(isinstance(member, str) for member in value):
            return " ".join(value)
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
