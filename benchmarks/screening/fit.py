"""Fits the amounts of ``engine_weights.yaml`` to the tuning part, by searching for better ones.

    python fit.py [SECONDS] [SEED]

Every pair that matters is weighed once and its rows kept as plain numbers: all queries and negatives of
the tuning part against the list, its held-out aliases against the primary names, the labelled pairs of
nomenklatura and the siblings. The score is then a formula of those rows and the amounts, so that
thousands of amounts can be tried. What is sought is the mean recall at one and at a tenth of a percent of
false positives, and the ranking of pairs; amounts are kept within ``BOUNDS``, within which each still means
what its line in the file says. The held part is never looked at. Prints the figures and the amounts found;
a person writes them into the file.
"""

from __future__ import annotations

import csv
import sys
import time
from typing import Any

import measure
import numpy as np
import pyarrow as pa
import sets
from engines import SCHEMATA, names_table
from real import shared

from licet.screening import Index
from licet.screening.amounts import (
    R_BY,
    R_MINE,
    R_MINE_A,
    R_MINE_B,
    R_POINTS,
    R_THEIRS,
    R_THEIRS_A,
    R_THEIRS_B,
)
from licet.screening.asking import asked_of
from licet.screening.compiled import outer
from licet.screening.finding import ANY_DAY, NEVER, find_all, scratch_of
from licet.screening.index import conform
from licet.screening.pairing import like_of, prepare
from licet.screening.resolving import resolve
from licet.screening.roles import (
    ABBREVIATION,
    BY_NUMBER,
    BY_PLACE,
    BY_RESIDUE,
    DROPPED,
    JOINED,
    LEGAL,
    MISSING,
    ORDER,
    SOUND,
    SPELLING,
)
from licet.screening.screen import PARTIES
from licet.screening.shapes import Met, frozen
from licet.screening.weighing import weigh

ROW = np.dtype([(n, "i4") for n in ("pair", "by", "mine_role", "role", "q", "l", "like", "points")])
PAIR = np.dtype([(n, "i4") for n in ("party", "row", "kind", "other")])
LAST = (1 << 31) - 1
START = {
    "trade": 0.8, "place": 0.7, "number": 0.6, "small": 0.3, "mine": 0.45, "mine trade": 0.3,
    "mine place": 0.3,
    "mine number": 0.4, "left small": 0.1, "theirs": 0.35, "theirs trade": 0.25, "theirs place": 0.25,
    "theirs number": 0.4, "rarest": 17.0, "doubt": 1.0, "bend": 25.0, "slope": 0.3, "cost easing": 0.5,
    "share mine": 4.0, "share theirs": 4.0, "person spared": 0.7, "person conflict": 0.6,
    "name conflict": 0.3,
    "trade conflict": 0.3, "each conflict": 1.0, "each person conflict": 2.0, "place conflict": 4.0,
    "number conflict": 6.0, "order": 0.5, "form same": 0.5, "form missing": 0.1, "form differs": 1.0,
    "initial": 1.0,
}  # fmt: skip
BOUNDS = {
    "name conflict": 1.5, "person conflict": 1.6, "trade conflict": 0.8, "each conflict": 4.0,
    "each person conflict": 7.0, "place conflict": 10.0, "number conflict": 10.0, "form differs": 3.5,
    "order": 2.5,
    "initial": 3.0, "number": 1.2, "doubt": 2.0, "rarest": 19.0, "cost easing": 1.0, "slope": 1.0,
}  # fmt: skip


