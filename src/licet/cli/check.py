"""``licet check``: an order book in, every line decided under the law of its date."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from licet.cli.board import show_board
from licet.cli.check_acts import ENGINES, check_acts, check_with_spark, is_acts
from licet.cli.exits import exit_for
from licet.cli.options import lists_option, load_book, policy_option, regime_with, time_options
from licet.cli.output import BINARY, FORMATS, write
from licet.decisions.book import COLUMNS, Line, decide_book, row_of
from licet.intake import OrderBook, Profile, write_rejects
from licet.language.instrument import Moment
from licet.regime import Regime

_LONG = 500
# From so many lines on it pays to find those alike before anything is decided.
_MANY = 2_000


@click.command()
@click.argument("orders", type=click.Path(exists=True, path_type=Path))
@lists_option
@time_options
@policy_option
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Output format [default: table, or by --out]."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the result to this file; of acts, to this folder."
)
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rows that could not be read go [default: ORDERS with .rejects.csv].",
)
@click.option(
    "--map",
    "profile",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Header profile: used if the file exists, written from what was recognised if not.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="polars",
    show_default=True,
    help="What decides acts in Parquet; every engine comes to the same.",
)
@click.option("--master", help="With --engine spark: the cluster's URL [default: this machine].")
@click.option("--lines", "every", is_flag=True, help="In the table, show every line, not only the groups.")
def check(
    store: Path | None,
    orders: Path,
    as_of: Moment | None,
    known_at: Moment | None,
    unrelieved: bool,
    form: str | None,
    out: Path | None,
    rejects: Path | None,
    profile: Path | None,
    every: bool,
    engine: str,
    master: str | None,
) -> int:
    """Decide every line of the order book ORDERS (CSV, XLSX or Parquet).

    A row that cannot be read goes to the rejects file with the reason; the rest is decided.

    Acts in Parquet (a file with a column of parties, or a folder of them) are decided in columns, any
    number of them: --out is then a folder for the parts, and the same command goes on where it was stopped.
    """
    if is_acts(orders):
        if form not in (None, "table", "parquet") or profile is not None or every:
            raise click.UsageError("acts in Parquet are told in numbers; their decisions go to --out FOLDER")
        if engine == "spark":
            return check_with_spark(orders, store, as_of, known_at, unrelieved, out, master)
        return check_acts(orders, regime_with(store), as_of, known_at, unrelieved, out, engine)
    if out is not None and out.is_dir():
        raise click.UsageError(f"--out {out}: is a folder; the result of an order book is one file")
    regime = regime_with(store)
    book = load_book(orders, regime, profile)
    if profile is not None and not profile.exists():
        Profile(book.columns).save(profile)
        click.echo(f"Headers recognised were saved to {profile}.", err=True)
    decided = _decide(book, regime, as_of, known_at, unrelieved)
    form = form or _form_of(out)
    if form == "table":
        _show(decided, regime, out, every)
    else:
        write([row_of(line) for line in decided], COLUMNS, form, out)
    _tell_rejects(book, rejects or orders.with_suffix(".rejects.csv"))
    for warning in book.warnings:
        click.echo(f"Note: {warning}", err=True)
    undecided = [line for line in decided if line.decision is None]
    return exit_for(
        (line.decision.outcome for line in decided if line.decision is not None),
        damaged=bool(book.rejects or undecided),
    )


def _decide(
    book: OrderBook, regime: Regime, as_of: Moment | None, known_at: Moment | None, unrelieved: bool
) -> list[Line]:
    lines = _engine(len(book.acts))(book.acts, regime, as_of, known_at, unrelieved)
    if len(book.acts) < _LONG or not sys.stderr.isatty():
        return list(lines)
    columns = (TextColumn("Deciding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        return list(progress.track(lines, total=len(book.acts)))


def _engine(lines: int) -> Callable[..., Iterator[Line]]:
    if lines < _MANY:
        return decide_book
    from licet.columns.alike import decide_alike

    return decide_alike


def _show(decided: list[Line], regime: Regime, out: Path | None, every: bool) -> None:
    if out is None:
        # Piped text has no window to fit into.
        show_board(decided, regime, Console(width=None if sys.stdout.isatty() else 140), every)
        return
    with out.open("w", encoding="utf-8") as file:
        show_board(decided, regime, Console(file=file, width=140), every)


def _form_of(out: Path | None) -> str:
    suffix = out.suffix.removeprefix(".") if out is not None else ""
    return suffix if suffix in (*BINARY, "json", "jsonl", "csv") else "table"


def _tell_rejects(book: OrderBook, path: Path) -> None:
    if not book.rejects:
        return
    write_rejects(path, book.rejects)
    for reject in book.rejects[:10]:
        click.echo(f"Rejected: {reject}", err=True)
    more = f" (the first 10 of {len(book.rejects)} are shown)" if len(book.rejects) > 10 else ""
    click.echo(f"{len(book.rejects)} of {book.rows} rows were rejected{more}; they are in {path}.", err=True)
