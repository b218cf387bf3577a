"""Results: what a program says of each pattern, told in the words of the law."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from licet.columns import program as p
from licet.columns.coding import Codes
from licet.columns.concluding import OUTCOMES, Pair, Results, concluded
from licet.columns.layout import Layout
from licet.columns.lowering import Lowering
from licet.columns.walking import Walked, walked
from licet.language.rule import POLICIES
from licet.language.rulebook import Rulebook

_LISTS = ("requirements", "obligations", "stands", "open")
NAMES = pa.dictionary(pa.int32(), pa.string())
FIELDS = {
    "outcome": NAMES,
    "mildest": NAMES,
    "strictest": NAMES,
    "review": NAMES,
    "requirements": pa.list_(NAMES),
    "obligations": pa.list_(NAMES),
    "stands": pa.list_(NAMES),
    "open": pa.list_(NAMES),
    "authorised": pa.list_(pa.struct({"requirement": NAMES, "authorisation": NAMES})),
    "missing": pa.list_(pa.struct({"fact": NAMES, "party": pa.int32()})),
}


@dataclass(frozen=True, eq=False)
class Plan:
    """A rule book made ready for patterns with so many rows: what to run, and what its bits mean."""

    book: Rulebook
    program: p.Program
    results: Results
    asking: p.Program
    walked: Walked
    slots: int

    @classmethod
    @lru_cache(maxsize=64)
    def of(cls, book: Rulebook, layout: Layout, slots: int, scope: str, unrelieved: bool = False) -> Plan:
        """The plan for a book; ``scope`` is the derived fact without which nothing of it applies."""
        low = Lowering(book, layout, slots, unrelieved)
        results = concluded(low, scope)
        program = low.program(results.outputs)
        asked = walked(low, scope)
        return cls(book, program, results, low.program(asked.outputs), asked, slots)


def slots_for_each(rows: Codes) -> Codes:
    """How many slots the plan for so many rows has: the next power of two, so that plans are few."""
    slots: Codes = 1 << np.ceil(np.log2(np.maximum(rows, 1))).astype(np.int64)
    return slots


# One row of what a program said: outputs of the program, then of the walk, then the places of the rows.
Said = tuple[int, ...]


def told(plan: Plan, said: Sequence[Said]) -> pa.Table:
    """What programs said, one row each, in the columns of :data:`FIELDS`."""
    told_ = [_Told(plan, one) for one in said]
    columns: dict[str, pa.Array] = {
        name: pa.array([one.of(name) for one in told_], pa.string()).cast(NAMES)
        for name in ("outcome", "mildest", "strictest", "review")
    }
    columns |= {name: _lists([one.of(name) for one in told_]) for name in _LISTS}
    columns["authorised"] = _structs([one.authorised for one in told_], ("requirement", "authorisation"))
    columns["missing"] = _structs([one.missing for one in told_], ("fact", "party"))
    return pa.table(columns)


class _Told:
    """One row told."""

    def __init__(self, plan: Plan, said: Said) -> None:
        self.plan = plan
        outputs = plan.program.outputs
        self.numbers = dict(zip(outputs, said, strict=False))
        rest = said[len(outputs) :]
        self.asked, self.places = rest[: -plan.slots], rest[-plan.slots :]
        rules = plan.results.rules
        self.stands, self.open = self._of("stands", rules), self._of("open", rules)
        self.pairs: list[Pair] = self._of("pairs", plan.results.pairs)

    def of(self, name: str) -> Any:
        match name:
            case "review":
                code = self.numbers[name]
                return POLICIES[code - 1] if code else None
            case "requirements":
                return self.requirements
            case "stands":
                return self.stands
            case "open":
                return self.open
            case "obligations":
                duties = (duty for pair in self.pairs for duty in self.plan.book[pair.by].obligations)
                return list(dict.fromkeys(duties))
        return OUTCOMES[self.numbers[name]].value

    @property
    def requirements(self) -> list[str]:
        """The demands that explain the outcome: those unmet, else those met, else those open."""
        demands = self.plan.results.demands
        needed = self._of("unmet", demands)
        if not needed and OUTCOMES[self.numbers["outcome"]].clear:
            needed = [rule for rule in self.stands if rule in demands]
            needed.sort(key=demands.index)
        escaped = list(dict.fromkeys(pair.demand for pair in self.pairs))
        return needed or self._of("unsettled", demands) or escaped

    @property
    def authorised(self) -> list[tuple[str, str]]:
        """Requirements, each with what authorises it, once."""
        return list(dict.fromkeys((pair.demand, pair.by) for pair in self.pairs))

    @property
    def missing(self) -> list[tuple[str, int | None]]:
        """What to ask: a fact, and whose, as a place among the parties of the act."""
        words = {f"missing.{i}": word for i, word in enumerate(self.asked)}
        wanted = _unpacked(words, "missing", self.plan.walked.wanted)
        return list(dict.fromkeys((w.fact, None if w.slot is None else self.places[w.slot]) for w in wanted))

    def _of(self, kind: str, names: Sequence[Any]) -> list[Any]:
        return _unpacked(self.numbers, kind, names)


def _unpacked(words: Mapping[str, int], kind: str, names: Sequence[Any]) -> list[Any]:
    """The names whose bits are set in the words of a kind."""
    found = []
    for first in range(0, len(names), p.BITS):
        word = words[f"{kind}.{first // p.BITS}"]
        while word:
            lowest = word & -word
            found.append(names[first + lowest.bit_length() - 1])
            word ^= lowest
    return found


def _offsets(lists: Sequence[Sequence[Any]]) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum([len(one) for one in lists])]), pa.int32())


def _lists(lists: Sequence[Sequence[str]]) -> pa.Array:
    return pa.ListArray.from_arrays(_offsets(lists), _words(word for one in lists for word in one))


def _words(words: Iterable[str]) -> pa.Array:
    return pa.array(list(words), pa.string()).dictionary_encode().cast(NAMES)


def _structs(lists: Sequence[Sequence[tuple[Any, ...]]], names: tuple[str, str]) -> pa.Array:
    flat = [pair for one in lists for pair in one]
    second = [b for _, b in flat]
    other = pa.array(second, pa.int32()) if names[1] == "party" else _words(second)
    structs = pa.StructArray.from_arrays([_words(a for a, _ in flat), other], list(names))
    return pa.ListArray.from_arrays(_offsets(lists), structs)
