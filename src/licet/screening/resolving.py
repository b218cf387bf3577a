"""Finds, for every distinct word asked about, all listed words that are like it.

Nothing is left out: words with a few signs omitted lead to every word within the edits
allowed, keys lead to every word spelt or sounding alike, and so on; the rule itself
(``likeness``) then looks at the two words alone.
"""

from __future__ import annotations

import numpy as np

from licet.screening.amounts import W_DOUBT
from licet.screening.compiled import inner, outer
from licet.screening.hashing import FNV, PRIME, find, finish, hash_of
from licet.screening.likeness import (
    FORBIDDEN,
    FUZZY_LONGEST,
    edit_likeness,
    edits,
    edits_allowed,
    keys_of,
)
from licet.screening.looking import find_word, lower
from licet.screening.reading_kernel import VARIANT
from licet.screening.roles import ABBREVIATION, NUMBER, PARTS, SAME, SOUND, SPELLING, TRANSLATION
from licet.screening.shapes import LEADS, MEETING

PREFIX = 4  # signs that a cut-off word keeps at least
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


@inner
def _left_out(text, start, end, one, two):
    """High half of a hash of the word without the signs at ``one`` and ``two``."""
    h = FNV
    for i in range(start, end):
        if i != one and i != two:
            h = (h ^ np.uint64(text[i])) * PRIME
    return finish(h) & ~LOW


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
    k = 0
    for w in range(len(word)):
        a = word[w].start
        b = word[w].end
        depth = _depth(b - a)
        if word[w].role == NUMBER or b - a > FUZZY_LONGEST:
            continue
        low = np.uint64(w)
        out[k] = _left_out(text, a, b, -1, -1) | low
        k += 1
        if depth > 0:
            for i in range(a, b):
                out[k] = _left_out(text, a, b, i, -1) | low
                k += 1
                if depth > 1:
                    for j in range(i + 1, b):
                        out[k] = _left_out(text, a, b, i, j) | low
                        k += 1
    return out


@outer
def buckets_of(deletes):
    """Where each pattern of leading bits begins."""
    bits = 4
    while (1 << bits) < len(deletes) // 2:
        bits += 1
    shift = np.uint64(64 - bits)
    bucket = np.zeros((1 << bits) + 1, np.int64)
    for x in deletes:
        bucket[np.int64(x >> shift) + 1] += 1
    for i in range(1, len(bucket)):
        bucket[i] += bucket[i - 1]
    return bucket


@inner
def _below(text, a, b, other, c, d):
    """Whether the listed stretch comes before the asked one as text."""
    n = min(b - a, d - c)
    for i in range(n):
        if text[a + i] != other[c + i]:
            return text[a + i] < other[c + i]
    return b - a < d - c


@inner
def _begins(text, a, b, other, c, d):
    """Whether the listed stretch begins with the asked one."""
    if b - a < d - c:
        return False
    at = 0
    while at < d - c and text[a + at] == other[c + at]:
        at += 1
    return at == d - c


@inner
def _kinship(text, a, b, other, c, d):
    """What to call two words that mean the same: an abbreviation, another spelling, or a translation."""
    common = 0
    while common < min(b - a, d - c) and text[a + common] == other[c + common]:
        common += 1
    if 3 * min(b - a, d - c) <= 2 * max(b - a, d - c):
        if b - a > d - c:
            text, a, b, other, c, d = other, c, d, text, a, b
        met = 0
        for i in range(c, d):
            if met < b - a and other[i] == text[a + met]:
                met += 1
        return ABBREVIATION if met == b - a and text[a] == other[c] else TRANSLATION
    return SPELLING if common >= 3 else TRANSLATION


@inner
def _doubted(like, doubt):
    """Likeness of words that merely look or sound alike, with how much their differences are made of."""
    return PARTS - (PARTS - like) * doubt // PARTS if like > 0 else 0


@inner
def _brief(like, size):
    """Likeness by key: the shorter a word, the less a common key says."""
    return PARTS - (PARTS - like) * 6 // min(6, size)


@inner
def cut_likeness(short, long, whole):
    """Likeness of a word and its beginning."""
    return whole - PARTS * (long - short) // (6 * long)


