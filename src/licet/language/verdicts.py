"""What each rule comes to, rule by rule: the specification of the exception logic.

    applies(r) = in force(r) and when(r)
    stands(r)  = applies(r) and not any(stands(x) for x in exceptions to r)
    fact(f)    = any(stands(r) for r concluding f)

A rule read for each party has one verdict a party; read from a rule of the whole act it
counts as *some party's*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from licet.language.evaluating import Facts, Rows, truth
from licet.language.rule import Rule
from licet.language.rulebook import Rulebook
from licet.language.values import Known, Truth, all_of, any_of, negation


@dataclass(slots=True)
class Verdicts:
    """The verdicts of one act: ``of`` a rule (a list where it is read for each party)."""

    book: Rulebook
    force: Sequence[Truth]
    facts: dict[str, Known]
    rows: list[dict[str, Known]]
    of: dict[str, Any] = field(default_factory=dict)
    unrelieved: bool = False

    @classmethod
    def specified(
        cls, book: Rulebook, force: Sequence[Truth], facts: Facts, rows: Rows, unrelieved: bool = False
    ) -> Verdicts:
        """Evaluate rule by rule, by the definitions above.

        With ``unrelieved``, what could only help and is open counts as falling.
        """
        self = cls(book, force, dict(facts), [dict(r) for r in rows], unrelieved=unrelieved)
        position = 0
        for name in book.order:
            if name not in book.rules:
                self._derive(name.removeprefix("= "))
                continue
            rule = book.rules[name]
            if rule.per_party:
                self.of[name] = [self._stands(rule, force[position], i) for i in range(len(self.rows))]
            else:
                self.of[name] = self._stands(rule, force[position], None)
            position += 1
        return self

    @classmethod
    def listed(
        cls, book: Rulebook, force: Sequence[Truth], facts: Facts, rows: Rows, verdicts: Sequence[Any]
    ) -> Verdicts:
        """From what the compiled function returned, derived facts included."""
        self = cls(book, force, dict(facts), [dict(r) for r in rows])
        for name, verdict in zip(book.order, verdicts, strict=True):
            if name in book.rules:
                self.of[name] = verdict
            else:
                self._state(name.removeprefix("= "), verdict)
        return self

    def somewhere(self, rule_id: str) -> Truth:
        """The verdict of a rule for the act as a whole: some party's, where it is per party."""
        verdict = self.of[rule_id]
        return any_of(verdict) if isinstance(verdict, list) else verdict

    def at(self, rule_id: str, row: int | None) -> Truth:
        """The verdict of a rule for one party, or for the act where the rule is not per party."""
        verdict = self.of[rule_id]
        if isinstance(verdict, list):
            return any_of(verdict) if row is None else verdict[row]
        return verdict  # type: ignore[no-any-return]

    def when(self, rule: Rule, row: int | None) -> Truth:
        """Whether the condition of a rule holds, its window and exceptions aside."""
        return truth(rule.when, self.seen(row), self.rows)

    def seen(self, row: int | None) -> Facts:
        """The facts as read for one party, or for the act."""
        return self.facts if row is None else {**self.facts, **self.rows[row]}

    def _stands(self, rule: Rule, force: Truth, row: int | None) -> Truth:
        applies = all_of([force, self.when(rule, row)])
        if not rule.encoded and applies:
            applies = None
        against = [self.at(x, row) for x in self.book.exceptions.get(rule.id, ())]
        stands = all_of([applies, negation(any_of(against))])
        return stands is True if self.unrelieved and self.book.relieves(rule) else stands

    def _derive(self, name: str) -> None:
        verdicts = [self.of[r] for r in self.book.conclusions[name]]
        if self.book.is_row_fact(name):
            self._state(name, [any_of(v[i] for v in verdicts) for i in range(len(self.rows))])
        else:
            self._state(name, any_of(verdicts))

    def _state(self, name: str, verdict: Any) -> None:
        if isinstance(verdict, list):
            for row, value in zip(self.rows, verdict, strict=True):
                row[name] = value
        else:
            self.facts[name] = verdict
