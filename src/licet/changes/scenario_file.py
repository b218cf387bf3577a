"""Scenario files as text: YAML of which every part knows its line, so that a mistake can be shown there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from licet.language import plain_yaml
from licet.language.errors import LawError, LicetError
from licet.language.instrument import Moment, moment_from

OPEN = "open"
LONGEST = 64 * 1024
"""The most characters that a scenario may have: it is written and read by people."""


class ScenarioError(LicetError):
    """A scenario file does not say anything that can be meant; the message names its file and line."""


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a scenario file and where it stands.

    ``value`` is a mapping of names to parts, a list of parts, or what the YAML says; ``line`` is
    that of the key or item, ``begins`` that of the value's first line.
    """

    value: Any
    file: str
    line: int
    begins: int

    @property
    def place(self) -> str:
        """File and line, for messages."""
        return f"{self.file}:{self.line}"

    def error(self, message: str) -> ScenarioError:
        """An error about this part."""
        return ScenarioError(f"{self.place}: {message}")

    def __contains__(self, key: str) -> bool:
        return key in self.value

    def __getitem__(self, key: str) -> Part:
        found: Part = self.value[key]
        return found

    def get(self, key: str) -> Part | None:
        """The part under a key, if there is one."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def fields(self, known: Iterable[str], needed: Iterable[str] = (), what: str = "") -> Mapping[str, Part]:
        """The named parts inside; a name that is not known, or one that is missing, is refused."""
        if not isinstance(self.value, dict):
            raise self.error(f"expected 'name: value' lines{f' for {what}' if what else ''}")
        for key, part in self.value.items():
            if key not in known:
                raise part.error(f"unknown word {key!r}{nearest(key, known)}; known are {', '.join(known)}")
        for key in needed:
            if key not in self.value or self.value[key].value in (None, ""):
                raise self.error(f"{what or 'this'} needs {key!r}")
        return self.value

    def items(self) -> tuple[Part, ...]:
        """The parts of a list; a single value is a list of one, nothing is none."""
        if self.value is None:
            return ()
        return tuple(self.value) if isinstance(self.value, list) else (self,)

    def word(self) -> str:
        """A text on one line."""
        if isinstance(self.value, dict | list) or self.value is None:
            raise self.error("expected a text")
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return " ".join(str(self.value).split())

    def flag(self) -> bool:
        """Yes or no."""
        word = self.word().casefold()
        if word not in ("true", "yes", "false", "no"):
            raise self.error(f"expected yes or no, found {word!r}")
        return word in ("true", "yes")

    def day(self) -> date:
        """A calendar day."""
        if not isinstance(self.value, date):
            raise self.error(f"expected a day such as 2019-08-19, found {self.value!r}")
        return self.value

    def last_day(self) -> date | None:
        """A day, or ``None`` for ``open``: it does not end."""
        return None if self.value == OPEN else self.day()

    def moment(self) -> Moment:
        """A day, or an instant with its zone."""
        try:
            found = moment_from(self.value, self.place)
        except LawError as error:
            raise ScenarioError(str(error)) from None
        if found is None:
            raise self.error("expected a day such as 2019-08-19")
        return found

    def plain(self) -> Any:
        """The value without its lines."""
        match self.value:
            case dict():
                return {key: part.plain() for key, part in self.value.items()}
            case list():
                return [part.plain() for part in self.value]
        return self.value


def read(text: str, file: str) -> Part:
    """The parts of a scenario file; raises :class:`ScenarioError` where it is not plain YAML."""
    if len(text) > LONGEST:
        raise ScenarioError(f"{file}:1: {len(text):,} characters are too long; {LONGEST:,} are the most")
    try:
        data = plain_yaml.read(text, file)
    except LawError as error:
        raise ScenarioError(re.sub(r", line (\d+), column \d+:", r":\1:", str(error), count=1)) from None
    try:
        _refuse_references(text, file)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if not isinstance(data, dict) or node is None:
            raise ScenarioError(f"{file}:1: a scenario holds 'name: value' lines")
        return _part(data, node, file, 1)
    except RecursionError:
        raise ScenarioError(f"{file}:1: nested too deeply to be read") from None
    except yaml.MarkedYAMLError as error:
        # There are two readers, one in C and one that tells lines; a few texts only the first can read.
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(f"{file}:{line}: not readable as YAML: {error.problem}") from None


def _refuse_references(text: str, file: str) -> None:
    """Refuse ``&names`` and ``*references``: a few lines of them stand for more than any memory holds."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ScenarioError(f"{file}:{line}: write it out; '&' and '*' references are not read here")


def _part(data: Any, node: Any, file: str, line: int) -> Part:
    begins = node.start_mark.line + 1
    value: Any = data
    if isinstance(data, dict):
        value = {
            str(key): _part(inner, at, file, name.start_mark.line + 1)
            for (key, inner), (name, at) in zip(data.items(), node.value, strict=True)
        }
    elif isinstance(data, list):
        value = [
            _part(inner, at, file, at.start_mark.line + 1) for inner, at in zip(data, node.value, strict=True)
        ]
    return Part(value, file, line, begins)


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean ...?`` where something known is like the word."""
    by_even = {k.casefold(): k for k in known}
    close = difflib.get_close_matches(word.casefold(), by_even, 1, 0.5)
    return f"; did you mean {by_even[close[0]]!r}?" if close else ""


def words(part: Part | None) -> Iterator[str]:
    """The texts of a list, or the one text."""
    for item in part.items() if part is not None else ():
        yield item.word()
