"""Against: what parties are screened against - the law with its lists, on a day, as known on a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from licet.language.errors import LawError
from licet.language.instrument import Instrument, Moment, day
from licet.lists.effect import PublishedRules
from licet.lists.history import History
from licet.lists.snapshot import Snapshot
from licet.lists.status import Status, status
from licet.parties.listing import Listings
from licet.reviews.dispositions import Dispositions
from licet.reviews.listed import law_names, listed_names
from licet.reviews.matches import Match, matches
from licet.reviews.screening import Membership, clock_of, screen

if TYPE_CHECKING:
    import pyarrow as pa


class Law(Protocol):
    """What is asked of a regime to screen against it."""

    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def knowledge(self) -> Moment: ...
    @property
    def snapshots(self) -> tuple[Snapshot, ...]: ...
    @property
    def listings(self) -> Listings: ...
    @property
    def own(self) -> Listings | None: ...
    @property
    def folder(self) -> Path: ...
    @property
    def instruments(self) -> Mapping[str, Instrument]: ...
    @property
    def digest(self) -> str: ...


L = TypeVar("L", bound=Law)


@dataclass(frozen=True)
class Against(Generic[L]):
    """The law and its lists on a day, as known on a day.

    ``today`` is the day on which decisions of persons must stand, ``statuses`` the lists of the
    history, ``names`` every listed name, ``only`` the codes of lists wanted; none of them: all.
    """

    law: L
    as_of: Moment
    known_at: Moment
    today: date
    statuses: tuple[Status, ...]
    names: pa.Table
    only: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        law: L,
        history: Path | None,
        as_of: Moment,
        known_at: Moment | None = None,
        today: date | None = None,
        only: Collection[str] = (),
    ) -> Against[L]:
        """The lists as they stood; by default as known now, and with ``today`` the day asked about.

        Raises:
            LawError: if a list is asked for that nobody is on.
        """
        known = known_at or max([day(law.knowledge), *(s.known for s in law.snapshots)])
        names, statuses = _listed(law, history, day(as_of), day(known))
        here = {*names.column("list").unique().to_pylist(), *(s.list for s in statuses)}
        if unknown := [code for code in only if code not in here]:
            raise LawError(f"nobody is on {', '.join(unknown)}; there are {', '.join(sorted(here))}")
        chosen = tuple(s for s in statuses if not only or s.list in only)
        return cls(law, as_of, known, today or day(as_of), chosen, names, tuple(only))

    @property
    def stale(self) -> tuple[str, ...]:
        """Lists that are older on the day than they may be."""
        return tuple(s.list for s in self.statuses if s.stale)

    def screen(self, parties: pa.Table, ever: bool = False) -> pa.Table:
        """What :func:`licet.reviews.screening.screen` finds."""
        return screen(parties, self.law, self.as_of, self.known_at, only=self.only, ever=ever)

    def matches(
        self, found: pa.Table, parties: pa.Table, kept: Dispositions | None, whole: bool = True
    ) -> tuple[Match, ...]:
        """What was found, with what persons decided about it.

        ``whole`` says that all parties were screened against all lists: pairs that somebody called a match
        are then there even if their names are no longer alike.
        """
        clock = clock_of(self.law, self.as_of, self.known_at)
        decided = (
            Membership(self.law.listings, clock) if whole and kept is not None and not self.only else None
        )
        return matches(found, parties, self.names, kept, self.today, decided)


def _listed(law: Law, path: Path | None, as_of: date, known: date) -> tuple[pa.Table, tuple[Status, ...]]:
    if path is None:
        return law_names(law.listings, known), ()
    with History.open(path) as history:
        return names_as_known(law, history, known), status(history, as_of, known)


def names_as_known(law: Law, history: History, known: date) -> pa.Table:
    """Every listed name of the law and of a history, as known on a day."""
    tables = law.folder / "us" / "ear" / "tables"
    rules = PublishedRules.load(tables / "rules-published.csv", law.instruments)
    return listed_names(history, law.own or law.listings, rules, law.digest, known)
