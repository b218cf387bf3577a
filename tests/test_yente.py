"""The yente API: the answers that yente itself gave to the same requests, its own client, and what we add."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from followthemoney import model
from jsonschema import Draft202012Validator

import schemata
from licet.api.restrictions import listed, restrictions
from licet.api.yente.documents import Documents
from licet.api.yente.explaining import FEATURES
from licet.api.yente.model import caption
from licet.api.yente.model import schemata as own_schemata
from licet.lists.history import History
from licet.lists.record import Address, Identifier, OtherName, Reading, Record
from licet.regime import Regime
from licet.reviews.score import score_of
from licet.screening.roles import BY
from serving import client_of, live_server, open_service

RECORDED = Path(__file__).parent / "recorded"
EXCHANGES = json.loads((RECORDED / "yente-5.5.0.json").read_text(encoding="utf-8"))
OPENAPI = json.loads((RECORDED / "yente-5.5.0-openapi.json").read_text(encoding="utf-8"))
HUAWEI = {
    "schema": "Company",
    "properties": {"name": ["Huawei Technologies Co., Ltd."], "jurisdiction": ["cn"]},
}
TODAY = date(2026, 11, 21)

# What yente says of itself and its data: its values are others, and lists of them hold other things.
THEIRS = ("explanations", "features", "config")


@pytest.fixture(scope="module")
def client(service: Any) -> Iterator[Any]:
    """One client for all of them: making the application takes longer than any question."""
    with client_of(service) as opened:
        assert service.ready.wait(120)
        yield opened


def ask(client: Any, request: dict[str, Any]) -> Any:
    body = {"data": request["form"]} if request.get("form") else {}
    if request.get("json") is not None:
        body = {"json": request["json"]}
    return client.request(request["method"], request["path"], **body)


def name_of(exchange: dict[str, Any]) -> str:
    return f"{exchange['status']} {exchange['request']['method']} {exchange['request']['path']}"[:90]


def lacking(theirs: Any, ours: Any, where: str = "") -> Iterator[str]:
    """Where ours does not have what theirs has, or has it in another type."""
    if isinstance(theirs, dict):
        if not isinstance(ours, dict):
            yield f"{where}: an object became {ours!r}"
            return
        for name, value in theirs.items():
            if name in THEIRS:
                assert isinstance(ours[name], dict)
            elif name in ours:
                yield from lacking(value, ours[name], f"{where}.{name}")
            elif where.endswith(".properties") and value:
                continue
            elif value is not None:
                yield f"{where}.{name} is missing"
    elif isinstance(theirs, list):
        if not isinstance(ours, list):
            yield f"{where}: a list became {ours!r}"
        elif theirs and ours:
            yield from lacking(theirs[0], ours[0], f"{where}[0]")
    elif type(theirs) is not type(ours) and theirs is not None and ours is not None:
        yield f"{where}: {theirs!r} became {ours!r}"


@cache
def validator(path: str, method: str, status: str) -> Draft202012Validator | None:
    """What yente's own OpenAPI document says of an answer."""
    bare = path.partition("?")[0]
    for template, methods in OPENAPI["paths"].items():
        parts, given = template.split("/"), bare.split("/")
        if len(parts) == len(given) and all(
            p == g or p[:1] == "{" for p, g in zip(parts, given, strict=True)
        ):
            said = methods.get(method.lower(), {}).get("responses", {}).get(status, {})
            if schema := said.get("content", {}).get("application/json", {}).get("schema"):
                return Draft202012Validator({**schema, "components": OPENAPI["components"]})
    return None


@pytest.mark.parametrize("exchange", EXCHANGES, ids=name_of)
def test_what_yente_answers_is_answered_here(client: Any, exchange: dict[str, Any]) -> None:
    response = ask(client, exchange["request"])
    assert response.status_code == exchange["status"], response.text
    for name in ("x-batch-size",):
        assert response.headers.get(name) == exchange["headers"].get(name)
    if exchange["body"] is None:
        return
    theirs, ours = exchange["body"], response.json()
    if exchange["status"] >= 400:
        assert type(theirs["detail"]) is type(ours["detail"])
        if isinstance(theirs["detail"], list):
            assert [d["loc"] for d in theirs["detail"]] == [d["loc"] for d in ours["detail"]]
            assert [d["type"] for d in theirs["detail"]] == [d["type"] for d in ours["detail"]]
        return
    # A property that leads nowhere back is told by yente with every entity there is and no results.
    assert [x for x in lacking(theirs, ours) if x != ".adjacent.riskSource is missing"] == []
    request = exchange["request"]
    if check := validator(request["path"], request["method"], str(exchange["status"])):
        assert [e.message for e in check.iter_errors(ours)] == []