@outer
def resolve(text, words, rules, keys, weights, vocabulary):
    """For each asked word the listed words it meets, as pointers and MEETING records."""
    n = len(words)
    spelt, heard = keys_of(text, words, keys)
    listed = vocabulary.word
    doubt = weights.pair[W_DOUBT]
    pointer = np.zeros(n + 1, np.int64)
    room = max(64, 8 * n)
    meeting = np.empty(room, MEETING)
    slot = np.full(len(listed), -1, np.int32)
    tried = np.full(
        len(listed), -1, np.int32
    )  # the asked word whose edits to a listed word were counted last
    rows = np.zeros((6, FUZZY_LONGEST + 2), np.int32)
    found = np.empty(64, MEETING)
    bits = 0
    while (1 << bits) < len(vocabulary.bucket) - 1:
        bits += 1
    shift = np.uint64(64 - bits)
    out = 0
    for q in range(n):
        a = words[q].start
        b = words[q].end
        size = b - a
        count = 0
        # 1. the same word
        for x in range(len(VARIANT)):
            v = find_word(vocabulary.slots, listed, words[q].hash ^ VARIANT[x])
            if v >= 0:
                found, count = _note(found, count, slot, v, SAME, PARTS)
        # 2. words that mean the same
        entry = find(rules.slots, rules.keys, words[q].hash)
        if entry >= 0:
            for x in range(rules.alike_pointer[entry], rules.alike_pointer[entry + 1]):
                cls = rules.alike_class[x]
                way = rules.class_by[cls]
                at = lower(vocabulary.alike, np.uint64(cls))
                while at < len(vocabulary.alike) and vocabulary.alike[at].key == np.uint64(cls):
                    v = vocabulary.alike[at].to
                    at += 1
                    means = way
                    if way == TRANSLATION:
                        means = _kinship(text, a, b, vocabulary.text, listed[v].start, listed[v].end)
                    found, count = _note(found, count, slot, v, means, weights.alike[way])
        if words[q].role != NUMBER and size <= FUZZY_LONGEST:
            # 3. a few edits
            depth = _depth(size)
            for i in range(a - 1, b if depth > 0 else a):
                for j in range(b if depth < 2 or i < a else i, b + 1):
                    # i == a-1 leaves nothing out; j == b leaves out i alone
                    if j == i or (i < a and j != b):
                        continue
                    h = _left_out(text, a, b, i, j)
                    at = vocabulary.bucket[np.int64(h >> shift)]
                    stop = vocabulary.bucket[np.int64(h >> shift) + 1]
                    while at < stop and vocabulary.deletes[at] < h:
                        at += 1
                    while at < stop and (vocabulary.deletes[at] & ~LOW) == h:
                        v = np.int32(vocabulary.deletes[at] & LOW)
                        at += 1
                        if tried[v] == q or (slot[v] >= 0 and found[slot[v]].like == PARTS):
                            continue
                        tried[v] = q
                        va = listed[v].start
                        vb = listed[v].end
                        number, cost = edits(text, a, b, vocabulary.text, va, vb, keys.slips, rows)
                        if number == FORBIDDEN:
                            continue
                        if number == 0:
                            found, count = _note(found, count, slot, v, SAME, PARTS)
                            continue
                        got = edit_likeness(cost, max(size, vb - va), text[a] != vocabulary.text[va])
                        got = _doubted(got, doubt)
                        if got > 0:
                            found, count = _note(found, count, slot, v, SPELLING, got)
            # 4. spelt or sounding alike
            if spelt[q] != 0:
                at = lower(vocabulary.spelt, spelt[q])
                while at < len(vocabulary.spelt) and vocabulary.spelt[at].key == spelt[q]:
                    found, count = _note(
                        found,
                        count,
                        slot,
                        vocabulary.spelt[at].to,
                        SPELLING,
                        _doubted(_brief(weights.like[SPELLING], size), doubt),
                    )
                    at += 1
            if heard[q] != 0:
                at = lower(vocabulary.heard, heard[q])
                while at < len(vocabulary.heard) and vocabulary.heard[at].key == heard[q]:
                    found, count = _note(
                        found,
                        count,
                        slot,
                        vocabulary.heard[at].to,
                        SOUND,
                        _doubted(_brief(weights.like[SOUND], size), doubt),
                    )
                    at += 1
            # 5. one is the beginning of the other
            if size >= PREFIX:
                lo = 0
                hi = len(vocabulary.order)
                while lo < hi:
                    mid = (lo + hi) >> 1
                    v = vocabulary.order[mid]
                    if _below(vocabulary.text, listed[v].start, listed[v].end, text, a, b):
                        lo = mid + 1
                    else:
                        hi = mid
                while lo < len(vocabulary.order):
                    v = vocabulary.order[lo]
                    va = listed[v].start
                    vb = listed[v].end
                    if not _begins(vocabulary.text, va, vb, text, a, b):
                        break
                    if vb - va > size + 1 and vb - va <= FUZZY_LONGEST:
                        got = _doubted(cut_likeness(size, vb - va, weights.like[ABBREVIATION]), doubt)
                        found, count = _note(found, count, slot, v, ABBREVIATION, got)
                    lo += 1
                h = FNV
                for i in range(a, b - 2):
                    h = (h ^ np.uint64(text[i])) * PRIME
                    if i - a + 1 >= PREFIX:
                        for x in range(len(VARIANT)):
                            v = find_word(vocabulary.slots, listed, finish(h) ^ VARIANT[x])
                            if v >= 0 and listed[v].role != NUMBER:
                                got = _doubted(
                                    cut_likeness(i - a + 1, size, weights.like[ABBREVIATION]), doubt
                                )
                                found, count = _note(found, count, slot, v, ABBREVIATION, got)
        if out + count > len(meeting):
            wider = np.empty(2 * len(meeting) + count, MEETING)
            wider[:out] = meeting[:out]
            meeting = wider
        # in order of the listed word, so that a pair is found by halving
        for x in range(count):
            y = out + x
            while y > out and meeting[y - 1].word > found[x].word:
                meeting[y] = meeting[y - 1]
                y -= 1
            meeting[y] = found[x]
        for x in range(count):
            slot[found[x].word] = -1
        out += count
        pointer[q + 1] = out
    return pointer, meeting[:out].copy()


