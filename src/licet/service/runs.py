"""Runs: a book decided under one view of time; what it came to is kept line by line, to be looked through."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import JSON, Boolean, Float, Index, Integer, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.decisions.book import Line, row_of
from licet.decisions.decide import Decision, decide
from licet.decisions.end_use import with_stated_end_use
from licet.language.errors import FactError
from licet.language.instrument import Moment, moment_from
from licet.regime import Regime
from licet.service import books, jobs
from licet.service.books import Book, plain
from licet.service.database import Base, Instant, new_id
from licet.service.jobs import Job
from licet.service.people import Person
from licet.service.sums import OUTCOMES, Sums, value_of

if TYPE_CHECKING:
    from licet.service.service import Service

DECIDE: Final = "decide-book"
# The same on every line of a run, and long.
_SHARED: Final = "lists"
_BEYOND_MONEY: Final = Decimal(10) ** 30


class Run(Base):
    """One deciding of one reading of a book.

    ``as_of`` is empty where each line is decided under the law of its own date. ``law`` and ``lists`` are the
    digests of what decided, ``results`` a digest over every row that came out, in order, as far as ``done``.
    """

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    book: Mapped[str] = mapped_column(Text, index=True)
    reading: Mapped[int] = mapped_column(Integer)
    as_of: Mapped[str] = mapped_column(Text, default="")
    known_at: Mapped[str] = mapped_column(Text, default="")
    unrelieved: Mapped[bool] = mapped_column(Boolean, default=False)
    lines: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    law: Mapped[str] = mapped_column(Text, default="")
    lists: Mapped[str] = mapped_column(Text, default="")
    compared_with: Mapped[str] = mapped_column(Text, default="")
    sums: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    results: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    key: Mapped[str | None] = mapped_column(Text, unique=True)

    @property
    def view(self) -> tuple[Moment | None, Moment | None]:
        """As of when, as known when."""
        return moment_from(self.as_of, "as_of"), moment_from(self.known_at, "known_at")

    @property
    def summed(self) -> Sums:
        """What it came to so far."""
        return Sums.of(self.sums)


class RunLine(Base):
    """One line of a run: the row that the library tells of it, and what it is searched and sorted by.

    ``party``, ``item`` and ``words`` are casefolded, since databases differ in what they hold for equal.
    """

    __tablename__ = "run_lines"

    run: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    row: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    rank: Mapped[int] = mapped_column(Integer)
    day: Mapped[str] = mapped_column(Text)
    party: Mapped[str] = mapped_column(Text)
    item: Mapped[str] = mapped_column(Text)
    goods: Mapped[str] = mapped_column(Text)
    requirements: Mapped[str] = mapped_column(Text)
    review: Mapped[str] = mapped_column(Text)
    amount: Mapped[float | None] = mapped_column(Float(53))
    currency: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    told: Mapped[dict[str, str]] = mapped_column(JSON)

    __table_args__ = (Index(None, "run", "rank"), Index(None, "run", "row"))


def begin(
    service: Service,
    book_id: str,
    person: Person,
    as_of: str = "",
    known_at: str = "",
    unrelieved: bool = False,
    key: str = "",
) -> Run | None:
    """Have a book decided; None where there is no such book. The same ``key`` of a person is the same run.

    Raises:
        NotNow: when the book has nothing to decide (yet).
        LicetError: when a moment cannot be read.
    """
    regime = service.regime
    moments = moment_from(as_of, "as_of"), moment_from(known_at, "known_at")
    own_key = f"{person.id}:{key}" if key else None
    with service.database.writing() as session:
        service.database.lock(session, f"run {own_key}")
        if own_key and (known := session.scalar(select(Run).where(Run.key == own_key))) is not None:
            return known
        book = session.get(Book, book_id)
        if book is None:
            return None
        books.ready(book)
        at = service.now()
        run = Run(
            id=new_id(), book=book.id, reading=book.reading, lines=book.acts, done=0, sums={}, key=own_key,
            as_of=_written(moments[0]), known_at=_known_at(regime, moments[1]), unrelieved=unrelieved,
            made_by=person.name, made_at=at,
        )  # fmt: skip
        session.add(run)
        session.flush()
        jobs.enqueue(session, DECIDE, {}, about=run.id, who=person.name, at=at, key=f"{DECIDE}:{run.id}")
    return run


def of_book(session: Session, book_id: str) -> list[Run]:
    """The runs of a book, the last first."""
    wanted = select(Run).where(Run.book == book_id).order_by(Run.made_at.desc(), Run.id)
    return list(session.scalars(wanted))


def job_of(session: Session, run_id: str) -> Job | None:
    """The job that decides a run."""
    return jobs.keyed(session, f"{DECIDE}:{run_id}")


def row_kept(run: Run, line: Line, number: int) -> dict[str, Any]:
    """A decided line as a row of the table."""
    told = {name: plain(str(cell)) for name, cell in row_of(line).items()}
    kept = line.act.particulars
    goods = plain(f"{kept.get('item_id') or ''} {kept.get('description') or ''}").strip()
    searched = [goods, *(told[name] for name in ("order_id", "line", "party", "reason", "rules"))]
    return {
        "run": run.id,
        "number": number,
        "row": int(told["row"]),
        "outcome": told["outcome"],
        "rank": OUTCOMES.index(told["outcome"]),
        "day": told["date"],
        "party": told["party"].casefold(),
        "item": goods.casefold(),
        "goods": goods,
        "requirements": told["requirements"],
        "review": told["review"],
        "amount": _amount(value_of(line)),
        "currency": told["currency"],
        "words": "\n".join(searched).casefold(),
        "told": {name: cell for name, cell in told.items() if name != _SHARED},
    }


def _amount(value: Decimal | None) -> float | None:
    """A value to sort and filter by; one beyond all money stands for none."""
    return float(value) if value is not None and abs(value) < _BEYOND_MONEY else None


def told(run: Run, line: RunLine) -> dict[str, str]:
    """The row that the library told of a line, whole."""
    compared = run.compared_with if line.outcome != OUTCOMES[-1] else ""
    return {**line.told, _SHARED: compared}


def digest_after(before: str, row: Mapping[str, Any]) -> str:
    """The digest over every row so far, with one more."""
    said = json.dumps([row["number"], row["told"]], ensure_ascii=True, sort_keys=True)
    return sha256(f"{before}\n{said}".encode()).hexdigest()


def line_of(session: Session, run_id: str, number: int) -> RunLine | None:
    """One line of a run."""
    return session.get(RunLine, (run_id, number))


@dataclass(frozen=True, slots=True)
class Proved:
    """A line decided again, one act at a time, and every cell in which it is not what the run kept.

    ``moved_on`` says whether the law or the lists at hand are others than those of the run.
    """

    line: Line
    decision: Decision | None
    differences: tuple[str, ...]
    moved_on: bool


def prove(service: Service, run: Run, kept: RunLine) -> Proved:
    """Decide a line again with the engine for single acts, which gives the proof, and compare."""
    regime = service.regime
    with service.database.reading() as session:
        book = session.get_one(Book, run.book)
        given = books.act_of(session, book, run.reading, kept.number, regime.vocabulary)
    act = with_stated_end_use(given, regime)
    as_of, known_at = run.view
    try:
        decision = decide(act, regime, as_of, known_at, run.unrelieved)
        line = Line(kept.number, act, decision, as_of=decision.clock.as_of)
    except FactError as error:
        decision, line = None, Line(kept.number, act, None, str(error))
    differences = tuple(_differences(told(run, kept), row_of(line)))
    moved_on = (run.law, run.lists) != (regime.digest, regime.lists_digest)
    return Proved(line, decision, differences, moved_on)


def _differences(kept: Mapping[str, str], now: Mapping[str, Any]) -> Iterator[str]:
    for name, cell in now.items():
        if kept.get(name, "") != (said := plain(str(cell))):
            before = kept.get(name, "") or "nothing"
            yield f"{name.replace('_', ' ')}: {before} in the run, {said or 'nothing'} now"


def _written(moment: Moment | None) -> str:
    return "" if moment is None else moment.isoformat()


def _known_at(regime: Regime, known_at: Moment | None) -> str:
    """The moment of knowledge: as asked for, else all that is known, said once for the whole run."""
    return _written(known_at if known_at is not None else regime.clock(regime.knowledge).known_at)
