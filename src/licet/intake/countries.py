"""Countries: a code or a name, in any spelling that the table of countries knows."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from licet.intake.errors import IntakeError, Misread
from licet.intake.table import Cell, shown

_WRITE = "Write the ISO code of two or three letters, or the country's English name"


def countries_from(path: Path) -> dict[str, str]:
    """Casefolded spelling -> code, from a CSV with the columns code, alpha3, name and also.

    ``also`` holds further spellings, separated by ``;``.

    Raises:
        IntakeError: when it cannot be read, or one spelling means two countries.
    """
    spellings: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise IntakeError(f"{path.name}: cannot be read as a table of countries: {error}") from None
    if not rows or not {"code", "name"} <= set(rows[0]):
        raise IntakeError(f"{path.name}: a table of countries has the columns code, alpha3, name and also")
    for row in rows:
        code = (row["code"] or "").strip()
        written = [code, row.get("alpha3") or "", row["name"] or "", *(row.get("also") or "").split(";")]
        for spelling in {folded(one) for one in written} | {_plain(folded(one)) for one in written}:
            if spelling and spellings.setdefault(spelling, code) != code:
                raise IntakeError(f"{path.name}: {spelling!r} means both {spellings[spelling]} and {code}")
    return spellings


def names_in(path: Path) -> tuple[tuple[str, str], ...]:
    """The code and the English name of every country of such a table, in its order."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return tuple((row["code"], row["name"]) for row in rows)


def country_said(text: str, countries: Mapping[str, str]) -> str:
    """The code of the country that a person names.

    Raises:
        IntakeError: when no country is so called, with the closest that is.
    """
    try:
        return country(text, countries)
    except Misread as error:
        raise IntakeError(f"{error.problem}. {error.remedy}") from None


def country(cell: Cell, countries: Mapping[str, str]) -> str:
    """The code of the country that a cell names. ``NO`` is Norway.

    Raises:
        Misread: when no country is so called, with the closest that is.
    """
    text = shown(cell)
    if isinstance(cell, bool):
        raise Misread(f"{text} is a truth value; some programs make FALSE of NO (Norway)", f"{_WRITE}.")
    if not isinstance(cell, str) or len(text) > 100:
        raise Misread(f"{text[:60]!r} is not a country", f"{_WRITE}.")
    wanted = folded(text)
    for spelling in (wanted, _plain(wanted)):
        if spelling in countries:
            return countries[spelling]
    close = difflib.get_close_matches(wanted, countries, 1, 0.75)
    hint = f" (perhaps {close[0]!r}, {countries[close[0]]})" if close else ""
    raise Misread(f"{text!r} is not a country we know", f"{_WRITE}{hint}; leave it blank if nobody knows.")


def folded(text: str) -> str:
    """A spelling without case, double spaces and typographic apostrophes."""
    folded = unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold()
    return re.sub(r"\s+", " ", folded).strip()


def _plain(text: str) -> str:
    """A spelling without accents and dots."""
    letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c) and c != ".")
    return "".join(letters)
