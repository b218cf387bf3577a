"""Bringing a database's tables up to date, and refusing one that a newer Licet has written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from licet.service.database import DatabaseError

if TYPE_CHECKING:
    from licet.service.database import Database

REVISIONS = Path(__file__).parent / "migrations"


def configuration() -> Config:
    """What Alembic is told: where the revisions are."""
    config = Config()
    config.set_main_option("script_location", str(REVISIONS))
    return config


def migrate(database: Database) -> None:
    """Apply every revision that has not been applied; several servers starting at once wait for each other.

    Raises:
        DatabaseError: if the database cannot be reached, or was written by a newer Licet.
    """
    config = configuration()
    try:
        with database.writing() as session:
            database.lock(session, "migrations")
            config.attributes["connection"] = session.connection()
            command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseError(f"the database was written by another version of Licet ({error})") from None
    except DBAPIError as error:
        raise DatabaseError(f"the database cannot be opened: {error.orig}") from None


def revision_of(database: Database) -> tuple[str, str]:
    """The revision that the database stands at, and the newest there is."""
    with database.reading() as session:
        at = MigrationContext.configure(session.connection()).get_current_revision() or ""
    return at, ScriptDirectory.from_config(configuration()).get_current_head() or ""
