"""Lists kept current: fetched from a server that serves, fails, stalls, truncates and shrinks."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from licet.cli.main import licet
from licet.lists.fetching import FetchError, Limits, Wanted, backoff, fetch
from licet.lists.history import History, HistoryError
from licet.lists.publishers import PublisherError, choose, publications
from licet.lists.syncing import Outcome, Synced, Way, sync
from shared_reference import shared

TODAY = date(2026, 11, 21)
NOW = "Sat, 21 Nov 2026 09:00:00 GMT"
FIRST, LATER = "Mon, 02 Nov 2026 21:00:00 GMT", "Mon, 09 Nov 2026 21:00:00 GMT"
HEAD = ('"Name"\t"Street_Address"\t"City"\t"State"\t"Country"\t"Postal_Code"\t"Effective_Date"\t"Expiration_Date"\t"Standard_Order"\t"Last_Update"\t"Action"\t"FR_Citation"\r\n')  # fmt: skip


def orders(number: int, last: str = "11/01/2026") -> bytes:
    """A made list of denial orders."""
    rows = (
        f'"MADE PERSON {n}"\t"{n} ROAD"\t"TOWN"\t""\t"DE"\t""\t"01/02/2020"\t"01/02/2030"\t"Y"\t"{last}"\t"NEW"\t"85 F.R. {n}"\r\n'
        for n in range(number)
    )
    return (HEAD + "".join(rows)).encode()


Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A publisher on this machine; ``pages`` say what each path answers, ``asked`` what was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.stop = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.asked.append((self.path, {k.casefold(): v for k, v in self.headers.items()}))
                page = outer.pages.get(self.path.partition("?")[0])
                try:
                    (page or say(b"nothing here", status=404))(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()


def say(body: bytes, status: int = 200, length: int | None = None, **headers: str) -> Answer:
    """A whole answer; 304 where the reader has it already. ``length`` lies about how long it is."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        said = {
            "Date": NOW,
            "Content-Type": "text/plain",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        etag, modified = said.get("ETag"), said.get("Last-Modified")
        mine = handler.headers.get("If-None-Match"), handler.headers.get("If-Modified-Since")
        same = status == 200 and (mine[0] == etag if mine[0] else bool(mine[1]) and mine[1] == modified)
        handler.send_response_only(304 if same else status)
        for name, value in said.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(0 if same else len(body) if length is None else length))
        handler.end_headers()
        if not same:
            handler.wfile.write(body)
        handler.close_connection = length is not None

    return answer


def in_turn(*answers: Answer) -> Answer:
    """One after the other; the last for good."""
    left = list(answers)
    return lambda handler: (left.pop(0) if len(left) > 1 else left[0])(handler)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


