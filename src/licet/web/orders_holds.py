"""Pages of holds: what is kept back, what waits for a second person, and each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from licet.api.ids import Id, found
from licet.gate.asking import Analyst, Reviewer, ServiceOf
from licet.gate.problems import of_error
from licet.service import books, holds
from licet.service.books import Book
from licet.service.holds import STATES, Hold, NotYours
from licet.service.jobs import NotNow
from licet.service.service import Service
from licet.web.orders_parts import FormOf, Number, pages_of, text_of
from licet.web.pages import moved, page

router = APIRouter()
_ON_A_PAGE = 50


@router.get("/orders/holds")
def holds_page(
    request: Request, service: ServiceOf, person: Analyst, state: str = "", number: Number = 1
) -> Response:
    """Holds, those that wait for a signature first."""
    state = state if state in STATES else ""
    with service.database.reading() as session:
        counted = holds.counted(session)
        total = counted.get(state, 0) if state else sum(counted.values())
        number, last = pages_of(number, total, _ON_A_PAGE)
        wanted = holds.listed([state] if state else [])
        waiting = (Hold.state != "proposed", Hold.state != "held", Hold.placed_at.desc(), Hold.row)
        shown = list(
            session.scalars(
                wanted.order_by(None).order_by(*waiting).offset((number - 1) * _ON_A_PAGE).limit(_ON_A_PAGE)
            )
        )
        named = {hold.book: session.get_one(Book, hold.book) for hold in shown}
    return page(
        request, "orders_holds.html", heading="Held lines", holds=shown, books=named, counted=counted,
        state=state, states=STATES, number=number, last=last, total=total,
    )  # fmt: skip


@router.get("/orders/holds/{hold_id}")
def hold_page(request: Request, hold_id: Id, service: ServiceOf, person: Analyst) -> Response:
    """One hold with its steps, and what the person who looks may do next."""
    return _hold(request, service, hold_id)


@router.post("/orders/holds/{hold_id}/proposal")
def propose(request: Request, hold_id: Id, service: ServiceOf, person: Analyst, form: FormOf) -> Response:
    """Propose to let the line go."""
    reason = text_of(form, "reason")
    if not reason:
        return _hold(request, service, hold_id, ("reason", "Say why the line may go."))
    return _step(
        request, service, hold_id, "A release is proposed. Another person has to sign it.",
        lambda: holds.propose(service, hold_id, person, reason), reason,
    )  # fmt: skip


@router.post("/orders/holds/{hold_id}/signature")
def sign(request: Request, hold_id: Id, service: ServiceOf, person: Reviewer, form: FormOf) -> Response:
    """Let the line go, as the second person."""
    return _step(
        request, service, hold_id, "The line is released.",
        lambda: holds.sign(service, hold_id, _proposal(form), person),
    )  # fmt: skip


@router.post("/orders/holds/{hold_id}/refusal")
def decline(request: Request, hold_id: Id, service: ServiceOf, person: Analyst, form: FormOf) -> Response:
    """Keep the line held."""
    reason = text_of(form, "reason")
    return _step(
        request, service, hold_id, "The line stays held.",
        lambda: holds.decline(service, hold_id, _proposal(form), person, reason), reason,
    )  # fmt: skip


def _step(
    request: Request,
    service: Service,
    hold_id: str,
    done: str,
    step: Callable[[], Hold | None],
    typed: str = "",
) -> Response:
    """Take a step; when it cannot be taken, the page as it is now says why."""
    try:
        found(step(), "hold")
    except (NotNow, NotYours) as error:
        return _hold(request, service, hold_id, ("", str(error)), of_error(error).status, typed)
    return moved(f"/orders/holds/{hold_id}", done)


def _hold(
    request: Request,
    service: Service,
    hold_id: str,
    wrong: tuple[str, str] = ("", ""),
    status: int = 422,
    typed: str = "",
) -> Response:
    with service.database.reading() as session:
        hold = found(holds.find(session, hold_id), "hold")
        book = found(books.find(session, hold.book), "book")
        steps = holds.history(session, hold_id)
    field, text = wrong
    return page(
        request, "orders_hold.html", status if text else 200, heading=f"{book.name}, row {hold.row}",
        hold=hold, book=book, steps=steps, errors=[{"field": field, "text": text}] if text else [],
        typed=typed,
    )  # fmt: skip


def _proposal(form: Any) -> int:
    text = text_of(form, "proposal")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
