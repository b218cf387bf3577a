"""The impact of a change on a terminal; and text and bytes to where they were asked for."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from licet.changes.compare import Change
from licet.changes.sections import Section, cell, explained, named
from licet.cli.output import OutputError

_PIPED = 160
STYLE: Mapping[str, str] = {"forbidden": "bold red", "licence_required": "red", "indeterminate": "yellow"}


def show(
    said: Iterable[str],
    tables: Iterable[Section],
    changes: Sequence[Change],
    console: Console,
    most: int = 12,
) -> None:
    """Sections at a glance, each cut to ``most`` rows, and every change given with its causes."""
    for section in tables:
        if section.rows:
            console.print(_table(section, most))
        elif section.name == "flows":
            console.print("No line changes its outcome.")
        if section.note and section.rows:
            console.print(f"[dim]{escape(section.note)}[/dim]")
    for (turn, why), found in explained(changes).items():
        console.print(escape(turn), style=STYLE.get(found[0].after.outcome, "green"))
        for told in (*why, *(f"· {named(change)}" for change in found)):
            console.print(f"  {escape(told)}")
    for line in said:
        console.print(escape(line))


def _table(section: Section, most: int) -> Table:
    table = Table(title=escape(section.title), title_justify="left")
    for key, heading in section.shown.items():
        numeric = any(isinstance(row[key], int | float) for row in section.rows)
        table.add_column(heading, justify="right" if numeric else "left")
    for row in section.rows[:most]:
        table.add_row(*(escape(cell(row[key])) for key in section.shown))
    if len(section.rows) > most:
        table.add_row(f"... {len(section.rows) - most} more", *[""] * (len(section.shown) - 1))
    return table


def paint(draw: Callable[[Console], None], out: Path | None) -> None:
    """What ``draw`` prints on a console: on the terminal, or as text in a file.

    Raises:
        OutputError: where the file cannot be written.
    """
    if out is None:
        # Piped text has no window to fit into.
        draw(Console(width=None if sys.stdout.isatty() else _PIPED))
        return
    text = io.StringIO()
    draw(Console(file=text, width=_PIPED))
    put(text.getvalue().encode(), out)


def put(data: bytes, out: Path | None) -> None:
    """Bytes to a file, or to standard output.

    Raises:
        OutputError: where the file cannot be written.
    """
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror}") from None
