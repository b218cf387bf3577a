"""Looks things up in sorted records and open tables, in compiled code."""

from __future__ import annotations

import numpy as np

from licet.screening.compiled import bare


@bare
def lower(leads, key):
    """The first place in sorted ``leads`` that is not below ``key``."""
    lo = 0
    hi = len(leads)
    while lo < hi:
        mid = (lo + hi) >> 1
        if leads[mid].key < key:
            lo = mid + 1
        else:
            hi = mid
    return lo


@bare
def find_word(slots, words, key):
    """The listed word with this key, or -1."""
    mask = np.uint64(len(slots) - 1)
    at = key & mask
    while slots[at] >= 0:
        if words[slots[at]].key == key:
            return slots[at]
        at = (at + np.uint64(1)) & mask
    return -1
