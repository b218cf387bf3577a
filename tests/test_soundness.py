"""Soundness: accidents are refused with the way to mend them, doubts are flagged, and sound files pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.lists.history import History, HistoryError, Snapshot
from licet.lists.importing import Imported, Published, day_in_name, import_published, read_published, together
from licet.lists.record import Address, Reading, Record
from licet.lists.snapshot import Coverage, by_list
from licet.lists.soundness import inspect, limits
from licet.lists.status import status
from listed import day, in_memory, read_shared, reading, record
from shared_reference import shared

MANY = [
    record(f"Party {n}", "CN", addresses=(Address(f"Road {n}", "CN"),), published=day(-9)) for n in range(40)
]


def before(
    number: int, records: Iterable[Record], lists: tuple[str, ...] = ("made",), **said: Any
) -> Snapshot:
    """A snapshot that is already there."""
    grouped = by_list(records, lists)
    covers = {code: Coverage.of(code, found, bool(found)) for code, found in grouped.items()}
    return Snapshot(
        **{
            "sha256": str(number),
            "file": "f",
            "format": "made",
            "day": day(number),
            "known": day(number),
            "rows": 1,
            "lists": covers,
            **said,
        }
    )


def codes(read: Reading, number: int, *there: Snapshot) -> dict[str, bool]:
    return {f.code: f.refused for f in inspect(read, day(number), there)}


def test_a_file_like_the_last_one_is_sound() -> None:
    assert codes(reading(MANY), 1) == {}
    assert codes(reading(MANY[1:]), 1, before(0, MANY)) == {}


def test_a_shrunken_list_is_refused_by_more_than_its_limit() -> None:
    assert codes(reading(MANY[5:]), 1, before(0, MANY)) == {"fallen": True}
    assert codes(reading(MANY[5:]), 400, before(0, MANY)) == {}, "more may go in a year"
    assert codes(reading(MANY[5:], format="other"), 1, before(0, MANY)) == {"fallen": False}, (
        "formats count otherwise"
    )
    assert codes(reading(MANY[:5]), 1, before(2, MANY)) == {"older": False}, (
        "the past is not compared with the future"
    )


def test_a_list_missing_from_a_combined_file_is_refused() -> None:
    others = [replace(r, list="other") for r in MANY]
    last = before(0, [*MANY, *others], ("made", "other"))
    assert codes(reading([*MANY, record("X", list_="third")], ("made", "third")), 1, last) == {
        "missing": True
    }
    assert codes(reading(MANY, ("made", "other")), 1, last) == {"empty": True}
    assert codes(reading(MANY), 1, last) == {}, "a file of one list is no combined file"


def test_an_empty_file_is_refused() -> None:
    assert codes(reading([]), 1) == {"nothing": True, "empty": False}


def test_a_broken_file_says_only_that_it_broke() -> None:
    assert codes(reading(MANY[:3], fatal=("breaks off in line 4",)), 1, before(0, MANY)) == {"broken": True}


def test_half_empty_columns_are_refused() -> None:
    bare = [replace(r, addresses=()) for r in MANY]
    half = [*MANY[:15], *bare[15:]]
    assert codes(reading(bare), 1, before(0, MANY)) == {"half_empty": True}
    assert codes(reading(half), 1, before(0, MANY)) == {"half_empty": True}
    assert codes(reading([*bare[:15], *MANY[15:]]), 1, before(0, MANY)) == {}
    assert codes(reading(bare, format="other"), 1, before(0, MANY)) == {}, "another format has other columns"


def test_ended_entries_that_are_still_there_are_flagged() -> None:
    ended = replace(MANY[0], ends=day(-1))
    (finding,) = inspect(reading([ended, *MANY[1:]]), day(0), ())
    assert (finding.code, finding.refused) == ("expired", False)
    assert "Party 0" in finding.what
    assert codes(reading([replace(MANY[0], ends=day(0))]), 0) == {}, "it holds through its last day"


def test_swapped_and_impossible_dates() -> None:
    swapped = replace(MANY[0], published=date(2020, 12, 1))
    assert codes(reading([swapped, *MANY[1:]]), 20) == {"swapped": False}
    assert codes(reading([replace(r, published=date(2020, 12, 1)) for r in MANY]), 20) == {"swapped": True}
    assert codes(reading([replace(MANY[0], published=date(2020, 12, 31))]), 20) == {"future": False}
    for odd in (
        replace(MANY[0], published=date(3017, 1, 1)),
        replace(MANY[0], effective=date(1066, 1, 1)),
        replace(MANY[0], ends=date(3033, 1, 1)),
    ):
        assert codes(reading([odd, *MANY[1:]]), 1) == {"year": False}
    assert codes(reading([replace(MANY[0], effective=day(100))]), 0) == {}, "a rule may have effect later"


def test_faulty_entries_and_parts_of_a_list_are_flagged() -> None:
    assert codes(reading([replace(MANY[0], faults=("line 2, name: odd",)), *MANY[1:]]), 1) == {
        "entries": False
    }
    assert codes(reading(MANY, ()), 1, before(0, MANY)) == {"part": False}


def test_every_finding_says_how_to_mend_it() -> None:
    found = inspect(
        reading([], ("made", "other")),
        day(1),
        [before(0, [*MANY, record("X", list_="third")], ("made", "third"))],
    )
    assert found
    assert all(f.mend and f.what and (not f.refused or "--force" in f.mend) for f in found)
    assert found[0].refused, "refusals come first"


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 4000))
def test_a_fall_is_refused_the_sooner_the_deeper(was: int, now: int, span: int) -> None:
    bounds = limits("made")
    if bounds.fallen(was, now, span):
        assert now < was
        assert bounds.fallen(was, max(0, now - 1), span)
        assert bounds.fallen(was, now, max(0, span - 1))


# Importing


def published(name: str, read: Reading, sha: str = "") -> Published:
    return Published(name, sha or name, read)


def put(history: History, name: str, read: Reading, **said: Any) -> Imported:
    return import_published(history, published(name, read), **said)


def test_the_day_comes_from_the_file_then_its_name_then_the_person() -> None:
    history = in_memory()
    own = put(history, "list-2020-03-09.csv", reading(MANY, dated=date(2020, 3, 1)))
    assert own.snapshot is not None
    assert (own.day, own.snapshot.known) == (date(2020, 3, 1), date(2020, 3, 9))
    assert put(history, "list_20200310.csv", reading(MANY)).day == date(2020, 3, 10)
    assert put(history, "list.csv", reading(MANY), known=date(2020, 3, 11)).day == date(2020, 3, 11)
    with pytest.raises(HistoryError, match="--known DAY"):
        put(history, "list-2020-03.csv", reading(MANY))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("csl-2022-05-16-full.csv.gz", date(2022, 5, 16)),
        ("dpl_20220907.txt", date(2022, 9, 7)),
        ("2022-05-16 to 2023-01-01.csv", None),
        ("csl-2022-13-45.csv", None),
        ("order-1202205169.csv", None),
        ("eu-833-2014.csv", None),
    ],
)
def test_days_in_names(name: str, found: date | None) -> None:
    assert day_in_name(name) == found


def test_insisting_lets_a_file_in_and_is_shown_for_ever() -> None:
    history = in_memory()
    put(history, "a-2020-01-01.csv", reading(MANY))
    refused = put(history, "a-2020-01-02.csv", reading(MANY[:9]))
    assert refused.snapshot is None
    assert len(history.snapshots()) == 1
    forced = put(
        history, "a-2020-01-02.csv", reading(MANY[:9]), forced_by="Ada", forced_why="rule 9 took them off"
    )
    assert forced.new
    put(history, "a-2020-01-03.csv", reading(MANY[:9]))
    (shown,) = status(history, date(2020, 1, 5))
    assert [(s.forced_by, s.forced_why) for s in shown.forced] == [("Ada", "rule 9 took them off")]
    assert (shown.age, shown.stale, len(history.records("made"))) == (2, False, 9)
    sound = put(history, "a-2020-01-04.csv", reading(MANY[:9]), forced_by="Ada", forced_why="to be safe")
    assert sound.snapshot is not None
    assert sound.snapshot.forced_by == "", "nothing was forced"


def test_a_sample_adds_and_ends_nothing() -> None:
    history = in_memory()
    put(history, "a-2020-01-01.csv", reading(MANY))
    done = put(history, "sample-2020-01-02.csv", reading([record("New", "CN"), *MANY[:2]]), part=True)
    assert [f.code for f in done.findings] == ["part"]
    assert len(history.records("made")) == 41
    assert all(p.on(date(2020, 1, 2)) is True for p in history.presence("made"))


def test_the_same_file_again_says_so() -> None:
    history = in_memory()
    first, again = (put(history, "a-2020-01-01.csv", reading(MANY)) for _ in range(2))
    assert (first.new, again.new, again.snapshot) == (True, False, first.snapshot)


def test_parts_of_one_list_are_put_together(tmp_path: Path) -> None:
    names = [
        "add.csv",
        "sdn.csv",
        "alt.csv",
        "sdn_comments.csv",
        "cons_prim.csv",
        "cons_alt.csv",
        "dpl.txt",
        "sdn.xml",
        "x-2020-01-01-alt.csv",
    ]
    groups = [{role: p.name for role, p in g.items()} for g in together([tmp_path / n for n in names])]
    assert groups == [
        {"add": "add.csv", "main": "sdn.csv", "alt": "alt.csv", "comments": "sdn_comments.csv"},
        {"main": "cons_prim.csv", "alt": "cons_alt.csv"},
        {"main": "dpl.txt"},
        {"main": "sdn.xml"},
        {"main": "x-2020-01-01-alt.csv"},
    ]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"gone\.csv"):
        read_published({"main": tmp_path / "gone.csv"})
    (tmp_path / "odd.bin").write_bytes(b"\x00\x01")
    with pytest.raises(HistoryError, match=r"odd\.bin"):
        read_published({"main": tmp_path / "odd.bin"})


# Real files


def test_the_truncated_file_is_refused() -> None:
    history = in_memory()
    name = "csl-2023-11-30-TRUNCATED.csv.gz"
    done = put(history, name, read_shared(f"data/csl/{name}"))
    assert done.snapshot is None
    assert done.findings[0].code == "broken"


@pytest.mark.parametrize(
    "names", [["dpl/dpl-2019-06-29.txt", "dpl/dpl-2022-09-07.txt", "dpl/dpl-2023-11-30.txt"]]
)
def test_real_files_in_their_order_are_sound(names: list[str]) -> None:
    history = in_memory()
    for name in names:
        assert put(history, Path(name).name, read_shared(f"data/{name}")).new
    (shown,) = status(history)
    assert (shown.row()["entries"], shown.age, shown.stale) == (665, None, None)


def test_a_sample_after_a_whole_file_is_refused() -> None:
    there = before(
        0, read_shared("data/dpl/dpl-2022-09-07.txt").records, ("denied_persons",), format="dpl-tab"
    )
    small = read_published({"main": shared("data/csl/legacy-feed-samples-2018/dpl__dpl.txt")}).reading
    found = inspect(replace(small, format="dpl-tab"), day(9), [there])
    assert "fallen" in {f.code for f in found if f.refused}
