"""Customers of generated books: listed parties under their true names, and others, each in several spellings.

No two customers share a spelling, so that one name in two roles of an act is always one party.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from licet.generating.days import number
from licet.generating.mix import Choice, Mix, MixError, choice
from licet.intake.counterparties import Counterparty
from licet.intake.errors import Misread
from licet.intake.parties import Stated, name_in
from licet.language.instrument import day
from licet.parties.listing import Listing
from licet.regime import Regime

ANYBODY = "anybody"
NEVER = -(10**6)  # a day before all days: not listed
Indices = npt.NDArray[np.int32]


@dataclass(slots=True)
class Customer:
    """Somebody who buys: by which names, where, on which lists and since which day."""

    name: str
    country: str = ""
    address: str = ""
    aliases: tuple[str, ...] = ()
    pools: tuple[str, ...] = (ANYBODY,)
    since: int = NEVER
    spelt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pool:
    """Some of the customers, the best first, with what the first so many of them buy together."""

    members: Indices
    bought: npt.NDArray[np.float64]

    @classmethod
    def of(cls, members: Iterable[int], zipf: float) -> Pool:
        found = np.array(list(members), np.int32)
        shares = np.cumsum(np.arange(1, len(found) + 1, dtype=float) ** -zipf)
        return cls(found, shares / shares[-1] if len(shares) else shares)

    def draw(self, rng: np.random.Generator, count: int) -> Indices:
        return self.members[np.searchsorted(self.bought, rng.random(count), side="right")]


@dataclass(frozen=True)
class Customers:
    """All customers as columns, and pools of them by what they are on.

    ``names`` holds every spelling, those of one customer together (``spellings`` of each).
    """

    names: pa.Array
    spellings: int
    country: Indices
    countries: tuple[str, ...]
    addresses: pa.Array
    since: Indices
    pools: Mapping[str, Pool] = field(default_factory=dict)
    listed_in_span: Mapping[str, Pool] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        regime: Regime,
        mix: Mix,
        rng: np.random.Generator,
        span: tuple[int, int],
        given: Sequence[Counterparty] = (),
    ) -> Customers:
        """The customers of a book whose days lie in ``span``: those ``given``, else invented ones."""
        data = mix.data["customers"]
        home = regime.destinations.home
        listed = [one for one in _listed(regime) if one.country != home]
        others = _given(given, home) if given else _invented(mix, rng)
        everybody = _spelt([*listed, *others], mix, rng)
        if not any(ANYBODY in one.pools for one in everybody):
            raise MixError("none of the counterparties is named and outside the United States")
        countries = tuple(sorted({one.country for one in everybody if one.country}))
        place = {code: index for index, code in enumerate(countries)}
        order = rng.permutation(len(everybody))
        pools: dict[str, list[int]] = {}
        in_span: dict[str, list[int]] = {}
        for index in order.tolist():
            for pool in everybody[index].pools:
                pools.setdefault(pool, []).append(index)
                if span[0] <= everybody[index].since <= span[1]:
                    in_span.setdefault(pool, []).append(index)
        return cls(
            names=pa.array([name for one in everybody for name in one.spelt], pa.string()),
            spellings=len(data["spellings"]),
            country=np.array([place.get(one.country, -1) for one in everybody], np.int32),
            countries=countries,
            addresses=pa.array([one.address or None for one in everybody], pa.string()),
            since=np.array([one.since for one in everybody], np.int32),
            pools={key: Pool.of(members, data["zipf"]) for key, members in pools.items()},
            listed_in_span={key: Pool.of(members, data["zipf"]) for key, members in in_span.items()},
        )

    def __len__(self) -> int:
        return len(self.country)

    def draw(
        self, rng: np.random.Generator, whom: Choice, count: int, listed_in_span: bool = False
    ) -> Indices:
        """So many customers from the pools that a mix names."""
        found = np.zeros(count, np.int32)
        kinds = rng.choice(len(whom.texts), count, p=whom.shares)
        for index, key in enumerate(whom.texts):
            some = np.flatnonzero(kinds == index)
            found[some] = self.pool(key or "", listed_in_span).draw(rng, len(some))
        return found

    def pool(self, key: str, listed_in_span: bool = False) -> Pool:
        """The pool of that name; of those listed within the span, if that is asked and there are any.

        Raises:
            MixError: when no customer is in it.
        """
        if key not in self.pools:
            raise MixError(f"no customer is {key!r}; there are {', '.join(sorted(self.pools))}")
        return self.listed_in_span.get(key, self.pools[key]) if listed_in_span else self.pools[key]


def _listed(regime: Regime) -> Iterator[Customer]:
    for versions in regime.listings.versions.values():
        one = versions[0]
        if one.address or one.name.startswith("("):
            continue  # a bare address names nobody
        pools = dict.fromkeys(
            [v.list for v in versions] + [f"family {v.family}" for v in versions if v.family]
        )
        yield Customer(one.name, one.country, "", one.also, tuple(pools), _since(versions))


def _since(versions: Sequence[Listing]) -> int:
    on_entity_list = [v for v in versions if v.list == "entity_list"] or versions
    return min(number(day(v.first_start)) for v in on_entity_list)


def _given(parties: Iterable[Counterparty], home: str) -> Iterator[Customer]:
    for party in parties:
        if party.names and party.country != home:
            yield Customer(party.names[0], party.country, party.address, party.names[1:])


def _invented(mix: Mix, rng: np.random.Generator) -> Iterator[Customer]:
    data, words = mix.data["customers"], mix.data["names"]
    countries = choice(data["countries"])
    for drawn in rng.choice(len(countries.texts), data["invented"], p=countries.shares):
        code = countries.texts[drawn] or ""
        forms = words["forms"].get(code, words["forms"]["default"])
        parts = [str(rng.choice(words[part])) for part in ("first", "second", "third")]
        place = f"{rng.choice(words['streets'])}, {_city(code, mix, rng)}"
        address = place if rng.random() < data["address"] else ""
        yield Customer(" ".join([*parts, str(rng.choice(forms))]), code, address)


def _city(country: str, mix: Mix, rng: np.random.Generator) -> str:
    cities = mix.data["names"]["cities"]
    return str(rng.choice(cities.get(country, cities["default"])))


def _spelt(customers: Iterable[Customer], mix: Mix, rng: np.random.Generator) -> list[Customer]:
    """The customers with all their spellings; one whose name another has already is left out."""
    kept: list[Customer] = []
    owner: dict[str, int] = {}
    for one in customers:
        one.name = " ".join(one.name.split())
        key = one.name.casefold()
        if key in owner or not _readable(one.name):
            continue
        owner[key] = len(kept)
        kept.append(one)
    for index, one in enumerate(kept):
        found = []
        for how in mix.data["customers"]["spellings"]:
            written = " ".join(_SPELLINGS[how](one, mix, rng).split())
            mine = _readable(written) and owner.setdefault(written.casefold(), index) == index
            found.append(written if mine else one.name)
        one.spelt = tuple(found)
    return kept


def _readable(name: str) -> bool:
    """Whether an order book gives the name back as it is."""
    stated = Stated()
    try:
        name_in(name, stated)
    except Misread:
        return False
    return stated.name == name


def _rewritten(one: Customer, mix: Mix, rng: np.random.Generator) -> str:
    forms: Mapping[str, Sequence[str]] = mix.data["forms rewritten"]
    for form, others in forms.items():
        if one.name.endswith(f" {form}"):
            return f"{one.name.removesuffix(form)}{rng.choice(list(others))}"
    return one.name


def _reordered(one: Customer, mix: Mix, rng: np.random.Generator) -> str:
    words = one.name.split()
    return " ".join([words[1], words[0], *words[2:]]) if len(words) > 2 else one.name


def _addressed(one: Customer, mix: Mix, rng: np.random.Generator) -> str:
    return f"{one.name}, {one.address or _city(one.country, mix, rng)}"


def _known_as(one: Customer, mix: Mix, rng: np.random.Generator) -> str:
    return str(rng.choice(list(one.aliases))) if one.aliases else one.name


_SPELLINGS: Mapping[str, Any] = {
    "as is": lambda one, mix, rng: one.name,
    "capitals": lambda one, mix, rng: one.name.upper(),
    "form": _rewritten,
    "order": _reordered,
    "address": _addressed,
    "alias": _known_as,
}
