"""Order books on a server: kept, read, mapped, decided as the library decides, looked through and exported."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook, load_workbook

from licet.decisions.book import COLUMNS, decide_book, row_of
from licet.decisions.outcome import Outcome
from licet.intake import IntakeError, Profile, countries_from, read_bytes
from licet.regime import Regime
from licet.service import audit, board, books, deciding, runs
from licet.service.board import Wanted
from licet.service.books import Book
from licet.service.jobs import LEASE, NotNow, Work
from licet.service.runs import Run, RunLine
from licet.service.service import Service
from licet.service.worker import do_one, drain
from serving import client_of, sign_in, token_of
from two_databases import ANA, BEN, BOTH, EXAMPLE, Clock, opened

EVERYTHING = Wanted()
HEADER = "order_id,line,date,destination,eccn,value,currency,end_user_name,end_user_country,description\n"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=BOTH)
def kept(request: Any, tmp_path: Path, regime: Regime, clock: Clock) -> Iterator[Service]:
    with opened(request, tmp_path, regime, clock) as service:
        yield service


def read_again(service: Service, book: Book) -> Book:
    with service.database.reading() as session:
        return session.get_one(Book, book.id)


def uploaded(service: Service, data: bytes, name: str = "orders.csv", key: str = "") -> Book:
    book = books.upload(service, data, name, ANA, key)
    drain(service)
    return read_again(service, book)


def decided(service: Service, book: Book, **view: Any) -> Run:
    run = runs.begin(service, book.id, ANA, **view)
    assert run is not None
    drain(service)
    with service.database.reading() as session:
        return session.get_one(Run, run.id)


def lines_of(service: Service, run: Run, wanted: Wanted = EVERYTHING) -> list[RunLine]:
    with service.database.reading() as session:
        return board.page(session, run, wanted, 0, 100_000)


def expected(data: bytes, name: str, regime: Regime, **view: Any) -> list[dict[str, str]]:
    """The rows that the library tells of a file, one act at a time."""
    countries = countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
    acts = read_bytes(data, name, regime.vocabulary, countries).acts
    return [{k: str(v) for k, v in row_of(line).items()} for line in decide_book(acts, regime, **view)]


# Keeping and reading ------------------------------------------------------------------------


def test_an_upload_is_kept_once_for_a_key_and_recorded(kept: Service) -> None:
    data = (HEADER + "1,1,2019-05-16,CN,3A001,100,USD,Acme,CN,a\n").encode()
    first = books.upload(kept, data, "orders.csv", ANA, "the-key")
    assert books.upload(kept, data, "orders.csv", ANA, "the-key").id == first.id
    assert books.upload(kept, data, "orders.csv", BEN, "the-key").id != first.id
    assert books.upload(kept, data, "orders.csv", ANA).id != first.id
    drain(kept)
    book = read_again(kept, first)
    assert (book.state, book.rows, book.acts, book.rejected) == ("ready", 1, 1, 0)
    with kept.database.reading() as session:
        assert audit.verify(session).holds
        entries = list(session.query(audit.Entry).filter_by(what="book.uploaded", about=first.id))
    assert [entry.detail["sha256"] for entry in entries] == [first.digest]


def test_what_cannot_be_read_is_told_row_by_row(kept: Service) -> None:
    data = (
        HEADER
        + "1,1,2019-05-16,CN,3A001,100,USD,Acme,CN,a\n"
        + "2,1,16th of May,CN,3 bananas,100,USD,Acme,CN,b\n"
    ).encode()
    book = uploaded(kept, data)
    assert (book.acts, book.rejected) == (1, 1)
    with kept.database.reading() as session:
        (reject,) = books.rejects(session, book)
    assert reject.row == 3
    assert {fault["column"] for fault in reject.faults} == {"date", "eccn"}
    assert all(fault["problem"] and fault["remedy"] for fault in reject.faults)


def test_a_book_is_read_once_even_if_the_server_dies_before_it_says_so(
    kept: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    book = books.upload(kept, EXAMPLE.read_bytes(), "orders.csv", ANA)
    with monkeypatch.context() as patch:
        patch.setattr(Work, "end", killed)
        with pytest.raises(KeyboardInterrupt):
            do_one(kept)
    clock.on(LEASE * 2)
    assert drain(kept) == 0
    with kept.database.reading() as session:
        job = books.job_of(session, book)
    assert job is not None
    assert (job.state, read_again(kept, book).state) == ("done", "ready")
    assert job.words.endswith("were rejected.")


def test_unknown_headings_are_mapped_by_a_person(kept: Service) -> None:
    data = b"Auftrag;Wann;Wohin;Gut\n1;2019-05-16;CN;3A001\n"
    book = uploaded(kept, data)
    assert book.state == "unreadable"
    assert [column.heading for column in book.columns] == ["Auftrag", "Wann", "Wohin", "Gut"]
    assert book.columns[3].examples == ("3A001",)
    with pytest.raises(NotNow, match="could not be read"):
        runs.begin(kept, book.id, ANA)
    with pytest.raises(IntakeError, match=r"destinaton.*did you mean destination"):
        books.set_profile(kept, book.id, Profile({"Wohin": "destinaton"}), ANA)
    chosen = Profile({"Auftrag": "order_id", "Wann": "date", "Wohin": "destination", "Gut": "eccn"})
    assert books.set_profile(kept, book.id, chosen, ANA) is not None
    with pytest.raises(NotNow, match="still being read"):
        runs.begin(kept, book.id, ANA)
    drain(kept)
    book = read_again(kept, book)
    assert (book.state, book.acts, book.problem, book.reading) == ("ready", 1, "", 2)


def test_a_run_stays_with_the_acts_that_it_decided(kept: Service) -> None:
    data = (HEADER + "1,1,2019-05-16,CN,3A001,100,USD,Acme,CN,a\n").encode()
    book = uploaded(kept, data)
    run = decided(kept, book)
    books.set_profile(kept, book.id, Profile({"eccn": "particulars"}), ANA)
    drain(kept)
    (line,) = lines_of(kept, run)
    assert not runs.prove(kept, run, line).differences
    assert decided(kept, read_again(kept, book)).results != run.results


# Deciding -----------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [{}, {"as_of": "2019-05-21", "known_at": "2019-05-15"}])
def test_a_run_comes_to_what_the_library_says(kept: Service, regime: Regime, view: dict[str, str]) -> None:
    from licet.language.instrument import moment_from

    data = EXAMPLE.read_bytes()
    book = uploaded(kept, data, EXAMPLE.name)
    run = decided(kept, book, **view)
    moments = {name: moment_from(text, name) for name, text in view.items()}
    rows = expected(data, EXAMPLE.name, regime, **moments)
    assert [runs.told(run, line) for line in lines_of(kept, run)] == rows
    assert (run.law, run.lists, run.done) == (regime.digest, regime.lists_digest, len(rows))
    counts = {name: one.lines for name, one in run.summed.ordered}
    assert counts == {o: n for o in Outcome if (n := sum(r["outcome"] == o for r in rows))}


def test_a_run_goes_on_where_another_server_was_killed(
    kept: Service, regime: Regime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at any step, before or after it was written: the lines and their digest are the same."""
    some = b"".join(EXAMPLE.read_bytes().splitlines(keepends=True)[:61])
    book = uploaded(kept, some)
    whole = decided(kept, book)
    monkeypatch.setattr(deciding, "STEP", 9)
    run = runs.begin(kept, book.id, ANA)
    assert run is not None
    real, times = deciding._keep, iter(range(1000))

    def killed(*given: Any) -> None:
        if next(times) % 3 == 0:
            raise KeyboardInterrupt
        real(*given)
        if next(times) % 3 == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(deciding, "_keep", killed)
    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            do_one(kept)
        clock.on(LEASE * 2)
    monkeypatch.setattr(deciding, "_keep", real)
    assert drain(kept) == 1
    with kept.database.reading() as session:
        run = session.get_one(Run, run.id)
        finished = list(session.query(audit.Entry).filter_by(what="run.finished", about=run.id))
        assert audit.verify(session).holds
    assert (run.results, run.sums, run.done) == (whole.results, whole.sums, whole.done)
    assert [line.told for line in lines_of(kept, run)] == [line.told for line in lines_of(kept, whole)]
    assert [entry.detail["results"] for entry in finished] == [whole.results]


