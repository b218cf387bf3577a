"""``licet sweep``: a parameter of a scenario moved over a book, and the values at which something turns."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from licet.changes import figures
from licet.changes.compare import View
from licet.changes.parameters import Value
from licet.changes.scenario import Scenario, find
from licet.changes.sweep_report import COLUMNS, Law, Swept, document, flat, page, signed
from licet.changes.sweeping import sweep as laid_over
from licet.changes.sweeping import swept_values
from licet.cli.exits import Exit
from licet.cli.impact_tables import paint, put
from licet.cli.options import FILE, MOMENT, lists_option, load_book, regime_with
from licet.cli.output import OutputError, write
from licet.cli.sweep_report import show
from licet.language.instrument import Moment
from licet.regime import Regime

_FORMATS = ("table", "json", "jsonl", "csv", "svg", "png", "html")
_LONG = 2000


@click.command()
@click.argument("orders", metavar="BOOK", type=FILE)
@click.argument("name", metavar="SCENARIO")
@click.option("--parameter", required=True, help="The parameter of the scenario that moves.")
@click.option(
    "--values", help="'0..50 by 5', '2019-08-19..2020-12-19 by month', '0, 10, 25' [default: its range]."
)
@click.option("--as-of", "on", type=MOMENT, help="Every act moved to this day [default: its own].")
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
    chosen = swept_values(scenario, parameter, values)
    book = load_book(orders, regime)
    laws: list[Law] = []
    regimes = _noted(laid_over(scenario, parameter, chosen, regime), laws)
    swept = figures.sweep(
        book.acts,
        scenario.name,
        parameter,
        _tracked(regimes, len(chosen), len(book.acts)),
        on=on,
        known_at=known,
    )
    own = next(p for p in scenario.parameters if p.name == parameter)
    found = Swept(scenario, own, View("The law as it is", regime, on, known), tuple(laws), swept)
    suffix = out.suffix.removeprefix(".") if out else ""
    _write(found, form or (suffix if suffix in _FORMATS else "table"), out)
    for reject in (*book.rejects, *(line.problem for line in swept.undecided)):
        click.echo(f"Not decided: {reject}", err=True)
    return Exit.DAMAGED if book.rejects or swept.undecided else Exit.CLEAR


def _noted(regimes: Iterable[tuple[Value, Regime]], laws: list[Law]) -> Iterator[tuple[Value, Regime]]:
    """The regimes as they pass, with what has to be said of each kept in ``laws``."""
    for at, regime in regimes:
        laws.append(Law.of(at, regime))
        yield at, regime


def _tracked(
    regimes: Iterable[tuple[Value, Regime]], values: int, lines: int
) -> Iterable[tuple[Value, Regime]]:
    if values * lines < _LONG or not sys.stderr.isatty():
        return regimes
    return track(regimes, "Sweeping", total=values, console=Console(stderr=True), transient=True)


def _write(found: Swept, form: str, out: Path | None) -> None:
    match form:
        case "json":
            put(f"{json.dumps(document(found), ensure_ascii=False, indent=1, default=str)}\n".encode(), out)
        case "jsonl" | "csv":
            write(flat(found), COLUMNS, form, out)
        case "svg":
            put(signed(found).svg().encode(), out)
        case "png":
            if out is None:
                raise OutputError("png is not text: say where it goes with --out FILE")
            put(signed(found).png(), out)
        case "html":
            put(page(found).encode(), out)
        case _:
            paint(lambda console: show(found, console), out)
