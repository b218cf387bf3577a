"""A roll: the listings and names of a history and the law together, worked out once and kept.

The file stands beside the history, named by the digest of all that it is made of:
another snapshot, another table or other rules of screening make another file. Listings are
brought back one by one, when somebody asks for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licet.language.expression import TRUE
from licet.language.instrument import Moment, day, moment_from
from licet.lists import entries
from licet.lists.effect import PublishedRules
from licet.lists.entries import Records
from licet.lists.history import History
from licet.lists.identity import countries_of
from licet.lists.membership import PER_ENTRY, Membership, membership
from licet.lists.record import Record
from licet.parties.finding import Finder, name_rows, table_of
from licet.parties.listing import Doubt, Footnote, Listing, Listings, unbroken
from licet.parties.terms import Scope, review_terms, scope_of

if TYPE_CHECKING:
    import pyarrow as pa

    from licet.screening import Index

_FORM = "roll 3"
_KEPT = 1 << 15


@dataclass(frozen=True)
class Roll:
    """An open roll: listings for decisions, the index in which names are looked up, what records say."""

    listings: Listings
    index: Index
    records: Records
    digest: str


def open_roll(history: History, law: Listings, rules: PublishedRules, law_digest: str) -> Roll:
    """The roll of a history as it stands now; made, and kept beside the history, if there is none yet.

    Args:
        law: the law's own listings, with ``law_digest`` over the tables they come from.
    """
    import pyarrow as pa

    from licet.screening import Index

    digest = _digest(history, law_digest)
    folder = history.store.path.with_suffix(".rolls")
    file, index_file = folder / f"{digest}.arrow", folder / f"{digest}.index"
    records_file = folder / f"{digest}.records"
    if not (file.exists() and index_file.exists() and records_file.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        found = membership(history, law, rules)
        for old in folder.iterdir():
            old.unlink(missing_ok=True)
        own = [v for versions in law.versions.values() for v in versions]
        _put(index_file, Index.build(table_of(names_of(own, found)), digest).save)
        _put(records_file, lambda path: entries.write(found.records, path))
        _put(file, lambda path: _write(found.listings, path))
    with pa.memory_map(str(file)) as source:
        table = pa.ipc.open_file(source).read_all()
    index = Index.open(index_file)
    listings = Listings(_Joined(law.versions, _Kept(table)), Finder(index))
    return Roll(listings, index, Records(records_file), digest)


def names_of(own: Iterable[Listing], found: Membership) -> Iterator[dict[str, Any]]:
    """Every name of every listing; what snapshots know beside the names goes with all names of it."""
    for listing in own:
        yield from name_rows(listing)
        for _, record in found.records.get(listing.id, ()):
            yield from _record_names(listing, record)
    for listing in found.listings:
        for _, record in found.records[listing.id]:
            yield from _record_names(listing, record)


def _record_names(listing: Listing, record: Record) -> Iterator[dict[str, Any]]:
    base = {
        "entity": listing.id,
        "list": listing.list,
        "kind": "" if record.kind == "thing" else record.kind,
        "countries": sorted(countries_of(record)),
        "addresses": [a.text for a in record.addresses],
        "identifiers": [f"{i.kind}:{i.value}" for i in record.identifiers],
        "from": day(listing.start),
        "known": None if listing.public is None else day(listing.public),
    }
    if record.kind == "address":
        for address in record.addresses:
            yield {**base, "name": address.text, "name_kind": "address"}
        return
    yield {**base, "name": record.name, "name_kind": "name"}
    for other in record.others:
        yield {**base, "name": other.name, "name_kind": other.kind}


def _digest(history: History, law_digest: str) -> str:
    from licet.screening.index import FORMAT
    from licet.screening.thresholds import digest as thresholds_digest
    from licet.screening.words import digest as rules_digest

    rules = (FORMAT, rules_digest(), thresholds_digest())
    parts = [_FORM, *rules, law_digest, *sorted(s.sha256 for s in history.snapshots())]
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def _put(path: Path, write: Any) -> None:
    """Write under another name first, so that nobody opens half a file."""
    part = path.with_name(path.name + ".part")
    write(part)
    part.replace(path)


def _write(listings: Iterable[Listing], path: Path) -> None:
    import pyarrow as pa

    versions: dict[str, list[dict[str, Any]]] = {}
    for listing in listings:
        versions.setdefault(listing.id, []).append(_flat(listing))
    ids = sorted(versions)
    texts = [json.dumps(versions[i], ensure_ascii=False, default=str) for i in ids]
    table = pa.table({"id": pa.array(ids, pa.large_string()), "versions": pa.array(texts, pa.large_string())})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


class _Kept(Mapping[str, tuple[Listing, ...]]):
    """Versions of listings by id, read from the file one id at a time."""

    def __init__(self, table: pa.Table) -> None:
        self.ids = {value: place for place, value in enumerate(table.column("id").to_pylist())}
        self.texts = table.column("versions")
        self._read = lru_cache(maxsize=_KEPT)(self._listings)

    def __getitem__(self, key: str) -> tuple[Listing, ...]:
        return self._read(self.ids[key])

    def __contains__(self, key: object) -> bool:
        return key in self.ids

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def _listings(self, place: int) -> tuple[Listing, ...]:
        return unbroken(_unflat(row) for row in json.loads(self.texts[place].as_py()))


class _Joined(Mapping[str, tuple[Listing, ...]]):
    """The law's own listings, and behind them those of snapshots."""

    def __init__(self, law: Mapping[str, tuple[Listing, ...]], kept: _Kept) -> None:
        self.parts: tuple[Mapping[str, tuple[Listing, ...]], ...] = (law, kept)

    def __getitem__(self, key: str) -> tuple[Listing, ...]:
        first, second = self.parts
        return first[key] if key in first else second[key]

    def __contains__(self, key: object) -> bool:
        return any(key in part for part in self.parts)

    def __iter__(self) -> Iterator[str]:
        for part in self.parts:
            yield from part

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)


