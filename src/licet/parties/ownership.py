"""Ownership: who is reached because listed parties own it, alone or together, through any chain.

Shares are dated and may be exact, a range or unknown. A party that is reached counts in
full where it owns others. What is not known is carried as bounds: a party is reached
surely, surely not, or it depends on a share nobody has stated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

from licet.language.values import Truth

WHOLE = 100.0
_LONGEST = 12


@dataclass(frozen=True, slots=True)
class Share:
    """What ``owner`` holds of ``owned``, in percent, on the days from ``start`` through ``through``.

    ``low`` and ``high`` are equal for an exact share and 0 and 100 for an unknown one.
    """

    owner: str
    owned: str
    low: float = 0.0
    high: float = WHOLE
    start: date | None = None
    through: date | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high <= WHOLE:
            raise ValueError(
                f"share of {self.owner} in {self.owned}: {self.low} to {self.high} is no percentage"
            )

    def on(self, day: date | None) -> bool:
        """Whether the share is held on that day; without a day, whether it is held at all."""
        if day is None:
            return True
        return (self.start is None or self.start <= day) and (self.through is None or day <= self.through)

    @property
    def told(self) -> str:
        """The share in words."""
        if self.low == self.high:
            return f"{self.low:g} %"
        return "unknown share" if (self.low, self.high) == (0, WHOLE) else f"{self.low:g} to {self.high:g} %"


@dataclass(frozen=True, slots=True)
class OwnershipTest:
    """When ownership reaches a party: from which share, and whether shares are added up."""

    share: float
    or_more: bool = True
    together: bool = True

    def met(self, percent: float) -> bool:
        """Whether that percentage reaches the owned party."""
        return percent >= self.share if self.or_more else percent > self.share

    def of(self, shares: Iterable[float]) -> float:
        """The percentage that counts: the sum, or the largest where shares are not added up."""
        # Rounded, so that 33.4 and 16.6 are 50 and not a hair less.
        return min(WHOLE, round(sum(shares), 9)) if self.together else max(shares, default=0.0)


@dataclass(frozen=True, slots=True)
class Chain:
    """A way from a listed owner down to the party, share by share."""

    shares: tuple[Share, ...]

    @property
    def root(self) -> str:
        """The listed party at the top."""
        return self.shares[0].owner

    @property
    def told(self) -> str:
        """The chain in words."""
        return self.root + "".join(f" - {s.told} -> {s.owned}" for s in self.shares)


@dataclass(frozen=True, slots=True)
class Capture:
    """Whether listed parties reach a party by owning it.

    Args:
        reached: known, or ``None`` where shares that are not known decide.
        low: the percentage that is surely held by listed or reached owners.
        high: the percentage that may be.
        chains: how, the surest and largest first.
        tips: the further percentage that would surely reach it, or by how much it is over.
    """

    party: str
    reached: Truth
    low: float
    high: float
    chains: tuple[Chain, ...]
    tips: float

    @property
    def owners(self) -> tuple[str, ...]:
        """The listed parties at the top of its chains, each once."""
        return tuple(dict.fromkeys(chain.root for chain in self.chains))


@dataclass(frozen=True)
class Holdings:
    """Who owns whom on one day.

    ``rest`` says whose the shares are that nobody stated: nobody's (the statement is
    complete), or unknown. An owner of whom no owner at all is stated is taken as the top of
    its chain; a share of nobody known in it keeps it open.
    """

    shares: tuple[Share, ...]
    rest: Literal["nobody", "unknown"] = "unknown"

    def on(self, day: date) -> Holdings:
        """The holdings of that day alone."""
        return Holdings(tuple(s for s in self.shares if s.on(day)), self.rest)

    @cached_property
    def owners(self) -> Mapping[str, tuple[Share, ...]]:
        """The shares in each party, none larger than what the others leave."""
        found: dict[str, dict[str, Share]] = defaultdict(dict)
        for share in self.shares:
            if share.owner != share.owned:
                held = found[share.owned].get(share.owner)
                found[share.owned][share.owner] = share if held is None else _both(held, share)
        return {owned: _within_whole(tuple(held.values())) for owned, held in found.items()}

    def capture(self, party: str, listed: Callable[[str], Truth], test: OwnershipTest) -> Capture:
        """Whether ``listed`` parties reach ``party``; ``listed`` may answer that it is not known."""
        sure = self._reached(lambda name: listed(name) is True, test, sure=True)
        perhaps = self._reached(lambda name: listed(name) is not False, test, sure=False)
        low, high = self._bounds(party, sure, perhaps, test)
        reached: Truth = True if test.met(low) else (None if test.met(high) else False)
        chains = sorted(
            (Chain(links) for links in self._chains(party, perhaps, listed, ())),
            key=lambda c: (-min(s.low for s in c.shares), -min(s.high for s in c.shares), c.told),
        )
        return Capture(party, reached, low, high, tuple(chains), round(abs(test.share - low), 9))

    def _bounds(
        self, party: str, sure: frozenset[str], perhaps: frozenset[str], test: OwnershipTest
    ) -> tuple[float, float]:
        held = self.owners.get(party, ())
        low = test.of([s.low for s in held if s.owner in sure])
        rest = self._rest(party) if held or self.rest == "nobody" else WHOLE
        high = test.of([*(s.high for s in held if s.owner in perhaps), rest])
        # The rest and the open shares cannot both be as large as each might be alone.
        others = sum(s.low for s in held if s.owner not in perhaps)
        return low, max(low, min(high, WHOLE - others))

    def _rest(self, party: str) -> float:
        """What nobody has stated of the shares of a party of which some are stated."""
        if self.rest == "nobody" or party not in self.owners:
            return 0.0
        return max(0.0, WHOLE - sum(s.low for s in self.owners[party]))

    def _reached(self, listed: Callable[[str], bool], test: OwnershipTest, sure: bool) -> frozenset[str]:
        """Everybody listed or reached: the least set closed under the test; no circle holds itself."""
        names = {s.owner for s in self.shares} | {s.owned for s in self.shares}
        reached = {name for name in names if listed(name)}
        while True:
            grown = set()
            for name in names - reached:
                held = [s for s in self.owners.get(name, ()) if s.owner in reached]
                shares = [s.low for s in held] if sure else [*(s.high for s in held), self._rest(name)]
                if test.met(test.of(shares)):
                    grown.add(name)
            if not grown:
                return frozenset(reached)
            reached |= grown

    def _chains(
        self,
        party: str,
        perhaps: frozenset[str],
        listed: Callable[[str], Truth],
        below: tuple[Share, ...],
    ) -> Iterator[tuple[Share, ...]]:
        if len(below) >= _LONGEST:
            return
        for share in self.owners.get(party, ()):
            if share.owner not in perhaps or any(share.owner == s.owned for s in below):
                continue
            links = (share, *below)
            if listed(share.owner) is not False:
                yield links
            else:
                yield from self._chains(share.owner, perhaps, listed, links)


def _both(a: Share, b: Share) -> Share:
    """One share out of two statements: what both allow, or all that either does where they differ."""
    low, high = max(a.low, b.low), min(a.high, b.high)
    if low > high:
        low, high = min(a.low, b.low), max(a.high, b.high)
    return Share(
        a.owner, a.owned, low, high, a.start, a.through, "; ".join(filter(None, (a.source, b.source)))
    )


def _within_whole(held: tuple[Share, ...]) -> tuple[Share, ...]:
    """Each share at most what the others surely leave of the whole."""
    known = sum(s.low for s in held)
    return tuple(replace(s, high=max(s.low, min(s.high, WHOLE - (known - s.low)))) for s in held)


def listed_share(
    party: str, holdings: Holdings, listed: Callable[[str], Truth], test: OwnershipTest
) -> float | None:
    """The percentage that counts for a rule, where it settles it; ``None`` where unknown shares decide."""
    found = holdings.capture(party, listed, test)
    if found.low == found.high or test.met(found.low):
        return found.low
    # Surely under the test, and surely something: the lower bound answers both questions.
    return found.low if found.reached is False and found.low > 0 else None
