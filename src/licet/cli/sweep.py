"""``licet sweep``: a parameter of a scenario moved over a book, and the values at which something turns."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from rich import markup
from rich.console import Console
from rich.table import Table

from licet.changes import figures
from licet.changes.compare import View
from licet.changes.impact import Row
from licet.changes.parameters import Parameter, Value
from licet.changes.plots.rendering import Picture
from licet.changes.scenario import Scenario, find, void
from licet.changes.sweeping import sweep as laid_over
from licet.cli.exits import Exit
from licet.cli.impact_tables import put
from licet.cli.options import FILE, MOMENT, lists_option, load_book, regime_with
from licet.cli.output import OutputError, write
from licet.decisions.outcome import Outcome
from licet.language.instrument import Moment
from licet.language.values import spoken
from licet.regime import Regime

_FORMATS = ("table", "json", "jsonl", "csv", "svg", "png", "html")
_COLUMNS = (
    "row", "parameter", "at", "outcome", "rule", "title", "lines", "value", "currency", "unvalued",
    "scenario", "known_at", "law", "lists", "assumed", "notice",
)  # fmt: skip
_KINKS = {
    "after": "from", "at": "to", "rule": "rule that turns most", "title": "", "lines": "lines",
    "value": "value", "currency": "currency", "unvalued": "lines without value",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: ``rows`` for each value and outcome, ``kinks`` where lines turn between values.

    ``regimes`` has the law of each value, ``view`` what the law without the scenario is looked at for.
    """

    scenario: Scenario
    parameter: Parameter
    view: View
    regimes: tuple[tuple[Value, Regime], ...]
    rows: Sequence[Row]
    kinks: Sequence[Row]

    @property
    def title(self) -> str:
        """What is swept, in a line."""
        values = [spoken(value) for value, _ in self.regimes]
        return f"{self.parameter.title} ({self.parameter.name}), {values[0]} to {values[-1]}"

    @property
    def assumed(self) -> list[str]:
        """What the scenario takes for granted, how it reads a phrase, and whose idea it is."""
        made = self.scenario
        shown = spoken(made.values[self.parameter.name])
        return [
            f"Assumed, {made.name}: {' '.join(made.assumes)}",
            *(f"It changes, here with {self.parameter.name} {shown}: {line}" for line in made.says()),
            *(f"Reading: {reading}" for reading in made.readings),
            *(f"The idea: {source}" for source in made.sources),
        ]

    @property
    def under(self) -> list[str]:
        """As of when, known when, by which law and lists, and what it is not."""
        law = self.view.regime
        digests = ", ".join(f"{spoken(value)}: {edited.digest[:12]}" for value, edited in self.regimes)
        return [
            f"{self.view.says}. Scenario {self.scenario.digest[:12]}; the law under it at {digests}.",
            f"Checked against published texts up to {law.confirmed}. "
            f"Parties compared with: {law.compared_with}. A hypothesis, not law. {law.notice}",
        ]

    @property
    def without_effect(self) -> list[str]:
        """What a rule in force forbids of the scenario, and at which values."""
        found: dict[str, list[str]] = {}
        for value, edited in self.regimes:
            for note in void(edited):
                found.setdefault(note, []).append(spoken(value))
        return [f"Without effect at {', '.join(at)}: {note}" for note, at in found.items()]


@click.command()
@click.argument("orders", metavar="BOOK", type=FILE)
@click.argument("name", metavar="SCENARIO")
@click.option("--parameter", required=True, help="The parameter of the scenario that moves.")
@click.option(
    "--values", help="'0..50 by 5', '2019-08-19..2020-12-19 by month', '0, 10, 25' [default: its range]."
)
@click.option("--on", type=MOMENT, help="Every act moved to this day [default: its own].")
@click.option("--known", type=MOMENT, help="Use only law that was public by then.")
@lists_option
@click.option("--format", "form", type=click.Choice(_FORMATS), help="[default: table, or by --out]")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the result to this file.")
def sweep(
    orders: Path,
    name: str,
    parameter: str,
    values: str | None,
    on: Moment | None,
    known: Moment | None,
    store: Path | None,
    form: str | None,
    out: Path | None,
) -> int:
    """Move a parameter of a SCENARIO over a BOOK: what the book comes to at each value, and where it turns.

    SCENARIO is a name of 'licet scenario list', or a file. A kink is a value at which lines come out
    otherwise than at the one before, with the rule that turns most of them.

    Exit code 0, whatever is found; 4: rows were rejected or could not be decided.
    """
    regime = regime_with(store)
    scenario = Scenario.read(find(name), regime)
    regimes = tuple(laid_over(scenario, parameter, values, regime))
    book = load_book(orders, regime)
    rows, kinks = figures.sweep(book.acts, scenario.name, parameter, regimes, on=on, known_at=known)
    own = next(p for p in scenario.parameters if p.name == parameter)
    before = dict(zip([at for at, _ in regimes[1:]], [at for at, _ in regimes], strict=False))
    found = Swept(
        scenario,
        own,
        View("The law as it is", regime, on, known),
        regimes,
        rows,
        [{"after": before[kink["at"]], **kink} for kink in kinks],
    )
    suffix = out.suffix.removeprefix(".") if out else ""
    _write(found, form or (suffix if suffix in _FORMATS else "table"), out)
    for reject in book.rejects:
        click.echo(f"Not decided: {reject}", err=True)
    undecided = len(book.acts) - sum(row["lines"] for row in rows if row["at"] == regimes[0][0])
    if undecided:
        click.echo(f"Not decided: {undecided} lines without a date; --on moves every line to one", err=True)
    return Exit.DAMAGED if book.rejects or undecided else Exit.CLEAR


