"""One engine over one part: every search it takes, remembered outside the checkout, and the figures."""

from __future__ import annotations

import csv
import io
import pickle
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import measure
import numpy as np
from engines import Engine, Found, Licet, Nomenklatura, RapidFuzz
from measure import RATES
from real import text
from sets import NINE, Part, Query, listed, natural_share, part

ENGINES: dict[str, type[Any]] = {"licet": Licet, "nomenklatura": Nomenklatura, "rapidfuzz": RapidFuzz}
# RapidFuzz compares a name with the whole list: a part of each set, intervals the wider for it.
SAMPLE = {"rapidfuzz": (80, 2_000)}
DEFAULTS = {"nomenklatura": 0.7}


@dataclass(frozen=True, slots=True)
class Searched:
    """What an engine found for the queries of a part, on the whole list and on primary names alone."""

    queries: Sequence[Query]
    found: Sequence[Found]
    negatives: Sequence[Query]
    against: Sequence[Found]
    people: Sequence[Query]
    people_found: Sequence[Found]
    aliases: Sequence[Query]
    alias_found: Sequence[Found]
    alias_against: Sequence[Found]
    pairs: np.ndarray
    siblings: np.ndarray


def labelled_pairs() -> list[tuple[str, str, str, bool]]:
    """The labelled pairs of nomenklatura's own benchmark: name, name, kind, same."""
    kinds = {
        "Person": "person",
        "Company": "organisation",
        "Organization": "organisation",
        "Vessel": "vessel",
    }
    rows = csv.DictReader(io.StringIO(text("benchmarks/name-pairs-nomenklatura.csv")))
    return [
        (r["name1"], r["name2"], kinds.get(r["schema"], ""), r["is_match"].casefold() == "true") for r in rows
    ]


def _some(queries: Sequence[Query], engine: str, which: int) -> list[Query]:
    if engine not in SAMPLE:
        return list(queries)
    size, seen, kept = SAMPLE[engine][which], {}, []
    for q in queries:
        key = q.family if which == 0 else ""
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= size:
            kept.append(q)
    return kept


class Runner:
    """Builds an engine once per list, and remembers what peers found (never what ours found)."""

    def __init__(self, engine: str, cache: Path | None) -> None:
        self.name = engine
        package = {"licet": "licet", "nomenklatura": "nomenklatura", "rapidfuzz": "rapidfuzz"}[engine]
        self.version = version(package)
        self.cache = cache if engine != "licet" else None
        self.made: dict[bool, Engine] = {}

    def engine(self, aliases: bool = True) -> Engine:
        """The engine with the whole list, or with primary names alone."""
        if aliases not in self.made:
            self.made.clear()
            self.made[aliases] = ENGINES[self.name]()
            self.made[aliases].build(listed(aliases=aliases))
        return self.made[aliases]

    def remembered(self, what: str, key: str, make: Any) -> Any:
        """The result of ``make``, from the cache where the same was asked before."""
        if self.cache is None:
            return make()
        digest = sha256(f"{self.name} {self.version} {what} {key}".encode()).hexdigest()[:20]
        path = self.cache / f"{self.name}-{what}-{digest}.pickle"
        if path.exists():
            return pickle.loads(path.read_bytes())
        made = make()
        self.cache.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(made))
        return made

    def search(self, queries: Sequence[Query], aliases: bool = True) -> list[Found]:
        """What is found for every query."""
        key = f"{aliases} {[(q.name, q.kind) for q in queries]}"
        return self.remembered("search", key, lambda: self.engine(aliases).search(queries))  # type: ignore[no-any-return]

    def compare(self, pairs: Sequence[tuple[str, str, str]]) -> np.ndarray:
        """The score of every pair."""
        engine = next(iter(self.made.values()), None) or ENGINES[self.name]()
        return np.array(
            self.remembered("pairs", str(pairs), lambda: [engine.compare(*p) for p in pairs]), dtype=float
        )


def searched(runner: Runner, material: Part, *, extra: bool = True) -> Searched:
    """Everything asked of one engine over one part."""
    name = runner.name
    queries, negatives = _some(material.queries, name, 0), _some(material.negatives, name, 1)
    people = _some(material.people, name, 1) if name != "rapidfuzz" else []
    found, against = runner.search(queries), runner.search(negatives)
    people_found = runner.search(people) if people else []
    pairs = runner.compare([p[:3] for p in labelled_pairs()])
    siblings = runner.compare([(p.mine, p.theirs, p.kind) for p in material.siblings])
    aliases = list(material.aliases) if extra and name not in SAMPLE else []
    return Searched(
        queries,
        found,
        negatives,
        against,
        people,
        people_found,
        aliases,
        runner.search(aliases, aliases=False) if aliases else [],
        runner.search(negatives, aliases=False) if aliases else [],
        pairs,
        siblings,
    )


