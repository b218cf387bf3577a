"""A service on SQLite or on PostgreSQL, with a clock that can be moved, and people to ask for things."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from licet.regime import Regime
from licet.service.people import Person
from licet.service.service import Service
from licet.service.settings import Settings

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
BOTH = ("sqlite", "postgresql")
EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "orders-2019.csv"

ANA = Person.signed_in("a" * 20, "ana", "analyst", "s1")
BEN = Person.signed_in("b" * 20, "ben", "analyst", "s2")
RUTH = Person.signed_in("r" * 20, "ruth", "reviewer", "s3")
SAM = Person.signed_in("s" * 20, "sam", "reviewer", "s4")


class Clock:
    """A clock that goes on only when it is told to."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def on(self, by: timedelta) -> None:
        self.time += by


@contextmanager
def opened(request: Any, folder: Path, regime: Regime, clock: Clock) -> Iterator[Service]:
    """A service on the database that the fixture's parameter names."""
    url = f"sqlite:///{folder / 'service.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres")
    service = Service.open(Settings(database=url, lists=folder / "none"), now=clock, regime=regime)
    try:
        yield service
    finally:
        service.close()
