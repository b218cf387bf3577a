"""The history of the lists: every snapshot ever imported, in one file, and nothing overwritten.

It has two times. The *day* of a snapshot is the day of its data; *known* is the day on which it
became public or was seen. Every question may be asked as known on a day: snapshots known later
are then not there. The order of import makes no difference to any answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from licet.lists.presence import Presence, fold, laid_over
from licet.lists.record import Reading, Record
from licet.lists.snapshot import Coverage, Finding, Snapshot, by_list
from licet.lists.store import HistoryError, Store

__all__ = ["Added", "Finding", "History", "HistoryError", "Snapshot"]


@dataclass(frozen=True, slots=True)
class Added:
    """The outcome of adding: the snapshot, and whether it is new."""

    snapshot: Snapshot
    new: bool


class History:
    """A history of lists. Use as a context manager, or close it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._snapshots: list[Snapshot] = []
        self._read_at: tuple[int, int] | None = None
        self._entries: dict[tuple[str, str], tuple[Record, ...]] = {}
        self._presence: dict[tuple[str, ...], tuple[Presence, ...]] = {}

    @classmethod
    def open(cls, path: Path | str, create: bool = False) -> History:
        """Open a history; with ``create`` make it if it is not there.

        Raises:
            HistoryError: if there is none, or the file is something else or of another version.
        """
        return cls(Store(Path(path), create))

    def close(self) -> None:
        """Let go of the file."""
        self.store.connection.close()

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(
        self,
        reading: Reading,
        *,
        sha256: str,
        file: str,
        day: date,
        known: date,
        findings: Sequence[Finding] = (),
        forced_by: str = "",
        forced_why: str = "",
        tick: Callable[[int], None] | None = None,
    ) -> Added:
        """Add a reading as a snapshot, all of it or nothing; the same bytes again change nothing.

        Args:
            sha256: of the published bytes, in hex.
            file: the publisher's name of the file.
            day: the day of the data.
            known: the day it became public or was seen; not before ``day``.
            findings: what :func:`licet.lists.soundness.inspect` noticed; kept with the snapshot.
            forced_by: who insisted on a file that was refused.
            forced_why: why.
            tick: called with the number of entries done.

        Raises:
            HistoryError: if ``known`` is before ``day``, or a finding refuses the file and nobody insists.
        """
        if known < day:
            raise HistoryError(f"{file}: data of {day} cannot have been known on {known}; mend --known")
        if bool(forced_by) != bool(forced_why):
            raise HistoryError(f"{file}: whoever insists gives both a name and a reason")
        refused = [*reading.fatal, *(str(f) for f in findings if f.refused)]
        if refused and not forced_by:
            raise HistoryError(f"{file}: refused: {'; '.join(refused)}")
        texts = [r.as_json() for r in reading.records]
        snapshot = Snapshot(
            sha256=sha256,
            file=file,
            format=reading.format,
            day=day,
            known=known,
            rows=reading.rows,
            lists={
                # A file that broke off or does not claim the list shows who is on it, not who is off.
                code: Coverage.of(
                    code, records, bool(records) and not reading.fatal and code in reading.lists
                )
                for code, records in by_list(reading.records, reading.lists).items()
            },
            faults=(*reading.fatal, *reading.faults),
            findings=tuple(findings),
            forced_by=forced_by,
            forced_why=forced_why,
        )
        with self.store.transaction():
            present = next((s for s in self.store.snapshots() if s.sha256 == sha256), None)
            if present is None:
                self.store.write(snapshot, reading.records, texts, tick)
        return Added(present or next(s for s in self.snapshots() if s.sha256 == sha256), present is None)

    def snapshots(
        self, list_: str | None = None, known_at: date | None = None, as_of: date | None = None
    ) -> tuple[Snapshot, ...]:
        """Snapshots in the order of their data.

        Args:
            list_: only those that cover this list.
            known_at: only those known by then.
            as_of: only those whose data is not of a later day.
        """
        if self._read_at != (now := self.store.changes()):
            self._snapshots, self._read_at = self.store.snapshots(), now
        return tuple(
            s
            for s in self._snapshots
            if (list_ is None or list_ in s.lists)
            and (known_at is None or s.known <= known_at)
            and (as_of is None or s.day <= as_of)
        )

    def lists(self, known_at: date | None = None) -> tuple[str, ...]:
        """Codes of all lists that a snapshot known by then covers."""
        return tuple(sorted({code for s in self.snapshots(known_at=known_at) for code in s.lists}))

    def entries(self, snapshot: Snapshot, list_: str) -> tuple[Record, ...]:
        """The records of one list in one snapshot, in the order of the file."""
        key = (snapshot.sha256, list_)
        if key not in self._entries:
            self._entries[key] = self.store.entries(snapshot.number, list_)
        return self._entries[key]

    def records(
        self, list_: str, known_at: date | None = None, as_of: date | None = None
    ) -> tuple[Record, ...]:
        """Who was on a list by the last snapshot known then.

        Snapshots that are not whole only add: nobody falls off a list because a file broke off.
        """
        snapshots = self.snapshots(list_, known_at, as_of)
        last = max((place for place, s in enumerate(snapshots) if s.whole(list_)), default=0)
        shown: tuple[Record, ...] = ()
        for snapshot in snapshots[last:]:
            entries = self.entries(snapshot, list_)
            shown = entries if snapshot.whole(list_) else laid_over(shown, entries)
        return shown

    def presence(self, list_: str, known_at: date | None = None) -> tuple[Presence, ...]:
        """Every entity ever seen on a list, with the intervals in which snapshots show it.

        Ask each for its day (:meth:`Presence.on`); later snapshots are evidence of earlier days too.
        """
        snapshots = self.snapshots(list_, known_at)
        key = (list_, *(s.sha256 for s in snapshots))
        if key not in self._presence:
            self._presence[key] = fold(list_, [(s, self.entries(s, list_)) for s in snapshots])
        return self._presence[key]

    def identify(self, lists: Iterable[str], known_at: date | None = None) -> Callable[[Record], str]:
        """The id of the entity that a record of some list was of, as :meth:`presence` has it."""
        ids = {
            record.digest: presence.id
            for code in lists
            for presence in self.presence(code, known_at)
            for interval in presence.intervals
            for _, record in interval.said
        }
        return lambda record: ids[record.digest]
