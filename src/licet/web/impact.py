"""Impact pages: a book in two views, what turns between them and why, down to one line and its two proofs."""

from __future__ import annotations

from functools import lru_cache

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from licet.act import Act
from licet.changes.compare import compare
from licet.changes.impact import customer, item, value_of
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem
from licet.language import plain_yaml
from licet.service import studying
from licet.service.scenarios import MOST
from licet.service.studying import EXAMPLE, Side, Study
from licet.web import study as studies
from licet.web.days import Error, asked
from licet.web.pages import moved, page
from licet.web.templating import FOLDER

router = APIRouter()
_DAYS = {
    "from": "Before: day",
    "to": "After: day",
    "as_of": "As of",
    "known": "As known on",
    "known_from": "Before: as known on",
    "known_to": "After: as known on",
}


@router.get("/impact")
def impact(request: Request, service: ServiceOf, person: Reader) -> Response:
    """Two days, two policies or two states of knowledge side by side over a book."""
    if (tidy := studies.tidied(request)) is not None:
        return tidy
    errors: list[Error] = []
    study = _study(request, errors)
    choices = studies.scenario_choices(service)
    found = (
        studies.answer(service, person, study, errors) if _says(request) and not errors else studies.Answer()
    )
    given = {name: request.query_params.get(name, "") for name in ("book", *_DAYS)}
    lists = {n: [s for s in request.query_params.getlist(n) if s] for n in ("scenario", "against")}
    return page(
        request, "impact.html", status=422 if errors else 200, heading="Impact", errors=errors,
        given=given | {"book": study.book}, lists=lists, wrong={e["field"]: e["text"] for e in errors},
        books=studies.book_choices(service, person),
        scenarios={n: [studies.with_given(choices, s) for s in own] for n, own in lists.items()},
        choices=choices, found=found, it=found.result.page if found.result else None,
        kept=request.url.query, try_these=_suggestions(), most=MOST, may_begin=person.may("books"),
        at=studies.progress_at(request, "/impact/progress"), after_on=study.after.on,
    )  # fmt: skip


@router.post("/impact")
def begin(request: Request, service: ServiceOf, person: Reader) -> Response:
    """Have a job compare a book that is too large to wait for; the address says what."""
    errors: list[Error] = []
    study = _study(request, errors)
    if errors:
        raise Problem(422, "It cannot be meant so", errors[0]["text"])
    studies.begin(service, person, study)
    return moved(studies.progress_at(request, "/impact"))


@router.get("/impact/progress")
def progress(request: Request, service: ServiceOf, person: Reader) -> Response:
    """How far the job has come: a part of the page, or the page itself where there is no JavaScript."""
    errors: list[Error] = []
    found = studies.answer(service, person, _study(request, errors), errors)
    to = studies.progress_at(request, "/impact")
    if "HX-Request" not in request.headers:
        return RedirectResponse(to, 303)
    if found.job is None or found.job.over or found.result is not None:
        return Response(headers={"HX-Redirect": to})
    at = studies.progress_at(request, "/impact/progress")
    return page(request, "impact_progress.html", job=found.job, at=at)


@router.get("/impact/file/{form}")
def file(request: Request, service: ServiceOf, person: Reader, form: str) -> Response:
    """The comparison as a self-contained page, a workbook or JSON."""
    errors: list[Error] = []
    study = _study(request, errors)
    if errors:
        raise Problem(422, "It cannot be meant so", errors[0]["text"])
    return studies.download(service, person, study, form)


@router.get("/impact/line/{number}")
def line(request: Request, service: ServiceOf, person: Reader, number: int) -> HTMLResponse:
    """One line of the book in both views: what it comes to, why it turns, and both proofs."""
    errors: list[Error] = []
    study = _study(request, errors)
    if errors:
        raise Problem(422, "It cannot be meant so", errors[0]["text"])
    studies.may_see(person, study)
    try:
        act = studying.act_of(service, study, number) if 0 < number < 10**9 else None
    except LookupError:
        act = None
    if act is None:
        raise Problem(404, "No such line", f"The book has no line {number}.")
    with service.database.reading() as session:
        laid = studying.scenarios_of(session, study, service.regime)
    before, after = studying.views_of(study, service.regime, *laid)
    # As the whole book is compared, so that a line never says something else than its row.
    compared = compare([act], before, after)
    if compared.undecided:
        raise Problem(422, "It cannot be decided", compared.undecided[0].problem)
    pair = compared.pairs[0]
    one, two = pair.before, pair.after
    return page(
        request, "impact_line.html", heading=f"Line {number}: {item(act)}", number=number,
        act=_particulars(act), causes=pair.causes,
        sides=[("Before", before, one), ("After", after, two)],
        back=studies.progress_at(request, "/impact"), as_of=two.clock.as_of, known_at=two.clock.known_at,
    )  # fmt: skip


def _study(request: Request, errors: list[Error]) -> Study:
    """What an address asks for; a day that cannot be meant is told in ``errors``."""
    days = {name: asked(request, name, label, errors) for name, label in _DAYS.items()}
    said = {name: moment.isoformat() if moment is not None else "" for name, moment in days.items()}
    if bool(said["from"]) is not bool(said["to"]) and not errors:
        missing = "to" if said["from"] else "from"
        errors.append({"field": missing, "text": "Give both days, or neither: each line then keeps its own"})
    over, against = (
        tuple(text[:600] for text in request.query_params.getlist(name) if text)
        for name in ("scenario", "against")
    )
    if max(len(over), len(against)) > MOST:
        errors.append(
            {"field": "book", "text": f"{MOST} scenarios are the most that can be laid over each other"}
        )
    return Study(
        "impact",
        request.query_params.get("book", "").strip()[:40] or EXAMPLE,
        Side(said["from"] or said["as_of"], said["known_from"] or said["known"], against),
        Side(said["to"] or said["as_of"], said["known_to"] or said["known"], over),
    )


def _says(request: Request) -> bool:
    """Whether the address asks for anything yet."""
    return any(request.query_params.get(name) for name in (*_DAYS, "scenario", "against"))


def _particulars(act: Act) -> list[tuple[str, str]]:
    value, currency = value_of(act)
    told = [("Customer", customer(act)), ("Item", item(act))]
    told += [("Value", f"{value:,} {currency}")] if value is not None else []
    told += [("Source", act.source)] if act.source else []
    return told


@lru_cache(maxsize=1)
def _suggestions() -> list[dict[str, str]]:
    found: list[dict[str, str]] = plain_yaml.read_file(FOLDER / "templates" / "impact.yaml")
    return found
