"""Items of generated books: models of each template, with numbers and prices of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from licet.generating.facts import BLANK, Codes, Domain
from licet.generating.mix import DaysBefore, Mix, Spec

_LASTING = ("item.", "product.")  # what an item is; the rest is said of each line anew


@dataclass(frozen=True)
class Items:
    """All models as columns; ``groups`` says which are in each group, and what share of it they sell.

    ``facts`` are those that a model keeps; ``line_facts`` say, by template, what is drawn for each line.
    """

    numbers: tuple[str, ...]
    template: Codes
    price: npt.NDArray[np.float64]
    least: npt.NDArray[np.int64]
    most: npt.NDArray[np.int64]
    facts: Mapping[str, Codes]
    line_facts: Mapping[str, Mapping[int, Spec]]
    groups: Mapping[str, tuple[Codes, npt.NDArray[np.float64]]]

    @classmethod
    def of(cls, mix: Mix, domains: Mapping[str, Domain], rng: np.random.Generator) -> Items:
        """The models that a mix makes of its templates."""
        models = int(mix.data["models"])
        count = models * len(mix.items)
        template = np.repeat(np.arange(len(mix.items), dtype=np.int32), models)
        low = np.array([one.price[0] for one in mix.items])[template]
        high = np.array([one.price[1] for one in mix.items])[template]
        facts: dict[str, Codes] = {}
        line_facts: dict[str, dict[int, Spec]] = {}
        for index, one in enumerate(mix.items):
            own = slice(index * models, (index + 1) * models)
            for name, spec in one.facts.items():
                if isinstance(spec, DaysBefore) or not name.startswith(_LASTING):
                    line_facts.setdefault(name, {})[index] = spec
                    continue
                column = facts.setdefault(name, np.full(count, BLANK, np.int32))
                column[own] = domains[name].drawn(spec, models, rng)
        # Few models sell much and many little.
        within = rng.pareto(1.5, (len(mix.items), models)) + 0.1
        share = (within / within.sum(axis=1, keepdims=True)).ravel()
        weights = np.array([one.weight for one in mix.items])[template] * share
        groups = {}
        for group in dict.fromkeys(one.group for one in mix.items):
            members = np.flatnonzero([mix.items[t].group == group for t in template]).astype(np.int32)
            sold = np.cumsum(weights[members])
            groups[group] = (members, sold / sold[-1])
        return cls(
            numbers=tuple(f"{_letters(mix.items[t].what)}-{1000 + n}" for n, t in enumerate(template)),
            template=template,
            price=np.round(low + (high - low) * rng.random(count) ** 2, 2),
            least=np.array([one.quantity[0] for one in mix.items])[template],
            most=np.array([one.quantity[1] for one in mix.items])[template],
            facts=facts,
            line_facts=line_facts,
            groups=groups,
        )

    def draw(self, rng: np.random.Generator, group: str, count: int) -> Codes:
        """So many models of a group."""
        members, sold = self.groups[group]
        return members[np.searchsorted(sold, rng.random(count), side="right")]


def _letters(what: str) -> str:
    return "".join(word[0] for word in what.split() if word[0].isalnum()).upper()
