"""Citations: what a reference to law looks like, and when one covers another.

A citation is reduced to *keys* that do not depend on how it was typed:
``15 CFR 744.11(a)(1)``, ``84 FR 22961``, ``FR Doc. 2025-19001``, ``Supp. 4 to 15 CFR 744``,
``Pub. L. 116-92``, ``EO 12981``. A CFR key covers a shorter one: who cites 744.11(a)(1)
has cited 744.11.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

_CFR = re.compile(
    r"(?:(\d+)\s*(?:C\.?F\.?R\.?)\s*(?:§+\s*|parts?\s+)?|§+\s*|\b(?:sections?|part)\s+)(\d{3,4}(?:\.\d+)?[a-z]?)((?:\([^()\s]{1,5}\))*)",
    re.IGNORECASE,
)
_MORE = re.compile(r"\b(\d{3,4}\.\d+[a-z]?)((?:\([^()\s]{1,5}\))*)")
_FR = re.compile(r"\b(\d{2,3})\s*(?:FR|Fed\.?\s*Reg\.?)\s*(\d{1,6})\b", re.IGNORECASE)
_DOC = re.compile(r"\bFR\s*Doc\.?\s*(?:No\.?\s*)?(\d{4}-\d{4,6})\b", re.IGNORECASE)
_SUPPLEMENT = re.compile(
    r"\bsupp(?:lement|\.)?\s*(?:no\.?\s*)?(\d+)\s+to\s+(?:15\s*CFR\s*)?(?:part\s+)?(\d{3})\b", re.IGNORECASE
)
_LAW = re.compile(r"\bPub(?:lic|\.)?\s*L(?:aw|\.)?\s*(?:No\.?\s*)?(\d+-\d+)", re.IGNORECASE)
_ORDER = re.compile(r"\b(?:EO|E\.O\.|Executive Order)\s*(\d{4,5})\b", re.IGNORECASE)


def keys(text: str) -> frozenset[str]:
    """The citations found in ``text``, in one canonical spelling each."""
    found = {f"FR {int(m[1])} {int(m[2])}" for m in _FR.finditer(text)}
    found |= {f"DOC {m[1]}" for m in _DOC.finditer(text)}
    found |= {f"PL {m[1]}" for m in _LAW.finditer(text)}
    found |= {f"EO {m[1]}" for m in _ORDER.finditer(text)}
    rest = _FR.sub(" ", _DOC.sub(" ", text))
    for match in _SUPPLEMENT.finditer(rest):
        found.add(f"SUPP {match[1]} {match[2]}")
    rest = _SUPPLEMENT.sub(" ", rest)
    for match in _CFR.finditer(rest):
        found.add(f"CFR {match[2]}{match[3]}".lower().replace("cfr", "CFR"))
    for match in _MORE.finditer(rest):
        found.add(f"CFR {match[1]}{match[2]}".lower().replace("cfr", "CFR"))
    return frozenset(found)


def parses(text: str) -> bool:
    """Whether every part of a citation (they are separated by ``;``) is one we can read."""
    return all(keys(part) for part in text.split(";"))


def covers(cited: Iterable[str], wanted: str) -> bool:
    """Whether the canonical keys ``cited`` include ``wanted`` or something more exact."""
    if wanted.startswith("CFR "):
        return any(
            key == wanted or (key.startswith(wanted) and key[len(wanted)] in "(.") for key in cited if key
        )
    return wanted in set(cited)


def missing(cited: Collection[str], text: str) -> frozenset[str]:
    """Which of the citations in ``text`` none of the ``cited`` keys covers."""
    return frozenset(key for key in keys(text) if not covers(cited, key))
