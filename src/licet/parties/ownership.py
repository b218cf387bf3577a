"""Ownership: which share of a party listed parties own together, through any chain.

Who is owned by listed parties from a certain share on counts as listed itself when it owns
others. Shares may be unknown; then so is the total, unless what is known settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Owner:
    """A direct owner and its share in percent; ``None`` where the share is not known."""

    ref: str
    pct: float | None


def listed_share(
    ref: str,
    owners_of: Callable[[str], Iterable[Owner]],
    is_listed: Callable[[str], bool],
    threshold: float,
    _seen: frozenset[str] = frozenset(),
) -> float | None:
    """The percentage of ``ref`` that listed parties own in aggregate.

    ``threshold`` is the percentage from which an owned owner counts as listed itself. ``None``
    where shares that are not known could carry the total over it.
    """
    sure, open_ = 0.0, False
    for owner in owners_of(ref):
        captured = _captured(owner.ref, owners_of, is_listed, threshold, _seen | {ref})
        if captured is False:
            continue
        if captured is None or owner.pct is None:
            open_ = True
        else:
            sure += owner.pct
    return None if open_ and sure < threshold else sure


def _captured(
    ref: str,
    owners_of: Callable[[str], Iterable[Owner]],
    is_listed: Callable[[str], bool],
    threshold: float,
    seen: frozenset[str],
) -> bool | None:
    if is_listed(ref):
        return True
    if ref in seen:
        return False
    share = listed_share(ref, owners_of, is_listed, threshold, seen)
    return None if share is None else share >= threshold
