"""Our own JSON API: decisions, comparisons, parties, law, lists and scenarios, over the Huawei episode."""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import select

from licet.api.acts import act_from
from licet.api.shapes.acts import ActGiven
from licet.columns.acts import ActsError, to_arrow
from licet.columns.receiving import received
from licet.regime import Regime
from licet.service import audit

API = "/api/v1"
LINES = {"Content-Type": "application/x-ndjson"}
ARROW = {"Content-Type": "application/vnd.apache.arrow.stream"}
HUAWEI = {"name": "Huawei Technologies Co., Ltd.", "roles": ["ultimate_consignee"], "country": "CN"}
PATCH: Mapping[str, Any] = {
    "act.action": "export",
    "origin.country": "US",
    "destination.country": "CN",
    "item.kind": "software",
    "item.eccn": "5D991",
    "item.us_origin": True,
    "item.published": False,
    "end_use.category": "civil",
    "support.purpose": "network_support",
    "support.adds_capacity": False,
    "contract.date": "2018-11-01",
    "network.operational": True,
    "network.third_party": True,
    "item.general_purpose_computer": False,
    "certificate.by": "exporter",
    "transport.en_route_since": "none",
    "act.claimed_exception": "none",
}
MONEY = {"order_id": "T-1", "line": 1, "value": "48000.00", "currency": "USD"}


def act(on: str | None = "2019-05-20", /, **facts: Any) -> dict[str, Any]:
    stated = {**PATCH, **{name.replace("__", "."): value for name, value in facts.items()}}
    if on is not None:
        stated["act.date"] = on
    return {"facts": stated, "parties": [HUAWEI], "particulars": dict(MONEY)}


def good(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    about = answer["about"]
    assert about["known_at"]
    assert len(about["law"]["digest"]) == len(about["lists"]["digest"]) == 64
    assert about["notice"].startswith("Not legal advice")
    assert about["coverage"] == f"{API}/law/coverage"
    assert "the law's own tables" in about["lists"]["compared_with"]
    return answer


def wrong(response: Any, status: int = 422) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["title"]
    assert problem["detail"]
    assert problem["status"] == status
    assert "/src/" not in response.text
    assert "Traceback" not in response.text
    return problem


def trail(service: Any, what: str) -> list[audit.Entry]:
    with service.database.reading() as session:
        assert audit.verify(session).holds
        found = session.scalars(select(audit.Entry).order_by(audit.Entry.number))
        return [entry for entry in found if entry.what == what]


# Decisions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "outcome", "clear"),
    [
        ("2019-05-15", "no_licence_required", True),
        ("2019-05-16", "licence_required", False),
        ("2019-05-16T16:00-04:00", "no_licence_required", True),
        ("2019-05-20", "authorised_general_licence", True),
        ("2019-08-19", "licence_required", False),
    ],
)
def test_a_decision(client: Any, on: str, outcome: str, clear: bool) -> None:
    answer = good(client.post(f"{API}/decisions", json=act(on)))
    assert (answer["outcome"], answer["clear"]) == (outcome, clear)
    assert answer["words"] == outcome.replace("_", " ")
    assert answer["about"]["as_of"] == answer["proof"]["as_of"] == on
    assert answer["digest"] == answer["proof"]["seal"]
    assert answer["missing"] == []
    assert answer["could_be"] is None


def test_what_explains_a_decision(client: Any) -> None:
    answer = good(client.post(f"{API}/decisions", json=act("2019-05-20")))
    [demand] = [r for r in answer["requirements"] if r["known_as"] == "entity_list"]
    assert demand["stands"] is True
    assert demand["remains"] is False
    assert demand["authorised_by"] == ["TGL v1 (c)(1)"]
    [authorisation] = answer["authorisations"]
    assert authorisation["basis"] == "general_licence"
    assert authorisation["obligations"]
    assert answer["obligations"] == authorisation["obligations"]
    stopped = good(client.post(f"{API}/decisions", json=act("2019-05-16")))
    assert stopped["review"] == "presumption_of_denial"
    assert stopped["authorisations"] == []


