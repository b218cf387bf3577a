"""Pairs the words of two readings: what each brings with each, and which meeting comes first, in
compiled code.
"""

from __future__ import annotations

import numpy as np

from licet.screening.amounts import (
    ITEMS,
    R_BY,
    R_MINE,
    R_MINE_A,
    R_MINE_B,
    R_POINTS,
    R_RARITY,
    R_THEIRS,
    R_THEIRS_A,
    R_THEIRS_B,
    W_BEND,
    W_SLOPE,
)
from licet.screening.compiled import bare
from licet.screening.looking import find_word, lower
from licet.screening.reading_kernel import VARIANT
from licet.screening.roles import ABBREVIATION, PARTS, PERSON, UNSAID


@bare
def row_of(rows, count, by, points, rarity, mine, mine_a, mine_b, theirs, theirs_a, theirs_b):
    rows[count, R_BY] = by
    rows[count, R_POINTS] = points
    rows[count, R_RARITY] = rarity
    rows[count, R_MINE] = mine
    rows[count, R_MINE_A] = mine_a
    rows[count, R_MINE_B] = mine_b
    rows[count, R_THEIRS] = theirs
    rows[count, R_THEIRS_A] = theirs_a
    rows[count, R_THEIRS_B] = theirs_b
    return count + 1


@bare
def like_of(met, q, v):
    """Where in ``met`` the asked word meets the listed word, or -1."""
    lo = met.pointer[q]
    hi = met.pointer[q + 1]
    while lo < hi:
        mid = (lo + hi) >> 1
        if met.meeting[mid].word < v:
            lo = mid + 1
        else:
            hi = mid
    return lo if lo < met.pointer[q + 1] and met.meeting[lo].word == v else -1


@bare
def personal(kind, other):
    """Whether lone letters may be initials: one side is a person, the other is not said to be something
    else.
    """
    return (kind == PERSON and other in (PERSON, UNSAID)) or (other == PERSON and kind == UNSAID)


@bare
def easing(mine, theirs, pair):
    """What part of the words' value counts, by the shorter name: length alone does not outweigh all else."""
    total = np.int64(min(mine, theirs))
    bend = np.int64(pair[W_BEND])
    if total <= bend:
        return np.int64(PARTS)
    return (bend * PARTS + (total - bend) * pair[W_SLOPE]) // total


@bare
def mark_of(v, scratch):
    """Where in ``scratch.mark`` a listed word stands that this reading meets, or -1."""
    at = np.int64(scratch.slot[v])
    return at if at < scratch.size[0] and scratch.mark[at].word == v else -1


@bare
def _mark(v, bring, mask, words, scratch):
    """Notes what a listed word brings at the most, and which of my words it meets."""
    at = mark_of(v, scratch)
    if at < 0:
        at = scratch.size[0]
        scratch.size[0] += 1
        scratch.slot[v] = at
        scratch.mark[at].word = v
        scratch.mark[at].bring = bring
        scratch.mark[at].value = words[v].value
        scratch.mark[at].cost = words[v].cost
        scratch.mark[at].mask = mask
    else:
        scratch.mark[at].bring = max(np.int64(scratch.mark[at].bring), np.int64(bring))
        scratch.mark[at].mask |= mask


