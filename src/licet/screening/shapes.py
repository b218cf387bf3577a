"""The arrays that compiled code reads, named: rules, weights, listed names, asked names.

Every array is one column of numbers; pointers have one more element than what they point
into, so that ``a[p[i]:p[i+1]]`` belongs to ``i``. Rarities, values and likenesses are
integers in parts of 1024.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
T = TypeVar("T")


class Rules(NamedTuple):
    """What is known of single words and phrases, as one table found by hash."""

    slots: Array  # int32, open addressing into the entries
    keys: Array  # uint64, hash of each entry
    role: Array  # uint8, a role or UNCLASSED
    reach: Array  # uint8, words of the longest phrase that begins with this one
    family: Array  # int16, of a legal form; for residue 1 when a number belongs to it
    where: Array  # uint8, where a legal form may stand
    rarity: Array  # int32[entries, 3], bits of information among firms, persons, places
    alike_pointer: Array  # int64, classes of words that mean the same
    alike_class: Array  # int32
    class_by: Array  # uint8, how words of a class meet
    unseen: Array  # int32[13, 3], rarity of a word nobody has seen, by its length


class Spelling(NamedTuple):
    """Rewriting rules of one key, in order of their first sign, the longest first."""

    first: Array  # int32[257]
    size: Array  # uint8
    source: Array  # uint8[rules, 4]
    target_size: Array  # uint8
    target: Array  # uint8[rules, 4]


class Keys(NamedTuple):
    """How words are spelt and misspelt."""

    spelling: Spelling
    sound: Spelling
    slips: Array  # int32[256, 256], cost of one sign for another in sixteenths of an edit


class Weights(NamedTuple):
    """What each thing is worth, from ``weights.yaml``."""

    value: Array  # int32[roles], share of a word's rarity that counts
    mine: Array  # int32[roles], share of the value that my extra word costs
    theirs: Array  # int32[roles], share of the value that their extra word costs
    like: Array  # int32[by], likeness of words that are only spelt, sound or begin alike
    alike: Array  # int32[by], likeness of words that the lexicon knows to be alike
    pair: Array  # int32[PAIR], single amounts by name, see weights.py
    cost_easing: Array  # int32[1025], what part of the cost of words counts, by what part of their value does
    rarest: Array  # int32[1], the most rarity that counts


def _dtype(**fields: str) -> np.dtype[Any]:
    return np.dtype(list(fields.items()), align=True)


# One record per distinct word: its stretch of text, hash of the text, hash of the text and how it is read.
WORD = _dtype(start="i8", end="i8", hash="u8", key="u8", rarity="i4", value="i4", cost="i4", role="u1")
# One per word as it stands in a reading: the word, and the hash of it run together with the next (0: none).
ITEM = _dtype(join="u8", word="i4")
# One per reading and one behind the last: the name it reads, its first item, what all its words cost and
# are worth,
# its legal form and residue as stretches of text. ``klass`` is 1 for addresses, ``script`` a way of meeting,
# ``whole`` a hash of all its words in their order, ``kind`` and ``list`` those of the name.
READING = _dtype(
    first="i8", whole="u8", row="i4", cost="i4", value="i4", list="i4", form_a="i4", form_b="i4",
    residue_a="i4", residue_b="i4", form="i2", script="u1", klass="u1", kind="u1",
)  # fmt: skip
# One per name or party and one behind the last: where its readings, countries, address words, identifiers
# begin.
ROW = _dtype(
    reading="i8", country="i8", place="i8", identifier="i8", place_a="i8", place_b="i8", since="i8",
    through="i8", known="i8", list="i4", group="i4", rank="i4", kind="u1", klass="u1",
)  # fmt: skip
PLACED = _dtype(key="u8", value="i4")
IDENTIFIER = _dtype(kind="u8", value="u8", a="i8", b="i8")
# A sorted key and what it leads to.
LEADS = _dtype(key="u8", to="i4")
# One listed word that an asked word meets, by what, and how alike they are.
MEETING = _dtype(word="i4", like="i4", by="u1")
# What a listed reading (``form``) may gain, what costs its met words save, what they are worth; and of that
# reading
# what all its words are worth and cost, where its items lie, its points for review, its kind.
SUM = _dtype(
    form="i4", gain="i4", saved="i4", mine="i4", theirs="i4", flag="i4",
    value="i4", cost="i4", first="i4", last="i4", review="i4", kind="i4",
)  # fmt: skip
BEST = _dtype(points="i8", level="i8", group="i4", form="i4", reading="i4")
# A listed word that the asked reading meets: the most it brings, its worth and cost, and as bits which of my
# words.
MARK = _dtype(mask="u8", word="i4", bring="i4", value="i4", cost="i4")
# Per asked word: what it may bring, what costs it may save, how many listed readings it leads to, whether
# unread.
OUTLOOK = _dtype(most="i8", saved="i8", theirs="i8", posts="i8", unread="i8")
CANDIDATE = _dtype(party="i8", row="i8", points="i8", level="i8", rows="i8")
EVIDENCE = _dtype(by="i8", points="i8", rarity="i8", mine="i8", theirs="i8")


class Vocabulary(NamedTuple):
    """The distinct words of the listed names and the ways to reach them."""

    text: Array  # uint8
    word: Array  # WORD
    slots: Array  # int32, open addressing by key
    order: Array  # int32, words in order of their text
    deletes: Array  # uint64, high half a hash of the word with signs left out, low half the word
    bucket: Array  # int32, where each leading bit pattern begins in deletes
    sieve: Array  # uint64, one bit for each leading bit pattern that occurs in deletes
    spelt: Array  # LEADS, sorted
    heard: Array  # LEADS, sorted
    alike: Array  # LEADS, sorted classes of words that mean the same


class Listed(NamedTuple):
    """The readings of listed names and where their words occur."""

    text: Array  # uint8, of everything listed
    row: Array  # ROW
    reading: Array  # READING
    item: Array  # ITEM
    post_pointer: Array  # int64, readings by word
    post: Array  # int32
    join: Array  # LEADS, readings by words run together
    whole: Array  # LEADS, readings by all their words
    country: Array  # int32
    place: Array  # PLACED, sorted within a row
    identifier: Array  # IDENTIFIER
    by_identifier: Array  # LEADS, rows by identifier
    point: Array  # int64[lists, 2], points from which a pair is a review, a hit
    most: Array  # int64[3], how many groups there are, what a lone letter and any word cost at the most


class Asked(NamedTuple):
    """The readings of the parties asked about."""

    text: Array  # uint8
    row: Array  # ROW, one per party
    reading: Array  # READING
    item: Array  # ITEM
    word: Array  # WORD
    country: Array  # int32
    place: Array  # PLACED
    identifier: Array  # IDENTIFIER


class Met(NamedTuple):
    """Which listed words each distinct asked word meets, in order of the listed word."""

    pointer: Array  # int64
    meeting: Array  # MEETING


class Trial(NamedTuple):
    """Working room for meeting words: where in ``found`` a listed word stands, and in ``trial``, the words
    whose edits were counted for this asked one; either holds only when the word there is that word.
    """

    slot: Array  # uint32, by listed word: its place in ``found``
    tried: Array  # uint32, by listed word: its place in ``trial``
    trial: Array  # int32
    found: Array  # MEETING


class Scratch(NamedTuple):
    """Working room of one run; nothing in it outlives a party.

    Nothing need be cleared: what ``slot``, ``place`` and ``spot`` say of a word, reading or group holds only
    when the record they point to is among those in use and names it back.
    """

    size: Array  # int64[1], how many marks are in use
    slot: Array  # uint32, by listed word: its place in ``mark``
    mark: Array  # MARK
    joinable: Array  # int64, by asked word: 1 when it may be run together with the next, 2 when it may be cut
    meet: Array  # int64[n, 5], way, my word, their word, gain, meeting
    mine: Array  # int32, what each word of mine meets
    theirs: Array  # int32
    rows: Array  # int64[rows, 9]
    place: Array  # uint32, by listed reading: its place in ``sum``
    sum: Array  # SUM
    outlook: Array  # OUTLOOK
    spot: Array  # uint32, by group: its place in ``best``
    best: Array  # BEST


def frozen(value: T) -> T:
    """The same named arrays, none of them writable: opened and built indexes look alike to compiled code."""
    if isinstance(value, np.ndarray):
        view: Any = np.ascontiguousarray(value).view()
        view.flags.writeable = False
        return cast(T, view)
    if isinstance(value, tuple):
        made: Any = type(value)
        return cast(T, made(*(frozen(part) for part in value)))
    return value