def test_most_answers_are_checked_against_yente_s_own_document() -> None:
    good = [e["request"] for e in EXCHANGES if e["status"] == 200]
    checked = [r for r in good if validator(r["path"], r["method"], "200")]
    # What yente itself leaves out of its document are manifests and reconciliation.
    assert len(checked) >= 30
    assert {r["path"].split("/")[1] for r in good if r not in checked} <= {"manifest", "reconcile"}


def test_the_same_parties_are_found(client: Any) -> None:
    for exchange in EXCHANGES:
        if exchange["status"] == 200 and exchange["request"]["path"].startswith("/match"):
            ours = ask(client, exchange["request"]).json()["responses"]
            for name, matches in exchange["body"]["responses"].items():
                best = [r["id"] for r in matches["results"] if r["score"] == 1.0]
                assert set(best[:1]) <= {r["id"] for r in ours[name]["results"]}, exchange["request"]


# --- an unmodified client -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(service: Any) -> Iterator[str]:
    with live_server(service) as at:
        assert service.ready.wait(120)
        yield at


@pytest.fixture
def yente(address: str) -> Iterator[Any]:
    module = pytest.importorskip("yente_client", reason="yente-client is not installed here")
    with module.Client(base_url=address) as opened:
        yield opened


def test_its_client_finds_out_about_the_service(yente: Any) -> None:
    assert (yente.healthz().status, yente.readyz().status) == ("ok", "ok")
    first = yente.datasets()
    assert {d.name for d in first.datasets} > {"default", "entity_list", "sdn"}
    default = next(d for d in first.datasets if d.name == "default")
    assert "entity_list" in default.children
    # The second time the client sends the tag it was given, and reads what it holds.
    assert yente.datasets() == first
    algorithms = yente.algorithms()
    assert (algorithms.default, algorithms.best, algorithms.algorithms[0].name) == ("best", "licet", "licet")


def test_its_client_matches(yente: Any) -> None:
    from yente_client import Company, Person

    found = yente.match(Company(name="Huawei Technologies Co., Ltd.", jurisdiction="cn"), limit=3)
    assert found.top is not None
    assert (found.top.id, found.top.match, found.top.score, found.top.target) == ("huawei", True, 1.0, True)
    assert found.top.contributing_explanations["same"].query == "huawei technologies"
    assert (found.limit, len(found.results), found.total.relation) == (3, 3, "eq")
    assert yente.match(Person(name="Zebulon Quartermaine")).results == []
    entities = ((str(n), Company(name=name)) for n, name in enumerate(["HiSilicon", "Nobody Whatsoever"]))
    assert {key: [r.id for r in m.matches] for key, m in yente.match_iter(entities)}["0"][:1] == ["hisilicon"]


def test_its_client_searches_and_walks(yente: Any) -> None:
    page = yente.search("hisilicon", datasets=["default", "entity_list"], countries=["cn"], facets=["topics"])
    assert page.total.value == 5
    assert page.facets["topics"].values[0].name == "export.control"
    entity = yente.fetch("hisilicon")
    assert entity.properties["sanctions"][0].properties["program"] == ["Entity List"]
    assert "sanctions" not in yente.fetch("hisilicon", nested=False).properties
    assert list(yente.adjacent("hisilicon").adjacent) == ["sanctions"]
    sanction = yente.adjacent("hisilicon", prop="sanctions").results[0]
    assert yente.fetch(sanction.id).properties["entity"][0].id == "hisilicon"


def test_its_client_tells_errors_apart(yente: Any) -> None:
    import yente_client as y

    with pytest.raises(y.NotFoundError, match="No such entity"):
        yente.fetch("nobody")
    with pytest.raises(y.NotFoundError, match="No such dataset"):
        yente.search("x", datasets=["nowhere"])
    with pytest.raises(y.BadRequestError, match="Invalid algorithm"):
        yente.match(y.Company(name="x"), algorithm="nothing")
    with pytest.raises(y.APIError, match=r"query\.limit: Input should be less than or equal to 500"):
        yente.search("x", limit=501)
    with pytest.raises(y.NotFoundError, match="not available on this server"):
        yente.statements()


