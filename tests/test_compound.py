"""Names that hold several things are taken apart, and all others come back as they are."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from licet.lists.compound import Compound, is_address, other_names, take_apart
from licet.lists.record import OtherName
from shared_reference import shared

WHOLE = "Example Works Co., Ltd. (Example)"


@pytest.mark.parametrize("blanks", [" ", "  "])
def test_an_affiliate_stands_apart_from_its_whole(blanks: str) -> None:
    taken = take_apart(f"{WHOLE}.{blanks}Affiliated Entity:{blanks}Ningbo Example Net Co., Ltd.")
    assert taken == Compound("Ningbo Example Net Co., Ltd.", parent=WHOLE)


def test_a_part_that_says_nothing_alone_is_joined_to_its_whole() -> None:
    taken = take_apart("Example Corporation Second Academy. Subordinate Institution - 284 Factory")
    assert taken.name == "284 Factory"
    assert taken.aliases == (OtherName("284 Factory of the Example Corporation Second Academy"),)


@pytest.mark.parametrize(
    ("published", "name", "aliases"),
    [
        ("Gamma Most OOO (f.k.a., Gamma Pervy)", "Gamma Most OOO", [("Gamma Pervy", "former")]),
        ("Delta, Inc. (a.k.a. Delta East, Inc.; DE Co.)", "Delta, Inc.", [("Delta East, Inc.", "alias"), ("DE Co.", "alias")]),
        ("JIN LIM -AKA- ERIC LIM", "JIN LIM", [("ERIC LIM", "alias")]),
        ("PEARL (A.K.A. NEI CHU) LI", "PEARL LI", [("NEI CHU", "alias")]),
        (
            "EPSILON, AKAS, EPSILON PTE LTD, EPS, EPSILON, INC.",
            "EPSILON",
            [("EPSILON PTE LTD", "alias"), ("EPS", "alias"), ("EPSILON, INC.", "alias")],
        ),
        ("Zeta, a.k.a., the following two aliases: —Zeta One; and —Zeta Two", "Zeta", [("Zeta One", "alias"), ("Zeta Two", "alias")]),
        ("Theta Telecom (西塔电信)", "Theta Telecom", [("西塔电信", "script")]),
        ("AIR D/B/A S9", "AIR", [("S9", "alias")]),
    ],
)  # fmt: skip
def test_other_names_written_into_a_name(published: str, name: str, aliases: list[tuple[str, str]]) -> None:
    taken = take_apart(published)
    assert taken.name == name
    assert [(o.name, o.kind) for o in taken.aliases] == aliases


def test_scope_is_kept_as_a_note() -> None:
    taken = take_apart("Iota Company; and any successor, sub-unit, or subsidiary thereof")
    assert (taken.name, taken.notes) == (
        "Iota Company",
        ("and any successor, sub-unit, or subsidiary thereof",),
    )


def test_an_announcement_without_names_is_kept_as_a_note() -> None:
    taken = take_apart("Eta Bureau, a.k.a, the following ten aliases")
    assert (taken.name, taken.notes) == ("Eta Bureau", ("a.k.a, the following ten aliases",))


def test_a_related_party_is_no_alias() -> None:
    taken = take_apart("Kappa Limited (a subsidiary of Kappa National Corporation)")
    assert (taken.name, taken.related, taken.aliases) == (
        "Kappa Limited",
        ("Kappa National Corporation",),
        (),
    )


@pytest.mark.parametrize(
    ("published", "name", "alias"),
    [
        ("Paul) Paul (a/k/a Rossi Bianchi", "Paul Bianchi", "Paul Rossi"),
        ("Anna Maria; a.k.a. Ann Rossi", "Anna Maria Rossi", "Ann"),
    ],
)
def test_a_surname_carried_to_the_end_is_put_back(published: str, name: str, alias: str) -> None:
    taken = take_apart(published)
    assert (taken.name, [o.name for o in taken.aliases]) == (name, [alias])
    assert taken.notes


@pytest.mark.parametrize(
    "name",
    [
        "YK-AKA",
        "AKA Trading LLC",
        "Affiliated Supply and Consultancy Services",
        "AL-EXAMPLE : NORTH BRANCH",
        "BANK EXAMPLE (CLOSED JOINT STOCK COMPANY)",
        "Successor Works",
        "Lambda (Suzhou) Co., Ltd.",
        "Mu–Beta Plant [No. 5]",
    ],
)
def test_a_name_that_holds_nothing_else_is_untouched(name: str) -> None:
    assert take_apart(name) == Compound(name)


def test_an_entry_that_is_only_an_address() -> None:
    assert is_address("Address 01")
    assert not is_address("Address 01 Trading")


def test_lists_of_aliases_are_cleaned() -> None:
    found, notes = other_names(
        ["Nu One", "and Nu Two;", "-Nu Three", "f.k.a. Nu Four", "Nu", "(all near Nuville)", "Nu Five, f.k.a., Nu Six"], "Nu"
    )  # fmt: skip
    assert [(o.name, o.kind) for o in found] == [
        ("Nu One", "alias"),
        ("Nu Two", "alias"),
        ("Nu Three", "alias"),
        ("Nu Four", "former"),
        ("Nu Five", "alias"),
        ("Nu Six", "former"),
    ]
    assert notes == ("(all near Nuville)",)


@given(st.text())
@example("(a.k.a. )")
@example("a.k.a. a.k.a.")
@example("x (a.k.a. [f.k.a. y")
@example(". Affiliated Entity: ")
def test_any_text_has_a_name(text: str) -> None:
    taken = take_apart(text)
    assert bool(taken.name) == bool(text.split())
    assert all(o.name.strip() and o.name != taken.name for o in taken.aliases)


def test_the_splits_made_by_hand() -> None:
    """Of the 74, ten call a numbered part by its whole; there the name made by hand is among ours."""
    lines = shared("data/benchmarks/csl-compound-name-splits.jsonl").read_text(encoding="utf-8").splitlines()
    exact = 0
    for split in map(json.loads, lines):
        taken = take_apart(split["csl_name"])
        assert split["name"] in {taken.name, *(o.name for o in taken.aliases)}
        former = [o.name for o in taken.aliases if o.kind == "former"]
        assert former == ([split["previous_name"]] if "previous_name" in split else [])
        whole = taken.parent or "".join(taken.related)
        # The table writes the same whole with and without its short name in brackets.
        exact += split["name"] == taken.name and split.get("related", "") in (
            whole,
            whole.rpartition(" (")[0],
        )
    assert (exact, len(lines)) == (64, 74)


def test_of_all_names_of_2026_few_are_compound() -> None:
    data = gzip.decompress(shared("data/csl/csl-2026-07-31-compact.json.gz").read_bytes())
    names = {entry["n"] for entry in json.loads(data)["entries"]}
    taken = {name: take_apart(name) for name in names}
    untouched = [name for name, t in taken.items() if t == Compound(" ".join(name.split()))]
    assert (len(names), len(names) - len(untouched)) == (25_614, 125)
    assert sum("Affiliated Entity:" in t.name for t in taken.values()) == 0
    assert sum(t.parent.endswith("(Huawei)") for t in taken.values()) == 22