def test_what_is_unknown_is_asked(client: Any) -> None:
    open_ = act("2019-06-01", certificate__by="unknown")
    answer = good(client.post(f"{API}/decisions", json=open_))
    assert answer["outcome"] == "indeterminate"
    assert answer["could_be"] == {"mildest": "authorised_general_licence", "strictest": "licence_required"}
    [question] = answer["missing"]
    assert question["fact"] == "certificate.by"
    assert "exporter" in question["values"]
    asking = good(client.post(f"{API}/decisions/ask", json=open_))
    assert asking["complete"]
    assert [q["fact"] for q in asking["settling"]] == ["certificate.by"]
    for ending in asking["endings"]:
        settled = act("2019-06-01", certificate__by=ending["answer"])
        assert good(client.post(f"{API}/decisions", json=settled))["outcome"] == ending["outcome"]


def test_views_of_time(client: Any) -> None:
    late = act("2019-11-19", certificate__by="listed_entity")
    for known_at, outcome in (
        ("2019-11-19", "licence_required"),
        ("2019-11-20", "authorised_general_licence"),
    ):
        answer = good(client.post(f"{API}/decisions", json={**late, "known_at": known_at}))
        assert (answer["outcome"], answer["about"]["known_at"]) == (outcome, known_at)
    moved = good(client.post(f"{API}/decisions", json={**act("2019-05-15"), "as_of": "2019-05-20"}))
    assert moved["outcome"] == "authorised_general_licence"
    assumed = {**act("2019-06-01", certificate__by="unknown"), "assume_unauthorised": True}
    assert good(client.post(f"{API}/decisions", json=assumed))["outcome"] == "licence_required"


def test_a_stated_end_use_counts_as_on_the_command_line(client: Any) -> None:
    given = act("2019-06-01", end_use__category="unknown")
    given["particulars"]["end_use"] = "Keeping a third party's mobile network running"
    answer = good(client.post(f"{API}/decisions", json=given))
    assert answer["proof"]["facts"]["end_use.category"] == "civil"


def test_an_explanation_and_what_would_change_it(client: Any) -> None:
    given = act("2019-06-01", certificate__by="none")
    told = good(client.post(f"{API}/decisions/explain", json=given))
    assert told["text"].startswith("LICENCE REQUIRED")
    assert "Not legal advice" in told["text"]
    full = good(client.post(f"{API}/decisions/explain", json={**given, "full": True}))
    assert len(full["text"]) > len(told["text"])
    assert told["decision"]["digest"] == full["decision"]["digest"]
    changes = good(client.post(f"{API}/decisions/change", json=given))["changes"]
    assert any(
        f["fact"] == "certificate.by" and f["after"] == "exporter" for c in changes for f in c["facts"]
    )
    assert all(change["outcome"] != "licence_required" and change["turns"] for change in changes)


def test_a_proof_is_established_again_or_not(client: Any) -> None:
    proof = good(client.post(f"{API}/decisions", json=act()))["proof"]
    assert good(client.post(f"{API}/decisions/verify", json=proof))["holds"]
    found = good(client.post(f"{API}/decisions/verify", json={**proof, "outcome": "forbidden"}))
    assert not found["holds"]
    assert found["outcome"] == "authorised_general_licence"
    assert any(said.startswith("outcome:") for said in found["differences"])
    for damaged in ({}, {"schema": "other"}, {**proof, "facts": 1}, {**proof, "parties": [HUAWEI] * 51}):
        wrong(client.post(f"{API}/decisions/verify", json=damaged))


