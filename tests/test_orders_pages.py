"""Pages of orders: upload, columns, rejected rows, the board, a line with its proof, and holds, by forms alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from licet.decisions.outcome import Outcome
from licet.service.service import Service
from licet.service.worker import drain
from serving import client_of, post_form, sign_in
from two_databases import EXAMPLE

HEADER = "order_id,line,date,destination,eccn,value,currency,end_user_name,end_user_country,weird column\n"


@pytest.fixture(scope="module")
def analyst(service: Service) -> TestClient:
    return sign_in(client_of(service), service, "analyst")


@pytest.fixture(scope="module")
def reviewer(service: Service) -> TestClient:
    return sign_in(client_of(service), service, "reviewer")


def upload(client: TestClient, data: bytes, name: str = "orders.csv") -> Any:
    return post_form(client, "/orders", {}, files={"file": (name, data)})


@pytest.fixture(scope="module")
def book(analyst: TestClient) -> str:
    """The address of the example book."""
    done = upload(analyst, EXAMPLE.read_bytes(), "orders-2019.csv")
    assert done.status_code == 303
    return str(done.headers["location"])


@pytest.fixture(scope="module")
def board(service: Service, analyst: TestClient, book: str) -> str:
    """The address of its board."""
    done = post_form(analyst, f"{book}/runs", {}, page=book)
    assert done.status_code == 303
    address = str(done.headers["location"])
    waiting = analyst.get(address).text
    assert "0 of 243 lines decided so far" in waiting
    assert f'hx-get="{address}/progress"' in waiting
    assert "Check progress" in waiting
    drain(service)
    return address


def test_an_upload_leads_to_a_page_that_says_how_it_was_read(analyst: TestClient, book: str) -> None:
    page = analyst.get(book).text
    assert "243 rows can be decided" in page
    assert "columns were recognised" in page
    assert "Decide 243 lines" in page
    assert book in analyst.get("/orders").text


def test_what_cannot_be_a_book_is_said_beside_the_field(analyst: TestClient) -> None:
    refused = upload(analyst, b"%PDF-1.7", "orders.pdf")
    assert refused.status_code == 422
    assert 'href="#file"' in refused.text
    assert "export the data as CSV UTF-8 or XLSX" in refused.text
    assert upload(analyst, b"").status_code == 422


def test_rejected_rows_say_row_column_and_what_to_do(analyst: TestClient) -> None:
    data = HEADER + "1,1,2019-02-30,CN,3A001,1,USD,Acme,CN,x\n2,1,2019-05-16,CN,3A001,1,USD,Acme,CN,y\n"
    address = upload(analyst, data.encode()).headers["location"]
    page = analyst.get(address).text
    assert "1 row can be decided" in page
    assert "2019-02-30" in page
    assert "weird column" in page
    mended = analyst.get(f"{address}/rejects.csv").text
    assert "problem" in mended.splitlines()[0]
    assert "2019-02-30" in mended


def test_columns_are_chosen_by_a_person(analyst: TestClient) -> None:
    address = upload(analyst, b"Nr,Tag,Ziel,Gut\n1,2019-05-16,CN,3A001\n").headers["location"]
    page = analyst.get(address).text
    assert "It cannot be decided yet" in page
    wrong = post_form(analyst, f"{address}/mapping", {"column-3": "ecnn"}, page=address)
    assert wrong.status_code == 422
    assert 'href="#column-3"' in wrong.text
    assert 'value="ecnn"' in wrong.text
    chosen = {"column-0": "order_id", "column-1": "date", "column-2": "destination", "column-3": "eccn"}
    done = post_form(analyst, f"{address}/mapping", chosen, page=address)
    assert done.status_code == 303
    assert "1 row can be decided" in analyst.get(address).text


def test_a_moment_that_cannot_be_meant_is_said_beside_the_field(analyst: TestClient, book: str) -> None:
    wrong = post_form(analyst, f"{book}/runs", {"as_of": "soon"}, page=book)
    assert wrong.status_code == 422
    assert 'href="#as_of"' in wrong.text
    assert post_form(analyst, f"{book}/runs", {"as_of": "9999-12-31"}, page=book).status_code == 422
    ticked = post_form(analyst, f"{book}/runs", {"as_of": "soon", "unrelieved": "yes"}, page=book).text
    assert 'value="soon"' in ticked
    assert 'name="unrelieved" value="yes" checked' in ticked
    assert " checked>" not in wrong.text


def test_the_board_tells_outcomes_by_money_and_narrows_lines(analyst: TestClient, board: str) -> None:
    page = analyst.get(board).text
    assert "243 lines decided" in page
    assert "USD 792,19" in page
    for outcome in Outcome:
        assert f"{board}?outcome={outcome.value}#lines" in page
    narrowed = analyst.get(board, params={"outcome": "forbidden", "sort": "-amount", "least": ""}).text
    assert "6 lines of 243" in narrowed
    assert f"/api/v1/runs/{board.rpartition('/')[2]}/export?outcome=forbidden" in narrowed
    assert "0 lines of 243" in analyst.get(board, params={"text": "no such thing"}).text
    wrong = analyst.get(board, params={"least": "much"})
    assert (wrong.status_code, 'href="#least"' in wrong.text) == (422, True)
    assert "Page 2 of 5" in analyst.get(f"{board}?page=2").text
    assert analyst.get(f"{board}?page=99").status_code == 200


def test_progress_is_a_part_for_htmx_and_a_page_for_a_person(analyst: TestClient, board: str) -> None:
    part = analyst.get(f"{board}/progress", headers={"hx-request": "true"})
    assert part.headers["hx-refresh"] == "true"
    assert "<html" not in part.text
    assert analyst.get(f"{board}/progress", follow_redirects=False).headers["location"] == board


def test_a_line_shows_its_proof_and_what_would_change_it(analyst: TestClient, board: str) -> None:
    page = analyst.get(f"{board}/lines/2").text
    assert "Decided again just now by itself: the same in every cell" in page
    assert 'href="/law/rule/744.11' in page
    assert "What would change it" in page
    assert analyst.get(f"{board}/lines/244").status_code == 404


def test_a_hold_goes_through_two_persons(analyst: TestClient, reviewer: TestClient, board: str) -> None:
    assert (
        post_form(analyst, f"{board}/lines/2/hold", {"why": "listed"}, page=f"{board}/lines/2").status_code
        == 303
    )
    link = re.search(r"/orders/holds/[a-z0-9]{20}", analyst.get(f"{board}/lines/2").text)
    assert link
    hold = link[0]
    empty = post_form(analyst, f"{hold}/proposal", {"reason": " "}, page=hold)
    assert (empty.status_code, 'href="#reason"' in empty.text) == (422, True)
    assert post_form(analyst, f"{hold}/proposal", {"reason": "D1<b>"}, page=hold).status_code == 303
    twice = post_form(analyst, f"{hold}/proposal", {"reason": "D2"}, page=hold)
    assert twice.status_code == 409
    own = analyst.get(hold).text
    assert "Another person, a reviewer, has to sign it" in own
    assert "D1&lt;b&gt;" in own
    assert "Sign the release" not in own
    assert "Sign the release" in reviewer.get(hold).text
    assert "release proposed" in reviewer.get("/orders/holds?state=proposed").text
    older = post_form(reviewer, f"{hold}/refusal", {"proposal": "7", "reason": "no licence"}, page=hold)
    assert (older.status_code, 'value="no licence"' in older.text) == (409, True)
    assert post_form(reviewer, f"{hold}/signature", {"proposal": "1"}, page=hold).status_code == 303
    late = post_form(reviewer, f"{hold}/signature", {"proposal": "1"}, page="/orders")
    assert (late.status_code, "already, signed by the-reviewer" in late.text) == (409, True)
    assert "signed by the-reviewer" in reviewer.get(hold).text
    everything = post_form(analyst, f"{board}/holds", {}, page=board)
    assert everything.status_code == 303
    assert "99 held" in analyst.get(board).text


def test_nothing_in_a_file_becomes_part_of_a_page(service: Service, analyst: TestClient) -> None:
    evil = "<script>alert(1)</script>"
    data = (
        f"order_id,date,destination,eccn,end_user_name,description,{evil}\n"
        f'"{evil}",2019-05-16,CN,EAR99,"{evil}","{evil}","{evil}"\n'
        f'"{evil}",{evil},CN,EAR99,"{evil}","{evil}","{evil}"\n'
    )
    address = upload(analyst, data.encode(), f"{evil}.csv").headers["location"]
    board = post_form(analyst, f"{address}/runs", {}, page=address).headers["location"]
    drain(service)
    pages = ["/orders", address, board, f"{board}?text={evil}", f"{board}/lines/1"]
    for path in pages:
        page = analyst.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_who_only_reads_sees_and_changes_nothing(service: Service, book: str, board: str) -> None:
    anybody, viewer = client_of(service), sign_in(client_of(service), service, "viewer")
    for path in ("/orders", book, board, f"{board}/lines/2", "/orders/holds"):
        assert (anybody.get(path).status_code, viewer.get(path).status_code) == (401, 403)
    assert anybody.post("/orders", files={"file": ("x.csv", b"x")}).status_code in (401, 403)


def test_the_invented_book_can_be_uploaded_again(service: Service, analyst: TestClient) -> None:
    invented = analyst.get("/orders/example.csv")
    assert invented.headers["content-disposition"].startswith("attachment")
    address = upload(analyst, invented.content, "example-orders.csv").headers["location"]
    assert "200 rows can be decided" in analyst.get(address).text
