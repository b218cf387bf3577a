"""Sifts the listed readings that share a word with the asked one: the hopeless are dropped unweighed.

Every bound is an upper one, so that nothing is lost which weighing would keep: words bring the
most that any meeting brings them, and what meets nothing costs what it costs at the least.
"""

from __future__ import annotations

import numpy as np

from licet.screening.amounts import W_SHARE_MINE, W_SHARE_THEIRS, W_SPARED
from licet.screening.compiled import bare
from licet.screening.pairing import easing, mark_of, personal
from licet.screening.roles import PARTS, PERSON, UNSAID


@bare
def _closer(asked, q0, m, listed, first, last, split, words, scratch):
    """What the words of a listed reading that are met bring at the most, what they are worth and cost, and
    as bits which of mine they meet.
    """
    gain = np.int64(0)
    value = np.int64(0)
    cost = np.int64(0)
    mask = np.uint64(0)
    for j in range(first, last):
        at = mark_of(listed.item[j].word, scratch)
        if at >= 0:
            gain += scratch.mark[at].bring
            value += scratch.mark[at].value
            cost += scratch.mark[at].cost
            mask |= scratch.mark[at].mask
        if split and listed.item[j].join != 0 and j + 1 < last:
            for i in range(m):
                word = asked.word[asked.item[q0 + i].word]
                if word.hash == listed.item[j].join:
                    for y in range(j, j + 2):
                        value += words[listed.item[y].word].value
                        cost += words[listed.item[y].word].cost
                    gain += word.value
                    mask |= np.uint64(1) << np.uint64(i)
    return gain, value, cost, mask


@bare
def fetch(listed, bar, scratch, nt):
    """Drops what cannot gain ``bar`` and notes of the rest what bounds it; returns how many are left.

    Nothing here waits for what it fetches, so that memory is asked for many readings at once.
    """
    left = 0
    for t in range(nt):
        if scratch.sum[t].flag == 0 and scratch.sum[t].gain < bar:
            continue
        scratch.sum[left] = scratch.sum[t]
        f = scratch.sum[left].form
        scratch.sum[left].value = listed.reading[f].value
        scratch.sum[left].cost = listed.reading[f].cost
        scratch.sum[left].first = listed.reading[f].first
        scratch.sum[left].last = listed.reading[f + 1].first
        scratch.sum[left].review = listed.point[listed.reading[f].list, 0]
        scratch.sum[left].kind = listed.reading[f].kind
        left += 1
    return left


@bare
def sift(asked, reading, kind, listed, words, weights, scratch, nt, hopes):
    """Leaves in ``scratch.sum`` the touched readings that may reach review; returns how many."""
    pair = weights.pair
    extra, gain, saved, explained, mine, theirs, cost = hopes
    q0 = asked.reading[reading].first
    m = asked.reading[reading + 1].first - q0
    worth = np.int64(asked.reading[reading].value)
    split = False
    for i in range(m):
        split = split or scratch.joinable[i] & 2 != 0
        # Run together or cut, a word may bring all it is worth.
        if scratch.joinable[i] != 0 or (i > 0 and scratch.joinable[i - 1] & 1):
            scratch.outlook[i].most = asked.word[asked.item[q0 + i].word].value
    # First by what can be told without dividing: costs ease no more than if mine were the shorter name.
    lenient = np.int64(weights.cost_easing[easing(worth, worth, pair)])
    if kind in (PERSON, UNSAID):
        lenient = lenient * min(pair[W_SPARED], PARTS) // PARTS
    bonus = gain + extra + pair[W_SHARE_MINE] + pair[W_SHARE_THEIRS]
    saved += explained
    left = 0
    for t in range(nt):
        sums = scratch.sum[t]
        if sums.flag == 0:
            lost = max(np.int64(0), cost + sums.cost - sums.saved - saved)
            if sums.gain + bonus - lost * lenient // PARTS < sums.review:
                continue
            ease = easing(worth, sums.value, pair)
            part = np.int64(weights.cost_easing[ease])
            if personal(kind, sums.kind):
                part = part * min(pair[W_SPARED], PARTS) // PARTS
            most = (sums.gain + gain) * ease // PARTS + extra - lost * part // PARTS
            most += pair[W_SHARE_MINE] * min(sums.mine + mine, worth) // max(worth, 1)
            most += pair[W_SHARE_THEIRS] * min(sums.theirs + theirs, sums.value) // max(sums.value, 1)
            if most < sums.review:
                continue
            sums.saved = lost
            sums.mine = ease
            sums.theirs = part
        scratch.sum[left] = scratch.sum[t]
        left += 1
    nt = left
    for t in range(nt):
        # Nothing waits for this: it fetches what is looked at next.
        if scratch.sum[t].last > scratch.sum[t].first:
            scratch.sum[t].gain = listed.item[scratch.sum[t].first].word
    left = 0
    for t in range(nt):
        sums = scratch.sum[t]
        if sums.flag == 0:
            near, known, spent, mask = _closer(
                asked, q0, m, listed, sums.first, sums.last, split, words, scratch
            )
            bring = np.int64(0)
            known_mine = np.int64(0)
            for i in range(m):
                if mask >> np.uint64(i) & np.uint64(1) != 0:
                    word = asked.word[asked.item[q0 + i].word]
                    bring += scratch.outlook[i].most
                    spent += word.cost
                    known_mine += word.value
            if personal(kind, sums.kind):
                spent += explained
            lost = max(np.int64(sums.saved), cost + sums.cost - spent)
            most = min(near, bring) * sums.mine // PARTS + extra - lost * sums.theirs // PARTS
            most += pair[W_SHARE_MINE] * min(known_mine, worth) // max(worth, 1)
            if most + pair[W_SHARE_THEIRS] * min(known, sums.value) // max(sums.value, 1) < sums.review:
                continue
        scratch.sum[left] = scratch.sum[t]
        left += 1
    return left
