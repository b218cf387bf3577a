"""Finds every listed name that a party may be, and loses none that weighing would keep.

A listed reading is looked at when it shares one of the asked words that are *read*. Words are
left unread only while all of them together could not lift a reading to review; a word rare
enough to send a pair to review alone is always read, as are words run together. So whatever
weighing would keep is weighed, whichever words are read.
"""

from __future__ import annotations

import numpy as np

from licet.screening.compiled import inner
from licet.screening.reading_kernel import LONGEST, VARIANT
from licet.screening.resolving import find_word, lower
from licet.screening.roles import DISTINGUISHING, PARTS, PERSON, UNSAID
from licet.screening.shapes import BEST, OUTLOOK, SUM, Scratch
from licet.screening.weighing import (
    ROOM,
    W_ADDRESS_MOST,
    W_COUNTRY_SAME,
    W_FORM_SAME,
    W_INITIAL,
    W_RARE,
    W_RARE_LIKE,
    W_SHARE_MINE,
    W_SHARE_THEIRS,
    level_of,
    weigh,
)

ANY_DAY = -(1 << 31) - 1  # stands for no day: every name counts


@inner
def _touch(scratch, nt, f, reading, add, flag):
    """Adds to what a listed reading may come to."""
    if scratch.sum[f].seen != reading + 1:
        scratch.sum[f].seen = reading + 1
        scratch.sum[f].sum = 0
        scratch.sum[f].flag = 0
        scratch.touched[nt] = f
        nt += 1
    scratch.sum[f].sum += add
    scratch.sum[f].flag |= flag
    return nt