class Waits:
    """Pauses that are noted and not waited for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


QUICK = Limits(connect=2, read=2, total=10, most=1024 * 1024, attempts=3, redirects=3)


def way(limits: Limits = QUICK, pause: Waits | None = None) -> Way:
    return Way(limits, pause or Waits(), lambda attempt: float(attempt))


def publishers(folder: Path, server: Server, **changes: Any) -> Path:
    """A file with one made source; JSON is YAML."""
    said = {
        "title": "Made orders", "publisher": "Nobody", "lists": ["denied_persons"], "format": "dpl-tab",
        "page": "https://example.org/", "files": [{"address": f"{server.root}/dpl.txt"}], "types": ["text/plain"],
        "cadence": "never", "stale_after": 60, "licence": "none", "checked": "memory", **changes,
    }  # fmt: skip
    path = folder / "publishers.yaml"
    path.write_text(json.dumps({"made": said}), encoding="utf-8")
    return path


def run(
    folder: Path,
    server: Server,
    limits: Limits = QUICK,
    today: date = TODAY,
    pause: Waits | None = None,
    known: date | None = None,
    tokens: dict[str, str] | None = None,
    **changes: Any,
) -> Synced:
    """One run over the made source."""
    chosen = choose(publications(publishers(folder, server, **changes)))
    (done,) = sync(
        folder / "lists.sqlite", chosen, today=today, known=known, tokens=tokens, way=way(limits, pause)
    )
    return done


def entries(folder: Path, list_: str = "denied_persons") -> int:
    store = folder / "lists.sqlite"
    if not store.exists():
        return 0
    with History.open(store) as history:
        return len(history.records(list_))


def journal(folder: Path) -> list[dict[str, Any]]:
    path = folder / "lists.sqlite.fetches.jsonl"
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )


# What a good server gives


def test_a_new_file_goes_in_known_on_the_day_its_server_says(tmp_path: Path, server: Server) -> None:
    body = orders(40)
    server.pages["/dpl.txt"] = say(body, ETag='"1"', Last_Modified=FIRST, Date=LATER)
    done = run(tmp_path, server)
    assert (done.outcome, done.known_by, done.current) == (Outcome.IMPORTED, "Last-Modified", True)
    assert done.snapshot is not None
    assert done.snapshot.sha256 == sha256(body).hexdigest()
    assert (done.snapshot.day, done.snapshot.known) == (date(2026, 11, 1), date(2026, 11, 2))
    assert entries(tmp_path) == 40
    assert server.asked[0][1]["accept-encoding"] == "gzip"
    assert "if-none-match" not in server.asked[0][1]
    (line,) = journal(tmp_path)
    assert (line["known_by"], line["files"][0]["etag"], line["outcome"]) == (
        "Last-Modified",
        '"1"',
        "imported",
    )


def test_what_has_not_changed_is_not_sent_again(tmp_path: Path, server: Server) -> None:
    server.pages["/dpl.txt"] = say(orders(40), ETag='"1"', Last_Modified=FIRST)
    run(tmp_path, server)
    done = run(tmp_path, server)
    assert (done.outcome, entries(tmp_path)) == (Outcome.UNCHANGED, 40)
    asked = server.asked[1][1]
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"1"', FIRST)
    assert run(tmp_path, server).outcome is Outcome.UNCHANGED
    server.pages["/dpl.txt"] = say(orders(41, "11/08/2026"), ETag='"2"', Last_Modified=LATER)
    assert run(tmp_path, server).outcome is Outcome.IMPORTED
    assert entries(tmp_path) == 41
    assert [line["outcome"] for line in journal(tmp_path)] == [
        "imported",
        "unchanged",
        "unchanged",
        "imported",
    ]


def test_a_lost_history_is_not_taken_for_a_full_one(tmp_path: Path, server: Server) -> None:
    server.pages["/dpl.txt"] = say(orders(40), ETag='"1"')
    run(tmp_path, server)
    (tmp_path / "lists.sqlite").unlink()
    assert run(tmp_path, server).outcome is Outcome.IMPORTED
    assert "if-none-match" not in server.asked[1][1]


def test_the_same_bytes_without_marks_are_unchanged(tmp_path: Path, server: Server) -> None:
    server.pages["/dpl.txt"] = say(orders(40))
    run(tmp_path, server)
    done = run(tmp_path, server)
    assert (done.outcome, len(journal(tmp_path))) == (Outcome.UNCHANGED, 2)


@pytest.mark.parametrize(
    ("modified", "served", "known", "by"),
    [
        (FIRST, LATER, date(2026, 11, 2), "Last-Modified"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", LATER, date(2026, 11, 9), "Date"),
        ("Sat, 01 Jan 2028 00:00:00 GMT", LATER, date(2026, 11, 9), "Date"),
        ("yesterday", LATER, date(2026, 11, 9), "Date"),
        ("", "", TODAY, "clock"),
    ],
)
def test_a_server_is_believed_on_the_day_only_where_it_can_be(
    tmp_path: Path, server: Server, modified: str, served: str, known: date, by: str
) -> None:
    server.pages["/dpl.txt"] = say(orders(30), Last_Modified=modified, Date=served)
    done = run(tmp_path, server)
    assert done.snapshot is not None
    assert (done.snapshot.known, done.known_by) == (known, by)


def test_a_file_was_not_known_while_another_was_still_served(tmp_path: Path, server: Server) -> None:
    """Where the data gives no day of its own, a Last-Modified before the last visit would rewrite the past."""
    server.pages["/dpl.txt"] = say(orders(30, "10/01/2026"), ETag='"1"', Last_Modified=FIRST, Date=LATER)
    run(tmp_path, server)
    server.pages["/dpl.txt"] = say(orders(31, "10/01/2026"), ETag='"2"', Last_Modified=FIRST)
    done = run(tmp_path, server)
    assert done.snapshot is not None
    assert (done.snapshot.known, done.known_by) == (date(2026, 11, 21), "Date")


def test_whoever_knows_better_says_when_it_became_known(tmp_path: Path, server: Server) -> None:
    server.pages["/dpl.txt"] = say(orders(30), Last_Modified=FIRST)
    done = run(tmp_path, server, known=date(2026, 11, 5))
    assert done.snapshot is not None
    assert (done.snapshot.known, done.known_by) == (date(2026, 11, 5), "--known")
    (tmp_path / "other").mkdir()
    early = run(tmp_path / "other", server, known=date(2020, 1, 1))
    assert early.outcome is Outcome.FAILED
    assert "mend --known" in early.what


def test_compressed_on_the_way_is_the_same_file(tmp_path: Path, server: Server) -> None:
    body = orders(50)
    server.pages["/dpl.txt"] = say(
        gzip.compress(body[:900]) + gzip.compress(body[900:]), Content_Encoding="gzip"
    )
    done = run(tmp_path, server)
    assert done.snapshot is not None
    assert done.snapshot.sha256 == sha256(body).hexdigest()


def test_a_redirect_is_followed(tmp_path: Path, server: Server) -> None:
    server.pages["/dpl.txt"] = say(b"", status=302, Location="/new/dpl.txt?signed=1")
    server.pages["/new/dpl.txt"] = say(orders(20))
    assert run(tmp_path, server).outcome is Outcome.IMPORTED


def test_a_source_with_an_issue_a_token_and_parts(tmp_path: Path, server: Server) -> None:
    main = b'36,"MADE LINE",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    alt = b'36,12,"aka","MADE LINES",-0- \r\n'
    server.pages["/issues"] = say(b'{"titles":[{"number":15,"up_to_date_as_of":"2026-11-03"}]}')
    server.pages["/2026-11-03/SDN.CSV"] = say(main, ETag='"m"')
    server.pages["/2026-11-03/ALT.CSV"] = say(alt, ETag='"a"')
    source: dict[str, Any] = {
        "format": "ofac-csv", "lists": ["sdn"], "token": "MADE_TOKEN", "how": "ask for a token",
        "issue": {"address": f"{server.root}/issues", "pattern": '"number":15,"up_to_date_as_of":"([0-9-]+)"'},
        "files": [
            {"address": f"{server.root}/{{date}}/SDN.CSV?token={{token}}", "part": "main"},
            {"address": f"{server.root}/{{date}}/ALT.CSV?token={{token}}", "part": "alt"},
        ],
    }  # fmt: skip
    assert run(tmp_path, server, **source).outcome is Outcome.BY_HAND
    assert not server.asked
    tokens = {"MADE_TOKEN": "s3cret"}
    assert run(tmp_path, server, tokens=tokens, **source).outcome is Outcome.IMPORTED
    with History.open(tmp_path / "lists.sqlite") as history:
        (record,) = history.records("sdn")
        assert [other.name for other in record.others] == ["MADE LINES"]
    assert "/2026-11-03/ALT.CSV?token=s3cret" in [path for path, _ in server.asked]
    assert "s3cret" not in (tmp_path / "lists.sqlite.fetches.jsonl").read_text(encoding="utf-8")
    assert run(tmp_path, server, tokens=tokens, **source).outcome is Outcome.UNCHANGED
    # One part changed: the other is wanted again, or the list would lose its aliases.
    server.pages["/2026-11-03/SDN.CSV"] = say(
        main.replace(b"LINE", b"LANE"), ETag='"n"', Date="Sun, 22 Nov 2026 09:00:00 GMT"
    )
    assert run(tmp_path, server, tokens=tokens, **source).outcome is Outcome.IMPORTED
    with History.open(tmp_path / "lists.sqlite") as history:
        (record,) = history.records("sdn")
        assert (record.name, len(record.others)) == ("MADE LANE", 1)


def test_a_checksum_beside_the_file_is_compared(tmp_path: Path, server: Server) -> None:
    body = orders(20)
    server.pages["/dpl.txt"] = say(body)
    check = {"checksum": f"{server.root}/sums"}
    for sums in (
        sha256(body).hexdigest().encode(),
        f"{'0' * 64}  other.txt\n{sha256(body).hexdigest().upper()} *dpl.txt\n".encode(),
        json.dumps({"resources": [{"name": "dpl.txt", "checksum": sha1(body).hexdigest()}]}).encode(),
    ):
        server.pages["/sums"] = say(sums)
        assert run(tmp_path, server, **check).current
    for wrong, told in (
        (b"0" * 64, "not the one that was published"),
        (b"{}", "have none"),
        (b"\xff", "have none"),
    ):
        server.pages["/sums"] = say(wrong)
        done = run(tmp_path, server, **check)
        assert (done.outcome, told in done.what) == (Outcome.REFUSED, True)
    server.pages.pop("/sums")
    assert run(tmp_path, server, **check).outcome is Outcome.FAILED


# What a bad server gives


def test_a_missing_file_is_told_and_not_tried_again(tmp_path: Path, server: Server) -> None:
    done = run(tmp_path, server)
    assert (done.outcome, len(server.asked)) == (Outcome.FAILED, 1)
    assert "answers 404" in done.what
    assert not (tmp_path / "lists.sqlite").exists()


def test_a_passing_fault_is_tried_again_after_a_growing_wait(tmp_path: Path, server: Server) -> None:
    server.pages["/dpl.txt"] = in_turn(say(b"", 500), say(b"", 503, Retry_After="7"), say(orders(20)))
    waits = Waits()
    done = run(tmp_path, server, pause=waits)
    assert (done.outcome, done.attempts, waits.seconds) == (Outcome.IMPORTED, 3, [1.0, 7.0])
    server.pages["/dpl.txt"] = say(b"", 500)
    waits = Waits()
    done = run(tmp_path, server, pause=waits)
    assert (done.outcome, waits.seconds) == (Outcome.FAILED, [1.0, 2.0])
    assert "tried 3 times" in done.what
    assert entries(tmp_path) == 20


def test_waits_double_and_chance_spreads_them() -> None:
    assert [backoff(n, lambda: 0.0) for n in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert backoff(3, lambda: 1.0) == 2
    assert 0.5 <= backoff(1) <= 1


def test_a_stall_ends(tmp_path: Path, server: Server) -> None:
    def stall(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"Name")
        server.stop.wait(5)

    server.pages["/dpl.txt"] = stall
    done = run(tmp_path, server, Limits(read=0.2, total=5, attempts=2))
    assert (done.outcome, len(server.asked)) == (Outcome.FAILED, 2)
    assert "no answer within the time (ReadTimeout)" in done.what


@pytest.mark.parametrize("header", [False, True])
def test_a_slow_drip_ends_at_the_total_time(tmp_path: Path, server: Server, header: bool) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(
            b"HTTP/1.1 200 OK\r\n" + (b"X-Slow: " if header else b"Content-Length: 9999\r\n\r\n")
        )
        while not server.stop.wait(0.05):
            handler.wfile.write(b"a")

    server.pages["/dpl.txt"] = drip
    began = time.perf_counter()
    done = run(tmp_path, server, Limits(read=1, total=0.5))
    assert time.perf_counter() - began < 3
    assert (done.outcome, len(server.asked)) == (Outcome.FAILED, 1)
    assert "not done after 0.5 seconds" in done.what


def test_a_body_shorter_than_it_says_is_fetched_again(tmp_path: Path, server: Server) -> None:
    body = orders(20)
    server.pages["/dpl.txt"] = in_turn(say(body[:700], length=len(body)), say(body))
    done = run(tmp_path, server)
    assert (done.outcome, done.attempts, entries(tmp_path)) == (Outcome.IMPORTED, 2, 20)
    server.pages["/dpl.txt"] = say(body[:700], length=len(body))
    assert run(tmp_path, server).outcome is Outcome.FAILED


@pytest.mark.parametrize("spoil", [lambda b: b[:-20], lambda b: b[:30] + b"????" + b[34:], lambda b: b""])
def test_a_damaged_compression_of_the_way_is_fetched_again(
    tmp_path: Path, server: Server, spoil: Callable[[bytes], bytes]
) -> None:
    packed = gzip.compress(orders(20))
    server.pages["/dpl.txt"] = in_turn(
        say(spoil(packed), Content_Encoding="gzip"), say(packed, Content_Encoding="gzip")
    )
    done = run(tmp_path, server)
    assert (done.outcome, done.attempts) == (Outcome.IMPORTED, 2)


def test_a_cut_file_of_the_right_length_is_refused_and_kept(tmp_path: Path, server: Server) -> None:
    whole = orders(60)
    server.pages["/dpl.txt"] = say(whole, ETag='"1"', Last_Modified=FIRST)
    run(tmp_path, server)
    cut = orders(60, "11/08/2026")[:-25]
    server.pages["/dpl.txt"] = say(cut, ETag='"2"', Last_Modified=LATER)
    done = run(tmp_path, server)
    assert (done.outcome, entries(tmp_path)) == (Outcome.REFUSED, 60)
    assert done.kept is not None
    assert (done.kept / "dpl.txt").read_bytes() == cut
    why = (done.kept / "why.txt").read_text(encoding="utf-8")
    assert "licet lists import" in why
    assert "--force REASON" in why
    again = run(tmp_path, server)
    assert (again.outcome, again.kept) == (Outcome.REFUSED, done.kept)
    assert [p.name for p in (tmp_path / "lists.sqlite.refused").iterdir()] == [done.kept.name]
    # The next good file goes in as if nothing had been.
    server.pages["/dpl.txt"] = say(orders(61, "11/08/2026"), ETag='"3"')
    assert run(tmp_path, server).outcome is Outcome.IMPORTED
    assert entries(tmp_path) == 61


def test_a_shrunken_file_is_refused_until_a_person_insists(tmp_path: Path, server: Server) -> None:
    server.pages["/dpl.txt"] = say(orders(60), Last_Modified=FIRST)
    run(tmp_path, server)
    server.pages["/dpl.txt"] = say(orders(30, "11/08/2026"), Last_Modified=LATER)
    done = run(tmp_path, server)
    assert done.outcome is Outcome.REFUSED
    assert done.findings[0].code == "fallen"
    assert "30 entries" in done.what
    assert done.kept is not None
    forced = ["--force", "orders ended", "--by", "A. Person", "--store", str(tmp_path / "lists.sqlite")]
    result = CliRunner().invoke(
        licet, ["lists", "import", str(done.kept / "dpl.txt"), *forced], standalone_mode=False
    )
    assert result.return_value == 0
    assert run(tmp_path, server).outcome is Outcome.UNCHANGED
    assert entries(tmp_path) == 30


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            say(b"<!DOCTYPE html><title>Down for maintenance</title>", Content_Type="text/html"),
            "a web page came",
        ),
        (say(b"\n<html><body>busy</body></html>", Content_Type="text/plain"), "a web page came"),
        (say(orders(20), Content_Type="image/png"), "served as image/png; expected text/plain"),
        (say(b"", Content_Type="text/plain"), "has nothing in it"),
        (say(b"name,country\r\nA,DE\r\n"), "no list format known here"),
        (
            say(b'36,"MADE LINE",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'),
            "serves ofac-csv where",
        ),
        (say(gzip.compress(orders(20))[:-30]), "damaged or breaks off"),
    ],
)
def test_what_is_not_the_list_is_refused_and_kept(
    tmp_path: Path, server: Server, answer: Answer, told: str
) -> None:
    server.pages["/dpl.txt"] = answer
    done = run(tmp_path, server)
    assert done.outcome is Outcome.REFUSED
    assert told in done.what
    assert done.kept is not None
    assert sorted(p.name for p in done.kept.iterdir()) == ["dpl.txt", "why.txt"]
    assert entries(tmp_path) == 0


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (say(b"", status=301, Location="/dpl.txt"), "more than 3 redirects"),
        (
            say(b"", status=302, Location="http://example.org/dpl.txt"),
            "a redirect to example.org is not https",
        ),
        (say(b"", status=302, Location="file:///etc/passwd"), "is not https"),
        (say(b"", status=302, Location="https://[broken/"), "what is no address"),
        (say(b"", status=302, Location="//127.0.0.1:99999/"), "what is no address"),
        (say(orders(5), Content_Encoding="br"), "compressed as 'br'"),
        (say(b"x" * 1_100_000), "more than the 1,048,576 that are taken"),
        (say(gzip.compress(b"x" * 1_100_000), Content_Encoding="gzip"), "more than the 1,048,576 bytes"),
        (say(b"", status=304), "answers 304"),
        (say(b"", status=401), "answers 401"),
    ],
)
def test_what_will_not_get_better_is_told_at_once(
    tmp_path: Path, server: Server, answer: Answer, told: str
) -> None:
    server.pages["/dpl.txt"] = answer
    waits = Waits()
    done = run(tmp_path, server, pause=waits, most_mib=1)
    assert (done.outcome, waits.seconds) == (Outcome.FAILED, [])
    assert told in done.what


def test_only_https_leaves_this_machine(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="not https"):
        asyncio.run(fetch(Wanted("http://example.org/x", "http://example.org/x", "x"), tmp_path, QUICK))


def test_nobody_listening(tmp_path: Path, server: Server) -> None:
    address = server.root
    server.close()
    server.stop.clear()
    done = run(tmp_path, server, files=[{"address": f"{address}/dpl.txt"}])
    assert (done.outcome, "tried 3 times" in done.what) == (Outcome.FAILED, True)


def test_a_publisher_that_goes_back_is_told(tmp_path: Path, server: Server) -> None:
    server.pages["/dpl.txt"] = say(orders(30, "10/01/2026"), Last_Modified=FIRST)
    run(tmp_path, server)
    server.pages["/dpl.txt"] = say(orders(31, "10/02/2026"))
    run(tmp_path, server)
    server.pages["/dpl.txt"] = say(orders(30, "10/01/2026"), Last_Modified=FIRST)
    done = run(tmp_path, server)
    assert (done.outcome, done.current) == (Outcome.STALE, False)
    assert "counts as newer" in done.what


def test_two_files_of_one_day_are_never_both_the_newest(tmp_path: Path, server: Server) -> None:
    bodies = [orders(30, "11/01/2026"), orders(31, "11/01/2026")]
    outcomes = []
    for body in bodies:
        server.pages["/dpl.txt"] = say(body)
        outcomes.append(run(tmp_path, server, known=date(2026, 11, 2)))
    with History.open(tmp_path / "lists.sqlite") as history:
        shown = history.snapshots("denied_persons")[-1].sha256
    assert outcomes[1].current == (shown == sha256(bodies[1]).hexdigest())
    assert outcomes[1].current or "which is the later cannot be told" in outcomes[1].what


def test_a_list_that_is_never_changed_any_more_is_stale(tmp_path: Path, server: Server) -> None:
    server.pages["/dpl.txt"] = say(orders(30), ETag='"1"', Last_Modified=FIRST)
    assert run(tmp_path, server, today=date(2027, 1, 1)).outcome is Outcome.IMPORTED
    done = run(tmp_path, server, today=date(2027, 1, 2))
    assert (done.outcome, "since 2026-11-02" in done.what) == (Outcome.STALE, True)


def test_one_bad_source_keeps_no_other_out(tmp_path: Path, server: Server) -> None:
    said = json.loads(publishers(tmp_path, server).read_text(encoding="utf-8"))["made"]
    files = {name: {**said, "files": [{"address": f"{server.root}/{name}.txt"}]} for name in ("a", "b", "c")}
    path = tmp_path / "publishers.yaml"
    path.write_text(json.dumps(files), encoding="utf-8")
    server.pages |= {"/a.txt": say(b"", 500), "/b.txt": say(orders(20)), "/c.txt": say(orders(20)[:-9])}
    done = sync(tmp_path / "lists.sqlite", choose(publications(path)), today=TODAY, way=way())
    assert [d.outcome for d in done] == [Outcome.FAILED, Outcome.IMPORTED, Outcome.REFUSED]
    assert entries(tmp_path) == 20


def test_killed_in_the_middle_leaves_nothing_half_done(tmp_path: Path, server: Server) -> None:
    begun = threading.Event()

    def half(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.wfile.write(orders(20))
        begun.set()
        server.stop.wait(5)

    store = tmp_path / "lists.sqlite"
    server.pages["/dpl.txt"] = say(orders(20))
    run(tmp_path, server)
    before, lines = store.read_bytes(), len(journal(tmp_path))
    server.pages["/dpl.txt"] = half
    addresses = publishers(tmp_path, server)
    call = [sys.executable, "-c", "from licet.cli import main; main()", "lists", "sync"]
    with subprocess.Popen([*call, "--store", str(store), "--publishers", str(addresses)]) as process:
        assert begun.wait(20)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert (store.read_bytes(), len(journal(tmp_path))) == (before, lines)
    assert not (tmp_path / "lists.sqlite.refused").exists()
    server.pages["/dpl.txt"] = say(orders(21, "11/08/2026"))
    assert run(tmp_path, server).outcome is Outcome.IMPORTED


def test_a_journal_that_broke_off_costs_one_more_fetch(tmp_path: Path, server: Server) -> None:
    server.pages["/dpl.txt"] = say(orders(20), ETag='"1"')
    run(tmp_path, server)
    path = tmp_path / "lists.sqlite.fetches.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    assert run(tmp_path, server).outcome is Outcome.UNCHANGED
    assert path.read_bytes().startswith(whole[:-40] + b"\n{")
    assert run(tmp_path, server).outcome is Outcome.UNCHANGED
    assert "if-none-match" in server.asked[2][1]


def test_a_store_that_is_none_stops_before_anything_is_fetched(tmp_path: Path, server: Server) -> None:
    (tmp_path / "lists.sqlite").write_text("no history" * 100, encoding="utf-8")
    with pytest.raises(HistoryError, match="not a history"):
        run(tmp_path, server)
    assert not server.asked


# The real files


def test_real_files_come_through_and_their_accidents_do_not(tmp_path: Path, server: Server) -> None:
    old, new = (shared(f"data/dpl/dpl-{day}.txt") for day in ("2022-09-07", "2023-11-30"))
    server.pages["/dpl.txt"] = say(old.read_bytes(), ETag='"1"')
    done = run(tmp_path, server, stale_after=None)
    assert (done.outcome, entries(tmp_path)) == (Outcome.IMPORTED, 581)
    lines = new.read_bytes().splitlines(keepends=True)
    server.pages["/dpl.txt"] = say(b"".join(lines[: len(lines) // 2]), ETag='"2"')
    assert run(tmp_path, server, stale_after=None).outcome is Outcome.REFUSED
    server.pages["/dpl.txt"] = say(new.read_bytes(), ETag='"3"')
    done = run(tmp_path, server, stale_after=None)
    assert (done.outcome, entries(tmp_path)) == (Outcome.IMPORTED, 665)


def test_the_real_truncated_list_is_refused_over_the_wire(tmp_path: Path, server: Server) -> None:
    packed = shared("data/csl/csl-2023-11-30-TRUNCATED.csv.gz").read_bytes()
    server.pages["/consolidated.csv"] = say(packed, Content_Encoding="gzip", Content_Type="text/csv")
    csl = {
        "format": "csl-csv",
        "types": ["text/csv"],
        "files": [{"address": f"{server.root}/consolidated.csv"}],
    }
    done = run(tmp_path, server, QUICK, most_mib=64, **csl)
    assert done.outcome is Outcome.REFUSED
    assert done.kept is not None
    assert (done.kept / "consolidated.csv").read_bytes() == gzip.decompress(packed)


def test_a_source_gone_missing_from_a_combined_list_is_refused(tmp_path: Path, server: Server) -> None:
    whole = shared("data/csl/csl-2025-06-25-sample.csv").read_bytes()
    without = b"".join(line for line in whole.splitlines(keepends=True) if b"Denied Persons List" not in line)
    csl = {
        "format": "csl-csv",
        "types": ["text/csv"],
        "files": [{"address": f"{server.root}/consolidated.csv"}],
    }
    server.pages["/consolidated.csv"] = say(whole, Content_Type="text/csv")
    assert run(tmp_path, server, **csl).outcome is Outcome.IMPORTED
    server.pages["/consolidated.csv"] = say(without, Content_Type="text/csv")
    done = run(tmp_path, server, **csl)
    assert (done.outcome, [f.list for f in done.findings if f.refused]) == (
        Outcome.REFUSED,
        ["denied_persons"],
    )
    assert entries(tmp_path) > 0


def test_the_real_parts_of_ofac_are_joined(tmp_path: Path, server: Server) -> None:
    folder = shared("data/ofac")
    files = []
    for part, name in (("main", "prim"), ("alt", "alt"), ("add", "add"), ("comments", "comments")):
        data = (folder / f"consolidated-nonsdn-2025-12-19-{name}.csv").read_bytes()
        path = f"/CONS_{name.upper()}.CSV"
        server.pages[path] = say(
            data, Content_Type="text/csv", ETag=f'"{name}"', Last_Modified="Fri, 19 Dec 2025 15:00:00 GMT"
        )
        files.append({"address": server.root + path, "part": part})
    ofac = {
        "format": "ofac-csv",
        "lists": ["cmic"],
        "types": ["text/csv"],
        "files": files,
        "stale_after": None,
    }
    done = run(tmp_path, server, today=date(2025, 12, 20), **ofac)
    assert done.outcome is Outcome.IMPORTED
    assert done.snapshot is not None
    assert (done.snapshot.rows, done.snapshot.known) == (442, date(2025, 12, 19))
    assert run(tmp_path, server, today=date(2025, 12, 21), **ofac).outcome is Outcome.UNCHANGED


# The addresses


def test_every_list_has_a_publisher_and_every_publication_a_way() -> None:
    known = publications()
    for publication in known.values():
        assert publication.files or len(publication.how) > 40
        assert publication.checked in ("reference", "seen", "memory")
        assert all(f.address.startswith("https://") for f in publication.files)
        assert publication.page.startswith("https://")
        assert publication.licence
        names = [f.name for f in publication.files]
        assert all(names)
        assert len(set(names)) == len(names)
    assert {"entity_list", "sdn", "un", "uk", "eu_fsf", "uflpa", "jp_eul", "cn_unreliable"} <= {
        code for p in known.values() for code in p.lists
    }


def test_formats_are_those_of_readers() -> None:
    from licet.lists.reading import readers

    assert {p.format for p in publications().values() if p.files} <= {r.FORMAT for r in readers()}


def test_what_is_chosen() -> None:
    known = publications()
    assert "opensanctions" not in [p.code for p in choose(known)]
    assert [p.label for p in choose(known, ["opensanctions:gb_fcdo_sanctions", "un", "un"])] == [
        "opensanctions:gb_fcdo_sanctions",
        "un",
    ]
    assert [p.code for p in choose(known, lists=["denied_persons"])] == ["csl", "dpl"]
    for sources, lists, told in (
        (["nowhere"], [], "no source 'nowhere'"),
        (["opensanctions"], [], "say which data set"),
        (["opensanctions:../x"], [], "say which data set"),
        (["un:x"], [], "not a catalogue"),
        ([], ["nothing"], "no publication covers"),
    ):
        with pytest.raises(PublisherError, match=told):
            choose(known, sources, lists)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"adress": "x"}, "no such word: adress"),
        ({"files": []}, "either 'files' for a program or 'how'"),
        ({"files": [{"part": "main"}]}, "not understood"),
        ({"files": [{"address": "dpl.txt"}]}, "dpl.txt is no address"),
        ({"files": [{"address": "https://example.org:99999/"}]}, "Port out of range"),
        ({"issue": {"where": "x"}}, "not understood"),
    ],
)
def test_a_file_of_addresses_says_what_is_wrong(
    tmp_path: Path, server: Server, change: Any, told: str
) -> None:
    with pytest.raises(PublisherError, match=told):
        publications(publishers(tmp_path, server, **change))


# The command


@contextmanager
def without(name: str) -> Iterator[None]:
    """A machine on which a package is not installed."""
    gone = {key: sys.modules.pop(key) for key in list(sys.modules) if key.split(".")[0] == name}
    sys.modules[name] = None  # type: ignore[assignment]
    yield
    del sys.modules[name]
    sys.modules |= gone


def command(folder: Path, *more: str) -> Any:
    call = [
        "lists",
        "sync",
        "--store",
        str(folder / "lists.sqlite"),
        "--publishers",
        str(folder / "publishers.yaml"),
    ]
    return CliRunner().invoke(licet, [*call, *more], standalone_mode=False)


def test_the_command_tells_each_source_and_its_exit_code(tmp_path: Path, server: Server) -> None:
    publishers(tmp_path, server)
    server.pages["/dpl.txt"] = say(orders(30), Last_Modified=FIRST, ETag='"1"')
    done = command(tmp_path, "--known", "2026-11-05")
    assert (done.return_value, done.exception) == (0, None)
    assert "made: imported: 30 entries, data of 2026-11-01, known 2026-11-05 (--known)" in done.output
    again = command(tmp_path, "--known", "2026-11-06", "--list", "denied_persons")
    assert (again.return_value, "made: unchanged: not changed" in again.output) == (0, True)
    assert command(tmp_path, "--known", "2027-11-06", "--source", "made").return_value == 4
    server.pages["/dpl.txt"] = say(orders(10, "11/05/2026"))
    refused = command(tmp_path, "--known", "2026-11-07")
    assert refused.return_value == 4
    assert "made: REFUSED:" in refused.output
    assert "Kept in" in refused.output
    assert "no source 'nowhere'" in str(command(tmp_path, "--source", "nowhere").exception)


def test_what_a_person_fetches_is_told_and_is_no_failure(tmp_path: Path, server: Server) -> None:
    publishers(tmp_path, server, files=[], how="Open the page and save the table.")
    done = command(tmp_path)
    assert (done.return_value, "Not fetched by program: made" in done.output) == (0, True)
    asked = command(tmp_path, "--source", "made")
    assert (asked.return_value, "made: BY HAND: Open the page" in asked.output) == (4, True)


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, server: Server) -> None:
    publishers(tmp_path, server)
    with without("httpx"):
        done = command(tmp_path)
    assert (done.return_value, "pip install 'licet[sync]'" in done.output) == (4, True)


def test_proxies_of_the_machine_do_not_stand_before_itself(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "HTTP_PROXY", "http://127.0.0.1:9")
    server.pages["/dpl.txt"] = say(orders(20))
    assert run(tmp_path, server).outcome is Outcome.IMPORTED
