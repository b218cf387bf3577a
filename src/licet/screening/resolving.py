"""Finds, for every distinct word asked about, all listed words that are like it.

Nothing is left out: words with a few signs omitted lead to every word within the edits
allowed, keys lead to every word spelt or sounding alike, and so on; the rule itself
(``likeness``) then looks at the two words alone.
"""

from __future__ import annotations

import numpy as np

from licet.screening.amounts import W_DOUBT
from licet.screening.compiled import bare, inner, outer
from licet.screening.hashing import FNV, PRIME, find, finish, hash_of
from licet.screening.likeness import (
    FORBIDDEN,
    FUZZY_LONGEST,
    edit_likeness,
    edits,
    keys_of,
)
from licet.screening.looking import find_word, lower
from licet.screening.reading_kernel import VARIANT
from licet.screening.roles import ABBREVIATION, NUMBER, PARTS, SAME, SOUND, SPELLING, TRANSLATION
from licet.screening.shapes import LEADS, MEETING
from licet.screening.shortening import LOW, MOST_FORMS, forms_of, sums_of

PREFIX = 4  # signs that a cut-off word keeps at least


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
def resolve(text, words, rules, keys, weights, vocabulary, room):
    """For each asked word the listed words it meets, as pointers and MEETING records; ``room`` is a Trial."""
    n = len(words)
    spelt, heard = keys_of(text, words, keys)
    listed = vocabulary.word
    doubt = weights.pair[W_DOUBT]
    pointer = np.zeros(n + 1, np.int64)
    meeting = np.empty(max(64, 8 * n), MEETING)
    slot = room.slot
    tried = room.tried
    trial = room.trial
    found = room.found
    sums = np.empty(FUZZY_LONGEST + 1, np.uint64)
    forms = np.empty(MOST_FORMS, np.uint64)
    rows = np.zeros((6, FUZZY_LONGEST + 2), np.int32)
    bits = 0
    while (1 << bits) < len(vocabulary.bucket) - 1:
        bits += 1
    shift = np.uint64(64 - bits)
    bits = 6
    while (1 << bits) < 64 * len(vocabulary.sieve):
        bits += 1
    shown = np.uint64(64 - bits)
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
                count = _note(found, count, slot, v, SAME, PARTS)
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
                    count = _note(found, count, slot, v, means, weights.alike[way])
        if words[q].role != NUMBER and size <= FUZZY_LONGEST:
            # 3. a few edits
            sums_of(text, a, b, sums)
            tries = 0
            for x in range(forms_of(sums, size, vocabulary.sieve, shown, forms)):
                h = forms[x]
                at = np.int64(vocabulary.bucket[np.int64(h >> shift)])
                stop = np.int64(vocabulary.bucket[np.int64(h >> shift) + 1])
                while at < stop and vocabulary.deletes[at] < h:
                    at += 1
                while at < stop and (vocabulary.deletes[at] & ~LOW) == h:
                    v = np.int32(vocabulary.deletes[at] & LOW)
                    at += 1
                    if tried[v] < tries and trial[tried[v]] == v:
                        continue
                    tried[v] = tries
                    trial[tries] = v
                    tries += 1
                    been = _place_of(found, count, slot, v)
                    if been >= 0 and found[been].like == PARTS:
                        continue
                    va = listed[v].start
                    vb = listed[v].end
                    number, cost = edits(text, a, b, vocabulary.text, va, vb, keys.slips, rows)
                    if number == FORBIDDEN:
                        continue
                    if number == 0:
                        count = _note(found, count, slot, v, SAME, PARTS)
                        continue
                    got = edit_likeness(cost, max(size, vb - va), text[a] != vocabulary.text[va])
                    got = _doubted(got, doubt)
                    if got > 0:
                        count = _note(found, count, slot, v, SPELLING, got)
            # 4. spelt or sounding alike
            if spelt[q] != 0:
                at = lower(vocabulary.spelt, spelt[q])
                while at < len(vocabulary.spelt) and vocabulary.spelt[at].key == spelt[q]:
                    count = _note(
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
                    count = _note(
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
                        count = _note(found, count, slot, v, ABBREVIATION, got)
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
                                count = _note(found, count, slot, v, ABBREVIATION, got)
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
        out += count
        pointer[q + 1] = out
    return pointer, meeting[:out]


@bare
def _place_of(found, count, slot, v):
    """Where in ``found`` a listed word stands, or -1."""
    at = np.int64(slot[v])
    return at if at < count and found[at].word == v else -1


@bare
def _note(found, count, slot, v, way, like):
    """Keeps the best way in which a listed word is met; returns how many are."""
    if like <= 0:
        return count
    at = _place_of(found, count, slot, v)
    if at < 0:
        slot[v] = count
        found[count].word = v
        found[count].by = way
        found[count].like = like
        count += 1
    elif like > found[at].like or (like == found[at].like and way < found[at].by):
        found[at].by = way
        found[at].like = like
    return count


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
