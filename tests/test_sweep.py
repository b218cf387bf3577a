"""``licet sweep``: what a parameter of a scenario does to a book, said with its law, in every format."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from licet.act import Act
from licet.changes import figures
from licet.changes.compare import View
from licet.changes.plots.rendering import PictureError
from licet.changes.scenario import Scenario, find
from licet.changes.scenario_file import ScenarioError
from licet.cli.exits import Exit
from licet.cli.options import load_book
from licet.cli.output import OutputError
from licet.cli.sweep import sweep
from licet.decisions.book import decide_book
from licet.decisions.decide import Decision, decide
from licet.regime import Regime

pytestmark = pytest.mark.usefixtures("alone")

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "orders-2019.csv"
ORDERS = ("T-1", "NV-190716-03", "NV-191030-01", "4500077402", "NV-190924-03", "NV-191120-01")
PERCENT = ("de-minimis-10", "--parameter", "percent", "--values", "0, 10, 25, 40")
THROUGH = ("tgl-extended", "--parameter", "through", "--values", "2019-08-19, 2019-11-18, 2020-08-13")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some lines of the example book: one that turns at each value, and some that never do."""
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    path = tmp_path_factory.mktemp("sweep") / "book.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *(row for row in rows if row[0] in ORDERS)])
    return path


def run(*args: object) -> Any:
    done = CliRunner().invoke(sweep, [*map(str, args)], standalone_mode=False)
    assert done.exception is None, done.exception
    return done


def refused(*args: object) -> BaseException:
    done = CliRunner().invoke(sweep, [*map(str, args)], standalone_mode=False)
    assert done.exception is not None
    return done.exception


@pytest.fixture(scope="module")
def percents(book: Path, alone: None) -> dict[str, Any]:
    """What is said of the levels of ``PERCENT``."""
    found: dict[str, Any] = json.loads(run(book, *PERCENT, "--format", "json").stdout)
    return found


def test_at_each_value_it_says_what_the_scenario_says(
    book: Path, regime: Regime, percents: dict[str, Any]
) -> None:
    """The rows of a value are what deciding every line under the scenario with that value gives."""
    acts = load_book(book, regime).acts
    assert {row["at"] for row in percents["rows"]} == {0, 10, 25, 40}
    for at in (0, 25):
        edited = Scenario.read(find("de-minimis-10"), regime, {"percent": at}).over(regime)
        expected = Counter(line.decision.outcome.value for line in decide_book(acts, edited) if line.decision)
        here = Counter[str]()
        for row in percents["rows"]:
            if row["at"] == at:
                here[row["outcome"]] += row["lines"]
        assert here == expected


def test_kinks_stand_where_lines_turn_and_name_the_rule(percents: dict[str, Any]) -> None:
    kinks = [(kink["after"], kink["at"], kink["lines"], kink["currency"]) for kink in percents["kinks"]]
    assert kinks == [(0, 10, 1, "USD"), (10, 25, 1, "EUR"), (25, 40, 1, "EUR")]
    assert all(kink["rule"].startswith("734.4(d)") for kink in percents["kinks"])
    # The last one is where the law as it is, which holds at 25, no longer stands.
    assert [
        (kink["rule"], kink["title"].lower().partition("more than ")[2]) for kink in percents["kinks"]
    ] == [
        ("734.4(d), as amended", "10 percent controlled us content"),
        ("734.4(d), as amended", "10 percent controlled us content"),
        ("734.4(d)", "25 percent controlled us content"),
    ]
    assert [kink["value"] for kink in percents["kinks"]] == [702_000, 35_400, 11_280]


def test_it_says_under_which_laws_and_what_is_assumed(book: Path, regime: Regime) -> None:
    done = run(book, *PERCENT)
    assert done.return_value == Exit.CLEAR
    said = " ".join(done.stdout.split())
    assumed = Scenario.read(find("de-minimis-10"), regime).assumes
    for words in (
        regime.digest[:12], regime.lists_digest[:12], "each act's own date", "as known on", "Not legal advice",
        "A hypothesis, not law", "Reading: ", "The idea: ", *assumed,
    ):  # fmt: skip
        assert words in said
    for at in (0, 10, 25, 40):
        edited = Scenario.read(find("de-minimis-10"), regime, {"percent": at}).over(regime)
        assert f"{at}: {edited.digest[:12]}" in said
    assert "734.4(d), as amended" in said
    assert "the same at every value" in said


def test_days_can_be_swept_and_every_act_moved_to_one(book: Path) -> None:
    found = json.loads(run(book, *THROUGH, "--as-of", "2019-09-02", "--format", "json").stdout)
    assert found["as_of"] == "2019-09-02"
    assert [(k["after"], k["at"]) for k in found["kinks"]] == [("2019-08-19", "2019-11-18")]
    own = json.loads(run(book, *THROUGH, "--format", "json").stdout)
    assert [k["at"] for k in own["kinks"]] == ["2019-11-18", "2020-08-13"]


def test_without_values_the_parameter_s_own_are_taken(book: Path) -> None:
    done = run(
        book, "huawei-delisted", "--parameter", "certified", "--as-of", "2020-01-15", "--format", "json"
    )
    assert {row["at"] for row in json.loads(done.stdout)["rows"]} == {"no", "yes"}


