"""Law in time: instruments by status, what each did, and what differs between two days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from licet.api.times import today
from licet.decisions.calendar import Turn, calendar
from licet.decisions.differences import Difference, between, differences
from licet.decisions.works import works
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem
from licet.language.instrument import STATES, Instrument, day
from licet.regime import Regime
from licet.web import days
from licet.web.pages import page

router = APIRouter()
DATES = {
    "announced": "Announced",
    "displayed": "On public display",
    "published": "Published",
    "effective": "In effect from",
    "applicable_from": "Applies back to",
}
_ORDER = ("in force", "suspended", "published", "proposed", "announced", "hypothetical")


@dataclass(frozen=True, slots=True)
class Dated:
    """An instrument with its state on the day asked about, and the day by which it is ordered."""

    instrument: Instrument
    state: str
    on: date | None


@router.get("/law/calendar")
def calendar_page(request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """Every instrument by its status on a day; every day on which an answer can change."""
    errors: list[days.Error] = []
    regime = service.regime
    on = days.asked(request, "on", "On", errors) or today(service)
    wanted = request.query_params.get("status", "")
    every = [Dated(i, i.state_on(on), _placed(i)) for i in regime.instruments.values()]
    counts = Counter(dated.state for dated in every)
    order = [s for s in (*_ORDER, *STATES, "unpublished") if s in counts]
    shown = [d for d in every if wanted in ("", d.state)]
    shown.sort(key=lambda d: (d.on or date.max, d.instrument.id))
    turns = calendar(regime) if request.query_params.get("days") else ()
    return page(
        request, "law_calendar.html", status=422 if errors else 200, heading="Calendar of instruments",
        errors=errors, on_day=on, as_of=on, kept={"on": request.query_params.get("on", "")},
        status_wanted=wanted, counts={state: counts[state] for state in dict.fromkeys(order)}, shown=shown,
        days=_by_day(turns),
    )  # fmt: skip


@router.get("/law/instrument/{citation:path}")
def instrument_page(request: Request, service: ServiceOf, person: Reader, citation: str) -> HTMLResponse:
    """One instrument: all its dates, its states over time, and what it did."""
    errors: list[days.Error] = []
    regime = service.regime
    found = _cited(regime, citation)
    if found is None:
        raise Problem(404, "No such instrument", f"Nothing is cited as {citation!r}: see /law/calendar")
    on = days.asked(request, "on", "On", errors) or today(service)
    return page(
        request, "instrument.html", status=422 if errors else 200, heading=found.title, errors=errors,
        instrument=found, state=found.state_on(on), on_day=on, as_of=on,
        dates=[(words, getattr(found, name)) for name, words in DATES.items()],
        works=works(regime, found.id), kept={"on": request.query_params.get("on", "")},
    )  # fmt: skip


@router.get("/law/differences")
def differences_page(request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """Which rules begin, end or go on otherwise between two days, by the instrument behind it."""
    errors: list[days.Error] = []
    regime = service.regime
    given = {n: request.query_params.get(n, "").strip() for n in ("from", "to", "known_at")}
    first = days.asked(request, "from", "From", errors)
    last = days.asked(request, "to", "To", errors)
    known = days.asked(request, "known_at", "As known on", errors)
    if bool(given["from"]) is not bool(given["to"]) and not errors:
        missing = "to" if given["from"] else "from"
        errors.append({"field": missing, "text": "Give both days: what is compared is one with the other"})
    found: tuple[Difference, ...] = ()
    turns: tuple[Turn, ...] = ()
    if first is not None and last is not None and not errors:
        views = regime.clock(first, known), regime.clock(last, known)
        found, turns = differences(regime, *views), between(regime, *views)
    return page(
        request, "law_differences.html", status=422 if errors else 200, errors=errors,
        heading="Differences between two days", given=given, first=first, last=last,
        asked=not errors and first is not None, groups=list(_grouped(regime, found, turns)),
        count=len(found), as_of=last, known_at=known,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """What one instrument is behind."""

    citation: str
    instrument: Instrument | None
    differences: tuple[Difference, ...]
    turns: tuple[Turn, ...]


def _grouped(regime: Regime, found: tuple[Difference, ...], turns: tuple[Turn, ...]) -> Iterator[Group]:
    names = dict.fromkeys([*(d.by for d in found), *(t.by for t in turns)])

    def begun(name: str) -> tuple[date, str]:
        own = regime.instruments.get(name)
        return (day(own.effective) if own is not None and own.effective else date.min, name)

    for name in sorted(names, key=begun):
        yield Group(
            name,
            regime.instruments.get(name),
            tuple(d for d in found if d.by == name),
            tuple(t for t in turns if t.by == name),
        )


def _cited(regime: Regime, citation: str) -> Instrument | None:
    """The instrument with this citation, or with this other name."""
    known = regime.instruments
    return known.get(citation) or next((i for i in known.values() if citation in i.also), None)


def _placed(instrument: Instrument) -> date | None:
    """The day by which an instrument stands in the calendar: when it took effect, else when it was said."""
    own = (instrument.effective, instrument.public, instrument.announced)
    stated = [day(moment) for moment in own if moment is not None]
    since = [day(state.since) for state in instrument.states]
    return next(iter([*stated, *since]), None)


def _by_day(turns: Iterable[Turn]) -> dict[date, list[Turn]]:
    found: dict[date, list[Turn]] = {}
    for turn in turns:
        found.setdefault(turn.day, []).append(turn)
    return found