def test_its_client_without_waiting(address: str) -> None:
    y = pytest.importorskip("yente_client", reason="yente-client is not installed here")

    async def both() -> list[Any]:
        async with y.AsyncClient(base_url=address) as client:
            names = ("HiSilicon", "Huawei")
            return await asyncio.gather(*(client.match(y.Company(name=n)) for n in names))

    assert [m.results[0].id for m in asyncio.run(both())] == ["hisilicon", "huawei"]


# --- days ---------------------------------------------------------------------------------------------


def match(client: Any, query: str = "", dataset: str = "default", **example: Any) -> list[dict[str, Any]]:
    body = {"queries": {"q": example or HUAWEI}}
    response = client.post(f"/match/{dataset}?{query}", json=body)
    assert response.status_code == 200, response.text
    results: list[dict[str, Any]] = response.json()["responses"]["q"]["results"]
    return results


def test_nobody_is_found_before_the_day_unless_ever_is_asked_for(client: Any) -> None:
    assert match(client, "as_of=2019-05-15") == []
    (first, *_) = match(client, "as_of=2019-05-15&ever=true")
    assert (first["id"], first["match"], first["in_force"], first["target"]) == (
        "huawei",
        False,
        False,
        False,
    )
    assert "topics" not in first["properties"]
    assert match(client, "as_of=2019-05-16")[0]["match"] is True
    # An instant before and after the rule was displayed, in the zone of the law.
    assert match(client, "as_of=2019-05-16T16:00-04:00") == []
    assert match(client, "as_of=2019-05-16T16:20-04:00")[0]["match"] is True


def test_nothing_is_said_that_nobody_knew(client: Any) -> None:
    assert match(client, "as_of=2026-01-01&known_at=2019-05-01&ever=true") == []
    (then,) = match(client, "as_of=2020-06-01&known_at=2020-06-01&limit=1")[0]["restrictions"]
    assert [f["number"] for f in then["footnotes"]] == ["1"]
    assert then["citations"] == ["84 FR 22961", "84 FR 43493", "85 FR 29849"]
    (now,) = match(client, "limit=1")[0]["restrictions"]
    assert [f["number"] for f in now["footnotes"]] == ["1", "2"]
    assert "87 FR 55241" in now["citations"]
    assert client.get("/entities/hisilicon?known_at=2019-05-01").status_code == 404


def test_a_restriction_says_what_the_list_says(client: Any) -> None:
    (told,) = client.get("/entities/hisilicon").json()["restrictions"]
    assert (told["list"], told["in_force"], told["since"]) == ("entity_list", True, "2019-05-16T16:15-04:00")
    assert told["requirement"] == "all items subject to the EAR"
    assert told["review_policy"] == "presumption of denial"
    assert (told["consequence"], told["evidence"]) == ("licence_by_entry", "the rule itself")
    assert client.get("/entities/hisilicon?as_of=2019-01-01").json()["restrictions"][0]["in_force"] is False


def test_every_answer_says_what_it_rests_on(client: Any, regime: Regime) -> None:
    for path in ("/search/default?q=huawei", "/catalog"):
        said = client.get(f"{path}{'&' if '?' in path else '?'}as_of=2020-01-01&known_at=2021-01-01").json()
        assert (said["as_of"], said["known_at"]) == ("2020-01-01", "2021-01-01")
        assert said["lists_digest"] == regime.lists_digest
        assert "legal advice" in said["notice"]
    assert client.get("/entities/huawei").json()["as_of"] == "2026-11-21"


# --- scores -------------------------------------------------------------------------------------------


def test_a_review_is_below_the_threshold_and_a_hit_above() -> None:
    spelt, same = [{"by": "spelling"}], [{"by": "same"}, {"by": "country"}]
    scores = [score_of(level, points, "default", spelt) for level, points in (("review", 0), ("review", 25), ("review", 99), ("hit", 20), ("hit", 35), ("hit", 99))]  # fmt: skip
    assert scores == sorted(scores)
    assert (scores[0], scores[2], scores[3], scores[5]) == (0.51, 0.69, 0.71, 0.99)
    assert score_of("hit", 28.5, "default", same) == 1.0


