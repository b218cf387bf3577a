"""The impact of a change as tables: the same sections on a terminal, as Markdown, and as sheets."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from licet.changes.compare import Change, Comparison
from licet.changes.figures import flows, money
from licet.changes.impact import (
    CHANGE_COLUMNS,
    Row,
    certificates,
    changed_lines,
    customer,
    item,
    obligations,
    questions,
    reviewed,
    row_number,
    set_against,
    turned_rules,
    value_of,
)
from licet.changes.risk import FORECAST
from licet.cli.output import OutputError
from licet.decisions.decide import Decision
from licet.decisions.outcome import Outcome

_STAKE = {"lines": "lines", "value": "value", "currency": "", "unvalued": "without value"}
_AGAINST = {
    "key": "", "lines_before": "lines before", "value_before": "value before", "lines_after": "lines after",
    "value_after": "value after", "currency": "",
}  # fmt: skip
_PIPED = 160
STYLE: Mapping[str, str] = {"forbidden": "bold red", "licence_required": "red", "indeterminate": "yellow"}
_BY = {
    "outcome": "Money by outcome",
    "reason": "Money by reason",
    "party": "Money stopped or open, by customer",
    "item": "Money stopped or open, by item",
    "week": "Money stopped or open, by week of the acts' own dates",
}


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a title, with the headings of the columns shown; ``name`` is that of its sheet."""

    name: str
    title: str
    headings: Mapping[str, str]
    rows: Sequence[Row]
    note: str = ""


def sections(comparison: Comparison, risk: Sequence[Row], warning: str) -> tuple[Section, ...]:
    """Everything a comparison adds up to, in the order in which it is read; the lines are apart."""
    every = flows(comparison)
    turned = [row for row in every if row["before"] != row["after"]]
    stay = sum(row["lines"] for row in every) - sum(row["lines"] for row in turned)
    sums = money(comparison)
    return (
        Section(
            "flows", "From which outcome to which", {"before": "from", "after": "to", **_STAKE}, turned,
            f"{stay} of {comparison.lines} lines keep their outcome.",
        ),
        Section(
            "rules", "Because of which rule and instrument",
            {"rule": "rule", "title": "", "turned": "", "instrument": "instrument", "cite": "cite", **_STAKE},
            turned_rules(comparison), "A line that two rules turned counts for both.",
        ),
        *(
            Section(by, title, _AGAINST | {"key": by}, set_against(sums, by))
            for by, title in _BY.items()
        ),
        Section(
            "obligations", "Obligations that begin or lapse",
            {"turned": "", "obligation": "obligation", **_STAKE}, obligations(comparison),
        ),
        Section(
            "certificates", "Certificates and general licences that die",
            {
                "row": "row", "order_id": "order", "line": "line", "party": "party",
                "authorisation": "relied on", "certificate_by": "certificate by", "ended_by": "ended by",
                "outcome": "now", "now": "now by", "value": "value", "currency": "",
            },
            certificates(comparison),
        ),
        Section(
            "questions", "What to ask whom",
            {"fact": "fact", "about": "about", "ask": "question", "new": "new", **_STAKE},
            questions(comparison), "About nobody: a fact of the act itself.",
        ),
        Section(
            "risk", "Revenue at risk by quarter",
            {
                "quarter": "quarter", "lines": "lines", "exposed": "value stopped", "low": "lost, low",
                "central": "central", "high": "high", "late_low": "late, low", "late_central": "central",
                "late_high": "high", "freed": "value freed", "currency": "",
            },
            risk, f"{FORECAST} {warning}",
        ),
    )  # fmt: skip


# -- on a terminal ----------------------------------------------------------------------------------


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
    for key, heading in _shown(section).items():
        numeric = any(isinstance(row[key], int | float) for row in section.rows)
        table.add_column(heading, justify="right" if numeric else "left")
    for row in section.rows[:most]:
        table.add_row(*(escape(cell(row[key])) for key in _shown(section)))
    if len(section.rows) > most:
        table.add_row(f"... {len(section.rows) - most} more", *[""] * (len(_shown(section)) - 1))
    return table


def _shown(section: Section) -> dict[str, str]:
    """The columns worth a place: one in which every cell is empty or nought says nothing."""
    return {k: h for k, h in section.headings.items() if any(row[k] for row in section.rows)}


def cell(value: Any) -> str:
    """A cell as people read it."""
    if isinstance(value, float):
        return f"{value:,.0f}"
    return "" if value is None else str(value).replace("_", " ") if value in set(Outcome) else str(value)


