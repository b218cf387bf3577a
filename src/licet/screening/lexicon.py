"""What the words of a name are worth: legal forms, words of trade, places, small words, equivalents, rarity.

The words live in ``data/``: a table per kind, written by hand, and two counted by
``benchmarks/screening/build_background.py``. A *phrase* is one or more folded words
(:func:`words`) joined by a blank; every table is keyed by phrases, so a name is read
by folding it once and looking up runs of its words, the longest first.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from licet.language import plain_yaml
from licet.language.errors import LawError
from licet.screening.rarity import Rarity, read_equivalents, read_rarity

DATA = Path(__file__).parent / "data"
_FILES = (
    "letters.yaml",
    "legal_forms.yaml",
    "trade.yaml",
    "words.yaml",
    "places.yaml",
    "cities.csv",
    "persons.yaml",
)
_COUNTED = ("background.csv.gz", "equivalents.csv.gz")
# Read elsewhere, but what a name is read as depends on them too: the digest covers them.
_BESIDE = (
    "scripts.yaml",
    "alphabets.yaml",
    "vocabularies.yaml",
    "chinese.yaml",
    "japanese.yaml",
    "regions.yaml",
    "address_words.yaml",
)

_MARKS = str.maketrans({c: " " for c in map(chr, range(128)) if not c.isalnum()} | {"'": None, "`": None})
_ORDINAL = re.compile(r"0*([0-9]+)(?:st|nd|rd|th)?")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Form:
    """A legal form: its class ("ooo"), its family ("limited") and where it is written."""

    name: str
    family: str
    front: bool
    end: bool


@dataclass(frozen=True, slots=True)
class Trade:
    """A word of trade: the notion it spells and the field of trade that notion belongs to.

    Two words of one notion are each other's inflection, abbreviation or translation;
    two words of one field are merely related.
    """

    notion: str
    field: str


@dataclass(frozen=True, slots=True)
class Residue:
    """What a trade document leaves in a name, and what goes with it.

    ``front``: "none" (the label alone goes) or "word" (one more word goes).
    ``end``: "none", "rest" (everything behind goes too) or "before" (a place in front goes too).
    An empty text: not read as residue there.
    """

    front: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All tables, immutable. Phrases are folded words joined by one blank.

    ``numbers`` and ``places`` give the figure and the codes (``countries`` and ``cities`` are parts of
    ``places``: the names of states, and of cities with their country); ``former``, ``known_as`` and
    ``now_known_as`` open another name of the same party; ``longest`` is the number of
    words of the longest phrase of any table; ``digest`` names all data that
    readings of names, places and addresses depend on.
    """

    forms: Mapping[str, Form]
    trade: Mapping[str, Trade]
    places: Mapping[str, tuple[str, ...]]
    countries: Mapping[str, str]
    country_codes: frozenset[str]
    cities: Mapping[str, str]
    numbers: Mapping[str, str]
    residue: Mapping[str, Residue]
    stop: frozenset[str]
    article: frozenset[str]
    title: frozenset[str]
    suffix: frozenset[str]
    former: frozenset[str]
    known_as: frozenset[str]
    now_known_as: frozenset[str]
    longest: int
    digest: str
    rarity: Rarity
    equivalents: Mapping[str, frozenset[int]]

    def one_in(self, word: str, kind: str = "organisation") -> float:
        """One of so many unrelated names of that kind holds the word (at least 1.0)."""
        return self.rarity.one_in(word, kind)

    def name_ids(self, word: str) -> frozenset[int]:
        """The personal names a folded word spells; two words that share a number spell the same name."""
        return self.equivalents.get(word, _NONE)


_NONE: frozenset[int] = frozenset()


@cache
def _letters(kind: str) -> dict[int, str]:
    table = plain_yaml.read_file(DATA / "letters.yaml")[kind]
    return {ord(letter): str(plain or "") for letter, plain in table.items()}


def ascii_of(text: str) -> str:
    """Latin text without accents, in lower case; other scripts stay as they are."""
    text = text.casefold()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text).translate(_letters("latin"))
    return "".join(c for c in text if not unicodedata.combining(c))


def expanded(text: str) -> str:
    """Like :func:`ascii_of`, but letters with two dots or a ring become two letters."""
    return ascii_of(unicodedata.normalize("NFC", text.casefold()).translate(_letters("expanded")))


def figure(word: str) -> str:
    """The plain figure of a numbered word ("54th" and "054" are "54"), or the word itself."""
    found = _ORDINAL.fullmatch(word)
    return found.group(1) if found else word


def words(text: str, joined: bool = True) -> tuple[str, ...]:
    """The folded words of a text: lower case, no accents, no punctuation.

    Single letters in a row become one word ("S.A.S." and "d.o.o" are "sas" and "doo");
    ``joined=False`` leaves them apart, for the initials of a person.
    """
    plain = ascii_of(text)
    found = plain.translate(_MARKS).split() if plain.isascii() else _WORD.findall(plain.translate(_MARKS))
    return tuple(_joined(found)) if joined else tuple(found)


def _joined(found: list[str]) -> Iterator[str]:
    run = ""
    for word in found:
        if len(word) == 1 and not word.isdigit():
            run += word
            continue
        if run:
            yield run
            run = ""
        yield word
    if run:
        yield run


def _phrases(text: str | None, where: str) -> Iterator[str]:
    for spelling in (text or "").split(","):
        phrase = " ".join(words(spelling))
        if not phrase:
            raise LawError(f"{where}: an empty spelling stands between two commas; take one comma out")
        yield phrase


