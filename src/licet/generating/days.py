"""Days on which generated acts are done: around the law's turning points, in its windows, after a listing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from licet.decisions.calendar import calendar
from licet.generating.mix import Mix, MixError
from licet.regime import Regime

Days = npt.NDArray[np.int32]


def number(day: date) -> int:
    """The day as Arrow and numpy count them."""
    return int(np.datetime64(day, "D").astype(np.int64))


@dataclass(frozen=True, slots=True)
class Span:
    """The days from which acts are drawn, first and last included, and those that weigh more.

    ``turns`` are the turning points within the span and ``weights`` their shares; ``licensed`` the days
    on which some general licence is in force.
    """

    first: int
    last: int
    turns: Days
    weights: npt.NDArray[np.float64]
    licensed: Days
    offsets: Days
    offset_shares: npt.NDArray[np.float64]

    @classmethod
    def of(cls, regime: Regime, mix: Mix, first: date | None = None, last: date | None = None) -> Span:
        """The span asked for, by default that of the mix.

        Raises:
            MixError: when it ends before it begins.
        """
        first, last = first or mix.span[0], last or mix.span[1]
        if last < first:
            raise MixError(f"the days from {first} to {last} end before they begin")
        counted = Counter(number(turn.day) for turn in calendar(regime) if first <= turn.day <= last)
        # A rule of a thousand entries is still one day: the root keeps it from drowning the rest.
        weights = np.sqrt(np.array([counted[day] for day in sorted(counted)], float))
        return cls(
            number(first),
            number(last),
            np.array(sorted(counted), np.int32),
            weights / weights.sum() if len(weights) else weights,
            _licensed(regime, number(first), number(last)),
            np.array([int(offset or 0) for offset in mix.near.texts], np.int32),
            mix.near.shares,
        )

    def draw(self, rng: np.random.Generator, where: str, count: int) -> Days:
        """Days of one of the kinds that the mix names; any day where there is none of the kind."""
        if where == "turning points" and len(self.turns):
            turns = rng.choice(self.turns, count, p=self.weights)
            days: Days = turns + rng.choice(self.offsets, count, p=self.offset_shares)
            return np.clip(days, self.first, self.last)
        if where == "general licences" and len(self.licensed):
            return rng.choice(self.licensed, count)
        return rng.integers(self.first, self.last, count, dtype=np.int32, endpoint=True)


def _licensed(regime: Regime, first: int, last: int) -> Days:
    """The days within the span on which a rule that stands for a general licence is in force."""
    days: set[int] = set()
    for rule in regime.book:
        for window in rule.windows if rule.basis == "general_licence" else ():
            end = window.last_day()
            if isinstance(window.start, date) and end is not None:
                start = number(date(window.start.year, window.start.month, window.start.day))
                days.update(range(max(start, first), min(number(end), last) + 1))
    return np.array(sorted(days), np.int32)
