"""Builds the arrays of an index out of a table of listed names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.screening.hashing import table_of
from licet.screening.likeness import keys_of
from licet.screening.reading import Words, read
from licet.screening.resolving import classes_of, hashes_of
from licet.screening.roles import KINDS, PARTS, PLACE_ONLY
from licet.screening.shapes import (
    IDENTIFIER,
    LEADS,
    PLACED,
    ROW,
    Array,
    Keys,
    Listed,
    Rules,
    Vocabulary,
    Weights,
)
from licet.screening.shortening import buckets_of, deletes_of, sieve_of
from licet.screening.thresholds import points_of

FIRST_DAY, LAST_DAY = -(1 << 31), (1 << 31) - 1
_KIND = {name: code for code, name in enumerate(KINDS)}
_KIND["thing"] = 0


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the names: where each row's begins (pointers), the records, and their text."""

    country_pointer: Array
    country: Array
    place_pointer: Array
    place: Array
    place_at: Array
    identifier_pointer: Array
    identifier: Array
    text: Array


def kinds_of(column: pa.Array) -> Array:
    """Kinds as numbers; what is not known counts as not said."""
    if column.null_count == len(column):
        return np.zeros(len(column), np.uint8)
    return np.array([_KIND.get(v or "", 0) for v in column.to_pylist()], np.uint8)


