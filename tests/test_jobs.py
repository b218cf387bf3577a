"""Jobs are written down first, held by one attempt at a time, gone on with after a stop, and done once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import func, select

from licet.language.errors import LicetError
from licet.regime import Regime
from licet.service import audit, jobs
from licet.service.jobs import LAPSES, LEASE, Job, Lost, Work, claim
from licet.service.service import Service
from licet.service.worker import Worker, do_one, drain
from serving import client_of, sign_in, token_of
from two_databases import BOTH, START, Clock, opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=BOTH)
def kept(request: Any, tmp_path: Path, regime: Regime, clock: Clock) -> Iterator[Service]:
    """A service on each of the two databases, whose clock can be moved."""
    with opened(request, tmp_path, regime, clock) as service:
        yield service


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Work], str]], None]:
    """Lets a function do the jobs of the kind ``test``, and nothing else any."""

    def register(handler: Callable[[Work], str]) -> None:
        monkeypatch.setattr(jobs, "HANDLERS", {"test": handler})
        monkeypatch.setattr("licet.service.worker.HANDLERS", {"test": handler})

    return register


def queue(service: Service, key: str | None = None, about: str = "something") -> Job:
    with service.database.writing() as session:
        return jobs.enqueue(session, "test", {"n": 1}, about=about, who="ana", at=service.now(), key=key)


def job(service: Service, job_id: str) -> Job:
    with service.database.reading() as session:
        return session.get_one(Job, job_id)


def steps(service: Service) -> int:
    with service.database.reading() as session:
        return session.scalar(select(func.count()).where(audit.Entry.what == "test.step")) or 0


def in_steps(count: int, after: Callable[[int], None] = lambda done: None) -> Callable[[Work], str]:
    """A handler that finds out how far an earlier attempt came, and goes on from there."""

    def handler(work: Work) -> str:
        for done in range(steps(work.service), count):
            with work.writing() as session:
                audit.record(session, at=START, who="ana", what="test.step", about=str(done))
                work.progress(session, done + 1, count, f"step {done + 1}")
            after(done + 1)
        return f"{count} steps"

    return handler


def test_the_same_key_is_the_same_job(kept: Service) -> None:
    first, second, other = queue(kept, "a"), queue(kept, "a"), queue(kept, "b")
    assert first.id == second.id != other.id
    assert job(kept, first.id).state == "queued"


def test_a_job_is_done_and_says_how_far_it_is(kept: Service, handled: Any) -> None:
    handled(in_steps(3))
    made = queue(kept)
    assert drain(kept) == 1
    found = job(kept, made.id)
    assert (found.state, found.done, found.total, found.words) == ("done", 3, 3, "3 steps")
    assert (found.attempt, found.lease, found.ended_at) == (1, None, START)
    assert drain(kept) == 0


def test_many_workers_never_take_the_same_job(kept: Service, handled: Any) -> None:
    handled(in_steps(1))
    made = {queue(kept).id for _ in range(12)}
    together = Barrier(6)

    def take(_: int) -> list[str]:
        together.wait()
        found = []
        while (taken := claim(kept.database, kept.now())) is not None:
            found.append(taken.id)
        return found

    with ThreadPoolExecutor(6) as threads:
        taken = [one for some in threads.map(take, range(6)) for one in some]
    assert sorted(taken) == sorted(made)


def test_an_attempt_that_lost_its_job_writes_nothing_more(kept: Service, handled: Any, clock: Clock) -> None:
    handled(in_steps(3))
    made = queue(kept)
    taken = claim(kept.database, kept.now())
    assert taken is not None
    slow = Work(kept, taken)
    with slow.writing() as session:
        audit.record(session, at=START, who="ana", what="test.step", about="0")
        slow.progress(session, 1, 3, "step 1")
    assert drain(kept) == 0, "somebody holds it"
    clock.on(LEASE + timedelta(seconds=1))
    assert drain(kept) == 1, "nobody holds it any more"
    with pytest.raises(Lost), slow.writing() as session:
        audit.record(session, at=START, who="ana", what="test.step", about="late")
    with pytest.raises(Lost):
        slow.end("failed", "too late")
    found = job(kept, made.id)
    assert (found.state, found.attempt, found.lapses, steps(kept)) == ("done", 2, 1, 3)


def test_what_was_written_before_the_job_was_lost_is_not_kept_either(
    kept: Service, handled: Any, clock: Clock
) -> None:
    """Losing it inside a transaction undoes the whole transaction."""
    handled(in_steps(1))
    queue(kept)
    taken = claim(kept.database, kept.now())
    assert taken is not None
    work = Work(kept, taken)

    def lose_it_in_between() -> None:
        with work.writing() as session:
            audit.record(session, at=START, who="ana", what="test.step")
            jobs.cancel(session, taken.id, who="ben", at=START)
            work.progress(session, 1, 1, "")

    with pytest.raises(Lost):
        lose_it_in_between()
    assert (steps(kept), job(kept, taken.id).state) == (0, "running")


def test_holding_moves_the_lease(kept: Service, handled: Any, clock: Clock) -> None:
    handled(in_steps(1))
    queue(kept)
    taken = claim(kept.database, kept.now())
    assert taken is not None
    clock.on(LEASE / 2)
    Work(kept, taken).hold()
    clock.on(LEASE / 2 + timedelta(seconds=1))
    assert claim(kept.database, kept.now()) is None
    clock.on(LEASE)
    assert claim(kept.database, kept.now()) is not None


def test_a_failure_says_what_to_mend_and_goes_on_from_there(kept: Service, handled: Any) -> None:
    mended = Event()

    def stumble(done: int) -> None:
        if done == 2 and not mended.is_set():
            raise LicetError("the list of countries is missing: put it back")

    handled(in_steps(4, stumble))
    made = queue(kept)
    drain(kept)
    found = job(kept, made.id)
    assert (found.state, found.done, steps(kept)) == ("failed", 2, 2)
    assert found.words == "the list of countries is missing: put it back"
    mended.set()
    with kept.database.writing() as session:
        assert jobs.again(session, made.id, who="ben", at=START)
        assert not jobs.again(session, made.id, who="ben", at=START)
    drain(kept)
    assert (job(kept, made.id).state, steps(kept)) == ("done", 4)


def test_a_fault_of_ours_is_told_without_its_insides(kept: Service, handled: Any) -> None:
    def broken(work: Work) -> str:
        raise ZeroDivisionError("the password is hunter2")

    handled(broken)
    made = queue(kept)
    drain(kept)
    found = job(kept, made.id)
    assert found.state == "failed"
    assert "ZeroDivisionError" in found.words
    assert made.id in found.words
    assert "hunter2" not in found.words


def test_a_job_can_be_stopped_and_keeps_what_it_did(kept: Service, handled: Any) -> None:
    made = queue(kept)

    def stop(done: int) -> None:
        if done == 2:
            with kept.database.writing() as session:
                assert jobs.cancel(session, made.id, who="ben", at=START)

    handled(in_steps(5, stop))
    drain(kept)
    found = job(kept, made.id)
    assert (found.state, found.done, steps(kept)) == ("cancelled", 2, 2)
    with kept.database.writing() as session:
        assert not jobs.cancel(session, made.id, who="ben", at=START)
        assert jobs.again(session, made.id, who="ruth", at=START)
        recorded = list(session.scalars(select(audit.Entry).where(audit.Entry.about == made.id)))
    assert [(entry.what, entry.who) for entry in recorded] == [
        ("job.stopped", "ben"), ("job.restarted", "ruth"),
    ]  # fmt: skip


def test_what_ends_a_job_is_not_done_again_by_whoever_comes_next(
    kept: Service, handled: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def last(work: Work) -> str:
        with work.writing() as session:
            audit.record(session, at=START, who="ana", what="test.step")
            return work.finish(session, "all of it")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    handled(last)
    made = queue(kept)
    with monkeypatch.context() as patch:
        patch.setattr(Work, "end", killed)
        with pytest.raises(KeyboardInterrupt):
            do_one(kept)
    clock.on(LEASE * 2)
    assert drain(kept) == 0
    assert (job(kept, made.id).state, job(kept, made.id).words, steps(kept)) == ("done", "all of it", 1)
    queue(kept)
    assert drain(kept) == 1, "nor does it trouble a worker that lives"


def test_a_server_that_stops_gives_its_job_back(kept: Service, handled: Any) -> None:
    stopping = Event()

    def stop(done: int) -> None:
        if done == 1:
            stopping.set()

    handled(in_steps(3, stop))
    made = queue(kept)
    do_one(kept, stopping=stopping)
    assert job(kept, made.id).state == "queued"
    drain(kept)
    found = job(kept, made.id)
    assert (found.state, found.attempt, found.lapses, steps(kept)) == ("done", 2, 0, 3)


def test_a_job_that_brings_the_server_down_is_not_taken_up_for_ever(
    kept: Service, handled: Any, clock: Clock
) -> None:
    handled(in_steps(1))
    made = queue(kept)
    other = queue(kept)
    for _ in range(LAPSES):
        assert claim(kept.database, kept.now(), job_id=made.id) is not None
        clock.on(LEASE * 2)
    assert claim(kept.database, kept.now(), job_id=made.id) is None
    found = job(kept, made.id)
    assert found.state == "failed"
    assert "try it again" in found.words
    drain(kept)
    assert job(kept, other.id).state == "done"


def test_work_of_a_kind_nobody_here_can_do_is_left_alone(kept: Service, handled: Any) -> None:
    handled(in_steps(1))
    with kept.database.writing() as session:
        later = jobs.enqueue(session, "from-a-later-version", {}, about="x", who="ana", at=START)
    assert drain(kept) == 0
    assert job(kept, later.id).state == "queued"


def test_a_worker_thread_takes_up_jobs_until_it_is_stopped(kept: Service, handled: Any) -> None:
    done = Event()
    handled(in_steps(1, lambda _: done.set()))
    worker = Worker(kept)
    worker.start()
    made = queue(kept)
    assert done.wait(20)
    worker.stop()
    assert job(kept, made.id).state == "done"


def test_jobs_over_http(service: Service, handled: Any) -> None:
    client = sign_in(client_of(service), service, "analyst")
    handled(in_steps(1, lambda done: (_ for _ in ()).throw(LicetError("mend it"))))
    made = queue(service, about="http")
    path = f"/api/v1/jobs/{made.id}"
    told = client.get(path).json()
    assert (told["state"], told["about"], told["attempt"]) == ("queued", "http", 0)
    assert client.get("/api/v1/jobs/nothing").status_code == 422
    assert client.get(f"/api/v1/jobs/{'a' * 20}").status_code == 404
    anybody = client_of(service)
    assert (anybody.get(path).status_code, anybody.delete(path).status_code) == (401, 401)
    token = {"x-csrf-token": token_of(client.get("/account").text)}
    assert client.post(f"{path}/again", headers=token).status_code == 409
    assert client.delete(path, headers=token).json()["state"] == "cancelled"
    assert client.delete(path, headers=token).status_code == 409
    assert client.post(f"{path}/again", headers=token).json()["state"] == "queued"
    drain(service)
    assert client.get(path).json()["words"] == "mend it"
