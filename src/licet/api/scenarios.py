"""Scenarios over HTTP: those that come with Licet, and one's own; no file is opened by a given name."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Path

from licet.api.kept import kept
from licet.api.shapes.about import about
from licet.api.shapes.scenarios import (
    LintShape,
    Mistake,
    OneScenario,
    ScenarioGiven,
    ScenarioShape,
    ScenariosShape,
)
from licet.api.times import KnownAt, clock_of
from licet.changes.scenario import Scenario, shipped, void
from licet.changes.scenario_file import ScenarioError, nearest
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem, problems
from licet.regime import Regime

router = APIRouter(prefix="/scenarios", tags=["scenarios"], responses=problems(401, 403, 422, 429))

_LINE = re.compile(r"^[^:\n]*:(\d+): ")


def scenario_from(given: ScenarioGiven, regime: Regime) -> Scenario:
    """The scenario that was given by its text or its name.

    Raises:
        ScenarioError: if it cannot be meant, or none of that name comes with Licet.
    """
    if given.text is not None:
        return Scenario.parse(given.text, given.name, regime, given.values)
    by_name = {path.stem: path for path in shipped()}
    if given.name not in by_name:
        raise ScenarioError(
            f"no scenario {given.name!r}{nearest(given.name, by_name)}; there are {', '.join(by_name)}"
        )
    return Scenario.read(by_name[given.name], regime, given.values)


@router.get("")
def scenarios(service: ServiceOf, person: Reader, known_at: KnownAt = None) -> ScenariosShape:
    """Every scenario that comes with Licet."""
    regime = service.regime
    return ScenariosShape(about=about(regime, clock_of(service, None, known_at)), scenarios=_shipped(regime))


@kept
def _shipped(regime: Regime) -> list[ScenarioShape]:
    return [ScenarioShape.of(Scenario.read(path, regime)) for path in shipped()]


@router.get("/{name}", responses=problems(404))
def scenario(
    name: Annotated[str, Path(description="Its name.", max_length=80)], service: ServiceOf, person: Reader
) -> OneScenario:
    """What one scenario changes, who had the idea, and how its phrases are read."""
    regime = service.regime
    paths = {path.stem: path for path in shipped()}
    if name not in paths:
        raise Problem(404, "", f"no scenario of that name; there are {', '.join(paths)}")
    found = Scenario.read(paths[name], regime)
    edited = found.over(regime)
    return OneScenario(
        about=about(regime, clock_of(service, None, None)),
        scenario=ScenarioShape.of(found),
        law_becomes=edited.digest,
        lists_become=edited.lists_digest,
        without_effect=void(edited),
    )


@router.post("/lint", responses=problems(400, 413))
def lint(given: ScenarioGiven, service: ServiceOf, person: Reader) -> LintShape:
    """Check a scenario, and say in words what it changes, or what is wrong with it and in which line."""
    regime = service.regime
    told = about(regime, clock_of(service, None, None))
    try:
        found = scenario_from(given, regime)
    except ScenarioError as error:
        return LintShape(about=told, good=False, mistakes=[_mistake(str(error))], scenario=None)
    return LintShape(about=told, good=True, mistakes=[], scenario=ScenarioShape.of(found))


def _mistake(message: str) -> Mistake:
    found = _LINE.match(message)
    return Mistake(line=int(found[1]) if found else None, message=message)
