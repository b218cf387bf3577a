"""Reads names of any script into words with roles: the one way in, for listed and asked names alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.screening import scripts
from licet.screening.lexicon import ascii_of
from licet.screening.roles import SAME, SCRIPT
from licet.screening.shapes import Array, Rules, Weights, frozen
from licet.screening.understanding import words_in

LONGEST_TEXT = 4096  # signs of a name that are read; no party is called by more

_POSSESSIVE = r"(?i)(\w)['’]s\b"
_NO_TEXT = frozen(np.zeros(0, np.uint8))


@dataclass(frozen=True, slots=True)
class Words:
    """Readings of many texts, and the distinct words in them.

    ``owner`` is the text each reading comes from; ``reading`` (READING, one more than there are) leads to
    ``item`` (ITEM), and those to ``word`` (WORD).
    """

    text: Array
    owner: Array
    reading: Array
    item: Array
    word: Array


@lru_cache(maxsize=1 << 16)
def readings_of(text: str) -> tuple[tuple[str, int], ...]:
    """Latin readings of a text that is not plain ASCII, each with whether it is the same script or
    another.
    """
    text = text[:LONGEST_TEXT]
    plain = ascii_of(text)
    if plain.isascii():
        return ((plain, SAME),)
    found = tuple(dict.fromkeys(scripts.latin(text)))
    return tuple((reading, SCRIPT) for reading in found) or ((plain, SAME),)


def _strings(texts: pa.Array) -> tuple[Array, Array]:
    """The bytes and offsets of an array of strings without nulls."""
    wide = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    offsets = np.frombuffer(texts.buffers()[1], wide)[texts.offset : texts.offset + len(texts) + 1]
    data = texts.buffers()[2]
    return (np.frombuffer(data, np.uint8) if data is not None else _NO_TEXT), frozen(offsets.astype(np.int64))


def _foreign(data: Array, offsets: Array) -> Array:
    """Which texts hold a sign beyond ASCII."""
    high: Array = np.flatnonzero(data[offsets[0] : offsets[-1]] >= 128) + offsets[0]
    if not len(high):
        return high
    return np.unique(np.searchsorted(offsets, high, side="right") - 1)


def in_latin(texts: pa.Array) -> tuple[Array, Array, Array, Array]:
    """Bytes and offsets of Latin texts, for each the text it reads and its script."""
    data, offsets = _strings(texts)
    said = data[offsets[0] : offsets[-1]].tobytes()
    if b"'" in said or "’".encode() in said:
        texts = pc.replace_substring_regex(texts, _POSSESSIVE, r"\1")
        data, offsets = _strings(texts)
    n = len(texts)
    foreign = _foreign(data, offsets)
    if not len(foreign):
        return data, offsets, np.arange(n, dtype=np.int64), np.full(n, SAME, np.uint8)
    extra: list[str] = []
    owner: list[int] = []
    script: list[int] = []
    for i in foreign.tolist():
        raw = data[offsets[i] : offsets[i + 1]].tobytes()
        for reading, way in readings_of(raw.decode("utf-8", "replace")):
            extra.append(reading.encode("ascii", "replace").decode())
            owner.append(i)
            script.append(way)
    plain = np.setdiff1d(np.arange(n, dtype=np.int64), foreign, assume_unique=True)
    owners = np.concatenate([plain, np.array(owner, np.int64)])
    order = np.argsort(owners, kind="stable")
    together = pa.concat_arrays(
        [texts.cast(pa.large_string()).take(pa.array(plain)), pa.array(extra, pa.large_string())]
    ).take(pa.array(order))
    scripts_of = np.concatenate([np.full(len(plain), SAME, np.uint8), np.array(script, np.uint8)])
    data, offsets = _strings(together)
    return data, offsets, owners[order], scripts_of[order]


def read(texts: pa.Array, kinds: Array, rules: Rules, weights: Weights, side: Array) -> Words:
    """Words of all texts; ``kinds`` holds one kind per text, ``side`` what words left over cost by role."""
    return Words(*words_in(*in_latin(texts), kinds, rules, weights.value, side, weights.rarest[0]))
