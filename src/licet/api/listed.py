"""Listed parties as the faces look them up: all of them to be looked through, and which list names one."""

from __future__ import annotations

from functools import lru_cache

from licet.api.kept import kept
from licet.language.values import Truth
from licet.language.window import Clock
from licet.regime import Regime
from licet.reviews.directory import Directory

_DAYS = 8


@kept
def directory(regime: Regime) -> Directory:
    """Every listing of a regime, to be looked through."""
    return Directory(regime.listings, regime.own or regime.listings, regime.records)


class OnLists:
    """Which lists name a listing on one day, as known on another; each looked up once."""

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
    """The days asked about last."""

    def __init__(self, regime: Regime) -> None:
        self.of = lru_cache(maxsize=_DAYS)(lambda clock: OnLists(regime, clock))


_days = kept(_Days)


def on_lists(regime: Regime, clock: Clock) -> OnLists:
    """Which lists name a listing on the day of a clock."""
    return _days(regime).of(clock)
