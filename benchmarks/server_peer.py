"""yente as it is, but for the search engine behind it, which is stood in for by an index in memory.

Run inside yente's own environment: ``python server_peer.py ENTITIES --port PORT``. Its routes, its reading
of queries, its candidates and their number, nomenklatura's scoring and the writing of answers are all
yente's. Elasticsearch and OpenSearch come from no package index, so :class:`InMemory` takes the place of its
``SearchProvider``: it indexes the very documents that yente would send there and scores the very clauses
that yente asks with BM25, names with yente's own length normalisation. What differs from Lucene:

- words of a name within the edits of ``AUTO`` are looked up among all by RapidFuzz; the closest 50 count;
- a document's length is exact, and only clauses that yente's matching sends are known.

CPU seconds spent in the index are told at ``/stand-in``, so that they can be left out of a comparison.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import re
import sys
import tempfile
import unicodedata
from collections import defaultdict
from functools import lru_cache
from heapq import nlargest
from pathlib import Path
from time import thread_time
from typing import Any

DATASET = "screening"
_K1, _B = 1.2, 0.25
_WORD = re.compile(r"\w+")
_KEYWORDS = ("name_parts", "name_phonetic", "name_symbols", "name_variants")
_MOST_EXPANSIONS = 50


def folded(text: str) -> str:
    """As ``lowercase`` and ``asciifolding`` leave it."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """What the ``standard`` tokenizer makes of it, nearly."""
    return _WORD.findall(folded(text))


class InMemory:
    """Documents by what they hold, and the clauses of yente's matching."""

    def __init__(self) -> None:
        self.sources: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.terms: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.names: dict[str, dict[int, int]] = defaultdict(dict)
        self.lengths: list[int] = []
        self.schemata: list[str] = []
        self.seconds, self.searches = 0.0, 0

    def add(self, ident: str, source: dict[str, Any], groups: dict[str, set[str]]) -> None:
        """Take a document in, as yente would have it indexed."""
        place = len(self.sources)
        for field in _KEYWORDS:
            for value in set(source.pop(field, ())):
                self.terms[field, folded(value) if field != "name_phonetic" else value].append(place)
        for group, values in groups.items():
            for value in values:
                self.terms[group, folded(value)].append(place)
        length = 0
        for name in groups.get("names", ()):
            for word in words(name):
                self.names[word][place] = self.names[word].get(place, 0) + 1
                length += 1
        self.lengths.append(length)
        self.schemata.append(source["schema"])
        self.sources.append(source)
        self.ids.append(ident)

    def ready(self) -> None:
        """Work out what depends on all documents."""
        self.mean = sum(self.lengths) / max(1, len(self.lengths))
        by_length: dict[int, list[str]] = defaultdict(list)
        for word in self.names:
            by_length[len(word)].append(word)
        self.by_length = dict(by_length)

    def idf(self, found: int) -> float:
        """How telling a term is that so many documents hold."""
        return math.log(1 + (len(self.sources) - found + 0.5) / (found + 0.5))

    def term(self, field: str, value: str, boost: float) -> dict[int, float]:
        """Documents that hold a term of a field without lengths."""
        found = self.terms.get((field, folded(value) if field != "name_phonetic" else value), ())
        score = boost * self.idf(len(found)) / (1 + _K1) if found else 0.0
        return dict.fromkeys(found, score)

    @lru_cache(maxsize=100_000)  # noqa: B019 - one index lives as long as its process
    def alike(self, word: str, fuzzy: bool) -> tuple[tuple[str, float], ...]:
        """Words of names within the edits allowed, each with what a change takes off."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        edits = 0 if not fuzzy or len(word) < 3 else 1 if len(word) < 6 else 2
        if not edits:
            return ((word, 1.0),) if word in self.names else ()
        found = []
        for size in range(len(word) - edits, len(word) + edits + 1):
            near = process.extract(
                word, self.by_length.get(size, ()), scorer=OSA.distance, score_cutoff=edits, limit=None
            )
            found += [(other, 1 - d / min(len(word), len(other))) for other, d, _ in near]
        return tuple(nlargest(_MOST_EXPANSIONS, found, key=lambda f: f[1]))

    def match_names(self, text: str, boost: float, fuzzy: bool) -> dict[int, float]:
        """Documents whose names hold every word, or one close to it."""
        total: dict[int, float] | None = None
        for word in words(text):
            scores: dict[int, float] = {}
            for other, part in self.alike(word, fuzzy):
                held = self.names[other]
                weight = boost * part * self.idf(len(held))
                for place, count in held.items():
                    if total is not None and place not in total:
                        continue
                    norm = _K1 * (1 - _B + _B * self.lengths[place] / self.mean)
                    score = weight * count / (count + norm)
                    if score > scores.get(place, 0.0):
                        scores[place] = score
            total = scores if total is None else {p: total[p] + s for p, s in scores.items()}
            if not total:
                return {}
        return total or {}

    def clause(self, clause: dict[str, Any]) -> dict[int, float]:
        """Scores of one clause of a query."""
        ((kind, said),) = clause.items()
        match kind:
            case "term":
                ((field, asked),) = said.items()
                return self.term(field, str(asked["value"]), asked["boost"])
            case "terms":
                boost = said["boost"]
                ((field, values),) = [(k, v) for k, v in said.items() if k != "boost"]
                found = {p for v in values for p in self.terms.get((field, folded(v)), ())}
                return dict.fromkeys(found, boost)
            case "match":
                ((field, asked),) = said.items()
                if field == "names":
                    return self.match_names(asked["query"], asked["boost"], "fuzziness" in asked)
                return {}
            case "dis_max":
                best: dict[int, float] = {}
                rest: dict[int, float] = defaultdict(float)
                for part in said["queries"]:
                    for place, score in self.clause(part).items():
                        rest[place] += score
                        best[place] = max(best.get(place, 0.0), score)
                tie = said["tie_breaker"]
                return {p: s + tie * (rest[p] - s) for p, s in best.items()}
        raise ValueError(f"no such clause here: {kind}")

    def matches(self, query: dict[str, Any], size: int) -> list[tuple[int, float]]:
        """The best documents of a query of yente's matching."""
        asked = query["bool"]
        schemata = {v for f in asked["filter"] if "terms" in f for v in f["terms"].get("schema", ())}
        scores: dict[int, float] = defaultdict(float)
        for clause in asked["should"]:
            for place, score in self.clause(clause).items():
                scores[place] += score
        kept = ((p, s) for p, s in scores.items() if not schemata or self.schemata[p] in schemata)
        return sorted(kept, key=lambda f: (-f[1], self.ids[f[0]]))[:size]


