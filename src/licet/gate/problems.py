"""Problems told alike: RFC 9457 on our own API, in the shapes of others on theirs, as a page elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from licet.language.errors import LicetError
from licet.service.holds import NotYours
from licet.service.jobs import NotNow
from licet.service.queue import MachineError, MeanwhileError, NoHitError
from licet.service.webhooks import NoWebhookError

OWN = "/api/"
MEDIA = "application/problem+json"
# Where clients of other services look for `detail` and nothing more.
_FOREIGN = (
    "/match", "/search", "/entities", "/catalog", "/algorithms", "/healthz", "/readyz", "/updatez",
    "/reconcile", "/consolidated_screening_list", "/mcp", "/metrics", "/openapi.json", "/statements",
    "/manifest",
)  # fmt: skip

Page = Callable[[Request, "Problem"], Response]
# A body may have a hundred thousand wrong fields, with names of any length.
_MOST_FIELDS, _LONGEST_FIELD = 100, 300
# What the service refuses for another reason than what was asked for; anything else cannot be meant so.
_REFUSALS: Mapping[type[LicetError], tuple[int, str]] = {
    NotNow: (409, "Not as things stand"),
    MeanwhileError: (409, "Not as things stand"),
    NotYours: (403, "Somebody else has to"),
    MachineError: (403, "Somebody else has to"),
    NoHitError: (404, ""),
    NoWebhookError: (404, ""),
}
_log = logging.getLogger("licet")


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """What went wrong with a request: a title, what exactly, and how to mend it.

    Args:
        status: the HTTP status.
        title: what kind of thing it is, in few words; by default the phrase of the status.
        detail: what was expected, and how to mend it.
        extra: further members of the problem.
        headers: headers of the response.
        fields: the wrong fields one by one, as FastAPI tells them, for clients of other services.
    """

    def __init__(
        self,
        status: int,
        title: str = "",
        detail: str = "",
        *,
        type: str = "about:blank",  # noqa: A002 - the member's own name in RFC 9457
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        fields: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(detail or title)
        self.status = status
        self.title = title or HTTPStatus(status).phrase
        self.detail = detail
        self.type = type
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})
        self.fields = [dict(field) for field in fields]


class WrongField(BaseModel):
    """One field that was not as expected."""

    field: str = Field(description="Where it stands, with dots between levels.")
    expected: str = Field(description="What was expected there.")


class ProblemDetails(BaseModel):
    """A problem as RFC 9457 writes it."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: list[WrongField] | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route declares of the problems that it answers with."""
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA: {"schema": schema}}}
        for status in statuses
    }


def of_error(error: LicetError) -> Problem:
    """What the library or the service refuses, as a problem with the status that says why."""
    status, title = _REFUSALS.get(type(error), (422, "It cannot be meant so"))
    return Problem(status, title, str(error))


def install(app: FastAPI, page: Page | None = None) -> None:
    """Answer every problem of ``app`` alike; ``page`` tells it to a person."""

    def answer(request: Request, problem: Problem) -> Response:
        path = request.url.path
        if path.startswith(OWN):
            return _details(request, problem)
        if page is None or path.startswith(_FOREIGN):
            said = problem.fields or problem.detail or problem.title
            return JSONResponse({"detail": said}, problem.status, headers=problem.headers)
        return page(request, problem)

    handlers: Sequence[tuple[Any, Callable[[Any], Problem]]] = (
        (Problem, lambda problem: problem),
        (HTTPException, _of_http),
        (RequestValidationError, _of_fields),
        (LicetError, of_error),
    )
    for kind, told in handlers:
        app.add_exception_handler(kind, _handler(answer, told))
    app.add_exception_handler(Exception, _handler(answer, _of_fault))


def _handler(
    answer: Callable[[Request, Problem], Response], told: Callable[[Any], Problem]
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        return answer(request, told(error))

    return handle


def _details(request: Request, problem: Problem) -> Response:
    said = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
        **problem.extra,
    }
    return JSONResponse(jsonable_encoder(said), problem.status, headers=problem.headers, media_type=MEDIA)


def _of_http(error: HTTPException) -> Problem:
    return Problem(error.status_code, "", str(error.detail), headers=error.headers)


def _of_fields(error: RequestValidationError) -> Problem:
    # What was given is not told back: it may be long, or not for logs.
    told = error.errors()[:_MOST_FIELDS]
    fields = [{name: e[name] for name in ("type", "loc", "msg")} for e in told]
    wrong = [{"field": ".".join(map(str, e["loc"]))[:_LONGEST_FIELD], "expected": e["msg"]} for e in fields]
    words = "; ".join(f"{w['field']}: {w['expected']}" for w in wrong[:5])
    return Problem(422, "Some fields are not as expected", words, extra={"errors": wrong}, fields=fields)


def _of_fault(error: Exception) -> Problem:
    _log.error("fault", exc_info=error)
    return Problem(500, "A fault of ours", "This should not have happened; it was written to the log.")
