"""Weighs one asked reading against one listed reading: words are paired, every pair and every leftover is a row.

The points of a pair are the sum of its rows and come from the two records and the rules alone.
Words are paired greedily, the most valuable meeting first.
"""

from __future__ import annotations

import numpy as np

from licet.screening.compiled import inner
from licet.screening.roles import (
    ABBREVIATION,
    ADDRESS,
    BY_NUMBER,
    BY_PLACE,
    BY_RESIDUE,
    COUNTRY,
    DISTINGUISHING,
    DROPPED,
    IDENTIFIER,
    JOINED,
    LEGAL,
    MISSING,
    NUMBER,
    ORDER,
    PARTICLE,
    PARTS,
    PERSON,
    PLACE,
    SAME,
    TRADE,
    UNSAID,
)

# The single amounts of ``weights.pair``, in the order of ``weights.PAIR``.
(
    W_ORDER,
    W_FORM_SAME,
    W_FORM_DIFFERS,
    W_FORM_MISSING,
    W_PLACE,
    W_NUMBER,
    W_TRADE,
    W_NAME,
    W_INITIAL,
    W_RESIDUE,
    W_COUNTRY_SAME,
    W_COUNTRY_DIFFERS,
    W_ADDRESS_WORD,
    W_ADDRESS_MOST,
    W_ADDRESS_LEAST,
    W_ID_SAME,
    W_ID_DIFFERS,
    W_KIND,
    W_SHARE_MINE,
    W_SHARE_THEIRS,
    W_RARE,
    W_RARE_LIKE,
) = range(22)

# A row: way of meeting, points, rarity, what my side is and its bounds, what theirs is and its bounds.
R_BY, R_POINTS, R_RARITY, R_MINE, R_MINE_A, R_MINE_B, R_THEIRS, R_THEIRS_A, R_THEIRS_B = range(9)
NOTHING, ITEMS, TEXT, CODE, KIND = range(5)
ROOM = 256

# What a weighing says beside its points.
IS_RARE, IS_BARRED, IS_IDENTIFIED = 1, 2, 4


@inner
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


@inner
def _row(rows, count, by, points, rarity, mine, mine_a, mine_b, theirs, theirs_a, theirs_b):
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


@inner
def personal(kind, other):
    """Whether lone letters may be initials: one side is a person, the other is not said to be something else."""
    return (kind == PERSON and other in (PERSON, UNSAID)) or (other == PERSON and kind == UNSAID)


