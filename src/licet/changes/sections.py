"""The impact of a change as tables: the same sections wherever they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from licet.changes.compare import Change, Comparison
from licet.changes.figures import flows, money
from licet.changes.impact import (
    Row,
    certificates,
    customer,
    item,
    obligations,
    questions,
    reviewed,
    row_number,
    set_against,
    turned_rules,
    value_of,
)
from licet.changes.risk import FORECAST
from licet.decisions.decide import Decision
from licet.decisions.outcome import Outcome

_STAKE = {"lines": "lines", "value": "value", "currency": "", "unvalued": "without value"}
_AGAINST = {
    "key": "", "lines_before": "lines before", "value_before": "value before", "lines_after": "lines after",
    "value_after": "value after", "currency": "",
}  # fmt: skip
_BY = {
    "outcome": "Money by outcome",
    "reason": "Money by reason",
    "party": "Money stopped or open, by customer",
    "item": "Money stopped or open, by item",
    "week": "Money stopped or open, by week of the acts' own dates",
}


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a title, with the headings of the columns shown; ``name`` is that of its sheet."""

    name: str
    title: str
    headings: Mapping[str, str]
    rows: Sequence[Row]
    note: str = ""

    @property
    def shown(self) -> dict[str, str]:
        """The columns worth a place: one in which every cell is empty or nought says nothing."""
        return {k: h for k, h in self.headings.items() if any(row[k] for row in self.rows)}


def sections(comparison: Comparison, risk: Sequence[Row], warning: str) -> tuple[Section, ...]:
    """Everything a comparison adds up to, in the order in which it is read; the lines are apart."""
    every = flows(comparison)
    turned = [row for row in every if row["before"] != row["after"]]
    stay = sum(row["lines"] for row in every) - sum(row["lines"] for row in turned)
    sums = money(comparison)
    return (
        Section(
            "flows", "From which outcome to which", {"before": "from", "after": "to", **_STAKE}, turned,
            f"{stay} of {comparison.lines} lines keep their outcome.",
        ),
        Section(
            "rules", "Because of which rule and instrument",
            {"rule": "rule", "title": "", "turned": "", "instrument": "instrument", "cite": "cite", **_STAKE},
            turned_rules(comparison), "A line that two rules turned counts for both.",
        ),
        *(
            Section(by, title, _AGAINST | {"key": by}, set_against(sums, by))
            for by, title in _BY.items()
        ),
        Section(
            "obligations", "Obligations that begin or lapse",
            {"turned": "", "obligation": "obligation", **_STAKE}, obligations(comparison),
        ),
        Section(
            "certificates", "Certificates and general licences that die",
            {
                "row": "row", "order_id": "order", "line": "line", "party": "party",
                "authorisation": "relied on", "certificate_by": "certificate by", "ended_by": "ended by",
                "outcome": "now", "now": "now by", "value": "value", "currency": "",
            },
            certificates(comparison),
        ),
        Section(
            "questions", "What to ask whom",
            {"fact": "fact", "about": "about", "ask": "question", "new": "new", **_STAKE},
            questions(comparison), "About nobody: a fact of the act itself.",
        ),
        Section(
            "risk", "Revenue at risk by quarter",
            {
                "quarter": "quarter", "lines": "lines", "exposed": "value stopped", "low": "lost, low",
                "central": "central", "high": "high", "late_low": "late, low", "late_central": "central",
                "late_high": "high", "freed": "value freed", "currency": "",
            },
            risk, f"{FORECAST} {warning}",
        ),
    )  # fmt: skip


def cell(value: Any) -> str:
    """A cell as people read it."""
    if isinstance(value, float):
        return f"{value:,.0f}"
    return "" if value is None else str(value).replace("_", " ") if value in set(Outcome) else str(value)


def explained(changes: Iterable[Change]) -> dict[tuple[str, tuple[str, ...]], list[Change]]:
    """The changed lines by what became of them and why, so that each explanation is read once."""
    found: dict[tuple[str, tuple[str, ...]], list[Change]] = {}
    for change in changes:
        turn = f"{_came_to(change.before)} → {_came_to(change.after)}"
        found.setdefault((turn, tuple(causes(change))), []).append(change)
    severity = list(Outcome)
    ranked = sorted(found.items(), key=lambda e: (severity.index(e[1][0].after.outcome), -len(e[1])))
    return dict(ranked)


def _came_to(decision: Decision) -> str:
    bounds = decision.bounds
    if decision.outcome is not Outcome.INDETERMINATE:
        return decision.outcome.words
    return f"indeterminate ({bounds.mildest.words} or {bounds.strictest.words})"


def named(change: Change) -> str:
    """One changed line in words: where it stands, what it is, with whom, and what it is worth."""
    value, currency = value_of(change.act)
    told = change.act.particulars
    order = "/".join(str(x) for x in (told.get("order_id"), told.get("line")) if x)
    worth = "without value" if value is None else f"{value:,.0f} {currency}"
    return f"row {row_number(change)}, {order}: {item(change.act)}, {customer(change.act)}, {worth}"


def causes(change: Change) -> Iterator[str]:
    """Why a line changed: a sentence for each thing that turned, with its citation."""
    for cause in change.causes:
        bears = f", which bears on {cause.demand}" if cause.demand not in ("", cause.rule) else ""
        by = f" [{cause.instrument}]" if cause.instrument else ""
        yield f"{cause.rule} ({cause.title}) {cause.turned}{bears}: {cause.because}{by}. {cause.cite}."
    if change.before.review != change.after.review:
        old, new = ((reviewed(side) or "none").replace("_", " ") for side in (change.before, change.after))
        yield f"Applications are reviewed under: {new}; before, {old}."
