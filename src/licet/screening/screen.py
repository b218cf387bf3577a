"""Screens parties against an index: Arrow in, Arrow out, every candidate with its evidence.

What comes out for a party depends on that party, the listed names and the fixed rules:
not on the rest of its batch, the order, threads, or what was asked before.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.language.errors import LawError
from licet.screening.asking import asked_of
from licet.screening.building import LAST_DAY, whole
from licet.screening.calibration import one_in
from licet.screening.finding import ANY_DAY
from licet.screening.index import Index, conform
from licet.screening.resolving import resolve
from licet.screening.roles import BY, KINDS, PARTS
from licet.screening.shapes import Array, Met
from licet.screening.telling import screen_all

PARTIES = pa.schema(
    [
        ("name", pa.string()),
        ("id", pa.string()),
        ("kind", pa.string()),
        ("country", pa.string()),
        ("address", pa.string()),
        ("identifiers", pa.list_(pa.string())),
    ]
)
EVIDENCE = pa.struct(
    [
        ("mine", pa.string()),
        ("theirs", pa.string()),
        ("by", pa.string()),
        ("one_in", pa.float64()),
        ("points", pa.float64()),
    ]
)
CANDIDATES = pa.schema(
    [
        ("query", pa.int64()),
        ("id", pa.string()),
        ("entity", pa.string()),
        ("list", pa.string()),
        ("name", pa.string()),
        ("name_kind", pa.string()),
        ("level", pa.string()),
        ("score", pa.float64()),
        ("one_in", pa.float64()),
        ("evidence", pa.list_(EVIDENCE)),
    ]
)
BATCH = 1 << 15  # parties read at a time, which bounds memory
_EPOCH = date.fromordinal(719163)
_KIND_TEXT = np.frombuffer("".join(KINDS).encode(), np.uint8).copy()
_KIND_AT = np.cumsum([0, *map(len, KINDS)]).astype(np.int64)
_BY = pa.array(BY)
_LEVELS = pa.array(["", "review", "hit"])


def screen(
    parties: pa.Table | pa.RecordBatch,
    index: Index,
    *,
    as_of: date | None = None,
    known_at: date | None = None,
    floor: Literal["review", "hit"] = "review",
) -> pa.Table:
    """Every listed party that each of ``parties`` may be.

    Args:
        parties: one party per row: ``name``, and where known ``id``, ``kind``, ``country`` (ISO 3166, two
            letters), ``address`` and ``identifiers`` (``imo:9187629``).
        index: the listed names.
        as_of: only names that have effect on that day.
        known_at: only names known by that day.
        floor: the lowest level wanted.

    Returns:
        One row per party and listed entity (columns: ``CANDIDATES``), by party, then score from
        the highest, then entity. A score is the exact sum of the points of its evidence.

    Raises:
        LawError: a column is missing or of another type.
    """
    if floor not in ("review", "hit"):
        raise LawError(f"floor is {floor!r}, expected 'review' or 'hit'")
    table = pa.table(parties) if isinstance(parties, pa.RecordBatch) else parties
    table = conform(table, PARTIES, ("name",))
    found = [
        _batch(table.slice(start, BATCH), start, index, _day(as_of, None), _day(known_at, LAST_DAY))
        for start in range(0, len(table), BATCH)
    ]
    found = found or [CANDIDATES.empty_table()]
    result = found[0] if len(found) == 1 else pa.concat_tables(found)
    if floor == "hit":
        result = result.filter(pc.equal(result.column("level"), "hit"))
    return result.replace_schema_metadata({"index": index.digest})


def _day(day: date | None, absent: int | None) -> int | None:
    return absent if day is None else day.toordinal() - _EPOCH.toordinal()


def meet(
    table: pa.Table, index: Index, as_of: int | None, known_at: int | None, everything: bool
) -> tuple[Array, Array, Array, Array]:
    """What the compiled code finds: candidates, rows of evidence, and the texts of the rows."""
    asked = asked_of(table, index.rules, index.weights)
    listed, words, weights = index.listed, index.vocabulary, index.weights
    on, known = ANY_DAY if as_of is None else as_of, LAST_DAY if known_at is None else known_at
    with index.rooms.lent() as (trial, scratch):
        met = Met(*resolve(asked.text, asked.word, index.rules, index.keys, weights, words, trial))
        found: tuple[Array, Array, Array, Array] = screen_all(
            asked, listed, words, met, weights, scratch, on, known, everything, _KIND_TEXT, _KIND_AT
        )
    return found


def _batch(table: pa.Table, start: int, index: Index, as_of: int | None, known_at: int | None) -> pa.Table:
    first, same_as = _distinct(table)
    asked = table if len(first) == len(table) else table.take(pa.array(first))
    found, rows, mine, theirs = meet(asked, index, as_of, known_at, False)
    if not len(found):
        return CANDIDATES.empty_table()
    group = index.listed.row["group"][found["row"]]
    order = np.lexsort((group, -found["points"], found["party"]))
    party = found["party"][order]
    if asked is not table:
        count = np.bincount(party, minlength=len(first))
        begin, size = np.cumsum(count) - count, count[same_as]
        party = np.repeat(np.arange(len(table)), size)
        order = order[np.arange(len(party)) + np.repeat(begin[same_as] - np.cumsum(size) + size, size)]
    evidence = evidence_of(found["rows"], order, rows, mine, theirs)
    found = found[order]
    shown = index.shown.take(pa.array(found["row"]))
    return pa.table(
        [
            pa.array(party + start),
            whole(table.column("id")).take(pa.array(party)),
            *shown.columns,
            _LEVELS.take(pa.array(found["level"])),
            pa.array(found["points"] / PARTS),
            pa.array(one_in(found["points"])),
            evidence,
        ],
        schema=CANDIDATES,
    )


def _distinct(table: pa.Table) -> tuple[Array, Array]:
    """The first row of every party that is asked about, and for each row its number among them.

    Rows that say the same of a party are screened once; those with identifiers stand for themselves.
    """
    n = len(table)
    number = np.zeros(n, np.int64)
    if n < 2:
        return number, number
    said = pc.list_value_length(whole(table.column("identifiers"))).fill_null(0).to_numpy() > 0
    for name in ("name", "kind", "country", "address"):
        column = whole(table.column(name))
        if column.null_count < n:
            coded = column.dictionary_encode()
            code = coded.indices.fill_null(-1).to_numpy().astype(np.int64) + 1
            number = np.unique(number * (len(coded.dictionary) + 1) + code, return_inverse=True)[1]
    number[said] = n + np.flatnonzero(said)
    _, first, place = np.unique(number, return_index=True, return_inverse=True)
    order = np.argsort(first)  # in the order in which they came
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[place]


def evidence_of(ends: Array, order: Array, rows: Array, mine: Array, theirs: Array) -> pa.Array:
    """Rows of evidence as Arrow lists, one per candidate, in the order wanted; ``ends`` is where each
    one's end.
    """
    structs = pa.StructArray.from_arrays(
        [
            _strings(rows["mine"], mine),
            _strings(rows["theirs"], theirs),
            _BY.take(pa.array(rows["by"])),
            pa.array(np.exp2(rows["rarity"] / PARTS)),
            pa.array(rows["points"] / PARTS),
        ],
        fields=list(EVIDENCE),
    )
    pointer = np.zeros(len(ends) + 1, np.int32)
    pointer[1:] = ends
    lists = pa.ListArray.from_arrays(pa.array(pointer), structs)
    return lists if np.array_equal(order, np.arange(len(ends))) else lists.take(pa.array(order))


def _strings(ends: Array, text: Array) -> pa.Array:
    """Strings that lie one behind the other in ``text``."""
    offsets = np.zeros(len(ends) + 1, np.int32)
    offsets[1:] = ends
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(text))
