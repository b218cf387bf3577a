"""Books: order books that were uploaded, what their headings are taken to mean, and the acts that were read.

A book is read by a job. Each *reading* (by one mapping of its headings) keeps its own acts, so that a run
stays with the acts that it decided when the mapping changes later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import JSON, Integer, LargeBinary, Select, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.act import Act
from licet.intake import Profile
from licet.intake.files import checked
from licet.intake.headers import Catalogue
from licet.intake.outline import Heading, columns_of_ours
from licet.intake.rejects import Fault, Reject
from licet.language.vocabulary import Vocabulary
from licet.regime import Regime
from licet.service import audit, blobs, jobs
from licet.service.database import Base, Instant, new_id
from licet.service.jobs import Job, NotNow
from licet.service.people import Person
from licet.service.pieces import one, unpacked

if TYPE_CHECKING:
    from licet.service.service import Service

READ: Final = "read-book"
PIECE: Final = 500
SMALL: Final = 2**20
"""Bytes up to which a file is read before the upload is answered."""
_NAME: Final = 120
State = Literal["reading", "ready", "unreadable"]


class Book(Base):
    """An uploaded order book.

    ``headings`` tells every column of the file and what it is taken to mean, ``profile`` what somebody chose;
    ``reading`` counts the profiles. ``acts`` and ``rejected`` are of that reading; ``problem`` says why it
    could not be read.
    """

    __tablename__ = "books"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    state: Mapped[State] = mapped_column(Text, default="reading")
    problem: Mapped[str] = mapped_column(Text, default="")
    headings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    profile: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reading: Mapped[int] = mapped_column(Integer, default=1)
    rows: Mapped[int] = mapped_column(Integer, default=0)
    acts: Mapped[int] = mapped_column(Integer, default=0)
    rejected: Mapped[int] = mapped_column(Integer, default=0)
    warnings: Mapped[list[str]] = mapped_column(JSON, default=list)
    uploaded_by: Mapped[str] = mapped_column(Text)
    uploaded_at: Mapped[datetime] = mapped_column(Instant, index=True)
    key: Mapped[str | None] = mapped_column(Text, unique=True)

    @property
    def columns(self) -> list[Heading]:
        """The columns of the file."""
        return [Heading(**{**one, "examples": tuple(one["examples"])}) for one in self.headings]


class Piece(Base):
    """Some acts of one reading, in Arrow: those of the numbers from ``first`` on."""

    __tablename__ = "book_pieces"

    book: Mapped[str] = mapped_column(Text, primary_key=True)
    reading: Mapped[int] = mapped_column(Integer, primary_key=True)
    first: Mapped[int] = mapped_column(Integer, primary_key=True)
    acts: Mapped[bytes] = mapped_column(LargeBinary)


class Rejected(Base):
    """One row of a reading that could not be used, with each thing wrong with it."""

    __tablename__ = "book_rejects"

    book: Mapped[str] = mapped_column(Text, primary_key=True)
    reading: Mapped[int] = mapped_column(Integer, primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    row: Mapped[int] = mapped_column(Integer)
    faults: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    cells: Mapped[dict[str, str]] = mapped_column(JSON)

    def reject(self, name: str) -> Reject:
        """The row as intake tells it; ``name`` is that of the file."""
        return Reject.of(name, self.row, [Fault(**fault) for fault in self.faults], self.cells)


def upload(service: Service, data: bytes, name: str, person: Person, key: str = "") -> Book:
    """Keep a file as a book and have it read; what this gives is kept, whatever happens to the server.

    The same ``key`` of the same person is the same book.

    Raises:
        IntakeError: when it cannot be an order book (a PDF, for example, or a file that unpacks to too much).
    """
    name = harmless_name(name)
    checked(data, name)
    own_key = f"{person.id}:{key}" if key else None
    with service.database.writing() as session:
        service.database.lock(session, f"book {own_key}")
        if own_key and (known := session.scalar(select(Book).where(Book.key == own_key))) is not None:
            return known
        at = service.now()
        digest = blobs.keep(session, data, at)
        book = Book(
            id=new_id(), name=name, digest=digest, size=len(data), uploaded_by=person.name, uploaded_at=at,
            key=own_key, reading=1, profile=_profile(Profile()),
        )  # fmt: skip
        session.add(book)
        session.flush()
        _have_read(session, book, person, at)
        detail = {"name": name, "sha256": digest, "bytes": len(data)}
        audit.record(session, at=at, who=person.name, what="book.uploaded", about=book.id, detail=detail)
    return book


def set_profile(service: Service, book_id: str, profile: Profile, person: Person) -> Book | None:
    """Choose what the headings mean, and have the book read again; None where there is no such book.

    Raises:
        IntakeError: when a heading is mapped to a column that there is not.
    """
    Catalogue.of(service.regime.vocabulary, profile)
    with service.database.writing() as session:
        book = session.get(Book, book_id, with_for_update=True)
        if book is None:
            return None
        book.profile, book.state, book.problem = _profile(profile), "reading", ""
        book.reading += 1
        at = service.now()
        _have_read(session, book, person, at)
        audit.record(
            session, at=at, who=person.name, what="book.mapped", about=book.id, detail=dict(book.profile)
        )
    return book


def find(session: Session, book_id: str) -> Book | None:
    """The book with this id."""
    return session.get(Book, book_id)


def job_of(session: Session, book: Book) -> Job | None:
    """The job that makes the reading at hand."""
    return jobs.keyed(session, _key(book))


def listed() -> Select[Book]:
    """Every book, the last first."""
    return select(Book).order_by(Book.uploaded_at.desc(), Book.id)


def profile_of(book: Book) -> Profile:
    """What was chosen for a book."""
    said = book.profile
    return Profile(said["columns"], said["dates"], said["decimal"])


def choices(regime: Regime) -> list[str]:
    """Every column that a heading can be mapped to."""
    return columns_of_ours(Catalogue.of(regime.vocabulary, Profile()))


def rejects(session: Session, book: Book, first: int = 0, most: int = 100) -> list[Rejected]:
    """Rejected rows of the reading at hand, in the order of the file."""
    wanted = select(Rejected).where(Rejected.book == book.id, Rejected.reading == book.reading)
    return list(session.scalars(wanted.order_by(Rejected.place).offset(first).limit(most)))


def ready(book: Book) -> Book:
    """The book, when it has acts to decide.

    Raises:
        NotNow: when it is still being read, or cannot be.
    """
    if book.state == "reading":
        raise NotNow(f"{book.name} is still being read; try again when that is done")
    if book.state == "unreadable":
        raise NotNow(f"{book.name} could not be read: {book.problem}")
    if not book.acts:
        raise NotNow(f"{book.name} has no row that could be read; see its rejected rows")
    return book


def acts_of(service: Service, book: Book, reading: int = 0, after: int = 0) -> Iterator[Act]:
    """The acts of a book in order, without the first ``after``, of one reading (by default the last)."""
    number = reading or book.reading
    wanted = select(Piece.first).where(Piece.book == book.id, Piece.reading == number).order_by(Piece.first)
    with service.database.reading() as session:
        places = list(session.scalars(wanted.where(Piece.first + PIECE > after + 1)))
    for first in places:
        with service.database.reading() as session:
            piece = session.get_one(Piece, (book.id, number, first))
        acts = unpacked(piece.acts, book.name, service.regime.vocabulary)
        yield from acts[max(after + 1 - first, 0) :]


def act_of(session: Session, book: Book, reading: int, number: int, vocabulary: Vocabulary) -> Act:
    """The act in one place of a reading, counted from 1."""
    first = (number - 1) // PIECE * PIECE + 1
    piece = session.get_one(Piece, (book.id, reading, first))
    return one(piece.acts, number - first, book.name, vocabulary)


def harmless_name(given: str) -> str:
    """The name of a file as it can be shown and kept: no folders, no control characters, not endless."""
    name = PurePosixPath(plain(given).replace("\\", "/")).name
    name = re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", name).strip(". ")
    stem, dot, suffix = name.rpartition(".")
    return (f"{stem[:_NAME]}{dot}{suffix[:10]}" if dot else name[:_NAME]) or "orders"


def plain(text: str) -> str:
    """Text that every database can keep: no NUL, no half characters."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _have_read(session: Session, book: Book, person: Person, at: datetime) -> None:
    jobs.enqueue(
        session, READ, {"reading": book.reading}, about=book.id, who=person.name, at=at,
        key=_key(book),
    )  # fmt: skip


def _key(book: Book) -> str:
    return f"{READ}:{book.id}:{book.reading}"


def _profile(profile: Profile) -> dict[str, Any]:
    columns = {plain(heading): plain(column) for heading, column in profile.columns.items()}
    return {"columns": columns, "dates": profile.dates, "decimal": profile.decimal}
