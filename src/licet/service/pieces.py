"""Pieces: some acts as bytes of Arrow, each with the row that it stood in, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from licet.act import Act
from licet.language.vocabulary import Vocabulary


def packed(acts: Sequence[Act], vocabulary: Vocabulary) -> bytes:
    """Acts as bytes, each with the row that it stands in."""
    import pyarrow as pa

    from licet.columns.acts import to_arrow

    rows = json.dumps([act.source.rpartition("row ")[2] for act in acts])
    table = to_arrow(acts, vocabulary).replace_schema_metadata({"rows": rows})
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def unpacked(data: bytes, name: str, vocabulary: Vocabulary) -> list[Act]:
    """The acts in a piece; ``name`` is that of the file they came from."""
    from licet.columns.acts import acts_of

    table, rows = _read(data)
    acts = acts_of(table, vocabulary)
    return [replace(act, source=f"{name}, row {row}") for act, row in zip(acts, rows, strict=True)]


def one(data: bytes, place: int, name: str, vocabulary: Vocabulary) -> Act:
    """The act in one place of a piece, counted from 0."""
    from licet.columns.acts import act_at

    table, rows = _read(data)
    return replace(act_at(table, place, vocabulary), source=f"{name}, row {rows[place]}")


def _read(data: bytes) -> tuple[Any, list[str]]:
    import pyarrow as pa

    with pa.ipc.open_stream(data) as reader:
        table = reader.read_all()
    return table, json.loads(table.schema.metadata[b"rows"])
