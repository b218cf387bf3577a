"""Flows: ribbons from the outcome before to the outcome after, as wide as the money that takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from licet.changes.plots.panels import Measure, Panel, panels, total, unvalued
from licet.changes.plots.rendering import Part, Picture, library, nothing, specification
from licet.changes.plots.style import (
    FAINT,
    INK,
    Row,
    by_severity,
    clipped,
    counted,
    ink_on,
    shade,
    wide,
    words,
)

COLUMNS = {
    "before": "before", "after": "after", "lines": "lines", "value": "value", "currency": "currency",
    "unvalued": "lines without value",
}  # fmt: skip
_CAPTION = "Outcomes of every line. Left: {}. Right: {}. Pale ribbons: lines whose outcome stays."
_LEFT, _NODE, _BETWEEN = 210, 14, 330
_RIGHT = _LEFT + _NODE + _BETWEEN
_WIDE = _RIGHT + _NODE + 230
_TALL, _SMALL, _THIN, _SLOT, _GAP, _LABEL, _STEPS, _HEAD = 300, 150, 1.5, 34, 8, 13, 24, 24

Side = Literal["before", "after"]


@dataclass(slots=True)
class _Node:
    """An outcome on one side: its place from the top, and how far ribbons have filled it."""

    outcome: str
    rows: list[Row] = field(default_factory=list)
    top: float = 0
    tall: float = 0
    filled: float = 0


@dataclass(frozen=True, slots=True)
class _Ribbon:
    """One flow: where it leaves, where it arrives, how thick it is."""

    row: Row
    start: float
    end: float
    thick: float

    @property
    def stays(self) -> bool:
        """Whether the outcome of its lines is the same on both sides."""
        return bool(self.row["before"] == self.row["after"])

    def top(self, along: float) -> float:
        """Its upper edge, level at both ends and an S between (0 left, 1 right)."""
        return self.start + (self.end - self.start) * along * along * (3 - 2 * along)

    def crosses(self, middle: float, end: float) -> bool:
        """Whether it lies under a label at that height, from the left as far as ``end``."""
        tops = [self.top(end * step / _STEPS) for step in range(_STEPS + 1)]
        return min(tops) < middle + _LABEL / 2 and max(tops) + self.thick > middle - _LABEL / 2


def flows(
    rows: Iterable[Row],
    names: tuple[str, str] = ("before", "after"),
    measure: Measure = "value",
    title: str = "From outcome to outcome",
) -> Picture:
    """Which outcomes turn into which, and how much.

    ``rows`` have ``before``, ``after``, ``lines``, ``value``, ``currency``, ``unvalued``; ``names`` says
    what the two sides are ("on 2019-05-15").
    """
    table = tuple(sorted(rows, key=lambda r: (_rank(r), -r["lines"])))
    caption = _CAPTION.format(*names)
    drawn = panels(table, measure)
    if not drawn:
        return nothing("flows", title, caption, "There are no lines to draw.", COLUMNS)
    summary = _summary(table, drawn) + unvalued(table, drawn)
    return Picture(
        kind="flows",
        title=title,
        caption=caption,
        summary=summary,
        spec=specification(
            [_panel(p, names, _TALL if p is drawn[0] else _SMALL) for p in drawn],
            title,
            caption,
            summary,
            spacing=24,
        ),
        table=table,
        columns=COLUMNS,
    )


def _rank(row: Row) -> int:
    """What changes stands first."""
    return int(row["before"] == row["after"])


def _panel(panel: Panel, names: tuple[str, str], room: float) -> Part:
    alt = library()
    panel = replace(panel, rows=_merged(panel.rows))
    scale = room / (sum(map(panel.size, panel.rows)) or 1)
    thick = {id(row): max(panel.size(row) * scale, _THIN) for row in panel.rows}
    sides: dict[Side, list[_Node]] = {side: _nodes(panel, side, thick) for side in ("before", "after")}
    heights = {side: sum(map(_slot, nodes)) for side, nodes in sides.items()}
    tall = max(heights.values())
    for side, nodes in sides.items():
        for node in nodes:
            node.top += (tall - heights[side]) / 2
    ribbons = _ribbons(sides, thick)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, _WIDE], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[tall, -_HEAD], nice=False))
    shades = alt.Color("shade:N", scale=None)
    areas = (
        alt.Chart(alt.Data(values=[p for n, r in enumerate(ribbons) for p in _points(n, r)]))
        .mark_area(stroke=FAINT, strokeWidth=0.6)
        .encode(x=x, y=y, y2="y2:Q", detail="ribbon:N", color=shades, opacity=alt.Opacity("o:Q", scale=None))
    )
    boxes = (
        alt.Chart(alt.Data(values=[_box(s, node) for s, nodes in sides.items() for node in nodes]))
        .mark_rect(stroke=INK, strokeWidth=0.8)
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=shades)
    )
    texts = [t for s, nodes in sides.items() for node in nodes for t in _labels(panel, s, node)]
    texts += [
        {"x": _LEFT + _NODE, "y": -16, "text": clipped(names[0], _LEFT), "align": "right"},
        {"x": _RIGHT, "y": -16, "text": clipped(names[1], _LEFT), "align": "left"},
        {"x": _LEFT + _NODE + _BETWEEN / 2, "y": -16, "text": panel.unit, "align": "center"},
    ]
    texts += [t for r in ribbons if not r.stays for t in _inside(panel, r, ribbons)]
    layers = [
        alt.Chart(alt.Data(values=[{"ink": INK, **t} for t in texts if t["align"] == align]))
        .mark_text(align=align, baseline="middle", fontSize=11)
        .encode(x=x, y=y, text="text:N", color=alt.Color("ink:N", scale=None))
        for align in ("left", "center", "right")
    ]
    return alt.layer(areas, boxes, *layers).properties(width=_WIDE, height=tall + _HEAD)


def _merged(rows: Sequence[Row]) -> tuple[Row, ...]:
    """One row for each pair of outcomes, where lines of several currencies are counted together."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        pair = row["before"], row["after"]
        if pair in found:
            found[pair]["lines"] += row["lines"]
        else:
            found[pair] = dict(row)
    return tuple(found.values())


