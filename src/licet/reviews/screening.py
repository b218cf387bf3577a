"""Screening against lists as they stood: the engine's candidates, each with its membership on the day.

The engine knows names only. Whether the listing behind a name had effect on a day, as far as was
known by then, is asked of the listings; what they leave open stays open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date
from typing import TYPE_CHECKING, Literal, Protocol

from licet.language.errors import LawError
from licet.language.instrument import Moment, day
from licet.language.values import Truth
from licet.language.window import Clock
from licet.parties.listing import Listing, Listings

if TYPE_CHECKING:
    import pyarrow as pa

    from licet.screening import Index

Held = tuple[Truth, date | None, str]


class Listed(Protocol):
    """Whatever has listings: a regime, with or without a history of lists, or a roll."""

    @property
    def listings(self) -> Listings:
        """The listings, with the index of their names."""
        ...


def screen(
    parties: pa.Table | pa.RecordBatch | Iterable[str],
    lists: Listed | Index,
    as_of: Moment | None = None,
    known_at: Moment | None = None,
    *,
    only: Collection[str] = (),
    floor: Literal["review", "hit"] = "review",
    ever: bool = False,
) -> pa.Table:
    """Every listed party that each of ``parties`` may be, and whether the listing had effect.

    Args:
        parties: a table or batch as :func:`licet.screening.screen` takes it, or names alone.
        lists: a regime, a roll, or a bare index of names.
        as_of: the day that is asked about; without one every listing ever known is shown and
            ``in_force`` is null.
        known_at: use only what was public by then; by default all that is there.
        only: codes of lists; by default all.
        floor: the lowest level wanted.
        ever: keep listings that had no effect on the day.

    Returns:
        The columns of the engine's result, then ``in_force`` (null where it is not known), ``since``
        (the first day of effect without a break) and ``by`` (the citations). A bare index knows no
        membership: then these are null, and the days choose among the names as the index has them.

    Raises:
        LawError: a column is missing or of another type, or a list is asked for that no listing is on.
    """
    import pyarrow as pa

    from licet.screening import Index
    from licet.screening import screen as meet

    table = parties if isinstance(parties, pa.Table | pa.RecordBatch) else _names_alone(parties)
    known_day = None if known_at is None else day(known_at)
    if isinstance(lists, Index):
        on = None if as_of is None else day(as_of)
        found = meet(table, lists, as_of=on, known_at=known_day, floor=floor)
    else:
        found = meet(table, lists.listings.finder.index, known_at=known_day, floor=floor)
    if not isinstance(lists, Index):
        return with_membership(found, lists, as_of, known_at, only=only, ever=ever)
    found = _on(found, only)
    return _held(found, [(None, None, "")] * len(found))


def with_membership(
    found: pa.Table,
    lists: Listed,
    as_of: Moment | None = None,
    known_at: Moment | None = None,
    *,
    only: Collection[str] = (),
    ever: bool = False,
) -> pa.Table:
    """What the engine found, as :func:`screen` gives it."""
    import pyarrow as pa

    found = _on(found, only)
    book = Membership(lists.listings, clock_of(lists, as_of, known_at), as_of is not None)
    pairs = zip(found.column("entity").to_pylist(), found.column("list").to_pylist(), strict=True)
    held = [book.of(entity, code) for entity, code in pairs]
    kept = [h is not None and (ever or h[0] is not False) for h in held]
    if not all(kept):
        found = found.filter(pa.array(kept, pa.bool_()))
    return _held(found, [h for h, k in zip(held, kept, strict=True) if k and h])


def _on(found: pa.Table, only: Collection[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not only:
        return found
    return found.filter(pc.is_in(found.column("list"), pa.array(sorted(only), pa.string())))


def _held(found: pa.Table, held: list[Held]) -> pa.Table:
    import pyarrow as pa

    kinds = {"in_force": pa.bool_(), "since": pa.date32(), "by": pa.string()}
    told = [pa.array([h[place] for h in held], kind) for place, kind in enumerate(kinds.values())]
    fields = [*found.schema, *(pa.field(name, kind) for name, kind in kinds.items())]
    return pa.table([*found.columns, *told], schema=pa.schema(fields, found.schema.metadata))


class Membership:
    """Whether listings had effect on a day, each looked up once."""

    def __init__(self, listings: Listings, clock: Clock, dated: bool = True) -> None:
        self.listings, self.clock, self.dated = listings, clock, dated
        self._held: dict[str, dict[str, Listing]] = {}

    def listing(self, entity: str, code: str) -> Listing | None:
        """The version that counts that day of a listing on one list; None where nobody knew of it yet."""
        if entity not in self._held:
            self._held[entity] = {v.list: v for v in self.listings.of_id(entity, self.clock)}
        return self._held[entity].get(code)

    def of(self, entity: str, code: str) -> Held | None:
        """Whether it had effect, since when and by what."""
        version = self.listing(entity, code)
        if version is None:
            return None
        in_force = version.in_force(self.clock) if self.dated else None
        since = day(version.first_start)
        # A first day that nobody knows is the beginning of time.
        return in_force, None if since == date.min else since, version.cited


def clock_of(lists: object, as_of: Moment | None, known_at: Moment | None) -> Clock:
    """A view of time in the zone of the law, if ``lists`` has one."""
    zone = getattr(lists, "zone", UTC)
    return Clock(as_of or date.max, known_at or date.max, zone)


def _names_alone(names: Iterable[str]) -> pa.Table:
    import pyarrow as pa

    if isinstance(names, str):
        raise LawError("parties is one text; give a list of names, even for one")
    try:
        return pa.table({"name": pa.array(list(names), pa.string())})
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise LawError(f"parties: names are texts: {error}") from None
