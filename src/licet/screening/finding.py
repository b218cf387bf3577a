"""Finds every listed name that a party may be, and loses none that weighing would keep.

A listed reading is looked at when it shares one of the asked words that are *read*. Words are
left unread only while all of them together could not lift a reading to review; a word rare
enough to send a pair to review alone is always read, as are words run together. So whatever
weighing would keep is weighed, whichever words are read.
"""

from __future__ import annotations

import numpy as np

from licet.screening.amounts import (
    SLACK,
    W_ADDRESS_MOST,
    W_COUNTRY_SAME,
    W_FORM_SAME,
    W_INITIAL,
    W_RARE,
    W_RARE_LIKE,
    W_SHARE_MINE,
    W_SHARE_THEIRS,
    W_SPARED,
)
from licet.screening.compiled import bare
from licet.screening.levels import level_of
from licet.screening.looking import find_word, lower
from licet.screening.pairing import easing, prepare
from licet.screening.reading_kernel import VARIANT
from licet.screening.roles import DISTINGUISHING, PARTS, PERSON, UNSAID
from licet.screening.sifting import fetch, sift
from licet.screening.weighing import weigh

NEVER = -(1 << 60)
ANY_DAY = -(1 << 31) - 1  # stands for no day: every name counts


@bare
def _touch(scratch, nt, f, gain, saved, mine, theirs, flag):
    """Adds to what a listed reading may come to."""
    at = np.int64(scratch.place[f])
    if at >= nt or scratch.sum[at].form != f:
        at = nt
        scratch.place[f] = nt
        scratch.sum[at].form = f
        scratch.sum[at].gain = gain
        scratch.sum[at].saved = saved
        scratch.sum[at].mine = mine
        scratch.sum[at].theirs = theirs
        scratch.sum[at].flag = flag
        return nt + 1
    scratch.sum[at].gain += gain
    scratch.sum[at].saved += saved
    scratch.sum[at].mine += mine
    scratch.sum[at].theirs += theirs
    scratch.sum[at].flag |= flag
    return nt


