"""A file against the checksum that its publisher gives beside it."""

from __future__ import annotations

import json
import re
from hashlib import new as hash_named
from typing import Any
from urllib.parse import urlsplit

from licet.lists.fetching import Answer, FetchError

_HASHES = {40: "sha1", 64: "sha256", 128: "sha512"}


def verify(answer: Answer, checksums: bytes) -> None:
    """Compare a file with the checksum its publisher gives beside it.

    Args:
        checksums: a line ``digest name`` or a digest alone, or JSON whose ``resources`` have ``name`` and
            ``checksum``; SHA-1, SHA-256 or SHA-512, told by its length.

    Raises:
        FetchError: if none is given for the file, or it is of other bytes.
    """
    if answer.path is None:
        return
    name = urlsplit(answer.wanted.shown).path.rpartition("/")[2]
    given = _checksum_in(checksums.decode("utf-8", "replace"), name)
    if not given:
        raise FetchError(
            f"{answer.wanted.shown}: the publisher's checksums have none for {name}", answer.path
        )
    found = hash_named(_HASHES[len(given)], answer.path.read_bytes(), usedforsecurity=False).hexdigest()
    if found != given:
        told = f"the publisher's {_HASHES[len(given)]} is {given[:12]}..., that of the file {found[:12]}..."
        raise FetchError(
            f"{answer.wanted.shown}: {told}; the file is not the one that was published", answer.path
        )


def _checksum_in(text: str, name: str) -> str:
    """The digest that ``text`` gives for the file ``name``; empty if it gives none."""
    try:
        said: Any = json.loads(text)
    except ValueError:
        lines = [line.split() for line in text.splitlines() if line.strip()]
        mine = [words[0] for words in lines if len(words) > 1 and words[-1].lstrip("*./") == name]
        alone = [words[0] for words in lines if len(lines) == 1 and len(words) == 1]
        given = [*mine, *alone]
    else:
        resources = said.get("resources", ()) if isinstance(said, dict) else ()
        given = [
            str(r.get("checksum", "")) for r in resources if isinstance(r, dict) and r.get("name") == name
        ]
    digests = (g.casefold() for g in given)
    return next((g for g in digests if len(g) in _HASHES and re.fullmatch("[0-9a-f]+", g)), "")
