"""The database of a server, SQLite or PostgreSQL, with one way to read and one to write."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from licet.language.errors import LicetError

_LETTERS = string.ascii_lowercase + string.digits
_BUSY_SECONDS = 30


class DatabaseError(LicetError):
    """The database cannot be opened or brought up to date."""


class Base(DeclarativeBase):
    """What every table of the service is declared on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Instant(TypeDecorator[datetime]):
    """An instant, aware and in UTC, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """A random name for a new row: 20 small letters and digits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(20))


class Database:
    """An open database.

    Args:
        url: as SQLAlchemy writes it, ``sqlite:///file`` or ``postgresql://...``.

    Raises:
        DatabaseError: if the URL means neither.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise DatabaseError(
                "LICET_DATABASE is no URL of a database; write sqlite:///FILE or "
                "postgresql://NAME:PASSWORD@HOST/DATABASE"
            ) from None
        kind = parsed.get_backend_name()
        if kind == "postgresql":
            self.engine: Engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10, max_overflow=20
            )
        elif kind == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(
                parsed, connect_args={"timeout": _BUSY_SECONDS}, pool_size=20, max_overflow=40
            )
            _prepare_sqlite(self.engine)
        else:
            raise DatabaseError(f"LICET_DATABASE names {kind}; Licet keeps its data in SQLite or PostgreSQL")
        self.is_sqlite = kind == "sqlite"
        # SQLite lets those who wait try again and again; here they stand in line instead.
        self._line: AbstractContextManager[object] = Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that writes: all of it is kept at the end, or nothing after an error."""
        with self._line, Session(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                # A writer that began by reading could lose to another and have to begin again.
                session.connection(execution_options={"licet_writes": True})
            yield session
            session.commit()

    def lock(self, session: Session, name: str) -> None:
        """Let no other transaction pass this point under this name until the session's own has ended.

        SQLite has one writer at a time anyway.
        """
        if not self.is_sqlite:
            number = int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    def migrate(self) -> None:
        """Bring the tables up to date."""
        from licet.service.migrating import migrate

        migrate(self)

    def dispose(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        # The driver is not to begin transactions by itself; the line below does.
        connection.isolation_level = None
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("licet_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
