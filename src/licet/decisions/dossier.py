"""A dossier: everything known of one party over time, list by list, as known on a day.

It gathers what the listings, the instruments and the candidates of a name already say; it decides
nothing. What was not public at ``known_at`` is left out and only named as later news.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from licet.language.instrument import Instrument, Moment, day
from licet.language.values import Truth
from licet.language.window import Clock
from licet.lists.effect import PublishedRules
from licet.parties.finding import Candidate
from licet.parties.listing import Footnote, Listing
from licet.regime import Regime, RestrictedList

if TYPE_CHECKING:
    from licet.decisions.dossier_records import Related, Sighting

_DAY = timedelta(days=1)
_CITED = re.compile(r"\b(\d{2,3}) FR (\d+)\b")
# Pages of the longest rules that put parties on a list.
_LONGEST_RULE = 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days, both included, on which membership is sure (``True``) or not known (``None``)."""

    start: Moment
    through: date | None
    truth: Truth


@dataclass(frozen=True, slots=True)
class Event:
    """What an instrument, or a snapshot where none is known, did to a listing, with its several days.

    ``what`` is ``listed``, ``changed`` or ``ended``; ``on`` the moment of effect. ``citation`` is the
    rule's own, ``cited`` how the list writes it.
    """

    what: str
    on: Moment
    citation: str
    cited: str = ""
    title: str = ""
    announced: Moment | None = None
    displayed: Moment | None = None
    published: Moment | None = None
    confidence: str = ""
    footnotes: tuple[str, ...] = ()

    @property
    def public(self) -> Moment | None:
        """When anybody could first have read it."""
        known = [m for m in (self.displayed, self.published) if m is not None]
        return min(known, key=day, default=None)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the entry said from a moment on: licence requirement and review policy."""

    since: Moment
    requirement: str
    policy: str
    typed: bool


@dataclass(frozen=True, slots=True)
class Later:
    """A listing of which nothing was public yet, and when it became so."""

    listing: str
    name: str
    list: str
    public: Moment | None


@dataclass(frozen=True)
class Entry:
    """One listing on one list, through all its versions known then.

    ``truth`` is membership on the day asked for; ``sightings`` and ``related`` need a history.
    """

    id: str
    list: RestrictedList
    candidate: Candidate | None
    versions: tuple[Listing, ...]
    truth: Truth
    stretches: tuple[Stretch, ...]
    events: tuple[Event, ...]
    terms: tuple[Terms, ...]
    footnotes: tuple[Footnote, ...]
    family: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    related: tuple[Related, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether the name asked for means this listing."""
        return self.candidate is None or self.candidate.sure

    @property
    def name(self) -> str:
        """The name it bore last."""
        return self.versions[-1].name

    @property
    def evidence(self) -> str:
        """What membership rests on: the rule itself, or a snapshot."""
        return self.versions[-1].evidence or "the rule itself"

    @property
    def applies(self) -> Truth:
        """Whether the party asked for is on the list: open while the name is only a likely one."""
        return self.truth if self.sure or self.truth is False else None


@dataclass(frozen=True)
class Dossier:
    """All entries that a party may be, the sure ones first; ``asked`` is the name or the id.

    ``lists`` are the days of the newest snapshot of each list that was known then.
    """

    asked: str
    country: str
    clock: Clock
    entries: tuple[Entry, ...]
    later: tuple[Later, ...]
    lists: Mapping[str, date]
    digests: tuple[str, str]
    compared: str
    notice: str

    @property
    def truth(self) -> Truth:
        """Whether the party is on any list on the day asked for."""
        answers = {entry.applies for entry in self.entries}
        return True if True in answers else None if None in answers else False


def dossier_of(
    regime: Regime, name: str, clock: Clock, *, country: str | None = None, store: Path | None = None
) -> Dossier:
    """What is known of a party of that name; with a history also what its snapshots say."""
    found = {c.listing: c for c in regime.listings.find(name, country)}
    return _dossier(regime, name, country or "", found, clock, store)


def dossier_of_id(regime: Regime, listing: str, clock: Clock, *, store: Path | None = None) -> Dossier:
    """What is known of one listing, by its id; there are no entries where nobody has that id."""
    found = {listing: None} if listing in regime.listings.versions else {}
    return _dossier(regime, listing, "", found, clock, store)


