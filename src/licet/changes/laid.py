"""Laid: the view of a book under scenarios, or under the law as it is."""

from __future__ import annotations

from collections.abc import Sequence

from licet.changes.compare import View
from licet.changes.scenario import Scenario, stacked
from licet.language.instrument import Moment
from licet.regime import Regime

AS_IT_IS = "the law as it is"


def view_under(
    scenarios: Sequence[Scenario], regime: Regime, on: Moment | None, known_at: Moment | None
) -> View:
    """The regime with these scenarios laid over it together, seen on a day; with none, the law as it is.

    Raises:
        ScenarioError: if two of them contradict each other.
    """
    name = " + ".join(scenario.title for scenario in scenarios) or AS_IT_IS
    return View(name, stacked(scenarios, regime) if scenarios else regime, on, known_at)
