"""Weighs one asked reading against one listed reading: words are paired, every pair and every leftover is
a row.

The points of a pair are the sum of its rows and come from the two records and the rules alone.
Words are paired greedily, the most valuable meeting first.
"""

from __future__ import annotations

import numpy as np

from licet.screening.amounts import (
    CODE,
    IS_BARRED,
    IS_IDENTIFIED,
    IS_LIKELY,
    IS_RARE,
    IS_THERE,
    IS_WHOLE,
    ITEMS,
    KIND,
    NOTHING,
    ROOM,
    SLACK,
    TEXT,
    W_ADDRESS_LEAST,
    W_ADDRESS_MOST,
    W_ADDRESS_WORD,
    W_COUNTRY_DIFFERS,
    W_COUNTRY_SAME,
    W_EACH,
    W_EACH_PERSON,
    W_EXACT,
    W_FORM_DIFFERS,
    W_FORM_MISSING,
    W_FORM_SAME,
    W_ID_DIFFERS,
    W_ID_SAME,
    W_INITIAL,
    W_KIND,
    W_NAME,
    W_NUMBER,
    W_ORDER,
    W_PERSON,
    W_PLACE,
    W_RARE,
    W_RARE_LIKE,
    W_RESIDUE,
    W_SHARE_MINE,
    W_SHARE_THEIRS,
    W_SPARED,
    W_TRADE,
)
from licet.screening.compiled import bare
from licet.screening.pairing import best_of, easing, initials_of, meetings_of, personal, row_of
from licet.screening.roles import (
    ABBREVIATION,
    ADDRESS,
    AIRCRAFT,
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
    ORGANISATION,
    PARTICLE,
    PARTS,
    PERSON,
    PLACE,
    SAME,
    SOUND,
    SPELLING,
    TRADE,
    UNSAID,
    VESSEL,
)


@bare
def _leftovers(asked, q0, m, listed, l0, n, words, pair, ease, spared, person, count, scratch):
    """Costs of words that met nothing; leftovers of one role stand against each other. Returns also how
    many.
    """
    points = np.int64(0)
    flags = 0
    left = 0
    item = asked.item
    word = asked.word
    other = listed.item
    for role in (NUMBER, PLACE, TRADE, DISTINGUISHING):
        j = 0
        for i in range(m):
            q = item[q0 + i].word
            if scratch.mine[i] >= 0 or word[q].role != role:
                continue
            while j < n and (scratch.theirs[j] >= 0 or words[other[l0 + j].word].role != role):
                j += 1
            if j == n:
                break
            v = other[l0 + j].word
            lesser = np.int64(min(word[q].value, words[v].value))
            cost = np.int64(word[q].cost) + words[v].cost
            more = np.int64(0)
            by = MISSING
            if role == NUMBER:
                by = BY_NUMBER
                more = pair[W_NUMBER]
                flags |= IS_BARRED
            elif role == PLACE:
                by = BY_PLACE
                more = pair[W_PLACE]
                flags |= IS_BARRED
            elif role == TRADE:
                cost += lesser * pair[W_TRADE] // PARTS
                more = pair[W_EACH]
            else:
                cost += lesser * pair[W_PERSON if person else W_NAME] // PARTS
                more = pair[W_EACH_PERSON if person else W_EACH]
            cost = cost * ease // PARTS + more
            scratch.mine[i] = j
            scratch.theirs[j] = i
            left += 2
            rarity = min(word[q].rarity, words[v].rarity)
            count = row_of(scratch.rows, count, by, -cost, rarity, ITEMS, i, i + 1, ITEMS, j, j + 1)
            points -= cost
    for i in range(m):
        if scratch.mine[i] < 0:
            mine = word[item[q0 + i].word]
            cost = np.int64(mine.cost) * spared // PARTS
            count = row_of(scratch.rows, count, DROPPED, -cost, mine.rarity, ITEMS, i, i + 1, NOTHING, 0, 0)
            points -= cost
            left += mine.role != PARTICLE
    for j in range(n):
        if scratch.theirs[j] < 0:
            theirs = words[other[l0 + j].word]
            cost = np.int64(theirs.cost) * spared // PARTS
            count = row_of(scratch.rows, count, MISSING, -cost, theirs.rarity, NOTHING, 0, 0, ITEMS, j, j + 1)
            points -= cost
            left += theirs.role != PARTICLE
    return points, flags, left, count


