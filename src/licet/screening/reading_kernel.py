"""Splits names into folded words and gives each word its role, in compiled code.

Text is ASCII by now: other scripts were rewritten before. Words are runs of letters and
digits in lower case, one blank between two; a name's words lie beside each other, so that
a phrase ("hong kong") is one stretch of text and is looked up as such.
"""

from __future__ import annotations

import numpy as np

from licet.screening.compiled import inner, outer
from licet.screening.hashing import FNV, PRIME, find, finish, hash_of
from licet.screening.roles import (
    ANYWHERE,
    BACK,
    DISTINGUISHING,
    FORM,
    FRONT,
    NUMBER,
    PARTICLE,
    PARTS,
    PERSON,
    PLACE,
    PLACE_ONLY,
    RESIDUE,
    SPLIT,
    TITLE,
    UNCLASSED,
    UNSAID,
)
from licet.screening.shapes import WORD

LETTER = 3072  # rarity of a lone letter at the most, in parts
LONGEST = 48  # words of a name that are read; what follows is no name any more
# One word is several words by how it is read: in a firm's name, in place of a name, in a person's, in an
# address.
GENERAL, PLAIN, PERSONAL, POSTAL = 0, 1, 2, 3
VARIANT = np.array([0, 0xA5A5A5A5A5A5A5A5, 0xC3C3C3C33C3C3C3C, 0x96969696F0F0F0F0], np.uint64)
# How a label goes: alone, with a word behind it, with all behind it, with the place before it.
ALONE_FRONT, WORD_FRONT, ALONE_BACK, REST_BACK, PLACE_BACK = 1, 2, 4, 8, 16


@inner
def _letter(c):
    return 97 <= c <= 122 or 65 <= c <= 90


@inner
def _digit(c):
    return 48 <= c <= 57


@outer
def split(data, offsets):
    """Folded text, and of every word its start, its end and whether it is a number; words per name as
    pointers.
    """
    n = len(offsets) - 1
    room = offsets[n] - offsets[0] + n + 1
    text = np.empty(room, np.uint8)
    start = np.empty(room, np.int32)
    end = np.empty(room, np.int32)
    numeral = np.empty(room, np.bool_)
    pointer = np.zeros(n + 1, np.int64)
    out = 0
    words = 0
    for k in range(n):
        a = offsets[k]
        b = offsets[k + 1]
        i = a
        first = words
        while i < b and words - first < LONGEST:
            c = data[i]
            if not (_letter(c) or _digit(c)):
                i += 1
                continue
            start[words] = out
            run = 0  # letters since the last full stop
            digits = 0
            while i < b:
                c = data[i]
                if _letter(c) or _digit(c):
                    if c <= 90 and c >= 65:
                        c += 32
                    if _digit(c):
                        digits += 1
                    text[out] = c
                    out += 1
                    run += 1
                    i += 1
                elif c == 39 or c == 96:
                    # An apostrophe inside a word is no boundary.
                    if i + 1 < b and (_letter(data[i + 1]) or _digit(data[i + 1])):
                        i += 1
                    else:
                        break
                elif (
                    c == 46
                    and run == 1
                    and digits == 0
                    and i + 1 < b
                    and _letter(data[i + 1])
                    and (i + 2 >= b or not (_letter(data[i + 2]) or _digit(data[i + 2])))
                ):
                    run = 0
                    i += 1
                else:
                    break
            end[words] = out
            numeral[words] = digits == out - start[words]
            if numeral[words]:
                # Leading noughts say nothing.
                s = start[words]
                z = 0
                while s + z < out - 1 and text[s + z] == 48:
                    z += 1
                if z:
                    for x in range(s, out - z):
                        text[x] = text[x + z]
                    out -= z
                    end[words] = out
            text[out] = 32
            out += 1
            words += 1
        pointer[k + 1] = words
    return text[:out], start[:words], end[:words], numeral[:words], pointer


