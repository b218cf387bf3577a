"""Administration: who may do what, and how the server is - an overview, with a page for each part."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from starlette.responses import HTMLResponse

from licet.gate.asking import Administrator, ServiceOf
from licet.service import accounts, keys
from licet.service.audit import Entry
from licet.service.jobs import Job
from licet.web import admin_people, admin_state
from licet.web.pages import page

router = APIRouter()
router.include_router(admin_people.router)
router.include_router(admin_state.router)


@router.get("/admin")
def overview(request: Request, service: ServiceOf, person: Administrator) -> HTMLResponse:
    """Every part with what is to be looked at."""
    now = service.now()
    with service.database.reading() as session:
        entries = session.scalar(select(func.max(Entry.number))) or 0
        counted = session.execute(select(Job.state, func.count()).group_by(Job.state))
        states = {row[0]: row[1] for row in counted}
    known = accounts.listed(service)
    return page(
        request, "admin.html", heading="Administration",
        accounts=known, pending=[a for a in known if a.pending and a.disabled is None],
        open_keys=[key for key in keys.listed(service) if key.counts(now)],
        lists=admin_state.lists_of(service), entries=entries, states=states,
    )  # fmt: skip
