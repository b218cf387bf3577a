"""Where an address lies, and above all whether it lies where trade law treats a part of a country apart.

A region can be spelt in a dozen ways and can also name a street or a restaurant far away.
So every find is graded: ``sure`` when the address says by itself that it lies there,
``maybe`` when only the word stands in it. Spellings, towns and the words that decide are in
``data/regions.yaml``; the law that treats a region apart is cited there and dated elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from licet.language import plain_yaml
from licet.screening.lexicon import figure, load, words
from licet.screening.scripts import latin

DATA = Path(__file__).parent / "data"
_CAPITALS = re.compile(r"\b[A-Z]{2}\b")
_ELEMENTS = re.compile(r"[,;|\n\t،、，；]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A place an address names: its code (ISO 3166-1 or -2), as it is spelt there, and how sure it is.

    ``countries`` are those an address in the place would name; ``treated`` cites what treats it apart.
    """

    code: str
    spelt: str
    grade: Literal["sure", "maybe"]
    countries: tuple[str, ...]
    treated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """A region as ``data/regions.yaml`` describes it; phrases are folded."""

    code: str
    title: str
    countries: tuple[str, ...]
    treated: tuple[str, ...]
    postcodes: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class _Mention:
    """A spelling found: which region, what kind of spelling, in which element and words of it."""

    region: Region
    kind: str
    spelt: str
    element: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    regions: Mapping[str, Region]
    spellings: Mapping[str, tuple[tuple[str, str], ...]]
    road_before: frozenset[str]
    road_behind: frozenset[str]
    states: frozenset[str]
    territory: frozenset[str]
    elsewhere: Mapping[str, frozenset[str]]
    longest: int


def _folded(text: str) -> frozenset[str]:
    return frozenset(" ".join(words(phrase)) for phrase in (text or "").split(",") if phrase.strip())


@cache
def _gazetteer() -> _Gazetteer:
    data: dict[str, Any] = plain_yaml.read_file(DATA / "regions.yaml")
    regions: dict[str, Region] = {}
    spellings: dict[str, list[tuple[str, str]]] = {}
    for code, said in data["regions"].items():
        pattern = re.compile(said["postcodes"]) if said["postcodes"] else None
        regions[code] = Region(code, said["title"], tuple(said["countries"]), tuple(said["treated"]), pattern)
        for kind in ("names", "towns", "adjectives"):
            for phrase in sorted(_folded(said[kind])):
                spellings.setdefault(phrase, []).append((code, kind))
    return _Gazetteer(
        regions=MappingProxyType(regions),
        spellings=MappingProxyType({phrase: tuple(found) for phrase, found in spellings.items()}),
        road_before=_folded(data["road_before"]),
        road_behind=_folded(data["road_behind"]),
        states=_folded(data["states"]),
        territory=_folded(data["territory"]),
        elsewhere=MappingProxyType({town: _folded(text) for town, text in data["elsewhere"].items()}),
        longest=1 + max(phrase.count(" ") for phrase in spellings),
    )


def regions() -> Mapping[str, Region]:
    """The regions treated apart, by code."""
    return _gazetteer().regions


@lru_cache(maxsize=1 << 14)
def places_in(address: str) -> tuple[Place, ...]:
    """The countries and regions an address names, the surest first; in any script.

    Regions are found by name, by town and by an adjective before a word of territory.
    Countries are ``sure`` when they are named, ``maybe`` when only a large city is.
    """
    found: dict[str, Place] = {}
    code = _code(address)
    for reading in latin(address):
        for place in _read(reading, code):
            had = found.get(place.code)
            if had is None or (had.grade == "maybe" and place.grade == "sure"):
                found[place.code] = place
    return tuple(sorted(found.values(), key=lambda place: (place.grade != "sure", place.code)))


def _code(address: str) -> str:
    """The two-letter country code an address ends in, written in capitals; a postcode may follow it."""
    parts = [part for part in _ELEMENTS.split(address) if part.strip()]
    capitals = _CAPITALS.findall(parts[-1])[-1:] if parts else []
    return next((code for code in capitals if code in load().country_codes), "")


