"""The rule book: all rules together, checked and put in the order in which they depend."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from licet.language import expression as e
from licet.language.checking import check_condition
from licet.language.errors import FactError, LawError
from licet.language.instrument import Instrument
from licet.language.rule import POLICIES, Rule
from licet.language.values import Truth
from licet.language.vocabulary import Vocabulary
from licet.language.window import Clock, Standing, Stretches, overlap, standing, turns


@dataclass(frozen=True, eq=False)
class Standings:
    """Which rules are in force in one stretch of time, by rule, in the order of the book."""

    of: Mapping[str, Standing]

    @cached_property
    def truths(self) -> tuple[Truth, ...]:
        """The bare truths, in the order of the book: what a compiled book takes."""
        return tuple(standing.truth for standing in self.of.values())


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """Rules by id, in an order in which each comes after everything it depends on.

    ``conclusions`` names, for each derived fact, the rules that conclude it; ``exceptions``
    the rules that defeat a rule; ``lifters`` the rules that authorise a requirement.
    """

    rules: Mapping[str, Rule]
    vocabulary: Vocabulary
    instruments: Mapping[str, Instrument]
    conclusions: Mapping[str, tuple[str, ...]]
    exceptions: Mapping[str, tuple[str, ...]]
    lifters: Mapping[str, tuple[str, ...]]
    order: tuple[str, ...]
    digest: str
    _standings: dict[Hashable, Standings] = field(default_factory=dict, repr=False)
    _stretches: list[Stretches] = field(default_factory=list, repr=False)

    @classmethod
    def of(
        cls,
        rules: Iterable[Rule],
        vocabulary: Vocabulary,
        instruments: Mapping[str, Instrument] | None = None,
    ) -> Rulebook:
        """A checked book; raises :class:`LawError` on anything that cannot be meant."""
        by_id: dict[str, Rule] = {}
        for rule in rules:
            if rule.id in by_id:
                raise LawError(f"{rule.where}: rule {rule.id} is given twice (also {by_id[rule.id].where})")
            by_id[rule.id] = rule
        conclusions: dict[str, list[str]] = {}
        exceptions: dict[str, list[str]] = {}
        lifters: dict[str, list[str]] = {}
        by_id = {rule.id: _spelt_out(rule, by_id) for rule in by_id.values()}
        for rule in by_id.values():
            _check(rule, by_id, vocabulary)
            if rule.concludes:
                conclusions.setdefault(rule.concludes, []).append(rule.id)
            for target in rule.exception_to:
                exceptions.setdefault(target, []).append(rule.id)
            for target in rule.authorises:
                lifters.setdefault(target, []).append(rule.id)
        _check_derived(by_id.values(), vocabulary, conclusions)
        order = _order(by_id, conclusions, exceptions)
        digest = hashlib.sha256("\n".join(sorted(f"{r.id} {r.digest}" for r in by_id.values())).encode())
        return cls(
            rules=by_id,
            vocabulary=vocabulary,
            instruments=instruments or {},
            conclusions={k: tuple(v) for k, v in conclusions.items()},
            exceptions={k: tuple(v) for k, v in exceptions.items()},
            lifters={k: tuple(v) for k, v in lifters.items()},
            order=order,
            digest=digest.hexdigest(),
        )

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def __getitem__(self, rule_id: str) -> Rule:
        return self.rules[rule_id]

    def relieves(self, rule: Rule) -> bool:
        """Whether a rule can only help: it lifts a demand or keeps one from standing."""
        return any(self.rules[target].demands for target in (*rule.authorises, *rule.exception_to))

    def is_row_fact(self, name: str) -> bool:
        """Whether a fact is read once for each party."""
        return name in self.vocabulary and self.vocabulary[name].of_party

    def standing(self, rule: Rule, clock: Clock) -> Standing:
        """Whether the rule is in force in this view of time."""
        return standing(rule.windows, clock, self.instruments)

    def in_force(self, clock: Clock) -> Standings:
        """The standing of every rule, worked out once for all days between two on which any turns."""
        view: Hashable = (clock.as_of, clock.known_at, clock.zone)
        if (found := self._standings.get(view)) is not None:
            return found
        if len(self._standings) > 4096:
            self._standings.clear()
        law, knowledge = self._when()
        stretch = (law.of(clock.as_of, clock.zone), knowledge.of(clock.known_at, clock.zone), clock.zone)
        if stretch not in self._standings:
            ids = (name for name in self.order if name in self.rules)
            self._standings[stretch] = Standings({i: self.standing(self.rules[i], clock) for i in ids})
        found = self._standings[view] = self._standings[stretch]
        return found

    def _when(self) -> list[Stretches]:
        """When the law turns, and when what is known of it does."""
        if not self._stretches:
            windows = [window for rule in self for window in rule.windows]
            by = {name for window in windows for name in (window.by, window.struck_by)}
            public = [self.instruments[name].public for name in by if name in self.instruments]
            self._stretches.extend((Stretches(tuple(turns(windows))), Stretches(public)))
        return self._stretches


def _spelt_out(rule: Rule, rules: Mapping[str, Rule]) -> Rule:
    """The rule with ``742.4(a) *`` in what it authorises spelt out as every demand so named."""
    named: list[str] = []
    for target in rule.authorises:
        if "*" not in target:
            named.append(target)
            continue
        prefix = target.removesuffix("*")
        found = [r.id for r in rules.values() if r.effect == "requires" and r.id.startswith(prefix)]
        if not found or "*" in prefix:
            raise LawError(f"{rule.where}: {target!r} names no requirement")
        named += [x for x in found if any(overlap(v, w) for v in rule.windows for w in rules[x].windows)]
    return replace(rule, authorises=tuple(named))


def _check(rule: Rule, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> None:
    for condition in (rule.when, rule.raised, *(r.when for r in rule.reviews)):
        if condition is not None:
            check_condition(condition, vocabulary, rule.where, rule.per_party)
    for target in (*rule.exception_to, *rule.authorises):
        if target not in rules:
            raise LawError(f"{rule.where}: rule {rule.id} names the rule {target!r}, which does not exist")
    for target in rule.authorises:
        if not rules[target].demands:
            raise LawError(f"{rule.where}: rule {rule.id} authorises {target}, which demands nothing")
    for review in rule.reviews:
        if review.policy not in POLICIES and vocabulary[review.policy].type != "text":
            raise LawError(f"{rule.where}: review: {review.policy} is not a text")
    if rule.concludes:
        try:
            entry = vocabulary[rule.concludes]
        except FactError as error:
            raise LawError(f"{rule.where}: concludes: {error}") from None
        if entry.source != "rule" or entry.type != "flag":
            raise LawError(f"{rule.where}: {rule.concludes} is not a flag concluded by rules")
        if entry.of_party != rule.per_party:
            scope = "for each party" if entry.of_party else "once for the act"
            raise LawError(f"{rule.where}: {rule.concludes} is concluded {scope}, unlike rule {rule.id}")


def _check_derived(
    rules: Iterable[Rule], vocabulary: Vocabulary, conclusions: Mapping[str, Sequence[str]]
) -> None:
    for rule in rules:
        for condition in (rule.when, rule.raised, *(r.when for r in rule.reviews)):
            for name in e.facts(condition) if condition is not None else ():
                if vocabulary[name].source == "rule" and name not in conclusions:
                    raise LawError(f"{rule.where}: no rule concludes {name}")


def _order(
    rules: Mapping[str, Rule],
    conclusions: Mapping[str, Sequence[str]],
    exceptions: Mapping[str, Sequence[str]],
) -> tuple[str, ...]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, concluding in conclusions.items():
        sorter.add(f"= {name}", *concluding)
    for rule in rules.values():
        needed = [f"= {name}" for name in e.facts(rule.when) if name in conclusions]
        sorter.add(rule.id, *needed, *exceptions.get(rule.id, ()))
    try:
        return tuple(sorter.static_order())
    except CycleError as error:
        raise LawError(f"rules depend on each other in a circle: {' -> '.join(error.args[1])}") from None
