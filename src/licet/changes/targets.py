"""What an edit is aimed at: rules, listings or instruments by name, with a digest of how they read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

from licet.changes.scenario_file import Part, nearest
from licet.language.rule import Rule
from licet.parties.listing import Listing
from licet.regime import Regime

FAMILY = "family "
LENGTH = 12


def rules_named(part: Part, regime: Regime) -> tuple[str, ...]:
    """Ids of the rules that a text names; ``*`` stands for anything. One that names none is refused."""
    text = part.word()
    found = tuple(r for r in regime.book.rules if _matches(text, r))
    if not found:
        raise part.error(f"no rule {text!r}{nearest(text, regime.book.rules)}; see: licet law show")
    return found


def listings_named(part: Part, regime: Regime) -> tuple[str, ...]:
    """Ids of the listings in the law's own table that a text names: an id, or ``family huawei``."""
    text = part.word()
    own = own_versions(regime)
    if text.startswith(FAMILY):
        wanted = text.removeprefix(FAMILY).strip()
        found = tuple(i for i, versions in own.items() if any(v.family == wanted for v in versions))
        families = sorted({v.family for versions in own.values() for v in versions if v.family})
        if not found:
            raise part.error(f"no family of listings {wanted!r}{nearest(wanted, families)}")
        return found
    if text not in own:
        raise part.error(f"no listing {text!r}{nearest(text, own)}; a family is written 'family NAME'")
    return (text,)


def instrument_named(part: Part, regime: Regime) -> str:
    """The citation of an instrument that a window or a listing rests on; any other is refused."""
    text = part.word()
    used = {w.by for rule in regime.book for w in rule.windows}
    used |= {v.by for versions in own_versions(regime).values() for v in versions}
    if text not in used:
        raise part.error(f"no rule or listing rests on {text!r}{nearest(text, used)}")
    return text


def own_versions(regime: Regime) -> dict[str, tuple[Listing, ...]]:
    """The versions of every listing in the law's own table."""
    return dict((regime.own or regime.listings).versions)


def fingerprint(text: str, regime: Regime) -> str:
    """The digest of everything a target names, as it reads now; blank where it names nothing.

    Of one rule it is the rule's own digest, so that nothing else in the law disturbs it.
    """
    rules = [r for r in regime.book if _matches(text, r.id)]
    if len(rules) == 1:
        return rules[0].digest[:LENGTH]
    own = own_versions(regime)
    wanted = text.removeprefix(FAMILY).strip()
    of_family = text.startswith(FAMILY)
    listings = [
        v for i, versions in own.items() for v in versions if (v.family == wanted if of_family else i == text)
    ]
    if not rules and not listings:
        rules = [r for r in regime.book if any(text in (w.by, w.struck_by) for w in r.windows)]
        listings = [v for versions in own.values() for v in versions if v.by == text]
    lines = [*_rule_lines(rules), *sorted(map(_listing_line, listings))]
    return sha256("\n".join(lines).encode()).hexdigest()[:LENGTH] if lines else ""


def _rule_lines(rules: Iterable[Rule]) -> list[str]:
    return sorted(f"{rule.id} {rule.digest}" for rule in rules)


def _listing_line(v: Listing) -> str:
    terms = "; ".join(term.text for term in v.terms)
    notes = "; ".join(f"{f.number}@{f.since}" for f in v.footnotes)
    return f"{v.id} {v.list} {v.start} {v.through} {v.by} | {v.name} | {v.scope.text} | {terms} | {notes}"


def _matches(text: str, rule: str) -> bool:
    return rule == text or (
        "*" in text and re.fullmatch(".*".join(map(re.escape, text.split("*"))), rule) is not None
    )