def explained(changes: Iterable[Change]) -> dict[tuple[str, tuple[str, ...]], list[Change]]:
    """The changed lines by what became of them and why, so that each explanation is read once."""
    found: dict[tuple[str, tuple[str, ...]], list[Change]] = {}
    for change in changes:
        turn = f"{_came_to(change.before)} → {_came_to(change.after)}"
        found.setdefault((turn, tuple(causes(change))), []).append(change)
    severity = list(Outcome)
    ranked = sorted(found.items(), key=lambda e: (severity.index(e[1][0].after.outcome), -len(e[1])))
    return dict(ranked)


def _came_to(decision: Decision) -> str:
    bounds = decision.bounds
    if decision.outcome is not Outcome.INDETERMINATE:
        return decision.outcome.words
    return f"indeterminate ({bounds.mildest.words} or {bounds.strictest.words})"


def named(change: Change) -> str:
    """One changed line in words: where it stands, what it is, with whom, and what it is worth."""
    value, currency = value_of(change.act)
    told = change.act.particulars
    order = "/".join(str(x) for x in (told.get("order_id"), told.get("line")) if x)
    worth = "without value" if value is None else f"{value:,.0f} {currency}"
    return f"row {row_number(change)}, {order}: {item(change.act)}, {customer(change.act)}, {worth}"


def causes(change: Change) -> Iterator[str]:
    """Why a line changed: a sentence for each thing that turned, with its citation."""
    for cause in change.causes:
        bears = f", which bears on {cause.demand}" if cause.demand not in ("", cause.rule) else ""
        by = f" [{cause.instrument}]" if cause.instrument else ""
        yield f"{cause.rule} ({cause.title}) {cause.turned}{bears}: {cause.because}{by}. {cause.cite}."
    if change.before.review != change.after.review:
        old, new = ((reviewed(side) or "none").replace("_", " ") for side in (change.before, change.after))
        yield f"Applications are reviewed under: {new}; before, {old}."


# -- as Markdown -------------------------------------------------------------------------------------


def markdown(title: str, said: Iterable[str], tables: Iterable[Section], changes: Sequence[Change]) -> str:
    """The whole report as one page."""
    parts = [f"# {title}", *said]
    for section in tables:
        if section.rows:
            parts += [f"## {section.title}", _pipes(section), *([section.note] if section.note else [])]
    parts.append("## Line by line")
    for (turn, why), found in explained(changes).items():
        # One kind of mark after another, so that two lists in a row stay two.
        parts += [f"### {turn}", _bullets("*", why), _bullets("-", map(named, found))]
    return "\n\n".join(parts) + "\n"


def _bullets(mark: str, lines: Iterable[str]) -> str:
    return "\n".join(f"{mark} {_plain(line)}" for line in lines)


def _pipes(section: Section) -> str:
    shown = _shown(section)
    lines = [list(shown.values()), ["---"] * len(shown)]
    lines += [[_plain(cell(row[key])) for key in shown] for row in section.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """Text in which nothing is taken for Markdown."""
    for mark in "\\|*_<`":
        text = text.replace(mark, f"\\{mark}")
    return text


# -- as a workbook -----------------------------------------------------------------------------------


def workbook(said: Iterable[str], tables: Iterable[Section], comparison: Comparison) -> bytes:
    """Sheets: what was compared, one for each section, and every changed line.

    Raises:
        OutputError: where the extra is missing.
    """
    try:
        from openpyxl import Workbook
    except ImportError:
        raise OutputError("xlsx needs an extra: pip install 'licet[xlsx]'") from None
    book = Workbook(write_only=True)
    told = [{"summary": line} for line in said]
    lines = {name: name for name in CHANGE_COLUMNS}
    summary = Section("summary", "", {"summary": "what was compared"}, told)
    for section in (summary, *tables, Section("changes", "", lines, changed_lines(comparison))):
        sheet = book.create_sheet(section.name)
        sheet.freeze_panes = "A2"
        sheet.append([heading or key for key, heading in section.headings.items()])
        for row in section.rows:
            sheet.append([_harmless(sheet, row[key]) for key in section.headings])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _harmless(sheet: Any, value: Any) -> Any:
    """A cell whose text is never run as a formula."""
    from openpyxl.cell import WriteOnlyCell

    number = isinstance(value, int | float)
    made = WriteOnlyCell(sheet, value if number else str(value or ""))
    made.data_type = "n" if number else "s"
    return made


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
