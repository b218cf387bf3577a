"""Coding: columns as small integers, one for each distinct value met, so that each is read once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.language.errors import LicetError

Codes = npt.NDArray[np.int64]
Value = TypeVar("Value")

_JOINT = "\x1f"


class Interned(Generic[Value]):
    """Values numbered in the order in which they were first met."""

    def __init__(self, first: Iterable[Value] = ()) -> None:
        self.values: list[Value] = []
        self._codes: dict[Hashable, int] = {}
        for value in first:
            self.code(value)

    def __len__(self) -> int:
        return len(self.values)

    def code(self, value: Value) -> int:
        """The number of a value; ``True`` and ``1`` are two."""
        key = (value.__class__, value)
        found = self._codes.get(key)
        if found is None:
            found = self._codes[key] = len(self.values)
            self.values.append(value)
        return found


class Column(Interned[Value]):
    """The distinct values of one column over all batches, each read once; code 0 is null.

    ``read`` makes a value of a cell; of a cell it refuses, what is wrong is kept in ``problems`` by code.
    """

    def __init__(self, read: Callable[[Any], Value], null: Value) -> None:
        super().__init__([null])
        self.read = read
        self.problems: dict[int, str] = {}
        self._cells: dict[Hashable, int] = {}

    def encode(self, column: pa.Array) -> Codes:
        """The code of every cell."""
        cells, at = distinct(column)
        table = np.fromiter((self._code_of(cell) for cell in cells), np.int64, len(cells))
        # One more at the end, for the index -1 of a null.
        return np.append(table, 0)[at]

    def _code_of(self, cell: Any) -> int:
        key = repr(cell) if isinstance(cell, list | dict) else (cell.__class__, cell)
        found = self._cells.get(key)
        if found is None:
            try:
                found = self.code(self.read(cell))
            except LicetError as error:
                # A code of its own, with the meaning of null and what is wrong beside it.
                found = len(self.values)
                self.values.append(self.values[0])
                self.problems[found] = str(error)
            self._cells[key] = found
        return found


def distinct(column: pa.Array) -> tuple[list[Any], Codes]:
    """The distinct cells of a column, and for each row which it is; -1 where it is null."""
    kind = column.type
    if pa.types.is_null(kind):
        return [], np.full(len(column), -1, np.int64)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        lists = column.cast(pa.list_(pa.string()))
        members = lists.flatten()
        # A null or an empty member would be lost in the joining.
        if members.null_count == 0 and not pc.any(pc.equal(members, "")).as_py():
            joined = pc.binary_join(lists, _JOINT).dictionary_encode()
            cells: list[Any] = [t.split(_JOINT) if t else [] for t in joined.dictionary.to_pylist()]
            return cells, _indices(joined)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_struct(kind):
        seen: Interned[str] = Interned()
        told = [None if cell is None else cell for cell in column.to_pylist()]
        at = np.fromiter((-1 if c is None else seen.code(repr(c)) for c in told), np.int64, len(told))
        first = {repr(cell): cell for cell in told if cell is not None}
        return [first[text] for text in seen.values], at
    coded = column if pa.types.is_dictionary(kind) else column.dictionary_encode()
    return coded.dictionary.to_pylist(), _indices(coded)


def _indices(coded: pa.DictionaryArray) -> Codes:
    return coded.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def grouped(columns: Iterable[Codes], count: int) -> tuple[Codes, Codes]:
    """Rows that agree in every column: for each row its group, and for each group its first row."""
    kept = list(columns)
    mixed = np.zeros(count, np.uint64)
    for column in kept:
        mixed = _mixed(mixed, column)
    coded = pa.array(mixed.view(np.int64)).dictionary_encode()
    groups = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    first = np.empty(len(coded.dictionary), np.int64)
    first[groups[::-1]] = np.arange(count - 1, -1, -1)
    if all(np.array_equal(column[first][groups], column) for column in kept):
        return groups, first
    # Two different rows met in one hash: sort instead.
    _, first, groups = np.unique(np.stack(kept), axis=1, return_index=True, return_inverse=True)
    return groups.reshape(-1), first


def _mixed(mixed: npt.NDArray[np.uint64], column: Codes) -> npt.NDArray[np.uint64]:
    mixed = (mixed ^ column.view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
    return mixed ^ (mixed >> np.uint64(29))


def mapped(
    keys: tuple[Codes, ...], make: Callable[..., int], memo: dict[tuple[int, ...], int] | None = None
) -> Codes:
    """``make`` of every row of ``keys``, called once for each distinct row, and once ever with a ``memo``."""
    groups, first = grouped(keys, len(keys[0]))
    memo = {} if memo is None else memo
    found = np.empty(len(first), np.int64)
    for i, row in enumerate(zip(*(key[first].tolist() for key in keys), strict=True)):
        known = memo.get(row)
        if known is None:
            known = memo[row] = make(*row)
        found[i] = known
    return found[groups]
