"""The search of the Consolidated Screening List: parameters and fields of the federal API, as of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from licet.lists.history import History
from licet.lists.record import Address, Identifier, OtherName
from listed import add, record
from serving import client_of, open_service

BASE = "/consolidated_screening_list/v1"
# As the federal API writes an entry.
FIELDS = {
    *("id", "source", "entity_number", "type", "programs", "name", "title", "addresses"),
    *("federal_register_notice", "start_date", "end_date", "standard_order", "license_requirement"),
    *("license_policy", "call_sign", "vessel_type", "gross_tonnage", "gross_registered_tonnage"),
    *("vessel_flag", "vessel_owner", "remarks", "source_list_url", "alt_names", "citizenships"),
    *("dates_of_birth", "nationalities", "places_of_birth", "source_information_url", "ids"),
}
RECORDS = (
    record(
        "NORTH WIND TRADING LLC",
        "AE",
        list_="sdn",
        kind="organisation",
        others=(OtherName("NWT"), OtherName("NORDWIND HANDEL")),
        addresses=(
            Address("Office 7, Harbour Road, Dubai", "AE"),
            Address("Quay 3, Bandar Abbas 79177", "IR"),
        ),
        identifiers=(Identifier("registration", "4711"),),
        programmes=("IRAN", "SDGT"),
        published_id="31337",
        published=date(2020, 3, 2),
    ),
    record("MARINER, Ivan", "RU", list_="sdn", kind="person", birth=("1970-01-02",), published_id="31338"),
    record(
        "SEA ROVER",
        list_="sdn",
        kind="vessel",
        identifiers=(Identifier("imo", "9187629"), Identifier("call_sign", "T2EA4")),
        notes=("vessel type: Crude Oil Tanker", "vessel flag: Iran", "Linked to North Wind"),
    ),
    record("North Wind Labs", "CN", list_="unverified_list", published=date(2021, 5, 4)),
)


@pytest.fixture(scope="module")
def csl(regime: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("csl")
    with History.open(folder / "lists.sqlite", create=True) as history:
        add(history, 300, RECORDS, lists=("sdn", "unverified_list"))
    service = open_service(folder, regime)
    with client_of(service) as client:
        yield client
    service.close()


def found(client: Any, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"{BASE}/search", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert body["total"] == sum(source["count"] for source in body["sources"])
    return body


def names(client: Any, **parameters: Any) -> list[str]:
    return [result["name"] for result in found(client, **parameters)["results"]]


def test_an_entry_has_every_field_of_the_federal_api(csl: Any) -> None:
    (result,) = found(csl, name="nordwind")["results"]
    assert set(result) >= FIELDS
    assert result["name"] == "NORTH WIND TRADING LLC"
    assert result["type"] == "Entity"
    assert result["entity_number"] == 31337
    assert result["programs"] == ["IRAN", "SDGT"]
    assert result["alt_names"] == ["NWT", "NORDWIND HANDEL"]
    assert [a["country"] for a in result["addresses"]] == ["AE", "IR"]
    assert "(SDN)" in result["source"]
    assert result["start_date"] == "2020-03-02"
    assert result["ids"] == [
        {
            "type": "registration",
            "number": "4711",
            "country": None,
            "issue_date": None,
            "expiration_date": None,
        }
    ]
    (restriction,) = result["restrictions"]
    assert restriction["list"] == "sdn"
    assert restriction["in_force"] in (True, None)


def test_vessels_and_people(csl: Any) -> None:
    (ship,) = found(csl, types="vessel", sources="SDN")["results"]
    assert (ship["type"], ship["call_sign"], ship["vessel_type"]) == ("Vessel", "T2EA4", "Crude Oil Tanker")
    assert ship["remarks"] == "Linked to North Wind"
    (person,) = found(csl, types="Individual", sources="SDN")["results"]
    assert person["dates_of_birth"] == ["1970-01-02"]


def test_names_are_words_of_one_name(csl: Any) -> None:
    assert names(csl, name="wind north") == ["NORTH WIND TRADING LLC", "North Wind Labs"]
    assert names(csl, name="north handel") == []
    assert names(csl, name="nrth wnd tradng llc") == []


def test_fuzzy_names_are_screened_and_scored(csl: Any) -> None:
    body = found(csl, name="Nrth Wind Tradng", fuzzy_name="true", sources="SDN")
    best = body["results"][0]
    assert best["name"] == "NORTH WIND TRADING LLC"
    assert 0 < best["score"] <= 100
    assert best["matched_name"]
    assert found(csl, name="Nrth Wind Tradng", fuzzy_name="true", sources="UVL,MEU")["total"] <= 1


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"sources": "UVL", "name": "north wind"}, ["North Wind Labs"]),
        ({"sources": "unverified_list", "name": "north wind"}, ["North Wind Labs"]),
        ({"countries": "IR", "name": "north"}, ["NORTH WIND TRADING LLC"]),
        ({"countries": "Iran", "name": "north"}, ["NORTH WIND TRADING LLC"]),
        ({"countries": "cn,ir", "name": "north wind"}, ["NORTH WIND TRADING LLC", "North Wind Labs"]),
        ({"city": "Dubai"}, ["NORTH WIND TRADING LLC"]),
        ({"postal_code": "79177", "address": "quay"}, ["NORTH WIND TRADING LLC"]),
        ({"postal_code": "79177", "city": "Dubai"}, []),
        ({"full_address": "Office 7, Harbour Road, Dubai"}, ["NORTH WIND TRADING LLC"]),
        ({"q": "9187629"}, ["SEA ROVER"]),
        ({"q": "SDGT", "sources": "SDN"}, ["NORTH WIND TRADING LLC"]),
    ],
)
def test_filters(csl: Any, parameters: dict[str, str], expected: list[str]) -> None:
    assert names(csl, **parameters) == expected


def test_pages_follow_each_other(csl: Any) -> None:
    whole = found(csl, sources="SDN,UVL", size=100)
    pages = [found(csl, sources="SDN,UVL", size=2, offset=at) for at in range(0, whole["total"], 2)]
    assert [r["id"] for page in pages for r in page["results"]] == [r["id"] for r in whole["results"]]
    assert {page["total"] for page in pages} == {whole["total"]}
    assert found(csl, offset=50_000)["results"] == []


@pytest.mark.parametrize("order", ["name", "name:desc", "source", "start_date", "start_date:desc", "score"])
def test_order_changes_no_result(csl: Any, order: str) -> None:
    told = names(csl, sources="SDN,UVL", sort=order, size=100)
    assert sorted(told) == sorted(names(csl, sources="SDN,UVL", size=100))
    if order.startswith("name"):
        assert sorted(told, key=str.casefold, reverse=order.endswith("desc")) == told


def test_the_day_and_what_was_known_decide(csl: Any) -> None:
    huawei = {"name": "huawei technologies", "sources": "EL", "size": 100}
    assert found(csl, **huawei, as_of="2019-05-01")["total"] == 0
    then = found(csl, **huawei, as_of="2019-06-01")
    assert then["total"] > 0
    assert then["about"]["as_of"] == "2019-06-01"
    assert all(r["restrictions"][0]["in_force"] is True for r in then["results"])
    assert found(csl, **huawei, as_of="2019-06-01", known_at="2019-05-01")["total"] == 0


def test_sources_are_told_with_their_days(csl: Any) -> None:
    body = csl.get(f"{BASE}/sources").json()
    told = {source["value"]: source for source in body["results"]}
    assert {"EL", "DPL", "UVL", "MEU", "SDN", "SSI", "CMIC", "CAP", "MBS", "DTC", "ISN"} <= set(told)
    assert told["SDN"]["count"] >= 3
    assert told["SDN"]["last_imported"]
    assert body["about"]["notice"]


@pytest.mark.parametrize(
    ("parameters", "status", "words"),
    [
        ({"sources": "EL,XYZ"}, 400, "XYZ"),
        ({"types": "Planet"}, 400, "Planet"),
        ({"countries": "CN,Atlantis"}, 400, "Atlantis"),
        ({"size": "0"}, 422, "size"),
        ({"size": "101"}, 422, "size"),
        ({"offset": "-1"}, 422, "offset"),
        ({"as_of": "yesterday"}, 422, "as_of"),
        ({"sort": "colour"}, 422, "sort"),
        ({"name": "x" * 501}, 422, "name"),
    ],
)
def test_what_cannot_be_meant_is_told(csl: Any, parameters: dict[str, str], status: int, words: str) -> None:
    answer = csl.get(f"{BASE}/search", params=parameters)
    assert answer.status_code == status
    assert words in str(answer.json()["detail"])


@pytest.mark.parametrize(
    "name", ["", " ", "'; DROP TABLE x; --", "<script>", "\x7f", "*", "華為", "%", "a" * 500]
)
@pytest.mark.parametrize("fuzzy", ["true", "false"])
def test_odd_names_are_answered(csl: Any, name: str, fuzzy: str) -> None:
    found(csl, name=name, fuzzy_name=fuzzy)


def test_a_key_is_taken_from_the_federal_header(regime: Any, tmp_path: Any) -> None:
    from licet.service import keys

    closed = open_service(tmp_path, regime, anonymous="none")
    with client_of(closed) as client:
        answer = client.get(f"{BASE}/sources")
        assert answer.status_code == 401
        assert "detail" in answer.json()
        refused = client.get(f"{BASE}/sources", headers={"subscription-key": f"{keys.BEGINNING}nonsense"})
        assert refused.status_code == 401
    closed.close()
