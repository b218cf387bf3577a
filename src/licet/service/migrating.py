"""Bringing a database's tables up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.service import tables

if TYPE_CHECKING:
    from licet.service.database import Database


def migrate(database: Database) -> None:
    """Make every table that is not there."""
    tables.METADATA.create_all(database.engine)
