"""Webhooks: what happened is told once it is kept, signed, at least once, and to no address that is refused."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook as Checker

from licet.regime import Regime
from licet.service import audit, books, events, hits, jobs, posting, watched, watching, webhooks, worker
from licet.service.jobs import Job
from licet.service.people import Person
from licet.service.posting import AddressError
from licet.service.service import Service
from licet.service.settings import Settings
from listed import add, record
from serving import client_of, post_form, sign_in

EXAMPLES = Path(__file__).parents[1] / "examples"
ADA = Person.signed_in("ada", "ada", "administrator", "s")
START = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that is set."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def wait(self, **passed: float) -> None:
        self.at += timedelta(**passed)


@dataclass
class Receiver:
    """Somebody's endpoint, which answers as told and keeps what came."""

    url: str
    answer: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.got.append(({k.casefold(): v for k, v in self.headers.items()}, body))
            self.send_response(found.answer)
            if found.answer in (301, 302, 307):
                self.send_header("location", f"{found.url}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def opened(folder: Path, regime: Regime, clock: Clock, url: str = "", private: bool = True) -> Service:
    database = url or f"sqlite:///{folder / 'service.sqlite'}"
    settings = Settings(database=database, lists=folder / "lists.sqlite", webhooks_private=private, rate=0)
    return Service.open(settings, now=clock, regime=regime)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    url: str = request.getfixturevalue("postgres")
    return url


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def house(tmp_path: Path, regime: Regime, clock: Clock) -> Iterator[Service]:
    service = opened(tmp_path, regime, clock)
    yield service
    service.close()


def happened(service: Service, type_: str = "list.stale", **data: Any) -> str:
    with service.database.writing() as session:
        return events.emit(session, type_, data, at=service.now()).id


def states(service: Service, webhook: str) -> list[tuple[str, int]]:
    with service.database.reading() as session:
        return [(d.state, d.attempts) for d, _ in events.deliveries(session, webhook)]


def test_what_is_told_is_signed_and_told_once(house: Service, receiver: Receiver) -> None:
    made = webhooks.register(house, receiver.url, ["list.stale"], ADA)
    assert made.secret.startswith("whsec_")
    event = happened(house, list="sdn", name="Ünïcode")
    happened(house, "decision.changed")
    assert (events.deliver(house), events.deliver(house)) == (1, 0)
    ((headers, body),) = receiver.got
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert at == START
    # The checker's own verify() compares with the clock; the signature is what matters.
    assert headers["webhook-signature"] == Checker(made.secret).sign(event, at, body.decode())
    assert json.loads(body) == {
        "type": "list.stale",
        "timestamp": START.isoformat(),
        "data": {"list": "sdn", "name": "Ünïcode"},
    }
    assert headers["webhook-id"] == event
    assert states(house, made.id) == [("delivered", 1)]


def test_a_failure_is_tried_again_later_and_later_under_the_same_id(
    house: Service, receiver: Receiver, clock: Clock
) -> None:
    made = webhooks.register(house, receiver.url, ["list.stale"], ADA)
    event = happened(house)
    receiver.answer = 503
    waits = []
    for _ in range(webhooks.ATTEMPTS):
        with house.database.reading() as session:
            ((delivery, _),) = events.deliveries(session, made.id)
        waits.append((delivery.due - clock.at).total_seconds())
        clock.at = delivery.due - timedelta(seconds=1)
        assert not waits[-1] or events.deliver(house) == 0, "not before it is due"
        clock.at = delivery.due
        assert events.deliver(house) == 1
    assert waits[:4] == [0, 5, 60, 300]
    assert waits == sorted(waits)
    assert receiver.ids == [event] * webhooks.ATTEMPTS
    assert states(house, made.id) == [("failed", webhooks.ATTEMPTS)]
    with house.database.reading() as session:
        ((delivery, _),) = events.deliveries(session, made.id)
    assert delivery.problem == "it answers 503"
    receiver.answer = 200
    clock.wait(days=1)
    events.again(house, delivery.id, ADA)
    assert events.deliver(house) == 1
    assert states(house, made.id) == [("delivered", 1)]


def test_one_bad_event_does_not_hold_up_the_others(house: Service, receiver: Receiver, clock: Clock) -> None:
    made = webhooks.register(house, receiver.url, ["list.stale"], ADA)
    first = happened(house, number=1)
    receiver.answer = 500
    events.deliver(house)
    receiver.answer = 200
    clock.wait(seconds=1)
    second = happened(house, number=2)
    assert events.deliver(house) == 0, "it rests after a failure"
    clock.wait(seconds=5)
    assert events.deliver(house) == 2
    assert receiver.ids == [first, first, second] or receiver.ids == [first, second, first]
    assert {state for state, _ in states(house, made.id)} == {"delivered"}


def test_whoever_never_answers_is_disabled_and_can_be_enabled(
    house: Service, receiver: Receiver, clock: Clock
) -> None:
    made = webhooks.register(house, receiver.url, ["list.stale"], ADA)
    receiver.answer = 500
    for _ in range(7):
        happened(house)
        events.deliver(house)
        clock.wait(days=1)
    with house.database.reading() as session:
        found = webhooks.of_id(session, made.id)
        assert (found.disabled is not None, found.why) == (True, "no good answer for 5 days")
    sent = len(receiver.got)
    happened(house)
    assert events.deliver(house) == 0
    assert len(receiver.got) == sent
    receiver.answer = 200
    webhooks.change(house, made.id, ADA, enable=True)
    while events.deliver(house):
        pass
    assert len(receiver.got) > sent
    with house.database.reading() as session:
        whats = list(session.scalars(select(audit.Entry.what)))
        assert audit.verify(session).holds
    assert [w for w in whats if w.startswith("webhook")] == [
        "webhook.created", "webhook.disabled", "webhook.enabled",
    ]  # fmt: skip


def test_gone_disables_at_once_and_redirects_are_not_followed(house: Service, receiver: Receiver) -> None:
    made = webhooks.register(house, receiver.url, ["list.stale"], ADA)
    happened(house)
    receiver.answer = 302
    events.deliver(house)
    with house.database.reading() as session:
        ((delivery, _),) = events.deliveries(session, made.id)
    assert (delivery.status, delivery.problem) == (302, "it answers 302; redirects are not followed")
    assert len(receiver.got) == 1
    events.test(house, made.id, ADA)
    receiver.answer = 410
    events.deliver(house)
    with house.database.reading() as session:
        assert webhooks.of_id(session, made.id).why == "it answers that it is gone (410)"
    with pytest.raises(webhooks.WebhookError, match="enable it first"):
        events.test(house, made.id, ADA)


def test_a_server_that_stops_after_sending_sends_again(
    tmp_path: Path, regime: Regime, receiver: Receiver, clock: Clock, any_database: str
) -> None:
    service = opened(tmp_path, regime, clock, any_database)
    made = webhooks.register(service, receiver.url, ["list.stale"], ADA)
    event = happened(service)
    # Taken up by a server that was killed before it could write down what was answered.
    assert events._take(service, made.id) is not None
    assert events._take(service, made.id) is None, "nobody else has it meanwhile"
    service.close()
    service = opened(tmp_path, regime, clock, any_database)
    assert events.deliver(service) == 0
    clock.wait(seconds=61)
    assert events.deliver(service) == 1
    assert receiver.ids == [event]
    assert states(service, made.id) == [("delivered", 2)]
    webhooks.remove(service, made.id, ADA)
    service.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.1.2.3/",
        "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://169.254.169.254/latest",
        "https://a:b@example.com/", "https://example.com/#x", "https:///x", "ftp://example.com/", "https://0.0.0.0/",
        "https://[fe80::1]/", "https://224.0.0.1/", "https://example.com:99999/", "https://printer.local/",
        "https://exa mple.com/", "", "https://[2002:7f00:1::]/", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_addresses_that_nothing_is_posted_to(url: str) -> None:
    with pytest.raises(AddressError):
        posting.proper_url(url, private=False)


def test_a_name_that_means_a_private_address_is_refused_when_it_is_looked_up(
    tmp_path: Path, regime: Regime, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    service = opened(tmp_path, regime, clock, private=False)
    made = webhooks.register(service, "https://hooks.example.com/x", ["list.stale"], ADA)
    asked: list[str] = []

    def lookup(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("93.184.216.34", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    happened(service)
    assert events.deliver(service) == 1
    with service.database.reading() as session:
        ((delivery, _),) = events.deliveries(session, made.id)
    assert delivery.problem.startswith("127.0.0.1 is an address of this machine")
    assert asked == ["hooks.example.com"]
    assert receiver.got == []
    service.close()


def test_the_connection_goes_to_the_address_that_was_looked_at(
    house: Service, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    port = receiver.url.rsplit(":", 1)[1].split("/")[0]
    asked: list[str] = []
    real = socket.getaddrinfo

    def lookup(host: Any, *args: Any, **more: Any) -> Any:
        asked.append(host)
        return real("127.0.0.1" if host == "hooks.example.com" else host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    webhooks.register(house, f"http://hooks.example.com:{port}/x", ["list.stale"], ADA)
    happened(house)
    assert events.deliver(house) == 1
    assert asked.count("hooks.example.com") == 1
    assert receiver.got[0][0]["host"] == f"hooks.example.com:{port}"


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert posting.allowed(ip_address(address), private=False)


# Watching ----------------------------------------------------------------------------------


def kept(service: Service) -> list[tuple[str, dict[str, Any]]]:
    with service.database.reading() as session:
        found = session.scalars(select(events.Event).order_by(events.Event.type, events.Event.id))
        return [(one.type, one.data) for one in found]


def test_a_listing_a_party_and_a_book_turn_and_each_is_told_once(
    tmp_path: Path, regime: Regime, any_database: str
) -> None:
    clock = Clock(datetime(2019, 5, 14, 12, tzinfo=UTC))
    service = opened(tmp_path, regime, clock, any_database)
    hits.ask(
        service, hits.of_lines("Huawei Technologies Co., Ltd. | CN\nMaple Ridge Instruments | CA"), who="ada"
    )
    book = books.upload(service, (EXAMPLES / "orders-2019.csv").read_bytes(), "orders-2019.csv", ADA)
    assert worker.drain(service) == 2
    assert watching.watch(service, clock()) == 0, "the first look only remembers"
    clock.wait(days=1)
    assert watching.watch(service, clock()) == 0, "a day on which nothing turns"
    clock.wait(days=2)
    assert watching.watch(service, clock()) == len(kept(service)) > 0
    assert watching.watch(service, clock()) == 0, "nothing is told twice"
    found = kept(service)
    listings = [
        one["listing"] for type_, data in found if type_ == "restriction.added" for one in data["listings"]
    ]
    assert "huawei" in listings
    assert len(listings) == len(set(listings)) == 69
    (party,) = [
        data for type_, data in found
        if type_ == "party.status_changed" and data["from"][0].startswith("screening")
    ]  # fmt: skip
    assert (party["party"], party["status_before"], party["status"]) == (
        "Huawei Technologies Co., Ltd.", {}, {"entity_list": "hit"},
    )  # fmt: skip
    turned = [data for type_, data in found if type_ == "decision.changed"]
    lines = [line for data in turned for line in data["lines"]]
    assert {data["book"] for data in turned} == {book.id}
    assert len(lines) == turned[0]["count"] > 50
    assert {"no_licence_required", "licence_required"} <= {
        line[side] for line in lines for side in ("before", "after")
    }
    assert all(data["as_of"] == "2019-05-17" and data["notice"] for _, data in found)
    service.close()


def test_a_look_that_dies_is_made_again_and_loses_nothing(
    tmp_path: Path, regime: Regime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(datetime(2019, 5, 14, 12, tzinfo=UTC))
    service = opened(tmp_path, regime, clock)
    assert watching.ask(service, clock())
    assert worker.drain(service) == 1
    assert not watching.ask(service, clock()), "nothing has changed"
    clock.wait(days=3)
    assert watching.ask(service, clock())
    real = watching.emit

    def dies(*given: Any, **more: Any) -> Any:
        real(*given, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(watching, "emit", dies)
        with pytest.raises(KeyboardInterrupt):
            worker.do_one(service)
    assert kept(service) == []
    clock.wait(minutes=1)
    assert watching.ask(service, clock()) is True
    assert worker.drain(service) == 1, "the same look, once its lease has run out"
    assert [type_ for type_, _ in kept(service)] == ["restriction.added"]
    assert not watching.ask(service, clock())
    with service.database.reading() as session:
        assert {job.state for job in session.scalars(select(Job))} == {"done"}
    service.close()


def test_a_look_decides_only_the_books_that_are_new_to_the_day(
    house: Service, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    real, decided = watched._lines, []

    def noted(*given: Any) -> Any:
        decided.append(None)
        return real(*given)

    monkeypatch.setattr(watched, "_lines", noted)
    some = b"".join((EXAMPLES / "orders-2019.csv").read_bytes().splitlines(keepends=True)[:9])
    for looks in (1, 2):
        books.upload(house, some, "orders.csv", ADA)
        worker.drain(house)
        assert watching.watch(house, clock()) == 0
        assert len(decided) == looks
    clock.wait(days=1)
    watching.watch(house, clock())
    assert len(decided) == 4, "another day: every book"


def test_servers_that_ask_for_a_look_at_the_same_moment_ask_once(
    tmp_path: Path, regime: Regime, any_database: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = opened(tmp_path, regime, clock, any_database)
    real = jobs.keyed

    def slow(*given: Any) -> Any:
        found = real(*given)
        time.sleep(0.2)
        return found

    monkeypatch.setattr(jobs, "keyed", slow)
    with ThreadPoolExecutor(3) as threads:
        assert all(threads.map(lambda _: watching.ask(service, clock()), range(3)))
    with service.database.reading() as session:
        assert len(session.scalars(select(Job)).all()) == 1
    service.close()


def test_two_looks_at_the_same_time_are_one(
    tmp_path: Path, regime: Regime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(datetime(2019, 5, 14, 12, tzinfo=UTC))
    service = opened(tmp_path, regime, clock)
    watching.watch(service, clock())
    clock.wait(days=3)
    real, quicker = watching._looked, []

    def slow(*given: Any) -> Any:
        seen = real(*given)
        if not quicker:
            quicker.append(None)
            quicker.append(watching.watch(service, clock()))
        return seen

    monkeypatch.setattr(watching, "_looked", slow)
    assert watching.watch(service, clock()) is None
    assert quicker[1] == len(kept(service)) == 1
    service.close()


def test_a_list_grows_stale_and_a_new_file_adds_to_it(tmp_path: Path, regime: Regime) -> None:
    from licet.lists.history import History

    clock = Clock(datetime(2020, 1, 2, 12, tzinfo=UTC))
    with History.open(tmp_path / "lists.sqlite", create=True) as history:
        add(history, 0, [record("Alpha Optics", "CN")])
    service = opened(tmp_path, regime, clock)
    watching.watch(service, clock())
    clock.wait(days=400)
    watching.watch(service, clock())
    stale = [data for type_, data in kept(service) if type_ == "list.stale"]
    assert [(d["list"], d["day"], d["age_days"]) for d in stale] == [("made", "2020-01-01", 401)]
    clock.wait(days=1)
    watching.watch(service, clock())
    assert len([1 for type_, _ in kept(service) if type_ == "list.stale"]) == 1
    with History.open(tmp_path / "lists.sqlite") as history:
        add(history, 402, [record("Alpha Optics", "CN"), record("Beta Trading", "RU")])
    assert watching.ask(service, clock()), "the lists in use have changed"
    worker.drain(service)
    added = [
        one["name"] for type_, data in kept(service)
        if type_ == "restriction.added" and data["list"] == "made" for one in data["listings"]
    ]  # fmt: skip
    assert added == ["Beta Trading"]
    service.close()


# Faces -------------------------------------------------------------------------------------


def test_an_administrator_registers_tries_and_removes_one_over_the_api(
    house: Service, receiver: Receiver
) -> None:
    with client_of(house) as client:
        sign_in(client, house, "administrator", "root")
        post_form(client, "/admin/webhooks", {"url": "http://example.com", "types": ["list.stale"]})
        client.headers["x-csrf-token"] = (
            client.get("/admin/webhooks").text.split('name="csrf" value="')[1].split('"')[0]
        )
        bad = client.post("/api/v1/webhooks", json={"url": "ftp://x", "types": ["list.stale"]})
        assert (bad.status_code, "https://" in bad.json()["detail"]) == (422, True)
        made = client.post("/api/v1/webhooks", json={"url": receiver.url, "types": ["list.stale"]}).json()
        assert made["secret"].startswith("whsec_")
        path = f"/api/v1/webhooks/{made['id']}"
        assert "secret" not in client.get(path).json()
        assert made["secret"] not in client.get("/api/v1/webhooks").text
        assert client.post(f"{path}/test").status_code == 202
        while events.deliver(house):
            pass
        (one,) = client.get(f"{path}/deliveries").json()["deliveries"]
        assert (one["state"], one["event"]["type"], one["status"]) == ("delivered", "webhook.test", 204)
        assert json.loads(receiver.got[0][1])["data"] == {"webhook": made["id"], "asked_by": "root"}
        assert client.patch(path, json={"enabled": False}).json()["why"] == "root disabled it"
        assert (
            client.patch(path, json={"enabled": True, "types": ["decision.changed"]}).json()["disabled"]
            is None
        )
        assert client.delete(path).status_code == 204
        assert [client.get(path).status_code, client.post(f"{path}/test").status_code] == [404, 404]


def test_the_pages_show_the_secret_once_and_what_was_delivered(house: Service, receiver: Receiver) -> None:
    with client_of(house) as client:
        sign_in(client, house, "administrator", "root")
        page = client.get("/admin/webhooks")
        assert "There is none yet." in page.text
        bad = post_form(client, "/admin/webhooks", {"url": "nonsense"})
        assert (bad.status_code, 'href="#url"' in bad.text, 'value="nonsense"' in bad.text) == (
            422,
            True,
            True,
        )
        bad = post_form(client, "/admin/webhooks", {"url": receiver.url})
        assert (bad.status_code, 'href="#types"' in bad.text) == (422, True)
        made = post_form(client, "/admin/webhooks", {"url": receiver.url, "types": ["list.stale"]})
        assert (made.status_code, "whsec_" in made.text) == (201, True)
        with house.database.reading() as session:
            (webhook,) = webhooks.every(session)
        path = f"/admin/webhooks/{webhook.id}"
        assert webhook.secret not in client.get(path).text
        assert post_form(client, f"{path}/test", {}, page=path).status_code == 303
        while events.deliver(house):
            pass
        shown = client.get(path).text
        assert "webhook.test" in shown
        assert "Delivered" in shown
        with house.database.reading() as session:
            ((delivery, _),) = events.deliveries(session, webhook.id)
        assert post_form(client, f"{path}/again", {"delivery": delivery.id}, page=path).status_code == 303
        assert states(house, webhook.id) == [("waiting", 0)]
        for what in ("disable", "enable"):
            assert post_form(client, f"{path}/{what}", {}, page=path).status_code == 303
        assert post_form(client, f"{path}/types", {"types": []}, page=path).status_code == 422
        assert post_form(client, f"{path}/nonsense", {}, page=path).status_code == 404
        assert post_form(client, f"{path}/remove", {}, page=path).status_code == 303
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "analyst", "reviewer"])
def test_nobody_else_sees_webhooks(house: Service, role: str) -> None:
    with client_of(house) as client:
        sign_in(client, house, role)
        assert [client.get(path).status_code for path in ("/api/v1/webhooks", "/admin/webhooks")] == [
            403,
            403,
        ]


def test_the_courier_looks_and_sends_by_itself(house: Service, receiver: Receiver) -> None:
    from time import monotonic, sleep

    from licet.service.courier import Courier

    made = webhooks.register(house, receiver.url, ["list.stale"], ADA)
    happened(house)
    courier = Courier(house)
    courier.start()
    until = monotonic() + 20
    while states(house, made.id) != [("delivered", 1)] and monotonic() < until:
        sleep(0.02)
    courier.stop()
    assert states(house, made.id) == [("delivered", 1)]
    with house.database.reading() as session:
        assert list(session.scalars(select(Job.kind))) == ["watch"]
