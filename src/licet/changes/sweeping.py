"""Sweeps: one scenario at many values of a parameter, each a regime of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from licet.changes.parameters import Value, values_from
from licet.changes.scenario import Scenario
from licet.changes.scenario_file import ScenarioError, nearest
from licet.regime import Regime


def sweep(
    scenario: Scenario, parameter: str, values: Iterable[Value] | str | None, regime: Regime
) -> Iterator[tuple[Value, Regime]]:
    """The regime under a scenario for each value of one of its parameters, in their order and each once.

    Args:
        values: as :func:`swept_values` takes them.

    Raises:
        ScenarioError: for a parameter that it does not have, or a value out of its range.
    """
    for value in swept_values(scenario, parameter, values):
        yield value, scenario.with_values({parameter: value}, regime).over(regime)


def swept_values(scenario: Scenario, parameter: str, values: Iterable[Value] | str | None) -> Sequence[Value]:
    """The values at which a parameter of a scenario is looked at, in their order and each once.

    Args:
        values: values, a text for :func:`values_from`, or ``None`` for the parameter's own range.

    Raises:
        ScenarioError: for a parameter that it does not have, or a value out of its range.
    """
    names = {p.name: p for p in scenario.parameters}
    if parameter not in names:
        raise ScenarioError(
            f"{scenario.path.name}: no parameter {parameter!r} to sweep{nearest(parameter, names)}"
        )
    own = names[parameter]
    if values is None:
        values = own.choices or own.range
    if not values:
        raise ScenarioError(f"{scenario.path.name}: {parameter} has no range of its own; say which values")
    given = values_from(values) if isinstance(values, str) else values
    return tuple(dict.fromkeys(map(own.read, given)))
