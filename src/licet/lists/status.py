"""The status of every list: by which file, of which day, how old, and what was noticed about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from licet.lists.history import History
from licet.lists.snapshot import Finding, Snapshot
from licet.lists.soundness import limits

COLUMNS = ("list", "file", "format", "day", "known", "age_days", "stale", "entries", "snapshots", "digest",
           "whole", "forced", "flags")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Status:
    """One list as known on a day.

    Args:
        list: its code.
        last: the last snapshot of it.
        snapshots: all of them, in the order of their data.
        age: days from the day of its data to the day that is asked about; None if none is.
        stale: whether it is older than its limit; None if no day is asked about.
    """

    list: str
    last: Snapshot
    snapshots: tuple[Snapshot, ...]
    age: int | None
    stale: bool | None

    @property
    def forced(self) -> tuple[Snapshot, ...]:
        """Every snapshot of it that a person let in against a refusal."""
        return tuple(s for s in self.snapshots if s.forced_by)

    @property
    def flags(self) -> tuple[Finding, ...]:
        """What was noticed about the last file, of this list or of the whole."""
        return tuple(f for f in self.last.findings if f.list in ("", self.list))

    def row(self) -> dict[str, Any]:
        """As a row of :data:`COLUMNS`."""
        cover = self.last.lists[self.list]
        return {
            "list": self.list,
            "file": self.last.file,
            "format": self.last.format,
            "day": self.last.day.isoformat(),
            "known": self.last.known.isoformat(),
            "age_days": self.age,
            "stale": self.stale,
            "entries": cover.entries,
            "snapshots": len(self.snapshots),
            "digest": cover.digest,
            "whole": cover.whole,
            "forced": "; ".join(f"{s.file}: {s.forced_by}: {s.forced_why}" for s in self.forced),
            "flags": "; ".join(map(str, self.flags)),
        }


def status(history: History, as_of: date | None = None, known_at: date | None = None) -> tuple[Status, ...]:
    """Every list as known on a day, by code; age counts from the data to ``as_of``."""
    return tuple(_statuses(history, as_of, known_at))


def _statuses(history: History, as_of: date | None, known_at: date | None) -> Iterable[Status]:
    for code in history.lists(known_at):
        snapshots = history.snapshots(code, known_at, as_of)
        if snapshots:
            last = snapshots[-1]
            age = None if as_of is None else (as_of - last.day).days
            yield Status(code, last, snapshots, age, None if age is None else age > limits(code).stale_days)
