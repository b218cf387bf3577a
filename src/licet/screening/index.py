"""The index: listed names read once, immutable, kept in one Arrow file that is mapped into memory.

The file is an Arrow IPC file of a single row with one column per array; the rules that
read the names lie in it, so that an index answers alike wherever it is opened.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from licet.language.errors import LawError
from licet.screening.building import build
from licet.screening.compiled import code_digest
from licet.screening.room import Rooms
from licet.screening.shapes import (
    IDENTIFIER,
    ITEM,
    LEADS,
    PLACED,
    READING,
    ROW,
    WORD,
    Array,
    Keys,
    Listed,
    Rules,
    Spelling,
    Vocabulary,
    Weights,
    frozen,
)
from licet.screening.thresholds import digest as thresholds_digest
from licet.screening.weights import weights
from licet.screening.words import digest as rules_digest
from licet.screening.words import keys, rules

# Written by other code, an index might be read wrongly or score otherwise.
FORMAT = f"licet-index-1 {code_digest()}"
SCHEMA = pa.schema(
    [
        ("entity", pa.string()),
        ("list", pa.string()),
        ("name", pa.string()),
        ("name_kind", pa.string()),
        ("kind", pa.string()),
        ("countries", pa.list_(pa.string())),
        ("addresses", pa.list_(pa.string())),
        ("identifiers", pa.list_(pa.string())),
        ("from", pa.date32()),
        ("through", pa.date32()),
        ("known", pa.date32()),
    ]
)
_SHOWN = ("entity", "list", "name", "name_kind")
_PARTS: tuple[tuple[str, Any], ...] = (
    ("rules", Rules),
    ("spelling", Spelling),
    ("sound", Spelling),
    ("weights", Weights),
    ("vocabulary", Vocabulary),
    ("listed", Listed),
)
RECORDS = {
    "vocabulary.word": WORD,
    "vocabulary.spelt": LEADS,
    "vocabulary.heard": LEADS,
    "vocabulary.alike": LEADS,
    "listed.row": ROW,
    "listed.reading": READING,
    "listed.item": ITEM,
    "listed.join": LEADS,
    "listed.whole": LEADS,
    "listed.place": PLACED,
    "listed.identifier": IDENTIFIER,
    "listed.by_identifier": LEADS,
}


@dataclass(frozen=True, eq=False)
class Index:
    """Listed names, ready to be screened against.

    Args:
        digest: hash of the names and of all rules; the name of the index.
        shown: entity, list, name and kind of name of every listed name, in the order they came.
    """

    digest: str
    shown: pa.Table
    rules: Rules
    keys: Keys
    weights: Weights
    vocabulary: Vocabulary
    listed: Listed

    @cached_property
    def rooms(self) -> Rooms:
        """Working room for searches, kept from one to the next."""
        return Rooms(len(self.vocabulary.word), len(self.listed.reading), int(self.listed.most[0]))

    def __len__(self) -> int:
        return len(self.shown)

    @classmethod
    def build(cls, names: pa.Table, digest: str = "") -> Index:
        """An index of a table with one listed name per row (columns: ``SCHEMA``).

        Columns may be missing but for ``entity`` and ``name``. ``digest`` names the lists the table came
        from; without it the names themselves are hashed. Faults: ``LawError`` naming the column.
        """
        table = conform(names, SCHEMA, ("entity", "name"))
        if not digest:
            total = hashlib.sha256()
            for column in table.columns:
                for value in column.to_pylist():
                    total.update(repr(value).encode("utf-8", "replace") + b"\0")
            digest = total.hexdigest()
        whole = f"{digest} {rules_digest()} {thresholds_digest()} {FORMAT}"
        vocabulary, listed = build(table, rules(), keys(), weights())
        return cls(
            digest=hashlib.sha256(whole.encode()).hexdigest(),
            shown=table.select(_SHOWN).combine_chunks(),
            rules=rules(),
            keys=keys(),
            weights=weights(),
            vocabulary=frozen(vocabulary),
            listed=frozen(listed),
        )

    def save(self, path: str | Path) -> None:
        """Writes the index as one Arrow IPC file; the same index gives the same bytes."""
        arrays: dict[str, Array] = {}
        values: tuple[Any, ...] = (
            self.rules,
            self.keys.spelling,
            self.keys.sound,
            self.weights,
            self.vocabulary,
            self.listed,
        )
        for (prefix, _), value in zip(_PARTS, values, strict=True):
            for name, array in value._asdict().items():
                arrays[f"{prefix}.{name}"] = array
        arrays["slips"] = self.keys.slips
        columns: dict[str, pa.Array] = {}
        shapes: dict[str, str] = {"format": FORMAT, "digest": self.digest}
        for name, array in arrays.items():
            shapes[name] = ",".join(map(str, array.shape))
            flat = array.reshape(-1)
            columns[name] = _one_row(pa.array(flat.view(np.uint8) if flat.dtype.names else flat))
        for name in _SHOWN:
            chunks = self.shown.column(name)
            whole = pa.concat_arrays(chunks.chunks) if chunks.num_chunks else pa.array([], pa.string())
            columns[f"shown.{name}"] = _one_row(whole)
        table = pa.table(columns).replace_schema_metadata(shapes)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)

    @classmethod
    def open(cls, path: str | Path) -> Index:
        """Opens a saved index by mapping its file; nothing is read before it is needed.

        Faults: ``LawError`` when the file is no index, or one that other code wrote.
        """
        try:
            batch = pa.ipc.open_file(pa.memory_map(str(path), "r")).get_batch(0)
        except pa.ArrowInvalid as error:
            raise LawError(f"{path}: no index of listed names: {error}; build it again") from None
        said = {k.decode(): v.decode() for k, v in (batch.schema.metadata or {}).items()}
        if said.get("format") != FORMAT:
            raise LawError(
                f"{path}: written as {said.get('format', 'something else')!r}, expected {FORMAT!r}; "
                "build it again"
            )

        def array(name: str) -> Array:
            flat = batch.column(name).values.to_numpy(zero_copy_only=True)
            if name in RECORDS:
                flat = flat.view(RECORDS[name])
            shape = tuple(int(n) for n in said[name].split(","))
            return np.asarray(flat.reshape(shape))

        read = {
            prefix: shape(*(array(f"{prefix}.{field}") for field in shape._fields))
            for prefix, shape in _PARTS
        }
        return cls(
            digest=said["digest"],
            shown=pa.table({name: batch.column(f"shown.{name}").values for name in _SHOWN}),
            rules=read["rules"],
            keys=frozen(Keys(read["spelling"], read["sound"], array("slips"))),
            weights=read["weights"],
            vocabulary=read["vocabulary"],
            listed=read["listed"],
        )


def _one_row(values: pa.Array) -> pa.Array:
    """An array as the single row of a list column."""
    offsets = pa.array(np.array([0, len(values)], np.int64))
    return pa.LargeListArray.from_arrays(offsets, values)


def conform(table: pa.Table, schema: pa.Schema, required: tuple[str, ...]) -> pa.Table:
    """The table with the columns of ``schema`` in its order and types, absent ones empty."""
    columns = []
    for field in schema:
        if field.name in table.column_names:
            try:
                column = table.column(field.name)
                columns.append(column if column.type == field.type else column.cast(field.type))
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
                raise LawError(f"column {field.name!r}: expected {field.type}: {error}") from None
        elif field.name in required:
            raise LawError(f"column {field.name!r} is missing; there are {', '.join(table.column_names)}")
        else:
            columns.append(pa.nulls(len(table), field.type))
    return pa.table(columns, schema=schema)
