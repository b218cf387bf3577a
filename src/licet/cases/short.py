"""Our own short form of worked cases, kept beside each law file as ``*.cases.yaml``.

base:                       # what every case of the file starts from
  with: {destination.country: CN, item.eccn: EAR99}
  parties: [{name: "Huawei Technologies Co., Ltd.", roles: [ultimate_consignee]}]
cases:
- case: the day before     # what is not stated is not so; ``unknown`` says that it is not known
  as_of: 2019-05-15
  known_at: 2019-05-21     # optional: what was public by then
  with: {certificate.by: exporter}
  then: no_licence_required
  stands: [744.11(a)]      # rules that must stand, fall or be open, for any party
  falls: [...]
  open: [...]
  needs: [entity_list]     # the requirements that explain the outcome
  review: presumption_of_denial
  by: [TGL v1 (c)(1)]      # what it is authorised by
  asks: [certificate.by]   # facts that must be among the questions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from licet.act import Act, party_from
from licet.cases.result import CaseResult
from licet.cases.silence import with_silence
from licet.decisions.decide import Decision, decide
from licet.language.errors import LawError, LicetError
from licet.language.instrument import Moment, moment_from
from licet.regime import Regime

_KEYS = frozenset(
    [
        "case",
        "as_of",
        "known_at",
        "with",
        "parties",
        "then",
        "stands",
        "falls",
        "open",
        "needs",
        "review",
        "by",
        "asks",
        "why",
    ]
)


def run(data: Mapping[str, Any], path: Path, regime: Regime) -> Iterator[CaseResult]:
    """Decide every case of a file and say which expectations failed and how."""
    base = data.get("base") or {}
    for number, case in enumerate(data.get("cases") or (), 1):
        name = f"{path.name}: {case.get('case') or number}"
        try:
            for key in case.keys() - _KEYS:
                raise LawError(f"{name}: unknown property {key!r}; known are {', '.join(sorted(_KEYS))}")
            decision = decide_case(case, base, regime)
            yield CaseResult(name, tuple(_failures(case, decision)), (), decision)
        except LicetError as error:
            yield CaseResult(name, (f"could not be decided: {error}",))


def decide_case(case: Mapping[str, Any], base: Mapping[str, Any], regime: Regime) -> Decision:
    """The decision of one case."""
    vocabulary = regime.vocabulary
    given = {**(base.get("with") or {}), **(case.get("with") or {})}
    stated = {name: vocabulary.stated(name, raw) for name, raw in given.items()}
    parties = []
    for told in case.get("parties", base.get("parties") or ()):
        party = party_from(vocabulary, told)
        parties.append(replace(party, facts=with_silence(party.facts, vocabulary, of_party=True)))
    act = Act(with_silence(stated, vocabulary), tuple(parties))
    return decide(act, regime, _moment(case, "as_of"), _moment(case, "known_at"))


def _moment(case: Mapping[str, Any], key: str) -> Moment | None:
    return moment_from(case.get(key), f"case {case.get('case')}: {key}")


def _failures(case: Mapping[str, Any], decision: Decision) -> Iterator[str]:
    if "then" in case and decision.outcome != case["then"]:
        yield f"then: expected {case['then']}, got {decision.outcome}"
    for key, verdict in (("stands", True), ("falls", False), ("open", None)):
        for rule in case.get(key) or ():
            if rule not in decision.regime.book.rules:
                yield f"{key}: there is no rule {rule}"
            elif decision.verdicts.somewhere(rule) is not verdict:
                yield f"{key}: {rule} does not, it {_VERDICT[decision.verdicts.somewhere(rule)]}"
    if "needs" in case:
        got = sorted({r.rule.known_as or r.rule.id for r in decision.needed})
        if sorted(case["needs"] or ()) != got:
            yield f"needs: expected {sorted(case['needs'] or ())}, got {got}"
    if "review" in case and decision.review != (None if case["review"] == "none" else case["review"]):
        yield f"review: expected {case['review']}, got {decision.review}"
    if "by" in case:
        labels = sorted({a.label for a in decision.authorisations})
        if sorted(case["by"] or ()) != labels:
            yield f"by: expected {sorted(case['by'] or ())}, got {labels}"
    asked = {q.fact for q in decision.missing}
    for fact in case.get("asks") or ():
        if fact not in asked:
            yield f"asks: {fact} is not asked for, only {sorted(asked)}"


_VERDICT = {True: "stands", False: "falls", None: "is open"}