@inner
def _stands(rules, entry, text, start, end, after, last, opening):
    """Whether an entry may stand here: some legal forms only open a name, some only close it, as some
    labels do.
    """
    role = rules.role[entry]
    if role == UNCLASSED:
        return False
    if role == RESIDUE:
        how = rules.family[entry]
        if opening:
            return how & (ALONE_FRONT | WORD_FRONT) != 0 and after < last
        if how & REST_BACK:
            return True
        if not how & (ALONE_BACK | PLACE_BACK):
            return False
    elif role == SPLIT:
        return after < last and (not opening or end[after - 1] - start[after - 1] > 3)
    elif role == FORM:
        where = rules.where[entry]
        if where == ANYWHERE or (where & FRONT and opening):
            return True
        if not where & BACK or opening:
            return False
    else:
        return True
    if after >= last:
        return True
    follower = find(rules.slots, rules.keys, hash_of(text, start[after], end[after]))
    return follower >= 0 and (
        rules.role[follower] == FORM or rules.role[follower] == RESIDUE or rules.role[follower] == SPLIT
    )


@inner
def _read_as(role, numeral, kind, opening, length):
    """The role and the variant of a word of a name of this kind."""
    plain = NUMBER if numeral else DISTINGUISHING
    if kind == PERSON:
        if role in (TITLE, PARTICLE):
            return role, PERSONAL
        return plain, PERSONAL
    if kind == PLACE_ONLY:
        if role in (PARTICLE, PLACE, NUMBER):
            return role, POSTAL
        return plain, POSTAL
    if role == TITLE and not (kind == UNSAID and opening and length <= 3):
        return plain, PLAIN
    if role == UNCLASSED:
        return plain, GENERAL
    return role, GENERAL


@outer
def understand(text, start, end, numeral, pointer, kinds, rules):
    """Readings of every name: content words with their roles, the legal form, and what was left out.

    Returns, per item: start, end, hash, role, variant; and per reading: the name it belongs to, pointers
    to its
    items, the family and stretch of its legal form, and the stretch of the residue that made or cut it.
    """
    n = len(pointer) - 1
    total = pointer[n]
    i_start = np.empty(total + 1, np.int32)
    i_end = np.empty(total + 1, np.int32)
    i_hash = np.empty(total + 1, np.uint64)
    i_role = np.empty(total + 1, np.uint8)
    i_variant = np.empty(total + 1, np.uint8)
    rooms = total + n + 1
    r_name = np.empty(rooms, np.int32)
    r_pointer = np.zeros(rooms + 1, np.int64)
    r_form = np.zeros(rooms, np.int16)
    r_form_at = np.zeros((rooms, 2), np.int32)
    r_residue = np.zeros((rooms, 2), np.int32)
    items = 0
    readings = 0
    for k in range(n):
        p = pointer[k]
        last = pointer[k + 1]
        kind = kinds[k]
        begun = p
        form = 0
        form_a = form_b = 0
        residue_a = residue_b = 0
        from_here = items
        content = 0
        made = 0
        while p <= last and begun < last:
            cut = p == last
            span = 1
            if not cut:
                h = hash_of(text, start[p], end[p])
                entry = find(rules.slots, rules.keys, h)
                role = UNCLASSED
                family = 0
                if numeral[p]:
                    role = NUMBER
                if entry >= 0 and kind != PLACE_ONLY:
                    opening = items == from_here
                    if _stands(rules, entry, text, start, end, p + 1, last, opening):
                        role = rules.role[entry]
                        family = rules.family[entry]
                    for more in range(min(rules.reach[entry], last - p), 1, -1):
                        longer = hash_of(text, start[p], end[p + more - 1])
                        at = find(rules.slots, rules.keys, longer)
                        if at >= 0 and _stands(rules, at, text, start, end, p + more, last, opening):
                            if kind == PERSON and rules.role[at] not in (FORM, RESIDUE, SPLIT, TITLE):
                                continue
                            role = rules.role[at]
                            family = rules.family[at]
                            h = longer
                            span = more
                            break
                elif entry >= 0 and rules.role[entry] in (PARTICLE, PLACE):
                    role = rules.role[entry]
                if role == FORM:
                    if form_a == form_b:
                        form_a = start[p]
                    form = family
                    form_b = end[p + span - 1]
                elif role == RESIDUE:
                    label = start[p]
                    if family & WORD_FRONT and items == from_here and p + span < last - 1:
                        span += 1
                    elif family & REST_BACK and items > from_here:
                        span = last - p
                    elif family & PLACE_BACK and items > from_here + 1 and i_role[items - 1] == PLACE:
                        items -= 1
                        content -= 1
                        label = i_start[items]
                    if residue_b + 1 != label:
                        residue_a = label
                    residue_b = end[p + span - 1]
                elif role == SPLIT:
                    cut = True
                else:
                    role, variant = _read_as(role, numeral[p], kind, items == from_here, end[p] - start[p])
                    i_start[items] = start[p]
                    i_end[items] = end[p + span - 1]
                    i_hash[items] = h
                    i_role[items] = role
                    i_variant[items] = variant
                    items += 1
                    if role != PARTICLE and role != TITLE:
                        content += 1
            if cut:
                if content > 0:
                    r_name[readings] = k
                    r_form[readings] = form
                    r_form_at[readings, 0] = form_a
                    r_form_at[readings, 1] = form_b
                    if p < last and residue_a == residue_b:
                        residue_a = start[p]
                        residue_b = end[p + span - 1]
                    r_residue[readings, 0] = residue_a
                    r_residue[readings, 1] = residue_b
                    readings += 1
                    r_pointer[readings] = items
                    made += 1
                else:
                    items = from_here
                content = 0
                form = 0
                form_a = form_b = 0
                residue_a = residue_b = 0
                from_here = items
                if p < last:
                    residue_a = start[p]
                    residue_b = end[p + span - 1]
            p += span
        if made == 0:
            # Nothing but forms, labels and small words: then they are the name.
            items = from_here
            for w in range(begun, last):
                i_start[items] = start[w]
                i_end[items] = end[w]
                i_hash[items] = hash_of(text, start[w], end[w])
                i_role[items] = NUMBER if numeral[w] else DISTINGUISHING
                i_variant[items] = PLAIN
                items += 1
            r_name[readings] = k
            readings += 1
            r_pointer[readings] = items
    return (
        i_start[:items],
        i_end[:items],
        i_hash[:items],
        i_role[:items],
        i_variant[:items],
        r_name[:readings],
        r_pointer[: readings + 1],
        r_form[:readings],
        r_form_at[:readings],
        r_residue[:readings],
    )


