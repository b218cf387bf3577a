"""Countries as US agencies write them: ``DPRK``, ``CHINA, PEOPLE'S REPUBLIC OF``, ``Korea, North``."""

from __future__ import annotations

import re
from functools import cache

from licet.lists.sources.common import country_code, data_file

# No country's name is longer; a text that is costs much to look up.
_LONGEST = 100


@cache
def country(text: str) -> str:
    """The code of two letters; empty where nobody knows it or the text names no country."""
    said = " ".join(text.split()).strip(" ;:")
    if len(said) > _LONGEST:
        return ""
    own = data_file("us_countries.yaml")["names"]
    known = own.get(said.casefold().rstrip(",")) if said else ""
    return country_code(said) if known is None else str(known)


def countries_in(text: str) -> tuple[str, ...]:
    """The codes of a cell that may name several countries, parted by ``;``, ``/`` or ``and``."""
    said = " ".join(text.split())
    pieces = [said] if country(said) else re.split(r"[;/|,]| and ", said)
    return tuple(dict.fromkeys(code for piece in pieces if (code := country(piece))))