def test_a_run_is_of_one_law_or_begins_anew(
    kept: Service, regime: Regime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = uploaded(kept, EXAMPLE.read_bytes(), EXAMPLE.name)
    monkeypatch.setattr(deciding, "STEP", 100)
    run = runs.begin(kept, book.id, ANA)
    assert run is not None
    real = deciding._keep

    def once(*given: Any) -> None:
        real(*given)
        monkeypatch.setattr(deciding, "_keep", fail)

    def fail(*_given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(deciding, "_keep", once)
    with pytest.raises(KeyboardInterrupt):
        do_one(kept)
    with kept.database.writing() as session:
        session.get_one(Run, run.id).law = "another"
    monkeypatch.setattr(deciding, "_keep", real)
    clock.on(LEASE * 2)
    drain(kept)
    with kept.database.reading() as session:
        run = session.get_one(Run, run.id)
    assert (run.done, run.law) == (run.lines, regime.digest)
    assert len(lines_of(kept, run)) == run.lines


def test_a_line_without_a_date_says_so_and_stops_nothing(kept: Service) -> None:
    data = (HEADER + "1,1,,CN,3A001,100,USD,Acme,CN,a\n2,1,2019-05-16,CN,EAR99,9,USD,Acme,CN,b\n").encode()
    run = decided(kept, uploaded(kept, data))
    lines = lines_of(kept, run)
    assert lines[0].outcome == "undecided"
    assert "act.date" in lines[0].told["reason"]
    assert not runs.prove(kept, run, lines[0]).differences
    assert run.finished_at is not None


# Looking through ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def decided_example(service: Service) -> Run:
    book = uploaded(service, EXAMPLE.read_bytes(), EXAMPLE.name)
    return decided(service, book)


def test_every_filter_is_what_it_says(service: Service, decided_example: Run) -> None:
    run = decided_example
    everything = lines_of(service, run)

    def same(wanted: Wanted, keep: Any) -> None:
        found = lines_of(service, run, wanted)
        assert [line.number for line in found] == [line.number for line in everything if keep(line)]
        assert 0 < len(found) < len(everything)

    same(Wanted(outcomes=["forbidden", "indeterminate"]), lambda n: n.rank in (0, 2))
    same(Wanted(party="HISILICON"), lambda n: "hisilicon" in n.told["party"].casefold())
    same(Wanted(party="TELEFÓNICA"), lambda n: "telefónica" in n.told["party"].casefold())
    same(Wanted(item="router"), lambda n: "router" in n.goods.casefold())
    same(Wanted(text="huawei T-1"), lambda n: "huawei" in n.words and "t-1" in n.words)
    same(Wanted(least=1000, most=50_000), lambda n: n.amount and 1000 <= n.amount <= 50_000)
    same(Wanted(currency="EUR"), lambda n: n.currency == "EUR")
    same(Wanted(ask="item.controls"), lambda n: "item.controls" in n.told["ask"])
    assert not lines_of(service, run, Wanted(party="%"))
    assert not lines_of(service, run, Wanted(text="'; DROP TABLE run_lines; --"))
    assert not lines_of(service, run, Wanted(party="\0"))


@pytest.mark.parametrize("sort", board.SORTS)
def test_a_cursor_comes_to_every_line_once_in_order(
    service: Service, decided_example: Run, sort: Any
) -> None:
    wanted, seen, cursor = Wanted(sort=sort), [], ""
    with service.database.reading() as session:
        while cursor is not None:
            lines, cursor = board.after(session, decided_example, wanted, cursor, 37)
            seen += [line.number for line in lines]
    assert seen == [line.number for line in lines_of(service, decided_example, wanted)]
    assert len(set(seen)) == decided_example.lines


def test_groups_add_up(service: Service, decided_example: Run) -> None:
    with service.database.reading() as session:
        groups = board.groups(session, decided_example, Wanted(), most=1000)
    for outcome, total in decided_example.summed.ordered:
        mine = [group for group in groups if group.outcome == outcome]
        assert sum(group.lines for group in mine) == total.lines
        for currency, value in total.money.items():
            assert sum(g.money.get(currency, 0) for g in mine) == pytest.approx(float(value))


def test_every_line_is_proved_again(service: Service, decided_example: Run) -> None:
    for line in lines_of(service, decided_example)[::9]:
        proved = runs.prove(service, decided_example, line)
        assert (proved.differences, proved.moved_on) == ((), False)
    line.told = {**line.told, "outcome": "not_subject"}
    assert any(d.startswith("outcome") for d in runs.prove(service, decided_example, line).differences)


# Hostile files ------------------------------------------------------------------------------


def zipped(parts: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return data.getvalue()


def sheet_of(rows: bytes) -> dict[str, bytes]:
    """A workbook with one sheet, written by hand."""
    made = io.BytesIO()
    book = Workbook()
    book.active.append(["order_id", "date"])
    book.save(made)
    with zipfile.ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows
        + b"</sheetData></worksheet>"
    )
    return parts


def test_a_zip_bomb_is_refused_before_it_is_unpacked(service: Service) -> None:
    bomb = zipped({"xl/worksheets/sheet1.xml": bytes(200_000_000)})
    assert len(bomb) < 250_000
    with pytest.raises(IntakeError, match=r"unpacks from .* to 200,000,000 bytes"):
        books.upload(service, bomb, "bomb.xlsx", ANA)
    with service.database.reading() as session:
        assert session.query(Book).filter_by(name="bomb.xlsx").count() == 0


def test_rows_of_sixteen_thousand_cells_are_refused_in_time(service: Service, monkeypatch: Any) -> None:
    monkeypatch.setattr("licet.intake.workbook.CELLS", 100_000)
    rows = b"".join(
        b'<row r="%d"><c r="A%d" t="str"><v>order_id</v></c><c r="XFD%d"><v>1</v></c></row>' % (n, n, n)
        for n in range(1, 2000)
    )
    book = uploaded(service, zipped(sheet_of(rows)), "wide.xlsx")
    assert book.state == "unreadable"
    assert "cells" in book.problem


def test_entities_in_a_workbook_blow_nothing_up(service: Service) -> None:
    parts = sheet_of(b"")
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    parts["xl/worksheets/sheet1.xml"] = (
        f'<!DOCTYPE worksheet [<!ENTITY e0 "0123456789">{levels}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="str"><v>&e11;</v></c></row></sheetData></worksheet>'
    ).encode()
    assert uploaded(service, zipped(parts), "laughs.xlsx").state == "unreadable"


def test_a_parquet_file_of_one_word_a_billion_times_is_refused(service: Service, monkeypatch: Any) -> None:
    monkeypatch.setattr("licet.intake.columnar.CELLS", 1_000_000)
    sink = io.BytesIO()
    column = pa.array(["x"]).take(pa.array([0] * 600_000))
    pq.write_table(pa.table({"order_id": column, "item": column}), sink)
    with pytest.raises(IntakeError, match="more than an order book may hold"):
        books.upload(service, sink.getvalue(), "orders.parquet", ANA)


def test_a_long_word_repeated_in_parquet_is_held_once(service: Service) -> None:
    sink = io.BytesIO()
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), ["x" * 100_000])
    pq.write_table(pa.table({"order_id": range(20_000), "other": long}), sink, store_schema=False)
    from licet.intake import columnar

    table = columnar.read(sink.getvalue(), "orders.parquet", lambda cells: "order_id" in cells)
    assert len({id(row.cells[1]) for row in table.rows}) < 10


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 1000, b"PK\x03\x04nonsense", b"PAR1nonsensePAR1", bytes(range(256)) * 50, b'"' * 5000],
)
def test_nonsense_is_no_book_and_no_fault(service: Service, data: bytes) -> None:
    try:
        book = uploaded(service, data, "nonsense.bin")
    except IntakeError:
        return
    assert book.state == "unreadable"
    assert book.problem


