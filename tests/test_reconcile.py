"""Reconciliation as OpenRefine does it: read the manifest, ask batch by batch, fetch columns, each as of a day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from licet.regime import Regime
from serving import client_of, open_service


@pytest.fixture(scope="module")
def client(service: Any) -> Iterator[Any]:
    with client_of(service) as opened:
        yield opened


def reconcile(client: Any, address: str = "/reconcile/default", **queries: Any) -> dict[str, Any]:
    response = client.post(address, data={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.text
    assert response.headers["x-batch-size"] == str(len(queries))
    answers: dict[str, Any] = response.json()
    return answers


def fetch(
    client: Any, ids: list[str], *properties: Any, address: str = "/reconcile/default"
) -> dict[str, Any]:
    asked = {"ids": ids, "properties": [p if isinstance(p, dict) else {"id": p} for p in properties]}
    response = client.post(address, data={"extend": json.dumps(asked)})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_the_manifest_leads_to_everything_and_keeps_the_day(client: Any) -> None:
    manifest = client.get("/reconcile/entity_list?as_of=2019-06-01").json()
    assert manifest["versions"] == ["0.2"]
    assert {t["id"] for t in manifest["defaultTypes"]} >= {"Thing", "LegalEntity"}
    for kind, words in (("entity", "hisil"), ("type", "leg"), ("property", "na")):
        at = manifest["suggest"][kind]
        address = at["service_url"].removeprefix("http://localhost") + at["service_path"]
        assert address.endswith("?as_of=2019-06-01")
        found = client.get(f"{address}&prefix={words}").json()
        assert (found["code"], found["prefix"]) == ("/api/status/ok", words)
        assert found["result"], kind
    view = manifest["view"]["url"].replace("{{id}}", "hisilicon").removeprefix("http://localhost")
    page = client.get(view).text
    assert "<h1" in page
    assert "HiSilicon Technologies Co., Ltd" in page
    assert "1 June 2019" in page
    box = client.get(manifest["preview"]["url"].replace("{{id}}", "hisilicon"))
    assert "<b>Entity List</b>: in force" in box.text
    assert "As of 2019-06-01" in box.text
    # OpenRefine shows the box in a frame of its own page; nothing else may be.
    assert "frame-ancestors" not in box.headers["content-security-policy"]
    assert "default-src 'none'" in box.headers["content-security-policy"]
    assert "x-frame-options" not in box.headers
    assert box.headers["x-content-type-options"] == "nosniff"
    for other in ("/reconcile/default", "/party/hisilicon"):
        assert client.get(other).headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in client.get(other).headers["content-security-policy"]
    assert client.get(manifest["preview"]["url"].replace("{{id}}", "nobody")).status_code == 404


def test_every_answer_states_its_moments_and_every_id_has_a_page(client: Any) -> None:
    address = "/reconcile/default?as_of=2019-06-01&known_at=2019-05-20"
    found = reconcile(client, address, q0={"query": "Huawei Technologies"}, q1={"query": "nobody at all"})
    for answer in found.values():
        assert (answer["as_of"], answer["known_at"]) == ("2019-06-01", "2019-05-20")
    manifest = client.get(address).json()
    for one in found["q0"]["result"]:
        page = client.get(manifest["view"]["url"].replace("{{id}}", one["id"]))
        assert page.status_code == 200, one["id"]
        assert one["name"] in unescape(page.text)


def test_the_manifest_names_the_address_that_people_use(tmp_path: Path, regime: Regime) -> None:
    service = open_service(tmp_path, regime, public_url="https://licet.example")
    try:
        manifest = client_of(service).get("/reconcile/default").json()
    finally:
        service.close()
    assert manifest["suggest"]["entity"]["service_url"] == "https://licet.example/reconcile/default"
    assert manifest["view"]["url"] == "https://licet.example/party/{{id}}"


def test_cells_become_listed_parties(client: Any) -> None:
    found = reconcile(
        client,
        q0={"query": "Huawei Technologies Co Ltd", "type": "LegalEntity", "limit": 2},
        q1={
            "query": "HiSilicon",
            "type": ["Company"],
            "properties": [{"pid": "Thing:country", "v": "China"}],
        },
        q2={"query": "Zebulon Quartermaine"},
        q3={},
    )
    best = found["q0"]["result"][0]
    assert (best["id"], best["match"], best["score"]) == ("huawei", True, 1.0)
    assert best["restrictions"][0]["list"] == "entity_list"
    assert best["type"] == [{"id": "LegalEntity", "name": "Legal entities", "description": "Legal entity"}]
    assert len(found["q0"]["result"]) == 2
    assert found["q1"]["result"][0]["id"] == "hisilicon"
    assert (found["q2"]["result"], found["q3"]["result"]) == ([], [])


def test_nobody_is_matched_before_the_day(client: Any) -> None:
    query = {"query": "Huawei Technologies Co Ltd"}
    assert reconcile(client, "/reconcile/default?as_of=2019-05-15", q=query)["q"]["result"] == []
    ever = reconcile(client, "/reconcile/default?as_of=2019-05-15&ever=true", q=query)["q"]["result"]
    assert ever
    assert not any(r["match"] for r in ever)
    assert reconcile(client, "/reconcile/sdn", q=query)["q"]["result"] == []


def test_columns_are_fetched_from_what_the_lists_say(client: Any) -> None:
    got = fetch(client, ["hisilicon", "nobody"], "licet:status", "licet:since", "licet:policy", "licet:citations", "country",
                {"id": "country", "settings": {"render": "raw"}}, {"id": "Thing:alias", "settings": {"limit": 1}}, "nothing")  # fmt: skip
    row = got["rows"]["hisilicon"]
    assert row["licet:status"] == [{"str": "entity_list: in force"}]
    assert row["licet:since"] == [{"str": "2019-05-16T16:15-04:00"}]
    assert row["licet:policy"] == [{"str": "presumption of denial"}]
    assert row["licet:citations"][0]["str"].startswith("84 FR 22961; ")
    assert (row["country"], row["Thing:alias"]) == ([{"str": "cn"}], [{"str": "HiSilicon"}])
    assert got["rows"]["nobody"] == {}
    names = {m["id"]: m["name"] for m in got["meta"]}
    assert (names["licet:status"], names["country"]) == ("Restriction status", "Country")
    assert "nothing" not in names
    before = fetch(client, ["hisilicon"], "licet:status", address="/reconcile/default?as_of=2019-05-15")
    assert before["rows"]["hisilicon"]["licet:status"] == [{"str": "entity_list: not in force"}]


def test_what_can_be_fetched_is_proposed(client: Any) -> None:
    said = client.get("/reconcile/default/extend/property?type=Company&limit=20").json()
    ids = [p["id"] for p in said["properties"]]
    assert ids[:2] == ["licet:status", "licet:since"]
    assert {"name", "jurisdiction", "registrationNumber"} <= set(ids)
    assert (said["limit"], said["type"], len(ids)) == (20, "Company", 20)
    everything = client.get("/reconcile/default/extend/property").json()["properties"]
    assert not {"sanctions", "addressEntity"} & {p["id"] for p in everything}


def test_suggestions(client: Any) -> None:
    def suggested(kind: str, prefix: str, also: str = "") -> list[str]:
        return [
            r["id"]
            for r in client.get(f"/reconcile/default/suggest/{kind}?prefix={prefix}{also}").json()["result"]
        ]

    assert suggested("entity", "huawei techn")
    assert suggested("entity", "hisil")[0] == "hisilicon"
    assert suggested("entity", "") == suggested("entity", "xyzzy") == []
    assert suggested("entity", "hisil", "&as_of=2019-05-15") == []
    assert len(suggested("entity", "huawei", "&limit=3")) == 3
    assert suggested("type", "LEGAL") == ["LegalEntity"]
    assert "Thing:country" in suggested("property", "coun")
    assert suggested("type", "") == suggested("property", "") == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Invalid JSON"),
        ({"queries": "[]"}, "should be an object"),
        ({"queries": '{"q": {"query": {}}}'}, "q.query"),
        ({"queries": '{"q": {"query": "x", "type": "Nothing"}}'}, "Unknown schema"),
        ({"queries": json.dumps({str(n): {"query": "x"} for n in range(101)})}, "limit: 100"),
        ({"extend": "{"}, "Invalid JSON"),
        ({"extend": '{"ids": ["x"]}'}, "properties"),
        ({"extend": json.dumps({"ids": ["x"] * 101, "properties": []})}, "limit: 100"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(client: Any, data: dict[str, str], words: str) -> None:
    response = client.post("/reconcile/default", data=data)
    assert response.status_code == 400
    assert words in response.json()["detail"]