@inner
def _note(found, count, slot, v, way, like):
    """Keeps the best way in which a listed word is met."""
    if like <= 0:
        return found, count
    at = slot[v]
    if at < 0:
        if count == len(found):
            wider = np.empty(2 * count, MEETING)
            wider[:count] = found
            found = wider
        slot[v] = count
        found[count].word = v
        found[count].by = way
        found[count].like = like
        count += 1
    elif like > found[at].like or (like == found[at].like and way < found[at].by):
        found[at].by = way
        found[at].like = like
    return found, count


@outer
def joins_of(text, words, item, pointer):
    """Hash of every item run together with the next of its reading; 0 where that is no word."""
    out = np.zeros(len(item), np.uint64)
    for r in range(len(pointer) - 1):
        for i in range(pointer[r], pointer[r + 1] - 1):
            u = item[i]
            v = item[i + 1]
            size = words[u].end - words[u].start + words[v].end - words[v].start
            if size < 4 or size > FUZZY_LONGEST:
                continue
            h = FNV
            for x in range(words[u].start, words[u].end):
                h = (h ^ np.uint64(text[x])) * PRIME
            for x in range(words[v].start, words[v].end):
                h = (h ^ np.uint64(text[x])) * PRIME
            out[i] = finish(h)
    return out


@outer
def hashes_of(text, start, end):
    """Hash of every stretch."""
    out = np.empty(len(start), np.uint64)
    for i in range(len(start)):
        out[i] = hash_of(text, start[i], end[i])
    return out


@outer
def classes_of(words, rules):
    """Every class of every word that the lexicon knows to be like others, as LEADS in no order."""
    total = 0
    for i in range(len(words)):
        entry = find(rules.slots, rules.keys, words[i].hash)
        if entry >= 0:
            total += rules.alike_pointer[entry + 1] - rules.alike_pointer[entry]
    out = np.empty(total, LEADS)
    k = 0
    for i in range(len(words)):
        entry = find(rules.slots, rules.keys, words[i].hash)
        if entry >= 0:
            for x in range(rules.alike_pointer[entry], rules.alike_pointer[entry + 1]):
                out[k].key = rules.alike_class[x]
                out[k].to = i
                k += 1
    return out
