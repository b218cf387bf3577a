"""The impact of a change as files: Markdown, and a workbook in which no cell is a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from licet.changes.compare import Change, Comparison
from licet.changes.impact import CHANGE_COLUMNS, changed_lines
from licet.changes.sections import Section, cell, explained, named
from licet.language.errors import LicetError


class WritingError(LicetError):
    """A report cannot be written in this format here."""


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
    shown = section.shown
    lines = [list(shown.values()), ["---"] * len(shown)]
    lines += [[_plain(cell(row[key])) for key in shown] for row in section.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """Text in which nothing is taken for Markdown."""
    for mark in "\\|*_<`":
        text = text.replace(mark, f"\\{mark}")
    return text


def workbook(said: Iterable[str], tables: Iterable[Section], comparison: Comparison) -> bytes:
    """Sheets: what was compared, one for each section, and every changed line.

    Raises:
        WritingError: where the extra is missing.
    """
    try:
        from openpyxl import Workbook
    except ImportError:
        raise WritingError("xlsx needs an extra: pip install 'licet[xlsx]'") from None
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