@outer
def variant_keys(base, variant):
    """The hash of each item's text and of how it is read."""
    out = np.empty(len(base), np.uint64)
    for i in range(len(base)):
        out[i] = base[i] ^ VARIANT[variant[i]]
    return out


@outer
def words_of(first, start, end, base, role, variant, rules, value, cost, rarest):
    """WORD records of the items at ``first``; a firm's word is no rarer than it is among persons.

    ``value`` and ``cost`` are shares by role: what of a rarity counts, and what of that a word left over
    costs.
    """
    out = np.empty(len(first), WORD)
    for k in range(len(first)):
        i = first[k]
        size = min(end[i] - start[i], 12)
        entry = find(rules.slots, rules.keys, base[i])
        column = 0
        if variant[i] == PERSONAL:
            column = 1
        elif variant[i] == POSTAL:
            column = 2
        bits = rules.rarity[entry, column] if entry >= 0 else rules.unseen[size, column]
        if column == 0:
            bits = min(bits, rules.rarity[entry, 1] if entry >= 0 else rules.unseen[size, 1])
        if size == 1:
            bits = min(bits, LETTER)
        worth = max(1, min(bits, rarest) * value[role[i]] // PARTS)
        out[k].start = start[i]
        out[k].end = end[i]
        out[k].hash = base[i]
        out[k].key = base[i] ^ VARIANT[variant[i]]
        out[k].role = role[i]
        out[k].rarity = bits
        out[k].value = worth
        out[k].cost = max(0, np.int64(worth) * cost[role[i]] // PARTS)
    return out


@outer
def wholes_of(base, pointer):
    """A hash of all words of every reading in their order."""
    out = np.empty(len(pointer) - 1, np.uint64)
    for r in range(len(out)):
        h = FNV
        for i in range(pointer[r], pointer[r + 1]):
            h = finish((h ^ base[i]) * PRIME)
        out[r] = h
    return out