def test_each_decision_is_recorded(client: Any, service: Any) -> None:
    answer = good(client.post(f"{API}/decisions", json=act("2019-05-16")))
    last = trail(service, "decision.made")[-1]
    assert (last.who, last.about) == ("anonymous", answer["digest"])
    assert last.detail["outcome"] == "licence_required"
    assert last.detail["act"]["particulars"]["order_id"] == "T-1"
    assert (last.detail["as_of"], last.detail["law"]) == ("2019-05-16", answer["about"]["law"]["digest"])
    before = len(trail(service, "decision.made"))
    wrong(client.post(f"{API}/decisions", json=act(None)))
    assert len(trail(service, "decision.made")) == before


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"facts": {"item.ecn": "EAR99"}}, "facts.item.ecn", "did you mean item.eccn"),
        ({"facts": {"act.date": "16 May"}}, "facts.act.date", "a day (2019-05-16)"),
        ({"facts": {"act.date": "0001-01-01"}}, "facts.act.date", "of this world"),
        ({"facts": {"item.us_content_pct": 10**400}}, "facts.item.us_content_pct", "number"),
        ({"facts": {"item.us_origin": "perhaps"}}, "facts.item.us_origin", "yes or no"),
        ({"facts": {"subject_to_the_ear": True}}, "facts.subject_to_the_ear", "concluded by the law"),
        ({"facts": {"party.country": "CN"}}, "facts.party.country", "belongs to a party"),
        ({"parties": [{"name": "A", "roles": ["owner"]}]}, "parties.0.roles", "one of purchaser"),
        ({"parties": [{"name": "A", "nme": "B"}]}, "parties.0.nme", "not in the vocabulary"),
        ({"parties": [{"name": "A", "same_as": "nobody-at-all"}]}, "parties.0.same_as", "id of a listing"),
        ({"as_of": "yesterday"}, "body.as_of", "neither a day nor an instant"),
        ({"as_of": "2019-05-16T16:30"}, "body.as_of", "needs its time zone"),
        ({"known_at": "9999-12-31"}, "body.known_at", "between the years"),
        ({"acts": []}, "body.acts", "Extra inputs"),
        ({"parties": [{"name": "A"}] * 51}, "body.parties", "at most 50"),
        ({"facts": {"act.date": "unknown"}}, "as_of", "act.date"),
    ],
)
def test_what_is_wrong_is_pointed_at(client: Any, given: Any, field: str, said: str) -> None:
    problem = wrong(client.post(f"{API}/decisions", json=given))
    assert any(e["field"] == field and said in e["expected"] for e in problem["errors"]), problem


