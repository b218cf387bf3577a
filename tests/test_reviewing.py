"""Reviewing on a server: the same rules as in the file of a history, in one order for all who decide at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from licet.lists.history import History
from licet.lists.packing import DamagedError
from licet.regime import Regime
from licet.reviews.dispositions import DispositionError, Pair, State
from licet.reviews.said import Said
from licet.service import audit, hits, jobs, queue, reviewing, worker
from licet.service.hits import Brought, Hit, ScreenedParty, Screening
from licet.service.people import Person
from licet.service.queue import Item, MachineError, MeanwhileError, NoHitError, Wanted
from licet.service.service import Service
from licet.service.settings import Settings
from listed import add, record
from serving import PASSWORD

EXAMPLES = Path(__file__).parents[1] / "examples"
ADA, BOB, EVE = (Person.signed_in(name, name, "reviewer", name) for name in ("ada", "bob", "eve"))
EVERY = Wanted(queue.ORDER)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAMES = "Huawei Technologies Co., Ltd. | CN\nHisilicon Optoelectronics | CN\nMaple Ridge Instruments | CA"


class House:
    """A service with a clock that is set."""

    def __init__(self, folder: Path, regime: Regime, url: str = "") -> None:
        self.at = NOON
        self.folder, self.regime, self.url = folder, regime, url
        self.service = self.open()

    def open(self) -> Service:
        url = self.url or f"sqlite:///{self.folder / 'service.sqlite'}"
        settings = Settings(database=url, lists=self.folder / "lists.sqlite", rate=0)
        return Service.open(settings, now=lambda: self.at, regime=self.regime)

    def screen(self, lines: str = NAMES) -> str:
        done = hits.ask(self.service, hits.of_lines(lines), who="ada")
        worker.drain(self.service)
        return done.id

    def queue(self, wanted: Wanted = EVERY) -> tuple[Item, ...]:
        with self.service.database.reading() as session:
            return queue.queue(self.service, session, self.at.date()).of(wanted)

    def item(self, listed: str) -> Item:
        (found,) = [i for i in self.queue() if listed in (i.listing, i.listed_name)]
        return found

    def decide(
        self, item: Item, verdict: Any, person: Person, reason: str = "another firm", **more: Any
    ) -> Any:
        return queue.decide(self.service, item.hit, verdict, person, reason=reason, seen=item.seen, **more)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path, regime: Regime) -> Iterator[House]:
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else ""
    made = House(tmp_path, regime, url)
    yield made
    made.service.close()


@pytest.fixture
def alone_house(tmp_path: Path, regime: Regime) -> Iterator[House]:
    made = House(tmp_path, regime)
    yield made
    made.service.close()


def test_parties_are_screened_as_a_job_and_hits_keep_their_evidence(house: House) -> None:
    id_ = house.screen()
    with house.service.database.reading() as session:
        screening = session.get_one(Screening, id_)
        job = session.get_one(jobs.Job, screening.job)
        found = list(session.scalars(select(Hit).order_by(Hit.score.desc())))
        parties = {one.party: one for one in session.scalars(select(ScreenedParty))}
        whats = list(session.scalars(select(audit.Entry.what)))
    assert (job.state, screening.parties, screening.done) == ("done", 3, 3)
    assert screening.lists == house.regime.lists_digest
    assert screening.compared_with
    assert {*parties} == {
        "Huawei Technologies Co., Ltd.",
        "Hisilicon Optoelectronics",
        "Maple Ridge Instruments",
    }
    best = next(h for h in found if h.listing == "huawei")
    assert (best.party, best.level) == ("Huawei Technologies Co., Ltd.", "hit")
    assert sum(row["points"] for row in best.evidence) == pytest.approx(best.score)
    assert best.lists[0]["in_force"] is True
    assert not [h for h in found if h.party == "Maple Ridge Instruments"]
    assert whats == ["screening.asked", "screening.done"]


def test_the_same_rules_as_in_a_file(house: House) -> None:
    house.screen()
    item = house.item("hisilicon-optoelectronics")
    clear = house.decide(item, "clear", ADA, until=date(2027, 1, 31))
    waits = house.item(item.listing)
    assert (waits.standing.state, waits.standing.waiting) == (State.AWAITING, clear)
    with pytest.raises(DispositionError, match="another person has to sign"):
        house.decide(waits, "sign", ADA, "")
    house.decide(waits, "sign", BOB, "")
    assert house.item(item.listing).standing.state is State.CLEARED
    house.at += timedelta(days=72)
    assert house.item(item.listing).standing.state is State.EXPIRED
    with pytest.raises(DispositionError, match="both a name and a reason"):
        house.decide(house.item(item.listing), "match", EVE, "  ")
    house.decide(house.item(item.listing), "match", EVE, "same director")
    assert house.item(item.listing).standing.state is State.MATCH
    house.decide(house.item(item.listing), "withdraw", ADA, "it was his brother")
    assert house.item(item.listing).standing.state is State.OPEN
    with house.service.database.reading() as session:
        assert audit.verify(session).holds
        trail = session.execute(select(audit.Entry.who, audit.Entry.what)).all()
        rows = reviewing.dispositions(house.service.database, session).export()
    assert [tuple(row) for row in trail][2:] == [
        ("ada", "disposition.cleared"), ("bob", "disposition.signed"),
        ("eve", "disposition.matched"), ("ada", "disposition.withdrawn"),
    ]  # fmt: skip
    # What the server keeps goes into a file of a history as it is, and the other way round.
    from licet.lists.store import Store
    from licet.reviews.dispositions import Dispositions

    copy = Dispositions(Store(house.folder / "copy.sqlite", create=True))
    assert copy.replay(rows) == 4
    assert copy.export() == rows


def test_rows_are_added_and_never_changed(house: House) -> None:
    house.screen()
    house.decide(house.item("huawei"), "match", ADA, "same director")
    database = house.service.database
    for sql in ("UPDATE disposition SET reason = 'x'", "DELETE FROM disposition"):
        with pytest.raises(DatabaseError, match="only grow"), database.writing() as session:
            session.execute(text(sql))
    with database.writing() as session:
        if database.is_sqlite:
            session.execute(text("DROP TRIGGER disposition_refuses_update"))
        else:
            session.execute(text("DROP TRIGGER disposition_refuses ON disposition"))
        session.execute(text("UPDATE disposition SET verdict = 'withdrawn'"))
    with (
        database.reading() as session,
        pytest.raises(DamagedError, match="disposition 1 is not what was written"),
    ):
        reviewing.dispositions(database, session).all()


def test_of_two_who_sign_at_the_same_moment_one_is_the_second_person(house: House) -> None:
    house.screen()
    item = house.item("huawei")
    house.decide(item, "clear", ADA)
    waits = house.item("huawei")
    start, told = threading.Barrier(6), []

    def sign(person: Person) -> None:
        start.wait()
        try:
            house.decide(waits, "sign", person, "")
            told.append("signed")
        except (MeanwhileError, DispositionError) as error:
            told.append(type(error).__name__)

    people = [Person.signed_in(f"p{n}", f"p{n}", "reviewer", "s") for n in range(5)] + [ADA]
    threads = [threading.Thread(target=sign, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told)[-1] == "signed"
    assert told.count("signed") == 1
    with house.service.database.reading() as session:
        verdicts = [d.verdict for d in reviewing.dispositions(house.service.database, session).all()]
        assert audit.verify(session).holds
    assert verdicts == ["cleared", "signed"]


def test_whoever_saw_something_older_is_told_and_nothing_is_written(alone_house: House) -> None:
    house = alone_house
    house.screen()
    item = house.item("huawei")
    house.decide(item, "clear", ADA)
    with pytest.raises(MeanwhileError, match="in the meantime"):
        house.decide(item, "match", BOB)
    other = house.queue()[-1]
    with pytest.raises(MeanwhileError):
        queue.decide_all(
            house.service, [(other.hit, other.seen), (item.hit, item.seen)], "clear", BOB, reason="all others"
        )
    with house.service.database.reading() as session:
        assert len(reviewing.book(house.service.database, session).rows) == 1
    with pytest.raises(NoHitError):
        queue.decide(house.service, "nobody", "match", BOB, reason="x")


def test_a_key_is_no_second_person_not_even_of_somebody_else(alone_house: House) -> None:
    house = alone_house
    house.screen()
    machine = Person.machine("bob", "bob's key", "reviewer", ["review"], "k")
    house.decide(house.item("huawei"), "clear", ADA)
    with pytest.raises(MachineError):
        house.decide(house.item("huawei"), "sign", machine, "")


def test_whoever_cleared_by_a_key_cannot_sign_by_hand(house: House) -> None:
    from licet.service import accounts

    made = accounts.create(house.service, name="zoe", role="reviewer", password=PASSWORD, by="the tests")
    zoe = made.id
    house.screen()
    house.decide(house.item("huawei"), "clear", Person.machine(zoe, "nightly", "reviewer", ["review"], "k"))
    waits = house.item("huawei")
    assert waits.standing.waiting is not None
    assert waits.standing.waiting.person == "zoe"
    with pytest.raises(DispositionError, match="another person"):
        house.decide(waits, "sign", Person.signed_in(zoe, "zoe", "reviewer", "s"), "")


def test_the_newest_screening_of_a_party_counts_and_a_change_reopens(alone_house: House) -> None:
    house = alone_house
    house.screen()
    item = house.item("hisilicon-optoelectronics")
    house.decide(item, "clear", ADA)
    house.decide(house.item(item.listing), "sign", BOB, "")
    house.screen("Hisilicon Optoelectronics | CN")
    again = house.item(item.listing)
    assert (again.standing.state, again.hit != item.hit) == (State.CLEARED, True)
    house.screen("Hisilicon Optoelectronics | DE")
    reopened = house.queue()[0]
    assert (reopened.listing, reopened.standing.state, reopened.standing.because) == (
        item.listing, State.REOPENED, "party changed: countries",
    )  # fmt: skip
    assert (
        len(
            [i for i in house.queue() if i.party == "Hisilicon Optoelectronics" and i.listing == item.listing]
        )
        == 1
    )
    house.screen("Hisilicon Optoelectronics; Quite Another Name | DE")
    names = [i for i in house.queue() if i.listing == item.listing]
    assert [i.standing.because for i in names] == ["party changed: countries, names"]


def test_an_older_screening_that_is_done_later_takes_nothing_away(house: House) -> None:
    older = hits.ask(house.service, hits.of_lines("Hisilicon Optoelectronics | DE"), who="ada")
    house.at += timedelta(minutes=1)
    newer = hits.ask(house.service, hits.of_lines("Hisilicon Optoelectronics | CN"), who="ada")
    for screening in (newer, older):
        assert worker.do_one(house.service, job_id=screening.job) is not None
    assert {item.screening for item in house.queue()} == {newer.id}
    with house.service.database.reading() as session:
        current = session.scalars(select(ScreenedParty.screening).where(ScreenedParty.current)).all()
        of_older = session.scalars(select(Hit).where(Hit.screening == older.id)).all()
    assert list(current) == [newer.id]
    assert of_older, "it is kept as it was found"


def test_whoever_waits_for_another_to_decide_decides_after_them(house: House) -> None:
    house.screen()
    first, second = house.item("huawei"), house.item("hisilicon-optoelectronics")
    asked = threading.Event()
    real = queue._names_in_use
    failed: list[Exception] = []

    def asking(service: Service) -> Any:
        asked.set()
        return real(service)

    def decides() -> None:
        try:
            house.decide(second, "clear", BOB)
        except DispositionError as error:
            failed.append(error)

    database = house.service.database
    thread = threading.Thread(target=decides)
    with pytest.MonkeyPatch.context() as patch, database.writing() as session:
        patch.setattr(queue, "_names_in_use", asking)
        database.lock(session, "dispositions")
        thread.start()
        assert asked.wait(10)
        house.at += timedelta(seconds=10)
        reviewing.dispositions(database, session).clear(first.pair, person="ada", reason="x", at=house.at)
    thread.join(30)
    assert not failed, failed
    assert house.item(second.listing).standing.state == State.AWAITING


def test_a_listing_that_changes_reopens_pairs_that_were_found_before(alone_house: House) -> None:
    house = alone_house
    with History.open(house.folder / "lists.sqlite", create=True) as history:
        add(history, 0, [record("Alpha Optics", "CN")])
    house.screen("Alpha Optics | CN")
    item = house.item("Alpha Optics")
    house.decide(item, "clear", ADA)
    house.decide(house.item("Alpha Optics"), "sign", BOB, "")
    assert house.item("Alpha Optics").standing.state is State.CLEARED
    with History.open(house.folder / "lists.sqlite") as history:
        from licet.lists.record import OtherName

        others = (OtherName("Alpha Photonics", "alias"),)
        add(history, 10, [record("Alpha Optics", "CN", others=others)])
    after = house.item("Alpha Optics")
    assert after.hit == item.hit
    assert (after.standing.state, after.standing.because) == (State.REOPENED, "listing changed: names")
    assert house.queue(Wanted())[0] == after


def test_filters_counts_and_neighbours(alone_house: House) -> None:
    house = alone_house
    house.screen()
    every = house.queue()
    assert [i.level for i in every] == sorted((i.level for i in every), key=["hit", "review"].index)
    with house.service.database.reading() as session:
        whole = queue.queue(house.service, session, house.at.date())
        assert queue.queue(house.service, session, house.at.date()) is whole, "worked out once"
    assert whole.counts(Wanted())[State.OPEN] == len(every)
    assert {i.level for i in whole.of(Wanted(level="hit"))} == {"hit"}
    assert whole.of(Wanted(list="sdn")) == ()
    some = whole.of(Wanted(text="HISILICON opto"))
    assert {i.party for i in some} == {"Hisilicon Optoelectronics"}
    assert whole.beside(every[0].hit, Wanted()) == (None, every[1])
    assert whole.beside(every[1].hit, Wanted()) == (every[0], every[2])
    assert whole.beside("nobody", Wanted()) == (None, every[0])


def test_a_screening_that_was_stopped_goes_on_and_does_nothing_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hits, "_AT_ONCE", 10)
    real, steps = hits._screen_some, []

    def stops(*given: Any) -> None:
        if len(steps) == 2:
            raise KeyboardInterrupt
        steps.append(given[3])
        real(*given)

    brought = Brought("parties-2019.csv", (EXAMPLES / "parties-2019.csv").read_bytes())
    done = hits.ask(house.service, brought, who="ada")
    with monkeypatch.context() as patch:
        patch.setattr(hits, "_screen_some", stops)
        with pytest.raises(KeyboardInterrupt):
            worker.do_one(house.service)
    assert steps == [0, 10]
    house.service.close()
    house.service = house.open()
    house.at += timedelta(minutes=1)
    steps.clear()
    with monkeypatch.context() as patch:
        patch.setattr(hits, "_screen_some", lambda *given: (steps.append(given[3]), real(*given)))
        assert worker.drain(house.service) == 1
    assert steps == [20, 30]
    with house.service.database.reading() as session:
        screening = session.get_one(Screening, done.id)
        parties = list(session.scalars(select(ScreenedParty.party)))
        pairs = [tuple(row) for row in session.execute(select(Hit.party, Hit.listing))]
    assert (screening.done, len(parties), len({*parties})) == (39, 39, 39)
    assert len(pairs) == len({*pairs})
    assert any("Crimea" in said for said in screening.findings)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("x.pdf", b"%PDF-1.7", "parties come as"),
        ("x.csv", b"%PDF-1.7", "PDF"),
        ("", b"name\nx", "parties come as"),
    ],
)
def test_what_is_no_file_of_parties_is_refused_at_once(
    alone_house: House, name: str, data: bytes, why: str
) -> None:
    from licet.language.errors import LicetError

    with pytest.raises(LicetError, match=why):
        hits.ask(alone_house.service, Brought(name, data), who="ada")


def test_a_file_that_names_nobody_fails_and_says_how_to_mend_it(house: House) -> None:
    done = hits.ask(house.service, Brought("x.csv", b"a,b\n1,2\n"), who="ada")
    worker.drain(house.service)
    with house.service.database.reading() as session:
        job = session.get_one(jobs.Job, done.job)
    assert (job.state, "needs a column such as name" in job.words) == ("failed", True)


def test_text_that_no_database_keeps_does_no_harm(house: House) -> None:
    done = hits.ask(
        house.service, Brought("x.csv", b"name,country\nHuawei\x00 Technologies Co Ltd,CN\n"), who="a"
    )
    worker.drain(house.service)
    with house.service.database.reading() as session:
        assert session.get_one(jobs.Job, done.job).state == "done"
    house.decide(house.item("huawei"), "match", ADA, "a\x00reason")
    assert house.item("huawei").standing.state is State.MATCH


def test_the_waiting_clear_is_told_even_behind_a_match(tmp_path: Path) -> None:
    from licet.lists.store import Store
    from licet.reviews.dispositions import Dispositions

    kept = Dispositions(Store(tmp_path / "l.sqlite", create=True))
    pair = Pair("C", "L", Said.of({"names": ["a"]}), Said.of({"names": ["b"]}))
    kept.match(pair, person="Ada", reason="same", at=NOON)
    clear = kept.clear(pair, person="Ada", reason="other", at=NOON)
    found = kept.standing(pair, NOON.date())
    assert (found.state, found.waiting) == (State.MATCH, clear)
    kept.sign(clear.hash, person="Bob", at=NOON)
    found = kept.standing(pair, NOON.date())
    assert (found.state, found.waiting) == (State.CLEARED, None)
