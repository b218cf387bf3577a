"""Two decisions of one act side by side: the same rule, condition or party, as each of them sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from licet.decisions.decide import Decision
from licet.language import expression as e
from licet.language.evaluating import truth
from licet.language.rule import Rule
from licet.language.values import Known, Truth
from licet.language.window import Standing

RANK = {False: 0, None: 1, True: 2}
Held = Callable[[Decision, int], Truth]
# A row of the decision before and the row of the one after that is about the same party; none for the act.
Pair = tuple[int | None, int | None]
ACT: Pair = (None, None)


@dataclass(frozen=True, slots=True)
class Sides:
    """A decision before and one after, of the same act, perhaps under two different books."""

    before: Decision
    after: Decision

    def __iter__(self) -> Iterator[Decision]:
        return iter((self.before, self.after))

    def rule(self, rule_id: str) -> Rule:
        """The rule as the later decision has it, else as the earlier one."""
        return self.after.regime.book.rules.get(rule_id) or self.before.regime.book[rule_id]

    def standings(self, rule_id: str) -> tuple[Standing, Standing] | None:
        """Whether the rule is in force on either side; ``None`` where one book has no such rule."""
        one, two = (side.standings.get(rule_id) for side in self)
        return None if one is None or two is None else (one, two)

    def verdicts(self, rule_id: str, rows: Pair) -> tuple[Truth, Truth]:
        """What a rule comes to on either side; a rule that a book has not stands nowhere in it."""
        one, two = (_at(side, rule_id, row) for side, row in zip(self, rows, strict=True))
        return one, two

    def truths(self, node: e.Condition, rows: Pair) -> tuple[Truth, Truth]:
        """What a condition comes to on either side."""
        one, two = (
            truth(node, side.verdicts.seen(row), side.verdicts.rows)
            for side, row in zip(self, rows, strict=True)
        )
        return one, two

    def values(self, name: str, rows: Pair) -> tuple[Known, Known]:
        """What a fact is on either side."""
        one, two = (side.verdicts.seen(row).get(name) for side, row in zip(self, rows, strict=True))
        return one, two

    def targeting(self, relation: str, name: str) -> list[str]:
        """``lifters`` or ``exceptions`` of a rule, or ``conclusions`` of a fact, in either book."""
        books = (side.regime.book for side in self)
        return list(dict.fromkeys(x for book in books for x in getattr(book, relation).get(name, ())))

    def own(self, rule_id: str, rows: Pair) -> Pair:
        """The rows to read a rule for: none for one of the whole act, a telling pair for one of parties."""
        if not self.rule(rule_id).per_party:
            return ACT
        return rows if rows != ACT else self.pair(lambda side, row: _at(side, rule_id, row))

    def pair(self, holds: Held, place: int | None = None) -> Pair:
        """The two rows of a party that tell best why something holds, or may, more on one side.

        Args:
            place: the party's place in the act; without it, the party that tells most.
        """
        best: tuple[int, Pair] = (-1, ACT)
        for here in range(len(self.after.act.parties)) if place is None else (place,):
            rows = [_rows(side, here) for side in self]
            ranked = [[RANK[holds(side, r)] for r in own] for side, own in zip(self, rows, strict=True)]
            if not all(ranked):
                continue
            tops = [max(ranks) for ranks in ranked]
            strong = 0 if tops[0] > tops[1] else 1
            row = rows[strong][ranked[strong].index(tops[strong])]
            told, other = (self.before, self.after) if strong == 0 else (self.after, self.before)
            alike = _alike(told, row, other, rows[1 - strong])
            # A party about whom the two differ tells more than one about whom they agree.
            weight = max(tops) * 2 + (tops[0] != tops[1])
            if weight > best[0]:
                best = (weight, (row, alike) if strong == 0 else (alike, row))
        return best[1]

    def of_party(self, rule_id: str, place: int) -> list[Pair]:
        """The rows of one party in pairs, that pair first which tells best what a rule comes to for it."""
        best = self.pair(lambda side, row: _at(side, rule_id, row), place)
        one, two = (_rows(side, place) for side in self)
        pairs = [
            *((_alike(self.after, row, self.before, one), row) for row in two),
            *((row, _alike(self.before, row, self.after, two)) for row in one),
        ]
        return list(dict.fromkeys([best, *pairs]))

    def party(self, rows: Pair) -> str:
        """The name of the party that the rows are about."""
        return "" if rows[1] is None else self.after.case.who[rows[1]].party.name or "a party not named"


def _at(side: Decision, rule_id: str, row: int | None) -> Truth:
    return side.verdicts.at(rule_id, row) if rule_id in side.verdicts.of else False


def _rows(side: Decision, place: int) -> list[int]:
    party = side.act.parties[place]
    return [i for i, who in enumerate(side.case.who) if who.party is party]


def _alike(side: Decision, row: int, other: Decision, rows: list[int]) -> int:
    """Among rows of the other decision the one about the same listing, else one of the same list."""
    listing = side.case.who[row].listing

    def distance(candidate: int) -> int:
        its = other.case.who[candidate].listing
        if listing is None or its is None:
            return 0 if listing is its else 2
        return (its.list != listing.list) + (its.id != listing.id)

    return min(rows, key=distance)