@outer
def rows_of(asked, listed, vocabulary, met, weights, everything, least, rows, pairs):
    """Writes the rows of the best reading of each entity a party may be; returns how many pairs and rows."""
    words = vocabulary.word
    scratch = scratch_of(len(words), len(listed.reading), listed.most[0])
    nr = 0
    np_ = 0
    for party in range(len(asked.row) - 1):
        found = find_all(
            asked, party, listed, words, vocabulary.text, vocabulary.slots, met, weights, scratch, least,
            ANY_DAY, LAST, everything,
        )  # fmt: skip
        for x in range(found):
            best = scratch.best[scratch.groups[x]]
            prepare(asked, best.reading, met, listed, words, vocabulary.slots, scratch)
            _, _, count = weigh(
                asked,
                best.reading,
                party,
                listed,
                best.form,
                words,
                vocabulary.text,
                met,
                weights,
                scratch,
                NEVER,
            )
            pairs[np_].party = party
            pairs[np_].row = listed.reading[best.form].row
            pairs[np_].kind = asked.row[party].kind
            pairs[np_].other = listed.row[listed.reading[best.form].row].kind
            q0 = asked.reading[best.reading].first
            l0 = listed.reading[best.form].first
            for r in range(count):
                row = scratch.rows[r]
                out = rows[nr]
                out.pair = np_
                out.by = row[R_BY]
                out.points = row[R_POINTS]
                if row[R_MINE] == 1:
                    for i in range(row[R_MINE_A], row[R_MINE_B]):
                        out.q += asked.word[asked.item[q0 + i].word].rarity
                        out.mine_role = asked.word[asked.item[q0 + i].word].role
                if row[R_THEIRS] == 1:
                    for j in range(row[R_THEIRS_A], row[R_THEIRS_B]):
                        out.l += words[listed.item[l0 + j].word].rarity
                        out.role = words[listed.item[l0 + j].word].role
                if row[R_MINE] == 1 and row[R_THEIRS] == 1:
                    at = like_of(
                        met, asked.item[q0 + row[R_MINE_A]].word, listed.item[l0 + row[R_THEIRS_A]].word
                    )
                    out.like = met.meeting[at].like if at >= 0 else 0
                nr += 1
            np_ += 1
    return np_, nr


def weighed(names: list[str], kinds: list[str], index: Index, everything: bool = False) -> tuple[Any, Any]:
    """Pairs and rows of names against an index, from eight points on."""
    table = conform(pa.table({"name": names, "kind": kinds}), PARTIES, ("name",))
    asked = asked_of(table, index.rules, index.weights)
    met = Met(*resolve(asked.text, asked.word, index.rules, index.keys, index.weights, index.vocabulary))
    least = 8 * 1024
    point = index.listed.point.copy()
    point[:, 0] = least
    many = len(names) > 50
    rows, pairs = np.zeros(12_000_000 if many else 4_000, ROW), np.zeros(1_500_000 if many else 500, PAIR)
    np_, nr = rows_of(
        asked, frozen(index.listed._replace(point=point)), index.vocabulary, met, index.weights, everything,
        least, rows, pairs,
    )  # fmt: skip
    return pairs[:np_].copy(), rows[:nr].copy()


