"""Everything a face needs: settings, the database, the law with its lists, and what time it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock

from licet.regime import Regime
from licet.service.database import Database
from licet.service.settings import Settings


def _now() -> datetime:
    return datetime.now(UTC)


class Service:
    """An open service.

    Args:
        settings: where it keeps things, and whom it lets in.
        now: what tells the time to the faces; what decides never asks it.
        regime: the law to start from, when it has been read already.

    ``ready`` is set once names can be matched without waiting.
    """

    def __init__(
        self, settings: Settings, *, now: Callable[[], datetime] = _now, regime: Regime | None = None
    ) -> None:
        self.settings = settings
        self.now = now
        self.database = Database(settings.database)
        self._law = regime or Regime.load()
        self._in_use: tuple[tuple[int, int], Regime] | None = None
        self._lock = Lock()
        self.ready = Event()

    @classmethod
    def open(
        cls, settings: Settings, *, now: Callable[[], datetime] = _now, regime: Regime | None = None
    ) -> Service:
        """A service whose tables are up to date."""
        service = cls(settings, now=now, regime=regime)
        service.database.migrate()
        return service

    @property
    def history(self) -> Path | None:
        """The file with the history of lists, where there is one."""
        path = self.settings.lists or _usual_lists()
        return path if path.exists() else None

    @property
    def regime(self) -> Regime:
        """The law, with the lists as the history has them now; read again when that file changed."""
        path = self.history
        if path is None:
            return self._law
        mark = _mark(path)
        in_use = self._in_use
        if in_use is not None and in_use[0] == mark:
            return in_use[1]
        with self._lock:
            if self._in_use is None or self._in_use[0] != mark:
                self._in_use = mark, self._law.with_history(path)
            return self._in_use[1]

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()


def _usual_lists() -> Path:
    from platformdirs import user_data_path

    return user_data_path("licet", appauthor=False) / "lists.sqlite"


def _mark(path: Path) -> tuple[int, int]:
    """Something that differs once the file, or what SQLite wrote beside it, was written to."""
    beside = path.with_name(f"{path.name}-wal")
    log = os.stat(beside).st_mtime_ns if beside.exists() else 0
    return os.stat(path).st_mtime_ns, log
