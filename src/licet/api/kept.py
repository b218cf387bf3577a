"""What is worked out once for a regime and kept while it is in use."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from threading import Lock
from typing import TypeVar

from licet.regime import Regime

T = TypeVar("T")
# The one in use, and the one before while requests that began with it end.
_REGIMES = 2


def kept(make: Callable[[Regime], T]) -> Callable[[Regime], T]:
    """The same function, which works things out once for each regime; whoever asks meanwhile waits."""
    lock, held = Lock(), lru_cache(maxsize=_REGIMES)(make)

    @wraps(make)
    def of(regime: Regime) -> T:
        with lock:
            return held(regime)

    return of
