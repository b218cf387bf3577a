"""A sweep on a terminal: a table for each currency, the kinks, and all that has to be said."""

from __future__ import annotations

from rich import markup
from rich.console import Console
from rich.table import Table

from licet.changes.impact import Row
from licet.changes.sweep_report import Swept
from licet.decisions.outcome import Outcome
from licet.language.values import spoken


def show(found: Swept, console: Console) -> None:
    """A table for each currency, the kinks, and all that has to be said."""
    console.print(markup.escape(found.title), style="bold")
    for currency in dict.fromkeys(row["currency"] for row in found.rows):
        _print_currency(found, currency, console)
    if found.kinks:
        console.print(_kinks(found))
    else:
        console.print("Nothing turns between these values.")
    for line in (*found.assumed, *found.without_effect, *found.under):
        console.print(markup.escape(line))


def _print_currency(found: Swept, currency: str, console: Console) -> None:
    """Lines and money of each outcome that moves, value by value; those that do not are named."""
    cells = {(row["at"], row["outcome"]): _cell(row) for row in found.rows if row["currency"] == currency}
    values = [law.at for law in found.laws]
    present = [o for o in Outcome if any((value, o.value) in cells for value in values)]
    curves = {o: [cells.get((value, o.value), "") for value in values] for o in present}
    moving = [o for o in present if len(set(curves[o])) > 1]
    still = [f"{o.words} ({curves[o][0]})" for o in present if o not in moving]
    money = markup.escape(currency or "money")
    if moving:
        table = Table(title=f"Lines and {money} by outcome", title_justify="left")
        table.add_column(markup.escape(found.parameter.name), justify="right")
        for outcome in moving:
            table.add_column(outcome.words, justify="right")
        for place, value in enumerate(values):
            table.add_row(spoken(value), *(curves[o][place] for o in moving))
        console.print(table)
    if still:
        console.print(f"[dim]{money}, the same at every value: {', '.join(still)}.[/dim]")


def _cell(row: Row) -> str:
    unvalued = f", {row['unvalued']} without value" if row["unvalued"] else ""
    return f"{row['lines']}: {row['value']:,.0f}{unvalued}"


def _kinks(found: Swept) -> Table:
    table = Table(title="Where it turns", title_justify="left")
    for name in (f"{found.parameter.name} from", "to", "rule that turns most", ""):
        table.add_column(markup.escape(name))
    for name in ("lines", "value"):
        table.add_column(name, justify="right")
    table.add_column("")
    for kink in found.kinks:
        told = (kink["rule"], kink["title"], str(kink["lines"]), f"{kink['value']:,.0f}", kink["currency"])
        table.add_row(spoken(kink["after"]), spoken(kink["at"]), *(markup.escape(text) for text in told))
    return table
