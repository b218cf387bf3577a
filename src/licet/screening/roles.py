"""What the engine calls things: roles of words, ways of meeting, levels.

The numbers are what compiled code passes about; the words are what a person reads.
"""

from __future__ import annotations

ROLES = ("distinguishing", "trade", "place", "number", "legal form", "particle", "residue", "split", "title")
DISTINGUISHING, TRADE, PLACE, NUMBER, FORM, PARTICLE, RESIDUE, SPLIT, TITLE = range(len(ROLES))

BY = (
    "same",
    "legal form",
    "abbreviation",
    "spelling",
    "sound",
    "script",
    "translation",
    "order",
    "joined",
    "dropped",
    "missing",
    "number",
    "place",
    "residue",
    "country",
    "address",
    "identifier",
)
(
    SAME,
    LEGAL,
    ABBREVIATION,
    SPELLING,
    SOUND,
    SCRIPT,
    TRANSLATION,
    ORDER,
    JOINED,
    DROPPED,
    MISSING,
    BY_NUMBER,
    BY_PLACE,
    BY_RESIDUE,
    COUNTRY,
    ADDRESS,
    IDENTIFIER,
) = range(len(BY))

KINDS = ("", "person", "organisation", "vessel", "aircraft", "address")
UNSAID, PERSON, ORGANISATION, VESSEL, AIRCRAFT, PLACE_ONLY = range(len(KINDS))

# Points and rarities are counted in this many parts of one, so that sums are exact.
PARTS = 1024

# A word that the rules know only as the beginning of a phrase or by its frequency.
UNCLASSED = 255
# Where in a name a legal form may stand.
ANYWHERE, FRONT, BACK = 0, 1, 2
