"""What a timeline picture shows, worked out before it is drawn: lanes, bars, instruments, words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from licet.decisions.dossier import Dossier, Entry, Event, Stretch, stretches
from licet.decisions.dossier_data import said
from licet.decisions.dossier_family import Family
from licet.language.instrument import Moment, day
from licet.language.values import Truth
from licet.language.window import Clock
from licet.parties.listing import Listing
from licet.regime import Regime

_LANES = 12
_THEN: Mapping[Truth, str] = {True: "yes", False: "no", None: "unknown"}
_AHEAD = 0.03
_LEAST = timedelta(days=20)
# A day asked about that lies further off than this is not drawn: centuries would leave no room for years.
_FAR = timedelta(days=20 * 365)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a lane by days, cut to the span of the picture; ``truth`` as in a stretch."""

    start: date
    end: date
    truth: Truth


@dataclass(frozen=True, slots=True)
class Lane:
    """One listing, or many alike; ``notes`` name footnotes, with the day each applies or was seen from."""

    label: str
    detail: str
    bars: tuple[Bar, ...]
    notes: tuple[tuple[str, date], ...] = ()
    likely: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """An instrument in the picture: its number there, its day of effect, its day of print, and its words."""

    number: int
    on: date
    printed: date | None
    text: str


@dataclass(frozen=True)
class Scene:
    """Everything a picture says; ``rows`` are the same in a table with ``columns``."""

    title: str
    caption: tuple[str, ...]
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    span: tuple[date, date]
    as_of: date
    known_at: date
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def summary(self) -> str:
        """The picture in words, for those who cannot see it."""
        lanes = "; ".join(f"{lane.label}: {lane.detail}" for lane in self.lanes)
        marks = "; ".join(f"({m.number}) {m.text}" for m in self.marks)
        return f"{self.title}. {lanes}.{f' Instruments: {marks}.' if marks else ''} {' '.join(self.caption)}"


def scene_of(dossier: Dossier) -> Scene:
    """A lane for each listing, the sure ones first; likely ones as far as there is room."""
    shown = dossier.entries[:_LANES]
    marked = [e for e in shown if e.sure] or list(shown)
    events = [event for entry in marked for event in entry.events]
    span = _span(dossier.clock, [s for e in shown for s in e.stretches], events, dossier.lists.values())
    lanes = [
        Lane(
            label=f"{_with_country(e)}, {e.list.name}",
            detail=f"{'' if e.sure else 'likely match; '}{_days(e.stretches)}",
            bars=_bars(e.stretches, span),
            notes=tuple(_notes(e)),
            likely=not e.sure,
        )
        for e in shown
    ]
    rest = len(dossier.entries) - len(shown)
    more = (f"{rest} more likely matches are not drawn.",) if rest else ()
    nothing = () if lanes else ("No list known here names this party.",)
    return Scene(
        title=f"{dossier.asked}: on which lists, and when",
        caption=(_caption(dossier.clock, _newest(dossier.lists)), *more, *nothing),
        lanes=tuple(lanes),
        marks=_marks(events),
        span=span,
        as_of=dossier.clock.today,
        known_at=day(dossier.clock.known_at),
        columns=("Listing", "List", "Match", "From", "Through", "Membership", "Made by", "Rests on"),
        rows=tuple(_row(e, s) for e in dossier.entries for s in e.stretches),
    )


def scene_of_family(family: Family, regime: Regime) -> Scene:
    """A lane for all members that one rule listed and that share their days and footnotes."""
    groups: dict[tuple[str, str, tuple[Stretch, ...], tuple[tuple[str, date], ...]], list[Listing]] = {}
    clock = family.clock
    for member in family.members:
        v = member.listing
        known = [f for f in v.footnotes if clock.knew(f.since)]
        notes = tuple((f"footnote {f.number}", max(f.since, day(v.start))) for f in known)
        key = (v.by, v.list, stretches((v,), clock), notes)
        groups.setdefault(key, []).append(v)
    ordered = sorted(groups.items(), key=lambda item: (day(item[0][2][0].start), item[0][0], -len(item[1])))
    events = [e for (by, _, days, _), _ in ordered for e in [_event(regime, by, days[0].start)]]
    cited = {a for _, members in ordered for v in members for a in v.amended_by if "@" in a}
    for citation, _, on in sorted(a.partition("@") for a in cited):
        event = _event(regime, citation, date.fromisoformat(on))
        events += [event] if clock.knew(event.public) else []
    span = _span(clock, [s for (_, _, days, _), _ in ordered for s in days], events, ())
    lanes = [
        Lane(
            label=f"{len(members)} {'party' if len(members) == 1 else 'parties'} by {by}, "
            f"{regime.restricted_list(code).name}",
            detail=_days(days),
            bars=_bars(days, span),
            notes=notes,
        )
        for (by, code, days, notes), members in ordered
    ]
    later = f"{family.later} more were not public yet." if family.later else ""
    counted = f"{family.count(True)} members in force on {said(clock.as_of)}. {later}".strip()
    return Scene(
        title=f"{family.name}: members on lists, and when",
        caption=(counted, _caption(clock, "membership by the law's own table")),
        lanes=tuple(lanes),
        marks=_marks(events),
        span=span,
        as_of=clock.today,
        known_at=day(clock.known_at),
        columns=("Listing", "Country", "List", "From", "Through", "In force then", "Made by"),
        rows=tuple(
            (m.listing.name, m.listing.country, m.listing.list, said(m.listing.start),
             said(m.listing.through), _THEN[m.truth], m.listing.by)
            for m in family.members
        ),
    )  # fmt: skip


