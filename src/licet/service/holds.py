"""Holds: lines that are kept back, and let go only when one person proposes it and another signs.

Every step is one guarded UPDATE: it names the state, the proposal and the person it expects, and takes effect
only where it finds them. Of two who act at the same moment, one is told that it happened already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import Index, Integer, Row, Select, Text, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.language.errors import LicetError
from licet.service import audit
from licet.service.books import Book, plain
from licet.service.database import Base, Instant, new_id
from licet.service.jobs import NotNow, changed
from licet.service.people import Person
from licet.service.runs import Run, RunLine

if TYPE_CHECKING:
    from licet.service.service import Service

State = Literal["held", "proposed", "released"]
STATES: Final = ("held", "proposed", "released")
REASON_AT_MOST: Final = 2000
_AT_ONCE: Final = 500
_Line = Row[int, int, str, str]
# All that a hold needs of a line; a run may have a great many.
_LINES: Final = select(RunLine.row, RunLine.number, RunLine.outcome, RunLine.requirements)


class NotYours(LicetError):  # noqa: N818 (said to a person, who is not the one to do it)
    """Somebody else has to do this; the message says who."""


class Hold(Base):
    """A line of a book that is kept back; a line has one at most.

    ``outcome`` and ``requirements`` are what it rests on, as ``run`` decided the line. ``proposal`` counts
    the proposals, so that whoever signs signs the one they read.
    """

    __tablename__ = "holds"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    book: Mapped[str] = mapped_column(Text)
    row: Mapped[int] = mapped_column(Integer)
    run: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    requirements: Mapped[str] = mapped_column(Text)
    state: Mapped[State] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    placed_by: Mapped[str] = mapped_column(Text)
    placed_at: Mapped[datetime] = mapped_column(Instant)
    proposal: Mapped[int] = mapped_column(Integer, default=0)
    proposed_by: Mapped[str] = mapped_column(Text, default="")
    proposer: Mapped[str] = mapped_column(Text, default="")
    proposed_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, default="")
    signed_by: Mapped[str] = mapped_column(Text, default="")
    signed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index(None, "book", "row", unique=True), Index(None, "state", "placed_at"))


def place(
    service: Service, run_id: str, numbers: Sequence[int], person: Person, why: str = ""
) -> list[Hold] | None:
    """Hold lines of a run; a line that is held already stays as it is. None where there is no such run.

    Raises:
        NotNow: when the run has no line with one of the numbers.
    """
    wanted = _LINES.where(RunLine.run == run_id)
    with service.database.writing() as session:
        run = session.get(Run, run_id)
        if run is None:
            return None
        lines: list[_Line] = []
        for start in range(0, len(numbers), _AT_ONCE):
            some = list(numbers[start : start + _AT_ONCE])
            lines += session.execute(wanted.where(RunLine.number.in_(some)).order_by(RunLine.number))
        if missing := sorted(set(numbers) - {line.number for line in lines}):
            raise NotNow(f"the run has no line {missing[0]} (it has {run.done} of {run.lines} so far)")
        return _place(service, session, run, lines, person, why)


def place_all(
    service: Service, run_id: str, outcomes: Iterable[str], person: Person, why: str = ""
) -> list[Hold] | None:
    """Hold every line of a run with one of some outcomes, at once. None where there is no such run."""
    wanted = _LINES.where(RunLine.run == run_id, RunLine.outcome.in_(list(outcomes)))
    with service.database.writing() as session:
        run = session.get(Run, run_id)
        if run is None:
            return None
        if run.finished_at is None:
            raise NotNow("the run is not finished; hold its lines when it is, or single ones now")
        lines = list(session.execute(wanted.order_by(RunLine.number)))
        return _place(service, session, run, lines, person, why)


def propose(service: Service, hold_id: str, person: Person, reason: str) -> Hold | None:
    """Propose to let a held line go; None where there is no such hold.

    Raises:
        NotYours: when a machine asks; a person has to.
        NotNow: when it is not held any more, or has been proposed already.
    """
    _human(person)
    reason = plain(reason).strip()[:REASON_AT_MOST]
    if not reason:
        raise NotNow("a release needs a reason: say why the line may go")
    at = service.now()
    wanted = update(Hold).where(Hold.id == hold_id, Hold.state == "held")
    with service.database.writing() as session:
        done = changed(
            session,
            wanted.values(
                state="proposed", proposal=Hold.proposal + 1, proposed_by=person.name, proposer=person.id,
                proposed_at=at, reason=reason, signed_by="", signed_at=None,
            ),
        )  # fmt: skip
        hold = session.get(Hold, hold_id)
        if hold is None:
            return None
        if not done:
            raise NotNow(_standing(hold))
        _record(session, hold, at, person.name, "hold.release_proposed", reason=reason)
    return hold


def sign(service: Service, hold_id: str, proposal: int, person: Person) -> Hold | None:
    """Let a line go, as the second person; None where there is no such hold.

    Raises:
        NotYours: when a machine asks, or who proposed it.
        NotNow: when that proposal is not open any more.
    """
    _human(person)
    if not person.may("review"):
        raise NotYours("a reviewer has to sign")
    return _answer(service, hold_id, proposal, person, release=True)


def decline(service: Service, hold_id: str, proposal: int, person: Person, reason: str = "") -> Hold | None:
    """Keep a line held against a proposal; None where there is no such hold.

    Whoever made the proposal may take it back so, and whoever could have signed it may refuse.

    Raises:
        NotYours: when it is anybody else.
        NotNow: when that proposal is not open any more.
    """
    return _answer(service, hold_id, proposal, person, release=False, reason=reason)


def find(session: Session, hold_id: str) -> Hold | None:
    """The hold with this id."""
    return session.get(Hold, hold_id)


def on_line(session: Session, book_id: str, row: int) -> Hold | None:
    """The hold on the line in a row of a book, if there is or was one."""
    return session.scalar(select(Hold).where(Hold.book == book_id, Hold.row == row))


def standing(session: Session, book_id: str, rows: Sequence[int]) -> dict[int, Hold]:
    """The holds on rows of a book."""
    wanted = select(Hold).where(Hold.book == book_id, Hold.row.in_(list(rows)))
    return {hold.row: hold for hold in session.scalars(wanted)}


def listed(states: Sequence[str] = (), book_id: str = "", after: str = "") -> Select[Hold]:
    """Holds in some states, by id, so that one can go on after one."""
    wanted = select(Hold).order_by(Hold.id)
    if states:
        wanted = wanted.where(Hold.state.in_(list(states)))
    if book_id:
        wanted = wanted.where(Hold.book == book_id)
    return wanted.where(Hold.id > after) if after else wanted


def counted(session: Session, book_id: str = "") -> dict[str, int]:
    """How many holds are in each state."""
    wanted = select(Hold.state, func.count()).group_by(Hold.state)
    if book_id:
        wanted = wanted.where(Hold.book == book_id)
    return {str(state): count for state, count in session.execute(wanted)}


def history(session: Session, hold_id: str) -> list[audit.Entry]:
    """Every step of a hold, as the audit trail has it."""
    wanted = select(audit.Entry).where(audit.Entry.about == hold_id).order_by(audit.Entry.number)
    return list(session.scalars(wanted))


def look_again(session: Session, run: Run, at: datetime) -> None:
    """Hold again what was let go, or proposed to be, on an outcome that this run does not find any more.

    A line that this run does not have (it was rejected, for example) is held again too.
    """
    book = session.get_one(Book, run.book)
    found = {
        row: (number, outcome, requirements)
        for row, number, outcome, requirements in session.execute(
            select(RunLine.row, RunLine.number, RunLine.outcome, RunLine.requirements)
            .join(Hold, (Hold.row == RunLine.row) & (Hold.book == book.id))
            .where(RunLine.run == run.id)
        )
    }
    wanted = select(Hold).where(Hold.book == book.id).order_by(Hold.row)
    for hold in session.scalars(wanted.with_for_update()):
        number, outcome, requirements = found.get(hold.row, (0, "", ""))
        if (outcome, requirements) == (hold.outcome, hold.requirements):
            continue
        before, was = hold.outcome, hold.state
        hold.state, hold.outcome, hold.requirements = "held", outcome, requirements
        hold.run, hold.number = (run.id, number) if number else (hold.run, hold.number)
        hold.proposed_by = hold.proposer = hold.reason = hold.signed_by = ""
        hold.proposed_at = hold.signed_at = None
        if was != "held":
            session.flush()
            _record(session, hold, at, run.made_by, "hold.reopened", was=was, before=before, run=run.id)


def _place(
    service: Service, session: Session, run: Run, lines: list[_Line], person: Person, why: str
) -> list[Hold]:
    at = service.now()
    why = plain(why).strip()[:REASON_AT_MOST]
    insert = sqlite.insert if service.database.is_sqlite else postgresql.insert
    same = {
        "run": run.id, "state": "held", "why": why, "placed_by": person.name, "placed_at": at,
        "proposed_by": "", "proposer": "", "proposed_at": None, "reason": "",
        "signed_by": "", "signed_at": None,
    }  # fmt: skip
    placed: dict[str, str] = {}
    found: list[Hold] = []
    for start in range(0, len(lines), _AT_ONCE):
        some = lines[start : start + _AT_ONCE]
        rows = [
            {"id": new_id(), "book": run.book, "row": line.row, "proposal": 0, "number": line.number,
             "outcome": line.outcome, "requirements": line.requirements, **same}
            for line in some
        ]  # fmt: skip
        wanted = insert(Hold).values(rows)
        basis = {name: wanted.excluded[name] for name in ("number", "outcome", "requirements", *same)}
        # A line that was let go is held anew; one that is held stays with whoever held it.
        anew = wanted.on_conflict_do_update(
            index_elements=["book", "row"], set_=basis, where=Hold.state == "released"
        )
        placed |= {str(row): id_ for row, id_ in session.execute(anew.returning(Hold.row, Hold.id))}
        found += standing(session, run.book, [line.row for line in some]).values()
    if placed:
        detail = {"book": run.book, "why": why, "rows": placed}
        audit.record(session, at=at, who=person.name, what="hold.placed", about=run.id, detail=detail)
    return sorted(found, key=lambda hold: hold.row)


def _answer(
    service: Service, hold_id: str, proposal: int, person: Person, *, release: bool, reason: str = ""
) -> Hold | None:
    at = service.now()
    wanted = update(Hold).where(Hold.id == hold_id, Hold.state == "proposed", Hold.proposal == proposal)
    values: dict[str, Any] = {"state": "held"}
    if not release and not person.may("review"):
        wanted = wanted.where(Hold.proposer == person.id)
    if release:
        wanted = wanted.where(Hold.proposer != person.id)
        values = {"state": "released", "signed_by": person.name, "signed_at": at}
    with service.database.writing() as session:
        done = changed(session, wanted.values(values))
        hold = session.get(Hold, hold_id)
        if hold is None:
            return None
        if not done:
            if release and hold.state == "proposed" and hold.proposer == person.id:
                raise NotYours("you proposed this release: another person has to sign it")
            if not (release or person.may("review") or hold.proposer == person.id):
                raise NotYours("only a reviewer, or who proposed it, can refuse this release")
            raise NotNow(_standing(hold))
        what = "hold.released" if release else "hold.release_declined"
        _record(
            session, hold, at, person.name, what, proposed_by=hold.proposed_by, reason=reason or hold.reason
        )
    return hold


def _record(session: Session, hold: Hold, at: datetime, who: str, what: str, **detail: Any) -> None:
    on = {"book": hold.book, "row": hold.row, "run": hold.run, "outcome": hold.outcome}
    audit.record(session, at=at, who=who, what=what, about=hold.id, detail=on | detail)


def _human(person: Person) -> None:
    if person.via != "session":
        raise NotYours("a person has to do this, signed in as themselves; a key may not")


def _standing(hold: Hold) -> str:
    match hold.state:
        case "released":
            return f"the line was let go already, signed by {hold.signed_by}"
        case "proposed":
            return f"a release was proposed by {hold.proposed_by} in the meantime; read that proposal first"
    return "the line is held and no release is proposed; propose one first"
