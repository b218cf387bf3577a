"""Made records, readings and histories for the tests of lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from licet.lists.history import Added, History
from licet.lists.importing import read_published
from licet.lists.record import Address, Identifier, OtherName, Reading, Record
from shared_reference import shared

FIRST = date(2020, 1, 1)


def day(number: int) -> date:
    """The day so many days after the first."""
    return FIRST + timedelta(days=number)


def record(name: str, *countries: str, list_: str = "made", **said: Any) -> Record:
    """A record of a made list."""
    return Record(list_, name, countries=countries, **said)


def reading(records: Iterable[Record], lists: tuple[str, ...] = ("made",), **said: Any) -> Reading:
    """A made file."""
    found = tuple(records)
    return Reading(**{"format": "made", "records": found, "lists": lists, "rows": len(found), **said})


def add(
    history: History, number: int, records: Iterable[Record], known: int | None = None, **said: Any
) -> Added:
    """Add a made file whose data is of day ``number``; its bytes are what it says."""
    made = reading(records, **{k: said.pop(k) for k in ("lists", "format", "fatal") if k in said})
    text = f"{number}|{known}|" + "\n".join(r.as_json() for r in made.records)
    return history.add(
        made,
        sha256=sha256(text.encode()).hexdigest(),
        file=f"made-{day(number)}.csv",
        day=day(number),
        known=day(number if known is None else known),
        **said,
    )


def in_memory() -> History:
    """An empty history that leaves nothing behind."""
    return History.open(Path(":memory:"), create=True)


@cache
def read_shared(name: str) -> Reading:
    """A real file, read once in a run."""
    return read_published({"main": shared(name)}).reading


texts = st.text(st.characters(codec="utf-8"), max_size=12)
filled = texts.filter(bool)
days = st.dates(date(1940, 1, 1), date(2040, 1, 1))
records = st.builds(
    Record,
    list=st.just("made"),
    name=texts,
    kind=st.sampled_from(["person", "organisation", "vessel", ""]),
    others=st.lists(
        st.builds(OtherName, texts, st.sampled_from(["alias", "former", "script"])), max_size=2
    ).map(tuple),
    addresses=st.lists(st.builds(Address, texts, texts), max_size=2).map(tuple),
    countries=st.lists(texts, max_size=2).map(tuple),
    identifiers=st.lists(st.builds(Identifier, texts, texts), max_size=2).map(tuple),
    requirement=texts,
    citations=st.lists(texts, max_size=2).map(tuple),
    published=st.none() | days,
    ends=st.none() | days,
    parent=texts,
    birth=st.lists(texts, max_size=1).map(tuple),
    published_id=texts,
    line=st.integers(0, 9),
    faults=st.lists(texts, max_size=1).map(tuple),
)