class Weighed:
    """Weighed pairs as sums that the formula needs."""

    def __init__(self, pairs: Any, rows: Any, right: Any) -> None:
        self.n, self.party, self.right = len(pairs), pairs["party"], right
        kind, other = pairs["kind"], pairs["other"]
        self.person = ((kind == 1) & (other <= 1)) | ((other == 1) & (kind == 0))
        self.differs = (kind != 0) & (other != 0) & (kind != other)
        q, other_side, by = rows["q"] / 1024, rows["l"] / 1024, rows["by"]
        both = (q > 0) & (other_side > 0)
        against = both & np.isin(by, (MISSING, BY_NUMBER, BY_PLACE))
        initial = both & (by == ABBREVIATION) & (rows["like"] == 0)
        self.met = self._part(rows, both & ~against & ~initial)
        self.against = self._part(rows, against)
        self.dropped = self._part(rows, by == DROPPED)
        self.missing = self._part(rows, (by == MISSING) & (q == 0) & (other_side > 0))
        form = rows["points"] * (by == LEGAL)
        self.counts = {
            "initial": self._count(rows, initial),
            "order": -self._count(rows, by == ORDER),
            "form same": self._count(rows, form > 0),
            "form missing": -self._count(rows, (form < 0) & (form > -300)),
            "form differs": -self._count(rows, form <= -300),
        }
        self.fixed = -0.125 * self._count(rows, by == BY_RESIDUE) - 5.0 * self.differs

    def _count(self, rows: Any, which: Any) -> Any:
        return np.bincount(rows["pair"][which], minlength=self.n)

    @staticmethod
    def _part(rows: Any, which: Any) -> dict[str, Any]:
        kept = rows[which]
        like = np.where(kept["by"] == JOINED, 0.97, kept["like"] / 1024)
        return {
            "pair": kept["pair"], "q": kept["q"] / 1024, "l": kept["l"] / 1024, "by": kept["by"],
            "mine": kept["mine_role"], "role": kept["role"], "like": like,
            "loose": np.isin(kept["by"], (SPELLING, SOUND, ABBREVIATION)) & (like < 0.925),
        }  # fmt: skip

    def score(self, a: dict[str, float]) -> Any:
        """Points of every pair with these amounts."""
        small = [a["small"]] * 5
        value = np.array([1.0, a["trade"], a["place"], a["number"], *small])
        left = [a["left small"]] * 5
        mine = np.array([a["mine"], a["mine trade"], a["mine place"], a["mine number"], *left])
        theirs = np.array([a["theirs"], a["theirs trade"], a["theirs place"], a["theirs number"], *left])

        def worth(bits: Any, role: Any) -> Any:
            return np.minimum(bits, a["rarest"]) * value[role]

        def total(part: dict[str, Any], what: Any) -> Any:
            return np.bincount(part["pair"], weights=what, minlength=self.n)

        met, against, dropped, missing = self.met, self.against, self.dropped, self.missing
        mq, ml = worth(met["q"], met["mine"]), worth(met["l"], met["role"])
        like = np.where(met["loose"], np.maximum(0, 1 - a["doubt"] * (1 - met["like"])), met["like"])
        aq, al = worth(against["q"], against["mine"]), worth(against["l"], against["role"])
        dq, xl = worth(dropped["q"], dropped["mine"]), worth(missing["l"], missing["role"])
        all_mine = total(met, mq) + total(against, aq) + total(dropped, dq) + 1e-3
        all_theirs = total(met, ml) + total(against, al) + total(missing, xl) + 1e-3
        size = np.minimum(all_mine, all_theirs)
        ease = np.where(size < a["bend"], size, a["bend"] + a["slope"] * (size - a["bend"])) / size
        costs = ease ** a["cost easing"]
        points = ease * total(met, np.minimum(mq, ml) * like)
        points += a["share mine"] * total(met, mq * like) / all_mine
        points += a["share theirs"] * total(met, ml * like) / all_theirs
        alone = total(dropped, dq * mine[dropped["mine"]]) + total(missing, xl * theirs[missing["role"]])
        points -= costs * np.where(self.person, a["person spared"], 1.0) * alone
        person = self.person[against["pair"]]
        name, trade = against["role"] == 0, against["role"] == 1
        share = (
            name * np.where(person, a["person conflict"], a["name conflict"]) + trade * a["trade conflict"]
        )
        words = aq * mine[against["mine"]] + al * theirs[against["role"]] + np.minimum(aq, al) * share
        each = (name | trade) * np.where(person & name, a["each person conflict"], a["each conflict"])
        each = each + (against["by"] == BY_PLACE) * a["place conflict"]
        each = each + (against["by"] == BY_NUMBER) * a["number conflict"]
        points -= costs * total(against, words) + total(against, each)
        return points + self.fixed + sum(a[name] * count for name, count in self.counts.items())


