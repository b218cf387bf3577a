"""The report of an impact: a comparison with everything that has to be said of it, whatever the format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from licet.changes.causes import Cause
from licet.changes.compare import Comparison, View
from licet.changes.figures import flows, money
from licet.changes.impact import Row, certificates, changed_lines, obligations, questions, turned_rules
from licet.changes.risk import Assumptions, at_risk
from licet.changes.scenario import Scenario, void
from licet.changes.sections import Section, sections
from licet.language.values import spoken

VIEW_COLUMNS = ("known_before", "known_after", "law_before", "law_after", "lists", "assumed", "notice")


@dataclass(frozen=True)
class Report:
    """``assumed`` has what each scenario assumes and changes, ``void`` what a rule in force forbids of it."""

    comparison: Comparison
    scenarios: tuple[Scenario, ...]
    assumed: tuple[dict[str, Any], ...]
    void: tuple[str, ...]
    risk: tuple[Row, ...]
    warning: str

    @classmethod
    def of(
        cls,
        comparison: Comparison,
        scenarios: Sequence[Scenario],
        against: Sequence[Scenario],
        assumptions: Assumptions,
    ) -> Report:
        """The report of a comparison of the law with ``scenarios`` and the law with others, or as it is."""
        sides = (("after", scenarios), ("before", against))
        regimes = (comparison.before.regime, comparison.after.regime)
        return cls(
            comparison,
            (*scenarios, *against),
            tuple(_assumed(scenario, side) for side, group in sides for scenario in group),
            tuple(dict.fromkeys(note for regime in regimes for note in void(regime))),
            tuple(at_risk(comparison, assumptions)),
            f"{assumptions.warning} Assumptions: {assumptions.says}.",
        )

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Everything added up, as tables."""
        return sections(self.comparison, self.risk, self.warning)

    @property
    def title(self) -> str:
        """What is compared, in a line."""
        before, after = self.comparison.before, self.comparison.after
        days = (before.on, after.on) if before.on != after.on else (before.known_at, after.known_at)
        if before.regime is not after.regime:
            return f"Impact of {after.name}"
        known = "" if before.on != after.on else " in what was known"
        return f"Impact{known}: {' to '.join(spoken(day) for day in days)}"

    @property
    def said(self) -> list[str]:
        """As of when, known when, by which law and lists, what was assumed, and what it is not."""
        comparison = self.comparison
        regime = comparison.after.regime
        told = [f"Before: {comparison.before.says}.", f"After: {comparison.after.says}."]
        for scenario in self.assumed:
            told.append(
                f"Assumed ({scenario['side']}), {scenario['scenario']}: {' '.join(scenario['assumes'])}"
            )
            told += [f"It changes: {change}" for change in scenario["changes"]]
            told += [f"Reading: {reading}" for reading in scenario["readings"]]
            told += [f"The idea: {source}" for source in scenario["sources"]]
        told += [f"Without effect: {note}" for note in self.void]
        told.append(
            f"{len(comparison.changes)} of {comparison.lines} lines change; "
            f"{len(comparison.undecided)} could not be decided."
        )
        told.append(
            f"Checked against published texts up to {regime.confirmed}. "
            f"Parties compared with: {regime.compared_with}. {regime.notice}"
        )
        return told

    def document(self) -> dict[str, Any]:
        """Everything, as JSON has it."""
        comparison = self.comparison
        return {
            "title": self.title,
            "said": self.said,
            "before": _told(comparison.before),
            "after": _told(comparison.after),
            "assumed": self.assumed,
            "without_effect": self.void,
            "lines": comparison.lines,
            "changed": len(comparison.changes),
            "undecided": [{"number": x.number, "problem": x.problem} for x in comparison.undecided],
            "rules": turned_rules(comparison),
            "obligations": obligations(comparison),
            "certificates": certificates(comparison),
            "questions": questions(comparison),
            "risk": self.risk,
            "risk_warning": self.warning,
            "flows": flows(comparison),
            "money": money(comparison),
            "changes": [
                {**row, "causes": [_cause(cause) for cause in change.causes]}
                for row, change in zip(changed_lines(comparison), comparison.changes, strict=True)
            ],
        }

    def html(self) -> str:
        """The report as one self-contained HTML page, with its pictures.

        Raises:
            PictureError: where the extra ``pictures`` is missing.
        """
        from licet.changes.plots import risk
        from licet.changes.report import ScenarioNote, pictures_of, report_html

        pictures = (*pictures_of(self.comparison), risk(self.risk))
        notes = [ScenarioNote.of(scenario) for scenario in self.scenarios]
        return report_html(self.comparison, pictures, notes, self.title)

    def flat(self) -> list[Row]:
        """One row a changed line, each saying under which law and lists it was found."""
        before, after = self.comparison.before, self.comparison.after
        under = (
            spoken(before.known),
            spoken(after.known),
            before.regime.digest[:12],
            after.regime.digest[:12],
            after.regime.compared_with,
            "; ".join(f"{s['scenario']}: {' '.join(s['assumes'])}" for s in self.assumed),
            after.regime.notice,
        )
        told = dict(zip(VIEW_COLUMNS, under, strict=True))
        return [row | told for row in changed_lines(self.comparison)]


def _assumed(scenario: Scenario, side: str) -> dict[str, Any]:
    return {
        "side": side,
        "scenario": scenario.title,
        "reason": scenario.reason,
        "assumes": list(scenario.assumes),
        "readings": list(scenario.readings),
        "changes": scenario.says(),
        "sources": [str(source) for source in scenario.sources],
        "digest": scenario.digest,
    }


def _told(view: View) -> dict[str, Any]:
    return {
        "name": view.name,
        "law_of": "each act's own date" if view.on is None else spoken(view.on),
        "known_at": spoken(view.known),
        "law": view.regime.digest,
        "lists": view.regime.lists_digest,
        "compared_with": view.regime.compared_with,
    }


def _cause(cause: Cause) -> dict[str, str]:
    return {name: getattr(cause, name) for name in cause.__dataclass_fields__}
