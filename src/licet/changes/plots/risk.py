"""Money at risk by quarter as ranges: never one number, since purchases rose after a listing before."""

from __future__ import annotations

from collections.abc import Iterable

from licet.changes.plots.panels import AXIS
from licet.changes.plots.rendering import Part, Picture, library, nothing, specification
from licet.changes.plots.style import INK, WIDTH, Row, counted, money_of

COLUMNS = {
    "quarter": "quarter", "low": "low", "central": "central", "high": "high", "lines": "lines",
    "currency": "currency", "assumptions": "assumptions",
}  # fmt: skip
_CAPTION = "From the low to the high assumption; the line inside is the central one. Ranges, not a forecast."
_BAR, _TICK, _STEP = "#a9c9e6", "#17406d", 26


def risk(rows: Iterable[Row], title: str = "Money at risk by quarter") -> Picture:
    """Between what bounds the money of each quarter is at risk, under stated assumptions.

    ``rows`` have ``quarter`` ("2019-Q3"), ``low``, ``central``, ``high``, ``lines``, ``currency`` and
    ``assumptions``.
    """
    table = tuple(rows)
    if not table:
        return nothing("risk", title, _CAPTION, "No money is at risk in any quarter.", COLUMNS)
    currencies = dict.fromkeys(str(row["currency"]) for row in table)
    own = {c: [row for row in table if row["currency"] == c] for c in currencies}
    most = [max(found, key=lambda row: row["high"]) for found in own.values()]
    told = "; ".join(
        f"{row['quarter']}, {money_of(row['low'], row['currency'])} to "
        f"{money_of(row['high'], row['currency'])} ({counted(row['lines'])})"
        for row in most
    )
    summary = f"The highest bound falls in {told}. These are ranges under stated assumptions, not a forecast."
    parts = [_panel(found, currency) for currency, found in own.items()]
    return Picture(
        kind="risk",
        title=title,
        caption=_CAPTION,
        summary=summary,
        spec=specification(parts, title, _CAPTION, summary, spacing=18),
        table=table,
        columns=COLUMNS,
    )


def _panel(rows: list[Row], currency: str) -> Part:
    alt = library()
    values = [
        {
            "quarter": row["quarter"],
            "low": row["low"],
            "central": row["central"],
            "high": row["high"],
            "text": f"{money_of(row['low'], '')} to {money_of(row['high'], currency)}",
        }
        for row in rows
    ]
    top = max(row["high"] for row in rows) * 1.3 or 1
    base = alt.Chart(alt.Data(values=values), width=WIDTH - 100, height=_STEP * len(rows))
    y = alt.Y("quarter:O", title=None, sort="ascending")
    scale = alt.Scale(domain=[0, top], nice=False)
    numbers = alt.Axis(labelExpr=AXIS, labelFlush=False, tickCount=6, tickMinStep=1)
    x = alt.X("low:Q", title=f"value, {currency}", scale=scale, axis=numbers)
    return alt.layer(
        base.mark_bar(color=_BAR, stroke=_TICK, size=14).encode(x=x, x2="high:Q", y=y),
        base.mark_tick(color=_TICK, thickness=3, size=20, opacity=1).encode(x=alt.X("central:Q"), y=y),
        base.mark_text(align="left", dx=6, fontSize=10, color=INK).encode(
            x=alt.X("high:Q"), y=y, text="text:N"
        ),
    )
