"""``licet lists``: published lists into the history, how old they are, and what changed in them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from licet.cli.exits import Exit
from licet.cli.lists_sync import sync
from licet.cli.options import FILE, MOMENT, store_option
from licet.cli.output import FORMATS, write
from licet.language.instrument import Moment, day

if TYPE_CHECKING:
    from licet.lists.diff import Side
    from licet.lists.history import History
    from licet.lists.importing import Imported

_LONG = 2000
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def lists() -> None:
    """Published lists of restricted parties: import, status, diff, export."""


lists.add_command(sync)


@lists.command("import")
@click.argument("files", nargs=-1, required=True, type=FILE)
@store_option
@click.option("--known", type=MOMENT, help="The day the files became public or were seen.")
@click.option("--part", is_flag=True, help="The files are samples or parts: they add entries and end none.")
@click.option("--force", "why", metavar="REASON", help="Import even if refused; needs --by, kept for good.")
@click.option("--by", metavar="NAME", help="Who insists.")
def import_(
    files: tuple[Path, ...],
    store: Path,
    known: Moment | None,
    part: bool,
    why: str | None,
    by: str | None,
) -> int:
    """Put published FILES into the history; nothing in it is ever changed.

    The day of the data comes from the file, else from its name, else from --known. Files of OFAC that
    belong together (sdn, alt, add, comments) are joined when given together. A file that can only be
    an accident is refused (exit code 4) with the reason and what to do about it.
    """
    from licet.lists.history import History, HistoryError
    from licet.lists.importing import import_published, read_published, together

    if bool(why) != bool(by):
        raise click.UsageError("--force REASON and --by NAME go together: whoever insists is named")
    seen = None if known is None else day(known)
    refused = False
    with History.open(store, create=True) as history:
        for group in together(files):
            try:
                file = read_published(group)
                with _progress(file.file, len(file.reading.records)) as tick:
                    done = import_published(
                        history,
                        file,
                        known=seen,
                        part=part,
                        forced_by=by or "",
                        forced_why=why or "",
                        tick=tick,
                    )
            except HistoryError as error:
                # One bad file keeps no other out.
                click.echo(f"licet: {error}", err=True)
                refused = True
                continue
            _tell(done)
            refused = refused or done.snapshot is None
    return Exit.DAMAGED if refused else Exit.CLEAR


@contextmanager
def _progress(name: str, total: int) -> Iterator[Callable[[int], None] | None]:
    if total < _LONG or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=total)
        yield lambda done: progress.update(task, completed=done)


def _tell(done: Imported) -> None:
    reading, snapshot = done.published.reading, done.snapshot
    what = f"{done.published.file}: {reading.format}, {reading.rows:,} rows, {len(reading.records):,} entries"
    if snapshot is None:
        click.echo(f"{what}, data of {done.day}: REFUSED")
    elif not done.new:
        click.echo(f"{what}: already here as {snapshot.id} (known since {snapshot.known}); nothing changed")
    else:
        forced = f"; let in by {snapshot.forced_by}: {snapshot.forced_why}" if snapshot.forced_by else ""
        click.echo(f"{what}, data of {done.day}, known {snapshot.known}: imported as {snapshot.id}{forced}")
    for finding in done.findings:
        click.echo(f"  {'Refused' if finding.refused else 'Flag'}: {finding}", err=True)
    for fault in reading.faults[:5]:
        click.echo(f"  Note: {fault}", err=True)
    if len(reading.faults) > 5:
        click.echo(f"  Note: {len(reading.faults) - 5} more faults are kept with the snapshot", err=True)


@lists.command()
@store_option
@click.option("--as-of", type=MOMENT, help="Count the age to this day; stale lists make exit code 4.")
@click.option("--known-at", type=MOMENT, help="As known on this day [default: all that is there].")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help="Output format.")
@click.option("--out", type=_FILE, help="Write the result to this file.")
def status(store: Path, as_of: Moment | None, known_at: Moment | None, form: str, out: Path | None) -> int:
    """Every list: its file, the day of the data, age, counts, digest, and what was noticed.

    Files that somebody insisted on stay shown for as long as the history lasts.
    """
    from licet.cli.list_tables import console_for, show_status
    from licet.lists.history import History
    from licet.lists.status import COLUMNS
    from licet.lists.status import status as statuses

    with History.open(store) as history:
        found = statuses(history, *(None if m is None else day(m) for m in (as_of, known_at)))
    if form == "table":
        with console_for(out) as console:
            show_status(found, console)
    else:
        write([s.row() for s in found], COLUMNS, form, out)
    return Exit.DAMAGED if any(s.stale for s in found) else Exit.CLEAR


@lists.command("diff")
@click.argument("before")
@click.argument("after")
@store_option
@click.option("--list", "only", multiple=True, metavar="CODE", help="Only this list; may be repeated.")
@click.option("--known-at", type=MOMENT, help="Use only snapshots known by this day.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help="Output format.")
@click.option("--out", type=_FILE, help="Write the result to this file.")
@click.option("--all", "every", is_flag=True, help="In the table, show every change.")
def diff_(
    before: str,
    after: str,
    store: Path,
    only: tuple[str, ...],
    known_at: Moment | None,
    form: str,
    out: Path | None,
    every: bool,
) -> int:
    """What changed from BEFORE to AFTER: added, removed, and each changed field.

    Each is a file, the id of a snapshot, or a day (the last snapshot of that day or before). Only lists
    on both sides are compared; an entity is found again though its published id changed.
    """
    from licet.cli.list_tables import console_for, show_diff
    from licet.lists.diff import COLUMNS, as_data, diff, rows

    moment = None if known_at is None else day(known_at)
    sides, whole = zip(*(_side(text, store, only, moment) for text in (before, after)), strict=True)
    found = diff(sides[0], sides[1], only)
    if form == "table":
        with console_for(out) as console:
            show_diff(found, console, every)
    elif form == "json":
        text = json.dumps(as_data(found), ensure_ascii=False, indent=1) + "\n"
        click.echo(text, nl=False) if out is None else out.write_text(text, encoding="utf-8")
    else:
        write(rows(found), COLUMNS, form, out)
    return Exit.CLEAR if all(whole) else Exit.DAMAGED


def _side(text: str, store: Path, only: Sequence[str], known_at: date | None) -> tuple[Side, bool]:
    """A side of a comparison, and whether what it rests on is whole."""
    from licet.lists.diff import Side
    from licet.lists.history import History
    from licet.lists.importing import read_published

    if Path(text).is_file():
        file = read_published({"main": Path(text)})
        for fault in file.reading.fatal:
            click.echo(f"{file.file}: {fault}", err=True)
        return Side.of(file.file, file.reading), not file.reading.fatal
    with History.open(store) as history:
        on = _day(text)
        if on is not None:
            return _on(history, on, only, known_at)
        found = [s for s in history.snapshots(known_at=known_at) if s.sha256.startswith(text.casefold())]
        if len(found) != 1 or len(text) < 6:
            what = f"no file, no day, and the start of {len(found)} snapshots"
            raise click.UsageError(f"{text!r} is {what}; see: licet lists status --format json")
        entries = {code: history.entries(found[0], code) for code in found[0].lists}
        return Side(f"{found[0].file} ({found[0].id})", found[0].format, entries), True


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _on(history: History, on: date, only: Sequence[str], known_at: date | None) -> tuple[Side, bool]:
    from licet.lists.diff import Side

    last = {
        code: snapshots[-1]
        for code in only or history.lists(known_at)
        if (snapshots := history.snapshots(code, known_at, on))
    }
    if not last:
        raise click.UsageError(f"no snapshot of {on} or before; see: licet lists status")
    formats = "+".join(sorted({s.format for s in last.values()}))
    return Side(str(on), formats, {code: history.records(code, known_at, on) for code in last}), True


@lists.command()
@click.option("--as", "form", type=click.Choice(["ftm", "csv"]), required=True, help="What to write.")
@store_option
@click.option("--list", "only", multiple=True, metavar="CODE", help="Only this list; may be repeated.")
@click.option("--as-of", type=MOMENT, help="By snapshots of this day or before [default: the newest].")
@click.option("--known-at", type=MOMENT, help="By snapshots known by this day [default: all].")
@click.option("--out", type=_FILE, help="Write to this file [default: standard output].")
def export(
    form: str,
    store: Path,
    only: tuple[str, ...],
    as_of: Moment | None,
    known_at: Moment | None,
    out: Path | None,
) -> int:
    """Write lists out: FollowTheMoney entities (JSON Lines), or a table with one row for each name.

    An entity keeps its id from one export to the next, though its record changes.
    """
    from licet.lists.exporting import to_csv, to_followthemoney
    from licet.lists.history import History

    on, known = (None if m is None else day(m) for m in (as_of, known_at))
    with History.open(store) as history:
        codes = only or history.lists(known)
        if unknown := [code for code in codes if not history.snapshots(code, known, on)]:
            raise click.UsageError(f"no snapshot covers {', '.join(unknown)}; see: licet lists status")
        records = [record for code in codes for record in history.records(code, known, on)]
        identify = history.identify(codes, known)
        text = to_csv(records, identify) if form == "csv" else "".join(to_followthemoney(records, identify))
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8", newline="")
    return Exit.CLEAR
