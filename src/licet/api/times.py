"""Moments as callers write them: a day, or an instant with its zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import Query
from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from licet.language.errors import LicetError
from licet.language.instrument import Moment, day, moment_from
from licet.language.window import Clock
from licet.service.service import Service

_SHAPE = {
    "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}],
    "description": "A day (2019-05-16), or an instant with its zone (2019-05-16T16:30-04:00).",
}
# Beyond these, neighbouring days and other zones fall out of the calendar.
_FIRST, _LAST = date.min.year, date.max.year
_EXPECTED = "expected a day (2019-05-16) or an instant with its zone (2019-05-16T16:30-04:00)"


def _read(raw: object) -> Moment:
    try:
        moment = raw if isinstance(raw, date) else moment_from(raw if isinstance(raw, str) else "", "")
    except LicetError as error:
        raise PydanticCustomError(
            "moment", "{why}", {"why": f"{str(error).lstrip(': ')}; {_EXPECTED}"}
        ) from None
    if moment is None:
        raise PydanticCustomError("moment", _EXPECTED)
    if not _FIRST < moment.year < _LAST:
        raise PydanticCustomError("moment", "expected a day between the years 2 and 9998")
    return moment


Given = Annotated[date, PlainValidator(_read), WithJsonSchema(_SHAPE)]
"""A day or an instant (which is a ``date`` too) in a body."""

AsOf = Annotated[Given | None, Query(description="Whose law and lists apply.")]
KnownAt = Annotated[
    Given | None, Query(description="Only what was public by then counts; by default all that is known.")
]


def clock_of(service: Service, as_of: Moment | None, known_at: Moment | None) -> Clock:
    """A view of time, as of today where nothing else is asked: the one place that reads the clock."""
    regime = service.regime
    return regime.clock(today(service) if as_of is None else as_of, known_at)


def today(service: Service) -> date:
    """The day it is where the law is made."""
    return service.now().astimezone(service.regime.zone).date()


def said(moment: Moment | None) -> str | None:
    """A moment as answers write it; null for none, and for the ends of the calendar."""
    if moment is None or day(moment) in (date.min, date.max):
        return None
    return moment.isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()
