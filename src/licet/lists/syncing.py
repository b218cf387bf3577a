"""Keeping lists current: from their publishers' addresses into the history, each judged before it goes in.

One source that fails keeps no other out. What is refused is kept aside, with the reason, for a
person to look at. The day on which a file became known is what its server says of it
(Last-Modified, else Date), unless the caller knows better.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from licet.lists.fetching import FetchError
from licet.lists.gathering import Fetched, Way, gather
from licet.lists.history import History, HistoryError, Snapshot
from licet.lists.importing import Imported, Published, day_in_name, import_published, read_published
from licet.lists.journal import Journal
from licet.lists.publishers import Publication
from licet.lists.quarantine import keep
from licet.lists.snapshot import Finding

__all__ = ["Outcome", "Synced", "Way", "sync"]


class Outcome(StrEnum):
    """What became of a source."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    STALE = "stale"
    REFUSED = "refused"
    FAILED = "failed"
    BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class Synced:
    """What became of one source.

    Args:
        source: the publication.
        outcome: see :class:`Outcome`; all but ``imported`` and ``unchanged`` leave the list not current.
        what: a sentence on it.
        snapshot: the snapshot that holds what the publisher has now; None if the history has none.
        known_by: what says when a new file became known: ``Last-Modified``, ``Date``, ``--known`` or
            ``clock``.
        kept: the folder in which a refused file is kept.
        findings: what was noticed about the file, the refusals first.
        attempts: the most that any of its files took.
    """

    source: Publication
    outcome: Outcome
    what: str
    snapshot: Snapshot | None = None
    known_by: str = ""
    kept: Path | None = None
    findings: tuple[Finding, ...] = ()
    attempts: int = 0

    @property
    def current(self) -> bool:
        """Whether the history holds what the publisher has now."""
        return self.outcome in (Outcome.IMPORTED, Outcome.UNCHANGED)


def sync(
    store: Path,
    sources: Sequence[Publication],
    *,
    today: date,
    known: date | None = None,
    tokens: Mapping[str, str] | None = None,
    way: Way | None = None,
) -> tuple[Synced, ...]:
    """Fetch sources and put what is new and sound into the history.

    It runs an event loop of its own; from within a running one call it with ``asyncio.to_thread``.

    Args:
        store: the file of the history; made if it is not there and a file was fetched.
        sources: what :func:`licet.lists.publishers.choose` chose.
        today: the day of this run; says what is stale, and when a file became known if no server does.
        known: the day on which the files became known, where the caller knows better than the servers.
        tokens: by name, what publishers ask for besides the address.
        way: how to fetch.

    Returns:
        What became of each source, in their order.

    Raises:
        HistoryError: if the history or its journal cannot be read or written.
    """
    journal = Journal(store)
    there = {s.sha256 for s in _snapshots(store)}
    run = _Run(store, journal, today, known)
    with TemporaryDirectory(prefix="licet-") as folder:
        fetched = asyncio.run(gather(sources, Path(folder), journal, there, tokens or {}, way or Way()))
        return tuple(run.take(source, found) for source, found in zip(sources, fetched, strict=True))


def _snapshots(store: Path) -> tuple[Snapshot, ...]:
    if not store.exists():
        return ()
    with History.open(store) as history:
        return history.snapshots()


