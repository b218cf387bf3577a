"""Screening only what changed: changed listings against all parties, changed parties against all listings.

The engine's score of a pair depends on nothing but the pair. So what was found before stays true for
every pair of which neither side changed, and the rest is searched again: the listings that changed
as a small index of their own. Parties are read batch by batch, so that memory stays bounded
whatever their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from licet.language.values import Truth
from licet.language.window import Clock
from licet.parties.listing import Listings

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from licet.screening import Index

_WIDTH = 16


@dataclass(frozen=True, slots=True)
class ListingChanges:
    """Listings by id: those that are new or say something else, and those that are gone."""

    changed: frozenset[str]
    gone: frozenset[str]


def listing_changes(before: pa.Table, after: pa.Table) -> ListingChanges:
    """What changed between two tables of listed names (columns of the screening's index)."""
    old, new = _listings(before), _listings(after)
    changed = frozenset(entity for entity, digest in new.items() if old.get(entity) != digest)
    return ListingChanges(changed, frozenset(old.keys() - new.keys()))


def names_of(names: pa.Table, entities: Iterable[str]) -> pa.Table:
    """The rows of some listings."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(entities), pa.string())
    return names.filter(pc.is_in(names.column("entity"), wanted))


def _listings(names: pa.Table) -> dict[str, bytes]:
    """A digest of all rows of each listing, whatever their order."""
    from licet.screening.index import SCHEMA, conform

    found: dict[str, list[bytes]] = {}
    table = conform(names, SCHEMA, ("entity", "name"))
    for batch in table.to_batches(max_chunksize=1 << 14):
        columns = [c.to_pylist() for c in batch.columns]
        for entity, row in zip(columns[0], zip(*columns, strict=True), strict=True):
            found.setdefault(entity, []).append(_digest(row))
    return {entity: _digest(tuple(sorted(rows))) for entity, rows in found.items()}


def party_digests(parties: pa.Table | pa.RecordBatch) -> np.ndarray[Any, Any]:
    """For each row of a table of parties a digest of what screening reads of it, as fixed bytes."""
    import numpy as np
    import pyarrow as pa

    from licet.screening.index import conform
    from licet.screening.screen import PARTIES

    table = conform(pa.table(parties) if isinstance(parties, pa.RecordBatch) else parties, PARTIES, ("name",))
    columns = [table.column(f.name).to_pylist() for f in PARTIES if f.name != "id"]
    rows = [_digest(row) for row in zip(*columns, strict=True)]
    return np.array(rows, dtype=f"V{_WIDTH}")


def _digest(row: Any) -> bytes:
    return blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=_WIDTH).digest()


def rescreen(parties: pa.Table, before: pa.Table, after: pa.Table, previous: pa.Table) -> pa.Table:
    """The result that screening ``parties`` against ``after`` gives, from the one against ``before``.

    Args:
        parties: as :func:`licet.screening.screen` takes them, the same as for ``previous``.
        before: listed names of the previous run, in the columns of the screening's index.
        after: listed names now.
        previous: what screening gave against ``before``.

    Returns:
        What ``licet.screening.screen(parties, Index.build(after))`` gives, row for row. Only listings
        that changed are searched.
    """
    import pyarrow as pa

    batches = rescreen_batches(parties.to_batches(), before, after, previous.to_batches())
    found = list(batches)
    return pa.concat_tables(found) if found else previous.slice(0, 0)


def rescreen_batches(
    parties: Iterable[pa.RecordBatch],
    before: pa.Table,
    after: pa.Table,
    previous: Iterable[pa.RecordBatch],
) -> Iterator[pa.Table]:
    """As :func:`rescreen`, for any number of parties: one table for each batch, in bounded memory.

    ``previous`` comes in the order in which screening gives it. ``query`` counts through all batches.
    """
    from licet.screening import Index

    changes = listing_changes(before, after)
    index = Index.build(names_of(after, changes.changed)) if changes.changed else None
    dropped = changes.changed | changes.gone
    cursor = _Cursor(previous)
    first = 0
    for batch in parties:
        earlier = without(cursor.take(first + len(batch)), dropped)
        yield merged(earlier, found_among(batch, index, first))
        first += len(batch)


def found_among(
    parties: pa.Table | pa.RecordBatch, index: Index | None, first: int = 0, known_at: date | None = None
) -> pa.Table:
    """What screening finds, with rows counted from ``first``; nothing where there is no index."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from licet.screening import screen
    from licet.screening.screen import CANDIDATES

    if index is None or not len(parties):
        return CANDIDATES.empty_table()
    found = screen(parties, index, known_at=known_at)
    return found.set_column(
        0, CANDIDATES.field(0), pc.add(found.column("query"), pa.scalar(first, pa.int64()))
    )


def without(results: pa.Table, entities: Iterable[str]) -> pa.Table:
    """Results without those about some listings."""
    import pyarrow as pa
    import pyarrow.compute as pc

    about = pc.is_in(results.column("entity"), pa.array(sorted(entities), pa.string()))
    return results.filter(pc.invert(about))


def merged(*results: pa.Table) -> pa.Table:
    """Results in the order in which screening gives them: by party, score from the highest, listing."""
    import pyarrow as pa

    table = pa.concat_tables([r.replace_schema_metadata(None) for r in results])
    order = [("query", "ascending"), ("score", "descending"), ("entity", "ascending"), ("list", "ascending")]
    return table.sort_by(order)


@dataclass(frozen=True, slots=True)
class PartyChanges:
    """For each row of parties now, the row before that says the same, or -1 where there is none."""

    before: np.ndarray[Any, Any]

    @classmethod
    def of(cls, before: pa.Table, after: pa.Table) -> PartyChanges:
        """What changed between two tables of parties."""
        import numpy as np

        old, new = party_digests(before), party_digests(after)
        place = {digest.tobytes(): row for row, digest in enumerate(old)}
        return cls(np.array([place.get(digest.tobytes(), -1) for digest in new], np.int64))

    def moved(self, previous: pa.Table, parties: pa.Table) -> pa.Table:
        """Previous results of parties that say the same, under the rows and ids they have now."""
        import numpy as np
        import pyarrow as pa

        query = previous.column("query").to_numpy()
        kept = np.flatnonzero(self.before >= 0)
        start = np.searchsorted(query, self.before[kept], "left")
        count = np.searchsorted(query, self.before[kept], "right") - start
        now = np.repeat(kept, count)
        rows = np.repeat(start, count) + np.arange(len(now)) - np.repeat(np.cumsum(count) - count, count)
        found = previous.take(pa.array(rows.astype(np.int64)))
        ids = (
            parties.column("id").combine_chunks() if "id" in parties.column_names else pa.nulls(len(parties))
        )
        found = found.set_column(0, "query", pa.array(now.astype(np.int64)))
        return found.set_column(1, "id", ids.take(pa.array(now)).cast(pa.string()))


def screen_changed(
    parties: pa.Table,
    changes: PartyChanges,
    index: Index,
    changed: Index | None,
    known_at: date | None = None,
) -> pa.Table:
    """What is found for pairs of which a side changed.

    Args:
        parties: all parties now.
        changes: which of them say the same as before.
        index: all listed names now.
        changed: the names of listings that changed; none if none did.
        known_at: only names known by that day.
    """
    import numpy as np
    import pyarrow as pa

    results = []
    for new, searched in ((True, index), (False, changed)):
        rows = np.flatnonzero((changes.before < 0) == new)
        found = found_among(parties.take(pa.array(rows)), searched, known_at=known_at)
        query = pa.array(rows[found.column("query").to_numpy()].astype(np.int64))
        results.append(found.set_column(0, found.schema.field(0), query))
    return merged(*results)


def effect_changes(listings: Listings, before: Clock, now: Clock) -> frozenset[str]:
    """Listings whose effect is another than it was: begun, ended, or no longer sure."""
    return frozenset(
        entity
        for entity in listings.versions
        if _effect(listings, entity, before) != _effect(listings, entity, now)
    )


def _effect(listings: Listings, entity: str, clock: Clock) -> dict[str, Truth]:
    versions = listings.of_id(entity, clock)
    return {v.list: held for v in versions if (held := v.in_force(clock)) is not False}


class _Cursor:
    """Results in order of the party, taken up to a row."""

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self._batches = iter(batches)
        self._rest: list[pa.RecordBatch] = []

    def take(self, end: int) -> pa.Table:
        """All that is left of parties before row ``end``."""
        import numpy as np
        import pyarrow as pa

        from licet.screening.screen import CANDIDATES

        taken: list[pa.RecordBatch] = []
        while True:
            batch = self._rest.pop() if self._rest else next(self._batches, None)
            if batch is None:
                break
            cut = int(np.searchsorted(batch.column("query").to_numpy(), end, "left"))
            taken.append(batch.slice(0, cut))
            if cut < len(batch):
                self._rest.append(batch.slice(cut))
                break
        tables = [pa.Table.from_batches([b]).replace_schema_metadata(None) for b in taken if len(b)]
        return pa.concat_tables(tables) if tables else CANDIDATES.empty_table()
