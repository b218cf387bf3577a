"""The acts that callers state, read with every mistake told at once and where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from licet.act import Act, party_from
from licet.api.shapes.acts import ActGiven, DecisionGiven
from licet.decisions.decide import Decision, decide
from licet.decisions.end_use import with_stated_end_use
from licet.gate.problems import Problem
from licet.language.errors import FactError
from licet.regime import Regime


def act_from(given: ActGiven, regime: Regime, at: str = "") -> Act:
    """The act that was stated; ``at`` is where it stands in the body, with a dot behind.

    Raises:
        Problem: 422, naming each field that the vocabulary refuses and what was expected there.
    """
    wrong = [(f"{at}{field}", expected) for field, expected in _wrong(given, regime)]
    if wrong:
        raise refused("The act states what cannot be read", *wrong)
    parties = [party.model_dump() for party in given.parties]
    act = Act.stating(regime.vocabulary, given.facts, parties, given.particulars)
    return with_stated_end_use(act, regime)


def decided(given: DecisionGiven, regime: Regime) -> Decision:
    """The decision of an act that was stated.

    Raises:
        Problem: 422 where the act cannot be read, or no day is given.
    """
    return decided_act(act_from(given, regime), given, regime)


def decided_act(act: Act, given: DecisionGiven, regime: Regime) -> Decision:
    """The decision of an act in the view of time that was given with it.

    Raises:
        Problem: 422 where no day is given.
    """
    try:
        return decide(act, regime, given.as_of, given.known_at, given.assume_unauthorised)
    except FactError as error:
        raise refused("The act has no day", ("as_of", f"{error} Give it, or the fact act.date.")) from None


def refused(title: str, *wrong: tuple[str, str]) -> Problem:
    """The problem of fields that are not as expected: each field, and what was expected there."""
    detail = "; ".join(f"{field}: {expected}" for field, expected in wrong[:5])
    errors = [{"field": field, "expected": expected} for field, expected in wrong]
    return Problem(422, title, detail, extra={"errors": errors})


def _wrong(given: ActGiven, regime: Regime) -> Iterator[tuple[str, str]]:
    """Every field that cannot be read, and what was expected."""
    vocabulary = regime.vocabulary
    for name, raw in given.facts.items():
        try:
            if vocabulary[name].of_party:
                yield f"facts.{name}", "this belongs to a party; state it with the party"
            else:
                vocabulary.stated(name, raw)
        except FactError as error:
            yield f"facts.{name}", str(error)
    for place, party in enumerate(given.parties):
        at = f"parties.{place}"
        if party.same_as not in (None, "none") and party.same_as not in regime.listings.versions:
            yield f"{at}.same_as", "expected `none`, or the id of a listing (GET /api/v1/parties finds them)"
        try:
            party_from(vocabulary, {"roles": party.roles})
        except FactError as error:
            yield f"{at}.roles", str(error)
        for key, raw in (party.model_extra or {}).items():
            try:
                party_from(vocabulary, {key: raw})
            except FactError as error:
                yield f"{at}.{key}", str(error)
