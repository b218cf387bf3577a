"""``licet screen``: parties against the lists as they stood on a day, what met and why, what is missing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from licet.cli.exits import Exit
from licet.cli.options import FILE, MOMENT, default_store, lists_option, regime_with
from licet.cli.output import BINARY, FORMATS, write
from licet.language.instrument import Moment, day
from licet.regime import Regime

if TYPE_CHECKING:
    import pyarrow as pa

    from licet.intake.counterparties import PartyFile
    from licet.reviews.against import Against
    from licet.reviews.matches import Match

_LONG = 2000
_BATCH = 4096
_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class Screened:
    """A run: the parties, the matches, and what the run was limited to."""

    file: PartyFile
    matches: tuple[Match, ...]
    against: Against[Regime]
    index: str
    scope: str = ""

    @property
    def shown(self) -> tuple[Match, ...]:
        """Matches that nobody has set aside."""
        return tuple(m for m in self.matches if not m.set_aside)


@click.command()
@click.argument("parties", type=FILE)
@lists_option
@click.option("--list", "only", multiple=True, metavar="CODE", help="Only this list; may be repeated.")
@click.option("--as-of", type=MOMENT, help="Who was listed on this day [default: this machine's day].")
@click.option("--known-at", type=MOMENT, help="Only what was public by then [default: all that is there].")
@click.option("--ever", is_flag=True, help="Also show listings that had no effect on the day.")
@click.option("--all", "every", is_flag=True, help="Also show cleared pairs, and every row in the table.")
@click.option("--since", type=MOMENT, help="Only what changed after this day: listings, or parties.")
@click.option("--before", type=FILE, help="With --since: the parties as they were [default: as remembered].")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Output format [default: table, or by --out]."
)
@click.option("--out", type=_FILE, help="Write the result to this file.")
def screen(
    parties: Path,
    store: Path | None,
    only: tuple[str, ...],
    as_of: Moment | None,
    known_at: Moment | None,
    ever: bool,
    every: bool,
    since: Moment | None,
    before: Path | None,
    form: str | None,
    out: Path | None,
) -> int:
    """Screen the parties in PARTIES (CSV, XLSX or Parquet) against the lists.

    A hit is sure enough to stop; a review needs a person. Exit codes: 1 a hit, 3 only reviews or
    findings, 4 rows that could not be read or lists too old, else 0.
    """
    from licet.cli.screen_tables import COLUMNS, rows_of, show
    from licet.intake.counterparties import table_of

    if before is not None and since is None:
        raise click.UsageError("--before says what the parties were; say --since DAY too")
    regime = regime_with(store)
    path = store or default_store()
    kept = bool(regime.roll_digest)
    now = datetime.now(UTC)
    against = against_for(regime, path if kept else None, only, as_of, known_at, now)
    file = read_parties(parties, regime)
    table = table_of(file.parties)
    if since is None:
        found, scope = _full(table, against, ever), ""
    else:
        earlier = None if before is None else table_of(read_parties(before, regime).parties)
        found, scope = _changed(table, earlier, against, ever, day(since), path if kept else None)
    met = _matches(found, table, against, path if kept else None, since is None)
    done = Screened(file, met, against, regime.listings.finder.index.digest, scope)
    form = form or _form_of(out)
    if form == "table":
        from licet.cli.list_tables import console_for

        with console_for(out) as console:
            show(done, console, every)
    else:
        write(rows_of(done, every), COLUMNS, form, out)
    for line in (*file.damaged, *(f"Note: {w}" for w in file.warnings)):
        click.echo(line, err=True)
    if kept and before is None:
        _remember(table, against, path, now)
    return _exit(done)


def _exit(done: Screened) -> Exit:
    if done.file.damaged or done.against.stale:
        return Exit.DAMAGED
    # What had no effect that day is shown for those who ask, and stops nobody.
    open_ = [m for m in done.shown if m.in_force is not False]
    if any(m.level == "hit" for m in open_):
        return Exit.STOP
    return Exit.FACTS_MISSING if open_ or done.file.findings else Exit.CLEAR


def against_for(
    regime: Regime,
    store: Path | None,
    only: Sequence[str],
    as_of: Moment | None,
    known_at: Moment | None,
    now: datetime,
) -> Against[Regime]:
    """The lists and days asked for; where nobody says, this machine's day and all that is known.

    Raises:
        UsageError: if a list is asked for that nobody is on.
    """
    from licet.language.errors import LawError
    from licet.reviews.against import Against

    today = now.date() if known_at is None else day(known_at)
    try:
        return Against.of(regime, store, as_of or now.date(), known_at, today, only)
    except LawError as error:
        raise click.UsageError(str(error)) from None


def read_parties(path: Path, regime: Regime) -> PartyFile:
    """The parties in a file, read with the roles and countries of the law."""
    from licet.intake import countries_from
    from licet.intake.counterparties import read_counterparties

    countries = countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
    return read_counterparties(path, regime.vocabulary, countries)


def _full(table: pa.Table, against: Against[Regime], ever: bool) -> pa.Table:
    """Every party against every listing, batch by batch under a bar."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = []
    with _progress(len(table)) as tick:
        for start in range(0, max(1, len(table)), _BATCH):
            part = against.screen(table.slice(start, _BATCH), ever)
            query = pc.add(part.column("query"), pa.scalar(start, pa.int64()))
            found.append(part.set_column(0, "query", query))
            tick(start + _BATCH)
    return pa.concat_tables(found)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    if total < _LONG or not sys.stderr.isatty():
        yield lambda done: None
        return
    columns = (TextColumn("Screening"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Screening", total=total)
        yield lambda done: progress.update(task, completed=min(done, total))


def _changed(
    table: pa.Table,
    before: pa.Table | None,
    against: Against[Regime],
    ever: bool,
    since: date,
    store: Path | None,
) -> tuple[pa.Table, str]:
    """What changed after a day, screened, and what it was in words."""
    import numpy as np

    from licet.lists.history import History
    from licet.reviews import changes
    from licet.reviews.against import names_as_known
    from licet.reviews.listed import law_names
    from licet.reviews.runs import Runs
    from licet.reviews.screening import clock_of, with_membership
    from licet.screening import Index

    regime, digests = against.law, changes.party_digests(table)
    if store is None:
        old = law_names(regime.listings, since)
        parties = changes.PartyChanges(np.full(len(table), -1, np.int64))
    else:
        with History.open(store) as history:
            old = names_as_known(regime, history, since)
            parties = Runs(history.store).unchanged(
                digests, known=since, lists=against.only, snapshots=history.snapshots()
            )
    if before is not None:
        parties = changes.PartyChanges.of(before, table)
    listings = changes.listing_changes(old, against.names)
    clocks = (clock_of(regime, since, since), clock_of(regime, against.as_of, against.known_at))
    effect = changes.effect_changes(regime.listings, *clocks)
    names = changes.names_of(against.names, listings.changed | effect)
    index = Index.build(names) if len(names) else None
    full = regime.listings.finder.index
    found = changes.screen_changed(table, parties, full, index, day(against.known_at))
    told = with_membership(found, regime, against.as_of, against.known_at, only=against.only, ever=ever)
    new = int((parties.before < 0).sum())
    said = (
        f"Only what changed after {since}: {len(listings.changed | effect):,} listings that are new, "
        "changed, begun or ended against all parties, "
        f"and {new:,} of {len(table):,} names of parties against all listings."
    )
    return told, said


def _matches(
    found: pa.Table, table: pa.Table, against: Against[Regime], store: Path | None, whole: bool
) -> tuple[Match, ...]:
    from licet.lists.history import History
    from licet.reviews.dispositions import Dispositions

    if store is None:
        return against.matches(found, table, None)
    with History.open(store) as history:
        return against.matches(found, table, Dispositions(history.store), whole)


def _remember(table: pa.Table, against: Against[Regime], store: Path, now: datetime) -> None:
    """Keep which parties were screened, so that the next run can leave out what has not changed."""
    import sqlite3

    from licet.lists.history import History
    from licet.reviews.changes import party_digests
    from licet.reviews.runs import Runs

    with History.open(store) as history:
        try:
            Runs(history.store).remember(
                party_digests(table),
                at=now,
                known=day(against.known_at),
                lists=against.only,
                snapshots=history.snapshots(),
                digest=against.law.lists_digest,
            )
        except sqlite3.Error as error:
            click.echo(f"Note: {store}: this run is not remembered for --since ({error})", err=True)


def _form_of(out: Path | None) -> str:
    suffix = out.suffix.removeprefix(".") if out is not None else ""
    return suffix if suffix in (*BINARY, "json", "jsonl", "csv") else "table"
