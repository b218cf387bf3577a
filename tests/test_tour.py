"""The tour is true: its commands print what the page says, and the notebook runs and draws its pictures."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from licet.changes.scenario import Scenario, find
from licet.cli.main import licet
from licet.cli.sweep import sweep
from licet.decisions.calendar import calendar
from licet.regime import Regime

pytestmark = pytest.mark.usefixtures("alone")

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
NOTEBOOK = ROOT / "examples" / "tour.ipynb"
COMMANDS = {**licet.commands, "sweep": sweep}
BLOCKS = [block.splitlines() for block in re.findall(r"```console\n(.*?)```", PAGE, re.S)]


@cache
def printed(command: str) -> str:
    """What a command prints, blanks and line ends as one blank."""
    _, name, *rest = shlex.split(command.removeprefix("$ "))
    done = CliRunner().invoke(COMMANDS[name], rest, standalone_mode=False)
    assert done.exception is None, f"{command}: {done.exception}"
    return flat(done.output)


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of the page are run from the checkout."""
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block[0].partition("licet ")[2])
def test_a_command_of_the_page_prints_what_is_quoted(block: list[str]) -> None:
    """Line for line and in this order; ``...`` stands for what is left out, and a line may be cut."""
    command, *quoted = block
    assert command.startswith("$ licet ")
    output = printed(command)
    place = 0
    for line in map(flat, quoted):
        if line == "...":
            continue
        found = output.find(line, place)
        assert found >= 0, f"not printed, or not there: {line}"
        place = found + len(line)
    assert place, "nothing is quoted"


def test_every_story_has_commands() -> None:
    stories = PAGE.split("\n## ")[1:]
    assert len(stories) == 6
    assert all("$ licet " in story for story in stories)
    assert all("**Check.**" in story for story in stories[:5])


def prose() -> str:
    return re.sub(r"```.*?```", "", PAGE, flags=re.S)


def test_every_amount_in_the_prose_is_quoted_too() -> None:
    quoted = "\n".join(line for block in BLOCKS for line in block)
    amounts = re.findall(r"\d{1,3}(?:,\d{3})+", prose())
    assert amounts
    assert [a for a in amounts if a not in quoted] == []


def test_the_book_is_worth_what_the_page_says() -> None:
    done = printed("$ licet check examples/orders-2019.csv --as-of 2019-05-15")
    worth = {"USD": 0, "EUR": 0}
    rows = done.partition("money at stake")[2].partition("Why, where")[0]
    for amount, currency in re.findall(r"([\d,]+) (USD|EUR)", rows):
        worth[currency] += int(amount.replace(",", ""))
    told = f"{worth['USD'] / 1e6:.1f} million dollars and {worth['EUR'] / 1e6:.1f} million euros"
    assert told in flat(prose())


# -- the notebook and its pictures ---------------------------------------------------------------------


def cells() -> Iterator[str]:
    found = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert found["nbformat"] == 4
    for cell in found["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            yield "".join(cell["source"])


@pytest.fixture(scope="module")
def names(alone: None) -> dict[str, Any]:
    """What the notebook leaves behind after its last cell."""
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(NOTEBOOK.parent)
        for source in cells():
            exec(compile(source, NOTEBOOK.name, "exec"), found)
    return found


def test_the_notebook_decides_and_compares(names: dict[str, Any]) -> None:
    counted = dict(names["counts"].iter_rows())
    assert sum(counted.values()) == len(names["acts"]) == 243
    assert counted["licence_required"] == 93
    assert sum(change.turns for change in names["listing_day"].changes) == 111
    assert names["podium"].after.regime.digest != names["regime"].digest


def test_the_pictures_of_the_page_are_those_of_the_notebook(names: dict[str, Any]) -> None:
    """By title and summary, which hold the figures; letters are drawn a little otherwise elsewhere."""
    for name, picture in names["pictures"].items():
        committed = (ROOT / "docs" / "tour" / f"{name}.svg").read_text(encoding="utf-8")
        head = committed.partition("</desc>")[0]
        assert picture.svg().partition("</desc>")[0].rpartition("<title>")[2] == head.rpartition("<title>")[2]
    shown = set(re.findall(r"!\[[^\]]+\]\(tour/([\w-]+)\.svg\)", PAGE))
    assert shown == {*names["pictures"], "sweep"}


def test_the_picture_of_the_sweep_says_what_it_is() -> None:
    committed = (ROOT / "docs" / "tour" / "sweep.svg").read_text(encoding="utf-8")
    for words in ("Level of controlled US content", "Assumed, de-minimis-10", "Not legal advice"):
        assert words in committed


# -- the calendar --------------------------------------------------------------------------------------


def test_a_listing_that_never_began_is_no_turn(regime: Regime) -> None:
    """Delisted in July 2019, Huawei has no affiliates to be added or removed in August."""
    edited = Scenario.read(find("huawei-delisted"), regime).over(regime)
    turns = [(str(turn.day), turn.what) for turn in calendar(edited) if turn.what.endswith("the entity list")]
    assert ("2019-07-01", "69 entries end on the entity list") in turns
    assert not [turn for turn in turns if turn[0] in ("2019-08-19", "2020-08-17")]
    assert any(turn.what == "46 entries begin on the entity list" for turn in calendar(regime))


def test_a_footnote_to_a_listing_that_has_ended_is_no_turn(regime: Regime) -> None:
    edited = Scenario.read(find("huawei-delisted"), regime).over(regime)

    def noted(law: Regime) -> list[str]:
        return [turn.what for turn in calendar(law) if turn.what.endswith("footnote 1")]

    assert noted(regime)
    assert noted(edited) == []