def test_a_threshold_lets_fewer_be_a_match_and_a_cutoff_leaves_them_out(client: Any) -> None:
    everyone = match(client, "limit=100")
    assert {r["match"] for r in everyone} == {True, False}
    assert all(r["match"] == (r["level"] == "hit" and r["score"] >= 0.7) for r in everyone)
    strict = match(client, "limit=100&threshold=0.95")
    assert {r["id"] for r in strict} == {r["id"] for r in everyone}
    assert sum(r["match"] for r in strict) < sum(r["match"] for r in everyone)
    assert {r["score"] > 0.7 for r in match(client, "limit=100&cutoff=0.7")} == {True}


def test_explanations_add_up(client: Any) -> None:
    (best, *_) = match(client, "limit=1")
    explained = best["explanations"]
    assert set(explained) <= {by.replace(" ", "_") for by in FEATURES}
    assert set(FEATURES) == set(BY)
    assert "huawei (+" in explained["same"]["detail"]
    assert sum(f["score"] for f in explained.values()) == pytest.approx(
        best["one_in"] and 30.9 / 27.5, abs=0.05
    )


def test_names_may_be_given_in_parts_and_numbers_alone(client: Any) -> None:
    body = {
        "queries": {"q": {"schema": "Person", "properties": {"firstName": "Viktor", "lastName": ["Bout"]}}}
    }
    query = client.post("/match/default", json=body).json()["responses"]["q"]["query"]
    assert query["properties"]["name"] == ["Viktor Bout"]
    assert match(client, schema="Vessel", properties={"imoNumber": ["9999999"]}) == []


# --- searching ----------------------------------------------------------------------------------------


def found(client: Any, query: str) -> list[str]:
    response = client.get(f"/search/default?limit=500&{query}")
    assert response.status_code == 200, response.text
    return [r["id"] for r in response.json()["results"]]


def test_words_phrases_prefixes_and_what_must_not_be_there(client: Any) -> None:
    assert found(client, "q=hisil*")[0] == "hisilicon"
    assert set(found(client, "q=hisilicon")) == set(found(client, "q=HISILICON"))
    assert len(found(client, "q=huawei -technologies")) < len(found(client, "q=huawei"))
    assert set(found(client, "q=hisilicon OR huawei")) > set(found(client, "q=hisilicon"))
    assert found(client, 'q="technologies huawei"') == []
    assert found(client, "q=huawi") == []
    assert found(client, "q=huawi technologies&fuzzy=true")
    assert found(client, "q=%22%22 - *") == found(client, "q=") or found(client, "q=%22%22 - *") == []


def test_who_was_not_listed_then_is_not_found(client: Any) -> None:
    assert found(client, "q=hisilicon&as_of=2019-05-15") == []
    assert "hisilicon" in found(client, "q=hisilicon&as_of=2019-05-15&ever=true")


def test_filters_facets_and_pages_agree(client: Any) -> None:
    every = client.get("/search/default?limit=0&facets=countries&facets=datasets&facets=schema").json()
    assert every["total"]["value"] == sum(v["count"] for v in every["facets"]["schema"]["values"])
    for field in ("countries", "datasets"):
        for value in every["facets"][field]["values"][:4]:
            total = client.get(f"/search/default?limit=0&{field}={value['name']}").json()["total"]["value"]
            assert total == value["count"], value
    assert every["facets"]["countries"]["values"][0]["label"] == "China"
    pages = [found(client, f"q=huawei&limit=40&offset={offset}") for offset in (0,)]
    paged = [r["id"] for o in range(0, 160, 40) for r in client.get(f"/search/default?q=huawei&limit=40&offset={o}").json()["results"]]  # fmt: skip
    assert pages[0][:40] == paged[:40]
    assert len(paged) == len(set(paged)) == len(found(client, "q=huawei"))
    names = [
        r["caption"]
        for r in client.get("/search/default?q=huawei&sort=caption:desc&limit=500").json()["results"]
    ]
    assert names == sorted(names, reverse=True)
    assert client.get("/search/default?sort=nothing").status_code == 400
    both = "countries=cn&countries=ru"
    assert found(client, f"{both}&filter_op=AND") == []
    assert found(client, f"{both}&filter_op=OR")