def figures(engine: str, material: Part, s: Searched) -> dict[str, Any]:
    """All figures of one engine over one part, as plain values."""
    right, negatives = measure.right_scores(s.queries, s.found), measure.best_scores(s.against)
    family = np.array([q.family for q in s.queries])
    by_family = {f: right[family == f] for f in dict.fromkeys(family.tolist())}
    by_family["zh"] = np.concatenate([v for k, v in by_family.items() if k.startswith("zh-")])
    result: dict[str, Any] = {
        "engine": engine,
        "part": material.name,
        "set": material.digest,
        "queries": {f: len(v) for f, v in by_family.items()},
        "negatives": len(negatives),
        "rates": {},
    }
    for rate in RATES:
        cut = measure.threshold(negatives, rate)
        block = {f: asdict(measure.recall(v, negatives, rate)) for f, v in by_family.items()}
        block["macro"] = asdict(measure.macro(by_family, negatives, rate))
        block["threshold"] = cut
        if s.people:
            above = int((measure.best_scores(s.people_found) > cut).sum())
            block["people"] = asdict(measure.wilson(above, len(s.people)))
        if s.aliases:
            alias = measure.right_scores(s.aliases, s.alias_found)
            block["alias"] = asdict(measure.recall(alias, measure.best_scores(s.alias_against), rate))
        result["rates"][str(rate)] = block
    if engine in DEFAULTS:
        cut = DEFAULTS[engine]
        result["default"] = {
            "threshold": cut,
            "fpr": float((negatives >= cut).mean()),
            "macro": float(np.mean([(by_family[f] >= cut).mean() for f in NINE])),
        }
    result["found_at_all"] = {f: float((v > measure.NOTHING).mean()) for f, v in by_family.items()}
    truth = np.array([p[3] for p in labelled_pairs()])
    result["auc_pairs"] = asdict(measure.auc_share(s.pairs, truth))
    for kind in ("person", "organisation"):
        of = np.array([p[2] == kind for p in labelled_pairs()])
        result[f"auc_pairs_{kind}"] = asdict(measure.auc_share(s.pairs[of], truth[of]))
    same = np.array([p.same for p in material.siblings])
    result["auc_siblings"] = asdict(measure.auc_share(s.siblings, same))
    return result


def own_levels(runner: Runner, material: Part, s: Searched) -> dict[str, Any]:
    """What our own levels and our ``one_in`` do: hits and reviews family by family, and the calibration.

    The calibration weighs hard and plain negatives as they come among firms: of those, one in a hundred
    should have a candidate with ``one_in`` of a hundred or more.
    """
    engine: Any = runner.engine()
    levels: dict[str, list[tuple[bool, bool]]] = {}
    rarest = np.zeros(len(s.negatives))
    sets = (("", s.queries), ("negatives", s.negatives), ("people", s.people))
    for name, queries in sets:
        best = [[False, False] for _ in queries]
        table = engine.table(queries).select(["query", "entity", "level", "one_in"]).to_pydict()
        for q, e, level, one in zip(*table.values(), strict=True):
            if name or e in queries[q].right:
                best[q][1] = True
                best[q][0] |= level == "hit"
            if name == "negatives":
                rarest[q] = max(rarest[q], one)
        for q, b in zip(queries, best, strict=True):
            levels.setdefault(name or q.family, []).append((b[0], b[1]))
    hard = np.array([q.family == "hard" for q in s.negatives])
    natural = natural_share(material.name)
    return {
        "levels": {
            k: {"hit": sum(h for h, _ in v) / len(v), "any": sum(r for _, r in v) / len(v)}
            for k, v in levels.items()
        },
        "calibration": {
            str(one): natural * float((rarest[hard] >= one).mean())
            + (1 - natural) * float((rarest[~hard] >= one).mean())
            for one in (10, 30, 100, 300, 1000)
        },
    }


def assessed(engine: str, which: str, cache: Path | None) -> tuple[dict[str, Any], Searched, Runner]:
    """Run an engine over a part and work out its figures."""
    runner = Runner(engine, cache)
    material = part(which)
    s = searched(runner, material)
    result = figures(engine, material, s)
    if engine == "licet":
        result |= own_levels(runner, material, s)
    return result, s, runner
