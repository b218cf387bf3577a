"""The two shapes of a book: acts in Arrow, and an order book as companies write it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.columns.acts import PARTIES
from licet.generating.book import Book
from licet.generating.facts import BLANK, Codes
from licet.generating.lines import NOBODY, Lines
from licet.intake.headers import naming

DATE, VALUE, DOLLARS = "act.date", "item.value_usd", "USD"
_UNKNOWN, _NOBODY = "unknown", "none"


def as_acts(lines: Lines, book: Book) -> pa.RecordBatch:
    """A block as acts in columns (see :mod:`licet.columns.acts`)."""
    vocabulary = book.regime.vocabulary
    facts = {name: domain.column(lines.facts[name], vocabulary) for name, domain in book.domains.items()}
    blank = np.isnan(lines.value)
    in_dollars = _currencies(lines, book) == DOLLARS
    facts[DATE] = _days(lines)
    facts[VALUE] = pa.array(lines.value, mask=blank | ~in_dollars)
    ordered = {name: facts[name] for name in vocabulary.entries if name in facts}
    parties = {PARTIES: _parties(lines, book)}
    value = {"value": pa.array(lines.value, mask=blank)}
    return pa.RecordBatch.from_pydict({**_particulars(lines, book), **value, **ordered, **parties})


def as_order_book(lines: Lines, book: Book) -> pa.RecordBatch:
    """A block as an order book, every cell text, with the headings that intake knows best."""
    headings = {fact: name for name, fact in naming()["facts"].items()}
    value = pa.array(lines.value, mask=np.isnan(lines.value))
    columns = {
        **{name: column.cast(pa.string()) for name, column in _particulars(lines, book).items()},
        "value": value.cast(pa.decimal128(18, 2)).cast(pa.string()),
        headings[DATE]: _days(lines).cast(pa.string()),
    }
    for name, domain in book.domains.items():
        columns[headings.get(name, name)] = domain.words(lines.facts[name]).cast(pa.string())
    for column, role in enumerate(book.mix.roles):
        columns |= _role(lines, book, column, role)
    return pa.RecordBatch.from_pydict(columns)


def _particulars(lines: Lines, book: Book) -> dict[str, pa.Array]:
    items, mix = book.items, book.mix
    kind = items.template[lines.item]
    of_kind = {
        "description": [one.what for one in mix.items],
        "hts": [one.hts for one in mix.items],
        "unit": [one.unit for one in mix.items],
    }
    return {
        "order_id": pc.binary_join_element_wise("G", pa.array(lines.order + 1).cast(pa.string()), "-"),
        "line": pa.array(lines.line),
        "item_id": _words(lines.item, items.numbers),
        **{name: _words(kind, texts) for name, texts in of_kind.items()},
        "quantity": pa.array(lines.quantity),
        "currency": _words(lines.currency, book.currencies.texts),
        "end_use": _words(lines.end_use, book.end_uses),
    }


def _words(places: Codes, texts: Sequence[str | None]) -> pa.Array:
    """The texts at some places; a blank one is null."""
    distinct = list(dict.fromkeys(text or "" for text in texts))
    codes = np.array([distinct.index(text or "") for text in texts], np.int32)[places]
    blank = np.array([not text for text in texts])[places]
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=blank), pa.array(distinct, pa.string()))


def _days(lines: Lines) -> pa.Array:
    return pa.array(lines.day, pa.int32()).cast(pa.date32())


def _currencies(lines: Lines, book: Book) -> npt.NDArray[np.object_]:
    return np.array(book.currencies.texts)[lines.currency]


def _names(lines: Lines, book: Book, who: Codes, spelling: Codes, named: npt.NDArray[np.bool_]) -> pa.Array:
    """The names of parties as they are spelt; null where no name is stated."""
    places = np.where(named, who * book.customers.spellings + spelling, 0)
    return book.customers.names.take(pa.array(places, pa.int32(), mask=~named))


def _parties(lines: Lines, book: Book) -> pa.Array:
    """The parties of each line, in the order of their first roles."""
    vocabulary = book.regime.vocabulary
    roles = lines.who.shape[1]
    there = lines.who != NOBODY
    leads = there & (lines.lead == np.arange(roles))
    taken = np.zeros(lines.who.shape, np.int16)
    for later in range(roles):
        for lead in range(later + 1):
            also = there[:, later] & (lines.lead[:, later] == lead)
            taken[:, lead] |= also.astype(np.int16) << later
    sets = [sorted(r for i, r in enumerate(book.mix.roles) if mask >> i & 1) for mask in range(1 << roles)]
    who, named = lines.who[leads], lines.named[leads]
    addresses = pa.array(np.where(lines.address[leads], who, 0), pa.int32(), mask=~lines.address[leads])
    country = lines.country[leads]
    places = pa.array(np.where(country == BLANK, 0, country), pa.int32(), mask=country == BLANK)
    columns = {
        "name": _names(lines, book, who, lines.spelling[leads], named),
        "roles": pa.array(sets, pa.list_(pa.string())).take(pa.array(taken[leads])),
        "country": pa.array(book.customers.countries, pa.string()).take(places),
        "address": book.customers.addresses.take(addresses),
    }
    for name, domain in book.party_domains.items():
        columns[name] = domain.column(lines.party_facts[name][leads], vocabulary)
    ends = np.concatenate([[0], np.cumsum(leads.sum(axis=1))]).astype(np.int32)
    people = pa.StructArray.from_arrays(list(columns.values()), list(columns))
    return pa.ListArray.from_arrays(pa.array(ends), people)


def _role(lines: Lines, book: Book, column: int, role: str) -> dict[str, pa.Array]:
    """The columns of an order book for one role."""
    who, named = lines.who[:, column], lines.named[:, column]
    names = _names(lines, book, who, lines.spelling[:, column], named)
    wanting = pc.if_else(pa.array(who == NOBODY), _NOBODY, _UNKNOWN)
    country = lines.country[:, column]
    places = pa.array(np.where(country == BLANK, 0, country), pa.int32(), mask=country == BLANK)
    located = lines.address[:, column]
    addresses = pa.array(np.where(located, who, 0), pa.int32(), mask=~located)
    found = {
        f"{role}_name": pc.coalesce(names, wanting),
        f"{role}_country": pa.array(book.customers.countries, pa.string()).take(places),
        f"{role}_address": book.customers.addresses.take(addresses),
    }
    for name, domain in book.party_domains.items():
        cells = domain.words(lines.party_facts[name][:, column]).cast(pa.string())
        found[f"{role}_{name.removeprefix('party.')}"] = cells
    return found