# --- lists with a history -----------------------------------------------------------------------------

PERSON = Record(
    list="sdn", name="BOUT, Viktor", kind="person", others=(OtherName("Виктор Бут", "script"),),
    countries=("RU",), identifiers=(Identifier("passport", "21N0532664"), Identifier("okpo", "5724372")),
    addresses=(Address("Moscow, Russia", "RU"), Address("Sharjah, United Arab Emirates", "AE")),
    birth=("1967-01-13", "circa 1970"), programmes=("DRCONGO",), published=date(2005, 4, 26), published_id="8279",
)  # fmt: skip
GONE = Record(list="sdn", name="Gone Away Shipping", kind="organisation", countries=("CY",),
              addresses=(Address("Moscow, Russia", "RU"),))  # fmt: skip
SHIP = Record(list="sdn", name="PACIFIC BRAVO", kind="vessel", identifiers=(Identifier("imo", "9187629"),))
PLACE = Record(list="entity_list", name="1 Harbour Road", kind="address", addresses=(Address("1 Harbour Road, Wanchai, Hong Kong", "HK"),),
               published=date(2019, 12, 1), requirement="For all items subject to the EAR", policy="Presumption of denial")  # fmt: skip
LATER = Record(list="sdn", name="BOUT, Viktor Anatolyevich", kind="person", countries=("RU",),
               others=(OtherName("BOUT, Viktor"),), addresses=PERSON.addresses, identifiers=PERSON.identifiers,
               programmes=("DRCONGO",), published=date(2005, 4, 26), published_id="8279")  # fmt: skip


