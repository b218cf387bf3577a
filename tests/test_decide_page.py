"""Decide as a page: the address states the act, the answer is that of the library, and nothing is guessed."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from licet.act import Act
from licet.decisions.decide import decide
from licet.decisions.outcome import Outcome
from licet.decisions.verifying import verify
from licet.regime import Regime
from licet.service.audit import Entry
from licet.web.documents import PasteError, parameters, pasted, read
from licet.web.fields import first

HUAWEI = "Huawei Technologies Co., Ltd."
FACTS = {
    "act.date": "2019-05-16", "act.action": "export", "item.eccn": "5D991", "item.kind": "software",
    "item.us_origin": "yes", "item.published": "no", "origin.country": "US", "destination.country": "CN",
    "end_use.category": "civil", "transport.en_route_since": "none",
}  # fmt: skip
PARTY = {"p1.name": HUAWEI, "p1.country": "CN", "p1.roles": ["end_user", "ultimate_consignee"]}


def get(client: Any, given: dict[str, Any], path: str = "/decide", **kwargs: Any) -> Any:
    return client.get(f"{path}?{urlencode(given, doseq=True)}", **kwargs)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def verdict(html: str) -> str:
    return text_of(html[html.index("<h1") : html.index("</h1>")]).rpartition(">")[2].strip()


def test_the_page_says_what_the_library_says(client: Any, regime: Regime) -> None:
    for day in first()["example"]["days"]:
        given = {**FACTS, **PARTY, "act.date": day.isoformat()}
        act = read(
            [(k, v) for k, vs in given.items() for v in (vs if isinstance(vs, list) else [vs])], regime
        ).act
        expected = decide(act, regime)
        html = get(client, given).text
        assert verdict(html) == expected.outcome.words.capitalize()
        for requirement in expected.explained[:8]:
            assert requirement.rule.title in unescape(html)


def test_the_answer_states_both_days_and_the_proof_has_links(client: Any) -> None:
    html = get(client, {**FACTS, **PARTY}).text
    assert verdict(html) == "Licence required"
    assert "16 May 2019, as known on 21 November 2026" in text_of(html)
    assert 'href="/law/rule/744.11%28a%29?on=2019-05-16"' in html
    assert "What would change it" in html
    then = get(client, {**FACTS, **PARTY, "as_of": "2019-05-16", "known_at": "2019-05-15"}).text
    assert verdict(then) == "No licence required"
    assert "as known on 15 May 2019" in text_of(then)


def test_what_was_stated_is_on_paper_too(client: Any) -> None:
    html = get(client, {**FACTS, **PARTY}).text
    printed = text_of(html[html.index('class="licet-printed"') : html.index('class="licet-act')])
    for said in (
        "Day 2019-05-16",
        "ECCN or EAR99 5D991",
        f"Party 1, name {HUAWEI}",
        "Transport en route since none",
    ):
        assert said in printed
    assert html.count("Entity List licence requirement, Huawei Technologies Co., Ltd.") == 1


def test_an_instant_is_a_moment_too(client: Any) -> None:
    for at, expected in (
        ("2019-05-16T16:00-04:00", "No licence required"),
        ("2019-05-16T17:00-04:00", "Licence required"),
    ):
        assert verdict(get(client, {**FACTS, **PARTY, "act.date": at}).text) == expected


def test_without_a_day_it_is_the_day_of_the_service_and_says_so(client: Any) -> None:
    html = get(client, {"item.eccn": "EAR99", "p1.name": "Acme"}).text
    assert "today, since no day was given" in text_of(html)
    assert "21 November 2026" in text_of(html)


def test_every_decision_is_in_the_audit_trail(client: Any, service: Any) -> None:
    def entries() -> list[Entry]:
        with service.database.reading() as session:
            return list(
                session.scalars(select(Entry).where(Entry.what == "decision.made").order_by(Entry.number))
            )

    before = len(entries())
    client.get("/decide")
    client.get("/decide?destination.country=Chin")
    assert len(entries()) == before
    get(client, {**FACTS, **PARTY})
    found = entries()
    assert len(found) == before + 1
    assert found[-1].detail["outcome"] == "licence_required"
    assert found[-1].detail["act"]["parties"][0]["name"] == HUAWEI


def test_the_proof_can_be_kept_and_verified(client: Any, regime: Regime) -> None:
    response = get(client, {**FACTS, **PARTY}, "/decide/proof.json")
    assert response.headers["content-disposition"].startswith("attachment;")
    assert verify(json.loads(response.text), regime).holds
    assert get(client, {"item.ecnn": "EAR99"}, "/decide/proof.json").status_code == 422


def test_what_was_left_blank_does_not_stand_in_the_address(client: Any) -> None:
    response = get(
        client,
        {"item.eccn": "EAR99", "item.kind": "", "p1.name": "Acme", "as_of": ""},
        follow_redirects=False,
    )
    assert response.status_code == 303
    assert response.headers["location"] == "/decide?item.eccn=EAR99&p1.name=Acme"


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        ({"item.ecnn": "EAR99"}, "item.ecnn", "did you mean item.eccn"),
        ({"item.us_origin": "perhaps"}, "item.us_origin", "yes or no"),
        ({"act.date": "soon"}, "act.date", "a day (2019-05-16)"),
        ({"act.date": "2019-05-16", "as_of": "0001-01-01"}, "as_of", "a day of this world"),
        ({"item.value_usd": "lots"}, "item.value_usd", "a number"),
        ({"destination.country": "Chin"}, "destination.country", "perhaps 'china', CN"),
        ({"p1.name": "A", "p1.country": "Chin"}, "p1.country", "perhaps 'china', CN"),
        ({"p1.name": "A", "p1.roles": "king"}, "p1.roles", "purchaser"),
        ({"p1.name": "A", "p1.shoe_size": "43"}, "p1.shoe_size", "is not a fact of a party"),
        ({"party.government": "yes"}, "party.government", "state it as p1.government"),
        ({"subject_to_the_ear": "yes", "p1.name": "A", "item.above_de_minimis": "no"}, "item.above_de_minimis", "concluded by the law"),
        ({"paste": "one line"}, "paste", "paste the header line"),
        ({"paste": "{"}, "paste", "not readable as JSON"),
        ({"paste": '{"facts": {"item.ecnn": "x"}}'}, "paste", "did you mean item.eccn"),
        ({"paste": "date,eccn\n2019-05-16,EAR99\n2019-05-17,EAR99"}, "paste", "found 2"),
    ],
)  # fmt: skip
def test_mistakes_are_told_at_their_field(client: Any, given: dict[str, str], field: str, told: str) -> None:
    response = get(client, given)
    assert response.status_code == 422
    assert f'<a href="#{field}">' in response.text
    assert told in unescape(response.text)


def test_one_question_after_the_other_settles_it(client: Any, regime: Regime) -> None:
    """Whoever answers each question gets to an answer; the questions are those of the library."""
    answers = {"item.published": "no", "item.us_origin": "yes", "end_use.category": "civil"}
    given: dict[str, Any] = {k: v for k, v in FACTS.items() if k not in answers} | PARTY
    for _ in range(5):
        html = get(client, given).text
        if verdict(html) != "Indeterminate":
            break
        field = re.search(r'name="asked" value="([^"]+)"', html)
        assert field, "no question is put"
        assert unescape(regime.vocabulary[field[1]].ask) in unescape(html)
        given[field[1]] = answers[field[1]]
    assert verdict(html) == "Licence required"


def test_who_is_meant_can_be_answered_or_left(client: Any) -> None:
    given = {**FACTS, "p1.name": "Huawei", "p1.roles": "end_user"}
    html = get(client, given).text
    assert verdict(html) == "Indeterminate"
    assert "Is Huawei the listed" in text_of(html)
    id_ = re.search(r'name="p1.same_as" value="([^"]+)"', html)
    assert id_
    assert verdict(get(client, {**given, "p1.same_as": id_[1]}).text) == "Licence required"
    assert verdict(get(client, {**given, "p1.same_as": "none"}).text) == "No licence required"
    left = get(client, {**given, "passed": "p1.same_as"}).text
    assert verdict(left) == "Indeterminate"
    assert "Still to be found out" in left


def test_asking_without_an_answer_is_told(client: Any) -> None:
    given = {k: v for k, v in {**FACTS, **PARTY}.items() if k != "transport.en_route_since"}
    response = get(client, {**given, "asked": "transport.en_route_since"})
    assert response.status_code == 422
    assert "Give an answer, or say that you do not know" in response.text


def test_a_blank_form_decides_nothing_and_a_party_can_be_added(client: Any) -> None:
    assert verdict(client.get("/decide").text) == "May it go ahead?"
    html = client.get("/decide?p1.name=Acme&more=1").text
    assert "Party 2" in html
    assert 'value="Acme"' in html


def test_what_is_pasted_becomes_an_address(client: Any) -> None:
    line = "date\taction\tfrom\tdestination\tend_user_name\tend_user_country\teccn\tend_use\n"
    line += f"2019-05-16\texport\tUS\tCN\t{HUAWEI}\tCN\tEAR99\tA mobile network"
    response = client.get("/decide", params={"paste": line}, follow_redirects=False)
    assert response.status_code == 303
    assert "item.eccn=EAR99" in response.headers["location"]
    assert "end_use.category=civil" in response.headers["location"]
    given = {"facts": {"item.eccn": "EAR99"}, "parties": [{"name": "Acme", "roles": ["end_user"]}]}
    response = client.get("/decide", params={"paste": json.dumps(given)}, follow_redirects=False)
    assert response.headers["location"] == "/decide?item.eccn=EAR99&p1.name=Acme&p1.roles=end_user"


@pytest.mark.parametrize(
    "text", ["[]", '{"a": 1}', '{"facts": [1]}', '{"parties": 3}', "[" * 100_000, "a\nb"]
)
def test_nothing_that_is_pasted_is_taken_for_an_act(regime: Regime, text: str) -> None:
    with pytest.raises(PasteError):
        pasted(text, regime)


def values(regime: Regime, name: str) -> st.SearchStrategy[Any]:
    """Values of a fact as a caller may state them."""
    entry = regime.vocabulary[name]
    if entry.unit == "country":
        return st.sampled_from(["CN", "US", "DE"])
    if entry.values:
        one = st.sampled_from(entry.values)
        return st.frozensets(one, min_size=1, max_size=3) if entry.type == "set" else one | st.just("none")
    return {
        "flag": st.booleans(),
        "number": st.integers(0, 100) | st.sampled_from([0.5, 99.25]),
        "date": st.dates(date(2000, 1, 1), date(2030, 1, 1)) | st.just("none"),
        "set": st.frozensets(st.sampled_from(["3E001", "4E001", "NS2"]), max_size=2),
    }.get(entry.type, st.sampled_from(["EAR99", "5A991.b.4", "none", "a b & c=d+e%"]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_address_states_the_act_it_was_made_of(regime: Regime, data: st.DataObject) -> None:
    callers = [entry for entry in regime.vocabulary if entry.source == "caller"]
    own = [e.name for e in callers if not e.of_party]
    of_party = [
        e.name for e in callers if e.of_party and e.name not in ("party.name", "party.country", "party.roles")
    ]

    def some(names: list[str]) -> dict[str, Any]:
        return {
            n: data.draw(values(regime, n)) for n in data.draw(st.sets(st.sampled_from(names), max_size=6))
        }

    parties = [
        {"name": name, "roles": data.draw(values(regime, "party.roles")), "country": "CN", **some(of_party)}
        for name in data.draw(st.lists(st.sampled_from(["Acme & Söhne", "华为", "p1.name=x"]), max_size=3))
    ]
    act = Act.stating(regime.vocabulary, some(own), parties)
    address = urlencode(parameters(act), doseq=True)
    again = read(parse_qsl(address), regime)
    assert not again.errors
    assert again.act == act


def test_every_outcome_has_a_meaning_and_every_first_fact_a_word(regime: Regime) -> None:
    assert set(first()["means"]) == {outcome.value for outcome in Outcome}
    for one in first()["act"]:
        assert one["fact"] in regime.vocabulary
    roles = first()["parties"]
    assert {*roles["roles"], *roles["first"]} <= set(regime.vocabulary["party.roles"].values)
    assert all(isinstance(day, date) for day in first()["example"]["days"])
