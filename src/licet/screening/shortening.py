"""Words with a few signs left out, by which words within a few edits meet: hashes, kept sorted."""

from __future__ import annotations

import numpy as np

from licet.screening.compiled import inner, outer
from licet.screening.hashing import finish
from licet.screening.likeness import FUZZY_LONGEST, edits_allowed
from licet.screening.roles import NUMBER

LOW = np.uint64(0xFFFFFFFF)
BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that it can be divided by
BACK_ONE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))
BACK_TWO = np.uint64(pow(0x9E3779B97F4A7C15, -2, 1 << 64))
MOST_FORMS = 2 + FUZZY_LONGEST * (FUZZY_LONGEST + 1) // 2
SIX = np.uint64(6)
LAST_SIX = np.uint64(63)


@inner
def sums_of(text, start, end, sums):
    """Notes the sums of the signs so far, each times a power of ``BASE``, by which shortened forms are
    hashed.
    """
    power = np.uint64(1)
    total = np.uint64(0)
    sums[0] = total
    for i in range(end - start):
        total += (np.uint64(text[start + i]) + np.uint64(1)) * power
        sums[i + 1] = total
        power *= BASE


@inner
def _left_out(sums, n, one, two):
    """High half of a hash of the word without the signs at ``one`` and at ``two`` behind it (``n``: none)."""
    h = sums[n]
    if one < n:
        h = sums[one] + (sums[two] - sums[one + 1]) * BACK_ONE
        if two < n:
            h += (sums[n] - sums[two + 1]) * BACK_TWO
    return finish(finish(h)) & ~LOW


@inner
def _depth(length):
    """How many signs are left out of a word of this length."""
    return 0 if length > FUZZY_LONGEST else edits_allowed(length)


@outer
def deletes_of(text, word):
    """Every listed word under the hash of each of its shortened forms, in no order."""
    total = 0
    for w in range(len(word)):
        n = word[w].end - word[w].start
        depth = _depth(n)
        if word[w].role == NUMBER or n > FUZZY_LONGEST:
            continue
        total += 1 + (n if depth > 0 else 0) + (n * (n - 1) // 2 if depth > 1 else 0)
    out = np.empty(total, np.uint64)
    sums = np.empty(FUZZY_LONGEST + 1, np.uint64)
    k = 0
    for w in range(len(word)):
        n = word[w].end - word[w].start
        depth = _depth(n)
        if word[w].role == NUMBER or n > FUZZY_LONGEST:
            continue
        low = np.uint64(w)
        sums_of(text, word[w].start, word[w].end, sums)
        out[k] = _left_out(sums, n, n, n) | low
        k += 1
        if depth > 0:
            for i in range(n):
                out[k] = _left_out(sums, n, i, n) | low
                k += 1
                if depth > 1:
                    for j in range(i + 1, n):
                        out[k] = _left_out(sums, n, i, j) | low
                        k += 1
    return out


@outer
def buckets_of(deletes):
    """Where each pattern of leading bits begins."""
    bits = 4
    while (1 << bits) < len(deletes) // 4:
        bits += 1
    shift = np.uint64(64 - bits)
    bucket = np.zeros((1 << bits) + 1, np.int32)
    for x in deletes:
        bucket[np.int64(x >> shift) + 1] += 1
    for i in range(1, len(bucket)):
        bucket[i] += bucket[i - 1]
    return bucket


@outer
def sieve_of(deletes):
    """A bit for each pattern of leading bits that occurs: most forms that no listed word shares fall here."""
    bits = 6
    while (1 << bits) < 8 * len(deletes):
        bits += 1
    shift = np.uint64(64 - min(bits, 32))
    sieve = np.zeros(1 << (min(bits, 32) - 6), np.uint64)
    for x in deletes:
        at = x >> shift
        sieve[np.int64(at >> SIX)] |= np.uint64(1) << (at & LAST_SIX)
    return sieve


@inner
def _likely(h, sieve, shift):
    at = h >> shift
    return sieve[np.int64(at >> SIX)] >> (at & LAST_SIX) & np.uint64(1)


@inner
def forms_of(sums, n, sieve, shift, forms):
    """Notes the hashes of a word's shortened forms that a listed word may share; returns how many."""
    depth = _depth(n)
    forms[0] = _left_out(sums, n, n, n)
    k = np.int64(_likely(forms[0], sieve, shift))
    if depth > 0:
        for i in range(n):
            for j in range(i + 1 if depth > 1 else n, n + 1):
                forms[k] = _left_out(sums, n, i, j)
                k += np.int64(_likely(forms[k], sieve, shift))
    return k
