"""Terms of entries: how much of the published texts is typed, that it is typed right, and what decides on it."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

import licet
from licet.act import Act
from licet.language import plain_yaml
from licet.language.checking import check_condition
from licet.language.expression import show
from licet.parties.listing import Listings
from licet.parties.phrases import even
from licet.parties.terms import BY_REFERENCE, UNREAD, phrases, review_terms, scope_of
from licet.regime import LAW, Regime
from shared_reference import shared

Decide = Callable[..., licet.Decision]
FILES = ("csl-2022", "bureau-2023", "csl-2026")


@lru_cache(maxsize=3)
def texts(file: str) -> tuple[Counter[str], Counter[str]]:
    """How many rows of a published file carry each requirement and each policy."""
    match file:
        case "csl-2022":
            rows = table("csl/csl-2022-05-16-full.csv.gz")
            pairs = [(row["license_requirement"], row["license_policy"]) for row in rows]
        case "bureau-2023":
            rows = table("entity-list/bis-entity-list-2023-11-21.csv.gz")
            pairs = [(row["License Requirement"], row["License Policy"]) for row in rows]
        case _:
            data = json.loads(gzip.decompress(shared("data/csl/csl-2026-07-31-compact.json.gz").read_bytes()))
            names = data["tables"]["licenceRequirements"], data["tables"]["licencePolicies"]
            pairs = [
                (names[0][e["lr"]] if "lr" in e else "", names[1][e["lp"]] if "lp" in e else "")
                for e in data["entries"]
            ]
    requirements, policies = (Counter(p[i] for p in pairs if p[i] and p[i].strip()) for i in (0, 1))
    return requirements, policies


def table(name: str) -> list[dict[str, str]]:
    data = gzip.decompress(shared(f"data/{name}").read_bytes())
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def share(counted: Counter[str], kind: str) -> float:
    typed = sum(n for text, n in counted.items() if is_typed(text, kind))
    return typed / sum(counted.values())


def is_typed(text: str, kind: str) -> bool:
    if kind == "requirement":
        return scope_of(text).covers is not None
    return all(term.policy != UNREAD for term in review_terms(text))


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", ["requirement", "policy"])
def test_nearly_every_row_of_the_published_files_is_typed(file: str, kind: str) -> None:
    counted = texts(file)[kind == "policy"]
    assert sum(counted.values()) > 2000
    assert share(counted, kind) >= 0.99, [t for t in counted if not is_typed(t, kind)]


@pytest.mark.parametrize(
    "text",
    [
        # Each has a qualifier that no phrase stands for.
        "All items subject to the EAR, apart from items that are related to transactions that are authorized by "
        "the Department of the Treasury's Office of Foreign Assets Control pursuant to General License No. 1B of March 2, 2021.",
        "For all items subject to the EAR, with case-by-case basis for items listed on the CCL",
        "All items subject to the EAR. (See §744.11 of the EAR), except for EAR99-designated technology for the "
        "operation, maintenance, or repair of unmanned aerial vehicles (UAV) released to this entity by the operator of the UAV.",
        "For All Items Subject to the EAR (See §744.11 of the EAR). This license requirement may be overcome by "
        "License Exception GOV under §740.11(b) when used by the U.S Geological Survey.",
        # Is it all items, or those for the projects of that section?
        "For all items subject to the EAR. (See §746.5 of the EAR).",
        # Footnote marks counted on by a spreadsheet: there was no footnote 7, and 5 is about another section.
        "For all items subject to the EAR. (See §§ 734.9(e)(2) and 744.11 of the EAR)5",
        "For all items subject to the EAR. (See §§ 734.9(e)(2) and 744.11 of the EAR)7",
        "All items subject to the EAR 所有",
        "",
    ],
)  # fmt: skip
def test_a_requirement_with_an_unusual_qualifier_stays_unread(text: str) -> None:
    scope = scope_of(text)
    assert (scope.text, scope.covers) == (text, None)


@pytest.mark.parametrize(
    "text",
    [
        "Case-by-Case review for licenses for the safety of civil aviation of aircraft.",
        "Presumption of denial except case-by-case for items not described in ECCN 3B001.a.4, .c, .d, f.1.b.2, .k to .p",
        "For all items subject to the EAR. (See § 744.11 of the EAR)",
        "Presumption of denial. Case-by-case basis.",
        "Policy of denial apart from what the Secretary likes, which will be reviewed on a case-by-case basis",
    ],
)
def test_a_policy_with_an_unusual_qualifier_stays_unread(text: str) -> None:
    assert [(t.policy, t.text) for t in review_terms(text)] == [(UNREAD, text)]


@pytest.mark.parametrize(
    ("text", "covers", "allows", "sections", "footnotes"),
    [
        ("For all items subject to the EAR, see §§ 734.9(e)1 and 744.11 of the EAR2", "true", "",
         ("734.9(e)", "744.11"), ("1", "2")),
        ("For all items subject to the EAR. (See §§ 734.9(g),3 746.8(a)(3), and 744.21(b) of the EAR) This license "
         "requirement may be overcome by License Exception GOV under § 740.11(b)(2) and €.", "true", "GOV",
         ("734.9(g)", "746.8(a)(3)", "744.21(b)", "740.11(b)(2)", "740.11(e)"), ("3",)),
        ("For All Items Subject to the EAR (See §734.9(g), 3 §746.8(a)(3), and §744.2l(b) of the EAR).", "true", "",
         ("734.9(g)", "746.8(a)(3)", "744.21(b)"), ("3",)),
        ("For all items subject to the EAR (See §§734.4(a)(9), 734.9(e)(3), and 744.11 of the EAR)5", "true", "",
         ("734.4(a)(9)", "734.9(e)(3)", "744.11"), ("5",)),
        ("For items on the CCL and listed in supplement no. 7 to part 746 of the EAR",
         'item.eccn != "EAR99" or item.in_supplement_7_746', "", (), ()),
        ("For any item subject to the EAR listed in supplement no. 2 to part 744.", "item.in_supplement_2", "", (), ()),
        ("For all items subject to the EAR when used in projects specified in§746.5 of the EAR. ",
         "end_use.russian_oil_project", "", (), ()),
        ("All items subject to the EAR except for food or medicine designated as EAR99.   (See §§ 734.9(g),3 746.8(a)(3), "
         "and 744.21(b) of the EAR)", 'not (item.eccn == "EAR99" and item.medical_or_food)', "",
         ("734.9(g)", "746.8(a)(3)", "744.21(b)"), ("3",)),
        ("For ECCNs 3A001 and 5A002.a", 'item.eccn under ("3A001", "5A002.a")', "", (), ()),
    ],
)  # fmt: skip
def test_requirements_mean_what_they_say(
    text: str, covers: str, allows: str, sections: tuple[str, ...], footnotes: tuple[str, ...]
) -> None:
    scope = scope_of(text)
    assert scope.covers is not None
    assert (show(scope.covers), scope.allows) == (covers, allows)
    assert (scope.sections, scope.footnotes) == (sections, footnotes)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Policy of denial for all items subject to the EAR apart from food and medicine designated as EAR99 and for "
         "items for U.S. Government supported use in the International Space Station (ISS), which will be reviewed on "
         "a case-by case basis. See §§ 746.8(b) and 744.21e",
         [("case_by_case", 'item.eccn == "EAR99" and item.medical_or_food or item.for_space_station', ("746.8(b)", "744.21(e)")),
          ("policy_of_denial", "true", ("746.8(b)", "744.21(e)"))]),
        ("Policy of denial Case-by-case basis for items for U.S. Government supported use in the International Space Station (ISS).",
         [("case_by_case", "item.for_space_station", ()), ("policy_of_denial", "true", ())]),
        ("Presumption of  approval for EAR99; case-by-case review for all items on the CCL",
         [("presumption_of_approval", 'item.eccn == "EAR99"', ()), ("case_by_case", 'item.eccn != "EAR99"', ())]),
        ("See §§ 744.2(d), 744.3(d), and 744.4(d) of this part.",
         [(BY_REFERENCE, "true", ("744.2(d)", "744.3(d)", "744.4(d)"))]),
        ("The license application procedure and license review policy for entities specified in supplement no. 2 to "
         "part 744 is specified in §744.21(d) and (e).", [(BY_REFERENCE, "true", ("744.21(d)", "744.21(e)"))]),
        ("Presumption for denial", [("presumption_of_denial", "true", ())]),
    ],
)  # fmt: skip
def test_policies_mean_what_they_say(text: str, terms: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert [(t.policy, show(t.applies), t.sections) for t in review_terms(text)] == terms


def typing(text: str) -> object:
    scope = scope_of(text)
    terms = [(t.policy, t.applies, t.sections) for t in review_terms(text) if t.policy != UNREAD]
    return scope.covers, scope.allows, scope.sections, scope.footnotes, terms


EXAMPLES = sorted(
    {
        entry["example"]
        for part in plain_yaml.read_file(LAW.parent / "parties" / "terms.yaml").values()
        for group in (part.values() if isinstance(part, dict) else [part])
        if isinstance(group, list)
        for entry in group
        if isinstance(entry, dict) and "example" in entry
    }
)


@given(st.sampled_from(EXAMPLES), st.data())
def test_typing_does_not_mind_capitals_stops_and_blanks(text: str, data: st.DataObject) -> None:
    changed = "".join(
        c + " " * data.draw(st.integers(0, 2)) if c == " " else c for c in data.draw(cased(text))
    )
    changed = data.draw(st.sampled_from(["", " ", "\n"])) + changed.rstrip(" .") + data.draw(
        st.sampled_from(["", ".", " ", ". ", "..", ".  ", ";"])
    )  # fmt: skip
    assert typing(changed) == typing(text)


def cased(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from([text, text.upper(), text.lower(), text.title()])


@pytest.mark.parametrize("file", FILES)
def test_typing_is_idempotent_on_every_published_text(file: str) -> None:
    known = phrases()
    for counted in texts(file):
        for text in counted:
            once = even(text, known.spellings)
            assert even(once, known.spellings) == once
            assert typing(once) == typing(text)
            assert typing(text.upper() + " .") == typing(text)


@given(st.text(max_size=80))
def test_any_text_is_typed_or_kept(text: str) -> None:
    assert scope_of(text).text == text
    assert all(term.text == text for term in review_terms(text))


@given(st.sampled_from(EXAMPLES), st.sampled_from(["unless waived", "only", "not", "within 30 days", "7"]))
def test_a_word_that_no_phrase_knows_leaves_the_text_unread(text: str, word: str) -> None:
    for changed in (f"{word} {text}", f"{text} {word}"):
        assert scope_of(changed).covers is None
        assert all(t.policy == UNREAD for t in review_terms(changed))


def test_every_phrase_speaks_the_vocabulary(regime: Regime) -> None:
    for example in EXAMPLES:
        for condition in (scope_of(example).covers, *(t.applies for t in review_terms(example))):
            if condition is not None:
                check_condition(condition, regime.vocabulary, example, False)


# -- decisions that use the terms ------------------------------------------------------------

HEADER = "id,list,name,also,country,address,family,from,through,published,by,amended_by,items,review,footnotes,note\n"


@pytest.fixture(scope="module")
def decided(regime: Regime, tmp_path_factory: pytest.TempPathFactory) -> Decide:
    """Decides an act with a party whose entry has these two texts."""

    def decide(
        items: str, review: str = "Presumption of denial.", address: str = "", **facts: object
    ) -> licet.Decision:
        path = tmp_path_factory.mktemp("lists") / "listings.csv"
        row = f'odd,entity_list,Odd Works,,CN,{address},,2024-07-01,,2024-07-01,85 FR 1,,"{items}","{review}",,\n'
        path.write_text(HEADER + row, encoding="utf-8")
        law = regime.with_listings(Listings.load(path, regime.instruments))
        stated = {
            "act.date": "2025-02-03", "act.action": "export", "origin.country": "US", "destination.country": "CN",
            "item.kind": "commodity", "item.eccn": "EAR99", "item.us_origin": True, "end_use.category": "civil",
            "act.claimed_exception": "none", "item.medical_or_food": False, **facts,
        }  # fmt: skip
        party = {"name": "Odd Works", "roles": ["end_user"], "country": "CN", "military_end_user": False}
        # Whoever is at a listed address is meant, under whatever name.
        party |= {"same_as": "odd"} if address else {}
        return licet.decide(Act.stating(law.vocabulary, stated, [party]), law, unrelieved=True)

    return decide


ALL = "For all items subject to the EAR. (See §744.11 of the EAR)."


def needs(decision: licet.Decision) -> set[str]:
    return {r.rule.known_as for r in decision.needed}


def test_an_entry_for_listed_eccns_covers_those_alone(decided: Decide) -> None:
    entry = "For ECCNs 5A991 and 3A001.a."
    assert needs(decided(entry, **{"item.eccn": "5A991"})) == {"entity_list"}
    assert "entity_list" not in needs(decided(entry, **{"item.eccn": "4A994"}))
    assert decided(entry).outcome == "no_licence_required"


def test_presumption_of_approval_is_for_ear99_alone(decided: Decide) -> None:
    policy = "Case-by-case for all items listed on the CCL. Presumption of approval for EAR99 items"
    assert decided(ALL, policy).review == "presumption_of_approval"
    assert decided(ALL, policy, **{"item.eccn": "5A991"}).review == "case_by_case"
    silent = decided(ALL, "Presumption of approval for EAR99 items", **{"item.eccn": "5A991"})
    assert (silent.outcome, silent.review) == ("licence_required", None)


def test_an_address_covers_the_control_list_and_the_supplement(decided: Decide) -> None:
    entry = "For items on the CCL and EAR99 items listed in supplement no. 7 to part 746 of the EAR"
    assert needs(decided(entry, address="1 Odd Street", **{"item.eccn": "5A991"})) == {"entity_list_address"}
    assert needs(decided(entry, address="1 Odd Street", **{"item.in_supplement_7_746": True})) == {
        "entity_list_address"
    }
    outside = decided(entry, address="1 Odd Street", **{"item.in_supplement_7_746": False})
    assert outside.outcome == "no_licence_required"
    unsaid = decided(entry, address="1 Odd Street")
    assert unsaid.outcome == "indeterminate"
    assert "item.in_supplement_7_746" in {q.fact for q in unsaid.missing}


def test_an_unread_text_leaves_the_answer_open_and_is_shown(decided: Decide) -> None:
    text = "For all items subject to the EAR, with case-by-case basis for items listed on the CCL"
    decision = decided(text)
    assert decision.outcome == "indeterminate"
    assert any(text in warning for warning in decision.warnings)


def test_an_unread_policy_is_shown(decided: Decide) -> None:
    text = "Case-by-Case review for licenses for the safety of civil aviation of aircraft."
    decision = decided(ALL, text)
    assert (decision.outcome, decision.review) == ("licence_required", None)
    assert any(text in warning for warning in decision.warnings)


def test_a_policy_by_reference_is_that_of_the_section(decided: Decide) -> None:
    assert decided(ALL, "See §§ 744.2(d), 744.3(d), and 744.4(d) of this part.").review == "case_by_case"
    assert decided(ALL, "See §744.3 of this part").review == "case_by_case"


def test_a_policy_by_reference_to_a_section_not_encoded_is_shown(decided: Decide) -> None:
    decision = decided(ALL, "See §§744.11 and 744.23(d) of the EAR.")
    assert (decision.outcome, decision.review) == ("licence_required", None)
    assert any("744.23(d)" in warning for warning in decision.warnings)


def test_a_project_entry_asks_for_the_project(decided: Decide) -> None:
    entry = "For all items subject to the EAR when used in projects specified in § 746.8(a)(4) of the EAR"
    assert needs(decided(entry, **{"end_use.russian_oil_project": True})) == {"entity_list"}
    assert decided(entry, **{"end_use.russian_oil_project": False}).outcome == "no_licence_required"
    unsaid = decided(entry)
    assert unsaid.outcome == "indeterminate"
    assert {q.fact for q in unsaid.missing} == {"end_use.russian_oil_project"}


def test_the_exception_that_an_entry_leaves_open_lifts_it(decided: Decide) -> None:
    entry = f"{ALL} This license requirement may be overcome by License Exception GOV under § 740.11(b)(2) and (e)."
    claimed = {"act.claimed_exception": "GOV", "exception.conditions_met": True}
    assert decided(entry, **claimed).outcome == "authorised_licence_exception"
    assert decided(ALL, **claimed).outcome == "licence_required"
    assert decided(entry).outcome == "licence_required"


def test_a_standards_release_is_outside_an_entry_that_leaves_it_out(decided: Decide) -> None:
    entry = (
        "For all items subject to the EAR, see §§ 736.2(b)(3)(vi), and 744.11 of the EAR, EXCEPT for technology subject to "
        "the EAR that is designated as EAR99, or controlled on the Commerce Control List for anti-terrorism reasons only, when "
        "released to members of a “standards organization” (see §772.1) for the purpose of contributing to the revision "
        "or development of a “standard” (see §772.1)."
    )
    release = {
        "item.kind": "technology", "standards.body": "3GPP", "standards.commercial": False,
        "standards.to_be_published": False, "item.published": False, "item.fundamental_research": False,
    }  # fmt: skip
    assert decided(entry, **release).outcome == "no_licence_required"
    assert needs(decided(entry, **{**release, "standards.commercial": True})) == {"entity_list"}
    assert needs(decided(entry)) == {"entity_list"}