@bare
def prepare(asked, reading, met, listed, words, slots, scratch):
    """Marks the listed words that this reading meets, and its words that may be run together; before any
    weighing.
    """
    scratch.size[0] = 0
    q0 = asked.reading[reading].first
    m = asked.reading[reading + 1].first - q0
    for i in range(m):
        bit = np.uint64(1) << np.uint64(i)
        item = asked.item[q0 + i]
        for x in range(met.pointer[item.word], met.pointer[item.word + 1]):
            v = met.meeting[x].word
            value = min(asked.word[item.word].value, words[v].value)
            _mark(v, max(1, value * met.meeting[x].like // PARTS), bit, words, scratch)
        scratch.joinable[i] = 0
        if item.join != 0 and i + 1 < m:
            for t in range(len(VARIANT)):
                v = find_word(slots, words, item.join ^ VARIANT[t])
                if v >= 0:
                    _mark(v, words[v].value, bit | bit << np.uint64(1), words, scratch)
                    scratch.joinable[i] |= 1
        y = lower(listed.join, asked.word[item.word].hash)
        if y < len(listed.join) and listed.join[y].key == asked.word[item.word].hash:
            scratch.joinable[i] |= 2


@bare
def meetings_of(asked, q0, m, listed, l0, n, words, met, joined, scratch):
    """Notes what every word of mine brings with every word of theirs; returns how many meetings there are."""
    meet = scratch.meet
    item = asked.item
    word = asked.word
    other = listed.item
    split = False
    for i in range(m):
        split = split or scratch.joinable[i] & 2
    count = 0
    for j in range(n):
        v = other[l0 + j].word
        at = mark_of(v, scratch)
        if at >= 0:
            mask = scratch.mark[at].mask
            for i in range(m):
                if mask >> np.uint64(i) & np.uint64(1) == 0:
                    continue
                q = item[q0 + i].word
                x = like_of(met, q, v)
                if x >= 0 and count < len(meet):
                    meet[count, 0] = 0
                    meet[count, 1] = i
                    meet[count, 2] = j
                    meet[count, 3] = max(
                        1, (min(word[q].value, words[v].value) * met.meeting[x].like) // PARTS
                    )
                    meet[count, 4] = x
                    count += 1
                if scratch.joinable[i] & 1 and item[q0 + i].join == words[v].hash and count < len(meet):
                    both = word[q].value + word[item[q0 + i + 1].word].value
                    meet[count, 0] = 1
                    meet[count, 1] = i
                    meet[count, 2] = j
                    meet[count, 3] = (min(both, words[v].value) * joined) // PARTS
                    count += 1
        if split and other[l0 + j].join != 0 and j + 1 < n:
            for i in range(m):
                q = item[q0 + i].word
                if other[l0 + j].join == word[q].hash and count < len(meet):
                    both = words[v].value + words[other[l0 + j + 1].word].value
                    meet[count, 0] = 2
                    meet[count, 1] = i
                    meet[count, 2] = j
                    meet[count, 3] = (min(both, word[q].value) * joined) // PARTS
                    count += 1
    return count


@bare
def best_of(count, scratch):
    """The most valuable meeting still open, the first of my words before others, or -1."""
    meet = scratch.meet
    best = 0
    found = -1
    for x in range(count):
        how = meet[x, 0]
        i = meet[x, 1]
        j = meet[x, 2]
        if (
            meet[x, 3] >= best
            and meet[x, 3] > 0
            and scratch.mine[i] < 0
            and scratch.theirs[j] < 0
            and (how != 1 or scratch.mine[i + 1] < 0)
            and (how != 2 or scratch.theirs[j + 1] < 0)
        ):
            if found >= 0 and meet[x, 3] == best and (meet[found, 0], meet[found, 1]) <= (how, i):
                continue
            best = meet[x, 3]
            found = x
    return found


@bare
def initials_of(asked, q0, m, listed, l0, n, words, letters, points, count, scratch):
    """Lone letters meet words that begin with them, twice at the most."""
    spent = 0
    for i in range(m):
        word = asked.word[asked.item[q0 + i].word]
        for j in range(n):
            if scratch.mine[i] >= 0 or scratch.theirs[j] >= 0 or spent == 2:
                continue
            other = words[listed.item[l0 + j].word]
            lone = word.end - word.start == 1 or other.end - other.start == 1
            if lone and asked.text[word.start] == letters[other.start]:
                scratch.mine[i] = j
                scratch.theirs[j] = i
                spent += 1
                count = row_of(
                    scratch.rows, count, ABBREVIATION, points, 4 * PARTS, ITEMS, i, i + 1, ITEMS, j, j + 1
                )
    return spent * points, count
