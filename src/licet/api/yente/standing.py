"""Whether listings had effect on a day, each looked up once for as long as the day is asked about."""

from __future__ import annotations

from functools import lru_cache

from licet.api.kept import kept
from licet.language.values import Truth
from licet.language.window import Clock
from licet.regime import Regime

_DAYS = 8


class Standing:
    """The listings on one day, as known on another."""

    def __init__(self, regime: Regime, clock: Clock) -> None:
        self._listings, self._clock = regime.listings, clock
        self._found: dict[str, dict[str, Truth]] = {}

    def of(self, id_: str) -> dict[str, Truth]:
        """For each list that names a listing whether it had effect; nothing where nobody knew of it yet."""
        found = self._found.get(id_)
        if found is None:
            versions = self._listings.of_id(id_, self._clock)
            found = self._found[id_] = {v.list: v.in_force(self._clock) for v in versions}
        return found


class _Days:
    def __init__(self, regime: Regime) -> None:
        self.of = lru_cache(maxsize=_DAYS)(lambda clock: Standing(regime, clock))


_days = kept(_Days)


def standing(regime: Regime, clock: Clock) -> Standing:
    """The listings on the day of a clock."""
    return _days(regime).of(clock)
