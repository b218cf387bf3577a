"""Review: the queue of pairs, one pair side by side with what speaks for and against it, and screenings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import HTMLResponse, Response

from licet.api.restrictions import restrictions
from licet.api.shapes.reviews import ranked
from licet.api.times import today
from licet.gate.asking import Analyst, Reviewer, ServiceOf
from licet.gate.problems import Problem, of_error
from licet.language.errors import LicetError
from licet.reviews.dispositions import Disposition, Pair, State, differences, limits
from licet.service import hits, queue
from licet.service.hits import Brought, Screening
from licet.service.jobs import Job
from licet.service.queue import Item, Queue, Verdict, Wanted
from licet.service.reviewing import book
from licet.service.service import Service
from licet.web import days
from licet.web.pages import moved, page
from licet.web.templating import query

router = APIRouter()
Text = Annotated[str, Form()]
Texts = Annotated[list[str], Form()]
_ON_A_PAGE: Final = 50
_REASONS: Final = 12
_SAID: Final[Mapping[str, str]] = {
    "match": "is the listed party; this counts now",
    "clear": "is not the listed party; this counts once another person has signed",
    "sign": "is cleared: both have signed",
    "withdraw": "is open again",
}
STATES: Final[Mapping[State, str]] = {
    State.REOPENED: "Reopened",
    State.EXPIRED: "Expired",
    State.AWAITING: "Awaiting second signature",
    State.OPEN: "Open",
    State.MATCH: "Match",
    State.CLEARED: "Cleared",
}


@router.get("/review")
def review(request: Request, service: ServiceOf, person: Analyst) -> HTMLResponse:
    """The queue: counts by state, filters, and the pairs of one page."""
    return _listed(request, service)


@router.post("/review")
def review_several(
    request: Request,
    service: ServiceOf,
    person: Reviewer,
    pair: Texts = [],  # noqa: B006 - FastAPI copies it
    verdict: Text = "",
    reason: Text = "",
    until: Text = "",
) -> Response:
    """Decide about all pairs that were chosen, for one reason: all of them, or none."""
    errors: list[days.Error] = []
    chosen = [(hit, seen) for hit, _, seen in (one.partition(":") for one in pair[:_ON_A_PAGE])]
    if not chosen:
        errors.append({"field": "pairs", "text": "Choose the pairs that this is about"})
    wanted = _verdict(verdict)
    last = _day(until, "until", errors)
    if not errors:
        try:
            queue.decide_all(service, chosen, wanted, person, reason=reason, until=last)
            count = f"{len(chosen):,} {'pair' if len(chosen) == 1 else 'pairs'}"
            return moved(_address("/review", request), f"Decided about {count}, each with its own entry.")
        except LicetError as error:
            errors.append({"field": "reason", "text": _sentence(error)})
    typed = {"verdict": verdict, "reason": reason, "until": until, "pair": pair}
    return _listed(request, service, errors, typed, 422)


@router.get("/review/hits/{hit}")
def pair_page(hit: str, request: Request, service: ServiceOf, person: Analyst) -> HTMLResponse:
    """One pair, side by side."""
    return _shown(hit, request, service)


@router.post("/review/hits/{hit}/{verdict}")
def decide(
    hit: str,
    verdict: Verdict,
    request: Request,
    service: ServiceOf,
    person: Reviewer,
    reason: Text = "",
    until: Text = "",
    seen: Text = "",
) -> Response:
    """Decide about a pair, then on to the next one."""
    errors: list[days.Error] = []
    last = _day(until, "until", errors)
    wanted = _wanted(request)
    status = 422
    if not errors:
        _, following = _queue(service).beside(hit, wanted)
        try:
            taken = queue.decide(service, hit, verdict, person, reason=reason, until=last, seen=seen)
            to = f"/review/hits/{following.hit}" if following else "/review"
            return moved(_address(to, request), f"{taken.party} {_SAID[verdict]}.")
        except LicetError as error:
            errors.append({"field": f"reason-{verdict}", "text": _sentence(error)})
            status = of_error(error).status
    return _shown(
        hit, request, service, errors, {"verdict": verdict, "reason": reason, "until": until}, status
    )


@router.get("/review/screenings")
def screenings(request: Request, service: ServiceOf, person: Analyst) -> HTMLResponse:
    """Bring parties to be screened; what was screened before."""
    return _screenings(request, service)


@router.post("/review/screenings")
def screen(
    request: Request,
    service: ServiceOf,
    person: Analyst,
    parties: Text = "",
    as_of: Text = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Bring parties, as a file or as lines."""
    errors: list[days.Error] = []
    on = _day(as_of, "as_of", errors)
    named = file is not None and bool(file.filename)
    field = "file" if named else "parties"
    most = service.settings.max_upload
    if not errors:
        try:
            if file is not None and named:
                data = file.file.read(most + 1)
                if len(data) > most:
                    raise hits.ScreeningError(f"the file is longer than {most:,} bytes: send it in parts")
                brought = Brought(file.filename or "", data)
            else:
                brought = hits.of_lines(parties)
            done = hits.ask(service, brought, who=person.name, as_of=on)
            return moved(f"/review/screenings/{done.id}")
        except LicetError as error:
            errors.append({"field": field, "text": _sentence(error)})
    return _screenings(request, service, errors, {"parties": parties, "as_of": as_of}, 422)