class Material:
    """Everything the amounts are judged by."""

    def __init__(self) -> None:
        part = sets.part("tune")
        queries, negatives, aliases = list(part.queries), list(part.negatives), list(part.aliases)
        self.families = np.array([q.family for q in queries])
        self.main, self.queries = self._screened(sets.listed(), queries, negatives), len(queries)
        self.alias, self.aliases = (
            self._screened(sets.listed(aliases=False), aliases, negatives),
            len(aliases),
        )
        kinds = {schema: kind for kind, schema in SCHEMATA.items()} | {"Company": "organisation"}
        with (shared() / "benchmarks/name-pairs-nomenklatura.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        labelled = [
            (r["name1"], r["name2"], kinds.get(r["schema"], ""), r["is_match"] == "true") for r in rows
        ]
        self.labelled = self._compared(labelled)
        self.siblings = self._compared([(p.mine, p.theirs, p.kind, p.same) for p in part.siblings])

    @staticmethod
    def _screened(listed: list[Any], queries: list[Any], negatives: list[Any]) -> Weighed:
        everyone = queries + negatives
        pairs, rows = weighed(
            [q.name for q in everyone], [q.kind for q in everyone], Index.build(names_table(listed))
        )
        return Weighed(
            pairs, rows, np.array([listed[p["row"]].entity in everyone[p["party"]].right for p in pairs])
        )

    @staticmethod
    def _compared(labelled: list[tuple[str, str, str, bool]]) -> Weighed:
        found, all_rows = [], []
        for i, (mine, theirs, kind, _) in enumerate(labelled):
            index = Index.build(pa.table({"entity": ["x"], "name": [theirs], "kind": [kind]}), "pair")
            pairs, rows = weighed([mine], [kind], index, everything=True)
            rows = rows[rows["pair"] == 0]
            rows["pair"] = i
            found.append(pairs[:1])
            all_rows.append(rows)
        return Weighed(
            np.concatenate(found), np.concatenate(all_rows), np.array([row[3] for row in labelled])
        )

    def figures(self, amounts: dict[str, float]) -> dict[str, float]:
        """What the amounts achieve."""
        out: dict[str, float] = {}
        for name, screened, n in (("", self.main, self.queries), ("alias ", self.alias, self.aliases)):
            points = screened.score(amounts)
            best = np.full(int(screened.party.max()) + 1, -1e9)
            np.maximum.at(best, screened.party, points)
            right = np.full(n, -1e9)
            np.maximum.at(right, screened.party[screened.right], points[screened.right])
            for rate in (0.01, 0.001):
                above = right > measure.threshold(best[n:], rate)
                if name:
                    out[f"{name}{rate}"] = float(above.mean())
                else:
                    per = {f: float(above[self.families == f].mean()) for f in dict.fromkeys(self.families)}
                    out |= {f"{f} {rate}": v for f, v in per.items()}
                    out[f"macro {rate}"] = float(np.mean([per[f] for f in sets.NINE]))
        out["labelled pairs"] = measure.auc(self.labelled.score(amounts), self.labelled.right)
        out["siblings"] = measure.auc(self.siblings.score(amounts), self.siblings.right)
        return out

    def worth(self, amounts: dict[str, float]) -> float:
        """One number to climb by."""
        f = self.figures(amounts)
        return (
            3 * f["macro 0.01"] + 1.5 * f["macro 0.001"] + 0.5 * (f["alias 0.01"] + f["alias 0.001"])
            + 2 * f["labelled pairs"] + 1.5 * f["siblings"] + 0.5 * f["zh-published 0.01"]
            + 0.3 * f["former 0.01"] + 0.2 * f["former 0.001"]
        )  # fmt: skip


def main(seconds: float, seed: int) -> None:
    """Searches for so long, and prints what was found."""
    material, random = Material(), np.random.default_rng(seed)
    best, best_worth, step = dict(START), material.worth(START), 0.3
    end = time.monotonic() + seconds
    tries = 0
    while time.monotonic() < end:
        tries += 1
        trial = dict(best)
        for name in random.choice(list(trial), size=random.integers(1, 5), replace=False):
            trial[name] = min(trial[name] * float(np.exp(random.normal() * step)), BOUNDS.get(name, np.inf))
        if (worth := material.worth(trial)) > best_worth:
            best, best_worth = trial, worth
        if tries % 50 == 0:
            step = max(0.07, step * 0.93)
    for name, value in material.figures(best).items():
        print(f"{name:24} {value:.4f}")
    for name, value in best.items():
        print(f"{name}: {value:.3f}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 300.0, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
