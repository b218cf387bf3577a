"""Dates: days and instants as people and spreadsheets write them, and never a guess.

05/06/2019 is two days. It is read only where a profile says which.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from licet.intake.errors import Misread
from licet.intake.table import Cell, shown

WRITE = "Write a day as 2019-05-16 or an instant as 2019-05-16T16:30-04:00; leave it blank if nobody knows."
YEARS = range(1900, 2200)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_CLOCK = re.compile(
    r"^(?P<day>.*?[0-9]{4,8}|.*?[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2})"
    r"(?:(?:T|,?\s+)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"\s*(?P<half>[AP]\.?M\.?)?\s*(?P<zone>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?)?$",
    re.IGNORECASE | re.DOTALL,
)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DAY_NAMED = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[ .-]+([a-z]+)[ .,-]+([0-9]{4})", re.IGNORECASE)
_NAMED_DAY = re.compile(r"([a-z]+)[ .-]+([0-9]{1,2})(?:st|nd|rd|th)?[ ,-]+([0-9]{4})", re.IGNORECASE)
_NUMBERS = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/. ]([0-9]{1,2}|[a-z]{3,9})[-/. ][0-9]{2}", re.IGNORECASE)

# Day 0 of the serial numbers under which spreadsheets keep dates, and the numbers that are
# plausibly one (the years 1954 to 2118).
_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)


def read(cell: Cell, order: str = "") -> date | datetime:
    """The day, or the instant with its zone, that a cell states.

    ``order`` (``mdy`` or ``dmy``) settles what 05/06/2019 means.

    Raises:
        Misread: when it is no date, could be two, or is a time of day without a zone.
    """
    if isinstance(cell, datetime):
        return _with_zone(cell, shown(cell))
    if isinstance(cell, date):
        return cell
    text = shown(cell)
    if isinstance(cell, bool | float) or len(text) > 60:
        raise Misread(f"{text[:60]!r} is not a date", WRITE)
    if re.fullmatch(r"[0-9]{5}", text) and int(text) in _SERIALS:
        day = _SERIAL_ZERO + timedelta(days=int(text))
        raise Misread(f"{text} is the number under which a spreadsheet keeps {day.isoformat()}", WRITE)
    match = _CLOCK.match(text)
    if match is None:
        if _SHORT_YEAR.fullmatch(text):
            raise Misread(f"{text!r} has a year of two digits", "Write the year in full (2019).")
        raise Misread(f"{text!r} is not a date", WRITE)
    day = _day(match["day"].strip(), order)
    if match["hour"] is None:
        return day
    try:
        moment = datetime.combine(day, _time(match), _zone(match["zone"]))
    except ValueError:
        raise Misread(f"{text!r} is not a time of day", WRITE) from None
    return _with_zone(moment, text)


def _with_zone(moment: datetime, text: str) -> date | datetime:
    if moment.tzinfo is not None:
        return moment
    if moment.time() == time():
        return moment.date()
    raise Misread(
        f"{text!r} is a time of day without its zone",
        "Add the zone (2019-05-16T16:30-04:00), or write the day alone.",
    )


def _day(text: str, order: str) -> date:
    if match := (_YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)):
        return _calendar(text, match[1], match[2], match[3])
    if match := _DAY_NAMED.fullmatch(text):
        return _calendar(text, match[3], _month(text, match[2]), match[1])
    if match := _NAMED_DAY.fullmatch(text):
        return _calendar(text, match[3], _month(text, match[1]), match[2])
    if match := _NUMBERS.fullmatch(text):
        return _two_ways(text, int(match[1]), int(match[3]), int(match[4]), order)
    raise Misread(f"{text!r} is not a date", WRITE)


def _two_ways(text: str, first: int, second: int, year: int, order: str) -> date:
    """The day in ``first/second/year``, where only one order is possible or the order is known."""
    readings = {}
    for name, month, day in (("mdy", first, second), ("dmy", second, first)):
        if 1 <= month <= 12 and order in ("", name):
            readings[name] = _calendar(text, str(year), month, str(day))
    days = sorted(set(readings.values()))
    if len(days) == 1:
        return days[0]
    if not days:
        as_said = f" when read as {order}, as the profile says" if order else ""
        raise Misread(f"{text!r} is not a day of the calendar{as_said}", WRITE)
    spoken = " or ".join(f"{day.day} {_NAMES[day.month - 1].capitalize()} {day.year}" for day in days)
    written = " or ".join(day.isoformat() for day in days)
    raise Misread(
        f"{text!r} could be {spoken}",
        f"Write {written}, or put 'dates: mdy' or 'dates: dmy' into the profile if the whole file is so.",
    )


def _calendar(text: str, year: str, month: str | int, day: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise Misread(f"{text!r} is not a day of the calendar", WRITE) from None
    if found.year not in YEARS:
        raise Misread(f"{text!r} is not in a year from {YEARS[0]} to {YEARS[-1]}", WRITE)
    return found


def _month(text: str, name: str) -> int:
    wanted = name.casefold()
    for number, full in enumerate(_NAMES, start=1):
        if wanted in (full, _MONTHS[number - 1]) or (wanted == "sept" and full == "september"):
            return number
    raise Misread(f"{text!r}: {name!r} is not a month", WRITE)


def _time(match: re.Match[str]) -> time:
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + 12 * (match["half"][0] in "Pp")
    return time(hour, int(match["minute"]), int(match["second"] or 0))


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if int(digits[2:]) > 59 or offset > timedelta(hours=14):
        raise ValueError
    return timezone(-offset if text[0] == "-" else offset)
