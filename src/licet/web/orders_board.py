"""The board of a run: outcomes by money, filters, and single lines with proof and what would change them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from licet.api.ids import Id, found
from licet.decisions.asking import what_to_ask
from licet.decisions.counterfactual import what_would_change
from licet.decisions.outcome import Outcome
from licet.gate.asking import Analyst, ServiceOf
from licet.language.values import spoken
from licet.service import board, books, holds, jobs, runs
from licet.service.board import SORTS, Wanted
from licet.service.runs import Run, RunLine
from licet.service.sums import OUTCOMES
from licet.web.orders_parts import FormOf, Number, pages_of, progress_of, text_of, told
from licet.web.pages import moved, page

router = APIRouter()
_ON_A_PAGE = 50
STOPPED = (Outcome.FORBIDDEN.value, Outcome.LICENCE_REQUIRED.value)
SORTED = (
    ("number", "As in the file"), ("outcome", "Most restrictive first"), ("-amount", "Largest value first"),
    ("amount", "Smallest value first"), ("party", "By party"),
    ("date", "Earliest first"), ("-date", "Latest first"),
)  # fmt: skip
Place = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("/orders/runs/{run_id}")
def board_page(
    request: Request, run_id: Id, service: ServiceOf, person: Analyst, number: Number = 1
) -> Response:
    """What a run came to, and its lines as the filters want them."""
    wanted, given, errors = _wanted(request.query_params)
    with service.database.reading() as session:
        run = found(session.get(Run, run_id), "run")
        book = found(books.find(session, run.book), "book")
        job = runs.job_of(session, run_id)
        shown = board.count(session, run, wanted)
        number, last = pages_of(number, shown, _ON_A_PAGE)
        lines = board.page(session, run, wanted, (number - 1) * _ON_A_PAGE, _ON_A_PAGE)
        held = holds.standing(session, book.id, [line.row for line in lines])
        groups = board.groups(session, run, Wanted())
        counted = holds.counted(session, book.id)
    sums = run.summed
    return page(
        request, "run.html", 422 if errors else 200, heading=f"{book.name}, decided", run=run, book=book,
        job=told(job), sums=sums, groups=[g for g in groups if g.requirements], lines=lines, held=held,
        shown=shown, number=number, last=last, given=given, errors=errors, outcomes=OUTCOMES, sorts=SORTED,
        stopped=sum(sums.outcomes[name].lines for name in STOPPED if name in sums.outcomes), counted=counted,
        filtered=any(v for name, v in given.items() if name != "sort"),
        as_of=run.view[0], known_at=run.view[1],
    )  # fmt: skip


@router.get("/orders/runs/{run_id}/progress")
def deciding_progress(request: Request, run_id: Id, service: ServiceOf, person: Analyst) -> Response:
    """How far a run is."""
    with service.database.reading() as session:
        job = runs.job_of(session, run_id)
    return progress_of(request, job, f"/orders/runs/{run_id}")


@router.post("/orders/runs/{run_id}/cancel")
def cancel(run_id: Id, service: ServiceOf, person: Analyst, form: FormOf) -> Response:
    """Stop a run; the lines decided stay."""
    with service.database.writing() as session:
        job = found(runs.job_of(session, run_id), "run")
        stopped = jobs.cancel(session, job.id, who=person.name, at=service.now())
    return moved(f"/orders/runs/{run_id}", "Stopped." if stopped else "It was over already.")


@router.post("/orders/runs/{run_id}/again")
def again(run_id: Id, service: ServiceOf, person: Analyst, form: FormOf) -> Response:
    """Let a run that failed or was stopped go on."""
    with service.database.writing() as session:
        job = found(runs.job_of(session, run_id), "run")
        queued = jobs.again(session, job.id, who=person.name, at=service.now())
    return moved(f"/orders/runs/{run_id}", "It goes on." if queued else "It is not stopped.")


@router.post("/orders/runs/{run_id}/holds")
def hold_all(run_id: Id, service: ServiceOf, person: Analyst, form: FormOf) -> Response:
    """Hold every line that is forbidden or needs a licence."""
    placed = found(holds.place_all(service, run_id, STOPPED, person, text_of(form, "why")), "run")
    return moved(f"/orders/runs/{run_id}", f"{len(placed)} lines are held.")


@router.get("/orders/runs/{run_id}/lines/{number}")
def line_page(request: Request, run_id: Id, number: Place, service: ServiceOf, person: Analyst) -> Response:
    """One line, decided again by itself: its proof, what would change it, and what to ask."""
    with service.database.reading() as session:
        run = found(session.get(Run, run_id), "run")
        book = found(books.find(session, run.book), "book")
        line = found(runs.line_of(session, run_id, number), "line")
        hold = holds.on_line(session, book.id, line.row)
        steps = holds.history(session, hold.id) if hold else []
    proved = runs.prove(service, run, line)
    decision = proved.decision
    context: dict[str, Any] = {}
    if decision is not None:
        asking = what_to_ask(decision)
        context = {
            "decision": decision,
            "changes": what_would_change(decision),
            "asking": asking,
            "endings": [(spoken(value), outcome.value) for value, outcome in asking.endings],
            "as_of": decision.clock.as_of,
            "known_at": decision.clock.known_at,
        }
    return page(
        request, "line.html", heading=_called(line), run=run, book=book, line=line,
        told=runs.told(run, line), proved=proved, act=proved.line.act, hold=hold, steps=steps, **context,
    )  # fmt: skip


@router.post("/orders/runs/{run_id}/lines/{number}/hold")
def hold_line(run_id: Id, number: Place, service: ServiceOf, person: Analyst, form: FormOf) -> Response:
    """Hold one line."""
    found(holds.place(service, run_id, [number], person, text_of(form, "why")), "run")
    return moved(f"/orders/runs/{run_id}/lines/{number}#hold", "The line is held.")


def _wanted(asked: QueryParams) -> tuple[Wanted, dict[str, Any], list[dict[str, str]]]:
    """The filters of an address, the same to be shown in the form, and which of them cannot be meant."""
    given: dict[str, Any] = {
        name: asked.get(name, "").strip()[:200] for name in ("party", "item", "text", "ask", "currency")
    }
    given["requirement"] = asked.get("requirement", "").strip()[:1000]
    given["outcome"] = [name for name in asked.getlist("outcome") if name in OUTCOMES]
    given["sort"] = asked.get("sort") if asked.get("sort") in SORTS else "number"
    errors: list[dict[str, str]] = []
    for name in ("least", "most"):
        given[name] = asked.get(name, "").strip()[:40]
    least, most = (_amount(name, given[name], errors) for name in ("least", "most"))
    wanted = Wanted(
        given["outcome"], given["party"], given["item"], given["text"], given["requirement"], given["ask"],
        given["currency"], least, most, given["sort"],
    )  # fmt: skip
    return wanted, given, errors


def _amount(name: str, text: str, errors: list[dict[str, str]]) -> float | None:
    if not text:
        return None
    try:
        amount = float(text.replace(",", ""))
    except ValueError:
        amount = float("nan")
    if amount != amount or abs(amount) == float("inf"):
        errors.append({"field": name, "text": f"{text!r} is not an amount; write 1000 or 1000.50"})
        return None
    return amount


def _called(line: RunLine) -> str:
    order, place = line.told["order_id"], line.told["line"]
    if not order:
        return f"Row {line.row}"
    return f"Order {order}, line {place}" if place else f"Order {order}"