_PLAIN = ("id", "list", "name", "country", "address", "by", "evidence")
_MANY = ("also", "amended_by", "programmes")
_MOMENTS = ("start", "through", "public", "end_public")


def _flat(listing: Listing) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(listing, name) for name in (*_PLAIN, *_MANY)}
    row |= {name: _said(getattr(listing, name)) for name in _MOMENTS}
    row["unsure"] = [[d.first.isoformat(), d.last.isoformat(), _said(d.public)] for d in listing.unsure]
    row["footnotes"] = [f.number for f in listing.footnotes]
    row["requirement"], row["policy"] = listing.scope.text, listing.policy
    return {name: value for name, value in row.items() if value}


def _unflat(row: Mapping[str, Any]) -> Listing:
    start = moment_from(row["start"], row["id"])
    assert start is not None, "a version has a first moment"
    through = moment_from(row.get("through"), row["id"])
    per_entry = row["list"] in PER_ENTRY
    requirement, policy = row.get("requirement", ""), row.get("policy", "")
    plain: dict[str, Any] = {name: row.get(name, "") for name in _PLAIN}
    plain |= {name: tuple(row.get(name, ())) for name in _MANY}
    return Listing(
        **plain,
        family="",
        start=start,
        through=None if through is None else day(through),
        # Only some lists say for each entry what it covers; on the others the list itself does.
        scope=scope_of(requirement) if per_entry else Scope(requirement, TRUE),
        terms=review_terms(policy) if per_entry else (),
        policy=policy,
        # A footnote reaches as far back as its own rule, whose window the law has.
        footnotes=tuple(Footnote(number, day(start)) for number in row.get("footnotes", ())),
        public=moment_from(row.get("public"), row["id"]),
        end_public=moment_from(row.get("end_public"), row["id"]),
        unsure=tuple(
            Doubt(date.fromisoformat(first), date.fromisoformat(last), moment_from(public, row["id"]))
            for first, last, public in row.get("unsure", ())
        ),
    )


def _said(moment: Moment | None) -> str:
    return "" if moment is None else moment.isoformat()
