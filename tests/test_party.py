"""``licet party``: what is known of one party over time, as text, data and picture."""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from licet.changes.plots.party_picture import draw
from licet.changes.plots.party_scene import scene_of, scene_of_family
from licet.cli.main import licet
from licet.decisions.dossier import dossier_of, dossier_of_id, latest
from licet.decisions.dossier_family import family_of
from licet.lists.history import History
from licet.lists.record import Address, OtherName, Record
from licet.regime import Regime
from listed import reading

SVG = "{http://www.w3.org/2000/svg}"
PLACE = Address("7 Lamp Street, Quarter Nine, Harbour Town", "CN")


def entry(name: str, *others: str, list_: str = "entity_list", **said: Any) -> Record:
    said.setdefault("countries", ("CN",))
    return Record(list_, name, others=tuple(OtherName(o) for o in others), **said)


def lamp(**said: Any) -> Record:
    return entry("Zelquor Lamp Works", "Qandrel", addresses=(PLACE,), **said)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A firm that snapshots show, with a parent's affiliate, a neighbour and one that was taken off."""
    path = tmp_path_factory.mktemp("party") / "lists.sqlite"
    terms = {"requirement": "For all items subject to the EAR", "policy": "Presumption of denial"}
    gone = entry("Vostrikhan Optics", published=date(2020, 3, 2), **terms)
    files = [
        (date(2021, 1, 10), [lamp(**terms), gone, entry("Yarmundel Lamps Ltd", parent="Zelquor Lamp Works")]),
        (date(2022, 1, 10), [lamp(**terms | {"policy": "Case-by-case review"}), gone]),
        (
            date(2023, 1, 10),
            [lamp(**terms), entry("Brunwick Pumps", list_="entity_list", addresses=(PLACE,))],
        ),
    ]
    with History.open(path, create=True) as history:
        for on, records in files:
            history.add(
                reading(records, ("entity_list",)), sha256=f"{on:%Y%m%d}" * 8, file=f"made-{on}.csv",
                day=on, known=on,
            )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def listed(store: Path) -> Regime:
    return Regime.load().with_history(store)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command; with no history but the one a test gives."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("LICET_LISTS", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(licet, ["party", *arguments], standalone_mode=False)

    return call


def flat(text: str) -> str:
    """Text without the lines of its tree and without breaks."""
    return re.sub(r"\s+", " ", re.sub("[│├└─]", " ", text))


# As text


def test_a_party_of_the_table_is_told_whole(run: Any) -> None:
    done = run("HiSilicon")
    text = flat(done.output)
    assert done.return_value == 1
    for said in (
        "HiSilicon: LISTED on",
        "in force from 2019-05-16T16:15-04:00 on, still",
        "listed by 84 FR 22961 (Huawei and 68 affiliates added to the Entity List); announced 2019-05-15, published 2019-05-21",
        "2020-05-15 changed by 85 FR 29849 (Footnote 1 foreign-direct-product rule); footnote 1 from then; published 2020-05-19",
        "1 from 2020-05-15, 2 from 2020-06-18",
        "presumption of denial",
        "15 CFR 744.11",
        "hisilicon by same",
        "the rule itself",
        "huawei: 152 besides it",
        "Shanghai HiSilicon Technologies",
        "as known on",
        "Not legal advice.",
    ):
        assert said in text, said