def _nodes(panel: Panel, side: Side, thick: dict[int, float]) -> list[_Node]:
    """The outcomes of one side from the severest, each with room for its label."""
    found = {o: _Node(o) for o in by_severity(row[side] for row in panel.rows)}
    for row in panel.rows:
        node = found[row[side]]
        node.rows.append(row)
        node.tall += thick[id(row)]
    at = 0.0
    for node in found.values():
        node.top = at + (_slot(node) - node.tall) / 2
        at += _slot(node)
    return list(found.values())


def _slot(node: _Node) -> float:
    """The height a box takes up together with its label."""
    return max(node.tall + _GAP, _SLOT)


def _ribbons(sides: dict[Side, list[_Node]], thick: dict[int, float]) -> list[_Ribbon]:
    """Every flow, in the order of both sides, so that those of one node do not cross there."""
    after = {node.outcome: node for node in sides["after"]}
    place = {node.outcome: n for n, node in enumerate(sides["after"])}
    found = []
    for node in sides["before"]:
        for row in sorted(node.rows, key=lambda r: place[r["after"]]):
            target, size = after[row["after"]], thick[id(row)]
            found.append(_Ribbon(row, node.top + node.filled, target.top + target.filled, size))
            node.filled += size
            target.filled += size
    # What stays lies under what moves, and the thick under the thin.
    return sorted(found, key=lambda r: (not r.stays, -r.thick))


def _points(number: int, ribbon: _Ribbon) -> Iterable[dict[str, Any]]:
    """The outline of a ribbon."""
    for step in range(_STEPS + 1):
        t = step / _STEPS
        y = ribbon.top(t)
        yield {
            "ribbon": number, "x": _LEFT + _NODE + _BETWEEN * t, "y": y, "y2": y + ribbon.thick,
            "shade": shade(ribbon.row["after"]), "o": 0.25 if ribbon.stays else 1,
        }  # fmt: skip


def _box(side: Side, node: _Node) -> dict[str, Any]:
    x = _LEFT if side == "before" else _RIGHT
    return {
        "x": x,
        "x2": x + _NODE,
        "y": node.top,
        "y2": node.top + node.tall,
        "shade": shade(node.outcome),
    }


def _labels(panel: Panel, side: Side, node: _Node) -> Iterable[dict[str, Any]]:
    """The outcome beside its box, and under it how many lines and how much."""
    x, align = (_LEFT - 8, "right") if side == "before" else (_RIGHT + _NODE + 8, "left")
    middle = node.top + max(node.tall, 2) / 2
    yield {"x": x, "y": middle - 7, "text": words(node.outcome), "align": align}
    yield {"x": x, "y": middle + 7, "text": _told(panel, node.rows), "align": align, "ink": FAINT}


def _told(panel: Panel, rows: Sequence[Row]) -> str:
    lines = counted(total(rows))
    if panel.measure == "lines":
        return lines
    return f"{lines}, {panel.said(sum(map(panel.size, rows)))}"


def _inside(panel: Panel, ribbon: _Ribbon, ribbons: Sequence[_Ribbon]) -> Iterable[dict[str, Any]]:
    """How much, on a ribbon with room for it that nothing crosses there, near where it leaves."""
    for text in (_told(panel, [ribbon.row]), panel.said(panel.size(ribbon.row))):
        end = (wide(text) + 16) / _BETWEEN
        # The room that is level along the whole text.
        upper = max(ribbon.top(0), ribbon.top(end))
        lower = min(ribbon.top(0), ribbon.top(end)) + ribbon.thick
        middle = (upper + lower) / 2
        crossed = any(r.crosses(middle, end) for r in ribbons if r is not ribbon and not r.stays)
        if lower - upper >= _LABEL and not crossed:
            ink = ink_on(shade(ribbon.row["after"]))
            yield {"x": _LEFT + _NODE + 8, "y": middle, "text": text, "align": "left", "ink": ink}
            return


def _summary(table: Sequence[Row], drawn: Sequence[Panel]) -> str:
    """How many lines change, and the largest flow of each currency."""
    moved = total(row for row in table if row["before"] != row["after"])
    text = f"{moved:,} of {counted(total(table))} change outcome"
    largest = []
    for panel in drawn:
        if turned := [row for row in panel.rows if row["before"] != row["after"]]:
            row = max(turned, key=panel.size)
            largest.append(f"from {words(row['before'])} to {words(row['after'])} ({_told(panel, [row])})")
    return f"{text}; the largest flow is {', and '.join(largest)}." if largest else f"{text}."
