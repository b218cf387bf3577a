"""Records what the real yente answers, with the listings of this project as its data.

It is run by hand, with the project and ``yente`` installed side by side in a scratch environment::

    python tests/recorded/record_yente.py entities > entities.jsonl     (with the project)
    python tests/recorded/record_yente.py record entities.jsonl         (with yente==5.5.0)

The search index is replaced by one in memory that knows the queries yente makes; every other line that
runs is yente's own: routing, validation, matching, nesting, serialising.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EXCHANGES = HERE / "yente-5.5.0.json"
OPENAPI = HERE / "yente-5.5.0-openapi.json"
DAY = "2026-11-21"

HUAWEI = {
    "schema": "Company",
    "properties": {"name": ["Huawei Technologies Co., Ltd."], "jurisdiction": ["cn"]},
}
NOBODY = {"schema": "Person", "properties": {"firstName": ["Zebulon"], "lastName": ["Quartermaine"]}}


def queries(**named: Any) -> dict[str, Any]:
    """A body of /match."""
    return {"queries": named}


REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "/healthz", None),
    ("GET", "/readyz", None),
    ("GET", "/catalog", None),
    ("GET", "/manifest", None),
    ("GET", "/algorithms", None),
    ("POST", "/match/default", queries(a=HUAWEI, b=NOBODY)),
    ("POST", "/match/default?limit=1&threshold=0.8", queries(a={**HUAWEI, "id": "mine"})),
    ("POST", "/match/default?algorithm=logic-v2", {**queries(a=HUAWEI), "config": {"nm_number_mismatch": 0.4}}),
    ("POST", "/match/default?algorithm=best", {**queries(a=HUAWEI), "weights": {"name_match": 0.5}}),
    ("POST", "/match/default?algorithm=name-based", queries(a=HUAWEI)),
    ("POST", "/match/default?topics=sanction", queries(a=HUAWEI)),
    ("POST", "/match/default?exclude_schema=LegalEntity", queries(a=HUAWEI)),
    ("POST", "/match/default?exclude_entity_ids=huawei", queries(a=HUAWEI)),
    ("POST", "/match/default?include_dataset=sdn", queries(a=HUAWEI)),
    ("POST", "/match/default?changed_since=2019-01-01", queries(a=HUAWEI)),
    ("POST", "/match/entity_list", queries(a={"schema": "Thing", "properties": {"name": "HiSilicon"}})),
    ("POST", "/match/default", queries(a={"schema": "LegalEntity", "properties": {"name": [], "nothing": ["x"]}})),
    ("POST", "/match/nowhere", queries(a=HUAWEI)),
    ("POST", "/match/default", queries(a={"schema": "Nothing", "properties": {}})),
    ("POST", "/match/default", queries(a={"schema": "Sanction", "properties": {}})),
    ("POST", "/match/default", queries(a={"properties": {"name": ["x"]}})),
    ("POST", "/match/default", queries(a=None)),
    ("POST", "/match/default", queries()),
    ("POST", "/match/default", {}),
    ("POST", "/match/default", queries(**{f"q{n}": NOBODY for n in range(101)})),
    ("POST", "/match/default?algorithm=nothing", queries(a=HUAWEI)),
    ("POST", "/match/default?limit=501", queries(a=HUAWEI)),
    ("POST", "/match/default?threshold=much", queries(a=HUAWEI)),
    ("POST", "/match/default?changed_since=lately", queries(a=HUAWEI)),
    ("POST", "/match/default", {**queries(a=HUAWEI), "config": {"nothing": 1}}),
    ("GET", "/match/default", None),
    ("GET", "/search/default?q=huawei", None),
    ("GET", "/search/default?q=huawei&limit=2&offset=1&sort=caption:desc", None),
    ("GET", "/search/default?q=hisilicon&countries=cn&topics=export.control&datasets=entity_list", None),
    ("GET", "/search/default?q=huawei&schema=Company", None),
    ("GET", "/search/default?q=huawei&filter=schema:LegalEntity&filter_op=AND", None),
    ("GET", "/search/default?facets=schema&facets=datasets&limit=0", None),
    ("GET", "/search/default?q=huawei&simple=true&fuzzy=false&target=true", None),
    ("GET", "/search/default?q=nobodywhohasthatname", None),
    ("GET", "/search/sdn?q=huawei", None),
    ("GET", "/search/nowhere?q=x", None),
    ("GET", "/search/default?schema=Nothing", None),
    ("GET", "/search/default?filter=nothing", None),
    ("GET", "/search/default?facets=nothing", None),
    ("GET", "/search/default?limit=501", None),
    ("GET", "/search/default?offset=9500", None),
    ("GET", "/search/default?filter_op=XOR", None),
    ("GET", "/entities/hisilicon", None),
    ("GET", "/entities/hisilicon?nested=false", None),
    ("GET", "/entities/nobody", None),
    ("GET", "/entities/hisilicon/adjacent", None),
    ("GET", "/entities/hisilicon/adjacent?limit=1&offset=1", None),
    ("GET", "/entities/hisilicon/adjacent/sanctions", None),
    ("GET", "/entities/hisilicon/adjacent/addressEntity", None),
    ("GET", "/entities/hisilicon/adjacent/nothing", None),
    ("GET", "/entities/hisilicon/adjacent/name", None),
    ("GET", "/entities/nobody/adjacent", None),
    ("GET", "/entities/nobody/adjacent/sanctions", None),
    ("GET", "/reconcile/default", None),
    ("GET", "/reconcile/nowhere", None),
    ("POST", "/reconcile/default", {"queries": json.dumps({"q0": {"query": "Huawei Technologies", "limit": 2}})}),
    (
        "POST",
        "/reconcile/default",
        {
            "queries": json.dumps(
                {
                    "q0": {
                        "query": "HiSilicon",
                        "type": "LegalEntity",
                        "properties": [{"pid": "Thing:country", "v": "cn"}],
                    },
                    "q1": {"query": "Zebulon Quartermaine", "type": ["Person"]},
                }
            )
        },
    ),
    ("POST", "/reconcile/default", {"queries": "{"}),
    ("POST", "/reconcile/default", {"queries": json.dumps({"q0": {"query": "x", "type": "Nothing"}})}),
    (
        "POST",
        "/reconcile/default",
        {"queries": json.dumps({f"q{n}": {"query": "x"} for n in range(101)})},
    ),
    (
        "POST",
        "/reconcile/default",
        {
            "extend": json.dumps(
                {
                    "ids": ["hisilicon", "nobody"],
                    "properties": [
                        {"id": "country"},
                        {"id": "topics", "settings": {"render": "raw", "limit": 1}},
                        {"id": "nothing"},
                    ],
                }
            )
        },
    ),
    ("POST", "/reconcile/default", {"extend": "{"}),
    ("GET", "/reconcile/default/suggest/entity?prefix=hisil", None),
    ("GET", "/reconcile/default/suggest/entity?prefix=", None),
    ("GET", "/reconcile/default/suggest/type?prefix=leg", None),
    ("GET", "/reconcile/default/suggest/property?prefix=na", None),
    ("GET", "/reconcile/default/extend/property?type=LegalEntity", None),
    ("GET", "/reconcile/default/extend/property?type=Nothing", None),
    ("GET", "/statements", None),
]  # fmt: skip


def write_entities() -> None:
    """Every listing of the law's own table and what stands beside it, as FollowTheMoney."""
    from datetime import date

    from licet.api.yente.documents import documents_of
    from licet.regime import Regime

    regime = Regime.load()
    documents, clock = documents_of(regime), regime.clock(date.fromisoformat(DAY))
    written: set[str] = set()
    for id_ in regime.listings.versions:
        document = documents.of(id_, clock)
        for entity in (
            (document.entity, *document.beside) if document and document.listed is not False else ()
        ):
            if entity["id"] not in written:
                written.add(entity["id"])
                print(
                    json.dumps({k: v for k, v in entity.items() if k != "restrictions"}, ensure_ascii=False)
                )


