"""A stretch of days as a horizontal axis: days to pixels, ends that nobody knows, years or months."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from licet.changes.plots.rendering import library
from licet.changes.plots.style import WIDTH

_EPOCH = 719_163  # the day from which Vega counts, as Python numbers days
_DAY = 86_400_000
# Up to so many days the axis tells days, then months, then years.
_DAYS, _MONTHS = 240, 900
_ROOM = timedelta(days=10)
_OPEN = (date.min, date.max)


@dataclass(frozen=True, slots=True)
class Span:
    """The days a picture shows, both included; ``width`` in pixels."""

    first: date
    last: date
    width: int = WIDTH

    @property
    def per_pixel(self) -> float:
        """Milliseconds that one pixel shows."""
        return (ms(self.last, 1) - ms(self.first)) / self.width

    def pixel(self, at: date, after: int = 0) -> float:
        """How far to the right a day begins (``after`` 1: ends)."""
        return self.pixel_of(ms(at, after))

    def pixel_of(self, at: float) -> float:
        """How far to the right a moment lies, in milliseconds since 1970."""
        return (at - ms(self.first)) / self.per_pixel

    def holds(self, at: date) -> bool:
        """Whether a day is shown."""
        return self.first <= at <= self.last

    def clipped(self, start: Any, end: Any) -> tuple[date, date]:
        """A stretch, its open ends at the ends of the picture."""
        begins, ends = known(start), known(end)
        return max(begins or self.first, self.first), min(ends or self.last, self.last)

    def scale(self) -> Any:
        """The scale of the axis: days of no time zone."""
        return library().Scale(type="utc", domain=[ms(self.first), ms(self.last, 1)], nice=False)


def span_of(stretches: Iterable[tuple[Any, Any]], pad: float = 0, width: int = WIDTH) -> Span:
    """From the first day that is known to the last, with a share of it on both sides."""
    days = [d for pair in stretches for d in map(known, pair) if d is not None]
    first, last = min(days), max(days)
    more = max((last - first) * pad, _ROOM) if pad else timedelta()
    return Span(first - more, last + more, width)


def axis(span: Span, **more: Any) -> Any:
    """An axis that tells years, months or days, whichever are few."""
    shown = (span.last - span.first).days + 1
    form, ticks = (
        ("%Y", "year") if shown > _MONTHS else ("%b %Y", None) if shown > _DAYS else ("%d %b %Y", None)
    )
    return library().Axis(
        title=None, format=form, tickCount=ticks or min(8, shown), labelOverlap="greedy", grid=True, **more
    )


def day(value: Any) -> date:
    """A day, from a date, an instant or ISO text."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def known(value: Any) -> date | None:
    """A day, or ``None`` for an end that is open."""
    if value is None or value == "":
        return None
    found = day(value)
    return None if found in _OPEN else found


def ms(at: date, after: int = 0) -> int:
    """Milliseconds since 1970 of the beginning of a day, or of one after it."""
    return (at.toordinal() + after - _EPOCH) * _DAY