def test_every_mistake_is_told_at_once(client: Any) -> None:
    given = {"facts": {"x": 1, "item.us_origin": "perhaps"}, "parties": [{"roles": "nobody"}]}
    fields = [e["field"] for e in wrong(client.post(f"{API}/decisions", json=given))["errors"]]
    assert fields == ["facts.x", "facts.item.us_origin", "parties.0.roles"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_bodies_that_are_none(client: Any, body: bytes) -> None:
    answer = client.post(f"{API}/decisions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)


# Batches --------------------------------------------------------------------------------


def in_lines(*rows: Any) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def in_arrow(regime: Regime, *acts: Any, **options: Any) -> bytes:
    table = to_arrow([act_from(ActGiven.model_validate(one), regime) for one in acts], regime.vocabulary)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return sink.getvalue()


EPISODE = [act(on) for on in ("2019-05-15", "2019-05-16", "2019-05-20", "2019-08-19")]
EPISODE.append(act("2019-06-01", certificate__by="unknown"))


def test_lines_say_what_single_decisions_say(client: Any, service: Any) -> None:
    body = in_lines(*EPISODE)
    answer = client.post(f"{API}/decisions/batch?proof=true", content=body, headers=LINES)
    assert answer.headers["content-type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in answer.text.splitlines()]
    singles = [good(client.post(f"{API}/decisions", json=one)) for one in EPISODE]
    assert rows == [{"row": n, "decision": single} for n, single in enumerate(singles, 1)]
    plain = client.post(f"{API}/decisions/batch", content=body, headers=LINES).text.splitlines()
    expected = [{**single, "proof": None} for single in singles]
    assert [json.loads(line)["decision"] for line in plain] == expected
    entry = trail(service, "decision.batch_made")[-1]
    assert sum(entry.detail["outcomes"].values()) == 5
    assert entry.detail["undecided"] == 0


def test_a_row_that_fails_loses_nothing(client: Any) -> None:
    rows = [act("2019-05-16"), b"{", act(None), b"   ", {"facts": {"x": 1}}, b"\xff", act("2019-05-15")]
    answer = client.post(f"{API}/decisions/batch", content=in_lines(*rows), headers=LINES)
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["row"] for row in told] == [1, 2, 3, 5, 6, 7]
    assert [row.get("decision", {}).get("outcome") for row in told] == [
        "licence_required", None, None, None, None, "no_licence_required",
    ]  # fmt: skip
    for row in told[1:5]:
        assert row["problem"]["status"] == 422
        assert row["problem"]["errors"]


def test_a_view_for_all_lines_and_a_line_s_own(client: Any) -> None:
    rows = [act(None), {**act(None), "as_of": "2019-05-15"}]
    url = f"{API}/decisions/batch?as_of=2019-05-16"
    answer = client.post(url, content=in_lines(*rows), headers=LINES).text
    outcomes = [json.loads(line)["decision"]["outcome"] for line in answer.splitlines()]
    assert outcomes == ["licence_required", "no_licence_required"]


def test_columns_say_what_single_decisions_say(client: Any, regime: Regime, service: Any) -> None:
    body = in_arrow(regime, *EPISODE)
    answer = client.post(f"{API}/decisions/batch?keep=order_id", content=body, headers=ARROW)
    assert answer.status_code == 200, answer.text
    table = pa.ipc.open_stream(answer.content).read_all()
    singles = [good(client.post(f"{API}/decisions", json=one)) for one in EPISODE]
    assert table.column("outcome").to_pylist() == [single["outcome"] for single in singles]
    assert table.column("obligations").to_pylist() == [single["obligations"] for single in singles]
    assert table.column("order_id").to_pylist() == ["T-1"] * 5
    assert table.column("problem").to_pylist() == [None] * 5
    told = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert told["law"] == regime.digest
    assert told["notice"] == regime.notice
    assert trail(service, "decision.batch_made")[-1].detail["undecided"] == 0
    undated = client.post(f"{API}/decisions/batch", content=in_arrow(regime, act(None)), headers=ARROW)
    assert "act.date" in pa.ipc.open_stream(undated.content).read_all().column("problem")[0].as_py()


def test_columns_that_cannot_be_believed_are_refused(client: Any, regime: Regime) -> None:
    whole = in_arrow(regime, *EPISODE)
    packed = in_arrow(regime, *EPISODE, compression="zstd")
    assert (
        "compressed" in wrong(client.post(f"{API}/decisions/batch", content=packed, headers=ARROW))["detail"]
    )
    for body in (b"", b"PAR1" * 20, whole[:100], whole[: len(whole) // 2], whole[:-9] + b"\xff" * 9):
        answer = client.post(f"{API}/decisions/batch", content=body, headers=ARROW)
        assert answer.status_code == 422 or body[-1:] == b"\xff", answer.text
    for place in range(8, len(whole), 997):
        broken = bytearray(whole)
        broken[place] ^= 0x5A
        answer = client.post(f"{API}/decisions/batch", content=bytes(broken), headers=ARROW)
        assert answer.status_code in (200, 422), answer.text
    wrong(client.post(f"{API}/decisions/batch?keep=nothing", content=whole, headers=ARROW))
    odd = pa.table({"item.ecn": ["EAR99"]})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, odd.schema) as writer:
        writer.write_table(odd)
    body = sink.getvalue()
    assert "item.eccn" in wrong(client.post(f"{API}/decisions/batch", content=body, headers=ARROW))["detail"]


def test_a_stream_stands_for_no_more_than_was_sent() -> None:
    def sent(column: pa.Array) -> bytes:
        sink = io.BytesIO()
        batch = pa.record_batch({"note": column})
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
        return sink.getvalue()

    with pytest.raises(ActsError, match="more than 1,000 rows"):
        list(received(sent(pa.nulls(1_000_000)), 1000))
    long, many = pa.array(["x" * 2**20]), 5000
    shared = pa.ListViewArray.from_arrays(
        pa.array([0] * many, pa.int32()), pa.array([1] * many, pa.int32()), long
    )
    with pytest.raises(ActsError, match="unfolds"):
        list(received(sent(shared), many))
    buffers = pa.array(["x" * 2**20], pa.string_view()).buffers()
    views = pa.Array.from_buffers(
        pa.string_view(), many, [None, pa.py_buffer(buffers[1].to_pybytes()[:16] * many), *buffers[2:]]
    )
    with pytest.raises(ActsError, match="unfolds"):
        list(received(sent(views), many))
    assert [len(b) for b in received(sent(pa.array(["a", None])), 10)] == [0, 2]


def test_batches_have_a_kind_and_an_end(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(client.post(f"{API}/decisions/batch", json=act()), 415)
    monkeypatch.setattr("licet.api.batches.ROWS", 3)
    answer = client.post(f"{API}/decisions/batch", content=in_lines(*EPISODE), headers=LINES)
    assert "3 are the most" in wrong(answer, 413)["detail"]


# Comparisons and scenarios --------------------------------------------------------------


def test_two_days_are_compared(client: Any, service: Any) -> None:
    given = {"acts": [act(), act(certificate__by="none")], "before": {"on": "2019-05-15"}}
    answer = good(client.post(f"{API}/compare", json={**given, "after": {"on": "2019-05-21"}}))
    assert (answer["lines"], answer["changed"]) == (2, 2)
    assert [c["after"] for c in answer["changes"]] == ["authorised_general_licence", "licence_required"]
    causes = [cause for change in answer["changes"] for cause in change["causes"]]
    assert "744.11(a)" in {c["rule"] for c in causes}
    assert all(c["because"] and c["cite"] for c in causes)
    assert sum(flow["value"] for flow in answer["flows"]) == 96000.0
    assert {o["turned"] for o in answer["obligations"]} == {"begins"}
    assert any("Not legal advice" in said for said in answer["said"])
    entry = trail(service, "comparison.made")[-1]
    assert (entry.detail["lines"], entry.detail["changed"]) == (2, 2)


def test_two_states_of_knowledge_are_compared(client: Any) -> None:
    given = {"acts": [act("2019-11-19", certificate__by="listed_entity")]}
    sides = {"before": {"known_at": "2019-11-19"}, "after": {"known_at": "2019-11-20"}}
    [change] = good(client.post(f"{API}/compare", json={**given, **sides}))["changes"]
    assert (change["before"], change["after"]) == ("licence_required", "authorised_general_licence")


def test_a_law_is_compared_with_another(client: Any) -> None:
    given = {"acts": [act("2019-09-02")], "before": {}}
    by_name = {"scenarios": [{"name": "huawei-delisted"}]}
    answer = good(client.post(f"{API}/compare", json={**given, "after": by_name}))
    [assumed] = answer["assumed"]
    assert assumed["side"] == "after"
    assert assumed["changes"]
    assert assumed["sources"]
    assert answer["before"]["law"] != answer["after"]["law"]
    text = good(client.get(f"{API}/scenarios/huawei-delisted"))["scenario"]["text"]
    by_text = {"scenarios": [{"name": "mine", "text": text}]}
    same = good(client.post(f"{API}/compare", json={**given, "after": by_text}))
    assert [c["after"] for c in same["changes"]] == [c["after"] for c in answer["changes"]]
    undated = good(client.post(f"{API}/compare", json={**given, "acts": [act(None)], "after": by_name}))
    assert undated["undecided"][0]["number"] == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"acts": [{"facts": {"x": 1}}]}, "acts.0.facts.x"),
        ({"after": {"scenarios": [{"name": "de-minimis-11"}]}}, "after.scenarios.0"),
        ({"before": {"scenarios": [{"text": "scenario: 1"}]}}, "before.scenarios.0"),
        ({"after": {"scenarios": [{"name": "../../../etc/passwd"}]}}, "body.after.scenarios.0.name"),
        (
            {"after": {"scenarios": [{"name": "de-minimis-10", "values": {"percent": 1e9}}]}},
            "after.scenarios.0",
        ),
        ({"acts": []}, "body.acts"),
    ],
)
def test_what_cannot_be_compared(client: Any, given: Any, field: str) -> None:
    body = {"acts": [act()], "before": {}, "after": {}, **given}
    assert wrong(client.post(f"{API}/compare", json=body))["errors"][0]["field"] == field