@pytest.mark.parametrize(
    ("given", "kept_as"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\orders.csv", "orders.csv"),
        ("/", "orders"),
        ("..", "orders"),
        ("a\0b\r\nc.csv", "a\ufffdbc.csv"),
        ("\u202eexe.vsc.csv", "exe.vsc.csv"),
        ("x" * 5000 + ".csv", "x" * 120 + ".csv"),
        ("\ud800.csv", "?.csv"),
    ],
)
def test_names_of_files_are_made_harmless(given: str, kept_as: str) -> None:
    assert books.harmless_name(given) == kept_as


EVIL = "=cmd|' /C calc'!A0"


def test_no_formula_leaves_in_a_file(service: Service) -> None:
    data = io.StringIO()
    data.write(HEADER)
    for text in (EVIL, "@SUM(1)", "+1+1", "-2+3", "\uff1d1+1"):
        party = "Acme" if text == EVIL else text  # a party's name that is a formula is refused on the way in
        data.write(f'"{text}",1,2019-05-16,CN,EAR99,5.00,USD,"{party}",CN,"a\x01b"\n')
    run = decided(service, uploaded(service, data.getvalue().encode()))
    client = sign_in(client_of(service), service, "analyst")
    path = f"/api/v1/runs/{run.id}/export"
    text = client.get(f"{path}?format=csv").text
    assert EVIL in text
    for row in text.splitlines()[1:]:
        for cell in row.split(","):
            assert not cell.lstrip('"').startswith(("=", "+", "@", "\uff1d"))
    sheet = load_workbook(io.BytesIO(client.get(f"{path}?format=xlsx").content)).active
    assert "f" not in {cell.data_type for row in sheet for cell in row}
    assert sheet["B2"].value == EVIL
    table = pq.read_table(io.BytesIO(client.get(f"{path}?format=parquet").content))
    assert table.column_names == list(COLUMNS)
    assert table.column("order_id").to_pylist()[0] == EVIL
    rows = [json.loads(line) for line in client.get(f"{path}?format=jsonl").text.splitlines()]
    assert rows == client.get(f"{path}?format=json").json()
    assert rows[0]["order_id"] == EVIL


