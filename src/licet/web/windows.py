"""Windows of a rule as bars on one scale of days, ready to be drawn with HTML and CSS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from licet.language.instrument import day
from licet.language.window import Window

_STEPS = (1, 2, 5, 10, 20)
_MOST_TICKS = 6
_THIN = 0.6


@dataclass(frozen=True, slots=True)
class Bar:
    """One window: where it begins and how long it is, in percent of the width."""

    window: Window
    left: float
    width: float
    last: date | None
    open_left: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars below each other, the years along them, and where the day asked about stands."""

    bars: tuple[Bar, ...]
    years: tuple[tuple[float, int], ...]
    here: float


def timeline(windows: Sequence[Window], on: date, known: date) -> Timeline:
    """The windows in their order, on a scale that holds them all and the day asked about."""
    stated = [d for w in windows for d in (w.start and day(w.start), w.last_day()) if d]
    first, last = min([*stated, on]), max([*stated, on, known])
    room = max(timedelta(days=30), (last - first) / 40)
    first, last = _shifted(first, -room), _shifted(last, room)
    days = (last - first).days or 1

    def at(moment: date) -> float:
        return round(100 * (moment - first).days / days, 2)

    bars = []
    for window in windows:
        ends = window.last_day()
        left = at(day(window.start)) if window.start else 0.0
        right = at(_shifted(ends, timedelta(days=1))) if ends else 100.0
        bars.append(Bar(window, left, max(_THIN, round(right - left, 2)), ends, window.start is None))
    step = next((s for s in _STEPS if (last.year - first.year) / s <= _MOST_TICKS), _STEPS[-1])
    years = [y for y in range(first.year + 1, last.year + 1) if y % step == 0]
    return Timeline(tuple(bars), tuple((at(date(y, 1, 1)), y) for y in years), at(on))


def _shifted(moment: date, by: timedelta) -> date:
    try:
        return moment + by
    except OverflowError:
        return moment
