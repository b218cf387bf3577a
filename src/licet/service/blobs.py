"""Blobs: the very bytes that somebody uploaded, kept once under their digest."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Integer, LargeBinary, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.service.database import Base, Instant

_PART = 2**20


class Blob(Base):
    """A file as it came."""

    __tablename__ = "blobs"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    part: Mapped[int] = mapped_column(Integer, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(Instant)


def keep(session: Session, data: bytes, at: datetime) -> str:
    """Keep the bytes inside the caller's transaction; gives their digest."""
    digest = sha256(data).hexdigest()
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    for part, start in enumerate(range(0, len(data), _PART)):
        row = {"digest": digest, "part": part, "data": data[start : start + _PART], "kept_at": at}
        # Two people may upload the same file at the same moment.
        session.execute(insert(Blob).values(row).on_conflict_do_nothing())
    return digest


def read(session: Session, digest: str) -> bytes:
    """The bytes with this digest."""
    parts = session.query(Blob.data).filter(Blob.digest == digest).order_by(Blob.part)
    return b"".join(data for (data,) in parts)
