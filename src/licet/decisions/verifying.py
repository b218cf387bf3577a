"""Verifying: a stored proof is established again, and what differs is said precisely."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from licet.act import Act, party_from
from licet.decisions.decide import Decision, decide
from licet.language.errors import LicetError
from licet.language.instrument import moment_from
from licet.regime import Regime
from licet.version import __version__

SCHEMA = "licet-proof/1"


class ProofError(LicetError):
    """A file is not a proof that can be read."""


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a proof was re-established, and every difference found.

    ``holds`` is true when the same facts under the law at hand give the same outcome by the same
    rules; files that changed without bearing on it are listed in ``changed`` all the same.
    """

    holds: bool
    differences: tuple[str, ...]
    changed: tuple[str, ...]
    decision: Decision


def to_json(decision: Decision) -> dict[str, Any]:
    """A decision's proof as plain data, to be stored."""
    data = {
        "schema": SCHEMA,
        **asdict(decision.proof),
        "unrelieved": decision.unrelieved,
        "review": decision.review,
        "obligations": list(decision.obligations),
        "authorised_by": [a.label for a in decision.authorisations],
        "missing": [{"fact": q.fact, "about": q.about, "ask": q.ask} for q in decision.missing],
        "notice": decision.regime.notice,
    }
    plain: dict[str, Any] = json.loads(json.dumps(data))
    return plain | {"seal": seal(plain)}


def seal(data: Mapping[str, Any]) -> str:
    """A digest over everything else in a proof: a slip of the hand shows, a forger could make another."""
    rest = {key: value for key, value in data.items() if key != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, default=str).encode()).hexdigest()


def verify(stored: Mapping[str, Any], regime: Regime) -> Verification:
    """Decide again what a stored proof decided, and compare rule by rule.

    Raises:
        ProofError: when the data is not a proof, or lacks something it needs.
    """
    if not isinstance(stored, Mapping) or stored.get("schema") != SCHEMA:
        raise ProofError(f"expected a proof with 'schema: {SCHEMA}'")
    try:
        parties = [party_from(regime.vocabulary, p) for p in stored["parties"]]
        act = Act.stating(regime.vocabulary, stored["facts"], parties, stored.get("particulars"))
        as_of, known_at = moment_from(stored["as_of"], "as_of"), moment_from(stored["known_at"], "known_at")
        nodes = [*stored["scope"], *stored["demands"]]
        decision = decide(act, regime, as_of, known_at, bool(stored.get("unrelieved")))
        differences = [*_differences(stored, nodes, decision, regime), *_altered(stored, decision)]
        changed = tuple(_changed(stored["files"], regime))
        if not changed and (stored["law"], stored["lists"]) != (regime.digest, regime.lists_digest):
            differences.append("law, lists: the digests are not those of the files that the proof names")
    except RecursionError:
        raise ProofError("the proof is damaged: it is nested too deeply") from None
    except (LicetError, KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ProofError(f"the proof is damaged: {error!r}") from None
    return Verification(not differences, tuple(differences), changed, decision)


# What depends on the law at hand or the engine, and is compared on its own.
_OF_THE_LAW = frozenset(
    ("law", "lists", "rulebook", "files", "engine", "seal", "scope", "demands", "outcome", "notice")
)


def _altered(stored: Mapping[str, Any], decision: Decision) -> Iterator[str]:
    """Everything else in which the stored proof is not what deciding again gives."""
    if stored.get("seal") != seal(stored):
        yield "seal: the proof was altered after it was made"
    made = to_json(decision)
    for key in made.keys() - _OF_THE_LAW:
        if stored.get(key) != made[key]:
            yield f"{key}: {_short(stored.get(key))} in the proof, {_short(made[key])} now"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _differences(
    stored: Mapping[str, Any], nodes: list[Mapping[str, Any]], decision: Decision, regime: Regime
) -> Iterator[str]:
    if stored["outcome"] != decision.outcome:
        yield f"outcome: the proof says {stored['outcome']}, the law at hand gives {decision.outcome}"
    before = {(n["rule"], n.get("party", "")): n for top in nodes for n in _walk(top)}
    after = {(n.rule, n.party): n for n in decision.proof.nodes}
    for (rule, party), old in before.items():
        about = _about(rule, party)
        if rule not in regime.book.rules:
            yield f"{about}: no longer in the law"
            continue
        new = after.get((rule, party))
        where = regime.book[rule].where
        if old["digest"] != regime.book[rule].digest:
            yield f"{about}: its text has changed ({where})"
        if new is None:
            yield f"{about}: is no longer weighed"
        elif old["verdict"] != new.verdict:
            yield f"{about}: {old['verdict']} in the proof, {new.verdict} now ({where})"
        elif old["in_force"] != new.in_force:
            yield f"{about}: {old['in_force']!r} in the proof, {new.in_force!r} now"
        elif old.get("listing", "") != new.listing:
            yield f"{about}: listing {old.get('listing')!r} in the proof, {new.listing!r} now"
    for rule, party in after.keys() - before.keys():
        yield f"{_about(rule, party)}: weighed now, not in the proof"


def _about(rule: str, party: str) -> str:
    return f"rule {rule} for {party}" if party else f"rule {rule}"


def _walk(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for key in ("because", "against", "lifted_by"):
        for below in node[key]:
            yield from _walk(below)


def _changed(files: Mapping[str, str], regime: Regime) -> Iterator[str]:
    for name in sorted({*files, *regime.files}):
        old, new = files.get(name), regime.files.get(name)
        if old is None:
            yield f"{name}: added since"
        elif new is None:
            yield f"{name}: removed since"
        elif old != new:
            yield f"{name}: changed since"


def engine_of(stored: Mapping[str, Any]) -> str:
    """The version that made a stored proof, and the one at hand where it differs."""
    made = str(stored.get("engine"))
    return made if made == __version__ else f"{made} (this is {__version__})"