# Over HTTP ----------------------------------------------------------------------------------


def test_a_book_over_http_from_upload_to_file(service: Service) -> None:
    client = sign_in(client_of(service), service, "analyst")
    token = {"x-csrf-token": token_of(client.get("/account").text)}
    csv = {**token, "content-type": "text/csv", "idempotency-key": "once"}
    data = EXAMPLE.read_bytes()
    made = client.post("/api/v1/books?name=../2019.csv", content=data, headers=csv)
    assert made.status_code == 201
    book = made.json()
    assert (book["name"], book["state"], book["acts"], book["job"]["state"]) == (
        "2019.csv", "ready", 243, "done",
    )  # fmt: skip
    assert client.post("/api/v1/books", content=data, headers=csv).json()["id"] == book["id"]
    form = client.post("/api/v1/books", files={"file": ("orders.csv", data)}, headers=token)
    assert form.json()["sha256"] == book["sha256"]
    assert client.get("/api/v1/books").json()["total"] >= 2
    assert client.get(f"/api/v1/books/{book['id']}/rejects").json() == {"total": 0, "rejects": []}
    run = client.post(f"/api/v1/books/{book['id']}/runs", json={}, headers=token)
    assert run.status_code == 202
    assert run.json()["job"]["state"] == "queued"
    drain(service)
    path = f"/api/v1/runs/{run.json()['id']}"
    done = client.get(path).json()
    assert (done["done"], done["as_of"], done["known_at"]) == (243, None, "2026-11-21")
    assert done["law"] == service.regime.digest
    assert "legal advice" in done["notice"]
    page = client.get(f"{path}/lines", params={"outcome": "forbidden", "sort": "-amount", "limit": 2}).json()
    assert (page["total"], len(page["lines"]), page["lines"][0]["told"]["outcome"]) == (6, 2, "forbidden")
    rest = client.get(f"{path}/lines?outcome=forbidden&sort=-amount&cursor={page['next']}").json()
    assert len(rest["lines"]) == 4
    assert client.get(f"{path}/lines?cursor={page['next']}").status_code == 422
    assert client.get(f"{path}/lines?cursor=%00%ff").status_code in (400, 422)
    line = client.get(f"{path}/lines/3").json()
    assert (line["same"], line["moved_on"], line["proof"]["schema"]) == (True, False, "licet-proof/1")
    assert client.get(f"{path}/lines/9999").status_code == 404
    assert client.get(f"{path}/export?outcome=forbidden").text.count("\n") == 7