@pytest.fixture(scope="module")
def kept(regime: Regime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A service with two snapshots of two lists, of 2020 and of 2022."""
    folder = tmp_path_factory.mktemp("kept")
    with History.open(folder / "lists.sqlite", create=True) as history:
        for on, records in (
            (date(2020, 1, 6), (PERSON, GONE, SHIP, PLACE)),
            (date(2022, 1, 6), (LATER, SHIP, PLACE)),
        ):
            reading = Reading("csl-csv", records, ("sdn", "entity_list"), len(records))
            history.add(reading, sha256=f"{on:%Y%m%d}" * 8, file=f"{on}.csv", day=on, known=on)
    service = open_service(folder, regime)
    yield service
    service.close()


@pytest.fixture(scope="module")
def then(kept: Any) -> Iterator[Any]:
    with client_of(kept) as opened:
        yield opened


def test_membership_that_nobody_knows_is_null_and_no_match(then: Any) -> None:
    gone = {"schema": "Company", "properties": {"name": ["Gone Away Shipping"]}}
    (on,) = match(then, "as_of=2020-01-06", **gone)
    assert (on["in_force"], on["match"]) == (True, True)
    (open_,) = match(then, "as_of=2021-06-01", **gone)
    assert (open_["in_force"], open_["match"], open_["restrictions"][0]["in_force"]) == (None, False, None)
    assert match(then, "as_of=2022-06-01", **gone) == []
    # By what was known in 2021 it was still there.
    assert match(then, "as_of=2021-06-01&known_at=2021-06-01", **gone)[0]["match"] is True


def test_an_entity_has_what_was_known_of_it(then: Any) -> None:
    (id_,) = {r["id"] for r in match(then, schema="Person", properties={"name": ["Viktor Bout"]})}
    now = then.get(f"/entities/{id_}").json()
    assert (now["schema"], now["caption"]) == ("Person", "BOUT, Viktor Anatolyevich")
    assert (now["first_seen"], now["last_change"]) == ("2020-01-06T00:00:00", "2022-01-06T00:00:00")
    # A name that only the older snapshot has is still one of its names.
    assert "Виктор Бут" in now["properties"]["alias"]
    early = then.get(f"/entities/{id_}?known_at=2021-01-01").json()
    assert (early["caption"], early["last_change"]) == ("BOUT, Viktor", "2020-01-06T00:00:00")
    assert early["properties"]["birthDate"] == ["1967-01-13"]
    assert now["properties"]["passportNumber"] == ["21N0532664"]
    assert {n["schema"] for n in now["properties"]["addressEntity"]} == {"Address"}
    assert now["properties"]["identification"][0]["properties"]["type"] == ["okpo"]
    assert now["properties"]["sanctions"][0]["properties"]["listingDate"] == ["2005-04-26"]


def test_an_address_leads_to_all_who_have_it(then: Any) -> None:
    (person,) = match(then, "as_of=2020-01-06", schema="Person", properties={"name": ["Viktor Bout"]})
    places = then.get(f"/entities/{person['id']}?as_of=2020-01-06").json()["properties"]["addressEntity"]
    moscow = next(p for p in places if p["properties"]["full"] == ["Moscow, Russia"])
    there = then.get(f"/entities/{moscow['id']}/adjacent/things?as_of=2020-01-06").json()
    assert {e["caption"] for e in there["results"]} == {"BOUT, Viktor Anatolyevich", "Gone Away Shipping"}
    assert then.get("/entities/addr-nothing").status_code == 404


def test_answers_about_one_party_say_what_they_rest_on(then: Any) -> None:
    calls = ("entities/huawei", "entities/huawei/adjacent", "entities/huawei/adjacent/sanctions",
             "search/default", "catalog")  # fmt: skip
    for call in calls:
        said = then.get(f"/{call}?as_of=2020-01-06&known_at=2020-01-05").json()
        assert (said["as_of"], said["known_at"]) == ("2020-01-06", "2020-01-05"), call
        for name in ("compared_with", "lists_digest", "notice"):
            assert said[name], (call, name)


def test_numbers_addresses_and_scripts_are_found(then: Any) -> None:
    assert (
        match(then, schema="Vessel", properties={"imoNumber": "IMO 9187629"})[0]["caption"] == "PACIFIC BRAVO"
    )
    (place,) = match(then, schema="Address", properties={"full": ["1 Harbour Road, Wanchai, Hong Kong"]})
    assert (place["schema"], place["restrictions"][0]["list"]) == ("Address", "entity_list")
    assert match(then, schema="Person", properties={"name": ["Виктор Бут"]})[0]["matched_list"] == "sdn"
    assert len(found(then, "q=moscow russia")) == 1
    assert len(found(then, "q=moscow russia&as_of=2020-06-01&known_at=2020-06-01")) == 2
    assert found(then, "q=bout&filter=properties.birthDate:1967-01-13") == []
    assert found(then, "q=bout&known_at=2021-01-01&filter=properties.birthDate:1967-01-13")
    assert then.get("/search/default?changed_since=2021-01-01&q=bout").json()["total"]["value"] == 1
    assert then.get("/search/default?changed_since=2023-01-01&q=bout").json()["total"]["value"] == 0


def test_every_entity_is_one_that_followthemoney_accepts(kept: Any, regime: Regime) -> None:
    for law in (regime, kept.regime):
        documents = Documents(law)
        for on in (date(2020, 2, 1), TODAY):
            clock = law.clock(on)
            for id_ in law.listings.versions:
                document = documents.of(id_, clock)
                for entity in (document.entity, *document.beside) if document else ():
                    schema = model.schemata[entity["schema"]]
                    schema.validate(entity)
                    proxy = model.get_proxy(
                        {k: v for k, v in entity.items() if k != "restrictions"}, cleaned=False
                    )
                    for name, values in entity["properties"].items():
                        prop = schema.properties[name]
                        assert all(prop.type.clean(v, proxy=proxy) is not None for v in values), (
                            name,
                            values,
                        )


# --- what the API knows of the model ------------------------------------------------------------------


def test_the_schemata_are_those_of_the_real_model() -> None:
    kept_ = files("licet.api.yente").joinpath("schemata.json").read_text(encoding="utf-8")
    assert kept_ == schemata.text(), "run: python tests/schemata.py"
    for schema in model.schemata.values():
        own = own_schemata()[schema.name]
        assert set(own.properties) == set(schema.properties)
        assert {s.name for s in schema.matchable_schemata} == set(own.matches)
    assert (caption("country", "cn"), caption("topic", "sanction"), caption("name", "x")) == (
        "China",
        "Sanctioned",
        "x",
    )


def test_restrictions_alone(regime: Regime) -> None:
    clock = regime.clock(TODAY)
    assert restrictions(regime, "nobody", clock) == []
    assert listed(restrictions(regime, "hisilicon", clock)) is True
    assert listed([]) is False
