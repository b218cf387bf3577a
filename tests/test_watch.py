"""The calendar of a book: quick, and on every day what deciding each act on that day would say."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from licet.act import Act
from licet.changes.compare import moved, prepared
from licet.changes.figures import bands, marks, timeline, turnings
from licet.changes.watch import Calendar, outcomes_over, stretches, watch
from licet.cli.exits import Exit
from licet.cli.options import load_book
from licet.cli.output import FORMATS, OutputError
from licet.cli.watch import watch as command
from licet.decisions.decide import outcome_of
from licet.decisions.outcome import Outcome
from licet.regime import Regime

pytestmark = pytest.mark.usefixtures("alone")

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "orders-2019.csv"
FIRST, LAST = date(2016, 1, 1), date(2026, 12, 31)


class Book(tuple[Act, ...]):
    """The acts of the example book; Hypothesis tells of them in a word."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "the example book"


@pytest.fixture(scope="module")
def book(regime: Regime) -> Book:
    return Book(act for _, act in prepared(load_book(EXAMPLE, regime).acts, regime))


@pytest.fixture(scope="module")
def calendar(regime: Regime, book: Book) -> Calendar:
    return watch(book, regime)


@given(st.integers(0, 242), st.integers(0, (LAST - FIRST).days))
def test_what_is_remembered_is_what_would_be_decided(
    regime: Regime, book: Book, number: int, offset: int
) -> None:
    day = FIRST + timedelta(days=offset)
    act = book[number]
    days = [day - timedelta(days=400), day, day + timedelta(days=3)]
    expected = tuple(outcome_of(moved(act, d), regime) for d in days)
    assert outcomes_over([act], regime, days) == (expected,)


def test_nothing_turns_between_the_days_of_a_calendar(regime: Regime, book: Book, calendar: Calendar) -> None:
    """Each stretch keeps its outcomes to its last day, for every seventh line of the book."""
    for place, (day, following) in enumerate(zip(calendar.days, calendar.days[1:], strict=False)):
        last = following - timedelta(days=1)
        if last == day or place % 3:
            continue
        for i in range(0, len(book), 7):
            assert outcome_of(moved(book[i], last), regime) is calendar.outcomes[i][place], (last, i)


def test_the_days_of_the_story(calendar: Calendar) -> None:
    """Listing day, the first licence, the second text, the product rule, the gap, the last rule."""
    turned = {turning.day: len(turning.changes) for turning in calendar.turnings}
    story = ["2019-05-16", "2019-05-20", "2019-08-19", "2020-05-15", "2020-08-14", "2020-08-17"]
    assert {d: turned[date.fromisoformat(d)] for d in story} == {
        "2019-05-16": 111, "2019-05-20": 19, "2019-08-19": 52, "2020-05-15": 15, "2020-08-14": 15,
        "2020-08-17": 9,
    }  # fmt: skip
    announced = [date(2019, 5, 15), date(2019, 6, 29), date(2019, 6, 30), date(2019, 7, 9)]
    assert not set(announced) & set(turned)


def test_nothing_that_was_only_said_turns_anything(regime: Regime, calendar: Calendar) -> None:
    """The podium: announcements, bills, notices and guidance stand behind no turn."""
    behind = {name for turning in calendar.turnings for name in turning.instruments}
    assert all(regime.instruments[name].binding for name in behind)


def test_every_turn_is_explained(regime: Regime, calendar: Calendar) -> None:
    for turning in calendar.turnings:
        assert turning.instruments
        for change in turning.changes:
            assert change.turns
            assert change.causes
            assert all(cause.instrument in regime.instruments for cause in change.causes)


def test_the_turns_of_a_range_lead_from_its_first_day_to_its_last(regime: Regime, book: Book) -> None:
    first, last, some = date(2019, 5, 1), date(2020, 12, 31), book[::4]
    found = watch(some, regime, first, last)
    for i, act in enumerate(some):
        outcome = outcome_of(moved(act, first), regime)
        for turning in found.turnings:
            for change in turning.changes:
                if change.number == i + 1:
                    assert change.before.outcome is outcome
                    outcome = change.after.outcome
        assert outcome is outcome_of(moved(act, last), regime)


def test_what_nobody_knew_turns_nothing(regime: Regime, book: Book) -> None:
    """As known on the eve of the listing, the following months hold nothing of it."""
    found = watch(book, regime, date(2019, 5, 1), date(2019, 9, 30), date(2019, 5, 14))
    assert "84 FR 22961" not in {name for turning in found.turnings for name in turning.instruments}


def test_bands_hold_the_whole_book_on_every_day(calendar: Calendar) -> None:
    rows = bands(calendar)
    for first, through, _ in stretches(calendar):
        here = [row for row in rows if row["from"] == first]
        assert {row["through"] for row in here} == {through}
        assert sum(row["lines"] for row in here) == 243
    ends = [(row["from"], row["through"]) for row in rows]
    assert min(e[0] for e in ends) == calendar.first
    assert max(e[1] for e in ends) == calendar.last


