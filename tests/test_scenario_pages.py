"""The pages of scenarios: read, write with mistakes beside the text, keep in versions, compare and sweep."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from licet.changes.parameters import values_from
from licet.changes.scenario import Scenario, find, shipped
from licet.changes.scenario_file import ScenarioError
from licet.regime import Regime
from licet.service import audit
from licet.service.people import Person
from licet.service.scenarios import (
    NotYoursError,
    OvertakenError,
    Reference,
    SavedScenario,
    save,
    scenario_of,
    versions_of,
)
from licet.service.service import Service
from serving import post_form

TEXT = find("tgl-extended").read_text(encoding="utf-8")


def somebody(name: str, role: str = "analyst") -> Person:
    return Person.signed_in(name, name, role, f"{name}'s session")


def test_every_shipped_scenario_is_listed_and_shown(client: Any) -> None:
    listed = client.get("/scenarios").text
    for path in shipped():
        assert f'href="/scenarios/{path.stem}"' in listed
        page = client.get(f"/scenarios/{path.stem}")
        assert page.status_code == 200, path.stem
        for heading in ("What it changes", "Where the idea comes from", "What it assumes", "Its text"):
            assert heading in page.text
        assert "A hypothesis, not law" in page.text


def test_values_of_parameters_go_into_the_address(client: Any) -> None:
    page = client.get("/scenarios/huawei-delisted?p.day=2019-12-01&p.certified=yes").text
    assert 'value="huawei-delisted:day=2019-12-01;certified=yes"' in page
    assert "1 December 2019" in page
    assert client.get("/scenarios/huawei-delisted?p.day=2039-12-01").status_code == 422
    assert client.get("/scenarios/huawei-delisted:day=2019-08-01").status_code == 200


@pytest.mark.parametrize(
    "name", ["no-such", "own-abc", "own-abc@7", "..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd", "a" * 900, "a b"]
)
def test_a_name_is_never_a_path(client: Any, name: str) -> None:
    assert client.get(f"/scenarios/{name}").status_code == 404
    assert client.get("/scenarios/write", params={"from": name}).status_code == 404


def test_mistakes_are_told_with_their_line(client: Any) -> None:
    wrong = TEXT.replace("through: $through", "thruogh: $through")
    told = client.post("/scenarios/lint", data={"text": wrong})
    assert told.status_code == 200
    line = wrong.split("\n").index("  thruogh: $through") + 1
    assert f"Line {line}" in told.text
    assert "did you mean" in told.text
    assert "scenario-gutter__wrong" in told.text
    fine = client.post("/scenarios/lint", data={"text": TEXT}).text
    assert "Nothing to mend" in fine
    plain = client.post("/scenarios/write", data={"text": wrong, "action": "check"})
    assert plain.status_code == 422
    assert 'href="#text"' in plain.text
    assert "thruogh" in plain.text
    # A browser sends other line ends; the lines stay the same.
    windows = client.post("/scenarios/lint", data={"text": wrong.replace("\n", "\r\n")}).text
    assert f"Line {line}" in windows


def test_only_analysts_save(client: Any) -> None:
    refused = client.post("/scenarios/write", data={"text": TEXT, "action": "new"})
    assert refused.status_code in (401, 403)
    assert "saved by analysts" in refused.text
    assert "through: $through" in refused.text, "what was typed is still there"


def test_written_saved_and_written_again(signed_in: Any, service: Service, regime: Regime) -> None:
    analyst = signed_in("analyst")
    saved = post_form(analyst, "/scenarios/write", {"text": TEXT, "action": "new"})
    assert saved.status_code == 303
    address = saved.headers["location"]
    shown = analyst.get(address).text
    assert "Written by the-analyst; version 1" in shown
    form = analyst.get(f"/scenarios/write?from={address.rpartition('/')[2]}").text
    fields = dict(re.findall(r'name="(own|seen)" value="([^"]*)"', form))
    assert fields["seen"] == "1"
    other = TEXT.replace("kept for good", "kept for longer")
    again = post_form(analyst, "/scenarios/write", {**fields, "text": other, "action": "save"})
    assert again.headers["location"] == address
    assert "Version 1" in analyst.get(address).text
    stale = post_form(analyst, "/scenarios/write", {**fields, "text": TEXT, "action": "save"})
    assert stale.status_code == 409
    assert "version 2 was saved while you wrote" in stale.text
    assert "kept for longer" in analyst.get(f"{address}@2").text
    assert "kept for good" in analyst.get(f"{address}@1").text
    with service.database.reading() as session:
        assert len(versions_of(session, fields["own"])) == 2
        first = scenario_of(session, Reference.of(f"own-{fields['own']}@1"), regime)
        assert first.text == TEXT
        assert audit.verify(session).holds
    assert f"own-{fields['own']}" in analyst.get("/scenarios").text


def test_another_saves_a_copy_and_an_administrator_may_go_on(service: Service) -> None:
    own = save(service, TEXT, somebody("anna"))
    with pytest.raises(NotYoursError, match="anna"):
        save(service, TEXT, somebody("ben"), own.id, 1)
    assert save(service, TEXT, somebody("chief", "administrator"), own.id, 1).version == 2
    with pytest.raises(OvertakenError):
        save(service, TEXT, somebody("anna"), own.id, 1)
    with pytest.raises(ScenarioError):
        save(service, "scenario: nothing else", somebody("anna"))
    with service.database.reading() as session:
        assert session.get_one(SavedScenario, own.id).version == 2


HOSTILE = {
    "a bomb of references": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]",
    "a reference to itself": "a: &a [*a]",
    "a tag": "a: !!python/object/apply:os.system ['true']",
    "too long": "a: " + "x" * 70_000,
    "brackets without end": "a: " + "[" * 20_000,
    "blocks without end": "\n".join(" " * n + "a:" for n in range(350)),
    "a number without end": "a: " + "9" * 60_000,
    "many words": "\n".join(f"k{n}: v" for n in range(6000)),
    "not text": "a: \x00",
    "half a character": "a: \ud800",
    "a list": "- a",
    "nothing": "",
    "odd keys": "[a]: b",
    "many changes": TEXT.partition("change:")[0] + "change:\n" + "- {delist: family huawei}\n" * 1500,
    "values that grow": TEXT.replace("default: open", f"default: {'9' * 300}"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_quickly(regime: Regime, name: str) -> None:
    begun = time.process_time()
    with pytest.raises(ScenarioError):
        Scenario.parse(HOSTILE[name], "x", regime)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "values",
    ["0..1e18 by 1", "0..5 by 1e-99999", "0..1e99999999", "0..50 by nan", "2000-01-01..9999-12-31 by day"],
)
def test_values_without_end_are_refused(values: str) -> None:
    with pytest.raises(ScenarioError):
        values_from(values)
    assert len(values_from("2019-01-01..9999-12-31 by 5000 years")) == 2


def test_a_text_is_the_same_scenario_as_its_file(regime: Regime) -> None:
    for path in shipped():
        said = Scenario.parse(path.read_text(encoding="utf-8"), path.stem, regime)
        read = Scenario.read(path, regime)
        assert (said.digest, said.told, said.edits) == (read.digest, read.told, read.edits)


def test_several_side_by_side(client: Any) -> None:
    asked = "scenario=huawei-delisted&scenario=general-merchandise&as_of=2019-07-02"
    page = client.get(f"/scenarios/compare?{asked}").text
    assert "Lines and USD by outcome" in page
    assert page.index("Lines and USD") < page.index("Lines and EUR")
    assert "Come out otherwise than in 1" in page
    assert page.index("<table") < page.index("licet-figure")
    assert "/impact?book=example&amp;as_of=2019-07-02&amp;scenario=huawei-delisted" in page
    document = client.get(f"/scenarios/compare/file/json?{asked}").json()
    assert len(document["names"]) == 3
    per_view = [sum(r["lines"] for r in document["rows"] if r["view"] == view) for view in range(3)]
    assert per_view == [243] * 3
    six = "&".join(f"scenario={path.stem}" for path in shipped()[:6])
    assert client.get(f"/scenarios/compare?{six}").status_code == 422


def test_a_sweep_has_its_kinks(client: Any) -> None:
    asked = "scenario=de-minimis-10&parameter=percent&values=0,10,25&as_of=2019-06-03"
    page = client.get(f"/scenarios/sweep?{asked}").text
    assert "Where it turns" in page
    assert "<svg" in page
    assert 'href="/law/rule/734.4%28d%29' in page
    assert client.get(f"/scenarios/sweep/file/json?{asked}").json()["parameter"] == "percent"
    wrong = client.get("/scenarios/sweep?scenario=de-minimis-10&parameter=percentage")
    assert wrong.status_code == 422
    assert "did you mean" in wrong.text
    endless = client.get("/scenarios/sweep?scenario=de-minimis-10&parameter=percent&values=0..50 by 0.00001")
    assert endless.status_code == 422
    words = client.get("/scenarios/sweep?scenario=huawei-delisted&parameter=certified&as_of=2020-06-03").text
    assert "the table says the same" in words
