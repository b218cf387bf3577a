"""Scripts that write sounds: letter by letter, with a table for every usual way of writing them in Latin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from licet.language import plain_yaml

DATA = Path(__file__).parent / "data"

_SYLLABLES = 0xAC00, 0xD7A3
_INDIC = range(0x0900, 0x0D80)


@dataclass(frozen=True, slots=True)
class Way:
    """One way of writing a script: what every run of letters becomes, and the pattern that finds runs.

    ``_`` in a run stands for the beginning or the end of a word.
    """

    table: Mapping[str, str]
    pattern: re.Pattern[str]

    def write(self, word: str) -> str:
        """One lower-case word in Latin letters; letters not in the table stay."""
        marked = f"_{word}_"
        return self.pattern.sub(lambda found: self.table[found.group()], marked).replace("_", "")


@dataclass(frozen=True, slots=True)
class Group:
    """Which ways serve a word: it has one of ``letters`` (none named: any word) and none of ``without``."""

    letters: tuple[str, ...]
    without: tuple[str, ...]
    ways: tuple[Way, ...]

    def serves(self, text: str) -> bool:
        """Whether these ways are for such a text."""
        has = not self.letters or any(c in text for c in self.letters)
        return has and not any(c in text for c in self.without)


@cache
def _data() -> dict[str, Any]:
    return {
        **plain_yaml.read_file(DATA / "alphabets.yaml"),
        **plain_yaml.read_file(DATA / "vocabularies.yaml"),
    }


def _table(script: dict[str, Any], name: str) -> dict[str, str]:
    own = dict(script[name])
    base = own.pop("of", None)
    return (_table(script, base) if base else {}) | {run: str(plain or "") for run, plain in own.items()}


@cache
def groups(script: str) -> tuple[Group, ...]:
    """The ways of a script, by the letters that choose them."""
    data = _data()[script]

    def way(name: str) -> Way:
        table = _table(data, name)
        # The longest run first; the marks of a word's ends are not used up by a run that spans none.
        runs = sorted(table, key=len, reverse=True)
        return Way(table, re.compile("|".join(map(re.escape, runs))))

    return tuple(
        Group(tuple(g["letters"]), tuple(g["without"]), tuple(map(way, g["ways"]))) for g in data["groups"]
    )


def letters(text: str, script: str) -> tuple[str, ...]:
    """The readings of a text in a script that is written letter by letter, the usual way first."""
    group = next(g for g in groups(script) if g.serves(text))
    usual = group.ways[0].table
    plain = "".join(_plain(c, usual) for c in unicodedata.normalize("NFC", text))
    parts = [(word, "".join(part)) for word, part in groupby(plain, _in_word)]
    return tuple("".join(way.write(part) if word else part for word, part in parts) for way in group.ways)


def _in_word(letter: str) -> bool:
    """Letters, figures and the signs that stand on letters."""
    return unicodedata.category(letter)[0] in "LMN"


def _plain(letter: str, table: Mapping[str, str]) -> str:
    """A letter the table knows, or what is left of it without its accents."""
    if letter in table:
        return letter
    bare = unicodedata.normalize("NFD", letter)[:1]
    return bare if bare in table else letter


def thai(text: str) -> tuple[str, ...]:
    """Thai: vowels that are written before their consonant are spoken after it."""
    data = _data()["thai"]
    return letters(re.sub(data["turned"], r"\2\1", text), "thai")


def kana(text: str) -> tuple[str, ...]:
    """Hiragana and katakana by their sound; long vowels are written short."""
    hiragana = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヴ" else c for c in text)
    return letters(hiragana, "kana")


def korean(text: str) -> tuple[str, ...]:
    """Korean: words of organisations translated, persons surname first, the rest by sound in two ways."""
    data = _data()
    ways = data["hangul"]["ways"]
    person = _korean_person(text.replace(" ", ""), data)
    return (*person, *(_korean_words(text.split(), data, way) for way in ways.values()))


def _sound(syllable: str, data: Mapping[str, Any], way: Mapping[str, Any]) -> str:
    code = ord(syllable) - _SYLLABLES[0]
    last = data["hangul"]["last"][code % 28]
    return str(way["first"][code // 588] + way["middle"][code % 588 // 28] + last)


def _korean_words(words: list[str], data: Mapping[str, Any], way: Mapping[str, Any]) -> str:
    known = data["korean"]
    longest = max(map(len, known))
    said: list[str] = []
    for word in words:
        at, loose = 0, ""
        while at < len(word):
            size = next((n for n in range(longest, 0, -1) if word[at : at + n] in known), 0)
            if size:
                said.extend((loose, known[word[at : at + size]]))
                loose = ""
            else:
                c = word[at]
                loose += _sound(c, data, way) if _SYLLABLES[0] <= ord(c) <= _SYLLABLES[1] else c
            at += size or 1
        said.append(loose)
    return " ".join(filter(None, said))


def _korean_person(text: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    families = data["hangul"]["surnames"].get(text[:1])
    if families is None or not 2 <= len(text) <= 4 or text in data["korean"]:
        return ()
    if not all(_SYLLABLES[0] <= ord(c) <= _SYLLABLES[1] for c in text):
        return ()
    given = [[_sound(c, data, way) for c in text[1:]] for way in data["hangul"]["ways"].values()]
    usual = [f"{families[0]} {' '.join(sounds)}" for sounds in given]
    others = [f"{family} {''.join(given[0])}" for family in families[1:]]
    return (usual[0], *others[:1], *usual[1:])


def indic(text: str) -> tuple[str, ...]:
    """Devanagari and its neighbours: every consonant carries an *a* unless a sign says otherwise."""
    data = _data()["indic"]
    consonants, vowels, signs, marks = (data[k] for k in ("consonants", "vowels", "signs", "marks"))
    # The blocks of these scripts are laid out alike, 128 letters each.
    plain = "".join(chr(0x0900 + ord(c) % 0x80) if ord(c) in _INDIC else c for c in text)
    said: list[str] = []
    for at, c in enumerate(plain):
        following = plain[at + 1 : at + 2]
        if c in consonants:
            said.append(consonants[c])
            inner = following in consonants or following in vowels or following in ("ं", "ँ", "ः")
            said.append("a" if inner else "")
        else:
            found = next((table[c] for table in (vowels, signs, marks) if c in table), c)
            said.append(found or "")
    return ("".join(said),)


def arabic(text: str) -> tuple[str, ...]:
    """Arabic and Persian: known words as they are usually written, others with vowels put in and without."""
    known = _data()["arabic"]
    words = [word.strip("ـ") for word in _bare(text).split()]
    return tuple(" ".join(_arabic_word(word, known, way) for word in words) for way in (_voiced, _skeleton))


def _bare(text: str) -> str:
    """Without the marks for vowels and the stretching line."""
    return "".join(c for c in text if c != "ـ" and not ("\u064b" <= c <= "\u0655" or c == "\u0670"))


def _arabic_word(word: str, known: Mapping[str, str], way: Callable[[str], str]) -> str:
    if word in known:
        return known[word]
    for article in _data()["arabic_articles"]:
        if word.startswith(article) and len(word) > len(article) + 1:
            rest = word[len(article) :]
            return f"al {known.get(rest) or way(rest)}"
    return way(word)


def _sounds(word: str) -> list[tuple[str, bool]]:
    """The letters' sounds, and whether each is a vowel."""
    data = _data()
    plain, half = data["arabic_letters"], data["arabic_half_vowels"]
    said: list[tuple[str, bool]] = []
    for at, c in enumerate(word):
        if c in half:
            beside = (at > 0 and said[-1][1]) or (word[at + 1 : at + 2] and word[at + 1] in "اأآة")
            consonant = at == 0 or bool(beside)
            said.append((half[c][0 if consonant else 1], not consonant))
        else:
            sound = str(plain.get(c, c) or "")
            said.append((sound, sound in ("a", "i", "u", "e") or not sound))
    return said


def _voiced(word: str) -> str:
    said = _sounds(word)
    out: list[str] = []
    for at, (sound, vowel) in enumerate(said):
        out.append(sound)
        cluster = not vowel and at + 1 < len(said) and not said[at + 1][1]
        # Three consonants on end are broken after the first; a word does not begin with two.
        if cluster and (at == 0 or said[at - 1][1] is False or at + 2 == len(said)):
            out.append("a")
    return "".join(out)


def _skeleton(word: str) -> str:
    return "".join(sound for sound, _ in _sounds(word))
