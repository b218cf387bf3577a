"""Soundness: whether a new file can be what its publisher meant, judged by the file and those before it.

A short file is not a delisting. What can only be an accident is refused with the way to mend it;
what may be so is flagged. The limits are data (``soundness.yaml``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

from licet.language import plain_yaml
from licet.lists.record import Reading, Record
from licet.lists.snapshot import Coverage, Finding, Snapshot, by_list, filled_columns

_YEAR = 365.25
# Below this a share says little.
_FEW = 20
_FILLED = 20
_FETCH = "fetch the file again; if it is really so: --force REASON --by NAME"
_LOOK = "compare with the publisher's page"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still sound for one list; percent, and days for ``stale_days``."""

    fall: int
    fall_per_year: int
    columns: int
    bad_dates: int
    stale_days: int

    def fallen(self, before: int, now: int, days: int) -> bool:
        """Whether more entries went missing than can be in so many days."""
        allowed = self.fall + self.fall_per_year * days / _YEAR
        return (before - now) * 100 > allowed * before


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    text = resources.files("licet.lists").joinpath("soundness.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = plain_yaml.read(text, "soundness.yaml")
    return data


def limits(list_: str) -> Limits:
    """The limits of one list."""
    return Limits(**{**_data()["default"], **_data()["lists"].get(list_, {})})


def inspect(reading: Reading, day: date, snapshots: Sequence[Snapshot]) -> tuple[Finding, ...]:
    """What is to be said of a reading before it goes in; the refusals first.

    Args:
        reading: the file, read.
        day: the day of its data.
        snapshots: all there are, whatever their day; it is compared with those of its day or before.
    """
    earlier = [s for s in snapshots if s.day <= day]
    found = [*_of_file(reading), *_older(reading, day, snapshots)]
    if not reading.fatal:
        # Of a file that broke off everything has fallen; saying so list by list helps nobody.
        found += _missing(reading, earlier)
        for code, records in by_list(reading.records, reading.lists).items():
            if code not in reading.lists:
                what = f"{len(records)} entries of a list that the file is only a part of"
                found.append(Finding("part", False, what, "they are added; nobody is taken off by it", code))
                continue
            found += _of_list(code, records, reading.format, day, earlier)
    return tuple(sorted(found, key=lambda f: not f.refused))


def _of_file(reading: Reading) -> Iterator[Finding]:
    for fault in reading.fatal:
        yield Finding("broken", True, fault, "if it must go in as it is: --force REASON --by NAME")
    if not reading.records and not reading.fatal:
        yield Finding("nothing", True, "the file has no entry at all", _FETCH)
    noticed = [r for r in reading.records if r.faults]
    if noticed:
        first = noticed[0]
        what = (
            f"{len(noticed)} entries have faults, such as line {first.line}, {first.name}: {first.faults[0]}"
        )
        yield Finding("entries", False, what, "the entry counts with what could be read; " + _LOOK)


def _missing(reading: Reading, earlier: Sequence[Snapshot]) -> Iterator[Finding]:
    """Lists that the last combined file of this format had and this one has not."""
    combined = [s for s in earlier if s.format == reading.format and len(s.lists) > 1]
    if not combined or len(reading.lists) < 2:
        return
    last = combined[-1]
    for code, cover in last.lists.items():
        if cover.entries and code not in reading.lists:
            what = f"the file has no such list; on {last.day} it had {cover.entries} entries"
            yield Finding("missing", True, what, _FETCH, code)


def _older(reading: Reading, day: date, snapshots: Sequence[Snapshot]) -> Iterator[Finding]:
    later = [
        s
        for s in snapshots
        if s.format == reading.format and s.day > day and set(s.lists) & set(reading.lists)
    ]
    if later:
        what = f"the data of {day} is older than what is already here (up to {later[-1].day})"
        yield Finding(
            "older", False, what, "right if you are filling in the past; it takes its place by its day"
        )


def _of_list(
    code: str, records: Sequence[Record], form: str, day: date, earlier: Sequence[Snapshot]
) -> Iterator[Finding]:
    of_list = [s for s in earlier if s.whole(code)]
    same = [s for s in of_list if s.format == form]
    last = same[-1] if same else of_list[-1] if of_list else None
    before = last.lists[code] if last is not None else None
    bounds = limits(code)
    if not records:
        was = f"; on {last.day} it had {before.entries} entries" if last and before else ""
        yield Finding("empty", bool(same), f"the list has no entry{was}", _FETCH if same else _LOOK, code)
        return
    if last is not None and before is not None:
        if bounds.fallen(before.entries, len(records), (day - last.day).days):
            what = f"{len(records)} entries; on {last.day} there were {before.entries}"
            mend = _FETCH if same else f"{last.format} counts otherwise than {form}; {_LOOK}"
            yield Finding("fallen", bool(same), what, mend, code)
        if same:
            yield from _half_empty(code, records, before, bounds)
    yield from _of_dates(code, records, day, bounds)


def _half_empty(code: str, records: Sequence[Record], before: Coverage, bounds: Limits) -> Iterator[Finding]:
    if min(before.entries, len(records)) < _FEW:
        return
    now = filled_columns(records)
    for column, count in before.filled.items():
        was, share = 100 * count / before.entries, 100 * now.get(column, 0) / len(records)
        if was >= _FILLED and share * 100 < was * bounds.columns:
            what = f"{column} is filled in {share:.0f} percent of the entries, before in {was:.0f}"
            yield Finding("half_empty", True, what, _FETCH, code)


def _of_dates(code: str, records: Sequence[Record], day: date, bounds: Limits) -> Iterator[Finding]:
    expired = [r for r in records if r.ends is not None and r.ends < day]
    if expired:
        what = f"{len(expired)} entries ended before {day} and are still there, such as {_named(expired[0])}"
        yield Finding("expired", False, what, "they count through the day the file gives and no longer", code)
    kinds: tuple[tuple[str, Callable[[Record], date | None], str], ...] = (
        ("year", lambda r: _impossible(r, day), "a year that cannot be"),
        ("swapped", lambda r: _swapped(r, day), "a future date that is right with month and day swapped"),
        ("future", lambda r: _ahead(r, day), "a day of publication after the day of the data"),
    )  # fmt: skip
    for kind, wrong, words in kinds:
        bad = [(r, d) for r in records if (d := wrong(r)) is not None]
        if bad:
            record, shown = bad[0]
            what = f"{len(bad)} entries have {words}, such as {_named(record)}: {shown}"
            many = len(records) >= _FEW and len(bad) * 100 > bounds.bad_dates * len(records)
            yield Finding(kind, many and kind != "future", what, _FETCH if many else _LOOK, code)


def _impossible(record: Record, day: date) -> date | None:
    years: Mapping[str, int] = _data()["years"]
    last = {"published": years["ahead"], "effective": years["ahead"], "ends": years["ends_ahead"]}
    for field, ahead in last.items():
        given: date | None = getattr(record, field)
        if given is not None and not years["first"] <= given.year <= day.year + ahead:
            return given
    return None


def _swapped(record: Record, day: date) -> date | None:
    for given in (record.published, record.effective):
        if given is not None and given > day and _impossible(record, day) is None:
            turned = given.replace(month=given.day, day=given.month) if given.day <= 12 else given
            if turned <= day:
                return given
    return None


def _ahead(record: Record, day: date) -> date | None:
    late = record.published is not None and record.published > day
    return record.published if late and not _swapped(record, day) and not _impossible(record, day) else None


def _named(record: Record) -> str:
    return f"{record.name} (line {record.line})" if record.line else record.name
