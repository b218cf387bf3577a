"""Comparing over HTTP: acts in two views, each a day, a state of knowledge, or another law."""

from __future__ import annotations

from hashlib import sha256

from fastapi import APIRouter

from licet.api.acts import act_from, refused
from licet.api.scenarios import scenario_from
from licet.api.shapes.about import about
from licet.api.shapes.comparing import ComparisonGiven, ComparisonShape, ViewGiven
from licet.changes.compare import View, compare
from licet.changes.impact_report import Report
from licet.changes.risk import Assumptions
from licet.changes.scenario import Scenario, stacked
from licet.changes.scenario_file import ScenarioError
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import problems
from licet.regime import Regime
from licet.service.recording import record_comparison

router = APIRouter(tags=["comparing"], responses=problems(400, 401, 403, 413, 422, 429))


@router.post("/compare")
def compare_acts(given: ComparisonGiven, service: ServiceOf, person: Reader) -> ComparisonShape:
    """Which acts come out otherwise between two days, two laws or two states of knowledge, and why."""
    regime = service.regime
    acts = [act_from(act, regime, f"acts.{place}.") for place, act in enumerate(given.acts)]
    before, against = _view("before", given.before, regime)
    after, scenarios = _view("after", given.after, regime)
    report = Report.of(compare(acts, before, after), scenarios, against, Assumptions.read())
    document = report.document()
    told = about(
        after.regime,
        regime.clock(given.after.on or regime.knowledge, given.after.known_at),
        dated=given.after.on is not None,
    )
    shape = ComparisonShape.model_validate({"about": told, **document})
    record_comparison(
        service,
        person,
        digest=sha256(shape.model_dump_json(by_alias=True).encode()).hexdigest(),
        detail={name: document[name] for name in ("before", "after", "lines", "changed")}
        | {"undecided": len(shape.undecided)},
    )
    return shape


def _view(side: str, given: ViewGiven, regime: Regime) -> tuple[View, list[Scenario]]:
    """One side, and the scenarios laid over it."""
    laid: list[Scenario] = []
    for place, each in enumerate(given.scenarios):
        try:
            laid.append(scenario_from(each, regime))
        except ScenarioError as error:
            raise refused("A scenario cannot be meant", (f"{side}.scenarios.{place}", str(error))) from None
    try:
        law = stacked(laid, regime) if laid else regime
    except ScenarioError as error:
        raise refused("The scenarios contradict each other", (f"{side}.scenarios", str(error))) from None
    name = " + ".join(scenario.title for scenario in laid) or "the law as it is"
    return View(name, law, given.on, given.known_at), laid
