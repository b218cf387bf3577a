"""The lexicon: what single words and phrases of names are."""

from __future__ import annotations

import dataclasses
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.screening import lexicon
from licet.screening.lexicon import ascii_of, expanded, figure, words

LEXICON = lexicon.load()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("SIS d.o.o.", ("sis", "doo")),
        ("Sp. z o.o.", ("sp", "zoo")),
        ("A/S Ørsted", ("as", "orsted")),
        ("L'Oréal S.A.S.", ("loreal", "sas")),
        ("H & M", ("hm",)),
        ("No.5-B", ("no", "5", "b")),
        ("Þór ehf.", ("thor", "ehf")),
        ("", ()),
        ("...", ()),
    ],
)
def test_words_are_folded(text: str, folded: tuple[str, ...]) -> None:
    assert words(text) == folded


def test_initials_can_be_left_apart() -> None:
    assert words("J. R. Smith") == ("jr", "smith")
    assert words("J. R. Smith", joined=False) == ("j", "r", "smith")


def test_two_dots_can_be_spelt_out() -> None:
    assert ascii_of("Müller") == "muller"
    assert expanded("Müller Ångström") == "mueller aangstroem"


@pytest.mark.parametrize(
    ("word", "plain"), [("54th", "54"), ("1st", "1"), ("007", "7"), ("x1st", "x1st"), ("st", "st")]
)
def test_figures_lose_their_endings(word: str, plain: str) -> None:
    assert figure(word) == plain


@given(st.text())
def test_folding_is_settled_and_takes_any_text(text: str) -> None:
    folded = words(text)
    assert all(word and word == word.casefold() for word in folded)
    assert words(" ".join(folded), joined=False) == folded or any(not w.isascii() for w in folded)


@pytest.mark.parametrize(
    ("spelling", "name", "family"),
    [
        ("d.o.o.", "doo", "limited"),
        ("S.A.S.", "sas", "stock"),
        ("Sp. z o.o.", "spzoo", "limited"),
        ("A/S", "as", "stock"),
        ("Obshchestvo s ogranichennoy otvetstvennostyu", "ooo", "limited"),
        ("Tovarystvo z obmezhenoyu vidpovidalnistyu", "ooo", "limited"),
        ("Co., Ltd.", "ltd", "limited"),
        ("Pte. Ltd.", "ltd", "limited"),
        ("Youxian Gongsi", "ltd", "limited"),
        ("Ltd. Şti.", "ltd", "limited"),
        ("Anonim Şirketi", "as", "stock"),
        ("S.A. de C.V.", "sa", "stock"),
        ("Gesellschaft mit beschränkter Haftung", "gmbh", "limited"),
        ("GmbH & Co. KG", "gmbh", "limited"),
        ("Public Joint-Stock Company", "pjsc", "stock"),
        ("FGUP", "corporation_state", "stock"),
        ("Sdn. Bhd.", "sdn_bhd", "limited"),
        ("Kabushiki Kaisha", "kk", "stock"),
        ("W.L.L.", "wll", "limited"),
        ("FZ-LLC", "fzc", "free_zone"),
    ],
)
def test_legal_forms_have_class_and_family(spelling: str, name: str, family: str) -> None:
    form = LEXICON.forms[" ".join(words(spelling))]
    assert (form.name, form.family) == (name, family)


def test_a_legal_form_knows_where_it_is_written() -> None:
    assert LEXICON.forms["fop"].front
    assert not LEXICON.forms["fop"].end
    assert LEXICON.forms["ltd"].end


@pytest.mark.parametrize(
    "spellings",
    [
        ("technologies", "technology", "tech", "teknoloji", "tekhnologii", "keji"),
        ("communications", "comm", "comms", "communication"),
        ("group", "grp", "jituan", "gruppa"),
        ("service", "services", "srvces", "svcs"),
        ("international", "intl", "uluslararasi", "mezhdunarodnyy"),
        ("manufacturing", "mfg"),
        ("engineering", "engrg", "engg", "muhendislik"),
        ("university", "univ", "universitet", "daneshgah"),
        ("institute", "inst", "institut"),
        ("academy", "acad", "akademiya"),
        ("telecommunications", "telecom"),
    ],
)
def test_spellings_of_a_trade_are_one_notion(spellings: tuple[str, ...]) -> None:
    assert len({LEXICON.trade[spelling].notion for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("tubes", "wires"), ("copper", "zinc"), ("army", "navy"), ("hospital", "clinic"), ("truck", "bus")],
)
def test_related_trades_are_kept_apart(one: str, other: str) -> None:
    assert LEXICON.trade[one].notion != LEXICON.trade[other].notion


