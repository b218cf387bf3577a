"""Proofs: every rule that was weighed for an act, and what made each stand or fall.

A proof holds plain data only. It can be stored, read without Licet, and established again
later: same facts, same law, same lists, same result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from licet.decisions.decide import Decision
from licet.language import citation
from licet.language import expression as e
from licet.language.compiling import Compiled, compiled_telling
from licet.language.evaluating import truth
from licet.language.rule import Rule
from licet.language.rulebook import Rulebook
from licet.language.values import spoken
from licet.language.window import Standing
from licet.version import __version__

VERDICTS = {True: "stands", False: "falls", None: "open"}
JOINTS: Mapping[type, str] = {e.And: "and", e.Or: "or", e.Not: "not", e.SomeParty: "some party"}
TRUTHS = {True: "yes", False: "no", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Said:
    """A part of a condition: its text, whether it holds, and for a leaf what the facts were."""

    text: str
    holds: str
    joint: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    parts: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Weighed:
    """One rule that was weighed, for one party where it is read for each.

    ``because`` are the rules that settled a derived fact it reads, ``against`` its exceptions,
    ``lifted_by`` the authorisations considered.
    """

    rule: str
    title: str
    cite: str
    effect: str
    verdict: str
    in_force: str
    window: str
    condition: Said
    party: str = ""
    listing: str = ""
    because: tuple[Weighed, ...] = ()
    against: tuple[Weighed, ...] = ()
    lifted_by: tuple[Weighed, ...] = ()
    note: str = ""
    digest: str = ""

    def walk(self) -> Iterator[Weighed]:
        """This node and every one below it."""
        yield self
        for node in (*self.because, *self.against, *self.lifted_by):
            yield from node.walk()


@dataclass(frozen=True, slots=True)
class Proof:
    """The record of one decision: what went in, what was weighed, what came out, under which law."""

    outcome: str
    as_of: str
    known_at: str
    scope: tuple[Weighed, ...]
    demands: tuple[Weighed, ...]
    facts: Mapping[str, Any]
    parties: tuple[Mapping[str, Any], ...]
    particulars: Mapping[str, Any]
    rulebook: str
    law: str
    lists: str
    engine: str
    files: Mapping[str, str]
    citations: tuple[str, ...]

    @property
    def nodes(self) -> Iterator[Weighed]:
        """Every rule weighed, in reading order."""
        for node in (*self.scope, *self.demands):
            yield from node.walk()

    @property
    def cited(self) -> frozenset[str]:
        """Canonical keys of every citation in the proof."""
        return frozenset(key for text in self.citations for key in citation.keys(text))


def prove(decision: Decision) -> Proof:
    """The proof of a decision."""
    return _Prover(decision).proof()


class _Prover:
    def __init__(self, decision: Decision) -> None:
        self.decision, self.verdicts, self.case = decision, decision.verdicts, decision.case
        self.book = decision.regime.book
        self.citations: dict[str, None] = {}
        self.told: set[tuple[str, int | None]] = set()
        names = [name for name in self.book.order if name in self.book.rules]
        found = _telling(self.book)(self.verdicts.force, self.verdicts.facts, self.verdicts.rows)
        self.expected: dict[str, Any] = dict(zip(names, found, strict=True))
        self.seen = [self.verdicts.seen(i) for i in range(len(self.case.rows))]

    def proof(self) -> Proof:
        decision, regime = self.decision, self.decision.regime
        scope = tuple(self.concluding(regime.scope, None))
        demands = tuple(self.demands())
        return Proof(
            outcome=decision.outcome.value,
            as_of=_moment(decision.clock.as_of),
            known_at=_moment(decision.clock.known_at),
            scope=scope,
            demands=demands,
            facts={name: _plain(value) for name, value in sorted(decision.act.facts.items())},
            parties=tuple(_party(p) for p in decision.act.parties),
            particulars={k: v for k, v in decision.act.particulars.items() if v not in (None, "")},
            rulebook=self.book.digest,
            law=regime.digest,
            lists=regime.lists_digest,
            engine=__version__,
            files=dict(regime.files),
            citations=tuple(self.citations),
        )

    def demands(self) -> Iterator[Weighed]:
        for rule in self.book:
            if rule.demands:
                for row in self.rows(rule):
                    if self.worth_telling(rule, row) or self.defended(rule, row):
                        yield self.weighed(rule, row)

    def rows(self, rule: Rule) -> list[int | None]:
        return list(range(len(self.case.rows))) if rule.per_party else [None]

    def worth_telling(self, rule: Rule, row: int | None) -> bool:
        """Whether a rule stands, is open, was to be expected, or fell for its dates alone."""
        if self.verdicts.at(rule.id, row) is not False:
            return True
        told = self.expected[rule.id]
        if isinstance(told, list):
            return any(told) if row is None else bool(told[row])
        return bool(told)

    def defended(self, rule: Rule, row: int | None) -> bool:
        """Whether it would stand but for an exception."""
        return any(self.verdicts.at(x, row) for x in self.book.exceptions.get(rule.id, ())) and (
            truth(rule.when, self.verdicts.facts if row is None else self.seen[row], self.verdicts.rows)
            is True
        )

    def weighed(self, rule: Rule, row: int | None) -> Weighed:
        verdict = self.verdicts.at(rule.id, row)
        standing = self.decision.standings[rule.id]
        own = row if rule.per_party else None
        listing = self.case.who[own].listing if own is not None else None
        self.cite(rule.cite)
        self.cite_window(standing)
        if listing is not None:
            self.cite(listing.cited)
        first = (rule.id, own) not in self.told
        self.told.add((rule.id, own))
        return Weighed(
            rule=rule.id,
            title=rule.title,
            cite=rule.cite,
            effect=rule.effect,
            verdict=VERDICTS[verdict],
            in_force=standing.because,
            window=standing.window.by if standing.window else "",
            condition=self.said(_shape(rule.when), own),
            party="" if own is None else self.case.who[own].party.name or "a party not named",
            listing=""
            if listing is None
            else f"{listing.name} ({listing.list.replace('_', ' ')}, {listing.days}, {listing.by})",
            # Each reason is told once; later mentions name the rule only.
            because=tuple(self.because(rule, own)) if first else (),
            against=tuple(self.among(self.book.exceptions.get(rule.id, ()), row)) if first else (),
            lifted_by=tuple(self.among(self.book.lifters.get(rule.id, ()), row))
            if first and verdict is not False
            else (),
            note=rule.note,
            digest=rule.digest,
        )

    def because(self, rule: Rule, row: int | None) -> Iterator[Weighed]:
        for name in _derived(self.book, rule.id):
            yield from self.concluding(name, row)

    def concluding(self, name: str, row: int | None) -> Iterator[Weighed]:
        """The rules that settled a derived fact."""
        for rule_id in self.book.conclusions.get(name, ()):
            rule = self.book[rule_id]
            rows = [row] if row is not None or not rule.per_party else self.rows(rule)
            for own in rows:
                if (rule_id, own if rule.per_party else None) in self.told:
                    continue
                if self.worth_telling(rule, own) or self.defended(rule, own):
                    yield self.weighed(rule, own)

    def among(self, rule_ids: tuple[str, ...], row: int | None) -> Iterator[Weighed]:
        for rule_id in rule_ids:
            rule = self.book[rule_id]
            rows = self.rows(rule) if rule.per_party and row is None else [row]
            for own in rows:
                if self.worth_telling(rule, own):
                    yield self.weighed(rule, own)

    def said(self, shape: _Shape, row: int | None) -> Said:
        """A condition with the truth of every part, worked out from the leaves up."""
        facts = self.verdicts.facts if row is None else self.seen[row]
        match shape.joint:
            case "":
                told = tuple([(name, spoken(facts.get(name))) for name in shape.names])
                return Said(shape.text, TRUTHS[truth(shape.node, facts, ())], "", told)
            case "some party":
                parts = tuple([self.said(shape.parts[0], i) for i in range(len(self.case.rows))])
            case _:
                parts = tuple([self.said(part, row) for part in shape.parts])
        return Said(shape.text, _joined(shape.joint, [p.holds for p in parts]), shape.joint, (), parts)

    def cite(self, text: str) -> None:
        self.citations.update(_parts(text))

    def cite_window(self, standing: Standing) -> None:
        window = standing.window
        for by in (window.by, window.struck_by) if window else ():
            if by:
                instrument = self.decision.regime.instruments.get(by)
                self.cite(instrument.cited if instrument else by)


@lru_cache(maxsize=8192)
def _parts(text: str) -> dict[str, None]:
    return dict.fromkeys(part.strip() for part in text.split(";") if part.strip())


@lru_cache(maxsize=8192)
def _derived(book: Rulebook, rule_id: str) -> tuple[str, ...]:
    return tuple(n for n in dict.fromkeys(e.facts(book[rule_id].when)) if n in book.conclusions)


@lru_cache(maxsize=8)
def _telling(book: Rulebook) -> Compiled:
    return compiled_telling(book)


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """A condition made ready to be told: its text and its parts, worked out once."""

    node: e.Condition
    text: str
    joint: str
    names: tuple[str, ...]
    parts: tuple[_Shape, ...]


@lru_cache(maxsize=4096)
def _shape(node: e.Condition) -> _Shape:
    joint = JOINTS.get(type(node), "")
    parts = tuple(_shape(part) for part in e.children(node)) if joint else ()
    return _Shape(node, e.show(node), joint, tuple(dict.fromkeys(e.facts(node))) if not joint else (), parts)


def _joined(joint: str, parts: list[str]) -> str:
    """What a connective comes to, from what its parts come to."""
    if joint == "not":
        return {"yes": "no", "no": "yes"}.get(parts[0], "unknown")
    wins, otherwise = ("no", "yes") if joint == "and" else ("yes", "no")
    return wins if wins in parts else "unknown" if "unknown" in parts else otherwise


def _moment(moment: date) -> str:
    return spoken(moment)


def _plain(value: Any) -> Any:
    """A fact as JSON can hold it, and as the vocabulary reads it back."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return spoken(value)


def _party(party: Any) -> dict[str, Any]:
    given = {
        "name": party.name,
        "roles": sorted(party.roles),
        "country": party.country,
        "address": party.address,
        "same_as": party.same_as,
        "reference": party.reference,
        **{name: _plain(value) for name, value in sorted(party.facts.items())},
    }
    return {key: value for key, value in given.items() if value not in (None, "")}
