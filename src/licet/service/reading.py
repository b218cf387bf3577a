"""Reading a book: the job that makes acts and rejected rows of an uploaded file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from licet.act import Act
from licet.intake import IntakeError, OrderBook, Profile, countries_from
from licet.intake.files import read_table
from licet.intake.headers import Catalogue
from licet.intake.orders import orders_in
from licet.intake.outline import Heading, headings_anyhow, outline
from licet.regime import Regime
from licet.service import blobs, jobs
from licet.service.books import PIECE, READ, Book, Piece, Rejected, plain, profile_of
from licet.service.jobs import Work
from licet.service.pieces import packed


@jobs.handles(READ)
def read(work: Work) -> str:
    """Read a book: its headings, its acts, and the rows that cannot be used."""
    service = work.service
    regime, number = service.regime, work.job.arguments["reading"]
    with service.database.reading() as session:
        book = session.get_one(Book, work.job.about)
        data = blobs.read(session, book.digest)
    told = Told.of(data, book.name, profile_of(book), regime)
    # Nobody waits for this transaction while acts are packed.
    pieces = _packed(told.orders.acts, regime) if told.orders is not None else {}
    with work.writing() as session:
        book = session.get_one(Book, work.job.about, with_for_update=True)
        if book.reading != number:
            return "Another mapping was chosen in the meantime."
        if told.orders is not None:
            _keep(session, book, told.orders, pieces)
        book.headings = [asdict(heading) for heading in told.headings]
        book.problem = plain(told.problem)
        book.state = "unreadable" if told.problem else "ready"
        work.progress(session, book.rows, book.rows, "")
        read_ = f"{book.acts} rows can be decided, {book.rejected} were rejected."
        return work.finish(session, told.problem or read_)


@dataclass(frozen=True, slots=True)
class Told:
    """What a file says: its headings, and its orders or why it has none."""

    headings: list[Heading]
    orders: OrderBook | None = None
    problem: str = ""

    @classmethod
    def of(cls, data: bytes, name: str, profile: Profile, regime: Regime) -> Told:
        """What the bytes say under a profile."""
        headings: list[Heading] = []
        try:
            catalogue = Catalogue.of(regime.vocabulary, profile)
            table = read_table(data, name, catalogue.count)
            headings = outline(table, catalogue)
            return cls(headings, orders_in(table, name, regime.vocabulary, _countries(regime), catalogue))
        except IntakeError as error:
            problem = str(error)
        if not headings:
            with suppress(IntakeError):  # what it said the first time is what helps
                headings = headings_anyhow(data, name, catalogue)
        return cls(headings, None, problem)


def _packed(acts: Sequence[Act], regime: Regime) -> dict[int, bytes]:
    """The acts in pieces, each under the number of its first."""
    starts = range(0, len(acts), PIECE)
    return {start + 1: packed(acts[start : start + PIECE], regime.vocabulary) for start in starts}


def _keep(session: Session, book: Book, orders: OrderBook, pieces: Mapping[int, bytes]) -> None:
    book.rows, book.acts, book.rejected = orders.rows, len(orders.acts), len(orders.rejects)
    book.warnings = [plain(warning) for warning in orders.warnings]
    of = {"book": book.id, "reading": book.reading}
    session.add_all(Piece(**of, first=first, acts=acts) for first, acts in pieces.items())
    for place, reject in enumerate(orders.rejects, 1):
        faults = [{key: plain(said) for key, said in asdict(fault).items()} for fault in reject.faults]
        cells = {plain(heading): plain(cell) for heading, cell in reject.cells.items()}
        session.add(Rejected(**of, place=place, row=reject.row, faults=faults, cells=cells))


def _countries(regime: Regime) -> Mapping[str, str]:
    return countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