@bare
def _outlook(asked, reading, party, listed, words, met, weights, scratch, least):
    """Which words need not be read, and the most that the rest adds to any listed reading.

    Returns points that may come on top, what unread words may bring, what costs they may save, what
    costs initials may save, what unread words are worth on either side, and what all words cost.
    """
    pair = weights.pair
    outlook = scratch.outlook
    q0 = asked.reading[reading].first
    m = asked.reading[reading + 1].first - q0
    kind = asked.row[party].kind
    extra = np.int64(pair[W_FORM_SAME])
    if asked.row[party + 1].country > asked.row[party].country:
        extra += pair[W_COUNTRY_SAME]
    if asked.row[party + 1].place > asked.row[party].place:
        extra += pair[W_ADDRESS_MOST]
    cost = np.int64(0)
    dear = np.int64(0)  # the two dearest words: initials may spare them
    second = np.int64(0)
    lone = 0
    for i in range(m):
        word = asked.word[asked.item[q0 + i].word]
        lone += word.end - word.start == 1
        cost += word.cost
        if word.cost > dear:
            second = dear
            dear = np.int64(word.cost)
        elif word.cost > second:
            second = np.int64(word.cost)
        best = np.int64(0)
        saved = np.int64(0)
        theirs = np.int64(0)
        many = np.int64(0)
        q = asked.item[q0 + i].word
        for x in range(met.pointer[q], met.pointer[q + 1]):
            v = met.meeting[x].word
            best = max(best, np.int64(max(1, min(word.value, words[v].value) * met.meeting[x].like // PARTS)))
            saved = max(saved, np.int64(words[v].cost))
            theirs = max(theirs, np.int64(words[v].value))
            many += listed.post_pointer[v + 1] - listed.post_pointer[v]
        outlook[i].most = best
        outlook[i].saved = saved + word.cost
        outlook[i].theirs = theirs
        outlook[i].posts = many
        outlook[i].unread = 0
    explained = np.int64(0)  # what initials may explain
    # The shorter name eases costs, so they count at least as much as if mine were the shorter.
    lenient = np.int64(
        weights.cost_easing[easing(asked.reading[reading].value, asked.reading[reading].value, pair)]
    )
    if kind in (PERSON, UNSAID):
        extra += 2 * pair[W_INITIAL]
        explained = dear + second + 2 * listed.most[1] + min(lone, 2) * listed.most[2]
        lenient = lenient * min(pair[W_SPARED], PARTS) // PARTS
    # Leave words unread, the most frequent first, while the unread cannot reach review among themselves.
    gain = np.int64(0)
    saved = np.int64(0)
    mine = np.int64(0)
    theirs = np.int64(0)
    mine_total = np.int64(max(1, asked.reading[reading].value))
    read_cost = cost - dear - second if explained > 0 else cost
    while True:
        pick = -1
        for i in range(m):
            if outlook[i].unread or outlook[i].posts == 0:
                continue
            word = asked.word[asked.item[q0 + i].word]
            # What is gained is no more than either name is worth, and eases at least as that much would.
            most = gain + outlook[i].most
            bound = most * easing(most, most, pair) // PARTS + extra + pair[W_SHARE_THEIRS]
            bound += pair[W_SHARE_MINE] * (mine + word.value) // mine_total
            if bound - max(np.int64(0), read_cost - word.cost) * lenient // PARTS >= least:
                continue
            if pick < 0 or outlook[i].posts > outlook[pick].posts:
                pick = i
        if pick < 0:
            return extra + SLACK, gain, saved, explained, mine, theirs, cost
        outlook[pick].unread = 1
        gain += outlook[pick].most
        saved += outlook[pick].saved
        mine += asked.word[asked.item[q0 + pick].word].value
        theirs += outlook[pick].theirs
        read_cost -= asked.word[asked.item[q0 + pick].word].cost


@bare
def _gather(asked, reading, listed, words, slots, met, weights, scratch):
    """Listed readings that share a word that is read, in ``scratch.sum``; returns their number."""
    pair = weights.pair
    q0 = asked.reading[reading].first
    m = asked.reading[reading + 1].first - q0
    rare = pair[W_RARE]
    nt = 0
    for i in range(m):
        q = asked.item[q0 + i].word
        word = asked.word[q]
        unread = scratch.outlook[i].unread
        precious = word.rarity >= rare and word.role == DISTINGUISHING
        for x in range(met.pointer[q], met.pointer[q + 1]):
            v = met.meeting[x].word
            like = met.meeting[x].like
            flag = 0
            if precious and words[v].rarity >= rare and words[v].role == DISTINGUISHING:
                flag = 1 if like >= pair[W_RARE_LIKE] else 0
            if unread and flag == 0:
                continue
            gain = np.int64(0)
            saved = np.int64(0)
            mine = np.int64(0)
            theirs = np.int64(0)
            if not unread:
                gain += max(1, min(word.value, words[v].value) * like // PARTS)
                saved += word.cost + words[v].cost
                mine += word.value
                theirs += words[v].value
            for y in range(listed.post_pointer[v], listed.post_pointer[v + 1]):
                nt = _touch(scratch, nt, listed.post[y], gain, saved, mine, theirs, flag)
        # words run together, on either side
        join = asked.item[q0 + i].join
        if join != 0 and i + 1 < m:
            after = asked.word[asked.item[q0 + i + 1].word]
            both = np.int64(word.value) + after.value
            for t in range(len(VARIANT)):
                v = find_word(slots, words, join ^ VARIANT[t])
                if v >= 0:
                    gain = min(both, np.int64(words[v].value))
                    saved = np.int64(words[v].cost) + word.cost + after.cost
                    flag = 1 if words[v].rarity >= rare else 0
                    for y in range(listed.post_pointer[v], listed.post_pointer[v + 1]):
                        nt = _touch(
                            scratch,
                            nt,
                            listed.post[y],
                            gain,
                            saved,
                            both,
                            np.int64(words[v].value),
                            flag,
                        )
        y = lower(listed.join, word.hash)
        while y < len(listed.join) and listed.join[y].key == word.hash:
            f = listed.join[y].to
            # Two listed words are explained at once; all that the reading could cost covers them.
            value = np.int64(word.value)
            saved = np.int64(word.cost) + listed.reading[f].cost
            flag = 1 if word.rarity >= rare else 0
            nt = _touch(scratch, nt, f, value, saved, value, np.int64(listed.reading[f].value), flag)
            y += 1
    whole = asked.reading[reading].whole
    y = lower(listed.whole, whole)
    while y < len(listed.whole) and listed.whole[y].key == whole:
        nt = _touch(scratch, nt, listed.whole[y].to, 0, 0, 0, 0, 1)
        y += 1
    return nt


@bare
def _holds(row, as_of, known_at):
    """Whether a listed name has effect on the day, as known on the other."""
    if row.known > known_at:
        return False
    return as_of == ANY_DAY or (row.since <= as_of and as_of <= row.through)


@bare
def _better(best, level, points, reading, f, listed):
    """Whether a reading of an entity takes the place of the best so far: by level, points, reading, then
    name.
    """
    if level != best.level:
        return level > best.level
    if points != best.points:
        return points > best.points
    if reading != best.reading:
        return reading < best.reading
    row = listed.reading[f].row
    had = listed.reading[best.form].row
    if row != had:
        return listed.row[row].rank < listed.row[had].rank
    return f < best.form


@bare
def _by_identifier(asked, party, listed, scratch, nt):
    """Adds the readings of all names that bear an identifier of the party."""
    for i in range(asked.row[party].identifier, asked.row[party + 1].identifier):
        key = asked.identifier[i].kind ^ asked.identifier[i].value
        y = lower(listed.by_identifier, key)
        while y < len(listed.by_identifier) and listed.by_identifier[y].key == key:
            row = listed.by_identifier[y].to
            for f in range(listed.row[row].reading, listed.row[row + 1].reading):
                nt = _touch(scratch, nt, f, 0, 0, 0, 0, 1)
            y += 1
    return nt


@bare
def find_all(
    asked, party, listed, words, letters, slots, met, weights, scratch, least, as_of, known_at, everything
):
    """The best reading of every entity the party may be, in ``scratch.best``; their number."""
    ng = 0
    pair = weights.pair
    kind = asked.row[party].kind
    for reading in range(asked.row[party].reading, asked.row[party + 1].reading):
        prepare(asked, reading, met, listed, words, slots, scratch)
        if everything:
            nt = len(listed.reading) - 1
        else:
            hopes = _outlook(asked, reading, party, listed, words, met, weights, scratch, least)
            nt = _gather(asked, reading, listed, words, slots, met, weights, scratch)
            nt = _by_identifier(asked, party, listed, scratch, nt)
            bar = least - hopes[0] - hopes[1] - pair[W_SHARE_MINE] - pair[W_SHARE_THEIRS]
            nt = fetch(listed, bar, scratch, nt)
            nt = sift(asked, reading, kind, listed, words, weights, scratch, nt, hopes)
        for t in range(nt):
            f = np.int64(t) if everything else np.int64(scratch.sum[t].form)
            other = listed.reading[f]
            review = listed.point[other.list, 0]
            row = listed.row[other.row]
            if row.klass != asked.reading[reading].klass or not _holds(row, as_of, known_at):
                continue
            points, flags, _ = weigh(
                asked,
                reading,
                party,
                listed,
                f,
                words,
                letters,
                met,
                weights,
                scratch,
                NEVER if everything else review,
            )
            level = level_of(points, flags, review, listed.point[row.list, 1], weights.pair)
            if level == 0 and not everything:
                continue
            g = row.group
            at = np.int64(scratch.spot[g])
            if at >= ng or scratch.best[at].group != g:
                at = ng
                scratch.spot[g] = ng
                scratch.best[at].group = g
                ng += 1
            elif not _better(scratch.best[at], level, points, reading, f, listed):
                continue
            scratch.best[at].points = points
            scratch.best[at].level = level
            scratch.best[at].form = f
            scratch.best[at].reading = reading
    return ng
