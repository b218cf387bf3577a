"""Every engine behind one face: a list goes in, names are searched, two names are compared.

Ours goes through ``licet.screening`` alone, as any caller would. nomenklatura is used as its own
command does: entities in its store, its DuckDB blocker, then the matcher on every candidate.
RapidFuzz compares with every listed name, both sides folded by the benchmark.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Protocol

from real import fold
from sets import Listed, Query

SCHEMATA = {
    "person": "Person",
    "organisation": "Organization",
    "vessel": "Vessel",
    "aircraft": "Airplane",
    "": "LegalEntity",
}
Found = list[tuple[str, float]]


class Engine(Protocol):
    """What a benchmark asks of an engine."""

    name: str

    def build(self, listed: Sequence[Listed]) -> None:
        """Take the list in."""

    def search(self, queries: Sequence[Query]) -> list[Found]:
        """For each query the entities found, each with its best score."""

    def compare(self, mine: str, theirs: str, kind: str) -> float:
        """The score of two names."""


def names_table(listed: Sequence[Listed]) -> Any:
    """Listed names as ``Index.build`` takes them."""
    import pyarrow as pa

    texts, none = pa.list_(pa.string()), [None] * len(listed)
    empty: list[list[str]] = [[]] * len(listed)
    columns = {
        "entity": pa.array([r.entity for r in listed], pa.string()),
        "list": pa.array([r.list for r in listed], pa.string()),
        "name": pa.array([r.name for r in listed], pa.string()),
        "name_kind": pa.array([r.name_kind for r in listed], pa.string()),
        "kind": pa.array([r.kind for r in listed], pa.string()),
        "countries": pa.array([list(r.countries) for r in listed], texts),
        "addresses": pa.array(empty, texts),
        "identifiers": pa.array(empty, texts),
        "from": pa.array(none, pa.date32()),
        "through": pa.array(none, pa.date32()),
        "known": pa.array(none, pa.date32()),
    }
    return pa.table(columns)


def parties_table(queries: Sequence[Query]) -> Any:
    """Queries as ``screen`` takes them: names and kinds, nothing else."""
    import pyarrow as pa

    return pa.table(
        {
            "name": pa.array([q.name for q in queries], pa.string()),
            "kind": pa.array([q.kind for q in queries], pa.string()),
        }
    )


class Licet:
    """Ours, at its own review floor."""

    name = "licet"

    def build(self, listed: Sequence[Listed]) -> None:
        from licet.screening import Index

        self.index = Index.build(names_table(listed))

    def table(self, queries: Sequence[Query]) -> Any:
        """The result as the engine gives it, for reading evidence."""
        from licet.screening import screen

        return screen(parties_table(queries), self.index)

    def search(self, queries: Sequence[Query]) -> list[Found]:
        result = self.table(queries)
        found: list[Found] = [[] for _ in queries]
        columns = (result.column(c).to_pylist() for c in ("query", "entity", "score"))
        for query, entity, score in zip(*columns, strict=True):
            found[query].append((entity, score))
        return found

    def compare(self, mine: str, theirs: str, kind: str) -> float:
        from licet.screening import compare

        return float(compare(mine, theirs, kind).points)


class Nomenklatura:
    """``logic-v2`` behind nomenklatura's own blocker, defaults throughout.

    Two things to know of it: analysed names are remembered by entity id, so every query needs an id of
    its own; and which tokens the blocker skips depends on all queries handed over together, so queries
    go in batches of one size (``batch``), which is smaller, and so kinder to it, than one great batch.
    """

    name = "nomenklatura"
    batch = 2000

    def __init__(self) -> None:
        from followthemoney import Dataset, StatementEntity
        from nomenklatura.matching import get_algorithm

        self.dataset = Dataset.make({"name": "bench", "title": "bench"})
        self.entity = StatementEntity
        self.matcher = get_algorithm("logic-v2")
        self.config = self.matcher.default_config()
        self.serial = 0

    def _entity(self, key: str, kind: str, names: Iterable[str], countries: Sequence[str] = ()) -> Any:
        first, *others = names
        properties = {"name": [first], "alias": others}
        return self.entity.from_data(
            self.dataset,
            {"id": key, "schema": SCHEMATA[kind], "properties": {k: v for k, v in properties.items() if v}},
            cleaned=False,
        )

    def build(self, listed: Sequence[Listed]) -> None:
        from nomenklatura.blocker import Index
        from nomenklatura.resolver import Linker
        from nomenklatura.store import MemoryStore

        store = MemoryStore(self.dataset, Linker({}))
        self.entities: dict[str, Any] = {}
        with store.writer() as writer:
            for key, rows in groupby(listed, key=lambda r: r.entity):
                group = list(rows)
                entity = self._entity(key, group[0].kind, [r.name for r in group])
                writer.add_entity(entity)
                self.entities[key] = entity
        self.folder = tempfile.TemporaryDirectory()
        self.index = Index(store.default_view(), Path(self.folder.name))
        self.index.build()

    def search(self, queries: Sequence[Query]) -> list[Found]:
        rest = iter(queries)
        found: list[Found] = []
        while batch := list(islice(rest, self.batch)):
            found += self._batch(batch)
        return found

    def _batch(self, queries: Sequence[Query]) -> list[Found]:
        entities = {}
        for q in queries:
            self.serial += 1
            key = f"query-{self.serial}"
            entities[key] = self._entity(key, q.kind, [q.name])
        place = {key: i for i, key in enumerate(entities)}
        found: list[Found] = [[] for _ in queries]
        for key, candidates in self.index.match_entities(entities.values()):
            mine = entities[str(key)]
            for other, _ in candidates:
                score = self.matcher.compare(mine, self.entities[str(other)], self.config).score
                if score > 0:
                    found[place[str(key)]].append((str(other), score))
        return found

    def compare(self, mine: str, theirs: str, kind: str) -> float:
        self.serial += 2
        left = self._entity(f"query-{self.serial}", kind, [mine])
        right = self._entity(f"query-{self.serial + 1}", kind, [theirs])
        return float(self.matcher.compare(left, right, self.config).score)


class RapidFuzz:
    """``token_set_ratio`` against every listed name, names folded beforehand."""

    name = "rapidfuzz"

    def build(self, listed: Sequence[Listed]) -> None:
        self.names = [fold(r.name) for r in listed]
        self.owners = [r.entity for r in listed]

    def search(self, queries: Sequence[Query], keep: int = 60) -> list[Found]:
        import numpy as np
        from rapidfuzz import fuzz, process

        found: list[Found] = []
        for start in range(0, len(queries), 64):
            names = [fold(q.name) for q in queries[start : start + 64]]
            scores = process.cdist(
                names, self.names, scorer=fuzz.token_set_ratio, dtype=np.float32, workers=1
            )
            for row, query in zip(scores, queries[start : start + 64], strict=True):
                order = set(np.argpartition(-row, keep)[:keep].tolist())
                order |= {i for i in np.flatnonzero(row >= 40).tolist() if self.owners[i] in query.right}
                best: dict[str, float] = {}
                for i in order:
                    best[self.owners[i]] = max(best.get(self.owners[i], 0.0), float(row[i]))
                found.append(list(best.items()))
        return found

    def compare(self, mine: str, theirs: str, kind: str) -> float:
        from rapidfuzz import fuzz

        return float(fuzz.token_set_ratio(fold(mine), fold(theirs)))
