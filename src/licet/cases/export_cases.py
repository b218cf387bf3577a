"""Case files of the schema ``export-cases/1``: read, decided, and compared with what they expect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from licet.cases.reading import Reading
from licet.cases.registry import Registry
from licet.cases.result import CaseResult
from licet.decisions.decide import Decision, decide
from licet.decisions.outcome import Outcome
from licet.decisions.process import ProcessEvent, clocks, named, nearest
from licet.language import citation
from licet.language.errors import LicetError
from licet.language.instrument import day, moment_from
from licet.language.rulebook import Rulebook
from licet.regime import Regime

SCHEMA = "export-cases/1"
_OUTCOMES = {
    "not_subject_to_ear": Outcome.NOT_SUBJECT,
    "prohibited_denial_order": Outcome.FORBIDDEN,
}


def run(data: Mapping[str, Any], path: Path, regime: Regime) -> Iterator[CaseResult]:
    """Decide every case of a file and say which expectations failed and how."""
    registry = Registry.read(data.get("parties") or {}, regime)
    law = regime.with_listings(registry.listings)
    for case in data.get("cases") or ():
        name = f"{case.get('id')} {case.get('title') or ''}".strip()
        try:
            yield (
                _process(case, name, regime)
                if _is_process(case)
                else _decided(case, name, registry, law, path)
            )
        except LicetError as error:
            yield CaseResult(name, (f"could not be decided: {error}",))


def _is_process(case: Mapping[str, Any]) -> bool:
    return (case.get("transaction") or {}).get("kind") == "licence_process"


def _decided(case: Mapping[str, Any], name: str, registry: Registry, law: Regime, path: Path) -> CaseResult:
    reading = Reading(case.get("transaction") or {}, registry, law)
    act = reading.act(f"{path.name}, case {case.get('id')}")
    decision = decide(act, law)
    failures = tuple(_failures(case.get("expect") or {}, decision))
    return CaseResult(name, failures, tuple(dict.fromkeys(reading.unread)), decision)


def _failures(expect: Mapping[str, Any], decision: Decision) -> Iterator[str]:
    wanted = _outcome(expect.get("outcome"))
    also = [_outcome(o) for o in expect.get("accept_also") or ()]
    if decision.outcome not in (wanted, *also):
        yield f"outcome: expected {wanted}, got {decision.outcome}"
    if expect.get("subject_to_ear") is not None and decision.subject is not expect["subject_to_ear"]:
        yield f"subject_to_ear: expected {expect['subject_to_ear']}, got {decision.subject}"
    if decision.outcome == wanted:
        yield from _particulars(expect, decision)
    if expect.get("missing_inputs") and decision.outcome is Outcome.INDETERMINATE and not decision.missing:
        yield "missing_inputs: expected questions, got none"
    for text in expect.get("must_cite") or ():
        lacking = citation.missing(decision.proof.cited, str(text))
        if lacking or not citation.keys(str(text)):
            yield f"must_cite: the proof does not cite {text}"


def _particulars(expect: Mapping[str, Any], decision: Decision) -> Iterator[str]:
    if "licence_required_by" in expect:
        wanted = set(expect["licence_required_by"] or ())
        got = {r.rule.known_as or r.rule.id for r in decision.needed}
        open_ = {r.rule.known_as or r.rule.id for r in decision.open}
        # Of an open answer a case may name what is open, or nothing.
        if wanted != got and not (decision.outcome is Outcome.INDETERMINATE and wanted == got | open_):
            yield f"licence_required_by: expected {sorted(wanted)}, got {sorted(got)}"
    if "review_policy" in expect:
        policy = None if decision.outcome.clear else decision.review
        if not _policy_fits(expect["review_policy"], policy):
            yield f"review_policy: expected {expect['review_policy']}, got {policy}"
    if "authorised_by" in expect:
        labels = (
            [_footing_text(a, decision) for a in decision.authorisations] if decision.outcome.clear else []
        )
        if not _authority_fits(expect["authorised_by"], labels, _symbols(decision.regime.book)):
            named_ = [text.split("|")[0].strip() for text in labels]
            yield f"authorised_by: expected {expect['authorised_by']}, got {named_ or None}"
    for key, value in (expect.get("computed") or {}).items():
        got_value = decision.case.facts.get(key) or decision.case.facts.get(f"item.{key}")
        if (
            isinstance(value, int | float)
            and isinstance(got_value, int | float)
            and abs(value - got_value) > 0.01
        ):
            yield f"computed: {key}: expected {value}, got {got_value}"


def _outcome(name: Any) -> str:
    return _OUTCOMES.get(str(name), str(name))


def _policy_fits(wanted: Any, got: str | None) -> bool:
    if wanted == "strictest_of_all_applicable":
        # Of requirements, and of owners, the strictest policy is always the one that is taken.
        return got is not None
    return bool(wanted == got) or (wanted is None and got is None)


def _footing_text(authorisation: Any, decision: Decision) -> str:
    window = authorisation.standing.window
    by = decision.regime.instruments.get(window.by) if window else None
    return " | ".join(
        [authorisation.label, authorisation.rule.title, authorisation.rule.cite, by.cited if by else ""]
    )


def _authority_fits(wanted: Any, labels: list[str], symbols: frozenset[str]) -> bool:
    """Whether what is named as the authority is among those relied on, in any consistent form."""
    if wanted is None:
        return not labels
    return any(_same_authority(str(wanted), label, symbols) for label in labels)


def _same_authority(wanted: str, label: str, symbols: frozenset[str]) -> bool:
    """Citations, versions, paragraphs and symbols named must all be there; else most words must."""
    marks = _marks(wanted, symbols)
    if marks:
        return marks <= _marks(label, symbols) and not citation.missing(citation.keys(label), wanted)
    if citation.keys(wanted):
        return not citation.missing(citation.keys(label), wanted)
    words = _words(wanted)
    return len(words & _words(label)) * 2 > len(words)


@lru_cache(maxsize=8)
def _symbols(book: Rulebook) -> frozenset[str]:
    """Symbols by which authorisations are named in the law: three capitals in a label."""
    found = {m for rule in book for m in re.findall(r"\b[A-Z]{3}\b", rule.label)}
    return frozenset(found - {"CFR", "EAR"})


def _marks(text: str, symbols: frozenset[str]) -> set[str]:
    """Versions (``v2``), paragraphs (``(c)(1)``) and symbols named in a text."""
    plain = re.sub(r"\b\d+ (?:CFR|FR)\b[^;|)]*", " ", text)
    found = {m.lower() for m in re.findall(r"\bv\d\b", plain)}
    found |= set(re.findall(r"\([a-z]\)\(\d\)", plain)) if re.search(r"\bv\d\b|\bTGL\b", plain) else set()
    return found | (set(re.findall(r"\b[A-Z]{3}\b", plain)) & symbols)


def _words(text: str) -> set[str]:
    noise = {"the", "of", "in", "to", "for", "and", "a", "no", "part", "under"}
    return {w.rstrip("s") for w in re.findall(r"[a-z]+", text.casefold())} - noise


# -- process cases ---------------------------------------------------------------------


def _process(case: Mapping[str, Any], name: str, regime: Regime) -> CaseResult:
    transaction, expect = case["transaction"], case.get("expect") or {}
    event = named(_clocks(regime.folder), str(transaction.get("event")))
    if event is None:
        return CaseResult(name, (f"no clock is known for the event {transaction.get('event')!r}",))
    moment = moment_from(transaction.get("date"), name)
    if moment is None:
        return CaseResult(name, ("a process case needs its date",))
    dates = event.dates(day(moment), int(transaction.get("days_not_counted") or 0))
    return CaseResult(name, tuple(_process_failures(expect, dates, event)))


@lru_cache(maxsize=4)
def _clocks(folder: Path) -> Mapping[str, ProcessEvent]:
    return clocks(folder)


def _process_failures(
    expect: Mapping[str, Any], dates: Mapping[str, date], event: ProcessEvent
) -> Iterator[str]:
    if expect.get("outcome") not in (None, "process_dates"):
        yield f"outcome: expected {expect['outcome']}, got process_dates"
    for key, raw in (expect.get("dates") or {}).items():
        name = nearest(dates, key)
        wanted = moment_from(raw, key)
        if name is None:
            yield f"dates: {key}: the event sets no such day, only {', '.join(dates)}"
        elif dates[name] != wanted:
            yield f"dates: {key}: expected {wanted}, got {dates[name]}"
    for text in expect.get("must_cite") or ():
        if citation.missing(citation.keys(event.cited), str(text)):
            yield f"must_cite: the clocks of {event.event} do not cite {text}"
