"""Signing: what the law sees of each act of a batch, as words of bits; acts alike are one pattern.

Whatever can be looked up is looked up once for each distinct value: the comparisons of a fact, the
tables of a country or an item in one stretch of time, the listings of a party (:mod:`rows`). What
is left for each act is a few gathers, so that the cost of a book is that of its distinct values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pyarrow as pa

from licet.columns import acts, numbers
from licet.columns.coding import Codes, Column, Interned, distinct, grouped, mapped
from licet.columns.entries import scope_facts_of
from licet.columns.layout import FactBits, Layout, add_truth, grown
from licet.columns.parties import RowSets
from licet.columns.patterns import Patterns
from licet.decisions import end_use
from licet.decisions.circumstances import evened
from licet.language import expression as e
from licet.language.evaluating import truth
from licet.language.instrument import Moment
from licet.language.rulebook import Rulebook
from licet.language.values import ABSENT, Known, Truth
from licet.language.window import Clock
from licet.regime import Regime

DATE = "act.date"
_NO_DATE = f"{DATE}: unknown, and no as_of was given: which day's law is to be applied?"


@dataclass(frozen=True, slots=True)
class Signed:
    """A batch signed: for each act the number of its pattern, -1 where ``problems`` say why it has none.

    ``new`` is the first number that is new with this batch. ``told`` are further columns: acts of one
    pattern that agree in them too are told in the same words.
    """

    patterns: Codes
    problems: Mapping[int, str]
    new: int
    told: tuple[Codes, ...] = ()


@lru_cache(maxsize=16)
def layout_of(books: tuple[Rulebook, ...], scope_facts: tuple[str, ...]) -> Layout:
    """The layout for some books, made once, so that plans made for it serve again."""
    return Layout(books, scope_facts)


class Signer:
    """Signs acts for the rule books of one regime, or of several over the same tables and lists.

    ``forces`` holds the words of every set of rules in force met so far.
    """

    def __init__(
        self,
        regime: Regime,
        books: Sequence[Rulebook] = (),
        as_of: Moment | None = None,
        known_at: Moment | None = None,
        end_uses: bool = False,
    ) -> None:
        self.regime, self.as_of, self.known_at, self.end_uses = regime, as_of, known_at, end_uses
        self.books = tuple(books) or (regime.book,)
        self.layout = layout_of(self.books, scope_facts_of(regime.listings))
        self.vocabulary = self.layout.vocabulary
        self.forces: Interned[tuple[int, ...]] = Interned()
        self.patterns = Patterns()
        self.clocks: list[Clock | None] = []
        self.row_sets = RowSets(regime, self.layout)
        self._columns: dict[str, Column[Known]] = {}
        # What is compared as it is with another fact has to be read value by value in rows.
        named = {n for node in self.layout.pairs if self.layout.row_pair(node) for n in e.facts(node)}
        self._one_by_one = named | set(self.layout.scope_facts)
        self._exact: dict[str, numbers.Floats] = {}
        self._tables_of: dict[str, dict[int, Codes]] = {}
        self._memo: dict[e.Condition, dict[tuple[int, ...], int]] = {}
        self._by_date: dict[str, list[int]] = {}
        self._stretches: Interned[Any] = Interned()

    def sign(self, batch: pa.RecordBatch) -> Signed:
        """Sign a batch of acts in Arrow (see :mod:`licet.columns.acts`)."""
        stated = acts.checked(batch.schema, self.vocabulary)
        count = batch.num_rows
        self._exact.clear()
        codes = {name: self._encoded(name, batch.column(name)) for name in stated.facts}
        if self.end_uses and end_use.TEXT in batch.schema.names:
            self._take_end_uses(codes, batch.column(end_use.TEXT))
        problems = self._problems(codes)
        dates = self._dates(codes, count, problems)
        overridden = self._overridden(codes, count)
        self._look_up(codes, dates, count)
        words = self._words(codes, count)
        people = batch.column(acts.PARTIES) if acts.PARTIES in batch.schema.names else None
        sets = self.row_sets.of(people, count, codes, dates, self)
        problems |= sets.problems
        force = self.at(dates, "force", self._force_at)
        keys = [force, *words, *sets.by_place]
        bad = np.zeros(count, np.int64)
        bad[list(problems)] = 1
        groups, first = grouped([*keys, bad], count)
        usable = bad[first] == 0
        table = np.full(len(first), -1, np.int64)
        rows = np.stack([key[first[usable]] for key in keys], axis=1)
        table[usable], new = self.patterns.register(rows)
        checked = self.at(dates, "checked", lambda clock: int(clock.reached(self.regime.confirmed)))
        return Signed(table[groups], problems, new, (checked, overridden, *sets.bases))

    # -- facts of the act --------------------------------------------------------------------

    def clock(self, date: int) -> Clock:
        """The view of time of a code of ``act.date``."""
        while len(self.clocks) < len(self.column(DATE)):
            self.clocks.append(None)
        found = self.clocks[date]
        if found is None:
            moment = self.as_of if self.as_of is not None else self.column(DATE).values[date]
            found = self.clocks[date] = self.regime.clock(moment, self.known_at)  # type: ignore[arg-type]
        return found

    def _encoded(self, name: str, column: pa.Array) -> Codes:
        """The code of every cell; of numbers that rules cannot tell apart the same."""
        entry, fact = self.vocabulary[name], self.layout.facts.get(name)
        if entry.type != "number" or fact is None or name in self._one_by_one:
            return self.column(name).encode(column)
        exact = numbers.in_bulk(column, entry)
        if exact is None:
            return self.column(name).encode(column)
        self._exact[name] = exact
        found, first, at = np.unique(
            numbers.places(exact, numbers.bounds_of(fact)), return_index=True, return_inverse=True
        )
        own = self.column(name)
        table = [0 if place < 0 else own.code(exact[i].item()) for place, i in zip(found, first, strict=True)]
        return np.array(table, np.int64)[at.reshape(-1)]

    def column(self, name: str) -> Column[Known]:
        """The distinct values of a fact of the act met so far."""
        if name not in self._columns:
            self._columns[name] = Column(partial(self._read, name), None)
        return self._columns[name]

    def _read(self, name: str, cell: object) -> Known:
        known = acts.known(cell, self.vocabulary[name], "")
        return evened({name: known}, self.regime)[name] if name in self.vocabulary.countries else known

    def _take_end_uses(self, codes: dict[str, Codes], texts: pa.Array) -> None:
        """Where no category of end use is stated, what the customer's own words say of it."""
        cells, at = distinct(texts)
        own = self.column(end_use.FACT)
        said = [own.code(end_use.civil_if_stated(cell, self.regime)) for cell in cells]
        table = np.array([*said, 0], np.int64)[at]
        stated = codes.get(end_use.FACT)
        codes[end_use.FACT] = table if stated is None else np.where(stated > 0, stated, table)

    def _problems(self, codes: Mapping[str, Codes]) -> dict[int, str]:
        found: dict[int, str] = {}
        for name, column in codes.items():
            wrong = self.column(name).problems
            for row in np.flatnonzero(np.isin(column, list(wrong))).tolist() if wrong else ():
                found.setdefault(row, wrong[int(column[row])])
        return found

    def _dates(self, codes: dict[str, Codes], count: int, problems: dict[int, str]) -> Codes:
        """The code of the moment whose law governs each act, as a code of ``act.date``."""
        column = self.column(DATE)
        own = codes.get(DATE, np.zeros(count, np.int64))
        if self.as_of is not None:
            given = column.code(self.as_of)
            # An act that says nothing of its date happens when it is asked about.
            codes[DATE] = np.where(own == 0, given, own)
            return np.full(count, given, np.int64)
        undated = [0] + [i for i, value in enumerate(column.values) if value is ABSENT or value is None]
        for row in np.flatnonzero(np.isin(own, undated)).tolist():
            problems.setdefault(row, _NO_DATE)
        codes[DATE] = own
        return own

    def _look_up(self, codes: dict[str, Codes], dates: Codes, count: int) -> None:
        """Add what the tables say of the destination and of the item, where the caller says nothing."""
        nothing = np.zeros(count, np.int64)
        regime = self.regime
        when = self.at(dates, "destinations", self.destinations_stretch)
        country = codes.get("destination.country", nothing)
        self._add(codes, (country, when), dates, self._destination)
        when = self.at(dates, "control list", lambda c: self._stretches.code(regime.control_list.stretch(c)))
        item = (codes.get("item.eccn", nothing), codes.get("item.controls", nothing), when)
        self._add(codes, item, dates, self._item)

    def _overridden(self, codes: Mapping[str, Codes], count: int) -> Codes:
        """Which facts that a table knows were stated, as bits."""
        bits = np.zeros(count, np.int64)
        for i, entry in enumerate(x for x in self.vocabulary if x.source == "table"):
            if entry.name in codes:
                bits |= (codes[entry.name] > 0).astype(np.int64) << i
        return bits

    def _destination(self, clock: Clock, country: int) -> Mapping[str, Known]:
        return self.regime.destinations.facts(self.column("destination.country").values[country], clock)

    def _item(self, clock: Clock, eccn: int, controls: int) -> Mapping[str, Known]:
        entry, stated = self.column("item.eccn").values[eccn], self.column("item.controls").values[controls]
        return self.regime.control_list.facts(entry, clock, stated)

    def _add(
        self,
        codes: dict[str, Codes],
        keys: tuple[Codes, ...],
        dates: Codes,
        facts: Callable[..., Mapping[str, Known]],
    ) -> None:
        groups, first = grouped(keys, len(dates))
        rows = zip(dates[first].tolist(), *(key[first].tolist() for key in keys[:-1]), strict=True)
        # A row without a date is decided by nobody.
        found = [facts(self.clock(date), *row) if self.dated(date) else {} for date, *row in rows]
        for name in dict.fromkeys(name for one in found for name in one):
            if name in self.layout.facts:
                column = self.column(name)
                table = np.fromiter((column.code(one.get(name)) for one in found), np.int64, len(found))
                looked_up, own = table[groups], codes.get(name)
                codes[name] = looked_up if own is None else np.where(own > 0, own, looked_up)

    def destinations_stretch(self, clock: Clock) -> int:
        """The stretch of time, as a number, in which the tables of countries say the same."""
        return self._stretches.code(self.regime.destinations.stretch(clock))

    def are_dated(self, dates: Codes) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether there is a moment whose law governs, for each."""
        known = np.array([self.dated(date) for date in range(len(self.column(DATE)))], bool)
        return known[dates]

    def dated(self, date: int) -> bool:
        return self.as_of is not None or self.column(DATE).values[date] not in (None, ABSENT)

    # -- time ------------------------------------------------------------------------------------

    def at(self, dates: Codes, what: str, make: Callable[[Clock], int]) -> Codes:
        """``make`` of the clock of every act, called once for each date ever met."""
        table = self._by_date.setdefault(what, [])
        for date in range(len(table), len(self.column(DATE))):
            table.append(make(self.clock(date)) if self.dated(date) else -1)
        return np.array(table, np.int64)[dates]

    def _force_at(self, clock: Clock) -> int:
        return self.forces.code(self.layout.force_at(clock))

    # -- words -----------------------------------------------------------------------------------

    def _words(self, codes: Mapping[str, Codes], count: int) -> list[Codes]:
        words = [np.zeros(count, np.int64) for _ in self.layout.act_words]
        for name, fact in self.layout.facts.items():
            column = codes.get(name)
            if column is None or self.layout.of_row(name):
                continue
            for word, table in self._tables(fact).items():
                words[word] |= table[column]
        for node, bits in self.layout.pairs.items():
            if not self.layout.row_pair(node):
                holds = self._held(node, codes, count)
                masks = np.array([_mask(bits, truth_) for truth_ in (None, False, True)], np.int64)
                words[bits.word] |= masks[holds]
        return words

    def _held(self, node: e.Condition, codes: Mapping[str, Codes], count: int) -> Codes:
        """What a comparison of two facts comes to: 0 unknown, 1 false, 2 true."""
        left, right = dict.fromkeys(e.facts(node))
        nothing = np.zeros(count, np.int64)
        if isinstance(node, e.Compare) and self.vocabulary[left].type == "number":
            sides = [self._numbers(name, codes.get(name, nothing)) for name in (left, right)]
            return numbers.compared(node.op, *sides)
        keys = (codes.get(left, nothing), codes.get(right, nothing))
        return mapped(keys, partial(self._compared, node, left, right), self._memo.setdefault(node, {}))

    def _numbers(self, name: str, codes: Codes) -> Any:
        exact = self._exact.get(name)
        if exact is not None:
            return exact, np.zeros(len(exact), bool)
        return numbers.of_values(self.column(name).values, codes)

    def _compared(self, node: Any, left: str, right: str, one: int, other: int) -> int:
        facts = {left: self.column(left).values[one], right: self.column(right).values[other]}
        holds = truth(node, facts)
        return 0 if holds is None else 1 + holds

    def _tables(self, fact: FactBits) -> dict[int, Codes]:
        """For each word that a fact has bits in, what each code contributes to it."""
        tables = self._tables_of.setdefault(fact.name, dict.fromkeys(fact.words, np.zeros(0, np.int64)))
        return grown(tables, fact, self.column(fact.name).values)


def _mask(bits: Any, holds: Truth) -> int:
    masks: dict[int, int] = {}
    add_truth(masks, bits, holds)
    return masks.get(bits.word, 0)