def test_what_a_rule_in_force_forbids_is_told(book: Path) -> None:
    """A delisting after the statute, uncertified, has no effect."""
    values = ("--values", "2019-07-01, 2020-02-01")
    done = run(book, "huawei-delisted", "--parameter", "day", *values, "--as-of", "2020-03-02")
    assert "Without effect at 2020-02-01: " in done.stdout


def test_nothing_that_nobody_knew_is_used(book: Path) -> None:
    values = ("--values", "2019-08-19, 2019-11-18")
    done = run(book, *THROUGH[:3], *values, "--known", "2019-08-01", "--format", "json")
    assert json.loads(done.stdout)["known_at"] == "2019-08-01"
    assert json.loads(done.stdout)["kinks"] == []


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_rows_for_machines_hold_outcomes_and_kinks(book: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"swept.{form}"
    run(book, *PERCENT, "--out", out)
    lines = out.read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines)) if form == "csv" else [json.loads(line) for line in lines]
    kinds = Counter(row["row"] for row in rows)
    assert kinds["kink"] == 3
    first = [row for row in rows if row["row"] == "outcome" and row["at"] == "0"]
    assert sum(int(row["lines"]) for row in first) == 10
    assert len({row["law"] for row in rows}) == 4
    assert all(row["notice"].startswith("Not legal advice") and row["assumed"] for row in rows)


def test_pictures_say_what_they_rest_on(book: Path, tmp_path: Path, regime: Regime) -> None:
    svg, png = tmp_path / "swept.svg", tmp_path / "swept.png"
    run(book, *THROUGH, "--out", svg)
    text = svg.read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag.endswith("svg")
    for words in ("Last day of the general licence", "Assumed, tgl-extended", regime.digest[:12]):
        assert words in text
    assert text.count("Not legal advice") >= 2  # in the picture, and in its description
    run(book, *THROUGH, "--out", png)
    assert png.read_bytes().startswith(b"\x89PNG")


def test_the_page_stands_alone(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "swept.html"
    run(book, *PERCENT, "--out", out)
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<svg") == 1
    for words in ("Where it turns", "What was assumed", "734.4(d), as amended", "Not legal advice"):
        assert words in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org/", "")


def test_a_table_may_go_to_a_file(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "swept.txt"
    assert run(book, *THROUGH, "--out", out).stdout == ""
    assert "Where it turns" in out.read_text(encoding="utf-8")


def test_lines_without_a_date_are_told(book: Path, tmp_path: Path) -> None:
    with book.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["date"] = ""
    path = tmp_path / "undated.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    done = run(path, *THROUGH)
    assert done.return_value == Exit.DAMAGED
    assert done.stderr.count("Not decided: ") == 1
    assert "Without a date, and in no figure here: 1 line." in " ".join(done.stdout.split())
    (told,) = json.loads(run(path, *THROUGH, "--format", "json").stdout)["undecided"]
    assert told["number"] == 1
    assert run(path, *THROUGH, "--as-of", str(date(2019, 9, 2))).return_value == Exit.CLEAR


def test_a_value_given_twice_counts_once(book: Path) -> None:
    once = json.loads(run(book, *PERCENT[:4], "0, 10", "--format", "json").stdout)
    twice = json.loads(run(book, *PERCENT[:4], "0, 10, 10, 0", "--format", "json").stdout)
    assert twice == once


def test_values_are_taken_one_after_another_and_decided_once(
    book: Path, regime: Regime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line is decided once at each value, before the next value is so much as asked for."""
    acts = load_book(book, regime).acts
    decided: list[str] = []

    def noted(view: View, act: Act) -> Decision:
        decided.append(view.name)
        return decide(act, view.regime)

    monkeypatch.setattr(View, "decide", noted)

    def laid_over() -> Iterator[tuple[int, Regime]]:
        for at in (10, 25, 40):
            assert len(decided) == len(acts) * len(set(decided))
            yield at, Scenario.read(find("de-minimis-10"), regime, {"percent": at}).over(regime)

    found = figures.sweep(acts, "de-minimis-10", "percent", laid_over())
    assert Counter(decided) == dict.fromkeys(("percent 10", "percent 25", "percent 40"), len(acts))
    assert [(kink["after"], kink["at"]) for kink in found.kinks] == [(10, 25), (25, 40)]
    assert found.undecided == ()


def test_what_cannot_be_swept_is_refused(book: Path) -> None:
    wrong = refused(book, "de-minimis-10", "--parameter", "percentage")
    assert isinstance(wrong, ScenarioError)
    assert "did you mean 'percent'" in str(wrong)
    assert isinstance(refused(book, *PERCENT[:3], "--values", "0..90 by 10"), ScenarioError)
    assert isinstance(refused(book, "no-such-thing", "--parameter", "percent"), ScenarioError)
    words = refused(book, "huawei-delisted", "--parameter", "certified", "--format", "svg")
    assert isinstance(words, PictureError)
    assert "take the table" in str(words)
    assert isinstance(refused(book, *PERCENT, "--format", "png"), OutputError)
