"""A published name taken apart: the party itself, its whole, its other names, and what is no name.

Publishers write affiliates, aliases, former names and scope into one cell. What is taken
out is kept; a name that holds nothing else comes back as it was, blanks evened out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from licet.language import plain_yaml
from licet.lists.record import NameKind, OtherName

_PUT_BACK = "the surname stood at the end of the published text"


@dataclass(frozen=True, slots=True)
class Compound:
    """What one published name says.

    Args:
        name: the party that the entry is about.
        parent: the entry that this one stands in as an affiliate, as published.
        aliases: other names of the same party, each once.
        related: other parties that the name mentions.
        notes: what was taken out and is no name, as published.
    """

    name: str
    parent: str = ""
    aliases: tuple[OtherName, ...] = ()
    related: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing was taken out."""
        return not (self.parent or self.aliases or self.related or self.notes)


@cache
def _words() -> dict[str, Any]:
    read = plain_yaml.read_file(Path(__file__).with_name("compound_words.yaml"))
    assert isinstance(read, dict)
    return read


@cache
def _pattern(key: str) -> tuple[re.Pattern[str], ...]:
    said = _words()[key]
    return tuple(re.compile(text, re.IGNORECASE) for text in ([said] if isinstance(said, str) else said))


@cache
def _marker() -> re.Pattern[str]:
    """Any word that introduces another name; the group that met is the kind of name."""
    kinds = "|".join(rf"(?P<{kind}>{words})" for kind, words in _words()["markers"].items())
    return re.compile(rf"(?<![\w.])[-–]?\s?(?:{kinds})(?![\w/])[-–:.,]*\s*", re.IGNORECASE)


def is_address(name: str) -> bool:
    """Whether the name only numbers an address, as entries do that list an address and nobody."""
    return any(p.match(name.strip()) for p in _pattern("address"))


def take_apart(name: str) -> Compound:
    """The parts of a published name.

    A part whose name means nothing alone (``284 Factory``) has its name joined to that
    of its whole as an alias.
    """
    plain = " ".join(name.split())
    if not _pattern("hint")[0].search(name):
        return Compound(plain)
    for pattern in _pattern("turned"):
        if found := pattern.match(name.strip()):
            other = OtherName(f"{found['other_given']} {found['other']}")
            return Compound(f"{found['given']} {found['surname']}", aliases=(other,), notes=(_PUT_BACK,))
    text, notes = _without_scope(plain)
    parent = ""
    for pattern in _pattern("part_of"):
        if found := pattern.match(text):
            parent, text = found["parent"].strip(" ."), found["name"].strip()
            parent = _with_stop(parent, found["parent"])
            break
    related: list[str] = []
    for pattern in _pattern("related"):
        if found := pattern.search(text):
            related.append(found["other"].strip())
            text = text[: found.start()].strip()
    if found := _pattern("including")[0].match(text):
        notes.append(found["note"])
        text = found["name"]
    text, others, told = _names_in(text)
    if parent and any(p.match(text) for p in _pattern("unspecific")):
        others.append(OtherName(f"{text} of the {parent}"))
    unique = tuple(dict.fromkeys(o for o in others if o.name and o.name != text))
    return Compound(text or plain, parent, unique, tuple(related), (*notes, *told))


def other_names(texts: Iterable[str], name: str = "") -> tuple[tuple[OtherName, ...], tuple[str, ...]]:
    """Published aliases as names, and what stood among them that is no name.

    Args:
        texts: the aliases as published; one that holds several, separated by ``;``, is split.
        name: the entry's own name, left out where it is repeated.
    """
    found: list[OtherName] = []
    notes: list[str] = []
    for text in (piece for published in texts for piece in published.split(";")):
        cleaned = _without_lead(" ".join(text.split()).strip(" ,;"))
        if not cleaned:
            continue
        if cleaned.startswith("(") and _closing(cleaned) == len(cleaned) - 1:
            notes.append(cleaned)
            continue
        met = _marker().match(cleaned)
        kind: NameKind = "former" if met and met["former"] else "alias"
        inner = take_apart(cleaned[met.end() :] if met else cleaned)
        found += [OtherName(inner.name, kind), *inner.aliases]
        notes += inner.notes
    return tuple(dict.fromkeys(o for o in found if o.name and o.name != name)), tuple(notes)


def _with_stop(parent: str, published: str) -> str:
    """The whole's name with the full stop that belongs to its legal form."""
    last = re.split(r"[ ,]", parent)[-1]
    abbreviated = _pattern("legal_forms")[0].fullmatch(last + ".")
    return parent + "." if abbreviated and published.strip().endswith(f"{last}.") else parent


