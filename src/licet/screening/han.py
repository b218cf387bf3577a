"""Names in Chinese characters are read by a dictionary of what they say, and by sound for the rest.

A run of characters is cut into known bodies, words of trade, places, numbers and a rest so that
most of it is known (the cheapest cut of all; the same for the same name, always). Known pieces
have English readings, the rest is read as pinyin, together and apart. Japanese names go
the same way with a dictionary of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from licet.language import plain_yaml

DATA = Path(__file__).parent / "data"

_DIGITS = 9  # A longer row of figures is no number that counts anything.

Sounds = Callable[[str], tuple[str, ...]]

# Marks that part a name; the rest of the characters run on.
_BREAKS = {ord(c): " " for c in "()（）[]【】《》〈〉「」『』·・,，、.。;；:：/／-－—–&＆'\"“”‘’\u3000"}

# What a piece costs in a cut: known bodies before places and numbers before words before unknown characters.
_BODY, _PLACE, _WORD, _JOINER, _FIRST, _NEXT, _LONE = 0.9, 0.95, 1.0, 1.45, 1.5, 1.3, 2.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a name: its characters, its readings (best first), whether it is a body's own name."""

    text: str
    readings: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Known pieces by their characters; ``longest`` is the length of the longest."""

    pieces: Mapping[str, Piece]
    longest: int
    endings: frozenset[str]
    joiners: frozenset[str]
    units: tuple[str, ...]
    digits: Mapping[str, int]
    tens: Mapping[str, int]
    counted: tuple[str, ...]
    ranked: Mapping[str, str]
    surnames: Mapping[str, str]
    syllables: Mapping[str, str]


def _readings(value: object) -> tuple[str, ...]:
    return tuple(reading.strip() for reading in str(value or "").split(","))


def person(text: str, signs: Dictionary, sounds: Sounds) -> tuple[str, ...]:
    """A person whose family name has two characters and stands in the dictionary; empty for all others."""
    if not 3 <= len(text) <= 5 or text[:2] not in signs.surnames:
        return ()
    return (f"{signs.surnames[text[:2]]} {''.join(sounds(text[2:]))}",)


@cache
def chinese() -> Dictionary:
    """The dictionary of Chinese names."""
    return _dictionary(plain_yaml.read_file(DATA / "chinese.yaml"))


@cache
def japanese() -> Dictionary:
    """The dictionary of Japanese names written in characters."""
    return _dictionary(plain_yaml.read_file(DATA / "japanese.yaml"))


def _dictionary(data: dict[str, Any]) -> Dictionary:
    places, surnames = data["places"], data["surnames"]
    syllables = {key: str(value) for key, value in data["syllables"].items()}
    pieces: dict[str, Piece] = {}
    for word, value in data["words"].items():
        pieces[word] = Piece(word, _readings(value), "word")
    for place in (places["plain"] or "").split():
        pieces.setdefault(place, Piece(place, (), "place"))
    for place, value in places["special"].items():
        pieces[place] = Piece(place, _readings(value), "place")
    for name, value in data["names"].items():
        pieces[name] = Piece(name, _readings(value), "body")
    read: dict[str, str] = dict.fromkeys(surnames["plain"], "")
    return Dictionary(
        pieces=MappingProxyType(pieces),
        longest=max(map(len, pieces)),
        endings=frozenset(data["endings"].split()),
        joiners=frozenset(data["joiners"].split()),
        units=tuple(sorted((places["units"] or "").split(), key=len, reverse=True)),
        digits=MappingProxyType(data["digits"]),
        tens=MappingProxyType(data["tens"]),
        counted=tuple((data["counted"] or "").split()),
        ranked=MappingProxyType(data["ranked"]),
        surnames=MappingProxyType(read | surnames["special"] | surnames["double"]),
        syllables=MappingProxyType(syllables),
    )


def number(text: str, signs: Dictionary) -> int | None:
    """The number that characters write (五十四 and 五四 are 54), or None."""
    if not text or any(c not in signs.digits and c not in signs.tens for c in text):
        return None
    if not any(c in signs.tens for c in text):
        return int("".join(str(signs.digits[c]) for c in text))
    total = 0
    digit = 0
    for sign in text:
        if sign in signs.tens:
            total += max(digit, 1) * signs.tens[sign]
            digit = 0
        else:
            digit = signs.digits[sign]
    return total + digit


def _numbers(text: str, at: int, signs: Dictionary) -> Iterator[Piece]:
    """Numbers written from there on that count something: after 第, or before what is counted."""
    end = at
    while end < min(len(text), at + _DIGITS) and (text[end] in signs.digits or text[end] in signs.tens):
        end += 1
    if end > at and (end - at > 2 or text[at - 1 : at] == "第" or text.startswith(signs.counted, end)):
        yield Piece(text[at:end], (str(number(text[at:end], signs)),), "number")


def _known(text: str, at: int, signs: Dictionary) -> Iterator[tuple[float, Piece, int]]:
    """Every known piece that starts there: its cost, itself, how many characters it takes."""
    for figure in _numbers(text, at, signs):
        yield _PLACE, figure, len(figure.text)
    for length in range(min(signs.longest, len(text) - at), 0, -1):
        piece = signs.pieces.get(text[at : at + length])
        if piece is None:
            continue
        if piece.kind == "place":
            unit = next((u for u in signs.units if text.startswith(u, at + length)), "")
            yield _PLACE, piece, length + len(unit)
            yield _PLACE, piece, length
        elif length == 1:
            lone = _JOINER if piece.text in signs.joiners else _LONE
            yield (_WORD if piece.text in signs.endings else lone), piece, length
        else:
            yield (_BODY if piece.kind == "body" else _WORD), piece, length


def cut(text: str, signs: Dictionary) -> tuple[Piece, ...]:
    """The cheapest cut of a run of characters into pieces; what is not known comes as ``rest``."""
    # The cheapest way to every point, ending with a known piece (False) or within a rest (True).
    ways: list[dict[bool, tuple[float, tuple[Piece, ...]]]] = [{False: (0.0, ())}]
    ways.extend({} for _ in text)
    for at, sign in enumerate(text):
        known = tuple(_known(text, at, signs))
        for loose, (cost, pieces) in tuple(ways[at].items()):
            longer = Piece((pieces[-1].text if loose else "") + sign, (), "rest")
            _offer(
                ways[at + 1],
                True,
                cost + (_NEXT if loose else _FIRST),
                (*pieces[: -1 if loose else None], longer),
            )
            for price, piece, length in known:
                _offer(ways[at + length], False, cost + price, (*pieces, piece))
    return min(ways[-1].values(), key=lambda way: way[0])[1]


def _offer(
    ways: dict[bool, tuple[float, tuple[Piece, ...]]], loose: bool, cost: float, pieces: tuple[Piece, ...]
) -> None:
    """Keep a way if it is cheaper than the one kept so far."""
    if loose not in ways or cost < ways[loose][0] - 1e-9:
        ways[loose] = (cost, pieces)


@lru_cache(maxsize=1 << 14)
def pinyin(text: str) -> tuple[str, ...]:
    """The syllables of Chinese characters, without tones, as names are romanised."""
    from pypinyin import Style
    from pypinyin import pinyin as pinyin_of

    signs = chinese()
    if text in signs.syllables:
        return (signs.syllables[text],)
    # One sound for each character; signs that are not Chinese stay together as they are.
    sounds: list[list[str]] = pinyin_of(text, style=Style.NORMAL, v_to_u=True)
    found = [sound[0] for sound in sounds]
    signed = zip(text, found, strict=True) if len(found) == len(text) else ((s, s) for s in found)
    return tuple(signs.syllables.get(sign, sound.replace("ü", "u")) for sign, sound in signed)


def _together(sounds: Sequence[str], way: int) -> str:
    """A rest by its sounds: 0 in pairs when long, 1 all together, 2 each apart."""
    if way == 2:
        return " ".join(sounds)
    if way == 1 or len(sounds) <= 3:
        return "".join(sounds)
    return " ".join("".join(sounds[at : at + 2]) for at in range(0, len(sounds), 2))


def _say(pieces: Sequence[Piece], word: int, body: int, rest: int, signs: Dictionary, sounds: Sounds) -> str:
    """One reading: which of the readings of words and bodies, and how the rest is put."""
    ranked = signs.ranked
    said = []
    numbered = (False, *(piece.kind == "number" for piece in pieces))
    for after_number, piece in zip(numbered, pieces, strict=False):
        if after_number and piece.text in ranked:
            said.append(ranked[piece.text])
        elif piece.readings:
            choice = body if piece.kind in ("body", "place") else word
            said.append(piece.readings[min(choice, len(piece.readings) - 1)])
        elif piece.kind == "place":
            said.append("".join(sounds(piece.text)))
        else:
            said.append(_together(sounds(piece.text), rest))
    return " ".join(filter(None, said))


def _person(text: str, pieces: Sequence[Piece], signs: Dictionary, sounds: Sounds) -> tuple[str, ...]:
    """A person's name, surname first; empty when the characters cannot be one."""
    if not 2 <= len(text) <= 4 or any(piece.kind == "body" for piece in pieces):
        return ()
    known = sum(len(piece.text) for piece in pieces if piece.kind in ("word", "number"))
    if known > 1 or (pieces[0].kind == "place" and pieces[0].text in (text, text[:-1])):
        return ()
    size = 2 if text[:2] in signs.surnames and len(text) > 2 else 1
    family = text[:size]
    if family not in signs.surnames or len(text) - size > 2:
        return ()
    sound = signs.surnames[family] or "".join(sounds(family))
    given = [sounds(sign)[0] for sign in text[size:]]
    return (f"{sound} {''.join(given)}", f"{sound} {' '.join(given)}")


def read(text: str, signs: Dictionary, sounds: Sounds = pinyin) -> tuple[str, ...]:
    """The readings of a run of characters, best first; ``sounds`` says what is not in the dictionary."""
    readings: list[tuple[str, ...]] = []
    parts = text.translate(_BREAKS).split()
    # "田 中" is one name written wide; blanks part only what is longer.
    parts = ["".join(parts)] if sum(map(len, parts)) <= 4 else parts
    for part in parts:
        pieces = cut(part, signs)
        readings.append(
            (
                *(_person(part, pieces, signs, sounds) if len(parts) == 1 else ()),
                _say(pieces, 0, 0, 0, signs, sounds),
                _say(pieces, 0, 1, 1, signs, sounds),
                _say(pieces, 1, 0, 2, signs, sounds),
                *((" ".join(_together(sounds(p.text), 0) for p in pieces),) if sounds is pinyin else ()),
            )
        )
    most = max(map(len, readings), default=0)
    joined = (" ".join(ways[min(way, len(ways) - 1)] for ways in readings) for way in range(most))
    return tuple(dict.fromkeys(filter(None, joined)))