@inner
def weigh(asked, reading, party, listed, form, words, letters, met, weights, scratch):
    """Points (in parts), flags and number of rows of one asked reading against one listed reading."""
    pair = weights.pair
    rows = scratch.rows
    a_item = asked.item
    a_word = asked.word
    l_item = listed.item
    meeting = met.meeting
    join = scratch.join
    q0 = asked.reading[reading].first
    m = asked.reading[reading + 1].first - q0
    l0 = listed.reading[form].first
    n = listed.reading[form + 1].first - l0
    row = listed.reading[form].row
    kind = asked.row[party].kind
    other = listed.row[row].kind
    gain = scratch.gain
    at = scratch.at
    mine_met = scratch.mine
    theirs_met = scratch.theirs
    mine_total = 0
    for i in range(m):
        mine_met[i] = -1
        mine_total += a_word[a_item[q0 + i].word].value
    for j in range(n):
        theirs_met[j] = -1
    theirs_total = listed.reading[form].value
    initials = personal(kind, other)
    joins = 0
    for i in range(m):
        q = a_item[q0 + i].word
        for j in range(n):
            v = l_item[l0 + j].word
            g = 0
            x = like_of(met, q, v)
            if x >= 0:
                g = max(1, (min(a_word[q].value, words[v].value) * meeting[x].like) // PARTS)
            at[i, j] = x
            gain[i, j] = g
            if a_item[q0 + i].join != 0 and i + 1 < m and a_item[q0 + i].join == words[v].hash:
                both = a_word[q].value + a_word[a_item[q0 + i + 1].word].value
                if joins < len(join):
                    join[joins, 0] = 0
                    join[joins, 1] = i
                    join[joins, 2] = j
                    join[joins, 3] = (min(both, words[v].value) * weights.like[JOINED]) // PARTS
                    joins += 1
            if l_item[l0 + j].join != 0 and j + 1 < n and l_item[l0 + j].join == a_word[q].hash:
                both = words[v].value + words[l_item[l0 + j + 1].word].value
                if joins < len(join):
                    join[joins, 0] = 1
                    join[joins, 1] = i
                    join[joins, 2] = j
                    join[joins, 3] = (min(both, a_word[q].value) * weights.like[JOINED]) // PARTS
                    joins += 1
    points = 0
    flags = 0
    count = 0
    matched = 0
    rare = pair[W_RARE]
    # The best meeting first.
    while True:
        best = 0
        bi = bj = way = -1
        for i in range(m):
            if mine_met[i] >= 0:
                continue
            for j in range(n):
                if theirs_met[j] < 0 and gain[i, j] > best:
                    best = gain[i, j]
                    bi = i
                    bj = j
                    way = 0
        for x in range(joins):
            i = join[x, 1]
            j = join[x, 2]
            if join[x, 3] > best and mine_met[i] < 0 and theirs_met[j] < 0:
                if join[x, 0] == 0 and mine_met[i + 1] < 0:
                    best = join[x, 3]
                    bi = i
                    bj = j
                    way = 1
                elif join[x, 0] == 1 and theirs_met[j + 1] < 0:
                    best = join[x, 3]
                    bi = i
                    bj = j
                    way = 2
        if way < 0:
            break
        q = a_item[q0 + bi].word
        v = l_item[l0 + bj].word
        mine_met[bi] = bj
        theirs_met[bj] = bi
        mine_b = bi + 1
        theirs_b = bj + 1
        rarity = min(a_word[q].rarity, words[v].rarity)
        mine_value = a_word[q].value
        theirs_value = words[v].value
        by = JOINED
        like = weights.like[JOINED]
        if way == 0:
            by = meeting[at[bi, bj]].by
            like = meeting[at[bi, bj]].like
            if by == SAME:
                if asked.reading[reading].script != SAME:
                    by = asked.reading[reading].script
                elif listed.reading[form].script != SAME:
                    by = listed.reading[form].script
            if (
                rarity >= rare
                and like >= pair[W_RARE_LIKE]
                and a_word[q].role == DISTINGUISHING
                and words[v].role == DISTINGUISHING
                and not (kind == PERSON and other == PERSON)
            ):
                flags |= IS_RARE
        elif way == 1:
            mine_met[bi + 1] = bj
            mine_b = bi + 2
            mine_value += a_word[a_item[q0 + bi + 1].word].value
            rarity = words[v].rarity
        else:
            theirs_met[bj + 1] = bi
            theirs_b = bj + 2
            theirs_value += words[l_item[l0 + bj + 1].word].value
            rarity = a_word[q].rarity
        if way > 0 and rarity >= rare:
            flags |= IS_RARE
        worth = best
        worth += (np.int64(pair[W_SHARE_MINE]) * mine_value // max(mine_total, 1)) * like // PARTS
        worth += (np.int64(pair[W_SHARE_THEIRS]) * theirs_value // max(theirs_total, 1)) * like // PARTS
        count = _row(rows, count, by, worth, rarity, ITEMS, bi, mine_b, ITEMS, bj, theirs_b)
        points += worth
        if way > 0 or a_word[q].role != PARTICLE:
            matched += 1
    # Initials of persons: two at the most.
    if initials:
        spent = 0
        for i in range(m):
            q = a_item[q0 + i].word
            for j in range(n):
                if mine_met[i] >= 0 or theirs_met[j] >= 0 or spent == 2:
                    continue
                v = l_item[l0 + j].word
                a = a_word[q].start
                b = words[v].start
                short = a_word[q].end - a == 1 or words[v].end - b == 1
                if short and asked.text[a] == letters[b]:
                    mine_met[i] = j
                    theirs_met[j] = i
                    spent += 1
                    count = _row(
                        rows,
                        count,
                        ABBREVIATION,
                        pair[W_INITIAL],
                        4 * PARTS,
                        ITEMS,
                        i,
                        i + 1,
                        ITEMS,
                        j,
                        j + 1,
                    )
                    points += pair[W_INITIAL]
    # What is left on each side; leftovers of one role stand against each other.
    left_mine = 0
    left_theirs = 0
    for role in (NUMBER, PLACE, TRADE, DISTINGUISHING):
        j = 0
        for i in range(m):
            q = a_item[q0 + i].word
            if mine_met[i] >= 0 or a_word[q].role != role:
                continue
            while j < n and (theirs_met[j] >= 0 or words[l_item[l0 + j].word].role != role):
                j += 1
            if j == n:
                break
            v = l_item[l0 + j].word
            cost = a_word[q].cost + words[v].cost
            by = MISSING
            lesser = np.int64(min(a_word[q].value, words[v].value))
            if role == NUMBER:
                by = BY_NUMBER
                cost += pair[W_NUMBER]
                flags |= IS_BARRED
            elif role == PLACE:
                by = BY_PLACE
                cost += pair[W_PLACE]
                flags |= IS_BARRED
            elif role == TRADE:
                cost += lesser * pair[W_TRADE] // PARTS
            else:
                cost += lesser * pair[W_NAME] // PARTS
            mine_met[i] = j
            theirs_met[j] = i
            left_mine += 1
            left_theirs += 1
            count = _row(
                rows,
                count,
                by,
                -cost,
                min(a_word[q].rarity, words[v].rarity),
                ITEMS,
                i,
                i + 1,
                ITEMS,
                j,
                j + 1,
            )
            points -= cost
    for i in range(m):
        if mine_met[i] < 0:
            q = a_item[q0 + i].word
            count = _row(
                rows,
                count,
                DROPPED,
                -a_word[q].cost,
                a_word[q].rarity,
                ITEMS,
                i,
                i + 1,
                NOTHING,
                0,
                0,
            )
            points -= a_word[q].cost
            left_mine += a_word[q].role != PARTICLE
    for j in range(n):
        if theirs_met[j] < 0:
            v = l_item[l0 + j].word
            count = _row(
                rows, count, MISSING, -words[v].cost, words[v].rarity, NOTHING, 0, 0, ITEMS, j, j + 1
            )
            points -= words[v].cost
            left_theirs += words[v].role != PARTICLE
    if matched == 1 and left_mine + left_theirs > 0:
        flags |= IS_BARRED
    if kind != PERSON or other != PERSON:
        before = -1
        for i in range(m):
            if mine_met[i] >= 0:
                if mine_met[i] < before:
                    count = _row(rows, count, ORDER, -pair[W_ORDER], 0, NOTHING, 0, 0, NOTHING, 0, 0)
                    points -= pair[W_ORDER]
                    break
                before = mine_met[i]
    # Legal forms.
    if asked.reading[reading].form != 0 or listed.reading[form].form != 0:
        worth = -pair[W_FORM_MISSING]
        if asked.reading[reading].form == listed.reading[form].form:
            worth = pair[W_FORM_SAME]
        elif asked.reading[reading].form != 0 and listed.reading[form].form != 0:
            worth = -pair[W_FORM_DIFFERS]
        count = _row(
            rows,
            count,
            LEGAL,
            worth,
            0,
            TEXT if asked.reading[reading].form else NOTHING,
            asked.reading[reading].form_a,
            asked.reading[reading].form_b,
            TEXT if listed.reading[form].form else NOTHING,
            listed.reading[form].form_a,
            listed.reading[form].form_b,
        )
        points += worth
    if asked.reading[reading].residue_b > asked.reading[reading].residue_a:
        count = _row(
            rows,
            count,
            BY_RESIDUE,
            -pair[W_RESIDUE],
            0,
            TEXT,
            asked.reading[reading].residue_a,
            asked.reading[reading].residue_b,
            NOTHING,
            0,
            0,
        )
        points -= pair[W_RESIDUE]
    if listed.reading[form].residue_b > listed.reading[form].residue_a:
        count = _row(
            rows,
            count,
            BY_RESIDUE,
            -pair[W_RESIDUE],
            0,
            NOTHING,
            0,
            0,
            TEXT,
            listed.reading[form].residue_a,
            listed.reading[form].residue_b,
        )
        points -= pair[W_RESIDUE]
    if kind != UNSAID and other != UNSAID and kind != other:
        count = _row(rows, count, MISSING, -pair[W_KIND], 0, KIND, kind, 0, KIND, other, 0)
        points -= pair[W_KIND]
    more, count, flags = _circumstances(asked, party, listed, row, pair, rows, count, flags)
    return points + more, flags, count


@inner
def _circumstances(asked, party, listed, row, pair, rows, count, flags):
    """What countries, addresses and identifiers add or take away."""
    points = 0
    a = asked.row[party].country
    mine = asked.country[a] if asked.row[party + 1].country > a else 0
    a = listed.row[row].country
    b = listed.row[row + 1].country
    if mine != 0 and b > a:
        worth = -pair[W_COUNTRY_DIFFERS]
        theirs = listed.country[a]
        for x in range(a, b):
            if listed.country[x] == mine:
                worth = pair[W_COUNTRY_SAME]
                theirs = mine
        count = _row(rows, count, COUNTRY, worth, 0, CODE, mine, 0, CODE, theirs, 0)
        points += worth
    a = asked.row[party].place
    b = asked.row[party + 1].place
    c = listed.row[row].place
    d = listed.row[row + 1].place
    if listed.row[row].klass == 0 and b > a and d > c:
        total = np.int64(0)
        common = np.int64(0)
        x = c
        for i in range(a, b):
            total += asked.place[i].value
            while x < d and listed.place[x].key < asked.place[i].key:
                x += 1
            if x < d and listed.place[x].key == asked.place[i].key:
                common += asked.place[i].value
        if common * PARTS >= total * pair[W_ADDRESS_LEAST]:
            worth = min(np.int64(pair[W_ADDRESS_MOST]), common * pair[W_ADDRESS_WORD] // PARTS)
            count = _row(
                rows,
                count,
                ADDRESS,
                worth,
                0,
                TEXT,
                asked.row[party].place_a,
                asked.row[party].place_b,
                TEXT,
                listed.row[row].place_a,
                listed.row[row].place_b,
            )
            points += worth
    for i in range(asked.row[party].identifier, asked.row[party + 1].identifier):
        if count >= ROOM - 1:
            break
        worst = -1
        for x in range(listed.row[row].identifier, listed.row[row + 1].identifier):
            if listed.identifier[x].kind != asked.identifier[i].kind:
                continue
            if listed.identifier[x].value == asked.identifier[i].value:
                worst = x
                flags |= IS_IDENTIFIED
                break
            worst = -2 - x
        if worst != -1:
            x = worst if worst >= 0 else -2 - worst
            worth = pair[W_ID_SAME] if worst >= 0 else -pair[W_ID_DIFFERS]
            count = _row(
                rows,
                count,
                IDENTIFIER,
                worth,
                0,
                TEXT,
                asked.identifier[i].a,
                asked.identifier[i].b,
                TEXT,
                listed.identifier[x].a,
                listed.identifier[x].b,
            )
            points += worth
    return points, count, flags


@inner
def level_of(points, flags, review, hit):
    """0 nothing, 1 review, 2 hit."""
    if flags & IS_IDENTIFIED:
        return 2
    if points >= hit and not flags & IS_BARRED:
        return 2
    if points >= review or flags & IS_RARE:
        return 1
    return 0
