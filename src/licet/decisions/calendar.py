"""The calendar: every day on which an answer can change, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from licet.language.instrument import Instrument, day
from licet.regime import Regime


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that begins or ends on a day, and the instrument behind it; ``rule`` where it is one."""

    day: date
    what: str
    by: str
    title: str
    state: str
    rule: str = ""


def calendar(regime: Regime) -> tuple[Turn, ...]:
    """Every turn of rules, listings and tables, and every instrument that only announces, by day."""
    turns = {*_rules(regime), *_listings(regime), *_tables(regime), *_announcements(regime)}
    return tuple(sorted(turns, key=lambda t: (t.day, t.by, t.what)))


def _turn(regime: Regime, on: date, what: str, by: str, rule: str = "") -> Turn:
    instrument = regime.instruments.get(by)
    return Turn(on, what, by, instrument.title if instrument else "", _state(instrument, on), rule)


def _state(instrument: Instrument | None, on: date) -> str:
    return instrument.state_on(on) if instrument else ""


def _rules(regime: Regime) -> Iterator[Turn]:
    for rule in regime.book:
        for window in rule.windows:
            name = f"{rule.id}{f' {window.name}' if window.name else ''}"
            if window.start is not None:
                word = {"suspended": "is suspended", "uncertain": "becomes uncertain"}.get(
                    window.state, "begins"
                )
                yield _turn(regime, day(window.start), f"{name} {word}", window.by, rule.id)
            last = window.last_day()
            if last is not None:
                ended_by = window.struck_by if last != window.through else window.by
                word = "ends" if window.state == "in force" else f"no longer {window.state}"
                yield _turn(
                    regime, last + timedelta(days=1), f"{name} {word}", ended_by or window.by, rule.id
                )


def _listings(regime: Regime) -> Iterator[Turn]:
    counted: dict[tuple[date, str, str], int] = {}
    for versions in regime.listings.versions.values():
        for version in versions:
            if version.through is not None and version.through < day(version.start):
                # So a scenario keeps a listing that never began: it has no days.
                continue
            entry = f"on the {version.list.replace('_', ' ')}"
            start = (day(version.start), version.by, f"entries begin {entry}")
            counted[start] = counted.get(start, 0) + 1
            if version.through is not None:
                ended_by = version.amended_by[-1].split("@")[0] if version.amended_by else version.by
                end = (version.through + timedelta(days=1), ended_by, f"entries end {entry}")
                counted[end] = counted.get(end, 0) + 1
            for note in version.footnotes:
                if version.through is not None and note.since > version.through:
                    continue
                key = (note.since, version.by, f"entries get footnote {note.number}")
                counted[key] = counted.get(key, 0) + 1
    for (on, by, what), count in counted.items():
        yield _turn(regime, on, f"{count} {what}", by)


def _tables(regime: Regime) -> Iterator[Turn]:
    for name, table in (
        ("Country Chart", regime.destinations.chart),
        ("Country Groups", regime.destinations.groups),
    ):
        for country, rows in table.items():
            for row in rows:
                group = f" {row.cells['group']}" if "group" in row.cells else ""
                what = f"{name}{group}: {country}"
                if row.start is not None:
                    yield _turn(regime, day(row.start), f"{what} begins", row.by)
                if row.through is not None:
                    yield _turn(regime, row.through + timedelta(days=1), f"{what} ends", row.by)


def _announcements(regime: Regime) -> Iterator[Turn]:
    for instrument in regime.instruments.values():
        if not instrument.binding:
            for state in instrument.timeline():
                yield Turn(
                    day(state.since),
                    f"{state.state}: changes no answer",
                    instrument.id,
                    instrument.title,
                    state.state,
                )
