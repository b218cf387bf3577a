"""Bands: what the book would come to on each day, stacked by outcome, with what turned it marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from licet.changes.plots import marking
from licet.changes.plots.panels import AXIS, Measure, Panel, panels, total, unvalued
from licet.changes.plots.rendering import Part, Picture, library, nothing, specification
from licet.changes.plots.style import (
    FAINT,
    WIDTH,
    Row,
    brief,
    by_severity,
    counted,
    ink_on,
    shade,
    wide,
    words,
)
from licet.changes.plots.times import Span, axis, day, ms, span_of
from licet.decisions.outcome import Outcome

COLUMNS = {
    "from": "from", "through": "through", "outcome": "outcome", "lines": "lines", "value": "value",
    "currency": "currency",
}  # fmt: skip
_CAPTION = (
    "Every line of the book decided as if done on each day; a stretch is of days on which nothing turns."
)
_HEIGHT, _THIN, _LETTER = 260, 1.5, 13
_HELD = [outcome for outcome in Outcome if not outcome.clear]


@dataclass(frozen=True, slots=True)
class _Block:
    """One outcome in one stretch of days: where its rectangle lies."""

    start: date
    end: date
    outcome: str
    low: float
    high: float


def bands(
    rows: Iterable[Row],
    marks: Iterable[Row] = (),
    measure: Measure = "value",
    title: str = "Outcomes of the book over time",
) -> Picture:
    """How much of the book falls under which outcome, day by day.

    ``rows`` have ``from``, ``through``, ``outcome``, ``lines``, ``value``, ``currency``; ``marks`` have
    ``day``, ``instrument``, ``title``. Money of several currencies gets a panel each.
    """
    table = tuple(rows)
    drawn = panels(table, measure)
    if not drawn:
        return nothing("bands", title, _CAPTION, "There are no lines to draw.", COLUMNS)
    span = span_of([(row["from"], row["through"]) for row in table])
    inside = sorted((m for m in marks if span.holds(day(m["day"]))), key=lambda m: day(m["day"]))
    pointed = [
        marking.Mark(ms(day(m["day"])), m["instrument"], f"{day(m['day'])}  {m['instrument']}: {m['title']}")
        for m in inside
    ]
    labels = marking.placed(pointed, span.pixel_of)
    alt = library()
    x = alt.X("at:T", axis=None, scale=span.scale())
    parts = [marking.strip(labels, x)] if labels else []
    present = by_severity(row["outcome"] for row in table)[::-1]
    parts += [_panel(panel, span, labels, present, legend=panel is drawn[0]) for panel in drawn]
    first = [row for row in table if row["from"] == table[0]["from"]]
    summary = _summary(table, drawn, span) + unvalued(first, drawn)
    return Picture(
        kind="bands",
        title=title,
        caption=_CAPTION,
        summary=summary,
        spec=specification([*parts, *marking.key(pointed)], title, _CAPTION, summary, spacing=6),
        table=table,
        columns=COLUMNS,
        notes=marking.notes(pointed),
    )


def _blocks(panel: Panel, span: Span) -> list[_Block]:
    """The rectangles, the most restrictive outcome at the bottom."""
    stretches: dict[tuple[date, date], dict[str, float]] = {}
    for row in panel.rows:
        sizes = stretches.setdefault(span.clipped(row["from"], row["through"]), {})
        sizes[row["outcome"]] = sizes.get(row["outcome"], 0) + panel.size(row)
    found = []
    for (start, end), sizes in sorted(stretches.items()):
        low = 0.0
        for outcome in by_severity(sizes):
            found.append(_Block(start, end, outcome, low, low + sizes[outcome]))
            low += sizes[outcome]
    return found


def _panel(
    panel: Panel, span: Span, labels: Sequence[marking.Placed], present: Sequence[str], legend: bool
) -> Part:
    alt = library()
    blocks = _blocks(panel, span)
    top = max(block.high for block in blocks) or 1
    rows = [
        {"start": ms(b.start), "end": _right(b, span), "low": b.low, "high": b.high,
         "outcome": words(b.outcome)}
        for b in blocks
        if b.high > b.low
    ]  # fmt: skip
    x = alt.X("start:T", axis=axis(span), scale=span.scale())
    scale = alt.Scale(domain=[0, top], nice=False)
    y = alt.Y(
        "low:Q", title=panel.unit, scale=scale, axis=alt.Axis(labelExpr=AXIS, tickCount=6, tickMinStep=1)
    )
    colours = alt.Scale(domain=[words(o) for o in present], range=[shade(o) for o in present])
    key = alt.Legend(title=None, symbolType="square", symbolSize=180, symbolStrokeColor=FAINT)
    rectangles = (
        alt.Chart(alt.Data(values=rows), width=WIDTH, height=_HEIGHT)
        .mark_rect(stroke=FAINT, strokeWidth=0.5, clip=True)
        .encode(
            x=x, x2="end:T", y=y, y2="high:Q",
            color=alt.Color("outcome:N", scale=colours, legend=key if legend else None),
            tooltip=["outcome:N", "high:Q"],
        )
    )  # fmt: skip
    texts = (
        alt.Chart(alt.Data(values=_texts(blocks, span, _HEIGHT / top)))
        .mark_text(fontSize=11)
        .encode(
            x=alt.X("x:T", scale=span.scale()),
            y=alt.Y("y:Q", scale=scale),
            text="text:N",
            color=alt.Color("ink:N", scale=None),
        )
    )
    return alt.layer(rectangles, *marking.rules(labels, alt.X("at:T", scale=span.scale())), texts)


def _right(block: _Block, span: Span) -> float:
    """The right edge; a stretch too thin to be seen is drawn a little wider than it is."""
    return max(ms(block.end, 1), ms(block.start) + span.per_pixel * _THIN)


def _texts(blocks: Sequence[_Block], span: Span, scale: float) -> list[dict[str, Any]]:
    """One label for each outcome, in its roomiest block, if it has room there."""
    best: dict[str, tuple[float, dict[str, Any]]] = {}
    for block in blocks:
        across = span.pixel(block.end, 1) - span.pixel(block.start)
        tall = (block.high - block.low) * scale
        text = brief(block.outcome)
        if across < wide(text) + 8 or tall < _LETTER:
            continue
        middle = (ms(block.start) + ms(block.end, 1)) / 2
        row = {
            "x": middle,
            "y": (block.low + block.high) / 2,
            "text": text,
            "ink": ink_on(shade(block.outcome)),
        }
        if block.outcome not in best or across * tall > best[block.outcome][0]:
            best[block.outcome] = (across * tall, row)
    return [row for _, row in best.values()]


def _summary(table: Sequence[Row], drawn: Sequence[Panel], span: Span) -> str:
    """What was stopped or open at the start against the end, and when most was."""
    starts = sorted({str(row["from"]) for row in table})
    stopped = [{s: _stopped(panel, s) for s in starts} for panel in drawn]
    lines = total(row for row in table if str(row["from"]) == starts[0])
    went = " and ".join(
        f"from {p.said(held[starts[0]])} to {p.said(held[starts[-1]])}"
        for p, held in zip(drawn, stopped, strict=True)
    )
    worst = max(starts, key=lambda s: stopped[0][s])
    return (
        f"{counted(lines)}, {span.first} to {span.last}: what could not go ahead or stayed open went {went}; "
        f"at most {drawn[0].said(stopped[0][worst])}, from {worst} on."
    )


def _stopped(panel: Panel, start: str) -> float:
    return sum(panel.size(r) for r in panel.rows if str(r["from"]) == start and r["outcome"] in _HELD)
