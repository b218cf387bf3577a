"""Parties: names, terms of entries, ownership; and the tables beside them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.language.errors import LawError
from licet.language.expression import show
from licet.language.values import PartlyKnown
from licet.parties.finding import Finder, readable, table_of
from licet.parties.listing import Listings
from licet.parties.terms import review_terms, scope_of
from licet.regime import LAW, Regime
from licet.screening import Index

NAMES = Finder(
    Index.build(
        table_of(
            {"entity": entity, "list": "entity_list", "name": name}
            for name, entity in (
                ("Huawei Technologies Co., Ltd.", "huawei"), ("SIS d.o.o.", "sis"), ("Société Générale X", "sgx")
            )
        )
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "listing"),
    [
        ("HUAWEI TECHNOLOGIES CO LTD", "huawei"),
        ("Huawei Technology Company Limited", "huawei"),
        ("Hua Wei Technologies Co., Ltd", "huawei"),
        ("SIS DOO", "sis"),
        ("societe generale x", "sgx"),
    ],
)
def test_the_same_name_is_surely_meant(name: str, listing: str) -> None:
    assert [(c.listing, c.sure) for c in NAMES.find(name)] == [(listing, True)]


@pytest.mark.parametrize("name", ["Huawei Cables Ltd", "Beijing Huawei Something"])
def test_a_shared_rare_word_is_a_question(name: str) -> None:
    found = NAMES.find(name)
    assert [c.sure for c in found] == [False]
    assert "huawei" in [word.casefold() for word in found[0].shared]


@pytest.mark.parametrize(
    "name", ["Honghua Technologies", "Huahai Technologies", "Acme Technologies Co., Ltd.", ""]
)
def test_other_names_meet_nobody(name: str) -> None:
    assert NAMES.find(name) == ()


@given(st.text(max_size=60))
def test_any_text_can_be_looked_up(name: str) -> None:
    for candidate in NAMES.find(name):
        assert candidate.sure or candidate.shared


@pytest.mark.parametrize(
    ("name", "can_be"),
    [
        ("Северсталь", True),
        ("Ningbo Sound (宁波)", True),
        ("某某公司", False),
        ("某某 Co., Ltd.", False),
        ("شركة", False),
        ("", False),
    ],
)
def test_a_name_that_cannot_be_read_clears_nobody(name: str, can_be: bool) -> None:
    assert readable(name) is can_be


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("all items subject to the EAR", "true"),
        ("For all items subject to the EAR. (See § 744.11 of the EAR).", "true"),
        ("items on the CCL", 'item.eccn != "EAR99"'),
        ("3A001 and 5A002.a", 'item.eccn under ("3A001", "5A002.a")'),
        ("only what somebody else calls a widget", None),
    ],
)
def test_scopes_are_read_or_kept_as_they_stand(text: str, condition: str | None) -> None:
    scope = scope_of(text)
    assert scope.text == text
    assert (show(scope.covers) if scope.covers is not None else None) == condition


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("presumption_of_denial", [("presumption_of_denial", "true")]),
        (
            "case-by-case for CCL items; presumption of approval for EAR99",
            [("case_by_case", 'item.eccn != "EAR99"'), ("presumption_of_approval", 'item.eccn == "EAR99"')],
        ),
        (
            "Presumption of denial for everything else; case-by-case for ECCNs 1A004.c and 1A995",
            [("case_by_case", 'item.eccn under ("1A004.c", "1A995")'), ("presumption_of_denial", "true")],
        ),
        ("as the Secretary pleases", [("unread", "true")]),
    ],
)
def test_review_policies_are_read_or_kept_as_they_stand(text: str, terms: list[tuple[str, str]]) -> None:
    assert [(t.policy, show(t.applies)) for t in review_terms(text)] == terms


def test_an_entry_that_was_not_read_leaves_the_answer_open(
    regime: Regime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    import licet

    folder = tmp_path_factory.mktemp("lists")
    header = "id,list,name,also,country,address,family,from,through,published,by,amended_by,items,review,footnotes,note\n"
    row = "odd,entity_list,Odd Works,,CN,,,2020-01-01,,2020-01-01,85 FR 1,,some items we do not say,presumption of denial,,\n"
    (folder / "listings.csv").write_text(header + row, encoding="utf-8")
    law = regime.with_listings(Listings.load(folder / "listings.csv", regime.instruments))
    act = licet.Act.stating(
        law.vocabulary,
        {"act.date": "2020-02-01", "act.action": "export", "origin.country": "US", "destination.country": "CN",
         "item.kind": "commodity", "item.eccn": "EAR99", "item.us_origin": True, "end_use.category": "civil"},
        [{"name": "Odd Works", "roles": ["end_user"], "country": "CN"}],
    )  # fmt: skip
    decision = licet.decide(act, law, unrelieved=True)
    assert decision.outcome == "indeterminate"
    assert any("some items we do not say" in w for w in decision.warnings)


def test_overlapping_versions_of_a_listing_are_refused(regime: Regime) -> None:
    version = regime.listings.versions["huawei"][0]
    with pytest.raises(LawError, match="overlaps"):
        Listings.of([version, version])


def test_the_control_list_knows_paragraphs(regime: Regime) -> None:
    table = regime.control_list
    assert table.controls_of("EAR99") == frozenset()
    assert table.controls_of("5A992.c") == {"AT1"}
    assert "NS1" not in table.controls_of("3A611.y.1")  # type: ignore[operator]
    open_ = table.controls_of("3A001.a.5.a")
    assert isinstance(open_, PartlyKnown)
    assert open_.has("NS2") is True
    assert open_.has("MT1") is None
    assert table.controls_of("9Z999") is None


def test_blank_rows_of_the_chart_are_not_free(regime: Regime) -> None:
    clock = regime.clock(date(2019, 6, 1))
    assert regime.destinations.facts("CU", clock)["destination.marks"] == frozenset()
    assert regime.destinations.facts("QQ", clock)["destination.marks"] is None
    assert "D:1" not in regime.destinations.facts("HK", clock)["destination.groups"]  # type: ignore[operator]
    later = regime.clock(date(2021, 6, 1))
    assert "D:1" in regime.destinations.facts("HK", later)["destination.groups"]  # type: ignore[operator]


def test_norway_is_a_country_in_every_file(regime: Regime) -> None:
    assert regime.destinations.names["no"] == "NO"
    assert regime.destinations.names["norway"] == "NO"
    from licet.language import plain_yaml

    assert plain_yaml.read("{a: NO, b: on, c: 3E001, d: true}", "x") == {
        "a": "NO",
        "b": "on",
        "c": "3E001",
        "d": True,
    }


@pytest.mark.parametrize("text", ["[" * 50_000, "- " * 50_000, "{a: " * 50_000, "? " * 50_000])
def test_bottomless_yaml_is_refused(text: str) -> None:
    from licet.language import plain_yaml

    with pytest.raises(LawError):
        plain_yaml.read(text, "x")


def test_every_listing_and_table_rests_on_a_known_instrument(regime: Regime) -> None:
    for versions in regime.listings.versions.values():
        for version in versions:
            assert version.by in regime.instruments
            assert version.scope.covers is not None or version.scope.text, version.id
    assert LAW.exists()


@pytest.mark.parametrize(
    ("listing", "as_of", "known_at", "listed"),
    [
        ("zte", date(2018, 1, 1), date(2016, 12, 1), True),
        ("zte", date(2018, 1, 1), date(2018, 1, 1), False),
        ("smic", date(2025, 1, 1), date(2021, 1, 1), True),
    ],
)
def test_nobody_knew_of_an_end_before_it_was_public(
    listing: str, as_of: date, known_at: date, listed: bool, regime: Regime
) -> None:
    clock = regime.clock(as_of, known_at)
    here = [v for v in regime.listings.of_id(listing, clock) if v.list == "entity_list"]
    assert any(v.in_force(clock) for v in here) is listed
