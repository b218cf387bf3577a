"""Deciding: one act in one view -> outcome, requirements, authorisations, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from licet.act import Act
from licet.decisions.circumstances import Circumstances, circumstances
from licet.decisions.judge import Judge
from licet.decisions.outcome import Bounds, Demand, Outcome, conclude
from licet.decisions.questions import Question, open_questions
from licet.language.compiling import compiled
from licet.language.errors import FactError
from licet.language.evaluating import truth
from licet.language.expression import TRUE
from licet.language.instrument import Moment
from licet.language.rule import POLICIES, Rule
from licet.language.rulebook import Rulebook
from licet.language.values import ABSENT, Truth
from licet.language.verdicts import Verdicts
from licet.language.window import Clock, Standing
from licet.regime import Regime

if TYPE_CHECKING:
    from licet.decisions.proof import Proof


_UNRELIEVED = "Authorisations that nobody showed to hold were taken as not there (a policy of this run)."


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What lets an act escape a requirement, and what must be done for it to hold."""

    rule: Rule
    label: str
    standing: Standing
    party: str = ""

    @property
    def basis(self) -> str:
        """Its kind: general licence, licence exception, savings clause or exclusion."""
        return self.rule.basis


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand on the act, for one party where it is read for each.

    ``review`` is the policy under which an application would be looked at: ``None`` where
    it depends on something unknown, with ``review_text`` showing what the entry says.
    """

    rule: Rule
    party: str
    stands: Truth
    remains: Truth
    review: str | None
    review_text: str = ""
    authorised_by: tuple[Authorisation, ...] = ()


@dataclass(frozen=True)
class Decision:
    """The answer for one act in one view of time, with everything needed to prove it."""

    act: Act
    regime: Regime
    clock: Clock
    outcome: Outcome
    bounds: Bounds
    subject: Truth
    requirements: tuple[Requirement, ...]
    case: Circumstances
    verdicts: Verdicts
    standings: Mapping[str, Standing]
    unrelieved: bool = False

    @property
    def authorisations(self) -> tuple[Authorisation, ...]:
        """Everything relied on, each once."""
        found = {(a.rule.id, a.party): a for r in self.requirements for a in r.authorised_by}
        return tuple(found.values())

    @property
    def obligations(self) -> tuple[str, ...]:
        """What must be done or held for the authorisations relied on to stand, each once."""
        return tuple(dict.fromkeys(o for a in self.authorisations for o in a.rule.obligations))

    @property
    def needed(self) -> tuple[Requirement, ...]:
        """The requirements that explain the outcome: those unmet, else those that were met."""
        unmet = tuple(r for r in self.requirements if r.remains)
        if unmet or not self.outcome.clear:
            return unmet
        return tuple(r for r in self.requirements if r.stands)

    @property
    def explained(self) -> tuple[Requirement, ...]:
        """The requirements to tell of: those needed, else those open, else those escaped."""
        return self.needed or self.open or tuple(r for r in self.requirements if r.authorised_by)

    @property
    def open(self) -> tuple[Requirement, ...]:
        """The requirements that what is unknown leaves open."""
        return tuple(r for r in self.requirements if r.remains is None)

    @property
    def review(self) -> str | None:
        """The strictest review policy of the requirements left unmet; ``None`` if none is, or it is open."""
        return strictest(r.review for r in self.requirements if r.remains and r.rule.effect == "requires")

    @cached_property
    def missing(self) -> tuple[Question, ...]:
        """What is unknown and bears on the outcome, as questions; empty where nothing could turn it."""
        return () if self.outcome is not Outcome.INDETERMINATE else open_questions(self)

    @cached_property
    def proof(self) -> Proof:
        """Every rule that was weighed, and what made it stand or fall."""
        from licet.decisions.proof import prove

        return prove(self)

    @cached_property
    def told(self) -> Mapping[str, str]:
        """The answer as cells of a row, whenever and for whichever like act it is given."""
        from licet.decisions.telling import in_cells

        return in_cells(self)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What limits the answer: law later than was checked, entries that were not read."""
        found: list[str] = [_UNRELIEVED] if self.unrelieved else []
        confirmed = self.regime.confirmed
        if self.clock.reached(confirmed) and self.clock.today != confirmed:
            found.append(f"The law was last checked against a published text on {confirmed}.")
        for requirement in self.requirements:
            if requirement.remains and requirement.review is None and requirement.review_text:
                found.append(f"Review policy not determined; the entry says: {requirement.review_text}")
        for name, value in self.act.facts.items():
            if value is not None and self.regime.vocabulary[name].source == "table":
                found.append(f"{name} was stated, not looked up in the tables.")
        for party in self.act.parties:
            same = party.name and party.same_as == "none" and self.regime.listings.find(party.name)
            if same and same[0].sure:
                found.append(f"{party.name} is said to be nobody listed; {same[0].listed_name} is.")
        for row in self.case.who:
            if row.listing is not None and row.listing.scope.covers is None:
                found.append(f"The entry of {row.listing.name} was not read: {row.listing.scope.text}")
        return tuple(dict.fromkeys(found))


