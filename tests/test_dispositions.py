"""Dispositions: what two persons decided about a pair stands until it ends or a record changes, and never vanishes."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.lists.history import History
from licet.lists.packing import DamagedError
from licet.lists.store import Store
from licet.reviews.dispositions import DispositionError, Dispositions, Pair, State, limits
from licet.reviews.said import Said

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
PARTY = Said.of({"names": ["Sunrise  Trading", "SUNRISE"], "countries": ["de"]})
LISTED = Said.of({"names": ["Sunrise General Trading LLC"], "countries": ["AE"]})
PAIR = Pair("C-1", "made-1", PARTY, LISTED)


def later(days: int) -> datetime:
    return NOON + timedelta(days=days)


def on(days: int) -> date:
    return later(days).date()


@pytest.fixture
def kept(tmp_path: Path) -> Dispositions:
    return Dispositions(Store(tmp_path / "lists.sqlite", create=True))


def state(kept: Dispositions, days: int, pair: Pair = PAIR) -> State:
    return kept.standing(pair, on(days)).state


def test_a_clear_needs_a_second_person_and_ends(kept: Dispositions) -> None:
    assert state(kept, 0) is State.OPEN
    clear = kept.clear(PAIR, person="Ada", reason="another address", at=NOON, until=on(30))
    assert state(kept, 0) is State.AWAITING
    assert state(kept, 31) is State.EXPIRED
    with pytest.raises(DispositionError, match="another person has to sign"):
        kept.sign(clear.hash, person=" ada ", at=later(1))
    kept.sign(clear.hash[:8], person="Grace", at=later(1))
    found = [state(kept, n) for n in (-1, 0, 1, 30, 31)]
    assert found == [State.OPEN, State.AWAITING, State.CLEARED, State.CLEARED, State.EXPIRED]
    standing = kept.standing(PAIR, on(1))
    assert (standing.by, standing.because) == (clear, f"through {on(30)}")
    with pytest.raises(DispositionError, match="not a clear that waits"):
        kept.sign(clear.hash, person="Edsger", at=later(2))


def test_without_a_day_a_clear_ends_by_the_limits(kept: Dispositions) -> None:
    clear = kept.clear(PAIR, person="Ada", reason="another firm", at=NOON)
    assert clear.until == (on(0) + limits().clear).isoformat()
    for wrong in (on(-1), on(0) + limits().most + timedelta(days=1)):
        with pytest.raises(DispositionError, match="is not possible"):
            kept.clear(PAIR, person="Ada", reason="another firm", at=NOON, until=wrong)
    with pytest.raises(DispositionError, match="it ended"):
        kept.sign(clear.hash, person="Grace", at=NOON + limits().clear + timedelta(days=1))


@pytest.mark.parametrize(
    ("party", "listing", "why"),
    [
        (
            Said.of({"names": ["sunrise", "Sunrise Trading"], "countries": ["FR"]}),
            LISTED,
            "party changed: countries",
        ),
        (PARTY, Said.of({"names": ["Sunrise"], "countries": ["AE"]}), "listing changed: names"),
        (
            Said.of({"names": ["Sunrise Holding"], "countries": ["DE"]}),
            Said.of({**LISTED.fields, "addresses": ["1 Road"]}),
            "party changed: names; listing changed: addresses",
        ),
    ],
)
def test_a_clear_reopens_when_a_record_changes(
    kept: Dispositions, party: Said, listing: Said, why: str
) -> None:
    clear = kept.clear(PAIR, person="Ada", reason="another firm", at=NOON)
    kept.sign(clear.hash, person="Grace", at=NOON)
    standing = kept.standing(Pair("C-1", "made-1", party, listing), on(1))
    assert (standing.state, standing.because) == (State.REOPENED, why)


def test_case_blanks_and_another_file_change_nothing(kept: Dispositions) -> None:
    clear = kept.clear(PAIR, person="Ada", reason="another firm", at=NOON)
    kept.sign(clear.hash, person="Grace", at=NOON)
    same = Said.of(
        {"names": ["sunrise", "Sunrise Trading ", "SUNRISE\u00a0trading"], "countries": ["DE"], "kind": []}
    )
    assert same == PARTY
    assert state(kept, 1, Pair("another id", "made-1", same, LISTED)) is State.CLEARED
    assert state(kept, 1, Pair("C-1", "made-2", same, LISTED)) is State.OPEN


def test_a_match_counts_at_once_and_stops_clears_on_their_way(kept: Dispositions) -> None:
    clear = kept.clear(PAIR, person="Ada", reason="another firm", at=NOON)
    found = kept.match(PAIR, person="Grace", reason="same director", at=later(1))
    assert state(kept, 1) is State.MATCH
    with pytest.raises(DispositionError, match="not a clear that waits"):
        kept.sign(clear.hash, person="Edsger", at=later(2))
    changed = Pair("C-1", "made-1", Said.of({"names": ["Sunrise Holding"]}), LISTED)
    standing = kept.standing(changed, on(2))
    assert (standing.state, standing.because) == (State.MATCH, "party changed: countries, names")
    kept.withdraw(found.hash, person="Ada", reason="it was his brother", at=later(3))
    assert [state(kept, n) for n in (2, 3)] == [State.MATCH, State.OPEN]
    with pytest.raises(DispositionError, match="not a clear that waits"):
        kept.sign(clear.hash, person="Edsger", at=later(4))


def test_a_clear_after_a_match_counts_once_signed(kept: Dispositions) -> None:
    kept.match(PAIR, person="Ada", reason="same director", at=NOON)
    clear = kept.clear(PAIR, person="Ada", reason="it was his brother", at=later(1))
    assert state(kept, 1) is State.MATCH
    kept.sign(clear.hash, person="Grace", at=later(2))
    assert state(kept, 2) is State.CLEARED


@pytest.mark.parametrize(("person", "reason"), [("", "why"), ("Ada", " "), (" ", "why")])
def test_nobody_decides_without_name_and_reason(kept: Dispositions, person: str, reason: str) -> None:
    with pytest.raises(DispositionError, match="both a name and a reason"):
        kept.match(PAIR, person=person, reason=reason, at=NOON)
    assert kept.all() == ()


def test_time_runs_forward_and_has_a_zone(kept: Dispositions) -> None:
    kept.match(PAIR, person="Ada", reason="same director", at=NOON)
    with pytest.raises(DispositionError, match="mend the clock"):
        kept.clear(PAIR, person="Ada", reason="another", at=later(-1))
    with pytest.raises(DispositionError, match="no time zone"):
        kept.match(PAIR, person="Ada", reason="same", at=datetime(2025, 1, 1))


def test_rows_are_added_and_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "lists.sqlite"
    with History.open(path, create=True) as history:
        Dispositions(history.store).match(PAIR, person="Ada", reason="same director", at=NOON)
    raw = sqlite3.connect(path)
    for sql in ("UPDATE disposition SET reason = 'x'", "DELETE FROM disposition"):
        with pytest.raises(sqlite3.IntegrityError, match="only grows"):
            raw.execute(sql)
    raw.execute("DROP TRIGGER disposition_refuses_update")
    raw.execute("UPDATE disposition SET verdict = 'withdrawn'")
    raw.commit()
    raw.close()
    with (
        History.open(path) as history,
        pytest.raises(DamagedError, match="disposition 1 is not what was written"),
    ):
        Dispositions(history.store).all()


def test_an_export_is_replayed_and_checked(kept: Dispositions, tmp_path: Path) -> None:
    clear = kept.clear(PAIR, person="Ada", reason="another firm", at=NOON)
    kept.sign(clear.hash, person="Grace", at=NOON, reason="seen the register")
    other = Pair("C-2", "made-2", LISTED, PARTY)
    kept.match(other, person="Ada", reason="same director", at=later(1))
    rows = json.loads(json.dumps(kept.export()))
    copy = Dispositions(Store(tmp_path / "copy.sqlite", create=True))
    assert copy.replay(rows[:2]) == 2
    assert copy.replay(rows) == 1
    assert copy.replay(rows) == 0
    assert copy.export() == kept.export()
    assert state(copy, 1) is State.CLEARED
    for place, column in ((0, "until"), (1, "person"), (2, "reason"), (2, "hash")):
        changed = [dict(row) for row in rows]
        changed[place][column] = "2030-01-01"
        with pytest.raises(DispositionError, match="was changed or is not whole"):
            copy.replay(changed)
    with pytest.raises(DispositionError, match="no column"):
        copy.replay([{"hash": "x"}])
    stranger = Dispositions(Store(tmp_path / "stranger.sqlite", create=True))
    stranger.match(PAIR, person="Ada", reason="another story", at=NOON)
    with pytest.raises(DispositionError, match="other dispositions are here"):
        stranger.replay(rows)


def test_a_signature_of_the_same_person_is_refused_however_it_came(
    kept: Dispositions, tmp_path: Path
) -> None:
    clear = kept.clear(PAIR, person="Ada", reason="another firm", at=NOON)
    signed = kept.sign(clear.hash, person="Grace", at=NOON)
    rows = kept.export()
    forged = signed.__class__(**{**rows[1], "person": "ada"})
    rows[1] = {**rows[1], "person": "ada", "hash": forged.hashed(clear.hash)}
    with pytest.raises(DispositionError, match="signs nothing that this person may sign"):
        Dispositions(Store(tmp_path / "copy.sqlite", create=True)).replay(rows)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["clear", "match", "sign", "withdraw"]),
            st.sampled_from(["Ada", "Grace"]),
            st.integers(0, 9),
        ),
        max_size=12,
    )
)
def test_whatever_happens_nothing_is_cleared_by_one_person(acts: list[tuple[str, str, int]]) -> None:
    kept = Dispositions(Store(Path(":memory:"), create=True))
    for number, (act, person, place) in enumerate(acts):
        rows = kept.all()
        at = later(number)
        try:
            if act in ("clear", "match"):
                getattr(kept, act)(PAIR, person=person, reason="because", at=at)
            elif rows and act == "sign":
                kept.sign(rows[place % len(rows)].hash, person=person, at=at)
            elif rows:
                kept.withdraw(rows[place % len(rows)].hash, person=person, reason="because", at=at)
        except DispositionError:
            continue
    rows = kept.all()
    standing = kept.standing(PAIR, on(99))
    if standing.state is State.CLEARED:
        assert standing.by is not None
        (signed,) = [d for d in rows if d.about == standing.by.hash]
        assert signed.person != standing.by.person
        assert not any(d.verdict in ("match", "withdrawn") for d in rows[rows.index(signed) + 1 :])
    copy = Dispositions(Store(Path(":memory:"), create=True))
    assert copy.replay(kept.export()) == len(rows)
    assert copy.standing(PAIR, on(99)) == standing
