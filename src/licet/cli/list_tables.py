"""Tables of lists: their status, and what changed in them, as people read it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from licet.lists.diff import Change, Diff, Kind, countries
from licet.lists.status import Status

_MOST = 40
_WIDTH = 160
_KINDS: tuple[Kind, ...] = ("removed", "added", "changed")


@contextmanager
def console_for(out: Path | None) -> Iterator[Console]:
    """Where a table goes: to the terminal, or to a file."""
    if out is None:
        # Piped text has no window to fit into.
        yield Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)
        return
    with out.open("w", encoding="utf-8") as file:
        yield Console(file=file, width=_WIDTH, highlight=False)


def show_status(found: Sequence[Status], console: Console) -> None:
    """Every list; then each flag in words; then every file somebody insisted on."""
    table = Table(title="Lists", title_justify="left")
    for name in ("list", "file", "data of", "known", "age", "entries", "snapshots", "digest", "flags"):
        table.add_column(name, justify="right" if name in ("age", "entries", "snapshots") else "left")
    for s in found:
        cover = s.last.lists[s.list]
        age = "" if s.age is None else f"{s.age} days"
        states = {"FORCED": bool(s.forced), "not whole": not cover.whole, "stale": bool(s.stale)}
        marks = [*(word for word, holds in states.items() if holds), *dict.fromkeys(f.code for f in s.flags)]
        table.add_row(
            s.list, escape(s.last.file), str(s.last.day), str(s.last.known), age, f"{cover.entries:,}",
            str(len(s.snapshots)), cover.digest[:12], ", ".join(marks),
            style="red" if s.forced or not cover.whole else "yellow" if s.stale else "",
        )  # fmt: skip
    console.print(table)
    for line in dict.fromkeys(f"{s.last.file}: {f}" for s in found for f in s.flags):
        console.print(f"Flag: {line}", markup=False)
    for snapshot in {t.sha256: t for s in found for t in s.forced}.values():
        who = f"{snapshot.forced_by} ({snapshot.forced_why})"
        reasons = "; ".join(f"{f.code}: {f.what}" for f in snapshot.findings if f.refused)
        console.print(f"Let in against a refusal by {who}: {snapshot.file}: {reasons}", markup=False)
    if found and found[0].age is None:
        console.print("Say --as-of DAY to see how old each list is on that day.")


def show_diff(found: Diff, console: Console, every: bool) -> None:
    """Counts for each list, then who came, went and changed; the first of many unless ``every``."""
    console.print(f"From {found.before} to {found.after}", markup=False)
    table = Table()
    for name in ("list", "added", "removed", "changed", "the same"):
        table.add_column(name, justify="left" if name == "list" else "right")
    for code, counts in found.counts().items():
        table.add_row(code, *(f"{counts[k]:,}" for k in ("added", "removed", "changed", "same")))
    console.print(table)
    for code in found.lists:
        for kind in _KINDS:
            _show_changes(f"{code}: {kind}", found.of(code, kind), console, every)
    for code, side in found.left_out.items():
        console.print(f"Not compared: {code} is only in {side}", markup=False)
    for code, names in found.not_compared.items():
        console.print(f"Not compared in {code}, one side never fills it: {', '.join(names)}", markup=False)
    for code, doubts in found.doubts.items():
        for said in doubts if every else doubts[:_MOST]:
            console.print(f"In doubt in {code}: {said}", markup=False)


def _show_changes(title: str, changes: Sequence[Change], console: Console, every: bool) -> None:
    shown = changes if every else changes[:_MOST]
    if not shown:
        return
    # A title inside the table would be broken to the width of its columns.
    console.print(f"\n{title} ({len(changes):,})", style="italic")
    table = Table()
    fields = any(c.fields for c in shown)
    for name in ("name", "countries", *(("what", "before", "after") if fields else ())):
        table.add_column(name)
    for change in shown:
        who = (change.record.name, " ".join(countries(change.record)))
        if not fields:
            table.add_row(*map(escape, who))
        for place, field in enumerate(change.fields):
            cells = (field.field, "; ".join(field.before), "; ".join(field.after))
            table.add_row(*map(escape, (*(who if place == 0 else ("", "")), *cells)))
    console.print(table)
    if len(changes) > len(shown):
        console.print(f"... and {len(changes) - len(shown):,} more: --all, or --format csv")
