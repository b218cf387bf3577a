"""Receiving: acts in a stream of Arrow that a stranger sent, checked before any of it is believed.

What a stream holds must be bounded by what was sent: buffers that unpack, and texts or lists that many
rows share, stand for more than any memory holds.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from licet.columns.sources import ActsError

_LARGEST = 2**30
_EXPECTED = "expected an Arrow IPC stream (pyarrow.ipc.new_stream writes one)"


def received(data: bytes, rows: int) -> Iterator[pa.RecordBatch]:
    """The batches of an Arrow IPC stream, each sound, together of no more than so many rows.

    The first has no rows and only says what the columns are.

    Raises:
        ActsError: for anything that is no such stream, is compressed, or is more than was allowed.
    """
    try:
        _refuse_packed(data)
        counted = 0
        with pa.ipc.open_stream(data) as reader:
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)
            for batch in reader:
                counted += len(batch)
                if counted > rows:
                    raise ActsError(f"more than {rows:,} rows: send them in several requests")
                yield _sound(batch)
    except (pa.ArrowException, OSError, ValueError, LookupError, MemoryError, OverflowError) as error:
        raise ActsError(f"the body cannot be read: {error}; {_EXPECTED}") from None


def _sound(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch, once every offset in it was looked at and it is sure how much it unfolds to."""
    batch.validate(full=True)
    unfolded = sum(map(_unfolded, batch.columns))
    if unfolded > _LARGEST:
        raise ActsError(f"a batch unfolds to {unfolded:,} bytes; {_LARGEST:,} are the most")
    return batch


def _unfolded(column: pa.Array) -> int:
    """How many bytes a column takes when nothing in it is shared."""
    kind, rows = column.type, len(column)
    if pa.types.is_dictionary(kind):
        return rows * 8 + _unfolded(column.dictionary)
    if pa.types.is_struct(kind):
        return sum(_unfolded(column.field(i)) for i in range(kind.num_fields))
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        views = np.frombuffer(column.buffers()[1], np.int32).reshape(-1, 4)
        return int(views[column.offset : column.offset + rows, 0].astype(np.int64).sum())
    if pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        lengths = column.sizes.to_numpy(zero_copy_only=False).astype(np.int64)
        each = _unfolded(column.values) // max(1, len(column.values)) + 1
        return int(lengths.sum()) * each
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        return _unfolded(column.values) + rows * 8
    if pa.types.is_run_end_encoded(kind) or pa.types.is_union(kind) or pa.types.is_nested(kind):
        raise ActsError(f"a column of {kind}: acts are stated in plain types, lists and structs")
    return int(column.nbytes) + rows


# What a message of the IPC format is: one of these, which has that at its top.
_HEADER_TYPE, _HEADER, _DICTIONARY, _BATCH = 1, 2, 2, 3
_COMPRESSION, _DATA = 3, 1


def _refuse_packed(data: bytes) -> None:
    """Refuse compressed buffers: what they unpack to is known only when memory is full of it."""
    reader = pa.ipc.MessageReader.open_stream(data)
    while True:
        try:
            message = reader.read_next_message()
        except StopIteration:
            return
        table = _Table.root(message.metadata.to_pybytes())
        held = table.table(_HEADER)
        kind = table.byte(_HEADER_TYPE)
        if held is not None and kind == _DICTIONARY:
            held = held.table(_DATA)
        if held is not None and kind in (_DICTIONARY, _BATCH) and held.table(_COMPRESSION) is not None:
            raise ActsError("the stream is compressed; send it as it is (or compress the transport)")


class _Table:
    """A table of a flatbuffer, in which Arrow writes its messages; enough to look for a field."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    @classmethod
    def root(cls, data: bytes) -> _Table:
        return cls(data, int.from_bytes(data[:4], "little"))

    def byte(self, field: int) -> int:
        place = self._place(field)
        return 0 if place is None else self.data[place]

    def table(self, field: int) -> _Table | None:
        place = self._place(field)
        return None if place is None else _Table(self.data, place + self._number(place, 4))

    def _place(self, field: int) -> int | None:
        fields = self.at - int.from_bytes(self.data[self.at : self.at + 4], "little", signed=True)
        slot = 4 + 2 * field
        if slot + 2 > self._number(fields, 2):
            return None
        offset = self._number(fields + slot, 2)
        return self.at + offset if offset else None

    def _number(self, at: int, size: int) -> int:
        return int.from_bytes(self.data[at : at + size], "little")