def _read(reading: str, code: str) -> Iterator[Place]:
    gazetteer = _gazetteer()
    elements = [split for part in _ELEMENTS.split(reading) if (split := words(part))]
    named: dict[str, str] = {}
    for country, spelt, road in _spelt(elements, load().countries):
        if road:
            yield Place(country, spelt, "maybe", (country,))
        else:
            named[country] = spelt
    if code and code.lower() not in gazetteer.states:
        named.setdefault(code, code.lower())
    elif code:
        # "CA" and "DE" may be states of the Union as well.
        yield Place(code, code.lower(), "maybe", (code,))
    mentions = tuple(_mentions(elements))
    for mention in mentions:
        region = mention.region
        grade = _grade(mention, elements, named, mentions)
        if grade:
            yield Place(region.code, mention.spelt, grade, region.countries, region.treated)
            if grade == "maybe":
                named.pop(region.code, None)
    for country, spelt in named.items():
        yield Place(country, spelt, "sure", (country,))
    for country, spelt, _ in _spelt(elements, load().cities):
        if country not in named:
            yield Place(country, spelt, "maybe", (country,))


def _spans(element: tuple[str, ...], longest: int) -> Iterator[tuple[int, int, str]]:
    for start in range(len(element)):
        for end in range(min(len(element), start + longest), start, -1):
            yield start, end, " ".join(element[start:end])


def _spelt(elements: list[tuple[str, ...]], names: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    """Every country or city of a table that is named: its code, its spelling, whether it names a road."""
    longest = load().longest
    for element in elements:
        taken = 0
        for start, end, phrase in _spans(element, longest):
            if start >= taken and phrase in names:
                taken = end
                yield names[phrase], phrase, _names_road(element, start, end)


def _names_road(element: tuple[str, ...], start: int, end: int) -> bool:
    """Whether a spelling is the name of a road or a house: "Crimea Street", "Rua de Macau"."""
    gazetteer = _gazetteer()
    before, behind = element[max(0, start - 2) : start], element[end : end + 1]
    return not gazetteer.road_before.isdisjoint(before) or not gazetteer.road_behind.isdisjoint(behind)


def _mentions(elements: list[tuple[str, ...]]) -> Iterator[_Mention]:
    gazetteer = _gazetteer()
    for number, element in enumerate(elements):
        taken = 0
        for start, end, phrase in _spans(element, gazetteer.longest):
            if start < taken:
                continue
            for code, kind in gazetteer.spellings.get(phrase, ()):
                yield _Mention(gazetteer.regions[code], kind, phrase, number, start, end)
                taken = end


def _grade(
    mention: _Mention,
    elements: list[tuple[str, ...]],
    named: Mapping[str, str],
    mentions: tuple[_Mention, ...],
) -> Literal["sure", "maybe"] | None:
    """How sure a mention is; None for an adjective that describes no territory."""
    gazetteer = _gazetteer()
    element = elements[mention.element]
    before, behind = element[mention.start - 1 : mention.start], element[mention.end : mention.end + 1]
    territory = any(word in gazetteer.territory for word in (*before, *behind))
    if mention.kind == "adjectives" and not territory:
        return None
    if not territory and _names_road(element, mention.start, mention.end):
        return "maybe"
    all_words = " ".join(word for part in elements for word in part)
    other = gazetteer.elsewhere.get(mention.spelt, frozenset())
    if any(f" {word} " in f" {all_words} " for word in other):
        return "maybe"
    region = mention.region
    if named and not set(named) & set(region.countries):
        return "maybe"
    supported = (
        bool(set(named) & set(region.countries))
        or territory
        or any(m.region.code == region.code and m.spelt != mention.spelt for m in mentions)
        or (region.postcodes is not None and any(region.postcodes.fullmatch(w) for e in elements for w in e))
    )
    alone = mention.end - mention.start == len(element)
    # A region named as an element of its own needs no support; a town shares its name too often.
    return "sure" if supported or (alone and mention.kind == "names") else "maybe"


@cache
def _address_words() -> tuple[Mapping[str, str], int]:
    data = plain_yaml.read_file(DATA / "address_words.yaml")
    table = {p: "" if key == "none" else key for key, text in data.items() for p in _folded(text)}
    return MappingProxyType(table), 1 + max(phrase.count(" ") for phrase in table)


@lru_cache(maxsize=1 << 16)
def address_words(text: str) -> tuple[str, ...]:
    """The words of an address, normalised for comparison.

    Words like "ul.", "Street", "Bldg" become one word each for all languages, figures lose their
    ordinal endings and leading noughts, words that say nothing ("No.") are left out.
    """
    table, longest = _address_words()
    said: list[str] = []
    for element in _ELEMENTS.split(latin(text)[0]):
        plain = tuple(map(figure, words(element)))
        at = 0
        while at < len(plain):
            size = next((n for n in range(longest, 0, -1) if " ".join(plain[at : at + n]) in table), 0)
            said.append(table[" ".join(plain[at : at + size])] if size else plain[at])
            at += size or 1
    return tuple(filter(None, said))
