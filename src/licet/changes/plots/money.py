"""Money before and after: two bars for each reason, party, item or week, from zero, most changed first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from licet.changes.plots.panels import AXIS, Measure, Panel, panels, unvalued
from licet.changes.plots.rendering import Part, Picture, library, nothing, specification
from licet.changes.plots.style import (
    AFTER,
    BEFORE,
    FAINT,
    INK,
    Row,
    amount,
    by_severity,
    words,
    wrapped,
)
from licet.decisions.outcome import Outcome

COLUMNS = {
    "key": "what", "side": "side", "lines": "lines", "value": "value", "currency": "currency",
}  # fmt: skip
_TITLES = {
    "outcome": "Money by outcome, before and after",
    "reason": "Money by reason, before and after",
    "party": "Money stopped or open, by customer, before and after",
    "item": "Money stopped or open, by item, before and after",
    "week": "Money stopped or open, by week, before and after",
}
_CAPTION = "White bars: {}. Dark bars: {}."
_HELD = [outcome for outcome in Outcome if not outcome.clear]
_SIDES = ("before", "after")
_LABELS, _BARS, _STEP, _MOST, _DEEP = 230, 450, 40, 20, 3


def money(
    rows: Iterable[Row],
    by: str = "reason",
    names: tuple[str, str] = _SIDES,
    measure: Measure = "value",
    title: str = "",
) -> Picture:
    """What each reason (or outcome, party, item, week) amounts to, before and after.

    ``rows`` have ``by``, ``key``, ``side``, ``lines``, ``value``, ``currency``; those of another ``by``
    are left out. A party, item or week has the same money on both sides: of rows that say their
    ``outcome`` those are drawn that are stopped or open. Of many keys the largest are drawn, and all
    are in the table.
    """
    table = tuple(row for row in rows if row["by"] == by and _counts(row))
    if names[0] == names[1]:
        names = (f"before, {names[0]}", f"after, {names[1]}")
    title = title or _TITLES.get(by, f"Money by {by}, before and after")
    caption = _CAPTION.format(*names)
    drawn = panels(table, measure)
    if not drawn:
        return nothing("money", title, caption, "There is nothing to compare.", COLUMNS)
    summary = _summary(drawn, names) + unvalued([r for r in table if r["side"] == _SIDES[0]], drawn)
    parts = [_panel(panel, by, names, legend=panel is drawn[0]) for panel in drawn]
    return Picture(
        kind="money",
        title=title,
        caption=caption,
        summary=summary,
        spec=specification(parts, title, caption, summary, spacing=18),
        table=table,
        columns=COLUMNS,
    )


def _counts(row: Row) -> bool:
    return row["by"] in ("outcome", "reason") or row.get("outcome") in (None, *_HELD)


def _sizes(panel: Panel) -> dict[str, tuple[float, float]]:
    """Before and after of every key."""
    found: dict[str, list[float]] = {}
    for row in panel.rows:
        found.setdefault(str(row["key"]), [0, 0])[_SIDES.index(row["side"])] += panel.size(row)
    return {key: (pair[0], pair[1]) for key, pair in found.items()}


def _shown(sizes: dict[str, tuple[float, float]], by: str) -> list[str]:
    """The keys to draw: those that change most, if any does; outcomes by severity, weeks by date."""
    if by == "outcome":
        return by_severity(sizes)
    ranked = sorted(sizes, key=lambda key: (-_change(sizes[key]), -max(sizes[key]), key))
    changed = [key for key in ranked if _change(sizes[key])]
    kept = (changed or ranked)[:_MOST]
    return sorted(kept) if by == "week" else kept


def _change(pair: tuple[float, float]) -> float:
    return abs(pair[1] - pair[0])


def _panel(panel: Panel, by: str, names: tuple[str, str], legend: bool) -> Part:
    alt = library()
    sizes = _sizes(panel)
    shown = {key: sizes[key] for key in _shown(sizes, by)}
    rows = [
        {"place": n, "side": name, "size": size, "text": amount(size)}
        for n, pair in enumerate(shown.values())
        for name, size in zip(names, pair, strict=True)
    ]
    labels = [wrapped(words(key) if by in ("outcome", "reason") else key, _LABELS, _DEEP) for key in shown]
    top = max(max(pair) for pair in shown.values()) * 1.12 or 1
    # The text to the right of the longest bar needs room too.
    x = alt.X("size:Q", title=panel.unit, scale=alt.Scale(domain=[0, top], nice=False),
              axis=alt.Axis(labelExpr=AXIS, labelFlush=False, tickCount=5, tickMinStep=1))  # fmt: skip
    lines = json.dumps(labels, ensure_ascii=False)
    raised = {
        "condition": [
            {"test": f"length({lines}[datum.value]) == {n}", "value": -6 * (n - 1)}
            for n in range(2, _DEEP + 1)
        ],
        "value": 0,
    }
    y = alt.Y("place:O", title=None, sort=None, scale=alt.Scale(paddingInner=0.25, paddingOuter=0.15),
              axis=alt.Axis(labelExpr=f"{lines}[datum.value]", labelLimit=_LABELS + 20, labelPadding=6,
                            labelOffset=raised, ticks=False))  # fmt: skip
    offset = alt.YOffset("side:N", sort=list(names))
    colours = alt.Scale(domain=list(names), range=[BEFORE, AFTER])
    key = alt.Legend(title=None, orient="top", symbolType="square", symbolStrokeColor=INK)
    base = alt.Chart(alt.Data(values=rows), width=_BARS, height=_STEP * len(shown) + 8)
    bars = base.mark_bar(stroke=INK, strokeWidth=0.8).encode(
        x=x, y=y, yOffset=offset, tooltip=["side:N", "text:N"],
        color=alt.Color("side:N", scale=colours, legend=key if legend else None),
    )  # fmt: skip
    texts = base.mark_text(align="left", dx=4, fontSize=10, color=INK).encode(
        x=x, y=y, yOffset=offset, text="text:N"
    )
    chart = alt.layer(bars, texts)
    hidden = [pair for key, pair in sizes.items() if key not in shown]
    if not hidden:
        return chart
    still = sum(1 for pair in hidden if not _change(pair))
    counts = {"that stay the same": still, "that change less": len(hidden) - still}
    more = f"Also in the table: {', '.join(f'{n} {what}' for what, n in counts.items() if n)}."
    return chart.properties(
        title=alt.TitleParams(
            text=more, orient="bottom", anchor="start", fontSize=11, fontWeight="normal", color=FAINT
        )
    )


def _summary(drawn: Sequence[Panel], names: tuple[str, str]) -> str:
    """What moves most, up and down, in each currency."""
    told = []
    for panel in drawn:
        sizes = _sizes(panel)
        for word, moved in (("grows", max), ("shrinks", min)):
            key = moved(sizes, key=lambda k: sizes[k][1] - sizes[k][0])
            if (sizes[key][1] > sizes[key][0]) if word == "grows" else (sizes[key][1] < sizes[key][0]):
                told.append(f"{_from_to(panel, key, sizes[key])} {word} most")
        if not any(map(_change, sizes.values())):
            key = max(sizes, key=lambda k: sizes[k][0])
            told.append(f"nothing changes; {words(key)} is largest ({panel.said(sizes[key][0])})")
    return f"{names[0]} against {names[1]}: {'; '.join(told)}."


def _from_to(panel: Panel, key: str, pair: tuple[float, float]) -> str:
    return f"{words(key)} (from {panel.said(pair[0])} to {panel.said(pair[1])})"
