"""``licet check`` of acts in columns: Parquet of any size, decided part by part, told in numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from licet.cli.exits import Exit, exit_for
from licet.cli.options import regime_with
from licet.decisions.outcome import Outcome
from licet.language.instrument import Moment
from licet.regime import Regime

if TYPE_CHECKING:
    from collections.abc import Callable

    from licet.columns.tally import Count, Tally

ENGINES = ("polars", "duckdb", "spark")
_MOST = 40


def is_acts(path: Path) -> bool:
    """Whether a path leads to acts in Parquet rather than to an order book: they say who takes part."""
    if path.is_dir():
        return True
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            return False
    import pyarrow.parquet as pq

    return "parties" in pq.read_schema(path).names


def check_acts(
    acts: Path,
    regime: Regime,
    as_of: Moment | None,
    known_at: Moment | None,
    unrelieved: bool,
    out: Path | None,
    engine: str,
) -> Exit:
    """Decide acts in Parquet; ``out`` is the folder for the parts, else only the numbers are kept."""
    from licet.columns.deciding import Decider
    from licet.columns.engines import engine as engine_of
    from licet.columns.running import count, run
    from licet.columns.sources import batches
    from licet.columns.tally import Tally

    decider = Decider(regime, as_of, known_at, unrelieved, engine_of(engine), end_uses=True)
    tally = Tally()
    with _progress(count(acts)) as advanced:
        if out is None:
            for batch in batches(acts):
                tally.add(batch, decider.decide(batch))
                advanced(batch.num_rows)
        else:
            done = before = 0
            for state in run(acts, out, decider, _kept(acts), each=tally.add):
                advanced(state.acts - before)
                before, done = state.acts, state.decided
            if done < before:
                click.echo(f"{before - done} of {before} acts had been decided before.", err=True)
    show_tally(
        tally, regime, decider.metadata["known_at"], Console(width=None if sys.stdout.isatty() else 140)
    )
    outcomes = [Outcome(name) for name in tally.outcomes if name in list(Outcome)]
    return exit_for(outcomes, damaged=bool(tally.problems))


def check_with_spark(
    acts: Path,
    store: Path | None,
    as_of: Moment | None,
    known_at: Moment | None,
    unrelieved: bool,
    out: Path | None,
    master: str | None,
) -> Exit:
    """Decide acts in Parquet on a Spark cluster into the folder ``out``, and tell the numbers."""
    from licet.columns.spark_job import Job, Law, decide_parquet

    if out is None:
        raise click.UsageError("--engine spark writes partitioned Parquet: say where with --out FOLDER")
    law = Law(store="" if store is None else str(store.resolve()))
    outcomes = decide_parquet(
        acts, out, Job(law, as_of, known_at, unrelieved, tuple(_kept(acts)), end_uses=True), master
    )
    table = _table("Outcomes", "outcome", "acts")
    for name in (*Outcome, "undecided"):
        if name in outcomes:
            table.add_row(name.replace("_", " "), f"{outcomes[name]:,}")
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table)
    regime = regime_with(store)
    console.print(
        f"Decisions are in {out}. Law {regime.digest[:12]}, lists {regime.lists_digest[:12]}, "
        f"checked against published texts up to {regime.confirmed}. {regime.notice}"
    )
    found = [Outcome(name) for name in outcomes if name in list(Outcome)]
    return exit_for(found, damaged="undecided" in outcomes)


def _kept(acts: Path) -> list[str]:
    """The columns that tell acts apart."""
    from pyarrow import dataset

    names = dataset.dataset(acts, format="parquet").schema.names
    return [name for name in ("order_id", "line") if name in names]


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn("Deciding"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, rate="")

        def advanced(rows: int) -> None:
            speed = progress.tasks[0].speed
            progress.update(task, advance=rows, rate=f"{speed:,.0f} acts/s" if speed else "")

        yield advanced


def show_tally(tally: Tally, regime: Regime, known_at: str, console: Console) -> None:
    """Outcomes with acts and money; the reasons behind those that stop or wait; what to find out."""
    console.print(_by_outcome(tally))
    for table in (_by_reason(tally, regime), _questions(tally, regime), _problems(tally)):
        if table.row_count:
            console.print(table)
    span = f"{tally.first} to {tally.last}" if tally.first else "no date"
    console.print(
        f"Law as of each act's date ({span}) unless one was given, as known on {known_at}; "
        f"law {regime.digest[:12]}, lists {regime.lists_digest[:12]}, "
        f"checked against published texts up to {regime.confirmed}. "
        f"Parties compared with: {regime.compared_with}. {regime.notice}"
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(
            name, justify="right" if name in ("acts", "money at stake", "acts waiting") else "left"
        )
    return table


def _by_outcome(tally: Tally) -> Table:
    table = _table("Outcomes", "outcome", "acts", "money at stake")
    for name in (*Outcome, "undecided"):
        if count := tally.outcomes.get(name):
            table.add_row(name.replace("_", " "), f"{count.acts:,}", _money(count))
    return table


def _by_reason(tally: Tally, regime: Regime) -> Table:
    table = _table(
        "Why, where it does not simply go ahead", "outcome", "because of", "met by", "reviewed under",
        "acts", "money at stake",
    )  # fmt: skip
    order = [o.value for o in Outcome]
    told = [
        (why, count)
        for why, count in tally.by.items()
        if why.outcome in order and why.outcome not in (Outcome.NO_LICENCE_REQUIRED, Outcome.NOT_SUBJECT)
    ]
    told.sort(key=lambda one: (order.index(one[0].outcome), -one[1].acts))
    for why, count in told[:_MOST]:
        rules = regime.book.rules
        needs = ", ".join(dict.fromkeys(rules[r].known_as or r for r in why.requirements))
        by = ", ".join(why.authorisations) if Outcome(why.outcome).clear else ""
        table.add_row(
            why.outcome.replace("_", " "), needs or "scope", by, why.review.replace("_", " "),
            f"{count.acts:,}", _money(count),
        )  # fmt: skip
    if len(told) > _MOST:
        rest = sum(count.acts for _, count in told[_MOST:])
        table.add_row("...", f"{len(told) - _MOST} more reasons", "", "", f"{rest:,}", "")
    return table


def _questions(tally: Tally, regime: Regime, most: int = 12) -> Table:
    table = _table("What to find out", "fact", "question", "acts waiting")
    for fact, acts in tally.asked.most_common(most):
        known = fact in regime.vocabulary
        ask = regime.vocabulary[fact].ask if known else "Which listed party is meant, if any?"
        table.add_row(fact, ask, f"{acts:,}")
    return table


def _problems(tally: Tally, most: int = 12) -> Table:
    table = _table("Not decided", "what is wrong", "acts")
    for what, acts in tally.problems.most_common(most):
        table.add_row(what, f"{acts:,}")
    return table


def _money(count: Count) -> str:
    text = ", ".join(f"{value:,.0f} {currency}" for currency, value in sorted(count.value.items()))
    return text + (f" + {count.unvalued:,} without value" if count.unvalued else "")
