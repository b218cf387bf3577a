"""The pages of Impact: two days, two policies or two states of knowledge over a book, down to one line."""

from __future__ import annotations

import io
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from licet.regime import Regime
from licet.service import accounts, books, studies, worker
from licet.service.jobs import Job
from licet.service.people import Person
from licet.service.service import Service
from licet.service.studying import Side, Study, StudyError, example
from serving import post_form

DAYS = "book=example&from=2019-05-15&to=2019-05-21"
EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "orders-2019.csv"


@pytest.fixture
def days(client: Any) -> str:
    """The comparison of two days; it is made once."""
    page = client.get(f"/impact?{DAYS}")
    assert page.status_code == 200
    text: str = page.text
    return text


def test_the_first_page_offers_something_to_try(client: Any) -> None:
    page = client.get("/impact")
    assert page.status_code == 200
    for address in re.findall(r'href="(/impact\?[^"]+)"', page.text):
        assert "book=example" in address
    assert "The example book" in page.text


def test_two_days_over_the_example_book(days: str) -> None:
    assert "<b>243</b> lines compared" in days
    assert "<b>111</b> come out otherwise" in days
    assert "<b>69</b> now stopped" in days
    assert days.count("<svg") > 4
    assert "From outcome to outcome" in days
    assert "Outcomes on each day between" in days
    assert 'href="/law/rule/744.11%28a%29?on=2019-05-21"' in days
    assert 'href="/law/instrument/84%20FR%2022961"' in days
    assert "Obligations that begin or lapse" in days
    assert "Not legal advice" in days


def test_the_address_keeps_everything(days: str) -> None:
    assert 'value="2019-05-15"' in days
    assert 'value="2019-05-21"' in days
    assert "/impact/file/xlsx?book=example&amp;from=2019-05-15&amp;to=2019-05-21" in days


def test_a_line_has_two_proofs(client: Any, days: str) -> None:
    address = re.search(r'href="(/impact/line/\d+\?[^"]+)"', days)
    assert address
    page = client.get(address[1].replace("&amp;", "&"))
    assert page.status_code == 200
    assert "Proof, before" in page.text
    assert "Proof, after" in page.text
    assert "Why it turns" in page.text
    assert client.get(f"/impact/line/99999?{DAYS}").status_code == 404
    assert client.get(f"/impact/line/0?{DAYS}").status_code == 404


def test_downloads(client: Any, days: str) -> None:
    document = client.get(f"/impact/file/json?{DAYS}").json()
    assert (document["lines"], document["changed"]) == (243, 113)
    html = client.get(f"/impact/file/html?{DAYS}")
    assert "default-src 'none'" in html.text
    assert "attachment" in html.headers["content-disposition"]
    sheets = load_workbook(io.BytesIO(client.get(f"/impact/file/xlsx?{DAYS}").content))
    assert {"summary", "flows", "changes"} <= set(sheets.sheetnames)
    assert client.get(f"/impact/file/exe?{DAYS}").status_code == 404


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("from=2019-05-15", "to"),
        ("from=yesterday&to=2019-05-21", "from"),
        ("as_of=2019-05-20", "book"),
        ("as_of=2019-07-02&scenario=no-such-thing", "book"),
        ("as_of=2019-07-02&scenario=/etc/passwd", "book"),
        ("as_of=2019-07-02&scenario=huawei-delisted:day=tomorrow", "book"),
        ("as_of=2019-12-02&scenario=tgl-extended&scenario=tgl-not-extended", "book"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_field(client: Any, address: str, field: str) -> None:
    page = client.get(f"/impact?{address}")
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text


def test_a_scenario_says_what_it_assumes(client: Any) -> None:
    page = client.get("/impact?as_of=2019-07-02&scenario=huawei-delisted").text
    assert "Scenario, not law" in page
    assert "leave the Entity List" in page
    assert "now free to go" in page


def test_uploaded_books_are_for_analysts(client: Any) -> None:
    assert client.get("/impact?book=abc&from=2019-05-15&to=2019-05-21").status_code in (401, 403)


def test_a_large_book_is_compared_by_a_job(
    service: Service, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "AT_ONCE", 100)
    analyst = signed_in("analyst")
    person = _person(service)
    book = books.upload(service, b"".join(EXAMPLE.read_bytes().splitlines(True)[:81]), "eighty.csv", person)
    done(service)
    address = f"/impact?book={book.id}&from=2019-05-15&to=2019-05-21"
    assert "eighty.csv" in analyst.get("/impact").text
    waiting = analyst.get(address).text
    assert "80 lines: this takes a while" in waiting
    begun = post_form(analyst, address, {}, page=address)
    assert begun.status_code == 303
    assert begun.headers["location"] == address
    again = post_form(analyst, address, {}, page="/impact?from=2019-05-15")
    assert again.status_code == 303
    done(service)
    assert analyst.get(f"/impact/progress?{address.partition('?')[2]}").url.path == "/impact"
    live = analyst.get(f"/impact/progress?{address.partition('?')[2]}", headers={"HX-Request": "true"})
    assert live.headers["hx-redirect"] == address
    page = analyst.get(address).text
    assert "<b>80</b> lines compared" in page
    for form in ("json", "html", "xlsx"):
        assert analyst.get(f"/impact/file/{form}?{address.partition('?')[2]}").status_code == 200
    line = re.search(r'href="(/impact/line/\d+\?[^"]+)"', page)
    assert line
    assert analyst.get(line[1].replace("&amp;", "&")).status_code == 200


def test_the_same_question_is_one_job(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "AT_ONCE", 1)
    study = Study("several", "example", after=Side("2019-06-03", "", ("statutory-lock",)))
    asked = studies.asked(service, study)
    one, two = (studies.begin(service, asked, _person(service)) for _ in range(2))
    assert one.id == two.id
    assert Study.of(json.loads(json.dumps(one.arguments))) == asked.study
    done(service)
    with service.database.reading() as session:
        kept = session.get_one(studies.KeptStudy, asked.key)
        job = studies.job_of(session, asked)
    assert kept.page["names"][0] == "the law as it is"
    assert job is not None
    assert job.state == "done"


def test_a_book_too_large_for_the_server_is_refused(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "MOST_LINES", 200)
    with pytest.raises(StudyError, match="licet impact"):
        studies.asked(service, Study("impact", "example", Side("2019-05-15"), Side("2019-05-21")))


def test_the_example_book_is_the_one_in_the_checkout(regime: Regime) -> None:
    assert len(example(regime)) == 243


def done(service: Service) -> None:
    """Do what waits, or wait for the worker of a client that has taken it up."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        worker.drain(service)
        with service.database.reading() as session:
            if not session.scalars(select(Job).where(Job.state.in_(("queued", "running")))).first():
                return
        time.sleep(0.05)
    pytest.fail("the jobs were not done in two minutes")


def _person(service: Service) -> Person:
    named = accounts.named(service, "the-analyst")
    return Person.signed_in(named.id if named else "somebody", "the-analyst", "analyst", "session")