def latest(regime: Regime) -> Moment:
    """The last day of which anything is written down here: by the law, or by a snapshot."""
    return max([regime.knowledge, *(s.known for s in regime.snapshots)], key=day)


def days_of_lists(regime: Regime, clock: Clock) -> dict[str, date]:
    """The day of the newest snapshot of each list that was known then."""
    found: dict[str, date] = {}
    for snapshot in regime.snapshots:
        for code in snapshot.lists if clock.knew(snapshot.known) else ():
            found[code] = max(snapshot.day, found.get(code, snapshot.day))
    return dict(sorted(found.items()))


def _dossier(
    regime: Regime,
    asked: str,
    country: str,
    found: Mapping[str, Candidate | None],
    clock: Clock,
    store: Path | None,
) -> Dossier:
    rules = _Rules.load(regime)
    entries: list[Entry] = []
    later: list[Later] = []
    for listing, candidate in found.items():
        by_list: dict[str, list[Listing]] = {}
        for version in regime.listings.versions[listing]:
            by_list.setdefault(version.list, []).append(version)
        for code, versions in by_list.items():
            known = tuple(v for v in versions if v.known(clock))
            if known:
                entries.append(_entry(regime, rules, code, known, candidate, clock))
            else:
                later.append(Later(listing, versions[0].name, code, versions[0].public))
    if store is not None and entries:
        from licet.decisions.dossier_records import with_records

        entries = with_records(entries, regime, clock, store)
    return Dossier(
        asked=asked,
        country=country,
        clock=clock,
        entries=tuple(entries),
        later=tuple(later),
        lists=days_of_lists(regime, clock),
        digests=(regime.digest, regime.lists_digest),
        compared=regime.compared_with,
        notice=regime.notice.partition(". ")[0] + ".",
    )


def _entry(
    regime: Regime,
    rules: _Rules,
    code: str,
    versions: tuple[Listing, ...],
    candidate: Candidate | None,
    clock: Clock,
) -> Entry:
    answers = {v.in_force(clock) for v in versions}
    footnotes = {f.number: f for v in reversed(versions) for f in v.footnotes if clock.knew(f.since)}
    return Entry(
        id=versions[0].id,
        list=_named(regime, code),
        candidate=candidate,
        versions=versions,
        truth=True if True in answers else None if None in answers else False,
        stretches=stretches(versions, clock),
        events=tuple(_events(versions, rules, clock)),
        terms=tuple(_terms(versions)),
        footnotes=tuple(sorted(footnotes.values(), key=lambda f: (f.since, f.number))),
        family=_family(regime, versions[0], clock),
    )


def _named(regime: Regime, code: str) -> RestrictedList:
    """The list; one that nobody wrote down keeps its own code."""
    found = regime.restricted_list(code)
    return found if found.code == code else replace(found, code=code)


def stretches(versions: Iterable[Listing], clock: Clock) -> tuple[Stretch, ...]:
    """Membership through all time, as known then: in force, not known, and nothing in between."""
    found: list[Stretch] = []
    for version in versions:
        for piece in _pieces(version, clock):
            last = found[-1] if found else None
            if (
                last
                and last.truth is piece.truth
                and last.through
                and last.through + _DAY == day(piece.start)
            ):
                found[-1] = Stretch(last.start, piece.through, last.truth)
            else:
                found.append(piece)
    return tuple(found)


def _pieces(version: Listing, clock: Clock) -> Iterator[Stretch]:
    """A version cut where days begin and end of which it was known that they are open."""
    through = version.through if version.through and clock.knew(version.end_public) else None
    limit, at = through or date.max, version.start
    for doubt in sorted(version.unsure, key=lambda d: (d.first, d.last)):
        first, last = max(doubt.first, day(at)), min(doubt.last, limit)
        if first > last or not clock.knew(doubt.public):
            continue
        if first > day(at):
            yield Stretch(at, first - _DAY, True)
        yield Stretch(at if first == day(at) else first, None if last == date.max else last, None)
        if last == limit:
            return
        at = last + _DAY
    yield Stretch(at, through, True)


def _terms(versions: Iterable[Listing]) -> Iterator[Terms]:
    before: tuple[str, str] | None = None
    for version in versions:
        policy = version.policy or next((t.text for t in version.terms), "")
        said = (version.scope.text, policy)
        if said != before and any(said):
            typed = version.scope.covers is not None and all(t.policy != "unread" for t in version.terms)
            yield Terms(version.start, *said, typed)
        before = said


