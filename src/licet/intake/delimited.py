"""Delimited text (CSV, TSV) to a table: encoding, delimiter and broken quotation marks.

A quotation mark that is never closed would swallow the rest of the file. Here it costs
one row: the record is tried again from the next line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from licet.intake.errors import IntakeError
from licet.intake.table import (
    HEADER_WITHIN,
    ROWS_AT_MOST,
    Recognise,
    Row,
    Table,
    above_header,
    header_row,
    listed,
    shown,
    too_many_rows,
)

DELIMITERS = (",", ";", "\t", "|")
LINES_PER_RECORD = 200
CHARACTERS_PER_CELL = 131_072

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SEPARATOR_LINE = re.compile(r'"?sep=([,;|:\t^~])"?', re.IGNORECASE)
_QUOTES = "Check the quotation marks: every one that opens a cell must close it, and one inside is doubled."


def read(data: bytes, name: str, recognise: Recognise) -> Table:
    """The table in delimited text.

    Raises:
        IntakeError: when no row near the top holds a known column.
    """
    text, warnings = decoded(data, name)
    lines = list(io.StringIO(text, newline=""))
    delimiters: Sequence[str] = DELIMITERS
    if lines and (declared := _SEPARATOR_LINE.fullmatch(lines[0].strip("\r\n"))):
        # Spreadsheets obey this first line and do not count it as a row.
        delimiters, lines = declared[1], lines[1:]

    best, found = delimiters[0], (0, 0)
    for delimiter in delimiters:
        top = list(islice(records(lines, delimiter), HEADER_WITHIN))
        if (here := header_row(top, recognise))[1] > found[1]:
            best, found = delimiter, here
    if not found[1]:
        raise IntakeError(
            f"{name}: no header found: none of the first {HEADER_WITHIN} rows holds a known column name "
            f"such as order_id, date or eccn{_guess(data)}. Name the columns in the first row, "
            "or map your own names with a profile."
        )
    top = list(islice(records(lines, best), found[0] + 1))
    header = tuple(shown(cell) for cell in top[-1].cells)
    body = list(islice(records(lines, best, len(header), found[0] + 1), found[0] + 1, ROWS_AT_MOST + 1))
    if body and body[-1].number > ROWS_AT_MOST:
        raise too_many_rows(name)
    cut_off = bool(lines) and not lines[-1].endswith(("\n", "\r"))
    rows, short = _squared(body, header, cut_off)
    warnings += above_header(top, found[0], name)
    if short:
        warnings.append(
            f"{name}, {listed(short)}: fewer cells than the header; the missing ones are read as unknown"
        )
    return Table(header, rows, warnings, "point" if best == "," else "")


def decoded(data: bytes, name: str) -> tuple[str, list[str]]:
    """The text of a file and what to say of its encoding.

    UTF-8, or UTF-16 and UTF-32 with their mark; otherwise Windows-1252, with a warning.
    Characters that cannot be read become U+FFFD, which no fact or name may hold.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors="replace"), []
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    # One bad byte must not turn every Chinese name in a UTF-8 file into Western letters.
    lenient = data.decode("utf-8-sig", errors="replace")
    damaged = lenient.count("\ufffd")
    if sum(1 for character in lenient if character > "\x7f") - damaged > damaged:
        return lenient, [
            f"{name}: UTF-8 text with {damaged} damaged characters; rows are rejected where they matter"
        ]
    return data.decode("cp1252", errors="replace"), [
        f"{name}: not UTF-8; read as Windows-1252 (Western European). If names look wrong, "
        "save the file again as CSV UTF-8."
    ]


def records(lines: Sequence[str], delimiter: str, width: int = 0, header_at: int = 0) -> Iterator[Row]:
    """The rows of ``lines``, numbered from 1, one for each record.

    A record over several lines below row ``header_at`` must have ``width`` cells, else its
    first line is a damaged row on its own and reading goes on at the next line.
    """
    at = number = 0
    while at < len(lines):
        number += 1
        line = lines[at].rstrip("\r\n")
        if '"' not in line:
            yield Row(number, line.split(delimiter) if line else ())
            at += 1
            continue
        span = lines[at : at + LINES_PER_RECORD]
        reader = csv.reader(span, delimiter=delimiter, skipinitialspace=True, strict=True)
        try:
            cells = next(reader)
        except csv.Error as error:
            yield Row(number, (line,), f"the row cannot be split into cells ({error})", _QUOTES)
            at += 1
            continue
        if reader.line_num > 1 and 0 < header_at < number and len(cells) != width:
            yield Row(number, (line,), "a quotation mark is opened and not closed in this row", _QUOTES)
            at += 1
            continue
        yield Row(number, cells)
        at += reader.line_num


def _squared(rows: Sequence[Row], header: Sequence[str], cut_off: bool) -> tuple[list[Row], list[int]]:
    """The rows with too many cells, an endless cell or a cut-off end marked as damaged; the short ones."""
    squared, short, width = [], [], len(header)
    named = max((index for index, one in enumerate(header, start=1) if one), default=0)
    for index, row in enumerate(rows):
        if row.damage or row.blank:
            squared.append(row)
        elif any(shown(cell) for cell in row.cells[width:]):
            problem = f"the row has {len(row.cells)} cells, the header {width}"
            remedy = 'Put a cell that holds the delimiter between quotation marks ("Acme Co., Ltd").'
            squared.append(Row(row.number, row.cells, problem, remedy))
        elif any(isinstance(cell, str) and len(cell) > CHARACTERS_PER_CELL for cell in row.cells):
            problem = f"a cell has more than {CHARACTERS_PER_CELL} characters"
            squared.append(Row(row.number, row.cells, problem, "Shorten the cell."))
        elif len(row.cells) < named and cut_off and index == len(rows) - 1:
            problem = f"the file ends in the middle of this row, after {len(row.cells)} of {width} cells"
            squared.append(Row(row.number, row.cells, problem, "Get the whole file again."))
        else:
            if len(row.cells) < named:
                short.append(row.number)
            squared.append(row)
    return squared, short


def _guess(data: bytes) -> str:
    """What a file without any header may really be."""
    if not data.strip():
        return " (the file is empty)"
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return " (it holds NUL bytes: a binary file, or UTF-16 without its mark)"
    if data.lstrip()[:1] == b"<":
        return " (it looks like HTML or XML)"
    if data.lstrip()[:1] in (b"{", b"["):
        return " (it looks like JSON)"
    return ""
