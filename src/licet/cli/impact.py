"""``licet impact``: a book of acts in two views, and what turns between them, why, and for how much."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from licet.act import Act
from licet.changes.compare import compare
from licet.changes.impact import CHANGE_COLUMNS, stops
from licet.changes.impact_report import VIEW_COLUMNS, Report
from licet.changes.laid import view_under
from licet.changes.risk import SHIPPED, Assumptions
from licet.changes.scenario import Scenario, find
from licet.changes.writing import markdown, workbook
from licet.cli.exits import Exit, exit_for
from licet.cli.impact_tables import paint, put, show
from licet.cli.options import FILE, MOMENT, lists_option, load_book, regime_with
from licet.cli.output import OutputError, write
from licet.language.instrument import Moment

_FORMATS = ("table", "markdown", "html", "json", "jsonl", "csv", "xlsx")
_BY_SUFFIX = {
    ".md": "markdown",
    ".html": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".xlsx": "xlsx",
}
_LONG = 2000


@click.command()
@click.argument("orders", metavar="BOOK", type=FILE)
@click.option("--from", "start", type=MOMENT, help="Before: every act moved to this day, under its law.")
@click.option("--to", "end", type=MOMENT, help="After: every act moved to this day, under its law.")
@click.option(
    "--as-of", "on", type=MOMENT, help="Both sides: every act moved to this day [default: its own]."
)
@click.option(
    "--scenario", "scenarios", multiple=True, help="After: this laid over the law; several are stacked."
)
@click.option("--against", multiple=True, help="Before: this laid over the law, instead of the law as it is.")
@click.option("--known", type=MOMENT, help="Both sides: only what was public by then.")
@click.option("--known-from", type=MOMENT, help="Before: only what was public by then.")
@click.option("--known-to", type=MOMENT, help="After: only what was public by then.")
@click.option(
    "--assumptions", type=FILE, default=SHIPPED, help="What becomes of stopped sales [default: shipped]."
)
@lists_option
@click.option("--lines", "every", is_flag=True, help="With the table: every changed line and its causes.")
@click.option("--format", "form", type=click.Choice(_FORMATS), help="[default: table, or by --out]")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the result to this file.")
def impact(
    orders: Path,
    start: Moment | None,
    end: Moment | None,
    on: Moment | None,
    scenarios: tuple[str, ...],
    against: tuple[str, ...],
    known: Moment | None,
    known_from: Moment | None,
    known_to: Moment | None,
    assumptions: Path,
    store: Path | None,
    every: bool,
    form: str | None,
    out: Path | None,
) -> int:
    """Which acts of a BOOK change outcome between two days, two policies, or two states of knowledge.

    Two days: --from and --to. Two policies: --scenario, against the law as it is or --against another.
    Two states of knowledge: --known-from and --known-to. They may be combined. An act keeps its own date
    unless it is moved.

    Exit code 1: an act turns to forbidden or licence required; 3: one turns to indeterminate; 0: nothing
    changes, or only for the better; 4: rows were rejected or could not be decided.
    """
    _meant(start, end, on, scenarios, against, known, known_from, known_to)
    regime = regime_with(store)
    laid = [[Scenario.read(find(name), regime) for name in names] for names in (against, scenarios)]
    before = view_under(laid[0], regime, start if start is not None else on, known_from or known)
    after = view_under(laid[1], regime, end if end is not None else on, known_to or known)
    book = load_book(orders, regime)
    comparison = compare(_tracked(book.acts), before, after)
    assumed = Assumptions.read(assumptions)
    report = Report.of(comparison, laid[1], laid[0], assumed)
    _write(report, form or _BY_SUFFIX.get(out.suffix if out else "", "table"), out, every)
    for reject in (*book.rejects, *(line.problem for line in comparison.undecided)):
        click.echo(f"Not compared: {reject}", err=True)
    if comparison.undecided or book.rejects:
        return Exit.DAMAGED
    turned = {change.after.outcome for change in comparison.changes if change.turns}
    return Exit.STOP if any(map(stops, comparison.changes)) else exit_for(turned)


def _meant(
    start: Moment | None,
    end: Moment | None,
    on: Moment | None,
    scenarios: Sequence[str],
    against: Sequence[str],
    known: Moment | None,
    known_from: Moment | None,
    known_to: Moment | None,
) -> None:
    """Refuse what does not say two views."""
    for one, two, names in (
        (start, end, "--from and --to"),
        (known_from, known_to, "--known-from and --known-to"),
    ):
        if (one is None) is not (two is None):
            raise click.UsageError(f"{names} go together")
    if on is not None and start is not None:
        raise click.UsageError("--as-of moves both sides to one day; --from and --to to two")
    if known is not None and known_from is not None:
        raise click.UsageError("--known is for both sides; --known-from and --known-to for one each")
    if against and not scenarios:
        raise click.UsageError("--against needs a --scenario to compare it with")
    if start is None and known_from is None and not scenarios:
        raise click.UsageError(
            "nothing to compare: say --from and --to, --scenario, or --known-from and --known-to"
        )


def _tracked(acts: Sequence[Act]) -> Iterable[Act]:
    if len(acts) < _LONG or not sys.stderr.isatty():
        return acts
    return track(acts, "Comparing", console=Console(stderr=True), transient=True)


def _write(report: Report, form: str, out: Path | None, every: bool) -> None:
    comparison = report.comparison
    match form:
        case "table":
            changes = comparison.changes if every else ()
            paint(lambda console: show(report.said, report.sections, changes, console), out)
        case "csv" | "jsonl":
            write(report.flat(), (*CHANGE_COLUMNS, *VIEW_COLUMNS), form, out)
        case "json":
            put(f"{json.dumps(report.document(), ensure_ascii=False, indent=1, default=str)}\n".encode(), out)
        case "markdown":
            put(markdown(report.title, report.said, report.sections, comparison.changes).encode(), out)
        case "xlsx":
            if out is None:
                raise OutputError("xlsx is not text: say where it goes with --out FILE")
            put(workbook(report.said, report.sections, comparison), out)
        case _:
            put(report.html().encode(), out)
