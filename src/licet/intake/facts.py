"""Cells to facts: one reader for each column, checked against the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from licet.intake import amounts, codes, dates
from licet.intake.countries import country
from licet.intake.errors import Misread
from licet.intake.headers import key, naming
from licet.intake.rejects import unguarded
from licet.intake.table import Cell, shown
from licet.language.errors import FactError
from licet.language.values import Known, members
from licet.language.vocabulary import NONE_WORDS, UNKNOWN_WORDS, Entry, Vocabulary

ECCN = "item.eccn"
ECCNS = "ECCNs"
_REMEMBERED = 16_384
_NOT_YET = Misread("", "")
_SPREADSHEET_ERRORS = frozenset(
    {"#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#spill!", "#calc!", "#getting_data"}
)
_TYPES = {
    "flag": "Write yes or no",
    "set": "Write the words with spaces between them",
    "text": "Write text",
    "code": "Write the code as text",
}

Reader = Callable[[Cell], Known]


@dataclass(frozen=True, slots=True)
class Reading:
    """All that it takes to read a cell: the words, the countries, the order of dates, the decimal sign."""

    vocabulary: Vocabulary
    countries: Mapping[str, str]
    dates: str = ""
    decimal: str = ""

    def fact(self, name: str) -> Reader:
        """The reader of one fact's cells, which raises ``Misread`` for what is misspelt.

        Blank and ``unknown`` give ``None``, and ``none`` what the vocabulary says it means.
        """
        entry = self.vocabulary[name]

        def read(cell: Cell) -> Known:
            plain = usable(cell)
            word = plain.casefold() if isinstance(plain, str) else None
            if word in UNKNOWN_WORDS or word in NONE_WORDS:
                return self._stated(entry, plain)
            return self._read(entry, plain)

        return remembering(read)

    def country(self) -> Reader:
        """The reader of a party's country, ``None`` where it is not stated."""

        def read(cell: Cell) -> Known:
            plain = usable(cell)
            return None if is_word(plain, UNKNOWN_WORDS | NONE_WORDS) else country(plain, self.countries)

        return remembering(read)

    def _read(self, entry: Entry, cell: Cell) -> Known:
        if entry.name == ECCN:
            return codes.eccn(cell)
        if entry.type == "code":  # every other code of the vocabulary is a country's
            return country(cell, self.countries)
        if entry.unit == ECCNS:
            words = re.split(r"[\s,;]+", cell) if isinstance(cell, str) else [cell]
            return members(codes.eccn(word) for word in words if word != "")
        if entry.type == "date":
            return self._stated(entry, dates.read(cell, self.dates))
        if entry.type == "number":
            number = amounts.number(cell, self.decimal, percent=entry.unit == "percent")
            return self._stated(entry, plain_number(number))
        spellings = naming()["flags"] if entry.type == "flag" else naming()["spellings"].get(entry.name, {})
        text = shown(cell)
        known = {key(spelling): value for spelling, value in spellings.items()}
        return self._stated(entry, known.get(key(text), text))

    def _stated(self, entry: Entry, raw: object) -> Known:
        try:
            return self.vocabulary.stated(entry.name, raw)
        except FactError as error:
            raise Misread(str(error), _expected(entry)) from None


def remembering(read: Reader) -> Reader:
    """The reader, with what it has made of earlier cells, refusals included."""
    # The type is part of the key: TRUE and 1 are equal, and not the same thing.
    known: dict[tuple[type, Cell], Known | Misread] = {}

    def again(cell: Cell) -> Known:
        found = known.get((type(cell), cell), _NOT_YET)
        if found is _NOT_YET:
            try:
                found = read(cell)
            except Misread as misread:
                found = misread
            if len(known) < _REMEMBERED:
                known[type(cell), cell] = found
        if isinstance(found, Misread):
            raise Misread(found.problem, found.remedy)
        return found

    return again


def usable(cell: Cell) -> Cell:
    """The cell without protective marks around it.

    Raises:
        Misread: for a formula, an error of the spreadsheet, or characters lost in the encoding.
    """
    if not isinstance(cell, str):
        return cell
    text = unguarded(cell.strip()).strip()
    if text.startswith("="):
        raise Misread(
            f"{text[:60]!r} is a formula without its result", "Put the value in place of the formula."
        )
    if text.casefold() in _SPREADSHEET_ERRORS:
        raise Misread(f"{text} is an error of the spreadsheet", "Mend the formula, or write the value.")
    if "\0" in text or "\ufffd" in text:
        shown_text = text[:60].replace("\0", "\ufffd")
        raise Misread(
            f"{shown_text!r} holds characters that could not be read", "Save the file as CSV UTF-8."
        )
    return text


def is_word(cell: Cell, words: frozenset[str]) -> bool:
    """Whether the cell is one of the given words."""
    return isinstance(cell, str) and cell.casefold() in words


def plain_number(number: Decimal) -> int | float:
    """A whole number as an integer, any other as the nearest float."""
    return int(number) if number == number.to_integral_value() else float(number)


def _expected(entry: Entry) -> str:
    if entry.values:
        what = f"Write {'one' if entry.type == 'choice' else 'some'} of {', '.join(entry.values)}"
    elif entry.unit == "percent":
        what = "Write a share between 0 and 100"
    else:
        what = _TYPES.get(entry.type, "Write it plainly")
    absent = "" if entry.type == "flag" else ", 'none' if there is none"
    return f"{what}{absent}; leave it blank if nobody knows."