def _write(found: Swept, form: str, out: Path | None) -> None:
    match form:
        case "json":
            put(f"{json.dumps(_document(found), ensure_ascii=False, indent=1, default=str)}\n".encode(), out)
        case "jsonl" | "csv":
            write(_flat(found), _COLUMNS, form, out)
        case "svg":
            put(_signed(found).svg().encode(), out)
        case "png":
            if out is None:
                raise OutputError("png is not text: say where it goes with --out FILE")
            put(_signed(found).png(), out)
        case "html":
            put(_page(found).encode(), out)
        case _ if out is not None:
            with out.open("w", encoding="utf-8") as file:
                _show(found, Console(file=file, width=160))
        case _:
            # Piped text has no window to fit into.
            _show(found, Console(width=None if sys.stdout.isatty() else 160))


# -- for machines --------------------------------------------------------------------------------------


def _document(found: Swept) -> dict[str, Any]:
    law = found.view.regime
    return {
        "scenario": found.scenario.name,
        "parameter": found.parameter.name,
        "title": found.title,
        "as_of": "each act's own date" if found.view.on is None else spoken(found.view.on),
        "known_at": spoken(found.view.known),
        "law": law.digest,
        "lists": law.lists_digest,
        "compared_with": law.compared_with,
        "scenario_digest": found.scenario.digest,
        "laws": [{"at": value, "law": edited.digest} for value, edited in found.regimes],
        "assumed": found.assumed,
        "without_effect": found.without_effect,
        "notice": law.notice,
        "rows": found.rows,
        "kinks": found.kinks,
    }


def _flat(found: Swept) -> list[Row]:
    """Rows of values and of kinks in one table, told apart by ``row``; each says under which law."""
    law = found.view.regime
    laws = {value: edited.digest[:12] for value, edited in found.regimes}
    told = {
        "known_at": spoken(found.view.known),
        "lists": law.compared_with,
        "assumed": " ".join(found.scenario.assumes),
        "notice": law.notice,
    }
    base = {"parameter": found.parameter.name, "scenario": found.scenario.name, **told}
    return [
        {"row": kind, **base, **row, "at": spoken(row["at"]), "law": laws[row["at"]]}
        for kind, rows in (("outcome", found.rows), ("kink", found.kinks))
        for row in rows
    ]


# -- for people ----------------------------------------------------------------------------------------


def _show(found: Swept, console: Console) -> None:
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
    values = [value for value, _ in found.regimes]
    present = [o for o in Outcome if any((value, o.value) in cells for value in values)]
    curves = {o: [cells.get((value, o.value), "") for value in values] for o in present}
    moving = [o for o in present if len(set(curves[o])) > 1]
    still = [f"{o.words} ({curves[o][0]})" for o in present if o not in moving]
    if moving:
        table = Table(title=f"Lines and {currency or 'money'} by outcome", title_justify="left")
        table.add_column(markup.escape(found.parameter.name), justify="right")
        for outcome in moving:
            table.add_column(outcome.words, justify="right")
        for place, value in enumerate(values):
            table.add_row(spoken(value), *(curves[o][place] for o in moving))
        console.print(table)
    if still:
        console.print(f"[dim]{currency}, the same at every value: {', '.join(still)}.[/dim]")


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


# -- as a picture, and as a page -----------------------------------------------------------------------


def _picture(found: Swept) -> Picture:
    from licet.changes.plots import sweep as drawn

    words = [str(value) for value, _ in found.regimes if isinstance(value, str)]
    if words:
        raise OutputError(
            f"a picture needs numbers or days on its axis; {found.parameter.name} is also {words[0]!r}: "
            "take the table, or other --values"
        )
    return drawn(found.rows, found.kinks, title=f"{found.parameter.title} ({found.scenario.name})")


def _signed(found: Swept) -> Picture:
    """The picture with its law, its assumptions and the notice in its caption: it may travel alone."""
    from licet.changes.plots.style import WIDTH, wrapped

    picture = _picture(found)
    head = picture.spec["title"]
    told = [line for text in (found.assumed[0], found.view.says, found.view.regime.notice)
            for line in wrapped(text, WIDTH, 4)]  # fmt: skip
    return replace(
        picture,
        spec={**picture.spec, "title": {**head, "subtitle": [*head["subtitle"], *told]}},
        summary=f"{picture.summary} {found.view.says}. {found.view.regime.notice}",
    )


def _page(found: Swept) -> str:
    """One HTML file without scripts or network: the picture, its data, the kinks, what was assumed."""
    from licet.changes.report_lines import scrolled

    style = (files("licet.changes") / "report.css").read_text(encoding="utf-8")
    title = escape(f"{found.scenario.name}: {found.title}")
    kinks = scrolled("Where it turns", found.kinks, _KINKS) if found.kinks else "<p>Nothing turns.</p>\n"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p class="notice">{escape(found.view.regime.notice)}</p>
</header>
<main>
{_picture(found).html()}{kinks}<h2>What was assumed</h2>
{_paragraphs((*found.assumed, *found.without_effect))}</main>
<footer>
{_paragraphs(found.under)}</footer>
</body>
</html>
"""


def _paragraphs(lines: Sequence[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>\n" for line in lines)
