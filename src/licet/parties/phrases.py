"""Phrases: the notation of ``terms.yaml`` turned into patterns, and texts made even for them.

A text is made even once: capitals, stops, brackets, quotes and section marks go, numbers of
sections and of footnotes become words of their own. A phrase then matches whole words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from licet.language.errors import LawError
from licet.language.expression import TRUE, Condition
from licet.language.parsing import parse

_SECTION = r"\d{3}\.\d{1,2}(?:\((?:[a-z]|[ivx]{2,4}|\d{1,2})\))*"
_CODE = r"\d[a-e]\d{3}(?:\.[a-z0-9]+)*"
_SPACED = re.compile(r"(\d{3}\.\d{1,2})((?:\s?\((?:[a-z]|[ivx]{2,4}|\d{1,2})\))+)")
_CONTINUED = re.compile(r"(\d{3}\.\d{1,2})((?:\([a-z0-9]+\))+) and (?=\()")
_TOKEN = re.compile(rf"{_SECTION}|[\[\]()|]|\{{[a-z]+\}}|[^\s\[\]()|{{}}]+")


def even(text: str, spellings: Iterable[tuple[str, str]] = ()) -> str:
    """The words of a text with one blank between them; ``spellings`` are put right first."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"\s+", " ", re.sub(r"[-_\u2010-\u2015]", " ", plain))
    for printed, read in spellings:
        # Whole words only, where it begins or ends with one.
        before, after = (r"\b" if end.isalnum() else "" for end in (printed[0], printed[-1]))
        plain = re.sub(f"{before}{re.escape(printed)}{after}", read, plain)
    plain = _SPACED.sub(lambda m: m[1] + m[2].replace(" ", ""), plain)
    # "740.11(b)(2) and (e)" names 740.11(e).
    plain = _CONTINUED.sub(lambda m: f"{m[1]}{m[2]} and {m[1]}", plain)
    # Marks of footnotes stand right behind a section or behind the name of the regulations.
    plain = re.sub(rf"({_SECTION})", lambda m: f" {m[1].replace('(', '<').replace(')', '>')} ", plain)
    plain = re.sub(r"\bear(?!99\b)(?=\d)", "ear ", plain)
    plain = re.sub(r"\b([a-z])\.([a-z])\b\.?(?![a-z0-9])", r"\1\2", plain)
    plain = re.sub(r"\.(?![a-z0-9])|(?<![a-z0-9>])\.", " ", plain)
    plain = re.sub(r"[^\w.<>]", " ", plain)
    return " ".join(plain.replace("<", "(").replace(">", ")").split())


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase found in a text: where it ends, and what stood in its places."""

    end: int
    codes: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    exception: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of the data and the condition that it stands for.

    ``then_items`` where kinds of items follow it (the phrase ends in ``{items}``).
    """

    text: str
    pattern: re.Pattern[str]
    means: str = ""
    policy: str = ""
    then_items: bool = False

    def at(self, text: str, start: int) -> Found | None:
        """The phrase at this place of an evened text that ends in a blank, if it stands there."""
        match = self.pattern.match(text, start)
        if match is None:
            return None
        said = {name: value or "" for name, value in match.groupdict().items()}
        sections = said.get("sections", "")
        return Found(
            match.end(),
            tuple(code[:5].upper() + code[5:] for code in re.findall(_CODE, said.get("codes", ""))),
            tuple(dict.fromkeys(re.findall(_SECTION, sections))),
            tuple(re.findall(r"(?<!\S)\d{1,2}(?!\S)", sections)),
            said.get("exception", "").strip().upper(),
        )

    def condition(self, found: Found) -> Condition:
        """What it means where it was found."""
        codes = ", ".join(f'"{code}"' for code in found.codes)
        return parse(self.means.replace("{codes}", f"item.eccn under ({codes},)")) if self.means else TRUE


def phrase(given: Mapping[str, Any], words: Mapping[str, Sequence[str]]) -> Phrase:
    """A phrase of the data; ``words`` are what may stand between sections, and the exceptions there are.

    Raises:
        LawError: when its brackets do not close.
    """
    text = str(given["phrase"])
    written = text.removesuffix("{items}")
    between = "|".join(re.escape(word) + " " for word in words["between sections"])
    places = {
        "{codes}": rf"(?P<codes>{_CODE} (?:(?:and |or )*{_CODE} )*)",
        "{sections}": rf"(?P<sections>(?:{between})*{_SECTION} "
        rf"(?:(?:{between}|\d{{1,2}} )*{_SECTION} )*(?:{between}|\d{{1,2}} )*)",
        "{exception}": rf"(?P<exception>(?:{'|'.join(words['exceptions'])}) )",
        "[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|",
    }  # fmt: skip
    pattern = "".join(places.get(token, re.escape(token) + " ") for token in _TOKEN.findall(written))
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise LawError(f"terms.yaml: phrase {text!r}: {error}") from None
    return Phrase(text, compiled, str(given.get("means", "")), str(given.get("policy", "")), written != text)
