"""``licet watch``: the calendar of a book: on which days its acts turn, with the money that turns on them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from licet.changes.figures import bands, marks, turnings
from licet.changes.impact import Row
from licet.changes.sections import cell
from licet.changes.watch import Calendar
from licet.changes.watch import watch as calendar_of
from licet.cli.exits import Exit, exit_for
from licet.cli.impact_tables import STYLE, paint, put
from licet.cli.options import FILE, MOMENT, lists_option, load_book, regime_with
from licet.cli.output import FORMATS, write
from licet.language.instrument import Moment, day
from licet.language.values import spoken

_COLUMNS = (
    "day", "before", "after", "lines", "value", "currency", "unvalued", "rules", "instruments", "known_at",
    "law", "lists", "notice",
)  # fmt: skip
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("orders", metavar="BOOK", type=FILE)
@click.option(
    "--from", "start", type=_DAY, help="The first day [default: the earliest date of the book's acts]."
)
@click.option("--to", "end", type=_DAY, help="The last day [default: the last on which anything turns].")
@click.option("--known", type=MOMENT, help="Use only law that was public by then.")
@lists_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the result to this file.")
def watch(
    orders: Path,
    start: Any,
    end: Any,
    known: Moment | None,
    store: Path | None,
    form: str,
    out: Path | None,
) -> int:
    """Every day on which an act of a BOOK, were it done that day, comes out otherwise than the day before.

    With the lines and money that turn, from what to what, and because of which rule and instrument.

    Exit code 1: on some day an act turns to forbidden or licence required; 3: one turns to
    indeterminate; 0: nothing turns, or only for the better; 4: rows were rejected.
    """
    first, last = (None if moment is None else moment.date() for moment in (start, end))
    if first is not None and last is not None and last < first:
        raise click.UsageError("--to is before --from")
    regime = regime_with(store)
    book = load_book(orders, regime)
    found = calendar_of(book.acts, regime, first, last, known)
    rows = turnings(found)
    if form == "table":
        paint(lambda console: _print(found, rows, console), out)
    elif form == "json":
        put(
            f"{json.dumps(_document(found, rows), ensure_ascii=False, indent=1, default=str)}\n".encode(), out
        )
    else:
        told = dict(zip(_COLUMNS[-4:], _under(found), strict=True))
        write([{**row, "day": str(row["day"])} | told for row in rows], _COLUMNS, form, out)
    for reject in book.rejects:
        click.echo(f"Not watched: {reject}", err=True)
    if book.rejects:
        return Exit.DAMAGED
    return exit_for(change.after.outcome for turning in found.turnings for change in turning.changes)


def _under(found: Calendar) -> tuple[str, ...]:
    regime = found.view.regime
    return spoken(found.view.known), regime.digest[:12], regime.compared_with, regime.notice


def _document(found: Calendar, rows: Sequence[Row]) -> dict[str, Any]:
    known, _, lists, notice = _under(found)
    return {
        "from": found.first,
        "through": found.last,
        "known_at": known,
        "law": found.view.regime.digest,
        "lists": found.view.regime.lists_digest,
        "compared_with": lists,
        "notice": notice,
        "lines": len(found.acts),
        "turnings": rows,
        "bands": bands(found),
        "marks": marks(found),
    }


def _print(found: Calendar, rows: Sequence[Row], console: Console) -> None:
    table = Table(title=f"What turns from {found.first} to {found.last}", title_justify="left")
    for name in ("day", "from", "to"):
        table.add_column(name)
    table.add_column("lines", justify="right")
    table.add_column("value", justify="right")
    for name in ("", "because of", "instrument"):
        table.add_column(name)
    before: date | None = None
    for row in rows:
        if before not in (None, row["day"]):
            table.add_section()
        shown = "" if before == row["day"] else str(row["day"])
        before = row["day"]
        told = (row[n] for n in ("before", "after", "lines", "value", "currency", "rules", "instruments"))
        table.add_row(shown, *(escape(cell(c)) for c in told), style=STYLE.get(row["after"], "green"))
    console.print(table if rows else "Nothing turns in these days.")
    for mark in marks(found):
        console.print(f"{mark['day']}  {escape(mark['instrument'])}: {escape(mark['title'])}")
    said = (i.announced for i in found.view.regime.instruments.values() if not i.binding and i.announced)
    if idle := sum(found.first <= day(on) <= found.last for on in said):
        said_of = "announcement, bill or notice" if idle == 1 else "announcements, bills and notices"
        console.print(f"{idle} {said_of} of those days {'turns' if idle == 1 else 'turn'} nothing.")
    known, law, lists, notice = _under(found)
    console.print(
        f"{len(found.acts)} lines, each moved to every day; law of that day as known on {known}; law {law}, "
        f"lists {found.view.regime.lists_digest[:12]}, checked against published texts up to "
        f"{found.view.regime.confirmed}. Parties compared with: {escape(lists)}. {notice}"
    )