def test_places_of_names() -> None:
    assert LEXICON.places["russian"] == ("RU",)
    assert LEXICON.places["prc"] == ("CN",)
    assert LEXICON.places["hong kong"] == ("HK",)
    assert LEXICON.places["peoples republic of china"] == ("CN",)
    assert LEXICON.countries["north korea"] == "KP"
    assert LEXICON.cities["peking"] == "CN"


def test_residue_says_what_goes_with_it() -> None:
    assert LEXICON.residue["attn"].front == "none"
    assert LEXICON.residue["co"].front == "none"
    assert LEXICON.residue["care of"].end == "rest"
    assert LEXICON.residue["po box"].end == "rest"
    assert LEXICON.residue["branch"].end == "before"
    assert LEXICON.residue["head office"].end == "none"
    assert LEXICON.residue["notify party"].front == "none"


def test_markers_of_other_names_and_titles() -> None:
    assert {"ex", "fka", "formerly known as", "previously", "nee"} <= LEXICON.former
    assert {"aka", "dba"} <= LEXICON.known_as
    assert "nka" in LEXICON.now_known_as
    assert {"dr", "gen", "mullah"} <= LEXICON.title
    assert LEXICON.numbers["second"] == LEXICON.numbers["ii"] == "2"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("aleksandr", "alexander"),
        ("oleksandr", "alexander"),
        ("bill", "william"),
        ("mohamed", "muhammad"),
        ("yusuf", "joseph"),
        ("yury", "georgy"),
        ("volodymyr", "vladimir"),
    ],
)
def test_spellings_of_a_personal_name_share_a_number(one: str, other: str) -> None:
    assert LEXICON.name_ids(one) & LEXICON.name_ids(other)


def test_strange_words_have_no_personal_name() -> None:
    assert LEXICON.name_ids("qwxyz") == frozenset()
    assert not LEXICON.name_ids("smith") & LEXICON.name_ids("ivan")


def test_rare_words_are_rarer() -> None:
    assert LEXICON.one_in("technology") < 100
    assert LEXICON.one_in("huawei") > 1_000
    assert LEXICON.one_in("smith", "person") < LEXICON.one_in("smith") < LEXICON.one_in("smithqx")
    assert LEXICON.one_in("road", "place") < 100
    assert LEXICON.one_in("strange", "vessel") == LEXICON.one_in("strange")


@given(st.text(max_size=40), st.sampled_from(["organisation", "person", "place", "vessel", ""]))
def test_every_word_has_a_rarity(word: str, kind: str) -> None:
    assert LEXICON.one_in(word, kind) >= 1.0


def test_the_lexicon_is_one_and_cannot_be_changed() -> None:
    assert lexicon.load() is LEXICON
    assert len(LEXICON.digest) == 64
    with pytest.raises(dataclasses.FrozenInstanceError):
        LEXICON.longest = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        LEXICON.forms["x"] = LEXICON.forms["ltd"]  # type: ignore[index]


def test_every_phrase_is_folded_and_no_longer_than_stated() -> None:
    for table in (LEXICON.forms, LEXICON.trade, LEXICON.places, LEXICON.numbers, LEXICON.residue):
        for phrase in table:
            assert " ".join(words(phrase, joined=False)) == phrase
            assert phrase.count(" ") < LEXICON.longest


def test_it_loads_quickly() -> None:
    lexicon.load.cache_clear()
    start = time.process_time()
    try:
        assert lexicon.load().digest == LEXICON.digest
    finally:
        seconds = time.process_time() - start
    # Generous: the machine may be busy. It takes a tenth of a second.
    assert seconds < 1.5
