"""Parquet files to a table: every column with the type that the file gives it."""

from __future__ import annotations

import io
import json
import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from licet.intake.errors import IntakeError
from licet.intake.table import ROWS_AT_MOST, Cell, Recognise, Row, Table, too_many_rows

CELLS = 20_000_000
BYTES_UNPACKED = 2**30


def read(data: bytes, name: str, recognise: Recognise) -> Table:
    """The table in a Parquet file; its first row is row 2, under the header.

    Raises:
        IntakeError: when it is damaged, has no known column, or unpacks to far too much.
    """
    try:
        table = _table(data, name)
        header = tuple(str(column) for column in table.column_names)
        columns = [[cell for chunk in column.chunks for cell in _cells(chunk)] for column in table.columns]
    except IntakeError:
        raise
    except Exception as error:  # a damaged file makes Arrow raise errors of many families
        raise _damaged(name, error) from None
    if not recognise(header):
        raise IntakeError(
            f"{name}: no usable header: none of its columns has a known name such as order_id, date or "
            "eccn. Rename them, or map your own names with a profile."
        )
    rows = [Row(number, cells) for number, cells in enumerate(zip(*columns, strict=True), start=2)]
    return Table(header, rows)


def check_size(data: bytes, name: str) -> None:
    """Refuses a file that says of itself that it unpacks to far too much.

    Raises:
        IntakeError: when it does, or is no readable Parquet file.
    """
    from pyarrow import parquet

    try:
        said = parquet.read_metadata(io.BytesIO(data))
        groups = [said.row_group(i) for i in range(said.num_row_groups)]
        values = sum(group.column(i).num_values for group in groups for i in range(group.num_columns))
        size = sum(group.total_byte_size for group in groups)
    except Exception as error:  # as above
        raise _damaged(name, error) from None
    if said.num_rows > ROWS_AT_MOST:
        raise too_many_rows(name)
    if max(values, said.num_rows * said.num_columns) > CELLS or size > BYTES_UNPACKED:
        raise _too_much(name)


def _table(data: bytes, name: str) -> Any:
    """The file as a table, read so that a text that is repeated is there once."""
    import pyarrow as pa
    from pyarrow import parquet

    check_size(data, name)
    with parquet.ParquetFile(io.BytesIO(data)) as file:
        schema = file.schema_arrow
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    size, rows, found = 0, 0, []
    with parquet.ParquetFile(io.BytesIO(data), read_dictionary=texts) as file:
        for batch in file.iter_batches(batch_size=4096):
            # What a file says of its size need not be so.
            if (rows := rows + len(batch)) > ROWS_AT_MOST:
                raise too_many_rows(name)
            if (size := size + batch.nbytes) > BYTES_UNPACKED:
                raise _too_much(name)
            found.append(batch)
        return pa.Table.from_batches(found, file.schema_arrow)


def _cells(column: Any) -> list[Cell]:
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return [_cell(value) for value in column.to_pylist()]
    words = [_cell(value) for value in column.dictionary.to_pylist()]
    return ["" if at is None else words[at] for at in column.indices.to_pylist()]


def _too_much(name: str) -> IntakeError:
    return IntakeError(
        f"{name}: unpacks to more than an order book may hold; save the columns needed as CSV UTF-8"
    )


def _damaged(name: str, error: Exception) -> IntakeError:
    return IntakeError(
        f"{name}: not readable as Parquet ({type(error).__name__}); it may be cut off or damaged"
    )


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
