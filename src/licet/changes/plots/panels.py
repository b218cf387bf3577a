"""Panels: rows apart by currency, since money of two currencies is never added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from licet.changes.plots.style import Row, counted, money_of

Measure = Literal["value", "lines"]
# The scale names of the formatter are of physics; these are of money.
AXIS = "replace(replace(replace(format(datum.value, '~s'), 'G', ' bn'), 'M', ' M'), 'k', ' k')"


@dataclass(frozen=True, slots=True)
class Panel:
    """The rows that are drawn on one scale, and what is measured: money of one currency, or lines."""

    measure: Measure
    currency: str
    rows: tuple[Row, ...]

    def size(self, row: Row) -> float:
        """What is drawn of a row."""
        return float(row.get(self.measure) or 0)

    def said(self, size: float) -> str:
        """A size in words: ``13.2 M USD``, ``67 lines``."""
        return money_of(size, self.currency) if self.measure == "value" else counted(round(size))

    @property
    def unit(self) -> str:
        """What the scale counts."""
        return f"value, {self.currency}" if self.measure == "value" else "lines"


def panels(rows: Iterable[Row], measure: Measure = "value") -> list[Panel]:
    """One panel a currency, the one of most lines first; lines are counted together.

    Where no row has a value, lines are counted instead.
    """
    kept = tuple(rows)
    valued = [row for row in kept if row.get("value")]
    if measure == "lines" or not valued:
        return [Panel("lines", "", kept)] if kept else []
    found = dict.fromkeys(str(row.get("currency") or "") for row in valued)
    apart = [Panel("value", c, tuple(r for r in kept if str(r.get("currency") or "") == c)) for c in found]
    return sorted(apart, key=lambda p: -sum(r["lines"] for r in p.rows))


def total(rows: Iterable[Row], key: str = "lines") -> Any:
    """The sum of one key over rows, what is blank left out."""
    return sum(row.get(key) or 0 for row in rows)


def unvalued(rows: Sequence[Row], drawn: Sequence[Panel]) -> str:
    """A sentence on the lines that a picture of money cannot show; empty where there are none."""
    if not drawn or drawn[0].measure == "lines":
        return ""
    currencies = {panel.currency for panel in drawn}
    hidden = sum(
        row.get("unvalued") or 0 if str(row.get("currency") or "") in currencies else row.get("lines") or 0
        for row in rows
    )
    return f" {counted(hidden)} without a value cannot be seen in it." if hidden else ""
