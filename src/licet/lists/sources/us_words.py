"""What tables of US agencies share: things that are no party, vessels, widened names, days in citations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from licet.lists.record import Kind, OtherName
from licet.lists.sources.common import data_file, date_of, parts

_DAY = re.compile(
    r"\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d{2}-\d{2}|[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2} \d{4}"
)
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1cff\u2e80-\ud7ff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Named:
    """A name as an agency writes it, taken apart: what it names, and what was written around it."""

    name: str
    kind: Kind
    note: str = ""


def words(which: str) -> Any:
    """One part of the words for US lists."""
    return data_file("us_lists.yaml")[which]


@cache
def _pattern(which: str) -> re.Pattern[str]:
    return re.compile(str(words(which)), re.IGNORECASE if which != "two_firms" else 0)


def search(which: str, text: str) -> re.Match[str] | None:
    """Where the pattern of that name stands in a text."""
    return _pattern(which).search(text)


def is_thing(*texts: str) -> bool:
    """Whether the entry names equipment, goods, a place or a programme, and no party."""
    return any(re.search(says, text, re.IGNORECASE) for says in words("things") for text in texts if text)


def names(text: str, kind: Kind, *around: str) -> tuple[Named, ...]:
    """The parties or things that one cell names; ``around`` is what else the row says of them."""
    said = " ".join(text.split())
    if is_thing(said, *around):
        return (Named(said, "thing"),)
    if vessel := search("vessels", said):
        return (Named(said[vessel.end() :], "vessel", vessel[0].strip(" :")),)
    found: list[Named] = []
    for piece in re.split(str(words("two_firms")), said):
        widened = search("widens", piece)
        bare = (piece[: widened.start()] if widened else piece).strip(" ,")
        if bare:
            found.append(Named(bare, kind, widened[0].strip(" ,") if widened else ""))
    return tuple(found)


def others(text: str, *, former: str = "") -> tuple[OtherName, ...]:
    """Aliases of a cell, parted by semicolons; names in a script of their own are marked."""
    known = [other_name(name) for name in parts(text)]
    return tuple(dict.fromkeys([*known, *(OtherName(name, "former") for name in parts(former))]))


def other_name(name: str) -> OtherName:
    """An alias, or the name in its own script."""
    return OtherName(name, "script" if _OTHER_SCRIPT.search(name) else "alias")


def kind_of(text: str) -> Kind:
    """Our kind for ``Company``, ``Organization``, ``Person``."""
    found: Kind = words("kinds").get(text.strip().casefold(), "")
    return found


def days_in(text: str) -> tuple[date, ...]:
    """Every day that a text states, in order."""
    found = (date_of(met[0], "")[0] for met in _DAY.finditer(text))
    return tuple(day for day in found if day is not None)


def list_of(programme: str) -> str:
    """Our list for a programme; empty where it is none that is known."""
    known = (str(p["list"]) for p in words("programmes") if re.search(p["says"], programme, re.IGNORECASE))
    return next(known, "")


def covered(codes: Iterable[str]) -> tuple[str, ...]:
    """Those of the lists that a table of programmes holds whole."""
    parts_only = {str(p["list"]) for p in words("programmes") if p.get("part")}
    return tuple(dict.fromkeys(code for code in codes if code not in parts_only))
