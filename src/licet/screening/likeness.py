"""How two words are alike: the fixed rule, in compiled code, that looks at nothing but the two words.

Weighted edits after Damerau and Levenshtein (neighbours may swap once), cheaper where
hands and eyes slip: doubled letters, vowels, neighbouring keys, signs that look alike.
"""

from __future__ import annotations

import numpy as np

from licet.screening.compiled import inner, outer
from licet.screening.hashing import FNV, PRIME, finish
from licet.screening.roles import PARTS

FUZZY_LONGEST = 32  # longer words meet exactly or not at all
EDIT = 16  # one plain edit
FORBIDDEN = 255


@inner
def edits_allowed(length):
    """How many edits a pair may have whose longer word has this length."""
    if length < 4:
        return 0
    return 1 if length < 8 else 2


@inner
def _is_digit(c):
    return 48 <= c <= 57


@inner
def edits(a, a0, a1, b, b0, b1, slips, rows):
    """Edits between two words, and their weighted cost in sixteenths; FORBIDDEN when there are too many.

    ``slips`` is 128 x 128: what it costs to write one sign for another. A digit is never a slip for
    another digit.
    """
    n = a1 - a0
    m = b1 - b0
    longest = max(n, m)
    limit = edits_allowed(longest)
    if abs(n - m) > limit or longest > FUZZY_LONGEST:
        return FORBIDDEN, FORBIDDEN
    # rows[0:3] count edits, rows[3:6] their cost: the row before the last, the last, this one.
    for j in range(m + 1):
        rows[1, j] = j
        cost = 0
        if j:
            cost = rows[4, j - 1] + _extra(b, b0, b1, b0 + j - 1)
        rows[4, j] = cost
    for i in range(1, n + 1):
        x = a[a0 + i - 1]
        rows[2, 0] = i
        rows[5, 0] = rows[4, 0] + _extra(a, a0, a1, a0 + i - 1)
        gap_a = _extra(a, a0, a1, a0 + i - 1)
        least = i
        for j in range(1, m + 1):
            y = b[b0 + j - 1]
            same = x == y
            v = rows[1, j - 1] + (0 if same else 1)
            v = min(v, rows[1, j] + 1, rows[2, j - 1] + 1)
            w = rows[4, j - 1] + (0 if same else slips[x, y])
            w = min(w, rows[4, j] + gap_a, rows[5, j - 1] + _extra(b, b0, b1, b0 + j - 1))
            if i > 1 and j > 1 and x == b[b0 + j - 2] and a[a0 + i - 2] == y:
                v = min(v, rows[0, j - 2] + 1)
                if not (_is_digit(x) or _is_digit(y)):
                    w = min(w, rows[3, j - 2] + 13)
            rows[2, j] = v
            rows[5, j] = w
            least = min(least, v)
        if least > limit:
            return FORBIDDEN, FORBIDDEN
        for j in range(m + 1):
            rows[0, j] = rows[1, j]
            rows[1, j] = rows[2, j]
            rows[3, j] = rows[4, j]
            rows[4, j] = rows[5, j]
    if rows[1, m] > limit:
        return FORBIDDEN, FORBIDDEN
    return rows[1, m], rows[4, m]


@inner
def _extra(word, start, end, at):
    """What one sign too many costs: little when it doubles its neighbour, all when it is a digit."""
    c = word[at]
    if _is_digit(c):
        return 128
    if (at > start and word[at - 1] == c) or (at + 1 < end and word[at + 1] == c):
        return 8
    return 18 if at == start else EDIT


@inner
def edit_likeness(cost, length, first_differs):
    """Likeness in parts of 1024 after so much cost in a word of that length; 0 is too little."""
    like = PARTS - (PARTS * 11 * cost) // (10 * EDIT * length)
    if first_differs:
        like -= 82
    return like if like >= 520 else 0


@inner
def key_of(word, start, end, spelling, buffer):
    """A key under which spellings of one sound fall together, as a hash, and its length; rules apply
    longest first.
    """
    out = 0
    i = start
    while i < end:
        c = word[i]
        taken = 0
        for r in range(spelling.first[c], spelling.first[c + 1]):
            size = spelling.size[r]
            if i + size > end:
                continue
            fits = True
            for x in range(1, size):
                if word[i + x] != spelling.source[r, x]:
                    fits = False
                    break
            if fits:
                for x in range(spelling.target_size[r]):
                    t = spelling.target[r, x]
                    if out == 0 or buffer[out - 1] != t:
                        buffer[out] = t
                        out += 1
                taken = size
                break
        if taken == 0:
            if out == 0 or buffer[out - 1] != c:
                buffer[out] = c
                out += 1
            taken = 1
        i += taken
    h = FNV
    for x in range(out):
        h = (h ^ np.uint64(buffer[x])) * PRIME
    return finish(h), out


@outer
def keys_of(text, words, keys):
    """Spelling and sound keys of many words; 0 where a word is too short, too long or a number."""
    n = len(words)
    spelt = np.zeros(n, np.uint64)
    heard = np.zeros(n, np.uint64)
    buffer = np.empty(4 * FUZZY_LONGEST + 8, np.uint8)
    for i in range(n):
        start = words[i].start
        end = words[i].end
        size = end - start
        if size < 3 or size > FUZZY_LONGEST:
            continue
        letters = True
        for x in range(start, end):
            letters = letters and 97 <= text[x] <= 122
        if letters:
            spelt[i] = key_of(text, start, end, keys.spelling, buffer)[0]
            if size >= 5:
                h, out = key_of(text, start, end, keys.sound, buffer)
                if out >= 3:
                    heard[i] = h
    return spelt, heard