def decide(
    act: Act,
    regime: Regime,
    as_of: Moment | None = None,
    known_at: Moment | None = None,
    unrelieved: bool = False,
) -> Decision:
    """Decide one act under the law of ``as_of`` as far as it was public at ``known_at``.

    ``as_of`` is by default the act's own date; ``known_at`` the day at which the law was
    written down, so that later corrections count. ``unrelieved`` is a stated policy: an
    authorisation or exclusion that is open for want of facts counts as not there, which
    makes the answer stricter than the facts, never milder.

    Raises:
        FactError: when neither ``as_of`` nor ``act.date`` is known. No clock is consulted.
    """
    clock = regime.clock(moment_of(act, as_of), known_at)
    case = circumstances(act, regime, clock)
    in_force = regime.book.in_force(clock)
    force = in_force.truths
    listed, demands, subject = judge(regime.book, regime.scope, unrelieved).weigh(
        force, case.facts, case.rows
    )
    outcome, bounds = conclude(demands, subject)
    verdicts = Verdicts.listed(regime.book, force, case.facts, case.rows, listed)
    standings = in_force.of
    return Decision(
        act=act,
        regime=regime,
        clock=clock,
        outcome=outcome,
        bounds=bounds,
        subject=subject,
        requirements=tuple(_requirement(d, case, verdicts, standings) for d in demands),
        case=case,
        verdicts=verdicts,
        standings=standings,
        unrelieved=unrelieved,
    )


def outcome_of(
    act: Act,
    regime: Regime,
    as_of: Moment | None = None,
    known_at: Moment | None = None,
    unrelieved: bool = False,
) -> Outcome:
    """The outcome alone: what :func:`decide` says, without the rest."""
    clock = regime.clock(moment_of(act, as_of), known_at)
    case = circumstances(act, regime, clock)
    force = regime.book.in_force(clock).truths
    return judge(regime.book, regime.scope, unrelieved).outcome(force, case.facts, case.rows)


def moment_of(act: Act, as_of: Moment | None) -> Moment:
    """The moment whose law governs: as given, else the act's own."""
    moment = as_of if as_of is not None else act.facts.get("act.date")
    if moment is None or moment is ABSENT:
        raise FactError("act.date: unknown, and no as_of was given: which day's law is to be applied?")
    return moment  # type: ignore[return-value]


@lru_cache(maxsize=16)
def judge(book: Rulebook, scope: str, unrelieved: bool = False) -> Judge:
    """The judge of a rule book, made once."""
    return Judge(book, scope, compiled(book, unrelieved))


def strictest(policies: Any) -> str | None:
    """The policy that would be applied when several requirements meet: any denial denies."""
    known = list(policies)
    if not known or None in known:
        certain = [p for p in known if p in POLICIES]
        # Nothing is stricter than the first; an open one cannot soften it.
        return POLICIES[0] if POLICIES[0] in certain else None
    ranked = [p for p in POLICIES if p in known]
    return ranked[0] if ranked else None


def _requirement(
    demand: Demand, case: Circumstances, verdicts: Verdicts, standings: Mapping[str, Standing]
) -> Requirement:
    row = demand.row
    listing = None if row is None else case.who[row].listing
    relied_on = tuple(
        Authorisation(
            rule, _label(rule, standings[rule.id], verdicts, row), standings[rule.id], _party(case, row)
        )
        for rule in demand.relied_on
    )
    return Requirement(
        rule=demand.rule,
        party=_party(case, row),
        stands=demand.stands,
        remains=demand.remains,
        review=review_of(demand.rule, verdicts, row),
        review_text="; ".join(t.text for t in listing.terms) if listing else "",
        authorised_by=relied_on,
    )


def _party(case: Circumstances, row: int | None) -> str:
    return "" if row is None else case.who[row].party.name or "a party not named"


def review_of(rule: Rule, verdicts: Verdicts, row: int | None) -> str | None:
    """The review policy of a requirement: the first whose condition holds; unknown if that is open."""
    facts = verdicts.seen(row)
    for review in rule.reviews:
        applies = True if review.when == TRUE else truth(review.when, facts, verdicts.rows)
        if applies is None:
            return None
        if applies:
            if review.policy in POLICIES:
                return review.policy
            stated = facts.get(review.policy)
            return stated if isinstance(stated, str) else None
    return None


def _label(rule: Rule, standing: Standing, verdicts: Verdicts, row: int | None) -> str:
    label = rule.label or rule.title
    if standing.window is not None:
        label = label.replace("{window}", standing.window.name)
    if "{listing.by}" in label:
        stated: Sequence[Any] = [verdicts.seen(row).get("listing.by") or "the listing"]
        label = label.replace("{listing.by}", str(stated[0]))
    return label