def _without_scope(text: str) -> tuple[str, list[str]]:
    notes: list[str] = []
    for pattern in (*_pattern("residue"), *_pattern("scope")):
        if (found := pattern.search(text)) and found.start() > 0:
            notes.insert(0, found[0].strip(" ,;"))
            text = text[: found.start()].strip(" ,;")
    return text, notes


def _without_lead(text: str) -> str:
    return _pattern("lead")[0].sub("", text)


def _closing(text: str, start: int = 0) -> int:
    """Where the bracket that opens at ``start`` closes; the end of the text where it does not."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in "([") - (text[place] in ")]")
        if depth == 0:
            return place
    return len(text)


def _names_in(text: str) -> tuple[str, list[OtherName], list[str]]:
    """The name itself, the other names written into it, and notes."""
    others: list[OtherName] = []
    start = 0
    while (start := _next_bracket(text, start)) >= 0:
        end = _closing(text, start)
        inside = text[start + 1 : end]
        met = _marker().match(inside)
        if met:
            square = text[start] == "["
            others += _listed(inside[met.end() :], met, commas=square)
        elif _is_own_script(inside, text[:start]):
            others.append(OtherName(inside.strip(), "script"))
        else:
            start += 1
            continue
        text = " ".join((text[:start] + " " + text[end + 1 :]).split())
    met = _marker().search(text)
    # With nothing before or after it, the marker is a part of a name that happens to hold the letters.
    if met is None or not text[: met.start()].strip(" ,;-(") or not text[met.end() :].strip(" ,;)"):
        return text, others, []
    head, tail = text[: met.start()].rstrip(" ,;-"), text[met.end() :]
    if text[: met.start()].rstrip().endswith(";") and (put_back := _surname_last(head, tail)):
        head, tail = put_back
        return head, others + _listed(tail, met), [_PUT_BACK]
    plural = bool(_pattern("all_of_several")[0].search(met[0]))
    listed = _listed(tail, met, commas=plural)
    return head, others + listed, [] if listed else [text[met.start() :].strip(" ,;-")]


def _next_bracket(text: str, start: int) -> int:
    places = [place for mark in "([" if (place := text.find(mark, start)) > 0]
    return min(places, default=-1)


def _listed(text: str, first: re.Match[str], *, commas: bool = False) -> list[OtherName]:
    """The names in a list, each of the kind of the word that stands before it."""
    kind: NameKind = "former" if first["former"] else "alias"
    found: list[OtherName] = []
    several = re.match(rf"\s*{_words()['several']}\s*:?\s*", text, re.IGNORECASE)
    if several:
        text = text[several.end() :]
    place = 0
    for met in (*_marker().finditer(text), None):
        piece = text[place : met.start() if met else len(text)]
        found += [OtherName(name, kind) for name in _separate(piece, commas)]
        if met:
            kind, place = "former" if met["former"] else "alias", met.end()
    return found


def _separate(text: str, commas: bool) -> list[str]:
    """The names between semicolons, dashes and, where the publisher lists so, commas."""
    pieces = [piece for part in text.split(";") for piece in re.split(r"(?:^|\s)—|—(?=\s)", part)]
    if commas:
        pieces = [name for piece in pieces for name in _at_commas(piece)]
    tidy = (_without_lead(piece.strip(" ,;")).strip(" ,;") for piece in pieces)
    return [re.sub(r",?\s+and$", "", name) for name in tidy if name and name.casefold() != "and"]


def _at_commas(text: str) -> list[str]:
    """Pieces at commas; a legal form stays with the name before it."""
    names: list[str] = []
    for piece in text.split(","):
        if names and _pattern("legal_forms")[0].fullmatch(piece.strip()):
            names[-1] += "," + piece
        else:
            names.append(piece)
    return names


def _surname_last(head: str, tail: str) -> tuple[str, str] | None:
    """Name and rest where a publisher's program carried the surname to the end of the whole text."""
    words = tail.split()
    if len(head.split()) > 3 or len(words) < 2 or _pattern("legal_forms")[0].fullmatch(words[-1]):
        return None
    return f"{head} {words[-1]}", " ".join(words[:-1])


def _is_own_script(inside: str, before: str) -> bool:
    """Whether a bracket holds the name in a script other than the Latin one before it."""
    letters = [c for c in inside if c.isalpha()]
    other = [c for c in letters if not unicodedata.name(c, "").startswith(("LATIN", "GREEK"))]
    return (
        bool(letters) and 2 * len(other) > len(letters) and any(c.isascii() and c.isalpha() for c in before)
    )
