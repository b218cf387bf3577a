"""A held line goes only when one person proposes it and another signs, however many try at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from licet.regime import Regime
from licet.service import audit, books, holds, runs
from licet.service.holds import Hold, NotYours
from licet.service.jobs import NotNow
from licet.service.people import Person
from licet.service.runs import Run
from licet.service.service import Service
from licet.service.worker import drain
from serving import client_of, sign_in, token_of
from two_databases import ANA, BEN, BOTH, EXAMPLE, RUTH, SAM, Clock, opened

# Two lines to a listed company that need a licence from the day it was listed, and one that needs none.
BOOK = b"".join(EXAMPLE.read_bytes().splitlines(keepends=True)[row] for row in (0, 2, 4, 8))
STOPPED = ["forbidden", "licence_required"]


@pytest.fixture(params=BOTH)
def kept(request: Any, tmp_path: Path, regime: Regime) -> Iterator[Service]:
    with opened(request, tmp_path, regime, Clock()) as service:
        yield service


def decided(service: Service, book_id: str = "", **view: Any) -> Run:
    if not book_id:
        book_id = books.upload(service, BOOK, "orders.csv", ANA).id
        drain(service)
    run = runs.begin(service, book_id, ANA, **view)
    assert run is not None
    drain(service)
    return run


def held(service: Service) -> Hold:
    run = decided(service)
    placed = holds.place(service, run.id, [1], ANA, "listed")
    assert placed is not None
    return placed[0]


def now(service: Service, hold: Hold) -> Hold:
    with service.database.reading() as session:
        return session.get_one(Hold, hold.id)


def trail(service: Service) -> list[str]:
    with service.database.reading() as session:
        assert audit.verify(session).holds
        return [e.what for e in session.query(audit.Entry).order_by(audit.Entry.number) if "hold" in e.what]


def proposed(service: Service) -> Hold:
    hold = held(service)
    made = holds.propose(service, hold.id, ANA, "licence D123456")
    assert made is not None
    return made


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """The same moment for all: what each got, or the exception that each met."""
    barrier = Barrier(count)

    def one(place: int) -> Any:
        barrier.wait()
        try:
            return act(place)
        except (NotNow, NotYours) as error:
            return error

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def test_one_proposes_and_another_signs(kept: Service) -> None:
    hold = held(kept)
    assert (hold.state, hold.row, hold.outcome, hold.why) == ("held", 2, "licence_required", "listed")
    with pytest.raises(NotNow, match="propose one first"):
        holds.sign(kept, hold.id, 1, RUTH)
    with pytest.raises(NotNow, match="needs a reason"):
        holds.propose(kept, hold.id, ANA, "  ")
    assert holds.propose(kept, hold.id, ANA, "licence D123456") is not None
    with pytest.raises(NotNow, match="proposed by ana"):
        holds.propose(kept, hold.id, BEN, "me too")
    assert holds.sign(kept, hold.id, 1, RUTH) is not None
    told = now(kept, hold)
    assert (told.state, told.proposed_by, told.signed_by) == ("released", "ana", "ruth")
    with pytest.raises(NotNow, match="already, signed by ruth"):
        holds.sign(kept, hold.id, 1, SAM)
    assert trail(kept) == ["hold.placed", "hold.release_proposed", "hold.released"]


def test_the_proposer_is_never_the_second_person(kept: Service) -> None:
    hold = held(kept)
    holds.propose(kept, hold.id, RUTH, "it is fine")
    with pytest.raises(NotYours, match="another person"):
        holds.sign(kept, hold.id, 1, RUTH)
    # The same account on another machine, or under a name of its own, is the same person.
    elsewhere = Person.signed_in(RUTH.id, "Ruth A.", "administrator", "s9")
    with pytest.raises(NotYours, match="another person"):
        holds.sign(kept, hold.id, 1, elsewhere)
    assert now(kept, hold).state == "proposed"


def test_a_machine_and_an_analyst_sign_nothing(kept: Service) -> None:
    hold = held(kept)
    key = Person.machine(SAM.id, "sam's script", "reviewer", ["read", "books", "review"], "k1")
    with pytest.raises(NotYours, match="a key may not"):
        holds.propose(kept, hold.id, key, "automatic")
    holds.propose(kept, hold.id, ANA, "because")
    with pytest.raises(NotYours, match="a key may not"):
        holds.sign(kept, hold.id, 1, key)
    with pytest.raises(NotYours, match="a reviewer has to"):
        holds.sign(kept, hold.id, 1, BEN)
    assert now(kept, hold).state == "proposed"


def test_two_who_sign_at_once_are_not_both_the_second_person(kept: Service) -> None:
    hold = proposed(kept)
    signers = [RUTH, SAM] * 4
    got = together(8, lambda place: holds.sign(kept, hold.id, 1, signers[place]))
    signed = [one for one in got if isinstance(one, Hold)]
    assert len(signed) == 1
    assert all(isinstance(one, NotNow) for one in got if one is not signed[0])
    assert now(kept, hold).signed_by == signed[0].signed_by
    assert trail(kept).count("hold.released") == 1


def test_a_proposer_among_those_who_race_never_wins(kept: Service) -> None:
    hold = held(kept)
    holds.propose(kept, hold.id, RUTH, "it is fine")
    got = together(6, lambda place: holds.sign(kept, hold.id, 1, RUTH if place % 2 else SAM))
    assert all(isinstance(one, NotYours | NotNow) for one in got[1::2])
    assert now(kept, hold).signed_by == "sam"


def test_of_many_who_propose_at_once_one_does(kept: Service) -> None:
    hold = held(kept)
    people = [ANA, BEN, RUTH, SAM]
    got = together(4, lambda place: holds.propose(kept, hold.id, people[place], f"reason {place}"))
    (made,) = [one for one in got if isinstance(one, Hold)]
    assert (made.proposal, now(kept, hold).proposed_by) == (1, made.proposed_by)


def test_whoever_signs_signs_the_proposal_they_read(kept: Service) -> None:
    hold = proposed(kept)
    assert holds.decline(kept, hold.id, 1, ANA, "a slip of mine") is not None
    holds.propose(kept, hold.id, BEN, "something else entirely")
    with pytest.raises(NotNow, match="proposed by ben in the meantime"):
        holds.sign(kept, hold.id, 1, RUTH)
    assert holds.sign(kept, hold.id, 2, RUTH) is not None


def test_signing_and_refusing_at_once_is_one_of_the_two(kept: Service) -> None:
    hold = proposed(kept)
    acts = [
        lambda: holds.sign(kept, hold.id, 1, RUTH),
        lambda: holds.decline(kept, hold.id, 1, SAM, "no"),
    ]
    got = together(2, lambda place: acts[place]())
    assert sum(isinstance(one, Hold) for one in got) == 1
    assert now(kept, hold).state == ("released" if isinstance(got[0], Hold) else "held")


def test_who_may_refuse(kept: Service) -> None:
    hold = proposed(kept)
    with pytest.raises(NotYours, match="only a reviewer"):
        holds.decline(kept, hold.id, 1, BEN)
    assert holds.decline(kept, hold.id, 1, SAM, "the licence is of another item") is not None
    with kept.database.reading() as session:
        assert holds.history(session, hold.id)[-1].detail["reason"] == "the licence is of another item"


def test_all_lines_that_may_not_go_are_held_at_once_and_once(kept: Service) -> None:
    run = decided(kept)
    got = together(4, lambda place: holds.place_all(kept, run.id, STOPPED, ANA))
    assert [[hold.row for hold in some] for some in got] == [[2, 3]] * 4
    with kept.database.reading() as session:
        assert holds.counted(session) == {"held": 2}
    assert trail(kept) == ["hold.placed"]
    assert holds.place(kept, "x" * 20, [1], ANA) is None
    with pytest.raises(NotNow, match="no line 4"):
        holds.place(kept, run.id, [1, 4], ANA)


def test_a_released_line_is_held_again_when_a_later_run_decides_it_otherwise(kept: Service) -> None:
    hold = proposed(kept)
    holds.sign(kept, hold.id, 1, RUTH)
    decided(kept, hold.book)
    assert now(kept, hold).state == "released", "the same outcome changes nothing"
    later = decided(kept, hold.book, as_of="2018-01-02")
    told = now(kept, hold)
    assert (told.state, told.run, told.signed_by, told.proposer) == ("held", later.id, "", "")
    assert told.outcome != "licence_required"
    assert trail(kept)[-1] == "hold.reopened"
    with pytest.raises(NotNow):
        holds.sign(kept, hold.id, 1, SAM)
    holds.propose(kept, hold.id, ANA, "older law")
    assert holds.sign(kept, hold.id, 2, SAM) is not None


def test_a_proposal_falls_when_the_line_is_decided_otherwise(kept: Service) -> None:
    hold = proposed(kept)
    decided(kept, hold.book, as_of="2018-01-02")
    with pytest.raises(NotNow, match="no release is proposed"):
        holds.sign(kept, hold.id, 1, RUTH)


def test_a_released_line_can_be_held_anew(kept: Service) -> None:
    hold = proposed(kept)
    holds.sign(kept, hold.id, 1, RUTH)
    (again,) = holds.place(kept, hold.run, [hold.number], BEN, "second thoughts") or []
    assert (again.id, again.state, again.placed_by, again.signed_by) == (hold.id, "held", "ben", "")
    holds.propose(kept, hold.id, ANA, "once more")
    with pytest.raises(NotNow):
        holds.sign(kept, hold.id, 1, RUTH)


def test_holds_over_http(service: Service) -> None:
    run = decided(service)
    analyst, reviewer = (sign_in(client_of(service), service, role) for role in ("analyst", "reviewer"))
    ours, theirs = ({"x-csrf-token": token_of(c.get("/account").text)} for c in (analyst, reviewer))
    path = f"/api/v1/runs/{run.id}/holds"
    assert client_of(service).post(path, json={"outcomes": STOPPED}).status_code == 401
    assert analyst.post(path, json={}, headers=ours).status_code == 422
    made = analyst.post(path, json={"outcomes": STOPPED, "why": "stop"}, headers=ours)
    assert (made.status_code, len(made.json()["holds"])) == (201, 2)
    hold = made.json()["holds"][0]
    one = f"/api/v1/holds/{hold['id']}"
    assert analyst.post(f"{one}/proposal", json={"reason": " "}, headers=ours).status_code == 422
    asked = analyst.post(f"{one}/proposal", json={"reason": "licence"}, headers=ours).json()
    assert (asked["state"], asked["proposal"]) == ("proposed", 1)
    assert analyst.post(f"{one}/signature", json={"proposal": 1}, headers=ours).status_code == 403
    assert reviewer.post(f"{one}/signature", json={"proposal": 7}, headers=theirs).status_code == 409
    signed = reviewer.post(f"{one}/signature", json={"proposal": 1}, headers=theirs).json()
    assert (signed["state"], signed["signed_by"]) == ("released", "the-reviewer")
    told = analyst.get(one).json()
    assert [step["what"] for step in told["history"]] == ["hold.release_proposed", "hold.released"]
    assert [
        h["state"] for h in analyst.get(f"/api/v1/holds?book={hold['book']}&state=held").json()["holds"]
    ] == ["held"]
    first = analyst.get("/api/v1/holds?limit=1").json()
    assert analyst.get(f"/api/v1/holds?after={first['next']}").json()["holds"]
    assert (
        analyst.post(f"/api/v1/holds/{'a' * 20}/proposal", json={"reason": "x"}, headers=ours).status_code
        == 404
    )
    lines = analyst.get(f"/api/v1/runs/{run.id}/lines").json()["lines"]
    assert lines[0]["hold"] == hold["id"]


def test_a_key_may_hold_but_not_let_go(service: Service) -> None:
    from licet.service import accounts, keys

    run = decided(service)
    owner = accounts.create(service, name="key-owner", role="reviewer", by="the tests")
    _, text = keys.create(
        service, by="the tests", owner=owner.id, name="robot", scopes=["read", "books", "review"]
    )
    robot, key = client_of(service), {"Authorization": f"Bearer {text}"}
    made = robot.post(f"/api/v1/runs/{run.id}/holds", json={"lines": [1]}, headers=key)
    assert made.status_code == 201
    one = f"/api/v1/holds/{made.json()['holds'][0]['id']}"
    assert robot.post(f"{one}/proposal", json={"reason": "x"}, headers=key).status_code == 403
    assert robot.post(f"{one}/signature", json={"proposal": 1}, headers=key).status_code == 403
