"""The board: a run looked through by outcome, party, item, text and amount, sorted, a page at a time."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from licet.language.errors import LicetError
from licet.service.books import plain
from licet.service.runs import Run, RunLine, told

Sort = Literal["number", "outcome", "amount", "-amount", "party", "date", "-date"]
# A line without a value comes after all others, whichever way amounts are sorted.
_NO_AMOUNT: Final = -1.0
_SORTS: Final[dict[str, tuple[Any, bool]]] = {
    "number": (RunLine.number, False),
    "outcome": (RunLine.rank, False),
    "amount": (func.coalesce(RunLine.amount, 1e308), False),
    "-amount": (func.coalesce(RunLine.amount, _NO_AMOUNT), True),
    "party": (RunLine.party, False),
    "date": (RunLine.day, False),
    "-date": (RunLine.day, True),
}
SORTS: Final = tuple(_SORTS)
_AT_ONCE: Final = 1000
_FAR: Final = 2**31


class CursorError(LicetError):
    """A cursor is none that was given out for this order."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of a run, and in which order; what is empty does not narrow."""

    outcomes: Sequence[str] = ()
    party: str = ""
    item: str = ""
    text: str = ""
    requirement: str = ""
    ask: str = ""
    currency: str = ""
    least: float | None = None
    most: float | None = None
    sort: Sort = "number"

    def conditions(self, run_id: str) -> list[ColumnElement[bool]]:
        """What a line has to meet."""
        found: list[ColumnElement[bool]] = [RunLine.run == run_id]
        if self.outcomes:
            found.append(RunLine.outcome.in_(list(self.outcomes)))
        for column, part in ((RunLine.party, self.party), (RunLine.item, self.item)):
            if part:
                found.append(column.contains(plain(part).casefold(), autoescape=True))
        if self.text:
            found += [RunLine.words.contains(w, autoescape=True) for w in plain(self.text).casefold().split()]
        if self.requirement:
            found.append(RunLine.requirements == plain(self.requirement))
        if self.ask:
            found.append(RunLine.told["ask"].as_string().contains(plain(self.ask), autoescape=True))
        if self.currency:
            found.append(RunLine.currency == plain(self.currency))
        if self.least is not None:
            found.append(RunLine.amount >= self.least)
        if self.most is not None:
            found.append(RunLine.amount <= self.most)
        return found


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that come to the same for the same reason."""

    outcome: str
    requirements: str
    review: str
    lines: int
    money: dict[str, float]


def count(session: Session, run: Run, wanted: Wanted) -> int:
    """How many lines are wanted."""
    return session.scalar(select(func.count()).where(*wanted.conditions(run.id))) or 0


def page(session: Session, run: Run, wanted: Wanted, first: int, most: int) -> list[RunLine]:
    """Lines wanted, from the one in place ``first`` (counted from 0) on."""
    return list(session.scalars(_ordered(run, wanted).offset(first).limit(most)))


def after(
    session: Session, run: Run, wanted: Wanted, cursor: str, most: int
) -> tuple[list[RunLine], str | None]:
    """Lines wanted behind a cursor, and the cursor to go on with, if there are more.

    Raises:
        CursorError: when the cursor was not given out for this order.
    """
    key, downwards = _SORTS[wanted.sort]
    statement = _ordered(run, wanted).add_columns(key).limit(most + 1)
    if cursor:
        value, number = _read(cursor, wanted.sort)
        behind = key < value if downwards else key > value
        statement = statement.where(or_(behind, and_(key == value, RunLine.number > number)))
    rows = session.execute(statement).all()
    lines = [line for line, _ in rows[:most]]
    more = _written(wanted.sort, rows[most - 1][1], lines[-1].number) if len(rows) > most else None
    return lines, more


def every(session: Session, run: Run, wanted: Wanted) -> Iterator[dict[str, str]]:
    """The rows of all lines wanted, as the library tells them."""
    for line in session.scalars(_ordered(run, wanted).execution_options(yield_per=_AT_ONCE)):
        yield told(run, line)
        session.expunge(line)


def groups(session: Session, run: Run, wanted: Wanted, most: int = 40) -> list[Group]:
    """Why lines come to what they do: the reasons with the most lines, the most restrictive first."""
    alike = (RunLine.rank, RunLine.outcome, RunLine.requirements, RunLine.review)
    statement = (
        select(*alike, RunLine.currency, func.count(), func.sum(RunLine.amount))
        .where(*wanted.conditions(run.id))
        .group_by(*alike, RunLine.currency)
    )
    found: dict[tuple[int, str, str, str], Group] = {}
    for rank, outcome, requirements, review, currency, lines, money in session.execute(statement):
        before = found.get((rank, outcome, requirements, review))
        sums = dict(before.money) if before else {}
        if money is not None:
            sums[currency or "?"] = sums.get(currency or "?", 0.0) + money
        total = lines + (before.lines if before else 0)
        found[rank, outcome, requirements, review] = Group(outcome, requirements, review, total, sums)
    ranked = sorted(found.items(), key=lambda item: (item[0][0], -item[1].lines, item[0]))
    return [group for _, group in ranked[:most]]


def _ordered(run: Run, wanted: Wanted) -> Select[RunLine]:
    key, downwards = _SORTS[wanted.sort]
    statement = select(RunLine).where(*wanted.conditions(run.id))
    return statement.order_by(key.desc() if downwards else key, RunLine.number)


def _written(sort: str, value: Any, number: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, value, number]).encode()).decode().rstrip("=")


def _read(cursor: str, sort: str) -> tuple[Any, int]:
    said: Any
    value: Any
    number: Any
    try:
        said, value, number = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError):
        said, value, number = "", "", 0
    wanted = {"number": int, "outcome": int, "amount": float, "-amount": float}.get(sort, str)
    fits = type(value) is wanted and type(number) is int and -_FAR < number < _FAR
    if said != sort or not fits or (wanted is int and not -_FAR < value < _FAR):
        raise CursorError("the cursor was not given with lines in this order; begin without one")
    return plain(value) if wanted is str else value, number