def test_scenarios_that_come_with_licet(client: Any) -> None:
    found = good(client.get(f"{API}/scenarios"))["scenarios"]
    assert len(found) > 10
    assert all(s["changes"] and s["sources"] and s["digest"] for s in found)
    one = good(client.get(f"{API}/scenarios/de-minimis-10"))
    assert one["scenario"] in found
    assert one["law_becomes"] != one["about"]["law"]["digest"]
    assert [p["name"] for p in one["scenario"]["parameters"]] == ["percent"]
    for name in ("nothing", "..%2F..%2Fpyproject", "%2Fetc%2Fpasswd"):
        assert client.get(f"{API}/scenarios/{name}").status_code == 404


def test_a_scenario_of_one_s_own_is_checked(client: Any) -> None:
    text = good(client.get(f"{API}/scenarios/de-minimis-10"))["scenario"]["text"]
    fine = good(client.post(f"{API}/scenarios/lint", json={"name": "mine", "text": text}))
    assert fine["good"]
    assert fine["scenario"]["changes"]
    assert fine["mistakes"] == []
    broken = text.replace("reason:", "raeson:")
    told = good(client.post(f"{API}/scenarios/lint", json={"text": broken}))
    line = next(n for n, said in enumerate(broken.splitlines(), 1) if said.startswith("raeson"))
    assert not told["good"]
    assert told["scenario"] is None
    assert told["mistakes"][0]["line"] == line
    assert "did you mean 'reason'" in told["mistakes"][0]["message"]


LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{y}: &{y} [*{x}, *{x}]\n" for x, y in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        "a: &a [*a]",
        "a: !!python/object/apply:os.system [ls]",
        "a: !include /etc/passwd",
        "[" * 5000,
        "- " * 5000,
        "a: b: c",
        "reading: ># folded",
        "? [a, b]\n: c",
        "\0",
        "scenario: x\nscenario: y",
        "",
        "x" * 65000,
    ],
)
def test_hostile_scenarios_are_mistakes(client: Any, text: str) -> None:
    response = client.post(f"{API}/scenarios/lint", json={"text": text})
    if "\0" in text:
        assert response.status_code == 400
        return
    answer = good(response)
    assert not answer["good"]
    assert answer["mistakes"][0]["message"]
    assert "root:" not in str(answer)


# Parties, law, lists --------------------------------------------------------------------


def test_a_party_over_time(client: Any) -> None:
    asked = {"name": "Huawei Technologies Co., Ltd.", "country": "China"}
    before = good(client.get(f"{API}/parties", params={**asked, "as_of": "2019-05-15"}))
    assert before["listed"] is not True
    assert before["country"] == "CN"
    after = good(client.get(f"{API}/parties", params={**asked, "as_of": "2019-05-16"}))
    assert after["listed"] is True
    entry = next(e for e in after["entries"] if e["match"] == "hit")
    assert entry["list"]["code"] == "entity_list"
    assert entry["in_force_on_as_of"] is True
    assert entry["stretches"][0]["from"].startswith("2019-05-16")
    own = good(client.get(f"{API}/parties/{entry['listing']}?as_of=2019-05-16"))
    assert own["entries"][0]["match"] == "id"
    assert own["entries"][0]["events"] == entry["events"]
    hidden = good(client.get(f"{API}/parties/{entry['listing']}?as_of=2019-05-16&known_at=2019-05-15"))
    assert hidden["entries"] == []
    assert hidden["not_public_then"][0]["listing"] == entry["listing"]
    timeline = good(client.get(f"{API}/parties/{entry['listing']}/timeline"))
    assert timeline["about"]["as_of"] == "2026-11-21"
    days = [event["on"] for event in timeline["events"]]
    assert days == sorted(days)
    assert timeline["events"][0]["what"] == "listed"


