"""What follows from being on a list: each has its own consequence, and none is ever silent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import licet
from licet.act import Act
from licet.language.errors import LawError
from licet.parties.listing import Listings
from licet.regime import LAW, Regime

HEADER = "id,list,name,also,country,address,family,from,through,published,by,amended_by,items,review,footnotes,note,programmes\n"
CODES = tuple(Regime.load().lists)
# Foreign law of a state that is asked about where it may bind the exporter.
UNBOUND = {"exporter.us_person": False, "exporter.uk_person": False, "exporter.eu_person": False}
Decide = Callable[..., licet.Decision]


@pytest.fixture(scope="module")
def decided(regime: Regime, tmp_path_factory: pytest.TempPathFactory) -> Decide:
    """Decides an act with a party that is on one list; keywords with a dot are facts, others of the party."""

    def decide(
        code: str,
        facts: dict[str, object] | None = None,
        party: dict[str, object] | None = None,
        programmes: str = "",
        items: str = "any dealing",
        name: str = "Odd Works",
    ) -> licet.Decision:
        path = tmp_path_factory.mktemp("lists") / "listings.csv"
        row = f"odd,{code},Odd Works,,SG,,,2020-01-01,,2020-01-01,85 FR 1,,{items},,,,{programmes}\n"
        path.write_text(HEADER + row, encoding="utf-8")
        law = regime.with_listings(Listings.load(path, regime.instruments))
        stated = {
            "act.date": "2025-02-03", "act.action": "export", "origin.country": "US", "destination.country": "SG",
            "item.kind": "commodity", "item.eccn": "EAR99", "item.us_origin": True, "end_use.category": "civil",
            "item.made_in": "US", "act.claimed_exception": "none", **UNBOUND, **(facts or {}),
        }  # fmt: skip
        given = {"name": name, "roles": ["end_user"], "country": "SG", **(party or {})}
        return licet.decide(Act.stating(law.vocabulary, stated, [given]), law, unrelieved=True)

    return decide


ABROAD = {"act.action": "export_from_abroad", "origin.country": "JP", "item.us_origin": False, "item.made_in": "JP",
          "product.direct_product_of": "none", "product.plant_direct_product_of": "none", "product.ns_technology": False,
          "item.controlled_us_content_pct": 0, "item.us_content_pct": 0, "item.no_de_minimis": "none",
          "item.contains_600_series": "none", "knowledge.for_listed_equipment": False}  # fmt: skip


def said(decision: licet.Decision) -> bool:
    """Whether the answer stops the act, leaves it open, or says what comes with the listing."""
    return not decision.outcome.clear or bool(decision.obligations)


# These lists reach only what is subject to the EAR, as the act from abroad is not.
EAR_ONLY = ("entity_list", "denied_persons", "unverified_list", "military_end_users", "mieu")
EVERY = (*CODES, "ftm:some_data_set")


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        *(pytest.param(code, {}, id=f"{code} from the US") for code in EVERY),
        *(pytest.param(code, ABROAD, id=f"{code} from abroad") for code in EVERY if code not in EAR_ONLY),
    ],
)
@pytest.mark.parametrize("barred", [True, False, None])
def test_no_listing_is_silently_permitted(
    decided: Decide, code: str, facts: dict[str, object], barred: bool | None
) -> None:
    if code == "military_end_users":
        facts = {**facts, "item.eccn": "5A991", "item.in_supplement_2": True}
    items = {
        "military_end_users": "items in supplement 2 to part 744",
        "mieu": "all items subject to the EAR",
    }.get(code, "any dealing")
    assert said(decided(code, facts, {"barred_dealing": barred}, items=items)), code


def test_a_party_on_no_list_brings_nothing(decided: Decide) -> None:
    decision = decided("sdn", name="Northwind Trading")
    assert (decision.outcome, decision.obligations) == ("no_licence_required", ())


@pytest.mark.parametrize("code", ["sdn", "fse", "denied_persons"])
def test_a_party_told_by_its_listing_alone_is_barred_too(decided: Decide, code: str) -> None:
    named = decided(code, party={"name": None, "same_as": "odd"})
    assert named.outcome == "forbidden"


@pytest.mark.parametrize("code", CODES)
def test_a_name_that_may_be_that_of_a_listed_party_is_a_question_or_nothing(
    decided: Decide, code: str
) -> None:
    """A doubtful match never bars, and never relieves: it asks who is meant where that matters."""
    facts = {"item.eccn": "5A991", "item.in_supplement_2": True} if code == "military_end_users" else {}
    decision = decided(code, facts, {"barred_dealing": True}, name="Odd Trading")
    if decision.outcome == "indeterminate":
        assert {q.fact for q in decision.missing} >= {"same_as"}
    else:
        assert decision.outcome == "no_licence_required"
        assert not decision.obligations


CARE = (
    "cmic",
    "eo14032",
    "capta",
    "plc",
    "1260h",
    "1286",
    "uflpa",
    "wro",
    "fcc_covered",
    "s889",
    "s5949",
    "s154",
)


@pytest.mark.parametrize("code", CARE)
def test_a_consequence_outside_exports_never_bars(decided: Decide, code: str) -> None:
    decision = decided(code)
    assert decision.outcome == "no_licence_required"
    assert {r.rule.known_as for r in decision.explained} == {"listed_elsewhere"}
    assert len(decision.obligations) == 1


def test_a_blocked_party_bars_us_persons(decided: Decide) -> None:
    assert decided("sdn", programmes="GLOMAG").outcome == "forbidden"
    abroad = {**ABROAD, "exporter.us_person": True}
    assert decided("sdn", abroad, programmes="GLOMAG").outcome == "forbidden"
    asked = decided("sdn", {**ABROAD, "exporter.us_person": None}, programmes="GLOMAG")
    assert asked.outcome == "indeterminate"
    assert {q.fact for q in asked.missing} == {"exporter.us_person"}
    assert decided("sdn", ABROAD, programmes="GLOMAG").outcome == "not_subject"


def test_the_programme_of_a_blocked_party_decides_on_a_licence(decided: Decide) -> None:
    reexport = {"act.action": "reexport", "origin.country": "AE"}
    listed = decided("sdn", reexport, programmes="SDGT;IFSR")
    assert (listed.outcome, listed.review) == ("licence_required", "presumption_of_denial")
    assert decided("sdn", reexport, programmes="GLOMAG").outcome == "no_licence_required"
    unsaid = decided("sdn", reexport)
    assert unsaid.outcome == "indeterminate"
    assert {q.fact for q in unsaid.missing} == {"party.sanctioned_programme"}
    before = {**reexport, "act.date": "2024-03-20"}
    assert decided("sdn", before, programmes="SDGT;IFSR").outcome == "no_licence_required"


@pytest.mark.parametrize("code", ["ssi", "mbs", "isn", "us_notices", "un", "ftm:some_data_set"])
def test_what_a_notice_bars_is_asked(decided: Decide, code: str) -> None:
    asked = decided(code)
    assert asked.outcome == "indeterminate"
    assert {q.fact for q in asked.missing} == {"party.barred_dealing"}
    assert decided(code, party={"barred_dealing": True}).outcome == "forbidden"
    assert decided(code, party={"barred_dealing": False}).outcome == "no_licence_required"


@pytest.mark.parametrize(
    ("code", "origin", "person"),
    [("uk", "GB", "exporter.uk_person"), ("eu_fsf", "FR", "exporter.eu_person"), ("eu_269", "PL", "exporter.eu_person")],
)  # fmt: skip
def test_a_freeze_binds_those_of_its_state(decided: Decide, code: str, origin: str, person: str) -> None:
    assert decided(code, {**ABROAD, "origin.country": origin}).outcome == "forbidden"
    assert decided(code, {person: True}).outcome == "forbidden"
    assert decided(code).outcome == "no_licence_required"
    asked = decided(code, {person: None})
    assert asked.outcome == "indeterminate"
    assert {q.fact for q in asked.missing} == {person}


def test_every_list_is_told_of(regime: Regime) -> None:
    named = set(regime.vocabulary["listing.list"].values)
    assert named == set(regime.lists)
    rules = set(regime.book.rules)
    for one in regime.lists.values():
        assert all((one.name, one.owner, one.means, one.owned, one.cite))
        assert one.confidence in ("confirmed", "mixed", "memory")
        if one.decided != "told as a duty of care":
            assert set(one.decided.split(", ")) <= rules, one.code
        elif one.code not in CARE:
            raise AssertionError(one.code)
    assert {"ftm:x", "no such list"}.isdisjoint(regime.lists)
    assert regime.restricted_list("ftm:x").consequence == "see_source"


def test_a_list_with_an_unknown_consequence_is_refused(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "law"
    shutil.copytree(LAW, folder)
    path = folder / "lists.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("consequence: block", "consequence: blocked", 1), encoding="utf-8")
    with pytest.raises(LawError, match=r"lists\.yaml: sdn: the consequence"):
        Regime.load(folder)
    path.write_text(text.replace("  owner: US Treasury, OFAC\n", "", 1), encoding="utf-8")
    with pytest.raises(LawError, match=r"lists\.yaml: sdn: .*owner"):
        Regime.load(folder)
