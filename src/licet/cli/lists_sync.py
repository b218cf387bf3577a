"""``licet lists sync``: fetch the lists from their publishers into the history."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from licet.cli.exits import Exit
from licet.cli.options import FILE, MOMENT, store_option
from licet.language.instrument import Moment, day

if TYPE_CHECKING:
    from licet.lists.fetching import Progress as Told
    from licet.lists.syncing import Synced

_SHOWN = 5


@click.command()
@store_option
@click.option("--source", "sources", multiple=True, metavar="CODE", help="Only this source; may be repeated.")
@click.option(
    "--list", "only", multiple=True, metavar="CODE", help="Only sources of this list; may be repeated."
)
@click.option(
    "--known",
    type=MOMENT,
    help="The day the files became known [default: what their servers say, else today].",
)
@click.option("--publishers", type=FILE, help="Addresses to use instead of the publishers' own (a mirror).")
def sync(
    store: Path,
    sources: tuple[str, ...],
    only: tuple[str, ...],
    known: Moment | None,
    publishers: Path | None,
) -> int:
    """Fetch the lists from their publishers' own addresses into the history.

    Files that have not changed are not sent again. A file that breaks off, shrinks, misses a list or is a
    page instead is refused and kept in a folder beside the history, with the reason; every other source
    goes on. Exit code 4 if a source is stale, refused or failed, 0 if all are current.
    """
    from licet.lists.publishers import PublisherError, choose, publications
    from licet.lists.syncing import Way
    from licet.lists.syncing import sync as synchronise

    found = publications(publishers)
    try:
        chosen = choose(found, sources, only)
    except PublisherError as error:
        raise click.UsageError(str(error)) from None
    seen = None if known is None else day(known)
    # The clock is asked because fetching happens now; what it says decides nothing.
    today = seen or datetime.now(UTC).date()
    with _progress() as told:
        done = synchronise(store, chosen, today=today, known=seen, tokens=os.environ, way=Way(progress=told))
    asked = bool(sources or only)
    for one in done:
        if one.attempts or not _by_hand(one):
            _tell(one)
    _tell_by_hand([one for one in done if _by_hand(one)], asked)
    left = [one for one in done if not one.current and (asked or not _by_hand(one))]
    return Exit.DAMAGED if left else Exit.CLEAR


def _by_hand(one: Synced) -> bool:
    from licet.lists.syncing import Outcome

    return one.outcome is Outcome.BY_HAND


def _tell(one: Synced) -> None:
    mark = str(one.outcome) if one.current else str(one.outcome).upper()
    tries = f" (attempt {one.attempts})" if one.attempts > 1 else ""
    click.echo(f"{one.source.label}: {mark}: {one.what}{tries}")
    if one.kept is not None:
        click.echo(f"  Kept in {one.kept}", err=True)
    flags = [f for f in one.findings if not f.refused]
    for finding in flags[:_SHOWN]:
        click.echo(f"  Flag: {finding}", err=True)
    if len(flags) > _SHOWN:
        click.echo(f"  Flag: {len(flags) - _SHOWN} more; see: licet lists status", err=True)


def _tell_by_hand(left: Sequence[Synced], asked: bool) -> None:
    """How a person gets what no program fetches: in full if it was asked for, else only which."""
    if asked:
        for one in left:
            click.echo(f"{one.source.label}: BY HAND: {one.what}")
    elif left:
        codes = ", ".join(one.source.label for one in left)
        click.echo(f"Not fetched by program: {codes}; how: licet lists sync --source CODE")


@contextmanager
def _progress() -> Iterator[Told | None]:
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def told(name: str, came: int, size: int | None) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=size)
            progress.update(tasks[name], completed=came, total=size)

        yield told