@router.get("/review/screenings/{id}")
def screening(id: str, request: Request, service: ServiceOf, person: Analyst) -> HTMLResponse:  # noqa: A002
    """One screening: how far it is, against what, and what to mend in its file."""
    found, job = _screening(service, id)
    counts = _queue(service).counts(Wanted(queue.ORDER, screening=id))
    return page(
        request, "review_screening.html", heading=found.name, screening=found, job=job,
        counts=counts, states=STATES, as_of=found.as_of,
    )  # fmt: skip


@router.get("/review/screenings/{id}/progress")
def progress(id: str, request: Request, service: ServiceOf, person: Analyst) -> Response:  # noqa: A002
    """How far a screening is: a part of its page; without JavaScript, the page."""
    if request.headers.get("hx-request") != "true":
        return moved(f"/review/screenings/{id}")
    found, job = _screening(service, id)
    return page(request, "review_progress.html", screening=found, job=job)


def _listed(
    request: Request,
    service: Service,
    errors: Sequence[days.Error] = (),
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HTMLResponse:
    wanted, whole = _wanted(request), _queue(service)
    found = whole.of(wanted)
    last = max(1, -(-len(found) // _ON_A_PAGE))
    number = min(max(1, _number(request.query_params.get("page", ""))), last)
    shown = found[(number - 1) * _ON_A_PAGE : number * _ON_A_PAGE]
    regime = service.regime
    codes = sorted({code for item in whole.items for code in item.lists})
    return page(
        request, "review.html", status, heading="Review queue", items=shown, total=len(found), number=number,
        last=last, counts=whole.counts(wanted), states=STATES, to_do=queue.TO_DO, wanted=wanted,
        given=_given(request), lists=[(code, regime.restricted_list(code).name) for code in codes],
        named={code: regime.restricted_list(code).name for code in codes}, errors=errors,
        typed=typed or {}, latest=_latest(service), as_of=today(service),
        reasons=_reasons(service),
    )  # fmt: skip


def _shown(
    hit: str,
    request: Request,
    service: Service,
    errors: Sequence[days.Error] = (),
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HTMLResponse:
    regime, wanted = service.regime, _wanted(request)
    as_of, on = today(service), service.now().date()
    with service.database.reading() as session:
        found = queue.hit_of(session, hit)
        kept = book(service.database, session)
        whole = queue.queue(service, session, on)
        person = request.state.person
        own = queue.account_of(session, person)
        pair, standing = queue.standing_of(service, kept, found, on)
        screening = session.get_one(Screening, found.screening)
    about = kept.about(pair)
    before, following = whole.beside(hit, wanted)
    waiting = whole.of(wanted)
    place = next((number for number, item in enumerate(waiting, 1) if item.hit == hit), 0)
    return page(
        request, "hit.html", status, heading=f"{found.name} and {found.listed_name}", hit=found, pair=pair,
        standing=standing, history=about, seen=about[-1].hash if about else "",
        listed=queue.listed_record(service, found.listing), evidence=ranked(found.evidence),
        restrictions=restrictions(regime, found.listing, regime.clock(as_of)), screening=screening,
        before=before, following=following, place=place, total=len(waiting), given=_given(request),
        states=STATES, others=_others(whole.items, kept.rows, pair, hit),
        changed=() if standing.by is None else differences(pair, standing.by),
        own=own, until=on + limits().clear, latest_day=on + limits().most,
        reasons=_reasons(service), errors=errors, typed=typed or {}, as_of=as_of,
    )  # fmt: skip


def _others(items: Sequence[Item], rows: Sequence[Disposition], pair: Pair, hit: str) -> dict[str, list[Any]]:
    """Other pairs of the same party, and what was decided about it and other listings."""
    same = [i for i in items if i.hit != hit and i.pair.party_said.digest == pair.party_said.digest]
    known = (pair.party, pair.party_said.digest)
    decided = [
        d for d in rows if d.listing != pair.listing and (d.party == known[0] or d.party_digest == known[1])
    ]
    return {"pairs": same[:_ON_A_PAGE], "more": [len(same)], "decided": decided[-_ON_A_PAGE:]}


def _reasons(service: Service) -> list[str]:
    """Reasons that were given last, to choose from."""
    with service.database.reading() as session:
        rows = book(service.database, session).rows
    return list(dict.fromkeys(d.reason for d in reversed(rows[-200:]) if d.reason))[:_REASONS]


def _screenings(
    request: Request,
    service: Service,
    errors: Sequence[days.Error] = (),
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    with service.database.reading() as session:
        found = [(one, session.get(Job, one.job)) for one in hits.screenings(session)]
    return page(
        request, "review_screenings.html", status, heading="Screen parties", found=found, errors=errors,
        typed=typed or {}, as_of=today(service),
    )  # fmt: skip


def _screening(service: Service, id_: str) -> tuple[Screening, dict[str, Any]]:
    with service.database.reading() as session:
        found = session.get(Screening, id_)
        if found is None:
            raise Problem(404, "", f"there is no screening {id_!r}")
        job = session.get(Job, found.job)
    said = {"id": found.job, "state": "cancelled", "message": "", "done": 0, "total": 0}
    if job is not None:
        said |= {"state": job.state, "message": job.words, "done": job.done, "total": job.total}
    return found, said


def _latest(service: Service) -> Screening | None:
    with service.database.reading() as session:
        return next(iter(hits.screenings(session, 1)), None)


def _queue(service: Service) -> Queue:
    with service.database.reading() as session:
        return queue.queue(service, session, service.now().date())


def _given(request: Request) -> dict[str, str]:
    """The filters of the address, as they go along from page to page."""
    names = ("state", "level", "list", "screening", "q")
    return {name: said for name in names if (said := request.query_params.get(name, "").strip()[:200])}


def _wanted(request: Request) -> Wanted:
    given = _given(request)
    state = given.get("state", "")
    states = queue.ORDER if state == "all" else (State(state),) if state in {*State} else queue.TO_DO
    return Wanted(
        states, given.get("list", ""), given.get("level", ""), given.get("screening", ""), given.get("q", "")
    )


def _address(path: str, request: Request) -> str:
    said = query(_given(request))
    return f"{path}?{said}" if said else path


def _verdict(text: str) -> Verdict:
    match text:
        case "match" | "clear" | "sign" | "withdraw":
            return text
        case _:
            raise Problem(422, "", "say what is decided: match, clear, sign or withdraw")


def _day(text: str, field: str, errors: list[days.Error]) -> date | None:
    text = text.strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        errors.append({"field": field, "text": "Write a day as year, month, day, with - in between"})
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def _sentence(error: Exception) -> str:
    said = str(error)
    return said[:1].upper() + said[1:]