def whole(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array."""
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _lists(column: pa.Array) -> tuple[Array, pa.Array]:
    """Pointers and values of a list column; empty where null."""
    if column.null_count == len(column):
        return np.zeros(len(column) + 1, np.int64), pa.array([], column.type.value_type)
    lengths = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False)
    pointer = np.zeros(len(column) + 1, np.int64)
    np.cumsum(lengths, out=pointer[1:])
    return pointer, column.flatten().fill_null("")


def country_code(text: str) -> int:
    """A two-letter code as a number; 0 where there is none."""
    text = text.strip().upper()
    return ord(text[0]) * 256 + ord(text[1]) if len(text) == 2 and text.isascii() and text.isalpha() else 0


def codes_of(values: pa.Array) -> Array:
    """Countries as numbers; 0 where there is none."""
    if values.null_count == len(values):
        return np.zeros(len(values), np.int32)
    values = values.fill_null("")
    coded = values.dictionary_encode()
    table = np.array([country_code(v) for v in coded.dictionary.to_pylist()], np.int32)
    return np.asarray(table[coded.indices.to_numpy()])


def _bytes(values: pa.Array) -> tuple[Array, Array, Array]:
    values = values.cast(pa.large_string())
    offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + len(values) + 1]
    data = values.buffers()[2]
    return (
        np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8),
        offsets[:-1].astype(np.int64),
        offsets[1:].astype(np.int64),
    )


def _identifiers(column: pa.Array, base: int) -> tuple[Array, Array, Array]:
    """Pointers, IDENTIFIER records and their text, which will stand at ``base``."""
    pointer, values = _lists(column)
    out = np.zeros(len(values), IDENTIFIER)
    if not len(values):
        return pointer, out, np.zeros(0, np.uint8)
    lowered = pc.utf8_lower(values)
    kind = pc.replace_substring_regex(lowered, r":.*$", "")
    value = pc.replace_substring_regex(lowered, r"^[^:]*:", "")
    text, start, end = _bytes(values)
    out["kind"] = hashes_of(*_bytes(kind))
    out["value"] = hashes_of(*_bytes(pc.replace_substring_regex(value, r"[\\s./-]+", "")))
    out["a"], out["b"] = start + base, end + base
    return pointer, out, text[: end[-1]]


def beside(
    countries: tuple[Array, Array], addresses: pa.Array, identifiers: pa.Array, rules: Rules, weights:
    Weights,
    text: Array,
) -> Beside:  # fmt: skip
    """Countries, address words and identifiers; their texts are put behind ``text``."""
    n = len(addresses)
    if addresses.null_count == n and identifiers.null_count == n:
        return _nothing_beside(countries, text)
    pointer, values = _lists(addresses)
    place_pointer = np.zeros(n + 1, np.int64)
    place_at = np.zeros((n, 2), np.int64)
    place = np.zeros(0, PLACED)
    parts = [text]
    base = len(text)
    if len(values):
        words = read(values, np.full(len(values), PLACE_ONLY, np.uint8), rules, weights, weights.mine)
        row = np.repeat(np.arange(n), np.diff(pointer))
        owner = row[np.repeat(words.owner, np.diff(words.reading["first"]))]
        found = words.word[words.item["word"]]
        order = np.lexsort((found["key"], owner))
        owner, found = owner[order], found[order]
        keep = np.ones(len(found), bool)
        keep[1:] = (found["key"][1:] != found["key"][:-1]) | (owner[1:] != owner[:-1])
        place = np.zeros(int(keep.sum()), PLACED)
        place["key"], place["value"] = found["key"][keep], found["value"][keep]
        place_pointer[1:] = np.cumsum(np.bincount(owner[keep], minlength=n))
        data, start, end = _bytes(values)
        parts.append(data[: end[-1]])
        has = np.flatnonzero(np.diff(pointer))
        place_at[has, 0] = start[pointer[has]] + base
        place_at[has, 1] = end[pointer[has]] + base
        base += int(end[-1])
    id_pointer, identifier, id_text = _identifiers(identifiers, base)
    parts.append(id_text)
    return Beside(*countries, place_pointer, place, place_at, id_pointer, identifier, np.concatenate(parts))


def _nothing_beside(countries: tuple[Array, Array], text: Array) -> Beside:
    none = np.zeros_like(countries[0])
    no_place, no_identifier = np.zeros(0, PLACED), np.zeros(0, IDENTIFIER)
    return Beside(
        *countries, none, no_place, np.zeros((len(none) - 1, 2), np.int64), none, no_identifier, text
    )


def rows_of(n: int, reading: Array, kinds: Array, known: Beside) -> Array:
    """ROW records of ``n`` names or parties; readings must be in their order."""
    out = np.zeros(n + 1, ROW)
    out["reading"] = np.searchsorted(reading["row"][:-1], np.arange(n + 1))
    out["country"], out["place"] = known.country_pointer, known.place_pointer
    out["identifier"] = known.identifier_pointer
    out["place_a"][:-1], out["place_b"][:-1] = known.place_at[:, 0], known.place_at[:, 1]
    out["kind"][:-1] = kinds
    return out


def texts_of(names: pa.Array, bare: Array, pointer: Array, addresses: pa.Array) -> tuple[pa.Array, Array]:
    """Texts to read and the row of each: the name, or for bare addresses every address."""
    rows = np.flatnonzero(bare)
    if not len(rows):
        return names, np.arange(len(names), dtype=np.int64)
    kept = np.flatnonzero(~bare)
    owner = [kept]
    pieces = [names.take(pa.array(kept)).cast(pa.string())]
    for row in rows.tolist():
        found = addresses.slice(pointer[row], pointer[row + 1] - pointer[row])
        found = found if len(found) else names.slice(row, 1)
        pieces.append(found.cast(pa.string()))
        owner.append(np.full(len(found), row, np.int64))
    owners = np.concatenate(owner)
    order = np.argsort(owners, kind="stable")
    return pa.concat_arrays(pieces).take(pa.array(order)), owners[order]


def _leads(keys: Array, to: Array) -> Array:
    """LEADS in order of their keys."""
    out = np.empty(len(keys), LEADS)
    order = np.argsort(keys, kind="stable")
    out["key"], out["to"] = keys[order], to[order]
    return out


def _vocabulary(words: Words, rules: Rules, keys: Keys) -> Vocabulary:
    word = words.word
    spelt, heard = keys_of(words.text, word, keys)
    deletes = deletes_of(words.text, word)
    deletes.sort()
    alike = classes_of(word, rules)
    buffer = words.text.tobytes()
    texts = [buffer[a:b] for a, b in zip(word["start"].tolist(), word["end"].tolist(), strict=True)]
    return Vocabulary(
        text=words.text,
        word=word,
        slots=table_of(np.ascontiguousarray(word["key"])),
        order=np.array(sorted(range(len(texts)), key=texts.__getitem__), np.int32),
        deletes=deletes,
        bucket=buckets_of(deletes),
        sieve=sieve_of(deletes),
        spelt=_leads(spelt[spelt != 0], np.flatnonzero(spelt)),
        heard=_leads(heard[heard != 0], np.flatnonzero(heard)),
        alike=_leads(alike["key"], alike["to"]),
    )


def _rank(*columns: pa.Array) -> Array:
    """The order of rows by these columns as text."""
    table = pa.table({str(i): c for i, c in enumerate(columns)})
    order = pc.sort_indices(table, [(str(i), "ascending") for i in range(len(columns))]).to_numpy()
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank


def _groups(entity: pa.Array, codes: pa.Array) -> Array:
    """A number for every entity on every list, in the order of their text."""
    n = len(entity)
    order = np.argsort(_rank(entity, codes))
    entity, codes = entity.take(pa.array(order)), codes.take(pa.array(order))
    new = np.ones(n, bool)
    if n > 1:
        same = pc.and_(
            pc.equal(entity.slice(1), entity.slice(0, n - 1)), pc.equal(codes.slice(1), codes.slice(0, n - 1))
        )
        new[1:] = ~np.asarray(same)
    group = np.empty(n, np.int32)
    group[order] = (np.cumsum(new) - 1).astype(np.int32)
    return group


def _days(column: pa.Array, absent: int) -> Array:
    return np.asarray(column.cast(pa.int32()).fill_null(absent), np.int64)


def build(table: pa.Table, rules: Rules, keys: Keys, weights: Weights) -> tuple[Vocabulary, Listed]:
    """Vocabulary and listed readings of a table of names."""
    column = {name: whole(table.column(name)) for name in table.column_names}
    names = column["name"].fill_null("")
    n = len(names)
    name_kind = column["name_kind"].fill_null("")
    kinds = kinds_of(column["kind"])
    bare = (kinds == PLACE_ONLY) | np.asarray(pc.equal(name_kind, "address"))
    kinds = np.where(bare, PLACE_ONLY, kinds).astype(np.uint8)
    address_pointer, addresses = _lists(column["addresses"])
    texts, owner = texts_of(names, bare, address_pointer, addresses)
    words = read(texts, kinds[owner], rules, weights, weights.theirs)
    vocabulary = _vocabulary(words, rules, keys)
    reading = words.reading
    reading["row"][:-1] = owner[words.owner]
    sizes = np.diff(reading["first"])
    reading_of = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    pairs = np.unique(words.item["word"].astype(np.int64) << 32 | reading_of)
    post_pointer = np.zeros(len(words.word) + 1, np.int64)
    post_pointer[1:] = np.cumsum(np.bincount(pairs >> 32, minlength=len(words.word)))
    joins = np.flatnonzero(words.item["join"])
    country_pointer, country_values = _lists(column["countries"])
    known = beside(
        (country_pointer, codes_of(country_values)), column["addresses"], column["identifiers"],
        rules, weights,
        words.text,
    )  # fmt: skip
    codes = column["list"].fill_null("")
    coded = codes.dictionary_encode()
    row = rows_of(n, reading, kinds, known)
    row["list"][:-1] = coded.indices.to_numpy()
    row["group"][:-1] = _groups(column["entity"].fill_null(""), codes)
    row["rank"][:-1] = _rank(name_kind, names)
    row["klass"][:-1] = bare
    row["since"][:-1] = _days(column["from"], FIRST_DAY)
    row["through"][:-1] = _days(column["through"], LAST_DAY)
    row["known"][:-1] = _days(column["known"], FIRST_DAY)
    reading["kind"][:-1] = row["kind"][reading["row"][:-1]]
    reading["list"][:-1] = row["list"][reading["row"][:-1]]
    points = [points_of(code) for code in coded.dictionary.to_pylist()]
    lone = words.word["cost"][words.word["end"] - words.word["start"] == 1]
    identifier_of = np.repeat(np.arange(n, dtype=np.int32), np.diff(known.identifier_pointer))
    most = (
        int(row["group"].max()) + 1,
        int(lone.max(initial=0)),
        int(words.word["cost"].max(initial=0)),
    )
    return vocabulary, Listed(
        text=known.text,
        row=row,
        reading=reading,
        item=words.item,
        post_pointer=post_pointer,
        post=(pairs & 0xFFFFFFFF).astype(np.int32),
        join=_leads(words.item["join"][joins], reading_of[joins]),
        whole=_leads(reading["whole"][:-1], np.arange(len(sizes))),
        country=known.country,
        place=known.place,
        identifier=known.identifier,
        by_identifier=_leads(known.identifier["kind"] ^ known.identifier["value"], identifier_of),
        point=np.array([[p.review * PARTS, p.hit * PARTS] for p in points], np.int64).reshape(-1, 2),
        most=np.array(most, np.int64),
    )
