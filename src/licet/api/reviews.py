"""Screenings and reviews over HTTP: parties in, pairs with evidence out, and what persons decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from licet.api.shapes.reviews import (
    ClearGiven,
    DecisionGiven,
    HitShape,
    PairShape,
    PairsShape,
    ScreeningGiven,
    ScreeningShape,
    ScreeningsShape,
    SignatureGiven,
)
from licet.api.times import Given
from licet.gate.asking import Analyst, Reviewer, ServiceOf
from licet.gate.problems import Problem, problems
from licet.language.instrument import day
from licet.reviews.dispositions import State
from licet.service import hits, queue
from licet.service.hits import Brought, Screening
from licet.service.jobs import Job
from licet.service.people import Person
from licet.service.reviewing import book
from licet.service.service import Service

router = APIRouter(tags=["reviews"], responses=problems(400, 401, 403, 404, 409, 413, 422, 429))
Page = Annotated[int, Query(ge=1, le=500, description="How many at the most.")]
Offset = Annotated[int, Query(ge=0, le=2**31, description="How many to leave out first.")]
Id = Annotated[str, Query(max_length=100)]


async def _sent(request: Request, service: ServiceOf, person: Analyst) -> bytes | Brought:
    """The body of a request by somebody who may send one: JSON as it is, or the file of a form."""
    match request.headers.get("content-type", "").partition(";")[0].strip().lower():
        case "application/json":
            return await request.body()
        case "multipart/form-data":
            return await _uploaded(request, service.settings.max_upload)
        case other:
            expected = "application/json, or multipart/form-data with a file"
            raise Problem(415, "", f"expected {expected}; this is {other or 'nothing'}")


def _brought(
    sent: Annotated[bytes | Brought, Depends(_sent)],
) -> tuple[Brought, ScreeningGiven | None]:
    """The parties of a request; a long body is read beside the loop that serves everybody."""
    return (sent, None) if isinstance(sent, Brought) else _written(sent)


def _written(body: bytes) -> tuple[Brought, ScreeningGiven]:
    try:
        given = ScreeningGiven.model_validate_json(body)
    except ValidationError as error:
        wrong = [
            {"field": ".".join(map(str, ("body", *e["loc"]))), "expected": e["msg"]} for e in error.errors()
        ]
        words = "; ".join(f"{w['field']}: {w['expected']}" for w in wrong[:5])
        raise Problem(422, "Some fields are not as expected", words, extra={"errors": wrong}) from None
    return hits.of_rows((party.row() for party in given.parties), f"{given.name}.csv"), given


async def _uploaded(request: Request, most: int) -> Brought:
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Problem(422, "No file", "send a form with the file of parties in the field 'file'")
        data = await file.read(most + 1)
        if len(data) > most:
            raise Problem(413, "", f"the file is longer than {most:,} bytes: send it in parts")
        return Brought(file.filename or "", data)


def _written_schema() -> dict[str, Any]:
    """The shape of a body in JSON, whole in itself."""
    schema = ScreeningGiven.model_json_schema()
    schema["properties"]["parties"]["items"] = schema.pop("$defs")["PartyGiven"]
    return schema


_FILE = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {
                "type": "string",
                "format": "binary",
                "description": "CSV, XLSX or Parquet.",
            }
        },
    }
}


@router.post(
    "/screenings",
    status_code=202,
    responses=problems(415),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": _written_schema()},
                "multipart/form-data": _FILE,
            },
        }
    },
)
def screen_parties(
    service: ServiceOf,
    person: Analyst,
    brought: Annotated[tuple[Brought, ScreeningGiven | None], Depends(_brought)],
    as_of: Annotated[
        Given | None, Query(description="With a file: who was listed on this day; by default today.")
    ] = None,
) -> ScreeningShape:
    """Bring parties to be screened, as JSON or as a file; it is done as a job.

    The newest screening of a party counts: its pairs take the place of those found before.
    """
    file, given = brought
    on = given.as_of if given is not None and given.as_of else as_of
    screening = hits.ask(service, file, who=person.name, as_of=None if on is None else day(on))
    return _screening(service, screening.id)


@router.get("/screenings")
def screenings(service: ServiceOf, person: Analyst, limit: Page = 50, offset: Offset = 0) -> ScreeningsShape:
    """The newest screenings first."""
    with service.database.reading() as session:
        found = hits.screenings(session, limit, offset)
        jobs = [session.get(Job, one.job) for one in found]
    notice = service.regime.notice
    return ScreeningsShape(
        screenings=[ScreeningShape.of(*pair, notice) for pair in zip(found, jobs, strict=True)]
    )


@router.get("/screenings/{id}")
def screening(id: str, service: ServiceOf, person: Analyst) -> ScreeningShape:  # noqa: A002
    """How far a screening is, what it was screened against, and what keeps parties from being screened."""
    return _screening(service, id)


@router.get("/screenings/{id}/hits")
def hits_of(
    id: str,  # noqa: A002
    service: ServiceOf,
    person: Analyst,
    state: Annotated[Sequence[State], Query(max_length=10)] = (),
    level: Literal["", "hit", "review"] = "",
    list: Id = "",  # noqa: A002
    limit: Page = 100,
    offset: Offset = 0,
) -> PairsShape:
    """The pairs of one screening that are still the newest of their party, whatever was decided."""
    _screening(service, id)
    return _pairs(service, queue.Wanted(tuple(state) or queue.ORDER, list, level, id), limit, offset)


@router.get("/hits")
def pairs(
    service: ServiceOf,
    person: Analyst,
    state: Annotated[Sequence[State], Query(max_length=10)] = (),
    level: Literal["", "hit", "review"] = "",
    list: Id = "",  # noqa: A002
    text: Id = "",
    limit: Page = 100,
    offset: Offset = 0,
) -> PairsShape:
    """The queue: pairs that wait for somebody (or in the states asked for), in the order to look at them."""
    return _pairs(service, queue.Wanted(tuple(state) or queue.TO_DO, list, level, "", text), limit, offset)


@router.get("/hits/{id}")
def hit(id: str, service: ServiceOf, person: Analyst) -> HitShape:  # noqa: A002
    """A pair: both records, the evidence, what each list says of the listing, and what was decided."""
    return _hit(service, id)


@router.post("/hits/{id}/match")
def match(id: str, given: DecisionGiven, service: ServiceOf, person: Reviewer) -> HitShape:  # noqa: A002
    """The party is the listed one. Counts at once."""
    return _decided(service, id, "match", person, given)


@router.post("/hits/{id}/clear")
def clear(id: str, given: ClearGiven, service: ServiceOf, person: Reviewer) -> HitShape:  # noqa: A002
    """The party is not the listed one. Counts once another person has signed, until its last day."""
    return _decided(service, id, "clear", person, given)


@router.post("/hits/{id}/sign")
def sign(id: str, given: SignatureGiven, service: ServiceOf, person: Reviewer) -> HitShape:  # noqa: A002
    """A second person agrees to the clear that waits. Only a person with a session can: a key is refused."""
    return _decided(service, id, "sign", person, given)


@router.post("/hits/{id}/withdraw")
def withdraw(id: str, given: DecisionGiven, service: ServiceOf, person: Reviewer) -> HitShape:  # noqa: A002
    """Whatever was decided about the pair no longer counts: it is open again."""
    return _decided(service, id, "withdraw", person, given)


def _screening(service: Service, id_: str) -> ScreeningShape:
    with service.database.reading() as session:
        found = session.get(Screening, id_)
        if found is None:
            raise Problem(404, "", f"there is no screening {id_!r}")
        return ScreeningShape.of(found, session.get(Job, found.job), service.regime.notice)


def _pairs(service: Service, wanted: queue.Wanted, limit: int, offset: int) -> PairsShape:
    with service.database.reading() as session:
        whole = queue.queue(service, session, service.now().date())
    found = whole.of(wanted)
    return PairsShape(
        total=len(found),
        counts={state.value: number for state, number in whole.counts(wanted).items()},
        pairs=[PairShape.of(item) for item in found[offset : offset + limit]],
        notice=service.regime.notice,
    )


def _hit(service: Service, id_: str) -> HitShape:
    with service.database.reading() as session:
        found = queue.hit_of(session, id_)
        kept = book(service.database, session)
        pair, standing = queue.standing_of(service, kept, found, service.now().date())
        return HitShape.of(found, standing, kept.about(pair), service)


def _decided(
    service: Service, id_: str, verdict: queue.Verdict, person: Person, given: DecisionGiven
) -> HitShape:
    until = day(given.until) if isinstance(given, ClearGiven) and given.until is not None else None
    queue.decide(service, id_, verdict, person, reason=given.reason, until=until, seen=given.seen)
    return _hit(service, id_)
