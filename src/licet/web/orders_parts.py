"""Parts that the pages of orders share: forms as they were sent, paging, and the progress of a job."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from licet.gate.asking import Analyst
from licet.service.jobs import Job
from licet.web.pages import moved, page

Number = Annotated[int, Query(alias="page", ge=1, le=10**6)]


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it was sent."""

    name: str
    data: bytes


async def _form(request: Request, person: Analyst) -> AsyncIterator[FormData]:
    async with request.form() as form:
        yield form


FormOf = Annotated[FormData, Depends(_form)]
"""The form that was sent, by somebody who may."""


async def _file(form: FormOf) -> Brought:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        return Brought("", b"")
    return Brought(file.filename or "", await file.read())


FileOf = Annotated[Brought, Depends(_file)]


def text_of(form: FormData, name: str) -> str:
    """What was typed into a field."""
    given = form.get(name)
    return given.strip()[:2000] if isinstance(given, str) else ""


def pages_of(number: int, total: int, on_a_page: int) -> tuple[int, int]:
    """The page to show, and the last there is."""
    last = max(1, -(-total // on_a_page))
    return min(number, last), last


def told(job: Job | None) -> dict[str, object] | None:
    """A job as the progress part shows it."""
    if job is None:
        return None
    return {"id": job.id, "state": job.state, "message": job.words, "done": job.done, "total": job.total}


def progress_of(request: Request, job: Job | None, at: str) -> Response:
    """The progress alone, for the page that asks by itself; the whole page at ``at`` for a person.

    When the job is over, the page that asked is told to load itself anew: there is more to see on it.
    """
    if "hx-request" not in request.headers or job is None:
        return moved(at)
    response = page(request, "orders_progress.html", job=told(job), at=f"{at}/progress")
    if job.over:
        response.headers["HX-Refresh"] = "true"
    return response
