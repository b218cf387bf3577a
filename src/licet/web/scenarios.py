"""Scenario pages: those there are, what one changes, several side by side over a book, and one swept."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from licet.changes.parameters import Parameter
from licet.changes.scenario import Scenario, void
from licet.changes.scenario_file import ScenarioError
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem
from licet.service.people import Person
from licet.service.scenarios import (
    MOST,
    Reference,
    SavedScenario,
    catalogue,
    saved_ones,
    scenario_of,
    text_of,
    versions_of,
)
from licet.service.service import Service
from licet.service.studying import EXAMPLE, Side, Study
from licet.web import scenario_writing
from licet.web import study as studies
from licet.web.days import Error, asked
from licet.web.pages import moved, page

router = APIRouter()
router.include_router(scenario_writing.router)
_VALUE = "p."
_HEADINGS = {"several": "Scenarios side by side", "sweep": "Sweep"}


@router.get("/scenarios")
def scenarios(request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """Every scenario: those that come with Licet, and those that people saved."""
    with service.database.reading() as session:
        own = list(saved_ones(session))
    return page(
        request, "scenarios.html", heading="Scenarios", shipped=catalogue(service.regime), own=own, most=MOST,
        books=studies.book_choices(service, person),
    )  # fmt: skip


@router.get("/scenarios/compare")
def compare(request: Request, service: ServiceOf, person: Reader) -> Response:
    """Up to five scenarios side by side over a book, beside the law as it is."""
    if (tidy := studies.tidied(request)) is not None:
        return tidy
    errors: list[Error] = []
    return _study_page(request, service, person, _several(request, errors), errors, "scenario_compare.html")


@router.get("/scenarios/sweep")
def sweep(request: Request, service: ServiceOf, person: Reader) -> Response:
    """A parameter of a scenario moved over a book: what it comes to at each value, and where it turns."""
    if (tidy := studies.tidied(request)) is not None:
        return tidy
    errors: list[Error] = []
    return _study_page(request, service, person, _swept(request, errors), errors, "scenario_sweep.html")


@router.post("/scenarios/compare")
@router.post("/scenarios/sweep")
def begin(request: Request, service: ServiceOf, person: Reader) -> Response:
    """Have a job do what is too much to wait for; the address says what."""
    studies.begin(service, person, _study(request))
    return moved(studies.progress_at(request, request.url.path))


@router.get("/scenarios/compare/progress")
@router.get("/scenarios/sweep/progress")
def progress(request: Request, service: ServiceOf, person: Reader) -> Response:
    """How far the job has come: a part of the page, or the page itself where there is no JavaScript."""
    found = studies.answer(service, person, _study(request), [])
    to = studies.progress_at(request, request.url.path.removesuffix("/progress"))
    if "HX-Request" not in request.headers:
        return RedirectResponse(to, 303)
    if found.job is None or found.job.over or found.result is not None:
        return Response(headers={"HX-Redirect": to})
    at = studies.progress_at(request, request.url.path)
    return page(request, "impact_progress.html", job=found.job, at=at)


@router.get("/scenarios/compare/file/{form}")
@router.get("/scenarios/sweep/file/{form}")
def file(request: Request, service: ServiceOf, person: Reader, form: str) -> Response:
    """What came out, as a file."""
    return studies.download(service, person, _study(request), form)


@router.get("/scenarios/{name}")
def scenario(request: Request, service: ServiceOf, person: Reader, name: str) -> HTMLResponse:
    """One scenario: what it changes in words, whose idea it is, how it is read, and what it assumes."""
    given = {k.removeprefix(_VALUE): v for k, v in request.query_params.items() if k.startswith(_VALUE) and v}
    errors: list[Error] = []
    with service.database.reading() as session:
        found, text = _found(service, session, name, given, errors)
        own = Reference.of(name).own
        saved = session.get(SavedScenario, own) if own else None
        versions = versions_of(session, own) if own else ()
    edited = found.scenario.over(service.regime) if found.scenario else None
    return page(
        request, "scenario.html", status=422 if errors else 200, errors=errors, name=name, text=text,
        heading=found.scenario.title if found.scenario else (saved.title if saved else name),
        scenario=found.scenario, reference=found.reference, saved=saved, versions=versions,
        edited=edited, void=void(edited) if edited else [], books=studies.book_choices(service, person),
        mine=saved is not None and (saved.written_by == person.id or person.may("admin")),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    """A scenario and what addresses call it with these values; none where it cannot be meant any more."""

    scenario: Scenario | None
    reference: str


def _found(
    service: Service, session: Session, name: str, given: dict[str, str], errors: list[Error]
) -> tuple[_Found, str]:
    try:
        reference = Reference.of(name)
        text = text_of(session, reference)
    except ScenarioError as error:
        raise Problem(404, "No such scenario", str(error)) from None
    values = {**dict(reference.values), **given}
    bare = name.partition(":")[0]
    said = f"{bare}:{';'.join(f'{k}={v}' for k, v in values.items())}" if values else bare
    try:
        return _Found(scenario_of(session, Reference.of(said), service.regime), said), text
    except ScenarioError as error:
        errors.append({"field": "", "text": str(error)})
        return _Found(None, said), text


def _study_page(
    request: Request, service: Service, person: Person, study: Study, errors: list[Error], template: str
) -> HTMLResponse:
    says = bool(study.after.scenarios) and (study.kind != "sweep" or bool(study.parameter))
    found = studies.answer(service, person, study, errors) if says and not errors else studies.Answer()
    choices = studies.scenario_choices(service)
    chosen = [*study.after.scenarios, *[""] * (MOST - len(study.after.scenarios))]
    parameters: tuple[Parameter, ...] = ()
    if study.kind == "sweep" and study.after.scenarios:
        with service.database.reading() as session:
            try:
                reference = Reference.of(study.after.scenarios[0])
                parameters = scenario_of(session, reference, service.regime).parameters
            except ScenarioError as error:
                errors.append({"field": "scenario-1", "text": str(error)})
    result = found.result.page if found.result else None
    path = request.url.path
    return page(
        request, template, status=422 if errors else 200, errors=errors, study=study, found=found, it=result,
        heading=result["title"] if result else _HEADINGS[study.kind],
        books=studies.book_choices(service, person), choices=choices, chosen=chosen[:MOST],
        options=[studies.with_given(choices, text) for text in chosen[:MOST]], parameters=parameters,
        kept=request.url.query, at=studies.progress_at(request, f"{path}/progress"), path_of=path,
        may_begin=person.may("books"),
    )  # fmt: skip


def _study(request: Request) -> Study:
    errors: list[Error] = []
    made = _swept(request, errors) if "/sweep" in request.url.path else _several(request, errors)
    if errors:
        raise Problem(422, "It cannot be meant so", errors[0]["text"])
    return made


def _several(request: Request, errors: list[Error]) -> Study:
    return Study("several", _book(request), Side(), _side(request, errors, MOST))


def _swept(request: Request, errors: list[Error]) -> Study:
    given = request.query_params
    parameter, values = (given.get(name, "").strip()[:200] for name in ("parameter", "values"))
    return Study("sweep", _book(request), Side(), _side(request, errors, 1), parameter, values)


def _book(request: Request) -> str:
    return request.query_params.get("book", "").strip()[:40] or EXAMPLE


def _side(request: Request, errors: list[Error], most: int) -> Side:
    on = asked(request, "as_of", "As of", errors)
    known = asked(request, "known", "As known on", errors)
    given = dict.fromkeys(text[:600] for text in request.query_params.getlist("scenario") if text)
    if len(given) > most:
        errors.append({"field": "scenario-1", "text": f"{most} at the most; these are {len(given)}"})
    return Side(on.isoformat() if on else "", known.isoformat() if known else "", tuple(given)[:most])
