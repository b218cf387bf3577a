"""Who takes part in generated acts: customers, others and people nobody has named, in their roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from licet.generating.customers import Customers
from licet.generating.facts import BLANK, Codes, lost
from licet.generating.lines import NOBODY, UNNAMED, Flags
from licet.generating.mix import Mix

_NAMES = 5  # a name is missing so many times more rarely than a fact

Rows = npt.NDArray[np.int64]


def roles_of(
    rng: np.random.Generator, mix: Mix, customers: Customers, rows: Sequence[Rows], customer: Codes
) -> Codes:
    """Who takes part in each role: a customer, somebody UNNAMED, or NOBODY."""
    who = np.full((len(customer), len(mix.roles)), NOBODY, np.int32)
    for deal, here in zip(mix.deals, rows, strict=True):
        for column, role in enumerate(mix.roles):
            spec = deal.roles[role]
            kinds = rng.choice(len(spec.texts), len(here), p=spec.shares)
            for index, kind in enumerate(spec.texts):
                some = here[kinds == index]
                if kind == "customer":
                    who[some, column] = customer[some]
                elif kind == "other":
                    who[some, column] = customers.draw(rng, mix.others, len(some))
                elif kind == "unnamed":
                    who[some, column] = UNNAMED
    return who


def parties_of(
    who: Codes,
    destination: Codes,
    customers: Customers,
    spellings: npt.NDArray[np.float64],
    facts: Mapping[str, Codes],
    rng: np.random.Generator,
    blanks: np.random.Generator,
    missing: float,
) -> dict[str, Any]:
    """The columns of :class:`Lines` that are about parties.

    One party in several roles is led by the first of them, and is spelt and known the same in all.
    """
    lead = _leading(who, who >= 0)
    named = (who >= 0) & ~_led(lost(blanks, who.shape, missing / _NAMES), lead)
    spelling = np.searchsorted(np.cumsum(spellings)[:-1], rng.random(who.shape), side="right")
    country = np.where(who == UNNAMED, destination[:, None], customers.country[who])
    country = np.where((who == NOBODY) | (country < 0), BLANK, country)
    # Somebody without a name is somebody else in each role.
    lead = np.where(named, lead, np.arange(who.shape[1], dtype=np.int32))

    def stated() -> Flags:
        return ~_led(lost(blanks, who.shape, missing), lead)

    return {
        "who": who,
        "lead": lead,
        "named": named,
        "spelling": _led(spelling, lead),
        "country": np.where(stated(), country, BLANK),
        "address": named & stated(),
        "party_facts": {name: np.where(named & stated(), codes[who], BLANK) for name, codes in facts.items()},
    }


def _leading(who: Codes, named: Flags) -> Codes:
    """For each role the first role of the line in which the same party takes part."""
    roles = who.shape[1]
    lead = np.broadcast_to(np.arange(roles, dtype=np.int32), who.shape).copy()
    for later in range(1, roles):
        for earlier in reversed(range(later)):
            same = named[:, later] & (who[:, later] == who[:, earlier])
            lead[:, later] = np.where(same, lead[:, earlier], lead[:, later])
    return lead


def _led(cells: npt.NDArray[Any], lead: Codes) -> npt.NDArray[Any]:
    """For each role the cell of the role that leads."""
    return np.take_along_axis(cells, lead, axis=1)
