"""Amounts: numbers with a decimal point or a decimal comma, read only where one reading is left.

1,234.50 and 1.234,50 are clear; 1,234 is not. Clear numbers elsewhere in the file settle it,
or the profile does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from licet.intake.errors import Misread
from licet.intake.table import Cell, shown

WRITE = "Write the number as 1234.50, without thousands separators; leave it blank if nobody knows."

_GROUPED = r"[1-9][0-9]{0,2}(?:%s[0-9]{3})+(?:%s[0-9]*)?|[0-9]+(?:%s[0-9]*)?|%s[0-9]+"
_READINGS = {
    "point": re.compile(_GROUPED % (",", r"\.", r"\.", r"\.")),
    "comma": re.compile(_GROUPED % (r"\.", ",", ",", ",")),
}
_SPACED = re.compile(r"[1-9][0-9]{0,2}(?:[ '][0-9]{3})+(?:[.,][0-9]*)?")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'", "\u2212": "-"})
_AMOUNT = re.compile(
    r"(?P<before>[A-Za-z]{3}|US\$|[$€£¥])?\s*(?P<minus>-)?\s*(?P<number>[0-9.,' ]+?)(?P<late>-)?"
    r"\s*(?P<after>[A-Za-z]{3}|US\$|[$€£¥])?"
)
_SCIENTIFIC = re.compile(r"[0-9.,]+[eE][+-]?[0-9]+")


def number(cell: Cell, decimal: str = "", percent: bool = False) -> Decimal:
    """The number that a cell states; a percent sign is read where ``percent`` is expected.

    ``decimal`` (``point`` or ``comma``) settles what 1,234 means.

    Raises:
        Misread: when it is no finite number, or could be two.
    """
    text = shown(cell).translate(_SPACES)
    if isinstance(cell, int | Decimal | float) and not isinstance(cell, bool):
        found = (
            Decimal(cell)
            if isinstance(cell, int)
            else Decimal(repr(cell) if isinstance(cell, float) else cell)
        )
        if not found.is_finite() or abs(found.adjusted()) > 30:
            raise Misread(f"{text[:60]} is not a finite number of sensible size", WRITE)
        return found
    if not isinstance(cell, str) or len(text) > 60:
        raise Misread(f"{text[:60]!r} is not a number", WRITE)
    if percent:
        text = text.removesuffix("%").strip()
    if _SCIENTIFIC.fullmatch(text):
        raise Misread(f"{text} has been shortened by a spreadsheet", WRITE)
    sign = -1 if text.startswith("-") else 1
    bare = text.removeprefix("-").strip()
    found_all = readings(bare)
    if percent:
        found_all = {how: value for how, value in found_all.items() if value <= 100} or found_all
    if decimal in found_all and len(found_all) > 1:
        return sign * found_all[decimal]
    if len(set(found_all.values())) == 1:
        return sign * next(iter(found_all.values()))
    if not found_all:
        raise Misread(f"{text!r} is not a number", WRITE)
    both = " or ".join(format(value, "f") for value in sorted(set(found_all.values())))
    raise Misread(
        f"{text!r} could be {both}",
        f"{WRITE} Or put 'decimal: point' or 'decimal: comma' into the profile if the whole file is so.",
    )


def money(cell: Cell, decimal: str = "") -> tuple[Decimal, str]:
    """The amount that a cell states, and the currency beside it (a code or sign, or empty).

    Raises:
        Misread: as :func:`number`, and for an amount below zero.
    """
    currency = ""
    if isinstance(cell, str):
        text = shown(cell).translate(_SPACES)
        if re.fullmatch(r"\(.*\)", text):
            raise Misread(f"{text!r} is below zero", "A credit is no order: leave the row out.")
        if len(text) <= 60 and (match := _AMOUNT.fullmatch(text)):
            minus = "-" if match["minus"] or match["late"] else ""
            cell, currency = minus + match["number"], match["before"] or match["after"] or ""
    amount = number(cell, decimal)
    if amount < 0:
        raise Misread(f"{shown(cell)!r} is below zero", "A credit is no order: leave the row out.")
    return amount, currency.upper()


def readings(text: str) -> dict[str, Decimal]:
    """What an unsigned number means with a decimal point, and with a decimal comma."""
    if _SPACED.fullmatch(text):
        text = text.replace(" ", "").replace("'", "")
    found = {}
    for how, pattern in _READINGS.items():
        if pattern.fullmatch(text):
            plain = text.replace(",", "") if how == "point" else text.replace(".", "").replace(",", ".")
            found[how] = Decimal(plain)
    return found


def decimal_sign(cells: Iterable[Cell]) -> str | None:
    """The decimal sign that the clear numbers among the cells use.

    Empty when none of them tells, ``None`` when they contradict each other.
    """
    used = set()
    for cell in cells:
        if isinstance(cell, str) and len(cell) <= 60:
            match = _AMOUNT.fullmatch(cell.translate(_SPACES).strip().removesuffix("%"))
            found = readings(match["number"].strip()) if match else {}
            if len(found) == 1:
                used |= set(found)
    return used.pop() if len(used) == 1 else (None if used else "")