@bare
def _turned(m, scratch):
    """Whether words that met stand in another order on the other side."""
    before = -1
    for i in range(m):
        if scratch.mine[i] >= 0:
            if scratch.mine[i] < before:
                return True
            before = scratch.mine[i]
    return False


@bare
def _beside_words(mine, theirs, kind, other, pair, count, rows):
    """What legal forms, residue and kinds of party add or take away."""
    points = np.int64(0)
    if mine.form != 0 or theirs.form != 0:
        worth = -pair[W_FORM_MISSING]
        if mine.form == theirs.form:
            worth = pair[W_FORM_SAME]
        elif mine.form != 0 and theirs.form != 0:
            worth = -pair[W_FORM_DIFFERS]
        a = TEXT if mine.form else NOTHING
        b = TEXT if theirs.form else NOTHING
        count = row_of(
            rows, count, LEGAL, worth, 0, a, mine.form_a, mine.form_b, b, theirs.form_a, theirs.form_b
        )
        points += worth
    if mine.residue_b > mine.residue_a:
        cost = pair[W_RESIDUE]
        count = row_of(rows, count, BY_RESIDUE, -cost, 0, TEXT, mine.residue_a, mine.residue_b, NOTHING, 0, 0)
        points -= cost
    if theirs.residue_b > theirs.residue_a:
        cost = pair[W_RESIDUE]
        count = row_of(
            rows, count, BY_RESIDUE, -cost, 0, NOTHING, 0, 0, TEXT, theirs.residue_a, theirs.residue_b
        )
        points -= cost
    if kind != UNSAID and other != UNSAID and kind != other:
        count = row_of(rows, count, MISSING, -pair[W_KIND], 0, KIND, kind, 0, KIND, other, 0)
        points -= pair[W_KIND]
    return points, count


@bare
def _hopeless(asked, party, q0, m, listed, l0, n, words, pair, ease, person, points, least, scratch):
    """Whether a pair cannot come to ``least`` by anything that is still to be weighed."""
    row = asked.row[party]
    after = asked.row[party + 1]
    if after.identifier > row.identifier:
        return False
    most = points + pair[W_FORM_SAME]
    if after.country > row.country:
        most += pair[W_COUNTRY_SAME]
    if after.place > row.place:
        most += pair[W_ADDRESS_MOST]
    if person:
        return most + 2 * pair[W_INITIAL] < least
    lost = np.int64(0)
    for i in range(m):
        if scratch.mine[i] < 0:
            lost += asked.word[asked.item[q0 + i].word].cost
    for j in range(n):
        if scratch.theirs[j] < 0:
            lost += words[listed.item[l0 + j].word].cost
    return most - lost * ease // PARTS + SLACK < least


