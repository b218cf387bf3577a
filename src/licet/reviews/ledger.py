"""Ledgers: what takes rows of reviews and never changes one.

Dispositions need little of it, and say so in :class:`Ledger`. Here it is the file of the history:
triggers refuse every update and removal, as in the history itself; the rows of dispositions are
chained by hashes, so that a copy can be told from one that was tampered with.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import resources
from typing import Any, Protocol

from licet.lists.packing import DamagedError
from licet.lists.store import Store

_TABLES = ("disposition", "party_set", "screening_run")


class Ledger(Protocol):
    """Where dispositions are kept, in their order."""

    @property
    def name(self) -> str:
        """What the ledger is called when it cannot be read."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Nobody else adds a row until it ends; all rows added inside are kept, or none."""
        ...

    def rows(self, columns: Sequence[str]) -> Iterable[Sequence[str]]:
        """These columns of every row, in the order in which rows were added."""
        ...

    def add(self, row: Mapping[str, str]) -> None:
        """Add a row, inside a transaction."""
        ...

    def changes(self) -> object:
        """Differs from what it was before as soon as a row was added, by whomever."""
        ...


class StoreTables:
    """The tables of reviews in an open store; they are made when something is first written."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, table: str, row: Mapping[str, object]) -> int:
        """Add a row, inside a transaction of the store; gives its number."""
        self._prepare()
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
        done = self.store.connection.execute(sql, tuple(row.values()))
        return int(done.lastrowid or 0)

    def rows(self, sql: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """Rows of the tables; none while there are no tables.

        Raises:
            DamagedError: if the file cannot be read.
        """
        try:
            if not self._there():
                return []
            return self.store.connection.execute(sql, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise DamagedError(
                f"{self.store.path}: cannot be read ({error}); bring it back from a copy"
            ) from None

    def _there(self) -> bool:
        sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN (?, ?, ?)"
        return bool(self.store.connection.execute(sql, _TABLES).fetchone()[0] == len(_TABLES))

    def _prepare(self) -> None:
        if self._there():
            return
        schema = resources.files("licet.reviews").joinpath("dispositions.sql").read_text(encoding="utf-8")
        for statement in schema.split(";\n"):
            self.store.connection.execute(statement)
        for table in _TABLES:
            for event in ("UPDATE", "DELETE"):
                name = f"{table}_refuses_{event.casefold()}"
                self.store.connection.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {table} BEGIN "
                    "SELECT RAISE(ABORT, 'the ledger only grows'); END"
                )


class StoreLedger:
    """The ledger of dispositions in the file of a history of lists."""

    def __init__(self, store: Store) -> None:
        self._tables = StoreTables(store)
        self._store = store

    @property
    def name(self) -> str:
        """The file."""
        return str(self._store.path)

    def transaction(self) -> AbstractContextManager[None]:
        """One transaction of the file."""
        return self._store.transaction()

    def rows(self, columns: Sequence[str]) -> Iterable[Sequence[str]]:
        """All rows, in order."""
        return self._tables.rows(f"SELECT {', '.join(columns)} FROM disposition ORDER BY id")

    def add(self, row: Mapping[str, str]) -> None:
        """Add a row."""
        self._tables.add("disposition", row)

    def changes(self) -> object:
        """Differs after every write to the file."""
        return self._store.changes()
