"""Reads a table of parties into what the compiled code is asked."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from licet.screening.building import beside, codes_of, kinds_of, rows_of, whole
from licet.screening.reading import read
from licet.screening.roles import PLACE_ONLY
from licet.screening.shapes import Array, Asked, Rules, Weights


def _with_addresses(names: pa.Array, kinds: Array, address: pa.Array) -> tuple[pa.Array, Array, Array]:
    """Names and addresses as texts to read, the party and the kind of each."""
    n = len(names)
    has = np.flatnonzero(np.asarray(address.is_valid()))
    owner = np.concatenate([np.arange(n, dtype=np.int64), has])
    order = np.argsort(owner, kind="stable")
    texts = pa.concat_arrays([names, address.take(pa.array(has))]).take(pa.array(order))
    kind = np.concatenate([kinds, np.full(len(has), PLACE_ONLY, np.uint8)])
    return texts, owner[order], kind[order]


def asked_of(table: pa.Table, rules: Rules, weights: Weights) -> Asked:
    """The readings of parties (columns as in ``screen.PARTIES``), each name first, then its address as
    such.
    """
    names = whole(table.column("name"))
    names = names.fill_null("") if names.null_count else names
    n = len(names)
    kinds = kinds_of(whole(table.column("kind")))
    address = whole(table.column("address"))
    texts, owner, reading_kind = names, np.arange(n, dtype=np.int64), kinds
    addresses = pa.nulls(n, pa.list_(pa.string()))
    if address.null_count < n:
        texts, owner, reading_kind = _with_addresses(names, kinds, address)
        offsets = np.zeros(n + 1, np.int32)
        offsets[1:] = np.cumsum(np.asarray(address.is_valid()))
        addresses = pa.ListArray.from_arrays(pa.array(offsets), address.drop_null())
    words = read(texts, reading_kind, rules, weights, weights.mine)
    if texts is not names:
        words.reading["row"][:-1] = owner[words.owner]
    country = codes_of(whole(table.column("country")))
    country_pointer = np.zeros(n + 1, np.int64)
    np.cumsum(country != 0, out=country_pointer[1:])
    known = beside(
        (country_pointer, country[country != 0]), addresses, whole(table.column("identifiers")),
        rules, weights,
        words.text,
    )  # fmt: skip
    return Asked(
        text=known.text,
        row=rows_of(n, words.reading, kinds, known),
        reading=words.reading,
        item=words.item,
        word=words.word,
        country=known.country,
        place=known.place,
        identifier=known.identifier,
    )
