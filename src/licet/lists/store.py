"""The store under the history: one SQLite file that takes rows and never changes one.

Triggers refuse every update and every removal; a snapshot goes in within one transaction, so that
an interrupted import leaves nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from licet.language.errors import LicetError
from licet.lists.packing import DamagedError, dictionary_of, pack, record_from, unpack
from licet.lists.record import Record
from licet.lists.snapshot import Coverage, Finding, Snapshot

# Marks the file as ours, so that no other database is taken for a history.
_APPLICATION = 0x4C494345
_VERSION = 1
_TABLES = ("snapshot", "covers", "dictionary", "content", "entry")
_HEAD = "sha256, file, format, day, known, rows, faults, findings, forced_by, forced_why"


class HistoryError(LicetError):
    """The history cannot be opened, or does not take what it is given."""


class Store:
    """An open store file."""

    def __init__(self, path: Path, create: bool) -> None:
        """Open it, and with ``create`` make it if it is not there.

        Raises:
            HistoryError: if there is none, or the file is something else or of another version.
        """
        self.path = path
        self._dictionaries: dict[int, bytes] = {}
        try:
            if create:
                path.parent.mkdir(parents=True, exist_ok=True)
            elif not path.exists():
                raise HistoryError(f"{path}: there is no history of lists; make one: licet lists import FILE")
            self.connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        except (OSError, sqlite3.Error) as error:
            raise HistoryError(f"{path}: cannot be opened: {error}") from None
        try:
            self._prepare()
        except sqlite3.Error as error:
            self.connection.close()
            raise HistoryError(f"{path}: not a history of lists that can be read ({error})") from None
        except HistoryError:
            self.connection.close()
            raise

    def _prepare(self) -> None:
        self.connection.execute("PRAGMA foreign_keys = ON")
        mark, version = (self._pragma("application_id"), self._pragma("user_version"))
        empty = not self.connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        if empty and not mark:
            with self.transaction():
                # Another process may have been quicker.
                if not self.connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                    self._make()
        elif mark != _APPLICATION:
            raise HistoryError(f"{self.path}: this database is not a history of lists; give another --store")
        elif version != _VERSION:
            raise HistoryError(
                f"{self.path}: a history of version {version}, this Licet reads version {_VERSION}; "
                "use the Licet that wrote it, or import the published files into a new one"
            )

    def _make(self) -> None:
        schema = resources.files("licet.lists").joinpath("history.sql").read_text(encoding="utf-8")
        for statement in schema.split(";\n"):
            self.connection.execute(statement)
        for table in _TABLES:
            for event in ("UPDATE", "DELETE"):
                self.connection.execute(
                    f"CREATE TRIGGER {table}_refuses_{event.casefold()} BEFORE {event} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'the history only grows'); END"
                )
        self.connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        self.connection.execute(f"PRAGMA user_version = {_VERSION}")

    def _pragma(self, name: str) -> int:
        return int(self.connection.execute(f"PRAGMA {name}").fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written inside, or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def write(
        self,
        snapshot: Snapshot,
        records: Sequence[Record],
        texts: Sequence[str],
        tick: Callable[[int], None] | None = None,
    ) -> None:
        """Write a snapshot, its records and what each says; to be called inside a transaction."""
        head = (
            *(snapshot.sha256, snapshot.file, snapshot.format),
            *(snapshot.day.isoformat(), snapshot.known.isoformat(), snapshot.rows),
            *(_json(snapshot.faults), _json([asdict(f) for f in snapshot.findings])),
            *(snapshot.forced_by, snapshot.forced_why),
        )
        number = self._insert("snapshot", _HEAD, head)
        for c in snapshot.lists.values():
            row = (number, c.list, c.entries, c.digest, _json(c.filled), int(c.whole))
            self._insert("covers", "snapshot, list, entries, digest, filled, whole", row)
        contents = self._write_contents(texts, tick)
        self.connection.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (number, r.list, place, content, r.published_id, r.line, _json(r.faults) if r.faults else "")
                for place, (r, content) in enumerate(zip(records, contents, strict=True))
            ),
        )

    def _write_contents(self, texts: Sequence[str], tick: Callable[[int], None] | None) -> list[int]:
        present: dict[bytes, int] = dict(self.connection.execute("SELECT digest, id FROM content").fetchall())
        digests = [sha256(text.encode()).digest() for text in texts]
        new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in present}
        if new:
            dictionary = dictionary_of(list(new.values()))
            shelf = self._insert("dictionary", "body", (dictionary,))
            for place, (digest, text) in enumerate(new.items()):
                row = (digest, shelf, pack(text, dictionary))
                present[digest] = self._insert("content", "digest, dictionary, body", row)
                if tick is not None:
                    tick(place)
        return [present[digest] for digest in digests]

    def _insert(self, table: str, columns: str, values: Sequence[object]) -> int:
        marks = ", ".join("?" * len(values))
        done = self.connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
        return int(done.lastrowid or 0)

    def changes(self) -> tuple[int, int]:
        """Differs as soon as anything was added, by us or by another process."""
        return self._pragma("data_version"), self.connection.total_changes

    def snapshots(self) -> list[Snapshot]:
        """All snapshots, in the order of their data."""
        covers: dict[int, dict[str, Coverage]] = {}
        sql = "SELECT snapshot, list, entries, digest, filled, whole FROM covers"
        for number, code, entries, digest, filled, whole in self._rows(sql):
            cover = Coverage(code, entries, digest, json.loads(filled), bool(whole))
            covers.setdefault(number, {})[code] = cover
        found = (_snapshot(r, covers.get(r[0], {})) for r in self._rows(f"SELECT id, {_HEAD} FROM snapshot"))
        return sorted(found, key=lambda s: s.order)

    def entries(self, number: int, list_: str) -> tuple[Record, ...]:
        """The records of one list in one snapshot, in the order of the file.

        Raises:
            DamagedError: if what is stored is not what went in.
        """
        rows = self._rows(
            "SELECT c.digest, c.body, c.dictionary, e.published_id, e.line, e.faults FROM entry e "
            "JOIN content c ON c.id = e.content WHERE e.snapshot = ? AND e.list = ? ORDER BY e.place",
            (number, list_),
        )
        try:
            return tuple(
                record_from(unpack(body, self._dictionary(shelf), digest), digest, id_, line, faults)
                for digest, body, shelf, id_, line, faults in rows
            )
        except DamagedError as error:
            raise DamagedError(f"{self.path}: {error}") from None

    def _dictionary(self, number: int) -> bytes:
        if number not in self._dictionaries:
            found = self._rows("SELECT body FROM dictionary WHERE id = ?", (number,))
            self._dictionaries[number] = found[0][0] if found else b""
        return self._dictionaries[number]

    def _rows(self, sql: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        try:
            return self.connection.execute(sql, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise DamagedError(f"{self.path}: cannot be read ({error}); bring it back from a copy") from None


def _snapshot(row: tuple[Any, ...], lists: dict[str, Coverage]) -> Snapshot:
    number, sha, file, form, day, known, rows, faults, findings, by, why = row
    return Snapshot(
        sha256=sha,
        file=file,
        format=form,
        day=date.fromisoformat(day),
        known=date.fromisoformat(known),
        rows=rows,
        lists=lists,
        faults=tuple(json.loads(faults)),
        findings=tuple(Finding(**f) for f in json.loads(findings)),
        forced_by=by,
        forced_why=why,
        number=number,
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