@inner
def _outlook(asked, reading, party, listed, words, met, weights, outlook, least):
    """Which words need not be read, and what must be added to sums to bound the points of a listed reading."""
    pair = weights.pair
    q0 = asked.reading[reading].first
    m = asked.reading[reading + 1].first - q0
    kind = asked.row[party].kind
    extra = np.int64(pair[W_SHARE_MINE]) + pair[W_SHARE_THEIRS] + pair[W_FORM_SAME]
    if asked.row[party + 1].country > asked.row[party].country:
        extra += pair[W_COUNTRY_SAME]
    if asked.row[party + 1].place > asked.row[party].place:
        extra += pair[W_ADDRESS_MOST]
    total_cost = np.int64(0)
    dear = np.int64(0)  # the two dearest words: initials may spare them
    second = np.int64(0)
    letters = 0
    for i in range(m):
        q = asked.item[q0 + i].word
        letters += asked.word[q].end - asked.word[q].start == 1
        cost = np.int64(asked.word[q].cost)
        total_cost += cost
        if cost > dear:
            second = dear
            dear = cost
        elif cost > second:
            second = cost
        best = np.int64(0)
        far = np.int64(0)
        many = np.int64(0)
        for x in range(met.pointer[q], met.pointer[q + 1]):
            v = met.meeting[x].word
            g = np.int64(max(1, min(asked.word[q].value, words[v].value) * met.meeting[x].like // PARTS))
            best = max(best, g)
            far = max(far, g + words[v].cost)
            many += listed.post_pointer[v + 1] - listed.post_pointer[v]
        outlook[i].most = best
        outlook[i].reach = far + cost
        outlook[i].posts = many
        outlook[i].spared = 0
    explained = np.int64(0)  # what initials may explain of a listed name
    if kind == PERSON or kind == UNSAID:
        extra += 2 * pair[W_INITIAL] + dear + second
        explained = 2 * listed.most[1] + min(letters, 2) * listed.most[2]
    # Leave words unread, the most frequent first, while the unread cannot reach review among themselves.
    left = np.int64(0)
    read_cost = total_cost
    base = extra + explained - total_cost
    while True:
        pick = -1
        for i in range(m):
            if outlook[i].spared or outlook[i].posts == 0:
                continue
            lost = asked.word[asked.item[q0 + i].word].cost
            if left + outlook[i].most - (read_cost - lost) + extra >= least:
                continue
            if pick < 0 or outlook[i].posts > outlook[pick].posts:
                pick = i
        if pick < 0:
            return base
        outlook[pick].spared = 1
        left += outlook[pick].most
        base += outlook[pick].reach
        read_cost -= asked.word[asked.item[q0 + pick].word].cost


@inner
def _gather(asked, reading, listed, words, slots, met, weights, scratch):
    """Listed readings that share a word that is read, in ``scratch.touched``; returns their number."""
    pair = weights.pair
    q0 = asked.reading[reading].first
    m = asked.reading[reading + 1].first - q0
    rare = pair[W_RARE]
    nt = 0
    for i in range(m):
        q = asked.item[q0 + i].word
        cost = np.int64(asked.word[q].cost)
        spared = scratch.outlook[i].spared
        precious = asked.word[q].rarity >= rare and asked.word[q].role == DISTINGUISHING
        for x in range(met.pointer[q], met.pointer[q + 1]):
            v = met.meeting[x].word
            like = met.meeting[x].like
            flag = 0
            if precious and words[v].rarity >= rare and words[v].role == DISTINGUISHING:
                flag = 1 if like >= pair[W_RARE_LIKE] else 0
            if spared and flag == 0:
                continue
            add = np.int64(0)
            if not spared:
                add = cost + words[v].cost + max(1, min(asked.word[q].value, words[v].value) * like // PARTS)
            for y in range(listed.post_pointer[v], listed.post_pointer[v + 1]):
                nt = _touch(scratch, nt, listed.post[y], reading, add, flag)
        # words run together, on either side
        join = asked.item[q0 + i].join
        if join != 0 and i + 1 < m:
            u = asked.item[q0 + i + 1].word
            both = np.int64(asked.word[q].value) + asked.word[u].value
            for t in range(len(VARIANT)):
                v = find_word(slots, words, join ^ VARIANT[t])
                if v >= 0:
                    add = min(both, np.int64(words[v].value)) + words[v].cost + cost + asked.word[u].cost
                    flag = 1 if words[v].rarity >= rare else 0
                    for y in range(listed.post_pointer[v], listed.post_pointer[v + 1]):
                        nt = _touch(scratch, nt, listed.post[y], reading, add, flag)
        y = lower(listed.join, asked.word[q].hash)
        while y < len(listed.join) and listed.join[y].key == asked.word[q].hash:
            f = listed.join[y].to
            # Two listed words are explained at once; all that the reading could cost covers them.
            add = np.int64(asked.word[q].value) + cost + listed.reading[f].cost
            nt = _touch(scratch, nt, f, reading, add, 1 if asked.word[q].rarity >= rare else 0)
            y += 1
    return nt


@inner
def scratch_of(readings, groups):
    """Working room for one run over a list of so many readings and groups."""
    return Scratch(
        np.empty((LONGEST, LONGEST), np.int32),
        np.empty((LONGEST, LONGEST), np.int64),
        np.empty(LONGEST, np.int32),
        np.empty(LONGEST, np.int32),
        np.empty((LONGEST, 4), np.int64),
        np.zeros((ROOM, 9), np.int64),
        np.zeros(readings + 1, SUM),
        np.empty(readings + 1, np.int32),
        np.empty(LONGEST, OUTLOOK),
        np.zeros(groups + 1, BEST),
        np.empty(groups + 1, np.int32),
    )


@inner
def _holds(row, as_of, known_at):
    """Whether a listed name has effect on the day, as known on the other."""
    if row.known > known_at:
        return False
    return as_of == ANY_DAY or (row.since <= as_of and as_of <= row.through)


@inner
def _better(best, points, reading, f, listed):
    """Whether a reading of an entity takes the place of the best so far; ties go by reading, then by name."""
    if points != best.points:
        return points > best.points
    if reading != best.reading:
        return reading < best.reading
    row = listed.reading[f].row
    had = listed.reading[best.form].row
    if row != had:
        return listed.row[row].rank < listed.row[had].rank
    return f < best.form


@inner
def _by_identifier(asked, party, listed, scratch, nt, reading):
    """Adds the readings of all names that bear an identifier of the party."""
    for i in range(asked.row[party].identifier, asked.row[party + 1].identifier):
        key = asked.identifier[i].kind ^ asked.identifier[i].value
        y = lower(listed.by_identifier, key)
        while y < len(listed.by_identifier) and listed.by_identifier[y].key == key:
            row = listed.by_identifier[y].to
            for f in range(listed.row[row].reading, listed.row[row + 1].reading):
                nt = _touch(scratch, nt, f, reading, 0, 1)
            y += 1
    return nt


@inner
def find_all(
    asked, party, listed, words, letters, slots, met, weights, scratch, least, as_of, known_at, everything
):
    """The best reading of every entity the party may be, in ``scratch.groups`` and ``scratch.best``; their number."""
    ng = 0
    for reading in range(asked.row[party].reading, asked.row[party + 1].reading):
        base = np.int64(0)
        if everything:
            nt = len(listed.reading) - 1
        else:
            base = _outlook(asked, reading, party, listed, words, met, weights, scratch.outlook, least)
            nt = _gather(asked, reading, listed, words, slots, met, weights, scratch)
            nt = _by_identifier(asked, party, listed, scratch, nt, reading)
        for t in range(nt):
            f = t
            if not everything:
                f = scratch.touched[t]
                if scratch.sum[f].flag == 0 and scratch.sum[f].sum + base - listed.reading[f].cost < least:
                    continue
            row = listed.row[listed.reading[f].row]
            if row.klass != asked.reading[reading].klass or not _holds(row, as_of, known_at):
                continue
            points, flags, _ = weigh(asked, reading, party, listed, f, words, letters, met, weights, scratch)
            if (
                not everything
                and level_of(points, flags, listed.point[row.list, 0], listed.point[row.list, 1]) == 0
            ):
                continue
            g = row.group
            best = scratch.best[g]
            if best.seen != party + 1:
                best.seen = party + 1
                scratch.groups[ng] = g
                ng += 1
            elif not _better(best, points, reading, f, listed):
                continue
            best.points = points
            best.form = f
            best.reading = reading
    return ng
