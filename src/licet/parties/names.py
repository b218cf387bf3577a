"""Names made even: when two spellings in published lists are one name.

Nothing but case, accents, punctuation and the spelling of legal forms may differ. This pairs
records of lists with each other; whether a party of an act is listed is for the screening.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from licet.language import plain_yaml


@lru_cache(maxsize=65536)
def even(name: str) -> tuple[str, ...]:
    """The words of a name without case, accents, punctuation and legal form."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"['’]s\b|['’]", "", plain.replace("&", " and ").replace("_", " "))
    plain = re.sub(r"(?<=\w)\.(?=\w\b)", "", plain)
    words = re.findall(r"\w+", plain)
    kept = [_forms().get(w, w) for w in words]
    return tuple(w for w in kept if w)


def distinctive(words: Iterable[str]) -> tuple[str, ...]:
    """The words that tell one firm from another: not trades, places or common nouns."""
    common = _common()
    return tuple(dict.fromkeys(w for w in words if len(w) > 2 and w not in common and not w.isdigit()))


@lru_cache(maxsize=1)
def _data() -> dict[str, list[str]]:
    text = resources.files("licet.parties").joinpath("words.yaml").read_text(encoding="utf-8")
    data: dict[str, list[str]] = plain_yaml.read(text, "words.yaml")
    return data


@lru_cache(maxsize=1)
def _forms() -> dict[str, str]:
    forms = dict.fromkeys(_data()["dropped"], "")
    for group in _data()["alike"]:
        first, *others = group.split()
        forms.update(dict.fromkeys(others, first))
    return forms


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(_data()["common"])
