"""Windows: the days on which a rule has force, and the instrument that says so.

Written as the Federal Register writes them: ``from`` and ``through``, both included. Where
windows of one rule overlap, the one that starts latest governs from its first day. A
window may be struck early by a later instrument, suspended, or uncertain; none of these
is visible before the instrument behind it was public.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from licet.language.instrument import Instrument, Moment, day
from licet.language.values import Truth


@dataclass(frozen=True, slots=True)
class Window:
    """An interval in force, by an instrument; ``start`` ``None`` means since ever."""

    start: Moment | None
    through: date | None
    by: str
    name: str = ""
    struck: date | None = None
    struck_by: str = ""
    state: str = "in force"
    note: str = ""

    def last_day(self, struck_known: bool = True) -> date | None:
        """The last day in force, or ``None`` while open."""
        ends = [d for d in (self.through,) if d is not None]
        if self.struck is not None and struck_known:
            ends.append(self.struck - timedelta(days=1))
        return min(ends, default=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a rule is in force at a moment, by which window, and why in words."""

    truth: Truth
    window: Window | None
    because: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One view of time: ``as_of`` governs, ``known_at`` limits what was public.

    ``as_of`` may be a day or an instant. A day without a time counts as its end, so that a
    rule that takes effect during the day has effect. Instants are read in the law's zone.
    """

    as_of: Moment
    known_at: Moment
    zone: tzinfo

    @property
    def today(self) -> date:
        """The calendar day of ``as_of`` in the law's zone."""
        if isinstance(self.as_of, datetime):
            return self.as_of.astimezone(self.zone).date()
        return self.as_of

    def reached(self, moment: Moment | None) -> bool:
        """Whether ``as_of`` is at or after ``moment``."""
        return moment is None or _at_or_after(self.as_of, moment, self.zone)

    def knew(self, moment: Moment | None) -> bool:
        """Whether something public from ``moment`` on was known; undated things always were."""
        return moment is None or _at_or_after(self.known_at, moment, self.zone)

    def knew_of(self, instrument: Instrument | None) -> bool:
        """Whether the instrument was public at ``known_at``."""
        return instrument is None or self.knew(instrument.public)


@dataclass(slots=True)
class Stretches:
    """The stretches of time in which nothing turns, so that what holds once in one holds throughout.

    ``moments`` are those from which on something is different. A stretch ends with a day; on a
    day on which something turns at an instant, every instant stands for itself.
    """

    moments: Iterable[Moment | None]
    _turning: dict[tzinfo, tuple[list[date], frozenset[date]]] = field(default_factory=dict, repr=False)

    def of(self, moment: Moment, zone: tzinfo) -> Hashable:
        """What all moments of one stretch share, and those of two stretches do not."""
        if zone not in self._turning:
            self._turning[zone] = self._days(zone)
        days, within = self._turning[zone]
        if not isinstance(moment, datetime):
            return bisect_right(days, moment)
        today = moment.astimezone(zone).date()
        return moment if today in within else bisect_right(days, today)

    def _days(self, zone: tzinfo) -> tuple[list[date], frozenset[date]]:
        instants = {m.astimezone(zone).date() for m in self.moments if isinstance(m, datetime)}
        days = {m for m in self.moments if m is not None and not isinstance(m, datetime)}
        return sorted(days | instants), frozenset(instants)


def _at_or_after(now: Moment, moment: Moment, zone: tzinfo) -> bool:
    if isinstance(now, datetime) and isinstance(moment, datetime):
        return now >= moment
    left = now.astimezone(zone).date() if isinstance(now, datetime) else now
    right = moment.astimezone(zone).date() if isinstance(moment, datetime) else moment
    return left >= right


def standing(windows: Sequence[Window], clock: Clock, instruments: Mapping[str, Instrument]) -> Standing:
    """Whether a rule with these windows is in force, and the window relied on."""
    visible = [w for w in windows if clock.knew_of(instruments.get(w.by))]
    begun = [w for w in visible if clock.reached(w.start)]
    if not begun:
        ahead = min((w for w in visible if w.start), key=_start, default=None)
        if ahead is not None and ahead.start is not None:
            return Standing(False, ahead, f"not yet in force: from {_said(ahead.start)} by {ahead.by}")
        hidden = min(windows, key=_start, default=None)
        if hidden is None:
            return Standing(False, None, "never in force")
        public = instruments[hidden.by].public
        return Standing(False, hidden, f"{hidden.by} was not public before {_said(public)}")
    governing = max(begun, key=_start)
    struck_known = clock.knew_of(instruments.get(governing.struck_by))
    last = governing.last_day(struck_known)
    if last is not None and clock.today > last:
        why = f"struck by {governing.struck_by}" if last != governing.through else "expired"
        return Standing(False, governing, f"in force only through {last} by {governing.by} ({why})")
    if governing.state == "suspended":
        until = f" through {governing.through}" if governing.through else ""
        return Standing(False, governing, f"suspended{until} by {governing.by}")
    if governing.state == "uncertain":
        return Standing(
            None, governing, governing.note or f"whether {governing.by} has effect is not certain"
        )
    return Standing(True, governing, f"in force {_span(governing, last)} by {governing.by}")


def turns(windows: Iterable[Window]) -> Iterator[Moment]:
    """Moments of ``as_of`` from which on some window may say something else, whatever was known."""
    for window in windows:
        if window.start is not None:
            yield window.start
        for last in (window.last_day(True), window.last_day(False)):
            if last is not None:
                yield last + timedelta(days=1)


def turning_days(windows: Sequence[Window]) -> dict[date, list[Window]]:
    """Days on which the standing of a rule can change, with the windows that turn."""
    turns: dict[date, list[Window]] = {}
    for window in windows:
        if window.start is not None:
            turns.setdefault(day(window.start), []).append(window)
        if (last := window.last_day()) is not None:
            turns.setdefault(last + timedelta(days=1), []).append(window)
    return turns


def _start(window: Window) -> date:
    return day(window.start) if window.start is not None else date.min


def _said(moment: Moment | None) -> str:
    if moment is None:
        return "any record"
    return moment.isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()


def _span(window: Window, last: date | None) -> str:
    start = f"from {_said(window.start)}" if window.start else "since before all records"
    return f"{start} through {last}" if last else start


def overlap(a: Window, b: Window) -> bool:
    """Whether there is a day on which both windows are in force."""
    return _start(a) <= (b.last_day() or date.max) and _start(b) <= (a.last_day() or date.max)
