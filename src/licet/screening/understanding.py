"""Makes readings, items and words out of Latin texts in one step of compiled code."""

from __future__ import annotations

import numpy as np

from licet.screening.compiled import outer
from licet.screening.hashing import distinct
from licet.screening.reading_kernel import split, understand, variant_keys, wholes_of, words_of
from licet.screening.resolving import joins_of
from licet.screening.roles import PLACE_ONLY
from licet.screening.shapes import ITEM, READING, Array, Rules


@outer
def words_in(
    data: Array,
    offsets: Array,
    owner: Array,
    script: Array,
    kinds: Array,
    rules: Rules,
    value: Array,
    side: Array,
    rarest: int,
) -> tuple[Array, Array, Array, Array, Array]:
    """Readings of all texts, their items, and the distinct words in them.

    ``owner`` and ``script`` hold for each Latin text the text it reads and its script, ``kinds`` one kind per
    text, ``value`` and ``side`` what words are worth and cost by role. Returns the folded text, the text each
    reading comes from, and READING (one more than there are), ITEM and WORD records.
    """
    kind = np.empty(len(owner), np.uint8)
    for k in range(len(owner)):
        kind[k] = kinds[owner[k]]
    text, start, end, numeral, pointer = split(data, offsets)
    i_start, i_end, base, role, variant, name, first_item, form, form_at, residue = understand(
        text, start, end, numeral, pointer, kind, rules
    )
    number, first = distinct(variant_keys(base, variant))
    word = words_of(first, i_start, i_end, base, role, variant, rules, value, side, rarest)
    join = joins_of(text, word, number, first_item)
    whole = wholes_of(base, first_item)
    item = np.zeros(len(number), ITEM)
    for i in range(len(number)):
        item[i].word = number[i]
        item[i].join = join[i]
    reading = np.zeros(len(name) + 1, READING)
    come_from = np.empty(len(name), np.int64)
    for r in range(len(name)):
        come_from[r] = owner[name[r]]
        reading[r].first = first_item[r]
        reading[r].row = owner[name[r]]
        reading[r].whole = whole[r]
        reading[r].klass = kind[name[r]] == PLACE_ONLY
        reading[r].script = script[name[r]]
        reading[r].form = form[r]
        reading[r].form_a = form_at[r, 0]
        reading[r].form_b = form_at[r, 1]
        reading[r].residue_a = residue[r, 0]
        reading[r].residue_b = residue[r, 1]
        cost = np.int64(0)
        worth = np.int64(0)
        for i in range(first_item[r], first_item[r + 1]):
            cost += word[number[i]].cost
            worth += word[number[i]].value
        reading[r].cost = cost
        reading[r].value = worth
    reading[len(name)].first = first_item[len(name)]
    return text, come_from, reading, item, word
