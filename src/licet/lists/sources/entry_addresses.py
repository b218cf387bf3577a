"""Addresses in the text of an entry: one each, their countries, and the cross-references between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from licet.lists.sources.common import data_file
from licet.lists.sources.us_countries import country

_SEE = re.compile(
    r"[,;.]?\s*\(?\s*see (?:also )?(?:the )?(?:alternate|also|address)[^()]*\)?\.?", re.IGNORECASE
)
_LABEL = re.compile(
    r"^(?:alt(?:ernate)?\.?\s+)?address(?:es)?(?:\s+for\s+[^:]*)?\s*:\s*|^and\s+", re.IGNORECASE
)
# What an entry reaches, where an address would stand.
_SCOPE = ("including ", "(excluding ")


def plain(text: str) -> str:
    """A piece as the lists of words have it."""
    return " ".join(text.split()).strip(" .,;").casefold()


@cache
def word_list(which: str) -> tuple[str, ...]:
    """One list of words by which entries are taken apart, in its order."""
    return tuple(str(word).strip(" .") for word in data_file("us_entry_words.yaml")[which])


@cache
def words(which: str) -> frozenset[str]:
    """One list of words as a set."""
    return frozenset(word_list(which))


def is_address(text: str) -> bool:
    """Whether the text plainly begins as an address: with a number or with a word for a room or a house."""
    said = text.strip().casefold()
    first = said.split(" ", 1)[0].strip(".,:")
    return bool(re.match(r"#?\d", said)) or first in words("address_words")


def addresses_in(lines: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses one each, and the cross-references that stand between them."""
    found: list[str] = []
    notes: list[str] = []
    for line in lines:
        for see in _SEE.finditer(line):
            notes.append(see[0].strip(" ,;.()") + ".")
        bare = _SEE.sub("", line)
        if bare.startswith(_SCOPE):
            notes.append(bare)
            continue
        for piece in _parted(bare):
            said = _LABEL.sub("", piece.strip(" ,;")).strip(" ,;")
            said = re.sub(r",?\s+and$", "", said)
            if len(said) > 1 and said.casefold() != "and":
                found.append(said if said.endswith(("U.A.E.", "U.K.", "D.C.")) else said.rstrip("."))
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(notes))


def _parted(line: str) -> Iterator[str]:
    """Addresses parted by semicolons, or by ``and`` after a country."""
    for piece in re.split(r";\s*(?:and(?=[\s\d A-Z]))?\s*", line):
        start = 0
        for met in re.finditer(r",?\s+and\s+", piece):
            if country_at_end(piece[start : met.start()]):
                yield piece[start : met.start()]
                start = met.end()
        yield piece[start:]


@cache
def country_at_end(address: str) -> str:
    """The code of the country that an address ends in, postal code or not; empty where it says none."""
    last = address.rsplit(",", 1)[-1]
    words = re.sub(r"\b[\w–-]*\d[\w–-]*\b", " ", last).split()
    if not words and "," in address:
        words = address.rsplit(",", 2)[-2].split()
    for count in range(min(4, len(words)), 0, -1):
        said = " ".join(words[-count:])
        # Two or three capitals are as often a state or a province.
        if (len(said.strip(".")) > 3 or said.count(".") > 1) and (code := country(said)):
            return code
    return ""
