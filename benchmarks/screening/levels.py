"""Thresholds and calibration from the tuning part: writes ``thresholds.yaml`` and ``calibration.csv``.

A list's *hit* is set where at most 2 in 1,000 unrelated firms and persons reach it on that list, its
*review* where at most 3 in 100 do, both within bounds, and rounded up to half a point. What each
level finds and stops is written beside it. The calibration is the share of the same firms that
reach a score on any list.

    python benchmarks/screening/levels.py
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import sets
from engines import names_table, parties_table

from licet.screening import Index, screen

DATA = Path(__file__).resolve().parents[2] / "src" / "licet" / "screening" / "data"
HIT, REVIEW = 0.002, 0.03
HIT_BOUNDS, REVIEW_BOUNDS = (24.0, 28.0), (19.0, 21.0)
NOTE = """\
# From how many points on a pair is a review, and from how many a hit; an unnamed list takes default.
# Written by benchmarks/screening/levels.py on the tuning part, against the consolidated list of
# 2026-07-31: recall is the share of varied queries made from that list's entries that reach the
# points; the other figures are the shares of {firms:,} real firms and {persons:,} invented persons that
# are on no list and still reach them on this one. Apart from points, one shared rare word alone is a
# review, the very same name in the same country a hit, and conflicting places or numbers never are.
lists:
"""


class Scores:
    """The best score of every query, firm and person against each list."""

    def __init__(self) -> None:
        part, listed = sets.part("tune"), sets.listed()
        self.queries = [q for q in part.queries if q.family in sets.NINE]
        self.firms, self.persons = len(part.negatives), len(part.people)
        asked = [*self.queries, *part.negatives, *part.people]
        index = Index.build(names_table(listed))
        # Without thresholds, so that every score is seen.
        index = replace(index, listed=index.listed._replace(point=np.zeros_like(index.listed.point)))
        found = screen(parties_table(asked), index).select(["query", "entity", "list", "score"]).to_pydict()
        self.size, self.entity_list = len(asked), {row.entity: row.list for row in listed}
        self.query, self.score = np.array(found["query"]), np.array(found["score"])
        self.list = np.array(found["list"])
        own = [q.right for q in self.queries]
        self.right = np.array(
            [q < len(own) and e in own[q] for q, e in zip(found["query"], found["entity"], strict=True)]
        )

    def best(self, mask: np.ndarray) -> np.ndarray:
        """The best score of each name among the candidates of ``mask``."""
        best = np.full(self.size, -math.inf)
        np.maximum.at(best, self.query[mask], self.score[mask])
        return best

    def split(self, best: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Firms and persons."""
        start = len(self.queries)
        return best[start : start + self.firms], best[start + self.firms :]


def main() -> None:
    """Write both files anew."""
    scores = Scores()
    firms, _ = scores.split(scores.best(np.ones(len(scores.query), bool)))
    (DATA / "calibration.csv").write_text(_calibration(np.sort(firms)[::-1]), encoding="utf-8")
    lines = [NOTE.format(firms=scores.firms, persons=scores.persons)]
    for code in ("default", *sorted(set(scores.list))):
        lines.append(_levels(code, scores))
    (DATA / "thresholds.yaml").write_text("".join(lines), encoding="utf-8")


def _calibration(falling: np.ndarray) -> str:
    rows, count = {(0.0, 1.0)}, len(falling)
    while count >= 3:
        if math.isfinite(falling[count - 1]) and falling[count - 1] > 0:
            rows.add((round(float(falling[count - 1]), 3), round(len(falling) / count, 3)))
        count //= 2
    return "points,one_in\n" + "".join(f"{points:g},{one_in:g}\n" for points, one_in in sorted(rows))


def _levels(code: str, scores: Scores) -> str:
    here = np.ones(len(scores.list), bool) if code == "default" else scores.list == code
    firms, persons = scores.split(scores.best(here))
    asked = [code == "default" or any(scores.entity_list[e] == code for e in q.right) for q in scores.queries]
    right = scores.best(here & scores.right)[: len(scores.queries)][asked]
    text = f"  {code}:\n"
    for name, share, (least, most) in (("review", REVIEW, REVIEW_BOUNDS), ("hit", HIT, HIT_BOUNDS)):
        reached = max(np.sort(group)[::-1][int(len(group) * share)] for group in (firms, persons))
        points = min(max(math.ceil(2 * max(reached, least)) / 2, least), most)
        found = f"recall {(right >= points).mean():.3f} of {len(right)}" if len(right) else "no queries"
        stopped = f"firms {(firms >= points).mean():.4f}, persons {(persons >= points).mean():.4f}"
        text += f"    {name}: {points}  # {found}; {stopped}\n"
    return text


if __name__ == "__main__":
    main()