def test_what_is_refused_over_http(service: Service) -> None:
    client = sign_in(client_of(service), service, "analyst")
    token = {"x-csrf-token": token_of(client.get("/account").text)}
    path = "/api/v1/books"
    assert (
        client_of(service).post(path, content=b"x", headers={"content-type": "text/csv"}).status_code == 401
    )
    viewer = sign_in(client_of(service), service, "viewer")
    others = {"x-csrf-token": token_of(viewer.get("/account").text)}
    assert viewer.post(path, content=b"x", headers=others).status_code == 403
    assert client.post(path, content=b"x", headers={"content-type": "text/csv"}).status_code == 403
    assert client.post(path, content=b"x", headers=token).status_code == 415
    csv = {**token, "content-type": "text/csv"}
    assert client.post(path, content=b"", headers=csv).status_code == 422
    pdf = client.post(path, content=b"%PDF-1.7", headers=csv)
    assert (pdf.status_code, "a PDF" in pdf.json()["detail"]) == (422, True)
    assert client.get(f"{path}/{'a' * 20}").status_code == 404
    assert client.get(f"{path}/..%2f..").status_code in (404, 422)
    assert client.post(f"{path}/{'a' * 20}/runs", json={"as_of": "soon"}, headers=token).status_code == 422
    assert client.post(f"{path}/{'a' * 20}/runs", json={}, headers=token).status_code == 404
    broken = client.post(path, content=b"\xff\xfe\x00nothing", headers=csv).json()
    assert broken["state"] == "unreadable"
    assert client.post(f"{path}/{broken['id']}/runs", json={}, headers=token).status_code == 409


def test_too_large_a_file_is_refused(regime: Regime, tmp_path: Path) -> None:
    from serving import open_service

    service = open_service(tmp_path, regime, max_upload=2000)
    client = sign_in(client_of(service), service, "analyst")
    token = {"x-csrf-token": token_of(client.get("/account").text), "content-type": "text/csv"}
    assert client.post("/api/v1/books", content=b"x" * 2001, headers=token).status_code == 413
    service.close()


def test_a_job_is_over_even_if_the_clock_stands_still(kept: Service, clock: Clock) -> None:
    """Nothing of a book's reading depends on what time it is."""
    clock.on(timedelta(days=-3000))
    assert uploaded(kept, EXAMPLE.read_bytes()).state == "ready"
