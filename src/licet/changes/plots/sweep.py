"""A sweep: how much comes to each outcome as one parameter moves, and the rules at its kinks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from licet.changes.plots import marking
from licet.changes.plots.panels import AXIS, Measure, Panel, panels, unvalued
from licet.changes.plots.rendering import Part, Picture, library, nothing, specification
from licet.changes.plots.style import (
    INK,
    WIDTH,
    Row,
    by_severity,
    cell,
    counted,
    dash,
    money_of,
    shade,
    words,
)
from licet.changes.plots.times import Span, axis, day, ms, span_of

COLUMNS = {
    "parameter": "parameter", "at": "at", "scenario": "scenario", "outcome": "outcome", "lines": "lines",
    "value": "value", "currency": "currency",
}  # fmt: skip
_CAPTION = "Decided at single values of the parameter; between two of them the left one's value is drawn."
_HEIGHT, _APART, _PAD, _TICKS, _POINTS = 280, 16, 0.03, 12, 40


@dataclass(frozen=True, slots=True)
class _Scale:
    """The parameter as an axis: numbers as they are, days as milliseconds."""

    low: float
    high: float
    span: Span | None
    ticks: tuple[float, ...] = ()

    @classmethod
    def of(cls, values: Iterable[Any]) -> _Scale:
        """The scale that holds all values, with a little room around."""
        kept = list(values)
        if any(isinstance(v, str | date) for v in kept):
            span = span_of([(v, v) for v in kept], _PAD)
            return cls(ms(span.first), ms(span.last, 1), span)
        low, high = float(min(kept)), float(max(kept))
        room = (high - low) * _PAD or 1.0
        ticks = tuple(sorted(set(map(float, kept))))
        return cls(low - room, high + room, None, ticks if len(ticks) <= _TICKS else ())

    def at(self, value: Any) -> float:
        """Where a value lies on the axis."""
        return float(value) if self.span is None else ms(day(value))

    def pixel(self, at: float) -> float:
        """How far to the right."""
        return (at - self.low) / (self.high - self.low) * WIDTH

    def x(self, title: str | None, shown: bool = True) -> Any:
        """The horizontal encoding of ``at``."""
        alt = library()
        domain = [self.low, self.high]
        if self.span is None:
            ticks = {"values": list(self.ticks)} if self.ticks else {"tickCount": 10}
            drawn = alt.Axis(title=title, format="~r", **ticks) if shown else None
            return alt.X("at:Q", axis=drawn, scale=alt.Scale(domain=domain, nice=False))
        drawn = axis(self.span) if shown else None
        return alt.X("at:T", axis=drawn, scale=alt.Scale(type="utc", domain=domain, nice=False))


def sweep(
    rows: Iterable[Row],
    kinks: Iterable[Row] = (),
    measure: Measure = "value",
    title: str = "",
) -> Picture:
    """How the outcomes of a book move with a parameter of a scenario.

    ``rows`` have ``parameter``, ``at`` (numbers, or days), ``scenario``, ``outcome``, ``lines``, ``value``,
    ``currency``; ``kinks`` have ``at``, ``rule``, ``title``, ``lines``, ``value``. Outcomes that never
    move are not drawn, so that those that do can be seen; the caption names them.
    """
    table = tuple(rows)
    parameter = str(table[0]["parameter"]) if table else "the parameter"
    title = title or f"Outcomes as “{words(parameter)}” moves"
    drawn = panels(table, measure)
    if not drawn:
        return nothing("sweep", title, _CAPTION, "No value of the parameter was decided.", COLUMNS)
    scale = _Scale.of(row["at"] for row in table)
    curves = [_curves(panel, scale) for panel in drawn]
    moving = [{o: curve for o, curve in found.items() if _moves(curve)} for found in curves]
    shown = moving if any(moving) else curves
    caption = _CAPTION + _left_out(drawn, curves, shown)
    marks = _marks(kinks, scale)
    labels = marking.placed(marks, scale.pixel)
    parts: list[Part] = [marking.strip(labels, scale.x(None, shown=False))] if labels else []
    parts += [
        _panel(panel, found, scale, labels, words(parameter))
        for panel, found in zip(drawn, shown, strict=True)
        if found
    ]
    summary = _summary(drawn, curves, parameter, table, len(marks)) + unvalued(_first(table), drawn)
    return Picture(
        kind="sweep",
        title=title,
        caption=caption,
        summary=summary,
        spec=specification([*parts, *marking.key(marks)], title, caption, summary, spacing=6),
        table=table,
        columns=COLUMNS,
        notes=marking.notes(marks),
    )


Curve = list[tuple[float, float]]


def _curves(panel: Panel, scale: _Scale) -> dict[str, Curve]:
    """The size of every outcome at every value of the parameter; an outcome without rows there is 0."""
    places = sorted({scale.at(row["at"]) for row in panel.rows})
    sizes: dict[tuple[str, float], float] = {}
    for row in panel.rows:
        where = row["outcome"], scale.at(row["at"])
        sizes[where] = sizes.get(where, 0) + panel.size(row)
    outcomes = by_severity(row["outcome"] for row in panel.rows)
    return {o: [(at, sizes.get((o, at), 0.0)) for at in places] for o in outcomes}


def _moves(curve: Curve) -> bool:
    return len({size for _, size in curve}) > 1 or len(curve) == 1


def _left_out(
    drawn: Sequence[Panel], curves: Sequence[dict[str, Curve]], shown: Sequence[dict[str, Curve]]
) -> str:
    """A sentence on the outcomes that are not drawn, by currency where there are several."""
    still = [
        f"{f'{p.currency} ' if len(drawn) > 1 else ''}{', '.join(words(o) for o in own if o not in kept)}"
        for p, own, kept in zip(drawn, curves, shown, strict=True)
        if len(kept) < len(own)
    ]
    return f" Not drawn, since nothing moves: {'; '.join(still)}." if still else ""


def _panel(
    panel: Panel,
    curves: dict[str, Curve],
    scale: _Scale,
    labels: Sequence[marking.Placed],
    parameter: str,
) -> Part:
    alt = library()
    top = max((size for curve in curves.values() for _, size in curve), default=0) * 1.05 or 1
    present = list(curves)
    rows = [
        {"at": at, "size": size, "outcome": words(outcome)}
        for outcome, curve in curves.items()
        for at, size in curve
    ]
    x = scale.x(parameter)
    y = alt.Y("size:Q", title=panel.unit, scale=alt.Scale(domain=[0, top], nice=False),
              axis=alt.Axis(labelExpr=AXIS, tickCount=6, tickMinStep=1))  # fmt: skip
    names = [words(o) for o in present]
    colour = alt.Color(
        "outcome:N", legend=None, scale=alt.Scale(domain=names, range=[_line(o) for o in present])
    )
    dashes = alt.StrokeDash(
        "outcome:N",
        legend=None,
        scale=alt.Scale(domain=names, range=[dash(n) for n in range(len(present))]),
    )
    base = alt.Chart(alt.Data(values=rows), width=WIDTH, height=_HEIGHT)
    steps = base.mark_line(interpolate="step-after", strokeWidth=2.2).encode(
        x=x, y=y, color=colour, strokeDash=dashes
    )
    points = base.mark_point(
        filled=True, size=26 if len(rows) <= _POINTS * len(present) else 0, opacity=1
    ).encode(x=x, y=y, color=colour, tooltip=["outcome:N", "size:Q"])
    ends = _ends(curves, panel, top)
    last = alt.Chart(alt.Data(values=ends)).encode(
        x=x, y=alt.Y("y:Q", scale=alt.Scale(domain=[0, top], nice=False))
    )
    samples = last.mark_rule(xOffset=8, x2Offset=34, strokeWidth=2.2).encode(
        x2="at", color=colour, strokeDash=dashes
    )
    texts = last.mark_text(align="left", dx=38, fontSize=11, color=INK).encode(text="text:N")
    return alt.layer(*marking.rules(labels, scale.x(parameter)), steps, points, samples, texts)


def _line(outcome: str) -> str:
    """The shade of an outcome, darkened where a thin line of it would vanish on white."""
    colour = shade(outcome)
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    if min(red, green, blue) < 180:
        return colour
    return f"#{red * 6 // 10:02x}{green * 6 // 10:02x}{blue * 6 // 10:02x}"


def _ends(curves: dict[str, Curve], panel: Panel, top: float) -> list[dict[str, Any]]:
    """A label at the right end of each line, moved up where it would stand on another."""
    apart = top * _APART / _HEIGHT
    found: list[dict[str, Any]] = []
    lowest = 0.0
    for outcome, curve in sorted(curves.items(), key=lambda item: item[1][-1][1]):
        at, size = curve[-1]
        y = max(size, lowest)
        lowest = y + apart
        found.append(
            {"at": at, "y": y, "text": f"{words(outcome)}: {panel.said(size)}", "outcome": words(outcome)}
        )
    return found


def _marks(kinks: Iterable[Row], scale: _Scale) -> list[marking.Mark]:
    """One mark for each rule at each value, with what turns there in every currency."""
    found: dict[tuple[float, str], list[Row]] = {}
    for kink in sorted(kinks, key=lambda k: scale.at(k["at"])):
        found.setdefault((scale.at(kink["at"]), kink["rule"]), []).append(kink)
    return [marking.Mark(at, rule, _told(own)) for (at, rule), own in found.items()]


def _told(kinks: Sequence[Row]) -> str:
    first = kinks[0]
    money = [money_of(k["value"], k.get("currency", "")) for k in kinks if k.get("value")]
    stake = ", ".join([counted(sum(k["lines"] for k in kinks)), *money])
    return f"at {cell(first['at'])}, {first['rule']}: {first['title']} ({stake})"


def _first(table: Sequence[Row]) -> list[Row]:
    return [row for row in table if row["at"] == table[0]["at"]]


def _summary(
    drawn: Sequence[Panel],
    curves: Sequence[dict[str, Curve]],
    parameter: str,
    table: Sequence[Row],
    kinks: int,
) -> str:
    """The outcome that moves most, and how many kinks there are."""
    values = list(dict.fromkeys(row["at"] for row in table))
    span = f"“{words(parameter)}” at {cell(values[0])}"
    if len(values) > 1:
        span = f"“{words(parameter)}” from {cell(min(values))} to {cell(max(values))}"
    told = []
    for panel, found in zip(drawn, curves, strict=True):
        outcome = max(found, key=lambda o: max(s for _, s in found[o]) - min(s for _, s in found[o]))
        sizes = [size for _, size in found[outcome]]
        if len(set(sizes)) > 1:
            move = f"from {panel.said(sizes[0])} to {panel.said(sizes[-1])}"
            told.append(f"{words(outcome)} moves most, {move}")
        else:
            where = f"in {panel.currency} " if len(drawn) > 1 else ""
            told.append(f"{where}nothing moves")
    marked = f" {kinks} kink{' is' if kinks == 1 else 's are'} marked." if kinks else ""
    return f"{span}: {'; '.join(told)}.{marked}"