@dataclass(frozen=True, slots=True)
class _Run:
    """One run over a store: takes what was fetched, source by source."""

    store: Path
    journal: Journal
    today: date
    known: date | None

    def take(self, source: Publication, found: Fetched | FetchError | None) -> Synced:
        """Put what was fetched into the history, or aside; write it down, and say what became of it."""
        said: dict[str, Any] = {"source": source.label, "on": self.today}
        try:
            match found:
                case None:
                    return Synced(source, Outcome.BY_HAND, f"{source.how} ({source.page})")
                case FetchError():
                    done = self._not_fetched(source, found)
                case _:
                    done = self._unchanged(source) if found.unchanged else self._changed(source, found)
                    done = replace(done, attempts=max(a.attempts for a in found.answers.values()))
        except HistoryError as error:
            done = Synced(source, Outcome.FAILED, str(error))
        if isinstance(found, Fetched):
            said |= {"on": found.latest("date") or self.today, "sha256": found.sha256, "files": found.marks()}
        if done.snapshot is not None:
            said |= {
                "snapshot": done.snapshot.sha256,
                "known": done.snapshot.known,
                "known_by": done.known_by,
            }
        said |= {"outcome": done.outcome, "what": done.what, "kept": str(done.kept or "")}
        self.journal.add(said)
        return done

    def _not_fetched(self, source: Publication, error: FetchError) -> Synced:
        if error.kept is None:
            return Synced(source, Outcome.FAILED, str(error))
        return self._refused(source, [error.kept], [str(error)])

    def _unchanged(self, source: Publication) -> Synced:
        """The server says that the copy we have is still its newest."""
        snapshots = {s.sha256: s for s in _snapshots(self.store)}
        snapshot = snapshots[self.journal.snapshot(source.label, snapshots)]
        return self._aged(
            Synced(source, Outcome.UNCHANGED, f"not changed, known since {snapshot.known}", snapshot)
        )

    def _changed(self, source: Publication, found: Fetched) -> Synced:
        try:
            file = read_published(found.paths)
        except HistoryError as error:
            return self._refused(source, list(found.paths.values()), [str(error)])
        if file.reading.format != source.format:
            told = f"the address serves {file.reading.format} where {source.format} is expected"
            return self._refused(source, list(found.paths.values()), [told])
        known, by = self._known(source, file, found)
        with History.open(self.store, create=True) as history:
            done = import_published(history, file, known=known)
            newer = _newer(history, done.snapshot)
        if done.snapshot is None:
            why = [str(f) for f in done.findings if f.refused]
            return self._refused(source, list(found.paths.values()), why, done.findings)
        return self._aged(_taken(source, done, done.snapshot, newer, by))

    def _refused(
        self,
        source: Publication,
        files: Sequence[Path],
        why: Sequence[str],
        findings: tuple[Finding, ...] = (),
    ) -> Synced:
        kept = keep(self.store, source, files, why, self.known or self.today)
        return Synced(source, Outcome.REFUSED, "; ".join(why), kept=kept, findings=findings)

    def _known(self, source: Publication, file: Published, found: Fetched) -> tuple[date, str]:
        """The day the file became known, and what says so.

        A file cannot have been known before the day of its data, nor while its publisher still served
        another one; a server that says so is not believed.
        """
        if self.known is not None:
            return self.known, "--known"
        now, modified = found.latest("date"), found.latest("modified")
        of_data = file.reading.dated or day_in_name(file.file)
        other = self.journal.seen_otherwise(source.label, file.sha256)
        earliest = max((d for d in (of_data, other) if d is not None), default=date.min)
        if modified is not None and earliest <= modified <= (now or self.today):
            return modified, "Last-Modified"
        for day, by in ((now, "Date"), (self.today, "clock")):
            if day is not None and day >= earliest:
                return day, by
        raise HistoryError(
            f"{file.file}: data of {earliest} cannot have been known on {self.today}; "
            "see whether this machine's clock is right, or add --known DAY"
        )

    def _aged(self, done: Synced) -> Synced:
        """The same, but stale if it has not changed for longer than its publisher is ever silent."""
        limit, snapshot = done.source.stale_after, done.snapshot
        if snapshot is None or limit is None or (self.today - snapshot.known).days <= limit:
            return done
        told = f"served without a change since {snapshot.known}; see whether the list has moved: "
        return replace(done, outcome=Outcome.STALE, what=told + done.source.page)


def _newer(history: History, mine: Snapshot | None) -> Snapshot | None:
    """The snapshot of the same lists and format that the history takes for newer than this one."""
    if mine is None:
        return None
    same = [s for s in history.snapshots() if s.format == mine.format and set(s.lists) & set(mine.lists)]
    return None if same[-1].sha256 == mine.sha256 else same[-1]


def _taken(
    source: Publication, done: Imported, snapshot: Snapshot, newer: Snapshot | None, by: str
) -> Synced:
    """A file that is in the history now."""
    if newer is not None:
        # Each file stands at its own day, once; that its publisher went back to it, a person decides.
        told = f"the publisher serves data of {snapshot.day}; here {newer.id} of {newer.day} counts as newer"
        if (newer.day, newer.known) == (snapshot.day, snapshot.known):
            told = f"another file than {newer.id}, of the same day; which is the later cannot be told"
        return Synced(source, Outcome.STALE, told, findings=done.findings)
    if not done.new:
        return Synced(source, Outcome.UNCHANGED, f"the same file as {snapshot.id}", snapshot)
    told = (
        f"{len(done.published.reading.records):,} entries, data of {done.day}, known {snapshot.known} ({by})"
    )
    return Synced(source, Outcome.IMPORTED, told, snapshot, by, findings=done.findings)
