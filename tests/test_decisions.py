"""Decisions through the public face: the tour, time, questions, counterfactuals, proofs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import licet
from licet.decisions.answers import answered
from licet.decisions.asking import put
from licet.decisions.verifying import to_json
from licet.language.errors import FactError
from licet.language.values import ABSENT
from licet.parties.listing import Listings
from licet.regime import LAW, Regime

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
CHIP = {**PATCH, "item.kind": "commodity", "item.eccn": "EAR99", "support.purpose": "other"}


def act(regime: Regime, facts: Mapping[str, Any], *parties: Mapping[str, Any], on: str) -> licet.Act:
    return licet.Act.stating(regime.vocabulary, {**facts, "act.date": on}, parties or (HUAWEI,))


@pytest.mark.parametrize(
    ("on", "outcome"),
    [
        ("2019-05-15", "no_licence_required"),
        ("2019-05-16", "licence_required"),
        ("2019-05-20", "authorised_general_licence"),
        ("2019-08-19", "licence_required"),
        ("2020-08-14", "licence_required"),
        ("2019-05-16T16:00-04:00", "no_licence_required"),
        ("2019-05-16T16:30-04:00", "licence_required"),
        ("2019-05-16T20:00+00:00", "no_licence_required"),
    ],
)
def test_the_tour(on: str, outcome: str, regime: Regime) -> None:
    assert licet.decide(act(regime, PATCH, on=on), regime).outcome == outcome


def test_a_speech_changes_nothing(regime: Regime) -> None:
    before = licet.decide(act(regime, CHIP, on="2019-06-28"), regime)
    after = licet.decide(act(regime, CHIP, on="2019-07-01"), regime)
    assert before.outcome is after.outcome is licet.Outcome.LICENCE_REQUIRED
    assert before.review == after.review == "presumption_of_denial"
    assert [asdict(n) for n in before.proof.nodes] == [asdict(n) for n in after.proof.nodes]
    assert regime.instruments["G20 Osaka 2019-06-29"].state_on(after.clock.as_of) == "announced"


def test_as_of_overrides_the_day_of_the_act(regime: Regime) -> None:
    one = act(regime, PATCH, on="2019-05-15")
    assert licet.decide(one, regime, moment("2019-05-20")).outcome == "authorised_general_licence"


def test_known_at_hides_what_was_not_yet_public(regime: Regime) -> None:
    """The extension of 18 November 2019 was published on the 20th."""
    one = act(regime, {**PATCH, "certificate.by": "listed_entity"}, on="2019-11-19")
    assert licet.decide(one, regime, known_at=moment("2019-11-19")).outcome == "licence_required"
    assert licet.decide(one, regime, known_at=moment("2019-11-20")).outcome == "authorised_general_licence"


def test_without_any_date_nothing_is_decided(regime: Regime) -> None:
    with pytest.raises(FactError, match=r"act\.date"):
        licet.decide(licet.Act(), regime)


def test_unknown_for_one_party_and_listed_for_another_is_listed(regime: Regime) -> None:
    unknown = {"name": None, "roles": ["end_user"]}
    assert (
        licet.decide(act(regime, CHIP, HUAWEI, unknown, on="2019-06-01"), regime).outcome
        == "licence_required"
    )
    other = {"name": "Somebody Else GmbH", "roles": ["ultimate_consignee"], "country": "DE"}
    both = licet.decide(act(regime, CHIP, other, unknown, on="2019-06-01"), regime)
    assert both.outcome == "indeterminate"
    assert "party.name" in {q.fact for q in both.missing}


def test_a_name_like_a_listed_one_is_asked_about(regime: Regime) -> None:
    like = {"name": "Huawei Example Cables Ltd", "roles": ["ultimate_consignee"], "country": "CN"}
    decision = licet.decide(act(regime, CHIP, like, on="2019-06-01"), regime)
    question = next(q for q in decision.missing if q.fact == "same_as")
    assert decision.outcome == "indeterminate"
    assert put(decision, [(question, "none")]).outcome in ("no_licence_required", "indeterminate")


@pytest.mark.parametrize(
    "name", ["HUAWEI TECHNOLOGIES CO LTD", "Huawei  Technologies Company, Limited", "Huawei"]
)
def test_spelling_does_not_hide_a_listed_party(name: str, regime: Regime) -> None:
    party = {"name": name, "roles": ["ultimate_consignee"], "country": "CN"}
    assert licet.decide(act(regime, CHIP, party, on="2019-06-01"), regime).outcome == "licence_required"


def test_the_huawei_family_by_tranche(regime: Regime) -> None:
    listed = [v for versions in regime.listings.versions.values() for v in versions if v.family == "huawei"]
    for on, count in (("2019-05-15", 0), ("2019-05-16", 69), ("2019-08-19", 115), ("2020-08-17", 153)):
        assert sum(v.in_force(regime.clock(moment(on))) for v in listed) == count  # type: ignore[arg-type]


def test_what_to_ask_settles_whatever_the_answers(regime: Regime) -> None:
    facts = {**PATCH, "certificate.by": "unknown"}
    decision = licet.decide(act(regime, facts, on="2019-06-01"), regime)
    asking = licet.what_to_ask(decision)
    assert decision.outcome == "indeterminate"
    assert asking.complete
    assert [q.fact for q in asking.settling] == ["certificate.by"]
    for answer in ("exporter", "listed_entity", ABSENT):
        settled = put(decision, [(asking.settling[0], answer)])
        assert settled.outcome in ("authorised_general_licence", "licence_required")
    for answer, outcome in asking.endings:
        assert put(decision, [(asking.first, answer)]).outcome == outcome  # type: ignore[list-item]


def test_what_would_change_it_was_tried(regime: Regime) -> None:
    decision = licet.decide(act(regime, {**PATCH, "certificate.by": "none"}, on="2019-06-01"), regime)
    changes = licet.what_would_change(decision)
    assert any(f[0] == "certificate.by" and f[3] == "exporter" for c in changes for f in c.facts)
    for change in changes:
        assert change.outcome is not decision.outcome
        assert change.turns
        day = next((f[3] for f in change.facts if f[0] == "act.date"), None)
        again = licet.decide(change.act, regime, as_of=day)  # type: ignore[arg-type]
        assert again.outcome is change.outcome


def test_assuming_unauthorised_is_stricter_never_milder(regime: Regime) -> None:
    open_ = act(regime, {**PATCH, "certificate.by": "unknown", "support.purpose": "unknown"}, on="2019-06-01")
    decision = licet.decide(open_, regime, unrelieved=True)
    assert decision.outcome == "licence_required"
    assert any("policy of this run" in w for w in decision.warnings)


def test_a_proof_can_be_stored_and_established_again(regime: Regime, tmp_path: Path) -> None:
    decision = licet.decide(act(regime, PATCH, on="2019-05-20"), regime)
    stored = json.loads(json.dumps(to_json(decision)))
    result = licet.verify(stored, regime)
    assert result.holds
    assert not result.changed


def test_verification_says_what_changed(regime: Regime, tmp_path: Path) -> None:
    """With a rule edited and a listing struck, the proof fails and both are named."""
    import shutil

    stored = json.loads(json.dumps(to_json(licet.decide(act(regime, PATCH, on="2019-05-20"), regime))))
    folder = tmp_path / "law"
    shutil.copytree(LAW, folder)
    supplement = folder / "us/ear/part-744/supplement-7-temporary-general-licence.md"
    text = supplement.read_text(encoding="utf-8")
    supplement.write_text(
        text.replace('certificate.by == "exporter"', 'certificate.by == "listed_entity"'), encoding="utf-8"
    )
    result = licet.verify(stored, Regime.load(folder))
    assert not result.holds
    assert any("outcome" in d for d in result.differences)
    assert any("supplement-7" in d and "text has changed" in d for d in result.differences)
    assert result.changed == ("us/ear/part-744/supplement-7-temporary-general-licence.md: changed since",)


def test_an_answer_says_its_dates_its_law_and_what_it_is_not(regime: Regime) -> None:
    from licet.decisions.telling import lines

    text = "\n".join(lines(licet.decide(act(regime, PATCH, on="2019-05-20"), regime)))
    for said in (
        "As of 2019-05-20",
        "as known on",
        regime.digest[:12],
        regime.lists_digest[:12],
        "Not legal advice",
    ):
        assert said in text


def test_after_the_sources_run_out_the_affiliates_rule_is_open(regime: Regime) -> None:
    owned = {
        **HUAWEI,
        "name": "Owned Cables JSC",
        "country": "VN",
        "listed_share_pct": 60,
        "owner_review": "presumption_of_denial",
    }
    facts = {**CHIP, "destination.country": "VN"}
    for on, outcome in (
        ("2025-09-28", "no_licence_required"),
        ("2025-10-15", "licence_required"),
        ("2025-11-10", "no_licence_required"),
        ("2026-11-09", "no_licence_required"),
        ("2026-11-10", "indeterminate"),
    ):
        decision = licet.decide(act(regime, facts, owned, on=on), regime)
        assert decision.outcome == outcome, on
    assert any("checked against a published text" in w for w in decision.warnings)


BLANK = {"name": None, "roles": ["end_user"]}


@pytest.mark.parametrize("place", ["Iran", "ir", "IRN", "Cuba", "north korea"])
def test_an_embargo_is_met_however_its_country_is_written(place: str, regime: Regime) -> None:
    party = {"name": "Acme", "roles": ["end_user"], "country": place}
    decision = licet.decide(
        act(regime, {**CHIP, "destination.country": place}, party, on="2019-06-01"), regime
    )
    assert decision.outcome in ("licence_required", "indeterminate")


def test_a_country_nobody_knows_is_unknown(regime: Regime) -> None:
    decision = licet.decide(
        act(regime, {**CHIP, "destination.country": "Ruritania"}, on="2019-05-01"), regime
    )
    assert decision.outcome == "indeterminate"
    assert "destination.country" in {q.fact for q in decision.missing}


@pytest.mark.parametrize(
    "party",
    [
        {"name": "Huawei Technologies Co., Ltd.", "roles": ["ultimate_consignee"], "same_as": "huawie"},
        {"name": "Huawei Technologies Co., Ltd.", "roles": ["ultimate_consignee"], "country": "China"},
        {"name": "Huawei_Technologies Co Ltd", "roles": ["ultimate_consignee"], "country": "CN"},
        {"name": "华为技术有限公司", "roles": ["ultimate_consignee"], "country": "CN"},
    ],
)
def test_a_slip_does_not_clear_a_listed_party(party: dict[str, Any], regime: Regime) -> None:
    assert licet.decide(act(regime, CHIP, party, on="2019-06-10"), regime).outcome == "licence_required"


@pytest.mark.parametrize(
    "party",
    [
        {"name": "Huawei Dubai", "roles": ["end_user"], "country": "AE"},
        {"name": "HUAWEITECH", "roles": ["end_user"], "country": "CN"},
        {"name": "Huawei's Acme", "roles": ["end_user"], "country": "CN"},
        {"name": "某某公司", "roles": ["end_user"], "country": "CN"},
        {"name": "Acme", "roles": "unknown", "country": "CN"},
        {"name": "Huawei Technologies Co., Ltd.", "roles": "none", "country": "CN"},
        BLANK,
    ],
)
def test_doubt_about_a_party_is_asked_about(party: dict[str, Any], regime: Regime) -> None:
    decision = licet.decide(act(regime, CHIP, party, on="2020-01-15"), regime)
    if party["roles"] == "unknown":
        # Who is on no list may take any part; what is unknown of the role matters to nothing.
        assert decision.outcome in ("no_licence_required", "indeterminate")
    else:
        assert decision.outcome == "indeterminate"
        assert decision.missing


def test_an_act_without_a_receiver_asks_for_one(regime: Regime) -> None:
    alone = licet.Act.stating(regime.vocabulary, {**CHIP, "act.date": "2019-06-10"})
    assert licet.decide(alone, regime).outcome == "indeterminate"
    with pytest.raises(FactError, match="belongs to a party"):
        licet.Act.stating(regime.vocabulary, {"party.acts_for_listed": True})


@pytest.mark.parametrize("field", ["review", "citations", "as_of", "law", "facts", "particulars", "files"])
def test_a_proof_that_was_altered_does_not_hold(field: str, regime: Regime) -> None:
    from licet.decisions.verifying import ProofError

    stored = json.loads(json.dumps(to_json(licet.decide(act(regime, PATCH, on="2019-05-16"), regime))))
    for value in ("altered", None, {"a": 1}):
        with contextlib.suppress(ProofError):
            assert not licet.verify({**stored, field: value}, regime).holds


def test_answering_does_not_touch_the_act(regime: Regime) -> None:
    one = act(regime, {**PATCH, "certificate.by": "unknown"}, on="2019-06-01")
    question = next(q for q in licet.decide(one, regime).missing if q.fact == "certificate.by")
    answered(one, question, "exporter")
    assert one.facts["certificate.by"] is None


def moment(text: str) -> Any:
    from licet.language.instrument import moment_from

    return moment_from(text, text)


def test_who_bears_a_listings_own_name_is_not_asked_whether_it_is_a_sister(regime: Regime) -> None:
    """The address may meet another of its names better; the name is the listing's own all the same."""
    huawei = regime.listings.versions["huawei"][0]
    address = "Bantian, Longgang District, Shenzhen 518129"
    longer = replace(huawei, also=(*huawei.also, f"Huawei Technologies Co., Ltd. (Huawei), {address}"))
    sister = replace(huawei, id="sister", name="Huawei Starlight Department", also=(), start=date(2010, 1, 1))
    law = regime.with_listings(Listings.of([longer, sister]))
    party = {
        "name": "Huawei Technologies Co., Ltd.",
        "roles": ["end_user"],
        "country": "CN",
        "address": address,
    }
    decision = licet.decide(act(law, CHIP, party, on="2019-05-10"), law)
    assert decision.outcome == "no_licence_required"
