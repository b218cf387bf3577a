"""Codes: ECCN and HTS numbers, written in many ways and mangled by spreadsheets in few.

A spreadsheet reads ``3E001`` as three times ten and keeps 30, and takes the leading zero off
``0101210000``. What was lost cannot be known, so it is named and refused, never repaired.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from licet.intake.errors import Misread
from licet.intake.table import Cell, shown

_ECCN = re.compile(r"[0-9][A-E][0-9]{3}(\.[a-z0-9]+)*")
_STEM = re.compile(r"([0-9][A-Ea-e][0-9]{3})(.*)")
_EAR99 = re.compile(r"EAR[ -]?99", re.IGNORECASE)
# Paragraphs are single letters or digits in turn; between two of one kind stands a separator.
_PARAGRAPHS = re.compile(
    r"(?:(?:\.\s?|\s|_|-)(?:[0-9]{1,3}(?![0-9])|[A-Za-z]{1,2}(?![A-Za-z]))"
    r"|[A-Za-z]{1,2}(?![A-Za-z])|(?<=[A-Za-z])[0-9]{1,3}(?![0-9])|\((?:[0-9]{1,3}|[A-Za-z]{1,2})\))*"
)
_NUMBER = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?")
_WRITE = "Write the ECCN as text, with its paragraph (3A001.a.5.a), or EAR99; leave it blank if nobody knows."


def eccn(cell: Cell) -> str:
    """The ECCN that a cell states, as ``3A001.a.5.a`` or ``EAR99``.

    Raises:
        Misread: when it is none, with what it probably was before a spreadsheet changed it.
    """
    text = unicodedata.normalize("NFKC", shown(cell)).strip()
    if isinstance(cell, str) and (found := _stated(text)):
        return found
    if isinstance(cell, str | int | float | Decimal) and not isinstance(cell, bool):
        number = _NUMBER.fullmatch(text)
        if number is not None and len(text) < 400:
            raise _mangled(text, number)
    if re.match(r"[0-9][^\x00-\x7f][0-9]{3}", text):
        raise Misread(f"{text!r} holds a letter that only looks like one of A to E", _WRITE)
    raise Misread(f"{text[:80]!r} is not an ECCN", _WRITE)


def _stated(text: str) -> str | None:
    """The ECCN in one of the spellings that are in use (``3A001.A.5.A``, ``3a001a5``, ``3A001(a)(5)``)."""
    if _EAR99.fullmatch(text):
        return "EAR99"
    match = _STEM.fullmatch(text)
    if match is None or len(text) > 40 or not _PARAGRAPHS.fullmatch(match[2]):
        return None
    parts = re.findall(r"[0-9]+|[a-z]+", match[2].lower())
    written = ".".join([match[1].upper(), *parts])
    return written if _ECCN.fullmatch(written) else None


def _mangled(text: str, number: re.Match[str]) -> Misread:
    """What a number in place of an ECCN probably was: 30 and 3.00E+01 were 3E001."""
    digits = (number[1] + (number[2] or "")).lstrip("0")
    significant = digits.rstrip("0")
    exponent = int(number[3] or 0) - len(number[2] or "") + len(digits) - len(significant)
    mend = (
        "Format the column as text before opening or pasting the file, and enter the ECCN again; "
        "the number alone does not tell it for certain."
    )
    if not significant:
        return Misread(
            f"{text} is a number, perhaps what a spreadsheet makes of 0E001 or another 0E...", mend
        )
    if len(significant) == 1 and 1 <= exponent <= 999:
        return Misread(f"{text} is what a spreadsheet makes of {significant}E{exponent:03d}", mend)
    return Misread(f"{text} is a number, not an ECCN; a spreadsheet may have changed it", mend)


def hts(cell: Cell) -> str:
    """The HTS or Schedule B number that a cell states: 4, 6, 8 or 10 digits, without dots.

    Raises:
        Misread: when a spreadsheet has turned it into a number or taken off its leading zero.
    """
    text = shown(cell)
    mend = "Format the column as text and enter all 10 digits again."
    if not isinstance(cell, str):
        raise Misread(f"{text} is a number cell, in which a leading or trailing zero is lost", mend)
    digits = re.sub(r"[.\s-]", "", unicodedata.normalize("NFKC", text))
    if re.fullmatch(r"[0-9]+", digits):
        if len(digits) in (4, 6, 8, 10):
            return digits
        if len(digits) in (5, 7, 9):
            raise Misread(
                f"{text} has {len(digits)} digits; a spreadsheet has probably taken the zero off 0{digits}",
                mend,
            )
    elif _NUMBER.fullmatch(text):
        raise Misread(f"{text} is what a spreadsheet makes of a long number", mend)
    raise Misread(f"{text[:80]!r} is not an HTS number of 10 digits", mend)