def _events(versions: tuple[Listing, ...], rules: _Rules, clock: Clock) -> Iterator[Event]:
    """What made the listing, each thing that changed it, and what ended it, in order."""
    found: list[Event] = []
    for place, version in enumerate(versions):
        first = place == 0 or versions[place - 1].through != day(version.start) - _DAY
        made = rules.event("listed" if first else "changed", version.start, version.by)
        if version.evidence and (not first or not version.by):
            made = Event("listed" if first else "changed", version.start, version.evidence)
        if made.published is None and version.public is not None:
            made = replace(made, published=version.public)
        found.append(made)
        for text in version.amended_by:
            citation, _, on = text.partition("@")
            if not on:
                # Snapshots cite instruments without saying what each did on which day.
                found += [e for e in rules.dated("changed", citation) if day(e.on) >= day(version.start)]
                continue
            what = "ended" if version.through and date.fromisoformat(on) > version.through else "changed"
            found.append(rules.event(what, date.fromisoformat(on), citation))
        last = place == len(versions) - 1 or day(versions[place + 1].start) - _DAY != version.through
        ended = version.through is not None and clock.knew(version.end_public) and last
        if ended and version.through and not any(e.what == "ended" for e in found):
            # Nothing says by which instrument; the day is the last of the stretch and one.
            found.append(Event("ended", version.through + _DAY, "", published=version.end_public))
    given = {f.number: f.since for v in reversed(versions) for f in v.footnotes}
    seen: set[tuple[str, str]] = set()
    for event in sorted(found, key=lambda e: (day(e.on), e.citation)):
        if not clock.knew(event.public) or (event.citation, event.what) in seen:
            continue
        seen.add((event.citation, event.what))
        yield replace(event, footnotes=tuple(n for n, since in given.items() if since == day(event.on)))


def _family(regime: Regime, listing: Listing, clock: Clock) -> tuple[str, ...]:
    """Ids of the other members of its family that were known then."""
    if not listing.family:
        return ()
    own = (regime.own or regime.listings).versions
    return tuple(
        key
        for key, versions in own.items()
        if key != listing.id and any(v.family == listing.family and v.known(clock) for v in versions)
    )


@dataclass(frozen=True)
class _Rules:
    """Instruments found by any page that a list may cite."""

    instruments: Mapping[str, Instrument]
    also: Mapping[str, Instrument]
    printed: PublishedRules

    @classmethod
    def load(cls, regime: Regime) -> _Rules:
        tables = regime.folder / "us" / "ear" / "tables"
        also = {name: i for i in regime.instruments.values() for name in i.also}
        printed = PublishedRules.load(tables / "rules-published.csv", regime.instruments)
        return cls(regime.instruments, also, printed)

    def event(self, what: str, on: Moment, cited: str) -> Event:
        """An event by the instrument cited, or by the rule on whose pages the citation falls."""
        instrument = self.instruments.get(cited) or self.also.get(cited)
        page = self._page(cited)
        if instrument is None and page is not None:
            instrument = self.instruments.get(page[0])
            if instrument is None:
                return Event(what, on, page[0], cited, published=page[1])
        if instrument is None:
            return Event(what, on, cited, cited)
        return Event(
            what, on, instrument.id, cited, instrument.title,
            instrument.announced, instrument.displayed, instrument.published, instrument.confidence,
        )  # fmt: skip

    def dated(self, what: str, cited: str) -> Iterator[Event]:
        """The same where only the rule itself can say when it had effect."""
        instrument = self.instruments.get(cited) or self.also.get(cited)
        page = self._page(cited)
        effective = instrument.effective if instrument else page[2] if page else None
        if effective is not None:
            yield self.event(what, effective, cited)

    def _page(self, cited: str) -> tuple[str, date, Moment] | None:
        if (match := _CITED.search(cited)) is None:
            return None
        rules = self.printed.pages.get(int(match[1]), ())
        at = bisect_right([page for page, _, _ in rules], int(match[2])) - 1
        if at < 0 or int(match[2]) - rules[at][0] > _LONGEST_RULE:
            return None
        return f"{match[1]} FR {rules[at][0]}", rules[at][1], rules[at][2]
