"""Names in two scripts, and the other things that lists made outside the United States have in common."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from licet.lists.record import Identifier, NameKind, OtherName
from licet.lists.sources.common import country_code, data_file
from licet.lists.sources.xml_tree import Tree, tree_of

_BRACKETED = re.compile(r"\s*[(（]([^()（）]+)[)）]")
_NUMBERED = re.compile(r"(?:^|\s)\(?(?:\d{1,2}|[a-zA-Z])\)\s*")
_JOINED = re.compile(r"[,./;(]|\band/or\b|\band\b")
_ASIDE = re.compile(r"\([^()]*\)|（[^（）]*）|,? as (?:at|of) .*")
_NUMBER = re.compile(r"(?:\b[A-Z]{1,4} ?|\b(?:\d\d ){1,2})?\d[\dA-Za-z/.-]{3,}[\dA-Za-z]")
_LABEL = re.compile(r"^[A-Z][a-z]+: *")
_BARE = re.compile(rb"&(?!(?:#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);)")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


@cache
def _latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith(("LATIN", "FULLWIDTH LATIN", "MODIFIER LETTER"))


def own_script(name: str) -> bool:
    """Whether any letter of the name is not Latin."""
    return any(c.isalpha() and not _latin(c) for c in name)


def clean(text: str) -> str:
    """The text in one line; characters that no encoding can write become the replacement character."""
    return " ".join(_SURROGATES.sub("\ufffd", text).split())


def apart(name: str) -> tuple[str, ...]:
    """A name and, where brackets hold it in another script, that one: ``JSC Sirius (АО Сириус)``."""
    said = clean(name)
    found = list(_BRACKETED.finditer(said))
    starts = [0, *(met.end() for met in found)]
    found = [
        met
        for met, start in zip(found, starts, strict=False)
        if own_script(met[1]) != own_script(said[start : met.start()]) and _of_one_script(met[1])
    ]
    edges = [0, *(edge for met in found for edge in met.span()), len(said)]
    outside = [said[begin:end] for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    # Behind the only bracket the name goes on; between several, the next name begins.
    names = ["".join(outside)] if len(found) == 1 else outside
    if found and clean(names[0]):
        inside = [_LABEL.sub("", met[1]) for met in found]
        return tuple(dict.fromkeys(name for n in (*names, *inside) if (name := clean(n))))
    return (said,) if said else ()


def _of_one_script(text: str) -> bool:
    """Whether the text is a name in one script; a mixed one explains something, a stray letter is a slip."""
    letters = [c for c in text if c.isalpha()]
    share = sum(map(_latin, letters)) / len(letters) if len(letters) > 1 else 0.5
    return not 0.2 < share < 0.8


def others(main: str, names: Iterable[tuple[str, NameKind]]) -> tuple[OtherName, ...]:
    """The other names, each once; an alias in another script than the main name is that name's script."""
    found: dict[str, OtherName] = {}
    native = own_script(main)
    for name, kind in names:
        said = clean(name)
        if said and said != main and said not in found:
            scripted = kind == "alias" and own_script(said) != native
            found[said] = OtherName(said, "script" if scripted else kind)
    return tuple(found.values())


def numbered(text: str) -> tuple[str, ...]:
    """The items of ``1) Saudi Arabia 2) Qatar``; a text without numbers is its own only item."""
    return tuple(dict.fromkeys(item for piece in _NUMBERED.split(text) if (item := piece.strip(" ,;."))))


def nationality(text: str) -> str:
    """The two-letter code of a country's name or of the adjective made from it; empty if unknown."""
    said = clean(text).strip(" .,;()")
    own = data_file("foreign_nationalities.yaml")
    return str(own["codes"].get(said.casefold(), "")) or country_code(said)


def nationalities(texts: Iterable[str]) -> tuple[str, ...]:
    """The codes of several countries or adjectives, each once, in order; unknown ones are left out."""
    own = data_file("foreign_nationalities.yaml")
    found: dict[str, None] = {}
    for text in texts:
        if not (code := nationality(text)):
            pieces = [p for p in _JOINED.split(text) if not set(p.casefold().split()) & set(own["ended"])]
            words = [[w for w in p.split() if w.strip("()").casefold() not in own["noise"]] for p in pieces]
            found.update((c, None) for w in words if (c := nationality(" ".join(w))))
        else:
            found[code] = None
    return tuple(found)


def country_in(address: str) -> str:
    """The code of the country that an address names at its end, or alone names anywhere; else empty."""
    said = _ASIDE.sub("", clean(address)).strip(" .,;")
    pieces = [name for piece in re.split("[,;]", said) if (name := piece.strip(" .0123456789-"))]
    words = pieces[-1].split(" ") if pieces else []
    tails = (" ".join(words[start:]) for start in range(max(0, len(words) - 4), len(words)))
    if code := next((code for tail in tails if (code := _country(tail))), ""):
        return code
    named = {code for piece in pieces if (code := _country(piece))}
    return named.pop() if len(named) == 1 else ""


def _country(text: str) -> str:
    """A country's code from its name; a bare code of two letters within an address is too little."""
    said = text.removeprefix("the ").removeprefix("The ").strip("()")
    return nationality(said) if len(said) > 2 and not said.isdigit() else ""


def number_in(text: str) -> str:
    """The number within words (``Libyan Passport No. 96/184442``); a text without words is the number."""
    said = clean(text)
    if not re.search("[a-z]{3}|[(:]", said):
        return said
    met = _NUMBER.search(said)
    return met[0] if met else ""


def identifiers(found: Iterable[tuple[str, str]]) -> tuple[Identifier, ...]:
    """Identifiers of kind and value, each once, in order, without empty ones."""
    whole = dict.fromkeys((kind, value) for kind, said in found if kind and (value := clean(said)))
    return tuple(Identifier(kind, value) for kind, value in whole)


def not_whole(text: str, columns: Iterable[str], needed: Iterable[str]) -> tuple[str, ...]:
    """What shows that a table is not whole: columns that are missing, a last row without its line end.

    The publishers' programs end every row; a cut inside the last cell leaves no other trace.
    """
    has = set(columns)
    said = [
        f"no column {column!r}; expected the table's own header" for column in needed if column not in has
    ]
    if text and not text.endswith("\n"):
        said.append(f"line {text.count(chr(10)) + 1}: no line end; the file breaks off inside its last row")
    return tuple(said)


def json_of(text: str) -> tuple[Any, str]:
    """The value that a JSON text holds and an empty fault; or None and why it cannot be read."""
    try:
        return json.loads(text), ""
    except json.JSONDecodeError as error:
        return None, f"line {error.lineno}, column {error.colno}: not JSON ({error.msg})"
    except (ValueError, RecursionError) as error:
        return None, f"not readable JSON ({type(error).__name__})"


def mended_tree(data: bytes) -> Tree:
    """An XML document; one that only leaves ``&`` unescaped is mended and says so in ``faults``.

    Any other document that is not well-formed is read as far as it goes and is ``fatal``,
    since whole entries may be missing from what could be read.
    """
    tree = tree_of(data)
    if not (tree.faults or tree.fatal):
        return tree
    tree = tree_of(_BARE.sub(b"&amp;", data))
    if tree.faults or tree.fatal:
        return Tree(tree.root, fatal=(*tree.fatal, *tree.faults))
    found = [data.count(b"\n", 0, met.start()) + 1 for met in _BARE.finditer(data)]
    lines = ", ".join(str(line) for line in found[:8])
    return Tree(tree.root, (f"not well-formed: {len(found)} unescaped '&' (line {lines}); read as '&'",))