def test_exit_codes_say_listed_maybe_and_not(run: Any) -> None:
    assert run("HiSilicon", "--as-of", "2019-05-15").return_value == 0
    assert run("HiSilicon", "--as-of", "2019-05-16T16:14-04:00").return_value == 0
    assert run("HiSilicon", "--as-of", "2019-05-16T16:15-04:00").return_value == 1
    assert run("Bakery of the Seven Hills").return_value == 0
    assert run("--id", "zte", "--as-of", "2018-05-01").return_value == 1
    assert run("--id", "zte", "--as-of", "2017-12-01").return_value == 0


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [" "],
        ["HiSilicon", "--family", "huawei"],
        ["--family", "nobody"],
        ["--id", "nobody"],
        ["HiSilicon", "--picture", "x.gif"],
        ["HiSilicon", "--as-of", "yesterday"],
    ],
)
def test_what_cannot_be_meant_is_a_fault_of_usage(run: Any, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.exception is not None
    assert type(done.exception).__module__.startswith("click")


def test_before_the_rule_was_public_nothing_is_told_but_that_it_came(run: Any) -> None:
    done = run("--id", "hisilicon", "--as-of", "2019-05-20", "--known-at", "2019-05-16T16:00-04:00")
    text = flat(done.output)
    assert done.return_value == 0
    assert "Not public yet on 2019-05-16T16:00-04:00: HiSilicon Technologies Co., Ltd" in text
    assert "84 FR 22961" not in text


def test_later_rules_and_footnotes_are_not_told_before_they_were_public(regime: Regime) -> None:
    for known, footnotes, citations in (
        (date(2019, 6, 1), [], ["84 FR 22961"]),
        (date(2020, 5, 20), ["1"], ["84 FR 22961", "85 FR 29849"]),
        (date(2020, 7, 1), ["1", "2"], ["84 FR 22961", "85 FR 29849", "85 FR 36719"]),
    ):
        (found,) = dossier_of_id(regime, "hisilicon", regime.clock(date(2020, 12, 1), known)).entries
        assert [f.number for f in found.footnotes] == footnotes
        assert [e.citation for e in found.events] == citations


def test_two_lists_of_one_party_are_two_stories(regime: Regime) -> None:
    clock = regime.clock(date(2018, 5, 1), latest(regime))
    denied, entity = dossier_of_id(regime, "zte", clock).entries
    assert (denied.list.code, denied.truth, entity.list.code, entity.truth) == (
        "denied_persons", True, "entity_list", False,
    )  # fmt: skip
    assert [(str(s.start), str(s.through)) for s in entity.stretches] == [("2016-03-08", "2017-03-28")]
    assert [e.what for e in entity.events] == ["listed", "ended"]
    assert entity.events[-1].citation == "82 FR 15461"


def test_changed_terms_are_told_with_their_days(regime: Regime) -> None:
    (found,) = dossier_of_id(regime, "smic", regime.clock(date(2025, 1, 1), latest(regime))).entries
    assert [str(t.since) for t in found.terms] == ["2020-12-18", "2024-12-02"]
    assert all(t.typed for t in found.terms)
    (stretch,) = found.stretches
    assert (str(stretch.start), stretch.through, stretch.truth) == ("2020-12-18", None, True)


# With snapshots


def test_what_only_snapshots_show_says_which_and_what_is_not_known(listed: Regime, store: Path) -> None:
    clock = listed.clock(date(2022, 6, 1), latest(listed))
    (found,) = (e for e in dossier_of(listed, "Zelquor Lamp Works", clock, store=store).entries if e.sure)
    assert [(s.through and str(s.through), s.truth) for s in found.stretches] == [
        ("2021-01-09", None),
        (None, True),
    ]
    assert [t.policy for t in found.terms] == [
        "Presumption of denial", "Case-by-case review", "Presumption of denial",
    ]  # fmt: skip
    assert found.evidence == "made-2021-01-10.csv of 2021-01-10"
    assert {(r.how, r.name) for r in found.related} == {
        ("affiliate", "Yarmundel Lamps Ltd"),
        ("same address", "Brunwick Pumps"),
    }
    assert {a.text for s in found.sightings for a in s.record.addresses} == {PLACE.text}


def test_who_was_taken_off_is_open_between_the_snapshots(run: Any, store: Path) -> None:
    at = ("Vostrikhan Optics", "--store", str(store), "--as-of")
    assert run(*at, "2021-06-01").return_value == 1
    assert run(*at, "2022-06-01").return_value == 3
    assert run(*at, "2023-06-01").return_value == 0
    assert run(*at, "2022-06-01", "--known-at", "2022-06-01").return_value == 1
    text = flat(run(*at, "2022-06-01").output)
    assert "not known from 2022-01-11 through 2023-01-09" in text
    assert "Lists of 2023-01-10: entity_list" in text


def test_what_was_known_later_is_not_in_the_records(listed: Regime, store: Path) -> None:
    clock = listed.clock(date(2022, 6, 1), date(2022, 6, 1))
    dossier = dossier_of(listed, "Zelquor Lamp Works", clock, store=store)
    (found,) = (e for e in dossier.entries if e.sure)
    assert dossier.lists == {"entity_list": date(2022, 1, 10)}
    assert max(s.last.day for s in found.sightings) == date(2022, 1, 10)
    assert "Brunwick Pumps" not in {r.name for r in found.related}


def test_data_is_complete_and_readable(run: Any, store: Path) -> None:
    done = run("Zelquor Lamp Works", "--store", str(store), "--format", "json", "--as-of", "2022-06-01")
    data = json.loads(done.output)
    assert done.return_value == 1
    assert (data["listed"], data["as_of"], data["lists"]) == (
        True,
        "2022-06-01",
        {"entity_list": "2023-01-10"},
    )
    (found,) = (e for e in data["entries"] if e["match"] == "hit")
    assert found["list"]["code"] == "entity_list"
    assert found["stretches"][0] == {"from": "", "through": "2021-01-09", "membership": "not known"}
    assert found["addresses"][0] == {
        "address": PLACE.text, "country": "CN", "first_seen": "2021-01-10", "last_seen": "2023-01-10",
        "first_file": "made-2021-01-10.csv",
    }  # fmt: skip
    assert found["match_evidence"]
    lines = run("--id", found["listing"], "--store", str(store), "--format", "csv").output.splitlines()
    assert len(lines) == 3


# Families


def test_a_family_is_counted(run: Any) -> None:
    for on, count, code in (
        ("2019-05-15", 0, 0),
        ("2019-05-16", 69, 1),
        ("2019-08-19", 115, 1),
        ("2020-08-17", 153, 1),
    ):
        done = run("--family", "huawei", "--as-of", on)
        assert done.return_value == code
        assert f"huawei: {count} members in force on {on}" in done.output
    done = run("--family", "Huawei", "--as-of", "2019-09-01", "--known-at", "2019-06-01", "--format", "json")
    data = json.loads(done.output)
    assert (data["in_force"], data["not_public_then"], len(data["members"])) == (69, 84, 69)


# Pictures


def test_a_picture_has_its_words_in_it_and_is_the_same_each_time(regime: Regime) -> None:
    scene = scene_of(dossier_of(regime, "HiSilicon", regime.clock(date(2021, 1, 1), latest(regime))))
    svg = draw(scene, ".svg")
    assert svg == draw(scene, ".svg")
    root = ElementTree.fromstring(svg)
    title, desc = root.findtext(f"{SVG}title") or "", root.findtext(f"{SVG}desc") or ""
    assert title.startswith("HiSilicon")
    assert "84 FR 22961, effect 2019-05-16T16:15-04:00, published 2019-05-21" in desc
    assert root.get("role") == "img"
    shown = "".join(root.itertext())
    for said in (
        "as of 2021-01-01",
        "footnote 1",
        "likely match",
        "Not legal advice",
        "not known whether in force",
    ):
        assert said in shown
    assert draw(scene, ".png").startswith(b"\x89PNG")


def test_nothing_in_a_picture_lies_outside_of_it(listed: Regime, store: Path) -> None:
    """Not even where a listing goes back further than anything known."""
    clock = listed.clock(date(2022, 6, 1), latest(listed))
    root = ElementTree.fromstring(
        draw(scene_of(dossier_of(listed, "Zelquor Lamp Works", clock, store=store)), ".svg")
    )
    assert float(root.get("width", "0")) < 1200


def test_a_page_stands_alone(run: Any, tmp_path: Path) -> None:
    run("HiSilicon", "--picture", "p.html")
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert not re.search(r"(src|href)=.?https?:", page)
    assert "<table>" in page
    assert "HiSilicon Technologies Co., Ltd" in page
    assert page.count("<title>") == 2


def test_a_family_is_drawn_by_rule_and_an_unlisted_party_says_so(regime: Regime) -> None:
    clock = regime.clock(date(2021, 1, 1), latest(regime))
    scene = scene_of_family(family_of(regime, "huawei", clock), regime)
    assert [lane.label.split(",")[0] for lane in scene.lanes] == [
        "69 parties by 84 FR 22961", "46 parties by 84 FR 43493", "38 parties by 85 FR 51596",
    ]  # fmt: skip
    nobody = scene_of(dossier_of(regime, "Bakery of the Seven Hills", clock))
    assert "No list known here names this party." in nobody.caption
    assert draw(nobody, ".svg")


def test_without_the_extra_the_message_says_what_to_install(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    done = run("HiSilicon", "--picture", "p.svg")
    assert "licet[pictures]" in str(done.exception)
