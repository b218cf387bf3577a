"""The ledger: the tables that reviews add to the file of the history, which take rows and never change one.

Triggers refuse every update and removal, as in the history itself; the rows of dispositions are
chained by hashes, so that a copy can be told from one that was tampered with.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from importlib import resources
from typing import Any

from licet.lists.packing import DamagedError
from licet.lists.store import Store

_TABLES = ("disposition", "party_set", "screening_run")


class Ledger:
    """The tables of reviews in an open store; they are made when something is first written."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, table: str, row: dict[str, object]) -> int:
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
