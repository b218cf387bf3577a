"""The history of lists: what goes in stays, and every answer is of two times."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.lists.history import Finding, History, HistoryError
from licet.lists.identity import match
from licet.lists.packing import DamagedError, dictionary_of, pack, record_from, unpack
from licet.lists.record import Address, Identifier, OtherName, Record
from listed import add, day, in_memory, read_shared, record, records

A, B, C = record("Alpha Optics", "CN"), record("Beta Metals", "RU"), record("Gamma Works", "IR")


def names(found: Any) -> list[str]:
    return [r.name for r in found]


# Keeping


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    full = record(
        "Δέλτα „Werke“",
        "GR",
        kind="organisation",
        others=(OtherName("Delta", "weak"), OtherName("Дельта", "script")),
        addresses=(Address("1 Road; Athens", "GR"),),
        identifiers=(Identifier("tax", "=1+1"),),
        citations=("84 FR 22961",),
        published=date(2019, 5, 21),
        ends=date(2030, 1, 1),
        published_id="7",
        line=3,
        faults=("line 3, name: odd quotes",),
    )
    with History.open(tmp_path / "deep" / "lists.sqlite", create=True) as history:
        add(history, 0, [full, B])
    with History.open(tmp_path / "deep" / "lists.sqlite") as history:
        (out, _) = history.records("made")
        assert out == full
        assert (out.line, out.faults) == (3, full.faults)
        (snapshot,) = history.snapshots()
        assert (snapshot.day, snapshot.rows, snapshot.lists["made"].entries) == (day(0), 2, 2)


def test_the_same_bytes_again_change_nothing() -> None:
    history = in_memory()
    first, again = add(history, 0, [A, B]), add(history, 0, [A, B])
    assert (first.new, again.new) == (True, False)
    assert first.snapshot == again.snapshot
    assert len(history.snapshots()) == 1


def test_nothing_is_ever_changed_or_removed() -> None:
    history = in_memory()
    add(history, 0, [A])
    for table, column in [
        ("snapshot", "day"),
        ("covers", "entries"),
        ("dictionary", "body"),
        ("content", "body"),
        ("entry", "line"),
    ]:
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="only grows"):
                history.store.connection.execute(statement)


def test_an_interrupted_import_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with History.open(tmp_path / "lists.sqlite", create=True) as history:
        with pytest.raises(KeyboardInterrupt):
            add(history, 0, [A, B, C], tick=stop)
        assert history.snapshots() == ()
        for table in ("snapshot", "covers", "dictionary", "content", "entry"):
            assert history.store.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        assert add(history, 0, [A, B, C]).new


def test_what_one_process_adds_another_sees(tmp_path: Path) -> None:
    path = tmp_path / "lists.sqlite"
    with History.open(path, create=True) as reader, History.open(path) as writer:
        assert reader.snapshots() == ()
        add(writer, 0, [A])
        assert names(reader.records("made")) == ["Alpha Optics"]


def test_a_file_that_is_no_history_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="licet lists import"):
        History.open(tmp_path / "none.sqlite")
    text = tmp_path / "text.sqlite"
    text.write_text("name,country\n" * 100, encoding="utf-8")
    with pytest.raises(HistoryError, match="not a history"):
        History.open(text)
    other = sqlite3.connect(tmp_path / "other.sqlite")
    other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(HistoryError, match="not a history"):
        History.open(tmp_path / "other.sqlite", create=True)


def test_damage_in_the_store_is_noticed() -> None:
    history = in_memory()
    add(history, 0, [A])
    history.store.connection.execute("DROP TRIGGER content_refuses_update")
    history.store.connection.execute("UPDATE content SET digest = zeroblob(32)")
    with pytest.raises(DamagedError, match="bring the history back"):
        history.records("made")


def test_data_is_not_known_before_its_day_and_a_refusal_needs_somebody() -> None:
    history = in_memory()
    with pytest.raises(HistoryError, match="cannot have been known"):
        add(history, 5, [A], known=4)
    short = Finding("fallen", True, "1 entry where there were 9", "fetch it again")
    with pytest.raises(HistoryError, match="refused: 1 entry"):
        add(history, 0, [A], findings=[short])
    with pytest.raises(HistoryError, match="both a name and a reason"):
        add(history, 0, [A], findings=[short], forced_by="Ada")
    added = add(history, 0, [A], findings=[short], forced_by="Ada", forced_why="the list was cut to one")
    assert (added.snapshot.forced_by, added.snapshot.findings) == ("Ada", (short,))


@given(records)
def test_packing_loses_nothing_and_keeps_the_digest(made: Record) -> None:
    fresh = replace(made)
    text = made.as_json()
    assert sha256(text.encode()).hexdigest() == fresh.digest
    dictionary = dictionary_of([text, "other"])
    digest = bytes.fromhex(fresh.digest)
    data = unpack(pack(text, dictionary), dictionary, digest)
    assert record_from(data, digest, made.published_id, made.line, "") == made


def test_the_list_of_2022_goes_in_small_and_comes_out_whole(tmp_path: Path) -> None:
    read = read_shared("data/csl/csl-2022-05-16-full.csv.gz")
    path = tmp_path / "lists.sqlite"
    with History.open(path, create=True) as history:
        history.add(
            read,
            sha256="0" * 64,
            file="csl-2022-05-16-full.csv.gz",
            day=date(2022, 5, 16),
            known=date(2022, 5, 16),
        )
        assert sum(len(history.records(code)) for code in history.lists()) == 14_160
        assert tuple(r for code in read.lists for r in history.records(code)) == tuple(
            r for code in read.lists for r in read.records if r.list == code
        )
    assert path.stat().st_size < 5_000_000


# Two times


def test_records_as_known_and_as_of() -> None:
    history = in_memory()
    add(history, 0, [A, B])
    add(history, 10, [B, C], known=15)
    assert names(history.records("made")) == ["Beta Metals", "Gamma Works"]
    assert names(history.records("made", day(14))) == ["Alpha Optics", "Beta Metals"]
    assert names(history.records("made", day(15), as_of=day(9))) == ["Alpha Optics", "Beta Metals"]
    assert history.records("made", date(2019, 12, 31)) == ()
    assert history.records("other") == ()


def test_presence_leaves_the_days_between_open() -> None:
    history = in_memory()
    add(history, 0, [A])
    add(history, 10, [A, B])
    add(history, 20, [B])
    alpha, beta = history.presence("made")
    assert [alpha.on(day(d)) for d in (-1, 0, 10, 11, 19, 20, 99)] == [
        None,
        True,
        True,
        None,
        None,
        False,
        False,
    ]
    assert [beta.on(day(d)) for d in (-1, 0, 1, 9, 10, 20, 99)] == [
        False,
        False,
        None,
        None,
        True,
        True,
        True,
    ]
    (interval,) = alpha.intervals
    assert interval.gone is not None
    assert (interval.starts, interval.start_kind) == (day(0), "snapshot")
    assert (interval.first.day, interval.last.day, interval.gone.day) == (day(0), day(10), day(20))
    assert not alpha.present
    as_known = history.presence("made", day(10))[0]
    assert as_known.on(day(30)) is True, "the newest snapshot known then stands"


def test_the_day_the_file_says_counts_unless_a_snapshot_shows_otherwise() -> None:
    history = in_memory()
    dated = [record("Alpha", "CN", effective=day(-50)), record("Beta", "CN", published=day(-40))]
    late = record("Gamma", "CN", published=day(-40))
    add(history, 0, dated)
    add(history, 10, [*dated, late])
    alpha, beta, gamma = history.presence("made")
    assert [alpha.on(day(d)) for d in (-51, -50)] == [False, True]
    assert [beta.on(day(d)) for d in (-41, -40)] == [None, True], "effect may come before publication"
    assert gamma.intervals[0].start_kind == "snapshot"
    assert gamma.intervals[0].contradicted == day(-40), "affiliates inherit the day of their entry"
    assert [gamma.on(day(d)) for d in (-40, 0, 5, 10)] == [False, False, None, True]


def test_a_file_that_broke_off_takes_nobody_off() -> None:
    history = in_memory()
    add(history, 0, [A, B])
    changed = record("Alpha Optics", "CN", policy="Denial")
    cut = {"fatal": ("breaks off",), "forced_by": "Ada", "forced_why": "new entries"}
    add(history, 10, [changed, C], **cut)
    assert names(history.records("made")) == ["Alpha Optics", "Beta Metals", "Gamma Works"]
    assert history.records("made")[0].policy == "Denial"
    assert all(p.on(day(10)) is True for p in history.presence("made"))
    add(history, 20, [A])
    assert [p.on(day(20)) for p in history.presence("made")] == [True, False, False]


def test_only_a_format_that_showed_an_entity_can_show_that_it_is_gone() -> None:
    history = in_memory()
    add(history, 0, [B], format="other")
    add(history, 5, [A, B])
    add(history, 10, [B], format="other")
    alpha = next(p for p in history.presence("made") if p.record.name == "Alpha Optics")
    assert [alpha.on(day(d)) for d in (0, 5, 9, 10, 99)] == [None, True, None, None, None]
    assert alpha.intervals[0].missing is not None
    assert not alpha.present
    add(history, 20, [A, B])
    alpha = next(p for p in history.presence("made") if p.record.name == "Alpha Optics")
    assert [alpha.on(day(d)) for d in (9, 10, 20)] == [True, True, True], "it was there all the time"
    add(history, 30, [B])
    alpha = next(p for p in history.presence("made") if p.record.name == "Alpha Optics")
    assert [alpha.on(day(d)) for d in (29, 30)] == [None, False]


def test_an_emptied_list_takes_nobody_off() -> None:
    history = in_memory()
    add(history, 0, [A])
    add(
        history,
        10,
        [],
        findings=[Finding("empty", True, "empty", "fetch")],
        forced_by="Ada",
        forced_why="known gap",
    )
    assert names(history.records("made")) == ["Alpha Optics"]
    assert history.presence("made")[0].on(day(10)) is True


def test_listed_again_is_a_second_interval_of_the_same_entity() -> None:
    history = in_memory()
    for number, shown in [(0, [A, B]), (10, [B]), (20, [A, B])]:
        add(history, number, shown)
    alpha = history.presence("made")[0]
    assert len(alpha.intervals) == 2
    assert [alpha.on(day(d)) for d in (0, 5, 10, 15, 20)] == [True, None, False, None, True]


def test_an_entry_that_became_an_alias_is_still_there() -> None:
    history = in_memory()
    add(history, 0, [A, B])
    add(history, 10, [record("Beta Metals", "RU", others=(OtherName("Alpha Optics"),)), C])
    history_of = {p.record.name: p for p in history.presence("made")}
    assert history_of["Alpha Optics"].on(day(10)) is False, "an alias in another country is another party"
    add(history, 20, [record("Holding", "CN", others=(OtherName("Gamma Works"),))])
    add(history, 30, [replace(C, countries=("CN",))])
    assert {p.record.name for p in history.presence("made", day(20)) if p.on(day(20))} == {"Holding"}


def test_what_an_entry_said_on_a_day() -> None:
    history = in_memory()
    add(history, 0, [record("Alpha", "CN", policy="Case by case")])
    add(history, 10, [record("Alpha", "CN", policy="Denial")])
    (interval,) = history.presence("made")[0].intervals
    assert [interval.record_on(day(d)).policy for d in (-1, 9, 10)] == [
        "Case by case",
        "Case by case",
        "Denial",
    ]


def test_ids_stay_when_records_change() -> None:
    history = in_memory()
    add(history, 0, [record("Alpha", "CN", published_id="1" * 40)])
    before = history.presence("made")[0].id
    add(history, 10, [record("ALPHA Co., Ltd.", "CN", published_id="2" * 32, policy="Denial")])
    assert [p.id for p in history.presence("made")] == [before]
    assert history.identify(["made"])(history.records("made")[0]) == before


POOL = [
    *(record(name, country) for name in ("Alpha", "Beta", "Gamma Works") for country in ("CN", "RU")),
    record("Alpha Co., Ltd.", "CN", policy="Denial"),
    record("Gama Works", "CN"),
    record("Delta", "CN", others=(OtherName("Alpha"),)),
    record("Beta", identifiers=(Identifier("tax", "77"),)),
    record("Zeta", "RU", identifiers=(Identifier("tax", "77"),), published=day(-9)),
]
snapshots = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.integers(0, 20),
        st.lists(st.sampled_from(range(len(POOL))), max_size=6, unique=True),
        st.booleans(),
        st.sampled_from(["made", "other"]),
    ),
    min_size=1,
    max_size=6,
)


def filled_with(made: Any) -> History:
    history = in_memory()
    for number, delay, places, cut, form in made:
        forced = {"fatal": ("cut",), "forced_by": "Ada", "forced_why": "test"} if cut else {}
        add(history, number, [POOL[p] for p in places], number + delay, format=form, **forced)
    return history


@given(snapshots, st.randoms())
def test_the_order_of_import_makes_no_difference(made: Any, chance: Any) -> None:
    unique = list({str(m[:3]): m for m in made}.values())
    shuffled = unique[:]
    chance.shuffle(shuffled)
    first, second = filled_with(unique), filled_with(shuffled)
    assert first.presence("made") == second.presence("made")
    assert first.records("made") == second.records("made")


@given(snapshots, st.integers(0, 50))
def test_as_known_on_a_day_later_imports_change_nothing(made: Any, known: int) -> None:
    unique = list({str(m[:3]): m for m in made}.values())
    public = [m for m in unique if m[0] + m[1] <= known]
    then, later = filled_with(public), filled_with([*public, *(m for m in unique if m not in public)])
    assert then.presence("made", day(known)) == later.presence("made", day(known))
    assert then.records("made", day(known)) == later.records("made", day(known))


@given(snapshots)
def test_presence_agrees_with_every_whole_snapshot(made: Any) -> None:
    """Whoever is in a file is present on its day; whoever is present was not denied by a whole file."""
    history = filled_with(list({m[0]: m for m in made}.values()))
    for snapshot in history.snapshots():
        shown = history.entries(snapshot, "made")
        on = [p for p in history.presence("made") if p.on(snapshot.day) is not False]
        for r in shown:
            assert any(r in [x for i in p.intervals for _, x in i.said] for p in on)
        for p in history.presence("made"):
            spans = [i for i in p.intervals if i.gone is not None and i.gone == snapshot]
            assert not spans or p.on(snapshot.day) is False


# Identity


@pytest.mark.parametrize(
    ("before", "after", "by"),
    [
        (
            record("Alpha Optics", "CN", published_id="1"),
            record("Alpha Optics", "CN", published_id="9"),
            "same words",
        ),
        (record("Alpha Optics", "CN"), record("ALPHA  OPTICS", "CN", policy="Denial"), "name and country"),
        (record("Alpha Optics", "CN"), record("Alpha Optics Co., Ltd.", "CN"), "evened name and country"),
        (
            record("Alpha", "CN", parent="Big"),
            record("Alpha", "CN"),
            "evened name and country, another parent",
        ),
        (record("Alpha", "CN"), record("Alpha", "CN", "HK"), "evened name"),
        (record("Alpha"), record("Alpha", "HK"), "evened name"),
        (
            record("Sea Star", identifiers=(Identifier("imo", "9187629"),)),
            record("Moon", identifiers=(Identifier("imo", "9187629"),)),
            "identifier",
        ),
        (record("Dmitry Moroz", "RU"), record("Dmitriy Moroz", "RU"), "overlap of names and addresses"),
        (record("Chan Sau Luen", "HK"), record("Sau Luen Chan", "HK"), "overlap of names and addresses"),
        (
            record("Alpha", "CN"),
            record("Omega", "CN", others=(OtherName("Alpha", "former"),)),
            "overlap of names and addresses",
        ),
        (
            record("Alpha Co., Ltd., Wuhan, Hubei", "CN", citations=("84 FR 22961",)),
            record("Alpha Co., Ltd.", "CN", citations=("84 F.R. 22963 5/21/19",)),
            "overlap of names and addresses",
        ),
        (record("Alpha, Beijing Research Institute", "CN"), record("Alpha", "CN"), ""),
        (record("Nr. 13 Institute", "CN"), record("Nr. 14 Institute", "CN"), ""),
        (record("Shanghai Precision Works", "CN"), record("Shenzhen Precision Works", "CN"), ""),
        (record("Alpha", "CN"), record("Alpha", "FR"), ""),
        (record("Ali Hassan", birth=("1 Jan 1960",)), record("Ali Hassan", birth=("1971",)), ""),
        (
            record("Alpha", list_="sdn", published_id="17"),
            record("Alpha", list_="sdn", published_id="18"),
            "",
        ),
        (
            record("Alpha", list_="sdn", published_id="17"),
            record("Omega", list_="sdn", published_id="17"),
            "published id",
        ),
    ],
)
def test_the_same_entity_is_found_again(before: Record, after: Record, by: str) -> None:
    found = match([before], [after])
    assert [p.by for p in found.pairs] == ([by] if by else [])
    assert (found.only_before, found.only_after) == (((), ()) if by else ((0,), (0,)))


def test_what_cannot_be_told_apart_is_said() -> None:
    twins = [record("Alpha", "CN", notes=(n,)) for n in ("a", "b")]
    found = match(twins, [record("Alpha", "CN", notes=("c",))])
    assert len(found.pairs) == 1, "one of them is still there"
    assert "which of them is which cannot be told" in found.doubts[0].why
    apart = match([record("Alpha", "CN")], [record("Alpha", "FR")])
    assert [d.why for d in apart.doubts] == ["Alpha: the same name, and nothing else in common"]


@given(st.lists(records, max_size=5), st.lists(records, max_size=5))
def test_every_record_is_paired_once_or_left(before: list[Record], after: list[Record]) -> None:
    found = match(before, after)
    assert sorted([*(p.before for p in found.pairs), *found.only_before]) == list(range(len(before)))
    assert sorted([*(p.after for p in found.pairs), *found.only_after]) == list(range(len(after)))
    assert match(before, after) == found


@given(st.lists(records, max_size=6))
def test_a_side_compared_with_itself_is_paired_whole(side: list[Record]) -> None:
    assert match(side, side[::-1]).only_before == ()
