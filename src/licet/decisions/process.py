"""Process: the clocks of the licensing procedure, as pure functions of an event and its day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from licet.language import plain_yaml
from licet.language.errors import LawError


@dataclass(frozen=True, slots=True)
class Deadline:
    """One day that an event sets: so many days, months or years after it or after another deadline."""

    name: str
    after: int
    unit: str
    counted_from: str
    cite: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProcessEvent:
    """An event of the procedure and the deadlines it sets."""

    event: str
    title: str
    cite: str
    deadlines: tuple[Deadline, ...]

    def dates(self, on: date, stopped: int = 0) -> dict[str, date]:
        """The day of each deadline for an event on ``on``; ``stopped`` days do not count."""
        found: dict[str, date] = {}
        for deadline in self.deadlines:
            start = found[deadline.counted_from] if deadline.counted_from else on + timedelta(days=stopped)
            found[deadline.name] = _later(start, deadline.after, deadline.unit)
        return found

    @property
    def cited(self) -> str:
        """Every citation the deadlines rest on."""
        return "; ".join(dict.fromkeys([self.cite, *(d.cite for d in self.deadlines if d.cite)]))


def clocks(folder: Path) -> Mapping[str, ProcessEvent]:
    """The clocks in ``clocks.yaml`` by event."""
    path = folder / "us" / "ear" / "part-750" / "clocks.yaml"
    return {given["event"]: _event(given, path.name) for given in plain_yaml.read_file(path)}


def named(events: Mapping[str, ProcessEvent], name: str) -> ProcessEvent | None:
    """The event of that name, or the one whose name and title share most of its words."""
    if name in events:
        return events[name]
    wanted = _words(name)
    score = {e.event: len(wanted & _words(f"{e.event} {e.title}")) for e in events.values()}
    best = max(score, key=lambda event: score[event], default=None)
    return events[best] if best and score[best] * 2 > len(wanted) else None


def nearest(dates: Mapping[str, date], name: str) -> str | None:
    """The deadline of that name, or the one whose name shares most of its words."""
    if name in dates:
        return name
    wanted = _words(name)
    score = {d: len(wanted & _words(d)) for d in dates}
    best = max(score, key=lambda d: score[d], default=None)
    return best if best and score[best] * 2 >= len(wanted) else None


def _words(text: str) -> frozenset[str]:
    noise = {"by", "of", "the", "a", "to", "day", "date", "if", "on", "in", "is", "and", "s"}
    return frozenset(w.rstrip("s") for w in re.findall(r"[a-z0-9]+", text.casefold())) - noise


def _later(start: date, count: int, unit: str) -> date:
    if unit == "days":
        return start + timedelta(days=count)
    months = start.month - 1 + (count * 12 if unit == "years" else count)
    year, month = start.year + months // 12, months % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def _event(given: Mapping[str, object], where: str) -> ProcessEvent:
    deadlines = []
    for item in given["dates"]:  # type: ignore[attr-defined]
        if item.get("unit", "days") not in ("days", "months", "years"):
            raise LawError(f"{where}: {given['event']}: unit {item['unit']!r}")
        deadlines.append(
            Deadline(
                item["name"],
                int(item["after"]),
                item.get("unit", "days"),
                item.get("counted from", ""),
                item.get("cite", ""),
                item.get("note", ""),
            )
        )
    return ProcessEvent(str(given["event"]), str(given["title"]), str(given["cite"]), tuple(deadlines))
