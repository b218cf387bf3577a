"""``licet audit``: whether a server's audit trail is whole, what is in it, and all of it as JSON Lines."""

from __future__ import annotations

import json
import sys
from datetime import UTC
from pathlib import Path
from typing import TextIO

import click
from rich.markup import escape
from rich.table import Table

from licet.cli.exits import Exit
from licet.cli.options import MOMENT
from licet.cli.output import OutputError
from licet.cli.service import database_option, opened
from licet.language.instrument import Moment


@click.group()
def audit() -> None:
    """The audit trail of a server: verify, list, export."""


@audit.command()
@click.option("--head", help="The last hash as you wrote it down earlier: it has to be in the trail.")
@database_option
def verify(head: str | None, database: str | None) -> int:
    """Read the whole trail and check every hash in it. Exit code 0 if it is whole, 4 if it is not.

    Whoever may write to the database could write a whole new chain. So keep the last hash somewhere
    else from time to time, and give it as --head later.
    """
    from licet.service import audit as kept
    from licet.service import trail

    with opened(database) as service, service.database.reading() as session:
        found = kept.verify(session)
        missing = bool(head) and not trail.holds(session, head or "")
    if not found.holds:
        click.echo(f"the audit trail is broken: {found.broken}; {found.entries:,} entries before it hold")
        return Exit.DAMAGED
    if missing:
        click.echo(f"the audit trail is a chain, but not the one that held {head}")
        return Exit.DAMAGED
    click.echo(
        f"the audit trail is whole: {found.entries:,} entries, the last hash is {found.head or 'none'}"
    )
    return Exit.CLEAR


@audit.command("list")
@click.option("--who", default="", help="Only of this name, or names that begin so.")
@click.option("--what", default="", help="Only this, such as hold.released, or all of a noun, such as hold.")
@click.option("--about", default="", help="Only about this id or digest, or its beginning.")
@click.option("--since", type=MOMENT, help="From this day or instant on.")
@click.option("--until", type=MOMENT, help="Through this day, or before this instant.")
@click.option("--most", type=click.IntRange(1), default=50, show_default=True, help="So many, the newest.")
@database_option
def list_(
    who: str, what: str, about: str, since: Moment | None, until: Moment | None, most: int,
    database: str | None,
) -> int:  # fmt: skip
    """The newest entries, in the order in which they were made."""
    from licet.cli.list_tables import console_for
    from licet.service.trail import Wanted, newest, spanned

    wanted = Wanted(who, what, about, *spanned(since, until))
    table = Table()
    for column in ("number", "at (UTC)", "who", "what", "about", "detail"):
        table.add_column(column, justify="right" if column == "number" else "left")
    with opened(database) as service, service.database.reading() as session:
        for entry in reversed(newest(session, wanted, most)):
            detail = json.dumps(entry.detail, ensure_ascii=False) if entry.detail else ""
            at = entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
            cells = (str(entry.number), at, entry.who, entry.what, entry.about, detail)
            table.add_row(*map(escape, cells))
    with console_for(None) as console:
        console.print(table)
    return Exit.CLEAR


@audit.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@database_option
def export(out: Path | None, database: str | None) -> int:
    """Write the whole trail with its hashes as JSON Lines, the oldest entry first."""
    from licet.service.trail import Wanted, oldest_first, plain

    def write(file: TextIO) -> int:
        count = 0
        for entry in oldest_first(session, Wanted()):
            file.write(json.dumps(plain(entry), ensure_ascii=False) + "\n")
            count += 1
        return count

    with opened(database) as service, service.database.reading() as session:
        if out is None:
            write(sys.stdout)
            return Exit.CLEAR
        try:
            with out.open("w", encoding="utf-8") as file:
                count = write(file)
        except OSError as error:
            raise OutputError(f"{out}: cannot be written: {error.strerror}") from None
    click.echo(f"{out.name}: {count:,} entries")
    return Exit.CLEAR