def _notes(entry: Entry) -> Iterator[tuple[str, date]]:
    """Snapshots show footnotes from a day on, and not since when they apply."""
    sure = [day(s.start) for s in entry.stretches if s.truth]
    for note in entry.footnotes:
        if entry.versions[-1].evidence:
            since = note.since if note.since != date.min else min(sure, default=None)
            yield from [(f"footnote {note.number}, first seen", since)] if since else []
        else:
            yield f"footnote {note.number}", note.since


def _with_country(entry: Entry) -> str:
    country = entry.versions[-1].country
    return f"{entry.name} ({country})" if country else entry.name


def _event(regime: Regime, citation: str, on: Moment) -> Event:
    i = regime.instruments.get(citation)
    if i is None:
        return Event("changed", on, citation)
    return Event("changed", on, i.id, citation, i.title, i.announced, i.displayed, i.published, i.confidence)


def _caption(clock: Clock, rests_on: str) -> str:
    return f"As of {said(clock.as_of)}, as known on {said(clock.known_at)}; {rests_on}. Not legal advice."


def _newest(lists: Mapping[str, date]) -> str:
    return f"newest lists of {max(lists.values())}" if lists else "the law's own table, no published list"


def _span(
    clock: Clock, found: Iterable[Stretch], events: Iterable[Event], lists: Iterable[date]
) -> tuple[date, date]:
    """From before the first day anything is known of to after the last; open ends do not count."""
    days = [*lists]
    for stretch in found:
        days += [
            d for d in (day(stretch.start), stretch.through) if d not in (None, date.min, date.max) and d
        ]
    days += [day(m) for e in events for m in (e.on, e.public) if m is not None and day(m) != date.min]
    if not days or min(days) - _FAR <= clock.today <= max(days) + _FAR:
        days.append(clock.today)
    first, last = min(days), max(days)
    pad = max((last - first) * _AHEAD, _LEAST)
    return first - pad, last + pad


def _bars(found: Iterable[Stretch], span: tuple[date, date]) -> tuple[Bar, ...]:
    first, last = span
    return tuple(
        Bar(max(first, day(s.start)), last if s.through is None else min(last, s.through), s.truth)
        for s in found
    )


def _marks(events: Iterable[Event]) -> tuple[Mark, ...]:
    """Each instrument once, numbered in the order of effect; what no instrument made has no number."""
    first: dict[str, Event] = {}
    for event in sorted(events, key=lambda e: (day(e.on), e.citation)):
        # A day of effect that nobody knows has no place on a line of time.
        if day(event.on) != date.min and (event.title or " FR " in event.citation):
            first.setdefault(event.citation, event)
    return tuple(
        Mark(n, day(e.on), None if e.published is None else day(e.published), _words(e))
        for n, e in enumerate(first.values(), 1)
    )


def _words(event: Event) -> str:
    printed = f", published {said(event.published)}" if event.published else ""
    return f"{event.citation}, effect {said(event.on)}{printed}{f': {event.title}' if event.title else ''}"


def _days(found: Iterable[Stretch]) -> str:
    return "; ".join(map(_stretch, found)) or "no day known"


def _stretch(stretch: Stretch) -> str:
    first, last = said(stretch.start), said(stretch.through)
    word = "in force" if stretch.truth else "not known"
    start = f" from {first}" if first else " before all records" if not last else ""
    return f"{word}{start}{f' through {last}' if last else ', still' if stretch.truth else ' on'}"


def _row(entry: Entry, stretch: Stretch) -> tuple[str, ...]:
    made = entry.events[0].citation if entry.events else ""
    return (
        entry.name, entry.list.name, "sure" if entry.sure else "likely", said(stretch.start),
        said(stretch.through), "in force" if stretch.truth else "not known", made, entry.evidence,
    )  # fmt: skip
