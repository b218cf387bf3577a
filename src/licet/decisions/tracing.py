"""Traces: the whole proof of one act in compact form, in microseconds.

A trace holds, for every rule of the book, its verdict and the truth of every part of its
condition, with the value of every fact read and the window that governs each rule. Nothing
is left out and nothing is worked out later: :func:`told` only puts words to it. The function
that makes it is written from the same trees as the verdicts; property tests hold it to the
specification part by part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, NamedTuple

from licet.decisions.judge import ByMoment, Judge
from licet.decisions.outcome import Outcome
from licet.decisions.proof import JOINTS, TRUTHS, VERDICTS, Said, Weighed
from licet.language import expression as e
from licet.language.compiling import Writer
from licet.language.evaluating import Facts, Rows
from licet.language.instrument import Moment
from licet.language.rulebook import Rulebook, Standings
from licet.language.values import Truth, any_of, spoken
from licet.language.window import Clock


class Trace(NamedTuple):
    """One act proved: verdicts in the order of the book, truths of every part, values of every fact read.

    What is read for each party is a list, one entry a party.
    """

    tracer: Tracer
    standings: Standings
    outcome: Outcome
    verdicts: list[Any]
    truths: list[Any]
    values: list[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a condition, and where in a trace its truth stands."""

    node: e.Condition
    text: str
    joint: str
    at: int
    parts: tuple[Part, ...]
    facts: tuple[str, ...]


class Tracer:
    """A judge that also writes down why."""

    def __init__(self, judge: Judge) -> None:
        self.judge, self.book = judge, judge.book
        writer = _TraceWriter(judge.book)
        self.evaluate = writer.function()
        self.conditions, self.names = writer.conditions, writer.names

    def trace(self, standings: Standings, facts: Facts, rows: Rows = ()) -> Trace:
        """The act decided and proved under these rules in force."""
        found = self.evaluate(standings.truths, facts, rows)
        return Trace(self, standings, self.judge.outcome(standings.truths, facts, rows), *found)

    def traces(self, known_at: Moment, zone: tzinfo) -> Callable[..., Trace]:
        """``trace(facts, rows)`` for many acts, each under the law of its own ``act.date``."""
        on = ByMoment(lambda day: self.book.in_force(Clock(day, known_at, zone)))
        outcome, evaluate = self.judge.outcomes(known_at, zone), self.evaluate

        def trace(facts: Facts, rows: Rows = ()) -> Trace:
            standings = on[facts["act.date"]]  # type: ignore[index]  # a date, by the vocabulary
            return Trace(self, standings, outcome(facts, rows), *evaluate(standings.truths, facts, rows))

        return trace


class _TraceWriter(Writer):
    """Writes down the truth of every part of every condition before it is joined with others."""

    def __init__(self, book: Rulebook) -> None:
        super().__init__(book, unrelieved=False)
        self.conditions: dict[str, Part] = {}
        self.names: tuple[str, ...] = ()
        self.body: list[str] = []
        self.truths: list[str] = []
        self.part: Part

    def function(self) -> Callable[..., Any]:
        ids = [name for name in self.book.order if name in self.book.rules]
        for name in self.book.order:
            if name in self.book.rules:
                lines = self.rule(self.book.rules[name], ids.index(name))
                self.conditions[name] = self.part
            else:
                lines = self.derived(name.removeprefix("= "))
            self.body += lines
        self.names = (*self.fact_names, *self.row_names)
        values = [*self.fact_names.values(), *self.row_names.values()]
        lists = ([self.slot[name] for name in ids], self.truths, values)
        return self.made(self.body, [f"[{', '.join(one)}]" for one in lists])

    def condition(self, node: e.Condition) -> str:
        """Where the truth of the condition is kept, once it and all its parts are written down."""
        joint = JOINTS.get(type(node), "")
        parts: list[Part] = []
        match node:
            case e.And(args) | e.Or(args):
                places = [self._inside(arg, parts) for arg in args]
                text = self.conjunction(places) if isinstance(node, e.And) else self.disjunction(places)
            case e.Not(arg):
                text = self.negation(self._inside(arg, parts))
            case e.SomeParty(body):
                outside, self.row = self.row, "i"
                text = f"any_of({self._inside(body, parts).removesuffix('[i]')})"
                self.row = outside
            case _:
                text = super().condition(node)
        var = f"n{len(self.truths)}"
        names = () if joint else tuple(dict.fromkeys(e.facts(node)))
        self.part = Part(node, e.show(node), joint, len(self.truths), tuple(parts), names)
        self.truths.append(var)
        self.body.append(f"{var} = [{text} for i in span]" if self.row else f"{var} = {text}")
        return f"{var}[i]" if self.row else var

    def _inside(self, node: e.Condition, parts: list[Part]) -> str:
        place = self.condition(node)
        parts.append(self.part)
        return place


# Putting words to it --------------------------------------------------------------------


def told(trace: Trace) -> tuple[Weighed, ...]:
    """Every rule of a trace as a proof tells it, for each party where it is read for each."""
    return tuple(_told(trace))


def _told(trace: Trace) -> Iterator[Weighed]:
    book = trace.tracer.book
    values = dict(zip(trace.tracer.names, trace.values, strict=True))
    of = dict(zip(trace.standings.of, trace.verdicts, strict=True))
    for name, rules in book.conclusions.items():
        values[name] = _concluded([of[rule] for rule in rules], book.is_row_fact(name))
    for rule_id, standing in trace.standings.of.items():
        rule, part = book[rule_id], trace.tracer.conditions[rule_id]
        for row in range(len(of[rule_id])) if rule.per_party else (None,):
            yield Weighed(
                rule=rule_id,
                title=rule.title,
                cite=rule.cite,
                effect=rule.effect,
                verdict=VERDICTS[_at(of[rule_id], row)],
                in_force=standing.because,
                window=standing.window.by if standing.window else "",
                condition=_said(part, trace.truths, values, row),
                party="" if row is None else _party(values, row),
                note=rule.note,
                digest=rule.digest,
            )


def _said(part: Part, truths: list[Any], values: Mapping[str, Any], row: int | None) -> Said:
    rows = range(len(truths[part.parts[0].at])) if part.joint == "some party" else (row,)
    return Said(
        part.text,
        TRUTHS[_at(truths[part.at], row)],
        part.joint,
        tuple((name, spoken(_at(values[name], row))) for name in part.facts),
        tuple(_said(inner, truths, values, i) for i in rows for inner in part.parts),
    )


def _concluded(verdicts: list[Any], of_party: bool) -> Truth | list[Truth]:
    return [any_of(row) for row in zip(*verdicts, strict=True)] if of_party else any_of(verdicts)


def _party(values: Mapping[str, Any], row: int) -> str:
    name = _at(values.get("party.name"), row)
    return name if isinstance(name, str) else f"party {row + 1}"


def _at(found: Any, row: int | None) -> Any:
    return found[row] if isinstance(found, list) and row is not None else found
