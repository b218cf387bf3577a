"""How the server is: the age of its lists, its jobs, and its audit trail."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import HTMLResponse, Response

from licet.api.times import today
from licet.gate.asking import Administrator, ServiceOf
from licet.gate.problems import Problem
from licet.lists.history import History
from licet.lists.status import Status, status
from licet.service import audit, jobs, trail
from licet.service.jobs import Job
from licet.service.service import Service
from licet.service.trail import Wanted
from licet.web import days
from licet.web.pages import moved, page

router = APIRouter()
_AT_ONCE = 50


@router.get("/admin/lists")
def lists(request: Request, service: ServiceOf, person: Administrator) -> HTMLResponse:
    """Every published list: by which file, how old, and what was noticed about it."""
    return page(
        request, "admin-lists.html", heading="Age of lists", lists=lists_of(service), today=today(service),
        history=service.history is not None,
    )  # fmt: skip


def lists_of(service: Service) -> tuple[Status, ...]:
    """Every list as of today; none where there is no history."""
    if service.history is None:
        return ()
    with History.open(service.history) as history:
        return status(history, today(service))


@router.get("/admin/jobs")
def long_work(request: Request, service: ServiceOf, person: Administrator) -> HTMLResponse:
    """The newest jobs, whatever became of them."""
    with service.database.reading() as session:
        newest = select(Job).order_by(Job.made_at.desc(), Job.id).limit(_AT_ONCE)
        found = list(session.scalars(newest))
    return page(request, "admin-jobs.html", heading="Jobs", jobs=found, most=_AT_ONCE)


@router.post("/admin/jobs/{job}/stop")
def stop(request: Request, service: ServiceOf, person: Administrator, job: str) -> Response:
    """Stop one; what it has done is kept."""
    with service.database.writing() as session:
        if not jobs.cancel(session, job, who=person.name, at=service.now()):
            raise Problem(409, "Nothing to stop", "The job is over already, or there is none.")
    return moved("/admin/jobs", "The job is stopped.")


@router.post("/admin/jobs/{job}/again")
def again(request: Request, service: ServiceOf, person: Administrator, job: str) -> Response:
    """Let one that failed or was stopped go on from what it has done."""
    with service.database.writing() as session:
        if not jobs.again(session, job, who=person.name, at=service.now()):
            raise Problem(409, "Nothing to begin again", "The job did not fail, or there is none.")
    return moved("/admin/jobs", "The job goes on.")


@router.get("/admin/audit")
def audit_trail(request: Request, service: ServiceOf, person: Administrator) -> HTMLResponse:
    """What was decided and changed, the newest first; parameters choose, and ``check`` reads every hash."""
    wrong: list[days.Error] = []
    given = {name: request.query_params.get(name, "").strip()[:200] for name in ("who", "what", "about")}
    since, until = (days.asked(request, name, name.capitalize(), wrong) for name in ("since", "until"))
    before = request.query_params.get("before", "")
    number = int(before) if before.isdecimal() and len(before) < _DIGITS else None
    begin, end = trail.spanned(since, until)
    wanted = Wanted(given["who"], given["what"], given["about"], begin, end, number)
    with service.database.reading() as session:
        found = trail.newest(session, wanted, _AT_ONCE + 1)
        verified = audit.verify(session) if "check" in request.query_params else None
    entries, more = found[:_AT_ONCE], len(found) > _AT_ONCE
    kept = given | {name: request.query_params.get(name, "") for name in ("since", "until")}
    return page(
        request, "admin-audit.html", 422 if wrong else 200, heading="Audit trail", errors=wrong, given=kept,
        entries=entries, verified=verified, first="before" not in request.query_params,
        older=entries[-1].number if more else None,
    )  # fmt: skip


_DIGITS = 12
