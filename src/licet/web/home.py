"""Home: what this is, what one can do here, and an order to try at once on three days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from licet.act import Act
from licet.api.times import today
from licet.decisions.decide import outcome_of
from licet.gate.asking import Reader, ServiceOf
from licet.regime import Regime
from licet.web.documents import parameters
from licet.web.fields import first
from licet.web.pages import page
from licet.web.templating import query

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Try:
    """The example on one day: what comes out, and the address of the whole answer."""

    day: date
    outcome: str
    address: str


@dataclass(frozen=True, slots=True)
class Age:
    """A published list: the day of its newest file, and how many days old that is."""

    name: str
    day: date
    days: int


@router.get("/")
def home(request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """The first page."""
    regime, now = service.regime, today(service)
    return page(
        request,
        "home.html",
        heading="Licet",
        example=first()["example"]["title"],
        tries=list(_tries(regime)),
        ages=sorted(_ages(regime, now), key=lambda age: -age.days),
        rules=len(regime.book.rules),
        known_at=regime.clock(now).known_at,
    )


def _tries(regime: Regime) -> Iterator[Try]:
    given = first()["example"]
    for day in given["days"]:
        act = Act.stating(regime.vocabulary, {"act.date": day, **given["facts"]}, given["parties"])
        yield Try(day, outcome_of(act, regime).value, f"/decide?{query(parameters(act))}")


def _ages(regime: Regime, now: date) -> Iterator[Age]:
    newest: dict[str, date] = {}
    for snapshot in regime.snapshots:
        for code in snapshot.lists:
            newest[code] = max(snapshot.day, newest.get(code, snapshot.day))
    for code, day in newest.items():
        yield Age(regime.restricted_list(code).name, day, (now - day).days)
