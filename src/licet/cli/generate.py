"""``licet generate``: a book of invented acts, of any size and the same for the same seed."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from licet.cli.options import FILE
from licet.regime import Regime

if TYPE_CHECKING:
    from licet.intake.counterparties import Counterparty

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--lines", type=click.IntRange(1), default=1000, show_default=True, help="How many lines.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Same seed, same book.")
@click.option(
    "--missing",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    help="Share of facts left blank, each for itself (names: a fifth of it).",
)
@click.option(
    "--counterparties", type=FILE, help="Take the customers that are on no list from this file of parties."
)
@click.option("--from", "first", type=_DAY, help="First day on which an act may be done.")
@click.option("--to", "last", type=_DAY, help="Last day on which an act may be done.")
def generate(
    out: Path,
    lines: int,
    seed: int,
    missing: float,
    counterparties: Path | None,
    first: datetime | None,
    last: datetime | None,
) -> None:
    """Write a book of invented acts to OUT: acts in columns (.parquet) or an order book (.csv).

    For trying things out and for measurements. Listed parties have their true names, everything they
    are said to buy is invented.
    """
    from licet.generating.book import Book
    from licet.generating.mix import read
    from licet.generating.writing import SUFFIXES, write

    if out.suffix not in SUFFIXES:
        raise click.BadParameter(f"expected a name that ends in {' or '.join(SUFFIXES)}", param_hint="OUT")
    regime = Regime.load()
    parties = _parties(counterparties, regime) if counterparties is not None else ()
    begin, end = (moment.date() if moment is not None else None for moment in (first, last))
    book = Book.of(regime, read(regime.vocabulary), seed, missing, begin, end, parties)
    columns = (TextColumn("Generating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("lines", total=lines)
        write(book, lines, out, lambda written: progress.advance(task, written))
    click.echo(
        f"{lines:,} invented lines in {out} (seed {seed}, {missing:.0%} of facts missing, "
        f"{len(book.customers):,} customers).",
        err=True,
    )


def _parties(path: Path, regime: Regime) -> tuple[Counterparty, ...]:
    from licet.intake import countries_from
    from licet.intake.counterparties import read_counterparties

    countries = countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
    found = read_counterparties(path, regime.vocabulary, countries)
    for told in (*found.damaged, *found.warnings)[:5]:
        click.echo(f"Note: {told}", err=True)
    return found.parties
