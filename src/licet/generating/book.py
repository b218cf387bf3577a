"""A book without end, drawn in blocks of a fixed size: a block is the same whoever asks for it, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from licet.generating.customers import Customers
from licet.generating.days import Span
from licet.generating.facts import BLANK, Codes, Domain, blanked, domains, lost
from licet.generating.items import Items
from licet.generating.lines import Lines
from licet.generating.mix import Choice, Deal, Mix, MixError, choice
from licet.generating.parties import Rows, parties_of, roles_of
from licet.intake.counterparties import Counterparty
from licet.regime import Regime

BLOCK = 16_384
DESTINATION = "destination.country"
# Facts that all lines of an order share.
OF_ORDER = ("act.action", "origin.country", "order.date", "contract.date", DESTINATION)
_MASTERS, _LINES, _BLANKS = range(3)


@dataclass(frozen=True)
class Book:
    """A book without end: everything from which its blocks are drawn.

    ``missing`` is the share of facts left blank, each for itself; names at a fifth of it.
    """

    regime: Regime
    mix: Mix
    seed: int
    missing: float
    span: Span
    customers: Customers
    items: Items
    domains: Mapping[str, Domain]
    party_domains: Mapping[str, Domain]
    party_facts: Mapping[str, Codes]
    currencies: Choice
    spellings: npt.NDArray[np.float64]
    end_uses: tuple[str, ...]

    @classmethod
    def of(
        cls,
        regime: Regime,
        mix: Mix,
        seed: int = 0,
        missing: float = 0.05,
        first: date | None = None,
        last: date | None = None,
        counterparties: Sequence[Counterparty] = (),
    ) -> Book:
        """A book of a mix; the same arguments always give the same lines.

        Raises:
            MixError: when the mix, the days or the counterparties cannot be used.
        """
        if not 0 <= missing <= 1 or seed < 0:
            raise MixError("expected a seed of 0 or more, and a missing share from 0 to 1")
        rng = np.random.default_rng([seed, _MASTERS])
        span = Span.of(regime, mix, first, last)
        customers = Customers.of(regime, mix, rng, (span.first, span.last), counterparties)
        vocabulary = regime.vocabulary
        places = Choice(customers.countries, np.full(len(customers.countries), 1 / len(customers.countries)))
        stated = [
            mix.facts,
            *(d.facts for d in mix.deals),
            *(t.facts for t in mix.items),
            {DESTINATION: places},
        ]
        known = domains(stated, vocabulary)
        of_parties = domains([mix.party_facts], vocabulary)
        return cls(
            regime=regime,
            mix=mix,
            seed=seed,
            missing=missing,
            span=span,
            customers=customers,
            items=Items.of(mix, known, rng),
            domains=known,
            party_domains=of_parties,
            party_facts={
                name: of_parties[name].drawn(spec, len(customers), rng)
                for name, spec in mix.party_facts.items()
            },
            currencies=choice(mix.data["currencies"]),
            spellings=choice(mix.data["customers"]["spellings"]).shares,
            end_uses=tuple(dict.fromkeys(text for some in mix.data["end uses"].values() for text in some)),
        )

    def blocks(self, count: int) -> Iterator[Lines]:
        """The first ``count`` lines, block by block."""
        for number in range(-(-count // BLOCK)):
            lines = self.block(number)
            left = count - number * BLOCK
            yield lines if left >= BLOCK else lines.head(left)

    def block(self, number: int) -> Lines:
        """One block of lines; blocks do not depend on each other."""
        rng = np.random.default_rng([self.seed, _LINES, number])
        begins = rng.random(BLOCK) < self.mix.data["order"]
        begins[0] = True
        # Further lines of an order have the deal, the customer and the day of its first.
        first = np.maximum.accumulate(np.where(begins, np.arange(BLOCK), 0))
        deals = self.mix.deals
        weights = np.array([deal.weight for deal in deals])
        deal = rng.choice(len(deals), BLOCK, p=weights / weights.sum())[first]
        rows = [np.flatnonzero(deal == index) for index in range(len(deals))]
        customer, day = self._met(rng, rows)
        customer, day = customer[first], day[first]
        item = np.empty(BLOCK, np.int32)
        for one, here in zip(deals, rows, strict=True):
            item[here] = self._sold(rng, one, len(here))
        anchors = {"act": day, "listing": self.customers.since[customer]}
        facts = self._facts(rng, rows, item, anchors, first)
        who = roles_of(rng, self.mix, self.customers, rows, customer)[first]
        facts[DESTINATION] = self._destination(rng, customer)[first]
        quantity = rng.integers(self.items.least[item], self.items.most[item], endpoint=True)
        currency = np.searchsorted(np.cumsum(self.currencies.shares)[:-1], rng.random(BLOCK), side="right")
        end_use = self._end_use(rng, facts["end_use.category"])
        # What is blank is drawn apart, so that the same book can be had with more or less of it.
        blanks = np.random.default_rng([self.seed, _BLANKS, number])
        value = np.round(self.items.price[item] * quantity, 2)
        return Lines(
            order=number * BLOCK + first,
            line=np.arange(BLOCK) - first + 1,
            day=day,
            item=item,
            quantity=quantity,
            value=np.where(lost(blanks, value.shape, self.missing), np.nan, value),
            currency=currency.astype(np.int32),
            end_use=end_use,
            facts={name: blanked(cells, blanks, self.missing) for name, cells in facts.items()},
            **parties_of(
                who,
                facts[DESTINATION],
                self.customers,
                self.spellings,
                self.party_facts,
                rng,
                blanks,
                self.missing,
            ),
        )

    def _met(self, rng: np.random.Generator, rows: Sequence[Rows]) -> tuple[Codes, Codes]:
        """The customer and the day of each line."""
        customer, day = np.zeros(BLOCK, np.int32), np.zeros(BLOCK, np.int32)
        for deal, here in zip(self.mix.deals, rows, strict=True):
            kinds = rng.choice(len(deal.days.texts), len(here), p=deal.days.shares)
            for index, kind in enumerate(deal.days.texts):
                some = here[kinds == index]
                customer[some] = self.customers.draw(rng, deal.customers, len(some), kind == "listing")
                if kind == "listing":
                    least, most = self.mix.after_listing
                    after = rng.integers(least, most, len(some), endpoint=True, dtype=np.int32)
                    days = self.customers.since[customer[some]] + after
                    day[some] = np.clip(days, self.span.first, self.span.last)
                else:
                    day[some] = self.span.draw(rng, kind or "", len(some))
        return customer, day

    def _sold(self, rng: np.random.Generator, deal: Deal, count: int) -> Codes:
        groups = rng.integers(0, len(deal.items), count)
        found = np.zeros(count, np.int32)
        for index, group in enumerate(deal.items):
            some = groups == index
            found[some] = self.items.draw(rng, group, int(some.sum()))
        return found

    def _facts(
        self,
        rng: np.random.Generator,
        rows: Sequence[Rows],
        item: Codes,
        anchors: Mapping[str, Codes],
        first: npt.NDArray[np.int64],
    ) -> dict[str, Codes]:
        """The facts of each line: what is said of every deal, then of its item, then of the deal itself."""
        facts: dict[str, Codes] = {}
        for name, domain in self.domains.items():
            spec = self.mix.facts.get(name)
            cells = (
                np.full(BLOCK, BLANK, np.int32) if spec is None else domain.drawn(spec, BLOCK, rng, anchors)
            )
            if name in self.items.facts:
                of_item = self.items.facts[name][item]
                cells = np.where(of_item == BLANK, cells, of_item)
            for template, said in self.items.line_facts.get(name, {}).items():
                here = np.flatnonzero(self.items.template[item] == template)
                near = {anchor: days[here] for anchor, days in anchors.items()}
                cells[here] = domain.drawn(said, len(here), rng, near)
            for deal, here in zip(self.mix.deals, rows, strict=True):
                if name in deal.facts:
                    near = {anchor: days[here] for anchor, days in anchors.items()}
                    cells[here] = domain.drawn(deal.facts[name], len(here), rng, near)
            facts[name] = cells[first] if name in OF_ORDER else cells
        return facts

    def _destination(self, rng: np.random.Generator, customer: Codes) -> Codes:
        place = self.customers.country[customer]
        other = rng.integers(0, len(self.customers.countries), BLOCK)
        moved = np.where(rng.random(BLOCK) < self.mix.data["elsewhere"], other, place)
        return np.where(moved < 0, BLANK, moved).astype(np.int32)

    def _end_use(self, rng: np.random.Generator, category: Codes) -> Codes:
        """The end use in words, as the place among :attr:`end_uses`."""
        words, texts = self.mix.data["end uses"], self.domains["end_use.category"].texts
        found = np.zeros(len(category), np.int32)
        draw = rng.random(len(category))
        for name, some in words.items():
            here = category == (texts.index(name) if name in texts else BLANK)
            places = np.array([self.end_uses.index(text) for text in some], np.int32)
            found[here] = places[(draw[here] * len(places)).astype(int)]
        return found