def test_parties_that_nobody_is(client: Any) -> None:
    wrong(client.get(f"{API}/parties"))
    wrong(client.get(f"{API}/parties?name=%20"))
    assert wrong(client.get(f"{API}/parties?name=A&country=Atlantis"))["errors"][0]["field"] == "country"
    wrong(client.get(f"{API}/parties/nobody"), 404)
    wrong(client.get(f"{API}/parties/nobody/timeline"), 404)
    nobody = good(client.get(f"{API}/parties", params={"name": "Bäckerei Müller am Markt"}))
    assert nobody["listed"] is False
    assert nobody["entries"] == []


def test_a_rule_beside_its_paraphrase(client: Any) -> None:
    every = good(client.get(f"{API}/law/rules?as_of=2019-05-16"))["rules"]
    assert len(every) > 150
    some = good(client.get(f"{API}/law/rules?search=744.11"))["rules"]
    assert 0 < len(some) < len(every)
    tgl = "supp. 7 to 744 (c)(1), text of May 2019"
    for on, standing in (("2019-05-19", False), ("2019-05-20", True), ("2019-08-19", False)):
        rule = good(client.get(f"{API}/law/rules/{tgl}", params={"as_of": on}))
        assert rule["rule"]["standing"]["in_force"] is standing
    assert rule["prose"]
    assert rule["windows"]
    assert rule["authorises"]
    assert rule["obligations"]
    listed = good(client.get(f"{API}/law/rules/744.11(a)"))
    assert tgl in [r["id"] for r in listed["lifted_by"]]
    assert listed["reviews"]
    assert "did you mean" in wrong(client.get(f"{API}/law/rules/744.11(b)"), 404)["detail"]
    for rule in every:
        assert client.get(f"{API}/law/rules/{rule['id']}").status_code == 200


def test_instruments_and_the_calendar(client: Any) -> None:
    found = good(client.get(f"{API}/law/instruments"))["instruments"]
    assert {i["binding"] for i in found} == {True, False}
    early = good(client.get(f"{API}/law/instruments?known_at=2019-05-15"))["instruments"]
    assert 0 < len(early) < len(found)
    speech = good(client.get(f"{API}/law/instruments/G20 Osaka 2019-06-29?as_of=2019-07-01"))
    assert speech["instrument"]["state"] == "announced"
    assert speech["rules"] == speech["listings"] == []
    rule = good(client.get(f"{API}/law/instruments/84 FR 22961"))
    assert len(rule["listings"]) > 60
    wrong(client.get(f"{API}/law/instruments/84 FR 1"), 404)
    turns = good(client.get(f"{API}/law/calendar?from=2019-05-16&to=2019-05-20"))["turns"]
    assert {t["day"] for t in turns} >= {"2019-05-16", "2019-05-20"}
    assert all("2019-05-16" <= t["day"] <= "2019-05-20" for t in turns)
    wrong(client.get(f"{API}/law/calendar?from=2019-05-16&to=2019-05-15"))


