"""The names by which compiled code calls amounts, columns of rows, and what a weighing says beside its
points.
"""

from __future__ import annotations

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
    W_PERSON,
    W_EACH,
    W_EACH_PERSON,
    W_SPARED,
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
    W_BEND,
    W_SLOPE,
    W_RARE,
    W_RARE_LIKE,
    W_DOUBT,
    W_BEYOND,
    W_EXACT,
) = range(31)

# A row: way of meeting, points, rarity, what my side is and its bounds, what theirs is and its bounds.
R_BY, R_POINTS, R_RARITY, R_MINE, R_MINE_A, R_MINE_B, R_THEIRS, R_THEIRS_A, R_THEIRS_B = range(9)
NOTHING, ITEMS, TEXT, CODE, KIND = range(5)
ROOM = 256

# What a weighing says beside its points.
IS_RARE, IS_BARRED, IS_IDENTIFIED, IS_WHOLE, IS_THERE, IS_LIKELY = 1, 2, 4, 8, 16, 32
IS_NAMESAKE = IS_WHOLE | IS_THERE

SLACK = 1024  # more than all rounding of one pair can come to
