"""Instruments on a line of time or of a parameter: rules with labels that do not collide.

Labels stand in rows above the plot. The further right, the lower: so no line crosses the label of
another. Where citations would need too many rows, numbers stand for them, and a key below says which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from licet.changes.plots.rendering import Part, library, written
from licet.changes.plots.style import INK, WIDTH, clipped, shortened, wide

_ROW, _MOST, _KEY = 14, 4, 40
_FONT_SIZE = 10.5


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to point at: ``at`` on the axis, ``name`` for a label, ``told`` for the key."""

    at: float
    name: str
    told: str


@dataclass(frozen=True, slots=True)
class Placed:
    """The label of all marks at one place, and the row on which it stands."""

    at: float
    text: str
    row: int


def notes(marks: Sequence[Mark]) -> tuple[str, ...]:
    """The key: every mark with its number, in order."""
    return tuple(f"{n}: {mark.told}" for n, mark in enumerate(marks, 1))


def placed(marks: Sequence[Mark], pixel: Callable[[float], float]) -> list[Placed]:
    """A label for every place that has marks: names where there is room, else numbers."""
    groups: dict[float, list[int]] = {}
    for number, mark in enumerate(marks, 1):
        groups.setdefault(mark.at, []).append(number)
    named = {}
    for at, numbers in groups.items():
        names = list(dict.fromkeys(marks[n - 1].name for n in numbers))
        more = f" +{len(names) - 1}" if len(names) > 1 else ""
        named[at] = f"{_span(numbers)}: {shortened(names[0], 150, _FONT_SIZE)}{more}"
    numbered = {at: _span(numbers) for at, numbers in groups.items()}
    for texts in (named, numbered):
        rows = _rows(texts, pixel)
        if max(rows.values(), default=0) < _MOST:
            return [Placed(at, texts[at], rows[at]) for at in sorted(texts)]
    return _crowded(groups, pixel)


def _span(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"


def _rows(labels: dict[float, str], pixel: Callable[[float], float]) -> dict[float, int]:
    """The row of each label, from the right: above every label that begins under it."""
    rows: dict[float, int] = {}
    for at in sorted(labels, reverse=True):
        end = _end(at, labels[at], pixel)
        rows[at] = 1 + max((row for other, row in rows.items() if pixel(other) < end), default=-1)
    return rows


def _crowded(groups: dict[float, list[int]], pixel: Callable[[float], float]) -> list[Placed]:
    """One row of numbers; lines that stand closer than their numbers share a label."""
    shared: list[tuple[float, list[int]]] = []
    found: list[Placed] = []
    for at in sorted(groups):
        if shared and pixel(at) < _end(shared[-1][0], _span(shared[-1][1]), pixel):
            shared[-1][1].extend(groups[at])
            found.append(Placed(at, "", 0))
        else:
            shared.append((at, list(groups[at])))
    return sorted([*found, *(Placed(at, _span(ns), 0) for at, ns in shared)], key=lambda p: p.at)


def _end(at: float, text: str, pixel: Callable[[float], float]) -> float:
    return pixel(at) + wide(text, _FONT_SIZE) + 6


def strip(labels: Sequence[Placed], x: Any) -> Part:
    """The rows of labels, with the upper ends of their lines."""
    alt = library()
    height = _ROW * (1 + max(label.row for label in labels)) + 2
    rows = [
        {"at": p.at, "y": height - _ROW * (p.row + 1), "text": p.text, "end": height}
        for p in labels
        if p.text
    ]
    base = alt.Chart(alt.Data(values=rows), width=WIDTH, height=height)
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))
    lines = base.mark_rule(color=INK, strokeWidth=0.8).encode(x=x, y=y, y2="end:Q")
    texts = base.mark_text(align="left", dx=3, dy=6, fontSize=_FONT_SIZE, color=INK).encode(
        x=x, y=y, text="text:N"
    )
    return alt.layer(lines, texts)


def rules(labels: Sequence[Placed], x: Any) -> list[Part]:
    """The lines themselves, through the whole height of a plot, to be seen on dark and on light."""
    alt = library()
    base = alt.Chart(alt.Data(values=[{"at": label.at} for label in labels])).encode(x=x)
    light = base.mark_rule(color="white", strokeWidth=1.4)
    return [light, base.mark_rule(color=INK, strokeWidth=1, strokeDash=[4, 3])]


def key(marks: Sequence[Mark]) -> list[Part]:
    """The key as a part of the picture; the rest of a very long one is told to be elsewhere."""
    lines = [clipped(line, WIDTH) for line in notes(marks)]
    if len(lines) > _KEY:
        lines = [*lines[: _KEY - 1], f"and {len(lines) - _KEY + 1} more, in the notes of this picture"]
    return [written(lines)] if lines else []