def test_vocabulary_and_coverage(client: Any, regime: Regime) -> None:
    words = good(client.get(f"{API}/law/vocabulary"))["facts"]
    assert [w["name"] for w in words] == list(regime.vocabulary.entries)
    assert all(w["ask"] for w in words)
    page = good(client.get(f"{API}/law/coverage"))
    assert page["rules"] >= page["encoded"] > 100
    assert page["page"].startswith("# Coverage")


def test_lists_and_what_changed_on_them(client: Any) -> None:
    lists = {one["code"]: one for one in good(client.get(f"{API}/lists?as_of=2019-05-16"))["lists"]}
    entity_list = lists["entity_list"]
    assert entity_list["in_force"] >= 69
    assert entity_list["listings"] > 150
    assert entity_list["file"] is None
    assert lists["cmic"]["consequence"]
    url = f"{API}/lists/changes?since=2019-05-15&until=2019-05-16"
    changes = good(client.get(url))
    assert changes["counts"] == {"entity_list": {"added": 69}}
    assert changes["total"] == 69
    assert {c["by"] for c in changes["changes"]} == {"84 FR 22961"}
    assert len(good(client.get(f"{url}&limit=5&offset=67"))["changes"]) == 2
    assert good(client.get(f"{url}&known_at=2019-05-15"))["total"] == 0
    assert good(client.get(f"{url}&list=cmic"))["total"] == 0
    noted = good(client.get(f"{API}/lists/changes?since=2020-05-14&until=2020-05-15"))
    assert noted["total"] == 0 or "footnote 1 added" in {c["what"] for c in noted["changes"]}
    wrong(client.get(f"{API}/lists/changes"))
    assert wrong(client.get(f"{url}&list=nothing"))["errors"][0]["field"] == "list"
    wrong(client.get(f"{API}/lists/changes?since=2019-05-16&until=2019-05-15"))


# The page --------------------------------------------------------------------------------

PAGE = Path(__file__).resolve().parents[1] / "docs" / "api.md"
BLOCK = re.compile(r"```(bash|json)\n(.*?)```", re.DOTALL)
FILE = re.compile(r"cat > (\S+) <<'END'\n(.*?)\nEND\n", re.DOTALL)


def holds(answer: Any, told: Any) -> bool:
    """Whether an answer has at least what is told of it."""
    match told:
        case dict():
            return all(name in answer and holds(answer[name], value) for name, value in told.items())
        case list():
            return len(answer) == len(told) and all(map(holds, answer, told))
    return bool(answer == told)


def test_the_page_is_true(client: Any) -> None:
    files: dict[str, str] = {}
    last: list[Any] = []
    asked = compared = 0
    for kind, block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "json":
            told = (
                [json.loads(block)] if block.startswith("{\n") else list(map(json.loads, block.splitlines()))
            )
            assert all(map(holds, last, told)), (block, last)
            compared += 1
            continue
        files |= dict(FILE.findall(block))
        for command in FILE.sub("", block).splitlines():
            _, _, url, *options = shlex.split(command)
            given = dict(zip(options[::2], options[1::2], strict=True))
            body = given.get("-d") or given.get("--data-binary")
            headers = dict([given["-H"].split(": ")]) if "-H" in given else {}
            address = url.removeprefix("http://127.0.0.1:8360")
            if body is None:
                answer = client.get(address)
            else:
                content = files[body[1:]] if body.startswith("@") else body
                answer = client.post(address, content=content, headers=headers)
            assert answer.status_code in (200, 422), (command, answer.text)
            last = [json.loads(line) for line in answer.text.splitlines()]
            asked += 1
    assert asked >= 20
    assert compared >= 8
