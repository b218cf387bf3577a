"""What every reader of a published list needs: text out of bytes, days, countries, lists in a cell.

Nothing here guesses. A day that cannot be one, a code nobody knows and a byte that is
no text each come back empty with a sentence, so that the reader can say where it stood.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from licet.language import plain_yaml

EARLIEST, LATEST = 1900, 2100
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PARTED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2}|\d{4})(?:[T ]+[\d:.]+)?")
_DAY_MONTH = re.compile(r"(\d{1,2})[ \-]+([A-Za-z]{3,9})\.?,?[ \-]+(\d{2}|\d{4})")
_MONTH_DAY = re.compile(r"([A-Za-z]{3,9})\.? +(\d{1,2}),? +(\d{4})")


def _as_windows(raw: bytes) -> str:
    """Windows-1252; the five bytes it does not define become the replacement character."""
    return raw.decode("cp1252", errors="replace")


_CONTROLS = {code: _as_windows(bytes([code])) for code in range(0x80, 0xA0) if code != 0x85}
_CONTROLS[0x85] = "\u2026"


def _byte_by_byte(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return _as_windows(error.object[error.start : error.end]), error.end


codecs.register_error("licet-windows-1252", _byte_by_byte)


def text_of(data: bytes) -> str:
    """The text of a published file, whatever the publisher's program made of it.

    A byte-order mark decides and is taken off; else the text is UTF-8. Bytes that are not
    UTF-8 are read as Windows-1252: the whole file where most of its bytes above 127 are not
    UTF-8, else only those bytes. Control characters that stand where Windows-1252
    has quotation marks and dashes become these. Line ends become ``\\n``.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", errors="replace")
    else:
        text = _eight_bits(data.removeprefix(codecs.BOM_UTF8))
    return text.translate(_CONTROLS).replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _eight_bits(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        mixed = data.decode("utf-8", errors="licet-windows-1252")
    strange = sum(byte > 0x7F for byte in data)
    sound = sum(len(c.encode()) for c in data.decode("utf-8", errors="ignore") if ord(c) > 0x7F)
    return mixed if sound > strange - sound else _as_windows(data)


def date_of(
    text: str, where: str, *, day_first: bool = False, latest: date | None = None
) -> tuple[date | None, str]:
    """The day that ``text`` writes, and what is wrong with it; nothing at all is no fault.

    Args:
        text: ``2019-05-16``, ``20190516``, ``5/16/2019``, ``5/16/19``, ``16-May-2019``, ``May 16, 2019``;
            a time of day after it is left out.
        where: what the fault names, such as ``line 12, start_date``.
        day_first: whether the publisher writes ``16/5/2019``. No day is ever turned round by guess.
        latest: the last day that can be true, such as the day of the file for a publication date.

    Returns:
        The day and an empty text, or None and a sentence. Two-digit years from 50 on are 19xx.
    """
    said = " ".join(text.split())
    if not said:
        return None, ""
    found = _numbers(said, day_first)
    if found is None:
        return None, f"{where}: {said!r} is not a date; expected year-month-day"
    year, month, day = found
    if not EARLIEST <= year <= LATEST or (latest is not None and year > latest.year):
        return None, f"{where}: {said!r} has the impossible year {year}"
    if month > 12 >= day:
        other = "day/month" if day_first else "month/day"
        return None, f"{where}: {said!r} has no month {month}; day and month look swapped ({other} expected)"
    try:
        value = date(year, month, day)
    except ValueError:
        return None, f"{where}: {said!r} is no day of the calendar"
    if latest is not None and value > latest:
        return None, f"{where}: {said!r} lies after {latest.isoformat()}, the day of the data"
    return value, ""


def _numbers(said: str, day_first: bool) -> tuple[int, int, int] | None:
    """Year, month and day as written."""
    if met := _ISO.fullmatch(said) or _COMPACT.fullmatch(said):
        return int(met[1]), int(met[2]), int(met[3])
    if met := _PARTED.fullmatch(said):
        first, second = int(met[1]), int(met[2])
        month, day = (second, first) if day_first else (first, second)
        return _full_year(met[3]), month, day
    if (met := _DAY_MONTH.fullmatch(said)) and (named := _month(met[2])):
        return _full_year(met[3]), named, int(met[1])
    if (met := _MONTH_DAY.fullmatch(said)) and (named := _month(met[1])):
        return int(met[3]), named, int(met[2])
    return None


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (1900 if year >= 50 else 2000)


def _month(word: str) -> int:
    short = word[:3].casefold()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


@cache
def data_file(name: str) -> Any:
    """A YAML file that stands beside the readers."""
    return plain_yaml.read_file(Path(__file__).with_name(name))


@cache
def country_code(text: str) -> str:
    """The ISO 3166 code of two letters for a country's code or name; empty where nobody knows it.

    A part of a country (``Crimea``) has its country's code. Names that the territory library
    does not know are in ``csl_countries.yaml``.
    """
    said = " ".join(text.split()).strip(" .,;:()")
    if not said:
        return ""
    own = data_file("csl_countries.yaml")
    known = own["names"].get(said.casefold())
    if known is not None:
        return str(known)
    from rigour.territories import get_territory, lookup_territory

    # A code is found at once; names need an index that takes over a second to build.
    found = (get_territory(said.casefold()) if len(said) == 2 else None) or lookup_territory(said)
    if found is None and (inside := re.search(r"\(([^()]+)\)$", said)):
        found = lookup_territory(said[: inside.start()]) or lookup_territory(inside[1])
    code = found.code.split("-")[0].upper() if found else ""
    return code if re.fullmatch(r"[A-Z]{2}", code) and code not in own["no_country"] else ""


def country_codes(texts: Iterable[str]) -> tuple[str, ...]:
    """The codes of several countries, each once, in order; unknown ones are left out."""
    return tuple(dict.fromkeys(code for text in texts if (code := country_code(text))))


def parts(text: str, sep: str = ";") -> tuple[str, ...]:
    """The entries of a list in one cell, trimmed, without empty ones and without repetition."""
    return tuple(dict.fromkeys(part for piece in text.split(sep) if (part := " ".join(piece.split()))))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: the line on which it starts, and its cells by column, trimmed."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table read from delimited text.

    Args:
        columns: the header as far as its last name; columns without a name are not in the rows.
        rows: the whole rows; a row cut short by the end of the file is not among them.
        faults: what is odd, naming the line: repeated header, NUL characters, rows too long.
        fatal: what shows that the file is not whole, naming line and column.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    faults: tuple[str, ...] = ()
    fatal: tuple[str, ...] = ()


def sheet(
    text: str, *, delimiter: str = ",", columns: Iterable[str] | None = None, lazy: bool = False
) -> Sheet:
    """The rows of delimited text, and whether anything is missing; never raises.

    Args:
        columns: names of the columns where the file has no header.
        lazy: whether the publisher leaves empty cells at the end of a row away, so that a short
            row is whole; else a short row is a fault, and as the last row of the file fatal.
    """
    given = tuple(columns) if columns is not None else None
    state = _Reading(list(given or ()), lazy)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        state.faults.append(f"{text.count(chr(0))} NUL characters, the first on line {line}; left out")
        text = text.replace("\0", "")
    rows = [
        row for line, cells, whole in _raw_rows(text, delimiter) if (row := state.take(line, cells, whole))
    ]
    if state.short:
        line, wide = state.short[-1]
        last = not rows or line > rows[-1].line
        if last and not lazy:
            state.fatal.append(_broken(line, wide, state.columns))
            state.short.pop()
        if state.short and not lazy:
            lines = ", ".join(str(line) for line, _ in state.short[:5])
            state.faults.append(
                f"{len(state.short)} rows have too few cells and were not read (line {lines})"
            )
    return Sheet(tuple(state.columns), tuple(rows), tuple(state.faults), tuple(state.fatal))


def _broken(line: int, wide: int, columns: list[str]) -> str:
    named = columns[wide - 1] if 0 < wide <= len(columns) else str(wide)
    return (
        f"the file breaks off inside the row that starts on line {line}, in column {named!r} "
        f"(cell {wide} of {len(columns)}); fetch it again"
    )


class _Reading:
    """What is known of a table while its rows are read."""

    def __init__(self, columns: list[str], lazy: bool) -> None:
        self.columns = columns
        self.header: list[str] = []
        self.lazy = lazy
        self.short: list[tuple[int, int]] = []
        self.faults: list[str] = []
        self.fatal: list[str] = []

    def take(self, line: int, cells: list[str], whole: bool) -> Row | None:
        """The row, unless it is the header, blank, a mark of the file's end or cut short."""
        trimmed = [cell.strip(" \t\n\x1a\xa0\ufeff") for cell in cells]
        if not any(trimmed):
            return None
        if not self.columns:
            self.header = trimmed
            self.columns = trimmed[: max(n for n, cell in enumerate(trimmed, start=1) if cell)]
            return None
        if trimmed == self.header:
            self.faults.append(f"line {line}: the header row stands here again; left out")
            return None
        if not whole:
            self.fatal.append(_broken(line, len(cells), self.columns))
            return None
        if len(cells) < len(self.columns) and not self.lazy:
            self.short.append((line, len(cells)))
            return None
        if any(trimmed[len(self.columns) :]):
            self.faults.append(
                f"line {line}: {len(cells)} cells where the header has {len(self.columns)}; "
                "the rest was not read"
            )
        return Row(line, {c: cell for c, cell in zip(self.columns, trimmed, strict=False) if c})


def _raw_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str], bool]]:
    """Each row with the line on which it starts and whether its last quotation is closed."""
    lines = text.split("\n")
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A quotation that swallows more than a cell can hold was never closed.
            yield start, [""], False
            return
        last = reader.line_num >= len(lines)
        yield start, cells, not (last and _open("\n".join(lines[start - 1 :]), delimiter))
        start = reader.line_num + 1


def _open(row: str, delimiter: str) -> bool:
    """Whether the row ends inside a quotation."""
    try:
        list(csv.reader([row], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False
