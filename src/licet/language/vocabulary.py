"""The vocabulary: every fact by name, type, unit and source, and the question it asks.

Rules may use no other word and acts may state no other fact, so that a misspelling is an
error and never silently an unknown.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from licet.language import plain_yaml
from licet.language.errors import FactError, LawError
from licet.language.values import ABSENT, Known, Value, members

TYPES = ("flag", "text", "code", "number", "date", "choice", "set")
SOURCES = ("caller", "table", "list", "rule")
ROW_PREFIXES = ("party.", "listing.")

_YES = frozenset({"yes", "true", "y", "1"})
_NO = frozenset({"no", "false", "n", "0"})
NONE_WORDS = frozenset({"none", "n/a", "-"})
UNKNOWN_WORDS = frozenset({"", "unknown", "?", "tbd", "null"})
# Beyond these, neighbouring days and other zones fall out of the calendar.
_FIRST_YEAR, _LAST_YEAR = date.min.year, date.max.year


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the vocabulary."""

    name: str
    type: str
    source: str
    ask: str
    values: tuple[str, ...] = ()
    unit: str = ""
    optional: bool = False
    looked_up_from: str = ""

    @property
    def of_party(self) -> bool:
        """Whether the fact belongs to a party (or its listing) rather than to the act."""
        return self.name.startswith(ROW_PREFIXES)

    @property
    def denied(self) -> Value:
        """The value that says no: no for a flag, nothing for a set, none for the rest."""
        return False if self.type == "flag" else members(()) if self.type == "set" else ABSENT

    def read(self, raw: object) -> Known:
        """The value that ``raw`` (text or an already typed value) stands for.

        Blank and ``unknown`` are unknown (``None``); ``none`` is known to be absent.

        Raises:
            FactError: when it is neither, naming what was expected.
        """
        if raw is None:
            return None
        if raw is ABSENT:
            return ABSENT
        if isinstance(raw, str):
            text = raw.strip()
            if text.casefold() in UNKNOWN_WORDS:
                return None
            if text.casefold() in NONE_WORDS and "none" not in self.values:
                # A flag that is "none" says no more than no; everything else can be absent.
                return self.denied
            raw = text
        return _READERS[self.type](self, raw)

    def wrong(self, raw: object, expected: str) -> FactError:
        return FactError(f"{self.name}: {raw!r} is not {expected}")


def _flag(entry: Entry, raw: object) -> Value:
    if isinstance(raw, bool):
        return raw
    if str(raw).casefold() in _YES:
        return True
    if str(raw).casefold() in _NO:
        return False
    raise entry.wrong(raw, "yes or no")


def _number(entry: Entry, raw: object) -> Value:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        try:
            number = float(raw)
        except OverflowError:
            raise entry.wrong(raw, "a number of this world") from None
    else:
        text = str(raw).replace(" ", "").replace("\u00a0", "").rstrip("%")
        if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text):
            text = text.replace(",", "")
        if not re.fullmatch(r"-?\d+(\.\d+)?", text):
            raise entry.wrong(raw, "a number (write 1234.5)")
        number = float(text)
    if number != number or number in (float("inf"), float("-inf")):
        raise entry.wrong(raw, "a finite number")
    if entry.unit == "percent" and not 0 <= number <= 100:
        raise entry.wrong(raw, "a share between 0 and 100 percent")
    return int(number) if number == int(number) else number


def _date(entry: Entry, raw: object) -> Value:
    if isinstance(raw, date):
        moment: date = raw
    else:
        text = str(raw)
        try:
            moment = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        except ValueError:
            raise entry.wrong(raw, "a day (2019-05-16) or an instant (2019-05-16T16:30-04:00)") from None
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise entry.wrong(raw, "an instant with its time zone (2019-05-16T16:30-04:00)")
    if not _FIRST_YEAR < moment.year < _LAST_YEAR:
        raise entry.wrong(raw, "a day of this world")
    return moment


def _choice(entry: Entry, raw: object) -> Value:
    wanted = re.sub(r"[\s-]+", "_", str(raw).strip().casefold())
    for value in entry.values:
        if value.casefold() == wanted:
            return value
    raise entry.wrong(raw, f"one of {', '.join(entry.values)}")


def _set(entry: Entry, raw: object) -> Value:
    if not isinstance(raw, str | Iterable):
        raise entry.wrong(raw, "words, or a list of them")
    words = re.split(r"[\s,;]+", raw.strip()) if isinstance(raw, str) else list(raw)
    found = members(str(w) for w in words if w)
    for word in found if entry.values else ():
        if word not in entry.values:
            raise entry.wrong(word, f"one of {', '.join(entry.values)}")
    return found


def _text(entry: Entry, raw: object) -> Value:
    if not isinstance(raw, str):
        raise entry.wrong(raw, "text")
    return raw


_READERS = {
    "flag": _flag,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "set": _set,
    "text": _text,
    "code": _text,
}


@dataclass(frozen=True)
class Vocabulary:
    """All entries by name."""

    entries: Mapping[str, Entry]

    @classmethod
    def from_file(cls, path: Path) -> Vocabulary:
        """The vocabulary in a YAML file such as ``facts.yaml``."""
        return cls.from_data(plain_yaml.read_file(path), path.name)

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Any]], where: str = "vocabulary") -> Vocabulary:
        """The vocabulary in a mapping of names to their properties."""
        return cls({name: _entry(name, dict(given), where) for name, given in data.items()})

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """The facts that are countries: their spellings are evened out before any rule reads them."""
        return tuple(entry.name for entry in self if entry.unit == "country")

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def __getitem__(self, name: str) -> Entry:
        if name not in self.entries:
            close = difflib.get_close_matches(name, self.entries, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise FactError(f"{name!r} is not in the vocabulary{hint}")
        return self.entries[name]

    def stated(self, name: str, raw: object) -> Known:
        """The value a caller states for a fact; a concluded fact cannot be stated."""
        entry = self[name]
        if entry.source == "rule":
            raise FactError(f"{name} is concluded by the law and cannot be stated")
        return entry.read(raw)


def _entry(name: str, given: dict[str, Any], where: str) -> Entry:
    kind, source = given.pop("type", None), given.pop("source", None)
    if kind not in TYPES or source not in SOURCES or not given.get("ask"):
        raise LawError(
            f"{where}: {name}: expected a type ({', '.join(TYPES)}), a source "
            f"({', '.join(SOURCES)}) and a question to ask"
        )
    values = tuple(str(v) for v in given.pop("values", ()))
    if kind == "choice" and not values:
        raise LawError(f"{where}: {name}: a choice needs its values")
    entry = Entry(
        name=name,
        type=kind,
        source=source,
        ask=str(given.pop("ask")),
        values=values,
        unit=str(given.pop("unit", "")),
        optional=given.pop("optional", False) is True,
        looked_up_from=str(given.pop("from", "")),
    )
    if given:
        raise LawError(f"{where}: {name}: unknown properties {', '.join(map(str, given))}")
    return entry
