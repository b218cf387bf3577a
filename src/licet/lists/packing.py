"""Packing: what an entry says as few bytes, and back, with nothing lost.

The text that is packed is the one whose SHA-256 is the record's digest, so that what comes out
can be checked against its key. Entries of one file resemble each other: each is deflated with a
dictionary taken from its neighbours, which makes it a third of its size.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from licet.language.errors import LicetError
from licet.lists.record import Address, Identifier, OtherName, Record

_DICTIONARY = 32 * 1024
_SAMPLES = 64
_TUPLES = ("countries", "programmes", "citations", "related", "footnotes", "birth", "notes")
_DATES = ("published", "effective", "ends")


class DamagedError(LicetError):
    """Something stored does not come out as it went in."""


def dictionary_of(texts: Sequence[str]) -> bytes:
    """A dictionary from texts spread evenly over a file."""
    step = max(1, len(texts) // _SAMPLES)
    return "".join(texts[::step]).encode()[-_DICTIONARY:]


def pack(text: str, dictionary: bytes) -> bytes:
    """Deflate a text with a dictionary."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=dictionary)
    return press.compress(text.encode()) + press.flush()


def unpack(body: bytes, dictionary: bytes, digest: bytes) -> dict[str, Any]:
    """What was packed, as data.

    Raises:
        DamagedError: if it is not what its digest says.
    """
    try:
        inflate = zlib.decompressobj(-15, zdict=dictionary)
        text = inflate.decompress(body) + inflate.flush()
    except zlib.error as error:
        raise DamagedError(f"a stored entry cannot be read ({error}); {_MEND}") from None
    if sha256(text).digest() != digest:
        raise DamagedError(f"a stored entry is not what its digest says; {_MEND}")
    data: dict[str, Any] = json.loads(text)
    return data


_MEND = "bring the history back from a copy, or import the published files into a new one"


def record_from(data: dict[str, Any], digest: bytes, published_id: str, line: int, faults: str) -> Record:
    """The record that was packed, with what its snapshot alone says of it."""
    # What is empty was left out.
    given = {"list": "", "name": "", **data}
    for key, make in (("others", OtherName), ("addresses", Address), ("identifiers", Identifier)):
        if key in given:
            given[key] = tuple(make(**item) for item in given[key])
    for key in _TUPLES:
        if key in given:
            given[key] = tuple(given[key])
    for key in _DATES:
        if key in given:
            given[key] = date.fromisoformat(given[key])
    noticed = tuple(json.loads(faults)) if faults else ()
    record = Record(**given, published_id=published_id, line=line, faults=noticed)
    # It was just checked; working it out again for every entry is most of the time of a question.
    vars(record)["digest"] = digest.hex()
    return record
