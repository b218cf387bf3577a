"""Names in any script, read as Latin letters: one or more readings, the likeliest first.

A name is cut into runs of one script each; every run is read by the module of its script
and the readings are joined again, first with first, second with second. Latin readings
are plain: lower case, no accents. The same name has the same readings always.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

from licet.language import plain_yaml
from licet.screening import alphabets, han
from licet.screening.lexicon import ascii_of, expanded

_LEGEND = Path(__file__).parent / "data" / "scripts.yaml"
_MOST = 6
_AGAIN = re.compile("(.)々")


def _han(text: str) -> tuple[str, ...]:
    chinese = han.read(_simplified(_AGAIN.sub(r"\1\1", text).replace("々", "")), han.chinese())
    person = han.person("".join(text.split()), han.japanese(), _japanese_sounds)
    # A Japanese family name of two characters and a given name: read in Japanese as well.
    return (*chinese[:1], *person, *chinese[1:]) if person else chinese


def _japanese(text: str) -> tuple[str, ...]:
    return han.read(text, han.japanese(), _japanese_sounds)


@lru_cache(maxsize=1 << 12)
def _japanese_sounds(text: str) -> tuple[str, ...]:
    """Kana by their sound, names of the table as it says; other characters as Chinese reads them."""
    known = han.japanese().syllables
    said: list[str] = []
    at = 0
    while at < len(text):
        size = next((n for n in range(len(text) - at, 0, -1) if text[at : at + n] in known), 0)
        if size:
            said.append(known[text[at : at + size]])
            at += size
            continue
        end = at + 1
        if script_of(text[at]) == "kana":
            while end < len(text) and script_of(text[end]) == "kana":
                end += 1
            said.extend(alphabets.kana(text[at:end]))
        else:
            said.extend(said[-1:] if text[at] == "々" else han.pinyin(_simplified(text[at])))
        at = end
    return tuple(said)


@lru_cache(maxsize=1 << 14)
def _simplified(text: str) -> str:
    return str(_converter()(text))


@cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


_READ: dict[str, Callable[[str], tuple[str, ...]]] = {
    "han": _han,
    "kana": _japanese,
    "hangul": alphabets.korean,
    "arabic": alphabets.arabic,
    "indic": alphabets.indic,
    "thai": alphabets.thai,
    **{
        name: partial(alphabets.letters, script=name)
        for name in ("cyrillic", "greek", "georgian", "armenian", "hebrew")
    },
}


@cache
def _legend() -> tuple[list[tuple[int, int, str]], dict[str, Any]]:
    data = plain_yaml.read_file(_LEGEND)
    ranges = [
        (int(low, 16), int(high, 16), name) for name, spans in data["ranges"].items() for low, high in spans
    ]
    return sorted(ranges), data


@lru_cache(maxsize=1 << 13)
def script_of(letter: str) -> str:
    """The script a letter belongs to, "latin" for Latin letters and figures, "" for all that has none."""
    code = ord(letter)
    for low, high, name in _legend()[0]:
        if low <= code <= high:
            return name
    return "latin" if letter.isalnum() else ""


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Runs of one script; blanks and marks stay with the run before them."""
    run, script = "", ""
    for letter in text:
        own = script_of(letter)
        if own and script and own != script:
            yield script, run
            run, script = "", ""
        run += letter
        script = script or own
    if run:
        yield script, run


def _east_asian(runs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Characters beside kana, or with a Japanese word among them, are Japanese."""
    signs = _legend()[1]["japanese"]
    kana = any(script == "kana" for script, _ in runs)
    if not kana and not any(script == "han" and any(sign in run for sign in signs) for script, run in runs):
        return runs
    joined: list[tuple[str, str]] = []
    for script, run in runs:
        script = "kana" if script == "han" else script
        if joined and joined[-1][0] == script == "kana":
            joined[-1] = ("kana", joined[-1][1] + run)
        else:
            joined.append((script, run))
    return joined


@lru_cache(maxsize=1 << 16)
def latin(text: str) -> tuple[str, ...]:
    """Latin readings of a name in any script, best first, six at the most.

    A Latin name is its own reading; letters with two dots are also read with an *e*
    ("Müller": ``muller``, ``mueller``). A script no table knows is left as it is.
    """
    if text.isascii():
        return (text.lower(),)
    text = unicodedata.normalize("NFKC", text)
    runs = _east_asian(list(_runs(text)))
    if all(script in ("latin", "") for script, _ in runs):
        return tuple(dict.fromkeys((ascii_of(text), expanded(text))))
    read = [_read(script, run) for script, run in runs]
    readings = []
    for way in range(max(map(len, read))):
        said = [ways[min(way, len(ways) - 1)] for ways in read]
        # "ZTE中兴" says one thing in two scripts.
        readings.append(" ".join(word for word, _ in groupby(" ".join(said).split())))
    return tuple(dict.fromkeys(readings))[:_MOST]


def _read(script: str, run: str) -> tuple[str, ...]:
    reader = _READ.get(script)
    if reader is None:
        return (ascii_of(run),)
    return tuple(ascii_of(reading) for reading in reader(run.casefold())) or ("",)
