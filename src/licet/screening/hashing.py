"""Hashes of stretches of text, and tables found by them, in compiled code."""

from __future__ import annotations

import numpy as np

from licet.screening.compiled import inner, outer

FNV = np.uint64(14695981039346656037)
PRIME = np.uint64(1099511628211)
MIX = np.uint64(0x9E3779B97F4A7C15)


@inner
def finish(h):
    """Spreads a running hash over all its bits."""
    h = (h ^ (h >> np.uint64(32))) * MIX
    return h ^ (h >> np.uint64(29))


@inner
def hash_of(text, start, end):
    """The hash of a stretch of text."""
    h = FNV
    for i in range(start, end):
        h = (h ^ np.uint64(text[i])) * PRIME
    return finish(h)


@inner
def find(slots, keys, h):
    """Where ``h`` stands among ``keys`` by its open-addressing table, or -1."""
    mask = np.uint64(len(slots) - 1)
    at = h & mask
    while slots[at] >= 0:
        if keys[slots[at]] == h:
            return slots[at]
        at = (at + np.uint64(1)) & mask
    return -1


@outer
def table_of(keys):
    """An open-addressing table of distinct ``keys``."""
    size = 16
    while size < 2 * len(keys):
        size *= 2
    slots = np.full(size, -1, np.int32)
    mask = np.uint64(size - 1)
    for i in range(len(keys)):
        at = keys[i] & mask
        while slots[at] >= 0:
            at = (at + np.uint64(1)) & mask
        slots[at] = i
    return slots


@outer
def distinct(hashes):
    """For each hash its number among the distinct ones in order of appearance, and where each appeared
    first.
    """
    size = 16
    while size < 2 * len(hashes):
        size *= 2
    slots = np.full(size, -1, np.int32)
    mask = np.uint64(size - 1)
    number = np.empty(len(hashes), np.int32)
    first = np.empty(len(hashes), np.int32)
    n = 0
    for i in range(len(hashes)):
        at = hashes[i] & mask
        while slots[at] >= 0 and hashes[first[slots[at]]] != hashes[i]:
            at = (at + np.uint64(1)) & mask
        if slots[at] < 0:
            slots[at] = n
            first[n] = i
            n += 1
        number[i] = slots[at]
    return number, first[:n]
