"""A server killed in the middle of everything loses nothing that it acknowledged, and does nothing twice."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from licet.decisions.book import decide_book, row_of
from licet.intake import countries_from, read_bytes
from licet.regime import Regime
from licet.service import accounts, audit, keys
from licet.service.books import Book
from licet.service.holds import Hold
from licet.service.runs import Run, RunLine, told
from licet.service.service import Service
from two_databases import BOTH, EXAMPLE, Clock, opened

SERVER = Path(__file__).with_name("crashing_server.py")
PATIENCE = 120
BOOK = b"".join(EXAMPLE.read_bytes().splitlines(keepends=True)[:121])


@pytest.fixture(params=BOTH)
def kept(request: Any, tmp_path: Path, regime: Regime) -> Iterator[Service]:
    """The database that the servers share, seen from here."""
    with opened(request, tmp_path, regime, Clock()) as service:
        yield service


@contextmanager
def server(service: Service, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server process over the database, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (folder / "server.log").open("ab")
    command = [sys.executable, str(SERVER), service.settings.database, str(folder), str(port)]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(process, address, folder), "the server did not start")
        yield process, address
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        log.close()


def answers(process: subprocess.Popen[bytes], address: str, folder: Path) -> bool:
    assert process.poll() is None, (folder / "server.log").read_text()[-3000:]
    try:
        return httpx2.get(f"{address}/api/v1/books").status_code < 500
    except httpx2.TransportError:
        return False


def until(happened: Any, otherwise: str) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (got := happened()):
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)
    return got


class Hammer:
    """Uploads one small book after the other, until the server is gone; what was acknowledged is noted."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self.acknowledged: dict[str, str] = {}
        self.unanswered: list[str] = []
        self._address, self._headers = address, headers
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        number = 0
        with httpx2.Client(base_url=self._address, headers=self._headers) as client:
            while True:
                key, number = f"number-{number}", number + 1
                try:
                    got = upload(client, key)
                except httpx2.TransportError:
                    self.unanswered.append(key)
                    return
                self.acknowledged[key] = got
                time.sleep(0.01)

    def done(self) -> None:
        self._thread.join(PATIENCE)


def all_read(service: Service) -> bool:
    with service.database.reading() as session:
        return session.query(Book).filter(Book.state != "ready").count() == 0


def upload(client: httpx2.Client, key: str) -> str:
    text = f"order_id,date,destination,eccn\n{key},2019-05-16,CN,EAR99\n"
    headers = {"content-type": "text/csv", "idempotency-key": key}
    got = client.post("/api/v1/books", content=text.encode(), headers=headers)
    assert got.status_code == 201, got.text
    return str(got.json()["id"])


def test_a_server_killed_in_the_middle_loses_nothing(kept: Service, regime: Regime, tmp_path: Path) -> None:
    owner = accounts.create(kept, name="owner", role="analyst", by="the tests")
    _, text = keys.create(kept, by="the tests", owner=owner.id, name="k", scopes=["read", "books"])
    headers = {"Authorization": f"Bearer {text}"}
    with server(kept, tmp_path) as (process, address), httpx2.Client(headers=headers, timeout=60) as client:
        api = f"{address}/api/v1"
        csv = {"content-type": "text/csv"}
        book = client.post(f"{api}/books", content=BOOK, headers=csv).json()["id"]
        run = client.post(f"{api}/books/{book}/runs", json={}).json()["id"]
        hammer = Hammer(address, headers)
        until(lambda: client.get(f"{api}/runs/{run}").json()["done"] >= 24, "the job did not begin")
        held = client.post(f"{api}/runs/{run}/holds", json={"lines": [1, 2, 3]}).json()["holds"]
        os.kill(process.pid, signal.SIGKILL)
        hammer.done()
    with kept.database.reading() as session:
        half = session.get_one(Run, run)
        assert 24 <= half.done < half.lines
        assert session.query(RunLine).filter_by(run=run).count() == half.done

    with server(kept, tmp_path) as (_, address), httpx2.Client(headers=headers, timeout=60) as client:
        client.base_url = httpx2.URL(address)
        # What was not answered is sent again, and is the same book if it had been kept.
        acknowledged = hammer.acknowledged | {key: upload(client, key) for key in hammer.unanswered}
        path = f"/api/v1/runs/{run}"
        done = until(
            lambda: (r := client.get(path).json())["job"]["state"] == "done" and r,
            "the job did not come to its end",
        )
        assert done["job"]["attempt"] >= 2
        until(lambda: all_read(kept), "a book that was kept was not read")

    assert len(acknowledged) >= 2
    countries = countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
    acts = read_bytes(BOOK, "orders.csv", regime.vocabulary, countries).acts
    plain = [{k: str(v) for k, v in row_of(line).items()} for line in decide_book(acts, regime)]
    with kept.database.reading() as session:
        whole = session.get_one(Run, run)
        lines = session.query(RunLine).filter_by(run=run).order_by(RunLine.number)
        assert [told(whole, line) for line in lines] == plain
        books = {b.key.partition(":")[2]: b.id for b in session.query(Book) if b.key}
        assert acknowledged.items() <= books.items()
        assert {h["id"] for h in held} <= {h.id for h in session.query(Hold)}
        trail = audit.verify(session)
        assert trail.holds, trail.broken
        finished = session.query(audit.Entry).filter_by(what="run.finished", about=run).all()
        uploads = session.query(audit.Entry).filter_by(what="book.uploaded").count()
        assert (len(finished), finished[0].detail["results"]) == (1, whole.results)
        assert uploads == session.query(Book).count()
