"""Runs the search over all parties and writes candidates and their rows of evidence, in compiled code."""

from __future__ import annotations

import numpy as np

from licet.screening.amounts import (
    CODE,
    ITEMS,
    KIND,
    R_BY,
    R_MINE,
    R_MINE_A,
    R_MINE_B,
    R_POINTS,
    R_RARITY,
    R_THEIRS,
    R_THEIRS_A,
    R_THEIRS_B,
    TEXT,
)
from licet.screening.compiled import bare, inner, outer
from licet.screening.finding import NEVER, find_all
from licet.screening.levels import level_of
from licet.screening.pairing import prepare
from licet.screening.reading_kernel import LONGEST
from licet.screening.shapes import CANDIDATE, EVIDENCE
from licet.screening.weighing import weigh

LONGEST_SAID = 200  # signs of a stretch of text that a row of evidence shows
MOST_SAID = LONGEST * (LONGEST_SAID + 1)  # signs that one side of a row may take


@inner
def _wider(array, size):
    """The same records with room for more."""
    out = np.empty(size, array.dtype)
    out[: len(array)] = array
    return out


@inner
def _roomy(text, need):
    """The same text with room for ``need`` signs."""
    if need <= len(text):
        return text
    out = np.empty(2 * need, np.uint8)
    out[: len(text)] = text
    return out


@bare
def _say(out, at, what, a, b, text, items, first, words, letters, kind_text, kind_at):
    """Writes one side of a row, for which there is room; returns where the text ends now."""
    if what == ITEMS:
        for i in range(first + a, first + b):
            word = words[items[i].word]
            size = min(word.end - word.start, LONGEST_SAID)
            if i > first + a:
                out[at] = 32
                at += 1
            for x in range(size):
                out[at + x] = letters[word.start + x]
            at += size
    elif what == TEXT:
        size = min(b - a, LONGEST_SAID)
        while size < b - a and size > 0 and text[a + size] & 0xC0 == 0x80:
            size -= 1
        for x in range(size):
            out[at + x] = text[a + x]
        at += size
    elif what == CODE:
        out[at] = a // 256
        out[at + 1] = a % 256
        at += 2
    elif what == KIND:
        for x in range(kind_at[a], kind_at[a + 1]):
            out[at] = kind_text[x]
            at += 1
    return at


@outer
def screen_all(
    asked, listed, vocabulary, met, weights, scratch, as_of, known_at, everything, kind_text, kind_at
):
    """Candidates of every party with their rows of evidence, and the two texts that the rows end in.

    ``scratch`` is working room; ``everything`` weighs all pairs and keeps the best of every entity, whatever
    its points.
    """
    words = vocabulary.word
    letters = vocabulary.text
    least = np.int64(1 << 60)
    for x in range(len(listed.point)):
        least = min(least, listed.point[x, 0])
    candidates = np.empty(256, CANDIDATE)
    evidence = np.empty(1024, EVIDENCE)
    mine = np.empty(1 << 14, np.uint8)
    theirs = np.empty(1 << 14, np.uint8)
    at_mine = 0
    at_theirs = 0
    nc = 0
    ne = 0
    for party in range(len(asked.row) - 1):
        ng = find_all(
            asked,
            party,
            listed,
            words,
            letters,
            vocabulary.slots,
            met,
            weights,
            scratch,
            least,
            as_of,
            known_at,
            everything,
        )
        # find_all leaves the last reading prepared.
        ready = np.int64(asked.row[party + 1].reading - 1)
        for x in range(ng):
            best = scratch.best[x]
            if best.reading != ready:
                prepare(asked, best.reading, met, listed, words, vocabulary.slots, scratch)
                ready = np.int64(best.reading)
            points, flags, count = weigh(
                asked, best.reading, party, listed, best.form, words, letters, met, weights, scratch, NEVER
            )
            row = listed.reading[best.form].row
            at = listed.row[row].list
            if nc == len(candidates):
                candidates = _wider(candidates, 2 * nc)
            if ne + count > len(evidence):
                evidence = _wider(evidence, 2 * (ne + count))
            for r in range(count):
                rows = scratch.rows
                mine = _roomy(mine, at_mine + MOST_SAID)
                theirs = _roomy(theirs, at_theirs + MOST_SAID)
                at_mine = _say(
                    mine,
                    at_mine,
                    rows[r, R_MINE],
                    rows[r, R_MINE_A],
                    rows[r, R_MINE_B],
                    asked.text,
                    asked.item,
                    asked.reading[best.reading].first,
                    asked.word,
                    asked.text,
                    kind_text,
                    kind_at,
                )
                at_theirs = _say(
                    theirs,
                    at_theirs,
                    rows[r, R_THEIRS],
                    rows[r, R_THEIRS_A],
                    rows[r, R_THEIRS_B],
                    listed.text,
                    listed.item,
                    listed.reading[best.form].first,
                    words,
                    letters,
                    kind_text,
                    kind_at,
                )
                evidence[ne].by = rows[r, R_BY]
                evidence[ne].points = rows[r, R_POINTS]
                evidence[ne].rarity = rows[r, R_RARITY]
                evidence[ne].mine = at_mine
                evidence[ne].theirs = at_theirs
                ne += 1
            candidates[nc].party = party
            candidates[nc].row = row
            candidates[nc].points = points
            candidates[nc].level = level_of(
                points, flags, listed.point[at, 0], listed.point[at, 1], weights.pair
            )
            candidates[nc].rows = ne
            nc += 1
    return candidates[:nc], evidence[:ne], mine[:at_mine], theirs[:at_theirs]
