"""A regime: the law and the lists together, at all times; and views of it as of one date."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from licet.language import plain_yaml
from licet.language.errors import LawError
from licet.language.instrument import Instrument, Moment, day, instruments_from
from licet.language.literate import rules_in
from licet.language.rulebook import Rulebook
from licet.language.vocabulary import Vocabulary
from licet.language.window import Clock
from licet.parties.listing import Listings
from licet.tables.control_list import ControlList
from licet.tables.dated import digest
from licet.tables.destinations import Destinations

if TYPE_CHECKING:
    from licet.lists.entries import Known
    from licet.lists.snapshot import Snapshot

LAW = Path(str(resources.files("licet"))) / "law"


@dataclass(frozen=True, slots=True)
class RestrictedList:
    """A published list and what follows from being on it (``lists.yaml``).

    ``owned`` says whether it reaches companies that listed parties own, ``decided`` which rules
    of this law apply it, ``since`` the day from which its effect is as written, if that is known.
    """

    code: str
    name: str
    owner: str
    consequence: str
    means: str
    owned: str
    cite: str
    decided: str
    since: date | None = None
    confidence: str = "confirmed"


@dataclass(frozen=True, eq=False)
class Regime:
    """Rules, vocabulary, instruments, tables and listings, with the digest of every file.

    ``knowledge`` is the day after which nothing was known when the law was written down,
    ``confirmed`` the last day for which a published text could be checked; ``ownership`` is the
    percentage from which an owned party counts as listed when it owns others, ``records`` what
    snapshots of lists say of each listing.
    """

    name: str
    zone: ZoneInfo
    knowledge: Moment
    confirmed: Moment
    scope: str
    notice: str
    ownership: float
    book: Rulebook
    destinations: Destinations
    control_list: ControlList
    listings: Listings
    lists: Mapping[str, RestrictedList] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    folder: Path = LAW
    own: Listings | None = None
    roll_digest: str = ""
    snapshots: tuple[Snapshot, ...] = ()
    records: Mapping[str, tuple[Known, ...]] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path = LAW) -> Regime:
        """The regime in a folder of law files; by default the one that comes with Licet.

        Raises:
            LawError: naming the file and line of anything that cannot be meant.
        """
        vocabulary = Vocabulary.from_file(folder / "facts.yaml")
        ear = folder / "us" / "ear"
        about = plain_yaml.read_file(ear / "regime.yaml")
        parts = [ear, *(folder / part for part in about.get("with", ()))]
        instruments = instruments_from(sorted(p for part in parts for p in part.glob("instruments/*.yaml")))
        law_files = [path for part in parts for path in sorted(part.rglob("*.md"))]
        rules = [r for path in law_files for r in rules_in(path, path.relative_to(folder).as_posix())]
        book = Rulebook.of(rules, vocabulary, instruments)
        tables = ear / "tables"
        return cls(
            name=about["name"],
            zone=ZoneInfo(about["zone"]),
            knowledge=about["knowledge"],
            confirmed=about["confirmed"],
            scope=about["scope"],
            notice=about["notice"],
            ownership=float(about["ownership"]),
            book=book,
            destinations=Destinations.load(tables, instruments, about["home"], about["home territories"]),
            control_list=ControlList.load(tables),
            listings=Listings.load(tables / "listings.csv", instruments),
            lists=_lists(folder / "lists.yaml", vocabulary),
            files={p.relative_to(folder).as_posix(): digest(p) for p in _law_data(folder)},
            folder=folder,
        )

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that acts and rules may use."""
        return self.book.vocabulary

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Instruments by citation."""
        return self.book.instruments

    @cached_property
    def digest(self) -> str:
        """One digest over every file of law and every table."""
        text = "\n".join(f"{name} {sha}" for name, sha in sorted(self.files.items()))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def lists_digest(self) -> str:
        """The digest of the listings: of the law's own table, and of every snapshot laid beside it."""
        if self.roll_digest:
            return self.roll_digest
        return next((sha for name, sha in self.files.items() if name.endswith("listings.csv")), "")

    def restricted_list(self, code: str) -> RestrictedList:
        """The list with this code; one that nobody wrote down has the consequence its source names."""
        return self.lists.get(code) or self.lists["opensanctions"]

    @cached_property
    def compared_with(self) -> str:
        """Which lists of which day a party that matched nothing was compared with, in words."""
        own = Counter(versions[0].list for versions in (self.own or self.listings).versions.values())
        told = ", ".join(f"{code} {count}" for code, count in sorted(own.items()))
        if not self.snapshots:
            return f"the listings that the law's own tables name ({told}) and no published list"
        newest: dict[str, date] = {}
        for snapshot in self.snapshots:
            for code in snapshot.lists:
                newest[code] = max(snapshot.day, newest.get(code, snapshot.day))
        days: dict[date, list[str]] = {}
        for code, at in sorted(newest.items()):
            days.setdefault(at, []).append(code)
        published = "; ".join(f"{', '.join(codes)} of {at}" for at, codes in sorted(days.items()))
        return f"{published}; and the listings that the law's own tables name"

    def clock(self, as_of: Moment, known_at: Moment | None = None) -> Clock:
        """A view of time; ``known_at`` is by default the last day on which anything here became known.

        That is the day at which the law was written down, or the day of a later snapshot.
        """
        latest = max((day(self.knowledge), *(s.known for s in self.snapshots)))
        default = self.knowledge if latest == day(self.knowledge) else latest
        return Clock(as_of, default if known_at is None else known_at, self.zone)

    def with_history(self, path: Path) -> Regime:
        """The same law over its own listings and those of the history of lists in a file.

        Raises:
            HistoryError: if there is no history, or it cannot be read.
        """
        from licet.lists.effect import PublishedRules
        from licet.lists.history import History
        from licet.lists.roll import open_roll

        tables = self.folder / "us" / "ear" / "tables"
        rules = PublishedRules.load(tables / "rules-published.csv", self.instruments)
        with History.open(path) as history:
            roll = open_roll(history, self.listings, rules, self.digest)
            snapshots = history.snapshots()
        return replace(
            self,
            listings=roll.listings,
            own=self.listings,
            roll_digest=roll.digest,
            snapshots=snapshots,
            records=roll.records,
        )

    def with_listings(self, listings: Listings) -> Regime:
        """The same law over other lists."""
        return replace(self, listings=listings)


def _lists(path: Path, vocabulary: Vocabulary) -> dict[str, RestrictedList]:
    found = {}
    for code, given in plain_yaml.read_file(path).items():
        try:
            found[code] = RestrictedList(code=code, **given)
        except TypeError as error:
            raise LawError(f"{path.name}: {code}: {error}") from None
        consequence = vocabulary["listing.consequence"].values
        if given["consequence"] not in consequence:
            raise LawError(f"{path.name}: {code}: the consequence is not one of {', '.join(consequence)}")
    return found


def _law_data(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".md", ".yaml", ".csv") and not path.name.endswith(".cases.yaml"):
            yield path
