"""Outcomes: a book under several laws, one bar each, so that what differs stands below each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from licet.changes.plots.panels import AXIS, Measure, Panel, panels, unvalued
from licet.changes.plots.rendering import Part, Picture, library, nothing, specification
from licet.changes.plots.style import (
    FAINT,
    WIDTH,
    Row,
    brief,
    by_severity,
    clipped,
    ink_on,
    shade,
    wide,
    words,
)
from licet.decisions.outcome import Outcome

COLUMNS = {
    "view": "under", "outcome": "outcome", "lines": "lines", "value": "value", "currency": "currency",
}  # fmt: skip
_CAPTION = "The whole book under each law; the most restrictive outcome stands on the left."
_LANE, _NAMES = 44, 190
_HELD = [outcome for outcome in Outcome if not outcome.clear]


def outcomes(
    rows: Iterable[Row],
    names: Sequence[str],
    measure: Measure = "lines",
    title: str = "Outcomes side by side",
) -> Picture:
    """How much of the book comes to which outcome under each of several laws.

    ``rows`` have ``view`` (a place among ``names``), ``outcome``, ``lines``, ``value``, ``currency``. Money
    of several currencies gets a panel each.
    """
    given = tuple(rows)
    table = tuple({**row, "view": names[row["view"]]} for row in given)
    drawn = panels(given, measure)
    if not drawn:
        return nothing("outcomes", title, _CAPTION, "There are no lines to draw.", COLUMNS)
    present = by_severity(row["outcome"] for row in given)
    summary = _summary(drawn[0], names) + unvalued([row for row in given if row["view"] == 0], drawn)
    parts = [_panel(panel, names, present, legend=panel is drawn[0]) for panel in drawn]
    spec = specification(parts, title, _CAPTION, summary, spacing=18)
    return Picture(title, _CAPTION, summary, spec, table, COLUMNS, kind="outcomes")


def _panel(panel: Panel, names: Sequence[str], present: Sequence[str], legend: bool) -> Part:
    alt = library()
    labels = [f"{place + 1}. {clipped(name, _NAMES - 30)}" for place, name in enumerate(names)]
    bars = list(_bars(panel, labels, present))
    top = max((bar["end"] for bar in bars), default=1) or 1
    width = WIDTH - _NAMES
    for bar in bars:
        room = (bar["end"] - bar["start"]) / top * width
        bar["text"] = bar["brief"] if wide(bar["brief"]) + 8 < room else ""
    scale = alt.Scale(domain=[0, top], nice=False)
    y = alt.Y(
        "view:N", sort=labels, title=None,
        axis=alt.Axis(labelLimit=_NAMES, labelFontSize=11, domain=False, ticks=False),
        scale=alt.Scale(domain=labels, paddingInner=0.25, paddingOuter=0.1),
    )  # fmt: skip
    colours = alt.Scale(domain=[words(o) for o in present], range=[shade(o) for o in present])
    key = alt.Legend(
        title=None, symbolType="square", symbolSize=160, symbolStrokeColor=FAINT, orient="bottom", columns=4
    )
    chart = alt.Chart(alt.Data(values=bars), width=width, height=_LANE * len(names))
    rectangles = chart.mark_bar(stroke=FAINT, strokeWidth=0.5).encode(
        x=alt.X("start:Q", title=panel.unit, scale=scale, axis=alt.Axis(labelExpr=AXIS, tickCount=6)),
        x2="end:Q", y=y, color=alt.Color("outcome:N", scale=colours, legend=key if legend else None),
    )  # fmt: skip
    texts = chart.mark_text(fontSize=11).encode(
        x=alt.X("middle:Q", scale=scale), y=y, text="text:N", color=alt.Color("ink:N", scale=None)
    )
    return alt.layer(rectangles, texts)


def _bars(panel: Panel, labels: Sequence[str], present: Sequence[str]) -> Iterable[dict[str, Any]]:
    for place, label in enumerate(labels):
        at = 0.0
        for outcome in present:
            own = [r for r in panel.rows if r["view"] == place and r["outcome"] == outcome]
            size = sum(map(panel.size, own))
            if size:
                yield {
                    "view": label, "outcome": words(outcome), "start": at, "end": at + size,
                    "middle": at + size / 2, "brief": brief(outcome), "ink": ink_on(shade(outcome)),
                }  # fmt: skip
            at += size


def _summary(panel: Panel, names: Sequence[str]) -> str:
    """What cannot go ahead or stays open under each law."""
    held = [
        sum(panel.size(r) for r in panel.rows if r["view"] == place and r["outcome"] in _HELD)
        for place in range(len(names))
    ]
    told = "; ".join(f"{name}: {panel.said(size)}" for name, size in zip(names, held, strict=True))
    return f"What could not go ahead or stayed open. {told}."
