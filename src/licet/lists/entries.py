"""Entries: what the lists say of one listing on a day, as a record: names, places, numbers, terms.

Days and terms are those of the listing. Names, addresses and numbers are what the newest record known then
says; names that older records gave stay as aliases. Records of a history stand in a file beside its roll and
are read one by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from licet.language.instrument import Instrument, day
from licet.language.window import Clock
from licet.lists.packing import record_from
from licet.lists.record import Address, OtherName, Record
from licet.parties.listing import Footnote, Listing

Known = tuple[date, Record]
_KEPT = 4096


class Records(Mapping[str, tuple[Known, ...]]):
    """Records by the id of their listing, each with the day since which it is known, the oldest first."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
        self._places = {id_: place for place, id_ in enumerate(table.column("id").to_pylist())}
        self._texts = table.column("records").combine_chunks()
        self._read = lru_cache(maxsize=_KEPT)(self._records)

    def __getitem__(self, id_: str) -> tuple[Known, ...]:
        return self._read(self._places[id_])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def _records(self, place: int) -> tuple[Known, ...]:
        said = json.loads(self._texts[place].as_py())
        return tuple((date.fromisoformat(on), record_from(data, b"", id_, 0, "")) for on, id_, data in said)


def write(records: Mapping[str, Sequence[Known]], path: Path) -> None:
    """Write what :class:`Records` reads."""
    import pyarrow as pa

    ids = sorted(records)
    texts = [
        json.dumps([[on.isoformat(), r.published_id, json.loads(r.as_json())] for on, r in records[id_]])
        for id_ in ids
    ]
    columns = {"id": pa.array(ids, pa.large_string()), "records": pa.array(texts, pa.large_string())}
    table = pa.table(columns)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def entry(
    version: Listing, records: Iterable[Known], clock: Clock, instruments: Mapping[str, Instrument]
) -> Record:
    """What the lists say of a listing.

    Args:
        version: the version of the listing that counts on the day.
        records: what snapshots say of it, the oldest first.
        instruments: those of the law, by citation.
    """
    known = [record for on, record in records if clock.knew(on) and record.list == version.list]
    shown = known[-1] if known else _of_listing(version)
    names = {version.name, *(name for record in known for name in _names(record)), *version.also}
    names -= {shown.name, *(other.name for other in shown.others)}
    if shown.kind == "address":
        names = set()
    through = version.through if clock.knew(version.end_public) else None
    starts = day(version.first_start)
    return replace(
        shown,
        others=(*shown.others, *(OtherName(name) for name in sorted(names))),
        countries=shown.countries or ((version.country,) if version.country else ()),
        requirement=version.scope.text,
        policy=policy_of(version),
        programmes=version.programmes or shown.programmes,
        citations=citations(version, clock, instruments),
        published=shown.published or _printed(version),
        effective=None if starts == date.min else starts,
        ends=through,
        footnotes=tuple(
            f.number for f in version.footnotes if clock.reached(f.since) and clock.knew(f.since)
        ),
    )


def citations(version: Listing, clock: Clock, instruments: Mapping[str, Instrument]) -> tuple[str, ...]:
    """What made a listing, then what had amended it by the day, as far as was public."""
    found = {version.by: None} if version.by else {}
    for text in version.amended_by:
        citation, _, on = text.partition("@")
        since = date.fromisoformat(on) if on else None
        instrument = instruments.get(citation)
        if clock.reached(since) and clock.knew(instrument.public if instrument else since):
            found[citation] = None
    return tuple(found)


def footnotes(version: Listing, clock: Clock) -> tuple[Footnote, ...]:
    """The footnotes that an entry bears on the day, as far as was known."""
    return tuple(f for f in version.footnotes if clock.reached(f.since) and clock.knew(f.since))


def policy_of(version: Listing) -> str:
    """The review policy of an entry as it is written."""
    return version.policy or next((term.text for term in version.terms), "")


def _printed(version: Listing) -> date | None:
    """The day on which the rule was public; a snapshot only says when it was seen."""
    return None if version.evidence or version.public is None else day(version.public)


def _names(record: Record) -> Iterator[str]:
    yield record.name
    yield from (other.name for other in record.others)


def _of_listing(version: Listing) -> Record:
    """A record for a listing that no snapshot shows."""
    return Record(
        list=version.list,
        name=version.address or version.name,
        kind="address" if version.address else "",
        others=tuple(OtherName(name) for name in version.also),
        addresses=(Address(version.address, version.country),) if version.address else (),
        programmes=version.programmes,
        notes=(version.note,) if version.note else (),
    )