@bare
def weigh(asked, reading, party, listed, form, words, letters, met, weights, scratch, least):
    """Points (in parts), flags and number of rows of one asked reading against one listed reading.

    A pair that cannot come to ``least`` is left half weighed: its points are then too many, yet fewer than
    that.
    """
    pair = weights.pair
    rows = scratch.rows
    item = asked.item
    word = asked.word
    theirs = listed.reading[form]
    q0 = asked.reading[reading].first
    m = asked.reading[reading + 1].first - q0
    l0 = theirs.first
    n = listed.reading[form + 1].first - l0
    kind = asked.row[party].kind
    other = listed.row[theirs.row].kind
    person = personal(kind, other)
    # A firm's rare word in the name of somebody or something else is no question to ask.
    apart = kind == ORGANISATION and other in (PERSON, VESSEL, AIRCRAFT)
    for i in range(m):
        scratch.mine[i] = -1
    for j in range(n):
        scratch.theirs[j] = -1
    mine_total = np.int64(max(1, asked.reading[reading].value))
    theirs_total = np.int64(max(1, theirs.value))
    ease = easing(mine_total, theirs_total, pair)
    cost_ease = np.int64(weights.cost_easing[ease])
    meetings = meetings_of(asked, q0, m, listed, l0, n, words, met, weights.like[JOINED], scratch)
    points = np.int64(0)
    flags = IS_WHOLE if asked.reading[reading].whole == theirs.whole else 0
    count = 0
    matched = 0
    leads_likely = False
    exact = np.int64(0)
    while True:
        at = best_of(meetings, scratch)
        if at < 0:
            break
        way = scratch.meet[at, 0]
        bi = scratch.meet[at, 1]
        bj = scratch.meet[at, 2]
        q = item[q0 + bi].word
        v = listed.item[l0 + bj].word
        scratch.mine[bi] = bj
        scratch.theirs[bj] = bi
        mine_b = bi + 1
        theirs_b = bj + 1
        rarity = min(word[q].rarity, words[v].rarity)
        mine_value = np.int64(word[q].value)
        theirs_value = np.int64(words[v].value)
        by = JOINED
        like = weights.like[JOINED]
        named = True
        if way == 0:
            by = met.meeting[scratch.meet[at, 4]].by
            like = met.meeting[scratch.meet[at, 4]].like
            named = word[q].role == DISTINGUISHING and words[v].role == DISTINGUISHING
            if by == SAME:
                by = asked.reading[reading].script if asked.reading[reading].script != SAME else theirs.script
        elif way == 1:
            scratch.mine[bi + 1] = bj
            mine_b = bi + 2
            mine_value += word[item[q0 + bi + 1].word].value
            rarity = words[v].rarity
        else:
            scratch.theirs[bj + 1] = bi
            theirs_b = bj + 2
            theirs_value += words[listed.item[l0 + bj + 1].word].value
            rarity = word[q].rarity
        if rarity >= pair[W_RARE] and like >= pair[W_RARE_LIKE] and named and not person and not apart:
            flags |= IS_RARE
        if by == SOUND and count == 0:
            # What merely sounds alike may carry a review, no hit.
            flags |= IS_BARRED
        worth = scratch.meet[at, 3] * ease // PARTS
        worth += pair[W_SHARE_MINE] * mine_value // mine_total * like // PARTS
        worth += pair[W_SHARE_THEIRS] * theirs_value // theirs_total * like // PARTS
        count = row_of(rows, count, by, worth, rarity, ITEMS, bi, mine_b, ITEMS, bj, theirs_b)
        points += worth
        matched += way > 0 or word[q].role != PARTICLE
        if by in (SPELLING, SOUND, ABBREVIATION):
            leads_likely |= bi == 0
        else:
            exact = max(exact, worth)
    if flags & (IS_RARE | IS_WHOLE) == 0 and _hopeless(
        asked, party, q0, m, listed, l0, n, words, pair, cost_ease, person, points, least, scratch
    ):
        return min(points, least - 1), np.int64(0), 0
    if leads_likely and exact < pair[W_EXACT]:
        flags |= IS_LIKELY
    if person:
        more, count = initials_of(
            asked, q0, m, listed, l0, n, words, letters, np.int64(pair[W_INITIAL]), count, scratch
        )
        points += more
    elif _turned(m, scratch):
        count = row_of(rows, count, ORDER, -pair[W_ORDER], 0, NOTHING, 0, 0, NOTHING, 0, 0)
        points -= pair[W_ORDER]
    spared = cost_ease * pair[W_SPARED] // PARTS if person else cost_ease
    more, barred, left, count = _leftovers(
        asked, q0, m, listed, l0, n, words, pair, cost_ease, spared, person, count, scratch
    )
    points += more
    flags |= barred
    if matched == 1 and left > 0:
        flags |= IS_BARRED
    more, count = _beside_words(asked.reading[reading], theirs, kind, other, pair, count, rows)
    points += more
    more, count, flags = _circumstances(asked, party, listed, theirs.row, pair, rows, count, flags)
    return points + more, flags, count


@bare
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
                flags |= IS_THERE
                theirs = mine
        count = row_of(rows, count, COUNTRY, worth, 0, CODE, mine, 0, CODE, theirs, 0)
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
            count = row_of(
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
            count = row_of(
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