INDEX = InMemory()


def provider_class() -> Any:
    """yente's provider over :data:`INDEX`."""
    from yente.provider.base import SearchProvider

    class Provider(SearchProvider):
        async def close(self) -> None:
            return None

        async def get_alias_indices(self, alias: str) -> list[str]:
            return []

        async def get_all_indices(self) -> list[str]:
            return []

        async def check_health(self, index: str) -> bool:
            return True

        async def search(
            self, index: str, query: dict[str, Any], size: Any = None, **_: Any
        ) -> dict[str, Any]:
            start = thread_time()
            found = INDEX.matches(query, size or 10)
            hits = [{"_id": INDEX.ids[p], "_score": s, "_source": {**INDEX.sources[p]}} for p, s in found]
            INDEX.seconds += thread_time() - start
            INDEX.searches += 1
            return {"hits": {"total": {"value": len(hits), "relation": "eq"}, "hits": hits}}

    return Provider


def load(path: Path) -> None:
    """Index the matchable entities of a file, by yente's own hand."""
    import orjson
    from yente.data.entity import Entity
    from yente.search.indexer import build_indexable_entity_doc

    with path.open("rb") as file:
        for line in file:
            data = orjson.loads(line)
            data["datasets"] = [DATASET]
            entity = Entity.from_dict(data)
            if not entity.schema.matchable:
                continue
            groups: dict[str, set[str]] = defaultdict(set)
            for prop, value in entity.itervalues():
                if prop.type.group and prop.matchable:
                    groups[prop.type.group].add(value)
            INDEX.add(entity.id, build_indexable_entity_doc(entity), groups)
    INDEX.ready()


def application(entities: Path) -> Any:
    """yente's application with the index in place."""
    manifest = Path(tempfile.mkdtemp(prefix="licet-peer-")) / "manifest.yml"
    manifest.write_text(
        f"datasets:\n- name: {DATASET}\n  title: Screening\n  version: '1'\n  entities_url: {entities}\n",
        encoding="utf-8",
    )
    os.environ |= {
        "YENTE_MANIFEST": str(manifest),
        "YENTE_AUTO_REINDEX": "false",
        "YENTE_UPDATE_TOKEN": "",
    }
    import logging

    import structlog
    import yente.provider

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    made = provider_class()

    async def create() -> Any:
        return made()

    yente.provider._create_provider = create
    from yente.app import create_app

    app = create_app()
    load(entities)

    async def stand_in() -> dict[str, float]:
        return {"seconds": INDEX.seconds, "searches": INDEX.searches, "pid": os.getpid()}

    app.add_api_route("/stand-in", stand_in)
    return app


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("entities", type=Path, help="FollowTheMoney entities, JSON Lines")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    import uvicorn

    app = application(given.entities.resolve())
    config = uvicorn.Config(app, host="127.0.0.1", port=given.port, log_level="error", access_log=False)
    if given.workers > 1:
        # The index is made once and shared by fork, as workers would share one search engine.
        socket = config.bind_socket()
        for _ in range(given.workers - 1):
            if os.fork() == 0:
                break
        asyncio.run(uvicorn.Server(config).serve(sockets=[socket]))
        return 0
    uvicorn.Server(config).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
