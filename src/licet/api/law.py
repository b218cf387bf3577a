"""The law over HTTP: rules, instruments, the calendar, the vocabulary, and what is covered."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Path, Query

from licet.api.acts import refused
from licet.api.shapes.about import about
from licet.api.shapes.law import (
    CalendarShape,
    CoverageShape,
    InstrumentShape,
    InstrumentsShape,
    OneInstrument,
    OneRule,
    RuleShape,
    RulesShape,
    TurnShape,
    VocabularyShape,
    WordShape,
)
from licet.api.times import AsOf, Given, KnownAt, clock_of
from licet.cases.coverage import coverage as coverage_page
from licet.changes.scenario_file import nearest
from licet.decisions.calendar import Turn
from licet.decisions.calendar import calendar as turns_of
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem, problems
from licet.language.instrument import day
from licet.regime import Regime

router = APIRouter(prefix="/law", tags=["law"], responses=problems(401, 403, 422, 429))

Search = Annotated[str, Query(max_length=200, description="Part of an id, a title or a citation.")]


@router.get("/rules")
def rules(
    service: ServiceOf, person: Reader, search: Search = "", as_of: AsOf = None, known_at: KnownAt = None
) -> RulesShape:
    """Every rule, with its standing on a day (by default today)."""
    regime, clock = service.regime, clock_of(service, as_of, known_at)
    wanted = search.casefold()
    found = [r for r in regime.book if any(wanted in text.casefold() for text in (r.id, r.title, r.cite))]
    return RulesShape(about=about(regime, clock), rules=[RuleShape.of(r, regime, clock) for r in found])


@router.get("/rules/{rule:path}", responses=problems(404))
def rule(
    rule: Annotated[str, Path(description="Its id, such as 744.11(a).", max_length=200)],
    service: ServiceOf,
    person: Reader,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> OneRule:
    """A rule beside its paraphrase: condition, windows, exceptions, and its standing on a day."""
    regime, clock = service.regime, clock_of(service, as_of, known_at)
    if rule not in regime.book.rules:
        raise Problem(404, "", f"no rule has this id{nearest(rule, regime.book.rules)}")
    return OneRule.of(regime.book[rule], regime, clock, about(regime, clock))


@router.get("/instruments")
def instruments(
    service: ServiceOf, person: Reader, search: Search = "", as_of: AsOf = None, known_at: KnownAt = None
) -> InstrumentsShape:
    """Every instrument that was public or announced by then, with its state on a day."""
    regime, clock = service.regime, clock_of(service, as_of, known_at)
    wanted = search.casefold()
    found = [
        i
        for i in regime.instruments.values()
        if any(wanted in text.casefold() for text in (i.cited, i.title))
        and clock.knew(i.announced or i.public)
    ]
    shapes = [InstrumentShape.of(i, clock.as_of) for i in found]
    return InstrumentsShape(about=about(regime, clock), instruments=shapes)


@router.get("/instruments/{citation:path}", responses=problems(404))
def instrument(
    citation: Annotated[str, Path(description="Its citation, such as 84 FR 22961.", max_length=200)],
    service: ServiceOf,
    person: Reader,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> OneInstrument:
    """One instrument with all its days, and the rules that have force by it."""
    regime, clock = service.regime, clock_of(service, as_of, known_at)
    also = {name: i for i in regime.instruments.values() for name in i.also}
    found = regime.instruments.get(citation) or also.get(citation)
    if found is None:
        raise Problem(404, "", f"no instrument has this citation{nearest(citation, regime.instruments)}")
    by = [r.id for r in regime.book if any(found.id in (w.by, w.struck_by) for w in r.windows)]
    listed = [
        listing
        for listing, versions in regime.listings.versions.items()
        if any(version.by == found.id for version in versions)
    ]
    shape = InstrumentShape.of(found, clock.as_of)
    return OneInstrument(about=about(regime, clock), instrument=shape, rules=by, listings=listed)


@router.get("/calendar")
def calendar(
    service: ServiceOf,
    person: Reader,
    start: Annotated[Given | None, Query(alias="from", description="First day.")] = None,
    end: Annotated[Given | None, Query(alias="to", description="Last day.")] = None,
) -> CalendarShape:
    """Every day on which an answer can change, and why; announcements too, which change none."""
    if start is not None and end is not None and day(end) < day(start):
        raise refused("The days are the wrong way round", ("to", "expected a day not before `from`"))
    regime = service.regime
    turns = [
        TurnShape(day=t.day, what=t.what, by=t.by, title=t.title, state=t.state)
        for t in _turns(regime)
        if (start is None or t.day >= day(start)) and (end is None or t.day <= day(end))
    ]
    return CalendarShape(about=about(regime, regime.clock(regime.knowledge), dated=False), turns=turns)


@router.get("/vocabulary")
def vocabulary(service: ServiceOf, person: Reader) -> VocabularyShape:
    """Every fact: its type, where it comes from, and the question it asks."""
    regime = service.regime
    told = about(regime, regime.clock(regime.knowledge), dated=False)
    return VocabularyShape(about=told, facts=[WordShape.of(entry) for entry in regime.vocabulary])


@router.get("/coverage")
def coverage(service: ServiceOf, person: Reader) -> CoverageShape:
    """What is encoded, how sure, how tested, and what is not there."""
    regime = service.regime
    return CoverageShape(
        about=about(regime, regime.clock(regime.knowledge), dated=False),
        rules=len(regime.book.rules),
        encoded=sum(r.encoded for r in regime.book),
        instruments=len(regime.instruments),
        listings=len(regime.listings.versions),
        page=_coverage(regime),
    )


@lru_cache(maxsize=2)
def _turns(regime: Regime) -> tuple[Turn, ...]:
    return turns_of(regime)


@lru_cache(maxsize=2)
def _coverage(regime: Regime) -> str:
    return coverage_page(regime)