def record(path: Path) -> None:
    """Ask the real yente everything in ``REQUESTS`` and write what it answers."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    codes = sorted({code for line in lines for code in line["datasets"]})
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest.yml"
        sources = [
            {"name": c, "title": c, "version": "20261121000000-abc", "entities_url": path.as_uri()}
            for c in codes
        ]
        collection = {
            "name": "default",
            "title": "Default",
            "version": "20261121000000-abc",
            "datasets": codes,
        }
        manifest.write_text(json.dumps({"datasets": [*sources, collection]}), encoding="utf-8")
        os.environ |= {
            "YENTE_MANIFEST": str(manifest),
            "YENTE_AUTO_REINDEX": "false",
            "YENTE_LOG_LEVEL": "ERROR",
        }
        _ask(lines)


def _ask(lines: list[dict[str, Any]]) -> None:
    from fastapi.testclient import TestClient
    from yente import provider, settings
    from yente.app import create_app
    from yente.data.entity import Entity
    from yente.search.indexer import build_indexable_entity_doc

    documents = []
    for line in lines:
        entity = Entity.from_dict(dict(line))
        made = build_indexable_entity_doc(entity)
        for prop, value in entity.itervalues():
            # In a real index the mapping copies values into the field of their group.
            if prop.type.group:
                made.setdefault(prop.type.group, []).append(value)
        documents.append(
            {**made, **{k: line[k] for k in ("datasets", "first_seen", "last_seen", "last_change")}}
        )
    stub = _in_memory(provider.base.SearchProvider, documents, settings.ENTITY_INDEX)

    async def create() -> Any:
        return stub

    provider._create_provider = create
    app = create_app()
    told = []
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        for method, path, body in REQUESTS:
            form = path.startswith("/reconcile") and body is not None
            sent = {"data": body} if form else {"json": body} if body is not None else {}
            response = client.request(method, path, **sent)
            kept = {k: v for k, v in response.headers.items() if k in ("content-type", "x-batch-size")}
            told.append(
                {
                    "request": {"method": method, "path": path, "form" if form else "json": body},
                    "status": response.status_code,
                    "headers": kept,
                    "body": _short(response.json()) if "json" in kept.get("content-type", "") else None,
                }
            )
    EXCHANGES.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    OPENAPI.write_text(json.dumps(_bare(app.openapi()), indent=1) + "\n", encoding="utf-8")
    print(Counter(t["status"] for t in told))


def _short(body: Any) -> Any:
    """A body with the first few of each long list."""
    if isinstance(body, dict):
        return {name: value if name == "loc" else _short(value) for name, value in body.items()}
    return [_short(value) for value in body[:3]] if isinstance(body, list) else body


def _bare(schema: Any) -> Any:
    """An OpenAPI document without its prose."""
    if isinstance(schema, dict):
        prose = ("description", "examples", "summary", "externalDocs", "title", "tags", "info")
        return {k: _bare(v) for k, v in schema.items() if k not in prose or not isinstance(v, str | list)}
    return [_bare(v) for v in schema] if isinstance(schema, list) else schema


def _in_memory(base: Any, documents: list[dict[str, Any]], index: str) -> Any:
    class Memory(base):  # type: ignore[misc]
        async def close(self) -> None:
            return None

        async def check_health(self, index: str) -> bool:
            return True

        async def get_all_indices(self) -> list[str]:
            return [f"{index}-default-016a20261121000000-abc"]

        async def get_alias_indices(self, alias: str) -> list[str]:
            return []

        async def search(
            self,
            index: str,
            query: dict[str, Any],
            size: int | None = None,
            from_: int | None = None,
            sort: Any = None,
            aggregations: dict[str, Any] | None = None,
            rank_precise: bool = False,
        ) -> dict[str, Any]:
            found = [(score, d) for d in documents if (score := _score(query, d)) > 0]
            found.sort(key=lambda pair: (-pair[0], pair[1]["entity_id"]))
            # Only one of the requests sorts by a field.
            if sort and "caption" in sort[0]:
                found.sort(key=lambda pair: str(pair[1]["caption"]), reverse=True)
            begin = from_ or 0
            shown = found[begin : begin + (10 if size is None else size)]
            hits = [{"_id": d["entity_id"], "_score": score, "_source": dict(d)} for score, d in shown]
            answer: dict[str, Any] = {
                "hits": {"total": {"value": len(found), "relation": "eq"}, "hits": hits}
            }
            if aggregations:
                answer["aggregations"] = {
                    name: {"buckets": _buckets([d for _, d in found], how["terms"]["field"])}
                    for name, how in aggregations.items()
                }
            return answer

    return Memory()


def _buckets(documents: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    counts = Counter(value for d in documents for value in _values(d, field))
    return [{"key": key, "doc_count": n} for key, n in counts.most_common()]


def _values(document: dict[str, Any], field: str) -> list[Any]:
    found: Any = document
    for part in field.split(".", 1) if field.startswith("properties.") else [field]:
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, list) else [] if found is None else [found]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _score(query: dict[str, Any], d: dict[str, Any]) -> float:
    ((kind, how),) = query.items()
    match kind:
        case "bool":
            return _bool(how, d)
        case "function_score":
            return _score(how["query"], d)
        case "dis_max":
            return max(_score(q, d) for q in how["queries"])
        case "match_all":
            return 1.0
        case "match_none":
            return 0.0
        case "ids":
            return float(d["entity_id"] in how["values"])
        case "query_string" | "simple_query_string":
            names = " ".join(map(str, _values(d, "names")))
            return float(_words(how["query"]) <= _words(names))
    ((field, said),) = [(k, v) for k, v in how.items() if k != "boost"]
    have = _values(d, field)
    match kind:
        case "term":
            return float((said["value"] if isinstance(said, dict) else said) in have)
        case "terms":
            return float(not set(said).isdisjoint(have))
        case "range":
            return float(any(value > said["gt"] for value in have))
        case "match":
            text = said["query"] if isinstance(said, dict) else said
            return float(any(_words(text) <= _words(str(value)) for value in have))
        case "match_phrase_prefix":
            return float(any(w.startswith(said["query"].casefold()) for v in have for w in _words(str(v))))
    raise ValueError(f"the index in memory does not know {kind}")


def _bool(how: dict[str, Any], d: dict[str, Any]) -> float:
    needed = [*how.get("filter", ()), *how.get("must", ())]
    if any(_score(q, d) == 0 for q in needed) or any(_score(q, d) > 0 for q in how.get("must_not", ())):
        return 0.0
    should = [score for q in how.get("should", ()) if (score := _score(q, d)) > 0]
    if how.get("should") and len(should) < how.get("minimum_should_match", 0):
        return 0.0
    return 1.0 + sum(should)


if __name__ == "__main__":
    if sys.argv[1:2] == ["entities"]:
        write_entities()
    else:
        record(Path(sys.argv[2]).resolve())