def _read_forms(data: Any, file: str) -> dict[str, Form]:
    forms: dict[str, Form] = {}
    for family, classes in data.items():
        for name, spellings in classes.items():
            for place, text in spellings.items():
                if place not in ("any", "front", "end"):
                    raise LawError(f"{file}: {family}.{name}: {place!r} is not one of any, front, end")
                for phrase in _phrases(text, f"{file}: {family}.{name}.{place}"):
                    had = forms.get(phrase)
                    if had is not None and had.name != name:
                        continue  # The class named first keeps a spelling that several share.
                    front = place != "end" or (had is not None and had.front)
                    end = place != "front" or (had is not None and had.end)
                    forms[phrase] = Form(name, family, front, end)
    return forms


def _read_trade(data: Any, file: str) -> dict[str, Trade]:
    found: dict[str, Trade] = {}
    for field, text in data.items():
        key = field.replace("_", " ")
        for number, notion in enumerate((f"{key}, {text}").split(";")):
            spellings = list(_phrases(notion, f"{file}: {field}"))
            name = field if number == 0 else spellings[0]
            for phrase in spellings:
                found.setdefault(phrase, Trade(name, field))
    return found


def _read_residue(data: Any, file: str) -> dict[str, Residue]:
    front = {p: takes for takes, text in data["front"].items() for p in _phrases(text, f"{file}: residue")}
    end = {p: takes for takes, text in data["end"].items() for p in _phrases(text, f"{file}: residue")}
    return {p: Residue(front.get(p, ""), end.get(p, "")) for p in front | end}


def _read_countries(data: Any, file: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, text in data.items():
        for phrase in _phrases(text, f"{file}: countries.{code}"):
            found.setdefault(phrase, code)
    return found


def _read_cities(text: str, file: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines()[1:]:
        code, _, names = line.partition(",")
        for phrase in _phrases(names.replace("|", ","), f"{file}: {line}"):
            found.setdefault(phrase, []).append(code)
    return {phrase: tuple(codes) for phrase, codes in found.items()}


def _all_places(
    data: Any, countries: Mapping[str, str], cities: Mapping[str, tuple[str, ...]], file: str
) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {phrase: {code} for phrase, code in countries.items()}
    for group in ("regions", "adjectives"):
        for code, text in data[group].items():
            for phrase in _phrases(text, f"{file}: {group}.{code}"):
                found.setdefault(phrase, set()).add(code)
    for phrase, codes in cities.items():
        found.setdefault(phrase, set()).update(codes)
    return {phrase: tuple(sorted(codes)) for phrase, codes in found.items()}


def _equivalents(counted: dict[str, frozenset[int]], names: list[str]) -> dict[str, frozenset[int]]:
    """The names written by hand, numbered on from those of the table."""
    first = 1 + max((max(ids) for ids in counted.values()), default=0)
    own: dict[str, set[int]] = {}
    for number, text in enumerate(names, first):
        for word in _phrases(text, "persons.yaml: names"):
            own.setdefault(word, set()).add(number)
    return counted | {word: counted.get(word, _NONE) | ids for word, ids in own.items()}


def _longest(tables: Iterable[Iterable[str]]) -> int:
    return 1 + max(phrase.count(" ") for table in tables for phrase in table)


@cache
def load() -> Lexicon:
    """The lexicon of this release, read once per process."""
    raw = {name: (DATA / name).read_bytes() for name in (*_FILES, *_COUNTED, *_BESIDE)}

    def parsed(name: str) -> Any:
        return plain_yaml.read(raw[name].decode("utf-8"), name)

    small = parsed("words.yaml")

    def folded(key: str) -> frozenset[str]:
        return frozenset(_phrases(small[key], f"words.yaml: {key}"))

    forms = _read_forms(parsed("legal_forms.yaml"), "legal_forms.yaml")
    trade = _read_trade(parsed("trade.yaml"), "trade.yaml")
    numbers = {
        phrase: figure
        for figure, text in small["numbers"].items()
        for phrase in _phrases(text, f"words.yaml: numbers.{figure}")
    }
    residue = _read_residue(small["residue"], "words.yaml")
    gazetteer = parsed("places.yaml")
    countries = _read_countries(gazetteer["countries"], "places.yaml")
    cities = _read_cities(raw["cities.csv"].decode("utf-8"), "cities.csv")
    places = _all_places(gazetteer, countries, cities, "places.yaml")
    sets = {
        k: folded(k) for k in ("stop", "article", "title", "suffix", "former", "known_as", "now_known_as")
    }
    digest = hashlib.sha256()
    for name in sorted(raw):
        digest.update(f"{name} {len(raw[name])}\n".encode())
        digest.update(raw[name])
    return Lexicon(
        forms=MappingProxyType(forms),
        trade=MappingProxyType(trade),
        places=MappingProxyType(places),
        countries=MappingProxyType(countries),
        country_codes=frozenset(gazetteer["countries"]),
        cities=MappingProxyType({p: codes[0] for p, codes in cities.items() if len(codes[0]) == 2}),
        numbers=MappingProxyType(numbers),
        residue=MappingProxyType(residue),
        longest=_longest((forms, trade, places, numbers, residue, *sets.values())),
        digest=digest.hexdigest(),
        rarity=read_rarity(raw["background.csv.gz"]),
        equivalents=MappingProxyType(
            _equivalents(read_equivalents(raw["equivalents.csv.gz"]), parsed("persons.yaml")["names"])
        ),
        **sets,
    )