def test_marks_name_what_stands_behind(regime: Regime, calendar: Calendar) -> None:
    found = marks(calendar)
    assert {row["day"] for row in found} == {turning.day for turning in calendar.turnings}
    assert all(row["title"] == regime.instruments[row["instrument"]].title for row in found)


def test_the_rows_of_a_day_count_its_changes(calendar: Calendar) -> None:
    lines = Counter[date]()
    for row in turnings(calendar):
        lines[row["day"]] += row["lines"]
    assert lines == {turning.day: len(turning.changes) for turning in calendar.turnings}


def test_it_is_quick(regime: Regime, book: Book, calendar: Calendar) -> None:
    """Some hundred days for 243 lines: a few CPU-seconds, where deciding each would take half a minute."""
    began = time.process_time()
    outcomes_over(book, regime, calendar.days)
    assert len(calendar.days) > 60
    assert time.process_time() - began < 8


def test_a_party_s_restrictions_as_a_timeline(regime: Regime) -> None:
    rows = timeline("Huawei Technologies Co., Ltd.", regime, "CN")
    listed = [row for row in rows if row["state"] == "listed"]
    assert {(row["from"], row["through"], row["by"]) for row in listed} >= {
        (date(2019, 5, 16), None, "84 FR 22961")
    }
    licensed = {row["what"]: (row["from"], row["through"]) for row in rows if row["state"] == "licensed"}
    assert licensed["TGL v1 (c)(4)"] == (date(2019, 5, 20), date(2019, 8, 18))
    assert licensed["TGL v6 (c)(1)"] == (date(2020, 5, 15), date(2020, 8, 13))
    assert "TGL v2 (c)(4)" not in licensed
    assert any(row["state"] == "announced" and row["by"].startswith("G20") for row in rows)
    assert timeline("Nobody At All Trading", regime) == []


# -- the command ---------------------------------------------------------------------------------------


def run(*args: object) -> Any:
    done = CliRunner().invoke(command, [*map(str, args)], standalone_mode=False)
    assert done.exception is None, done.exception
    return done


def test_the_command_says_what_turns_and_under_which_law(regime: Regime) -> None:
    done = run(EXAMPLE, "--from", "2020-08-01", "--to", "2020-08-31")
    assert done.return_value == Exit.STOP
    for words in ("2020-08-14", "85 FR 29610", "2020-08-17", "Not legal advice", regime.digest[:12]):
        assert words in " ".join(done.output.split())


def test_the_command_in_quiet_days() -> None:
    done = run(EXAMPLE, "--from", "2019-06-26", "--to", "2019-07-31")
    assert done.return_value == Exit.CLEAR
    assert "Nothing turns" in done.output
    assert "turn nothing" in done.output


def test_the_command_for_machines(regime: Regime, tmp_path: Path) -> None:
    found = json.loads(run(EXAMPLE, "--from", "2020-08-10", "--to", "2020-08-16", "--format", "json").output)
    assert found["law"] == regime.digest
    assert {row["day"] for row in found["turnings"]} == {"2020-08-14"}
    assert sum(row["lines"] for row in found["turnings"]) == 15
    assert found["notice"] == regime.notice
    out = tmp_path / "turns.csv"
    run(EXAMPLE, "--from", "2020-08-10", "--to", "2020-08-16", "--format", "csv", "--out", out)
    assert out.read_text(encoding="utf-8").startswith("day,before,after,lines,value,currency")


def test_one_announcement_is_one() -> None:
    done = run(EXAMPLE, "--from", "2019-06-29", "--to", "2019-06-29")
    assert "1 announcement, bill or notice of those days turns nothing." in done.output


@pytest.mark.parametrize("form", FORMATS)
def test_a_calendar_that_cannot_be_written(tmp_path: Path, form: str) -> None:
    out = tmp_path / "nowhere" / "turns"
    days = ("--from", "2019-06-29", "--to", "2019-06-29")
    done = CliRunner().invoke(command, [str(EXAMPLE), *days, "--format", form, "--out", str(out)])
    assert isinstance(done.exception, OutputError)
    assert "cannot be written" in str(done.exception)


def test_days_the_wrong_way_round() -> None:
    done = CliRunner().invoke(command, [str(EXAMPLE), "--from", "2020-08-10", "--to", "2020-08-01"])
    assert done.exit_code == Exit.USAGE
    assert "--to is before --from" in done.output


def test_an_outcome_that_only_gets_better_is_clear(regime: Regime, book: Book) -> None:
    found = watch([book[78]], regime, date(2020, 8, 16), date(2020, 8, 18))
    assert [c.after.outcome for t in found.turnings for c in t.changes] == [Outcome.NO_LICENCE_REQUIRED]
