"""Line by line: the changed lines of a report, those of one turn and the same causes together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from licet.changes import impact
from licet.changes.compare import Cause, Change, Comparison
from licet.changes.plots import style
from licet.changes.plots.rendering import table_html
from licet.decisions.decide import Decision
from licet.decisions.outcome import Outcome
from licet.language.values import spoken

# More lines than this make a page that no browser likes; the rest is told, never dropped in silence.
_MOST = 5000
_LINES = {
    "row": "row", "order": "order", "date": "own date", "party": "customer", "item": "item",
    "review": "reviewed under", "ask": "facts to find out", "value": "value", "currency": "currency",
}  # fmt: skip
_UNDECIDED = {"row": "row", "order": "order", "problem": "why there is no decision"}


def changed_lines(comparison: Comparison) -> str:
    """The changes, those of the same turn and the same causes together."""
    parts = [_group(*group) for group in groups_of(comparison.changes[:_MOST])]
    if len(comparison.changes) > _MOST:
        hidden = len(comparison.changes) - _MOST
        parts.append(f"<p>{hidden:,} more changed lines are not in this page: take the table or XLSX.</p>\n")
    if comparison.undecided:
        rows = [
            {"row": line.number, "order": _order(line.act.particulars), "problem": line.problem}
            for line in comparison.undecided
        ]
        parts.append(f"<h3>Not decided</h3>\n{scrolled('Lines without a decision', rows, _UNDECIDED)}")
    return "".join(parts) or "<p>No line changes.</p>\n"


def groups_of(changes: Iterable[Change]) -> Iterator[tuple[str, tuple[Cause, ...], list[Change]]]:
    """The changes by what they turn to and why, the most restrictive first."""
    found: dict[tuple[str, tuple[Cause, ...]], list[Change]] = {}
    for change in changes:
        found.setdefault((_turn(change), change.causes), []).append(change)
    severity = list(Outcome)

    def rank(item: tuple[Any, list[Change]]) -> tuple[int, int, int]:
        first = item[1][0]
        return severity.index(first.after.outcome), severity.index(first.before.outcome), -len(item[1])

    for (turn, causes), own in sorted(found.items(), key=rank):
        yield turn, causes, own


def _turn(change: Change) -> str:
    """What an act turns from and to, with the bounds of what is open."""
    before, after = (_outcome(side) for side in (change.before, change.after))
    return f"{before} → {after}" if before != after else f"{after}, on other terms"


def _outcome(decision: Decision) -> str:
    bounds = decision.bounds
    could = bounds.mildest is not bounds.strictest
    words = decision.outcome.words
    return f"{words} ({bounds.mildest.words} to {bounds.strictest.words})" if could else words


def _group(turn: str, causes: Sequence[Cause], changes: Sequence[Change]) -> str:
    told = "".join(f"<li>{_cause(cause)}</li>\n" for cause in causes)
    head = f"{turn}: {style.counted(len(changes))}"
    table = scrolled("The lines", map(line_of, changes), _LINES, head)
    return f'<h3>{escape(head)}</h3>\n<ul class="causes">\n{told}</ul>\n{table}'


def _cause(cause: Cause) -> str:
    by = f", by {cause.instrument}" if cause.instrument else ""
    party = f" for {cause.party}" if cause.party else ""
    head = f"{cause.title} [{cause.rule}] {cause.turned}{party}{by}"
    cited = f'<span class="cite">({escape(cause.cite)})</span>'
    return f"<strong>{escape(head)}</strong>: {escape(cause.because)} {cited}"


def line_of(change: Change) -> dict[str, Any]:
    """One changed line as a row: where it stands, with whom, what it is, and what it is worth."""
    value, currency = impact.value_of(change.act)
    return {
        "row": str(impact.row_number(change)),
        "order": _order(change.act.particulars),
        "date": spoken(change.act.facts.get("act.date")),
        "party": impact.customer(change.act),
        "item": impact.item(change.act),
        "review": style.words(impact.reviewed(change.after)),
        "ask": "; ".join(dict.fromkeys(q.fact for q in change.after.missing)),
        "value": None if value is None else float(value),
        "currency": currency,
    }


def _order(particulars: Any) -> str:
    parts = (str(particulars.get(name) or "") for name in ("order_id", "line"))
    return "/".join(part for part in parts if part)


def scrolled(caption: str, rows: Iterable[Any], columns: style.Columns, label: str = "") -> str:
    """A table that scrolls by itself where it is wider than the page, with a keyboard too.

    Columns in which no row says anything are left out.
    """
    rows = list(rows)
    kept = {key: head for key, head in columns.items() if any(_says(key, row.get(key)) for row in rows)}
    region = f'<div class="wide" tabindex="0" role="region" aria-label="{escape(label or caption)}">'
    return f"{region}{table_html(caption, rows, kept)}</div>\n"


def _says(key: str, value: Any) -> bool:
    return bool(value) if key == "unvalued" else value not in (None, "")
