"""What everything on the server rests on: settings, the database, the audit trail, problems, logs and metrics."""

from __future__ import annotations

import io
import json
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ValidationError
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from licet.gate import problems
from licet.gate.problems import Problem
from licet.gate.secrets import struck_out
from licet.language.errors import LicetError
from licet.regime import Regime
from licet.service import audit
from licet.service.accounts import AccountRow
from licet.service.database import Database, DatabaseError
from licet.service.migrating import revision_of
from licet.service.settings import Settings, SettingsError
from licet.serving import logs
from licet.serving.start import welcome
from serving import NOW, client_of, open_service


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind, with its tables."""
    on_disk = f"sqlite:///{tmp_path / 'service.sqlite'}"
    opened = Database(request.getfixturevalue("postgres") if request.param == "postgres" else on_disk)
    opened.migrate()
    yield opened
    opened.dispose()


def record(database: Database, **said: Any) -> str:
    with database.writing() as session:
        return audit.record(session, at=NOW, who="somebody", what="thing.done", **said)


# --- settings ---------------------------------------------------------------------------------------------


def test_with_nothing_set_only_this_machine_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LICET_HOST", "LICET_ANONYMOUS", "LICET_TRUSTED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings()
    assert settings.on_loopback
    assert settings.anonymous_reads
    assert set(settings.hosts) == {"localhost", "127.0.0.1", "::1", "[::1]"}


def test_beyond_this_machine_a_name_is_needed_and_nobody_reads_unasked() -> None:
    settings = Settings(host="0.0.0.0")
    assert not settings.anonymous_reads
    with pytest.raises(SettingsError, match="LICET_TRUSTED_HOSTS"):
        _ = settings.hosts
    assert "licet.example.com" in Settings(host="0.0.0.0", trusted_hosts="a.example, licet.example.com").hosts


def test_a_setting_that_cannot_be_meant_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_PORT", "hunter2")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "port" in str(refused.value)
    assert "hunter2" not in str(refused.value)


# --- database ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["mysql://a/b", "sqlite://", "no url"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"sqlite|SQLite"):
        Database(url)


def test_an_error_keeps_nothing_of_a_transaction(database: Database) -> None:
    def failing() -> None:
        with database.writing() as session:
            audit.record(session, at=NOW, who="a", what="b.c")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    with database.reading() as session:
        assert audit.verify(session).entries == 0


def test_tables_are_as_declared_and_migrating_again_changes_nothing(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from licet.service.tables import METADATA

    database.migrate()
    at, newest = revision_of(database)
    assert at == newest != ""
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_a_database_of_a_newer_licet_is_refused(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'from-the-future'"))
    with pytest.raises(DatabaseError, match="another version"):
        database.migrate()


def test_servers_that_start_at_once_migrate_once(database: Database) -> None:
    others = [Database(database.engine.url.render_as_string(hide_password=False)) for _ in range(3)]
    failed: list[BaseException] = []

    def start(other: Database) -> None:
        try:
            other.migrate()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=start, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.dispose()
    assert failed == []


# --- audit trail ------------------------------------------------------------------------------------------


def test_two_who_change_the_same_and_record_it_do_not_wait_in_a_circle(database: Database) -> None:
    with database.writing() as session:
        session.add(AccountRow(id="a", name="ada", role="viewer", generation=0, created=NOW))

    def changes() -> None:
        with database.writing() as session:
            session.get_one(AccountRow, "a").role = "analyst"
            audit.record(session, at=NOW, who="one", what="thing.done")

    with ThreadPoolExecutor(1) as threads:
        with database.writing() as session:
            session.execute(update(AccountRow).values(generation=1))
            other = threads.submit(changes)
            time.sleep(0.3)
            audit.record(session, at=NOW, who="two", what="thing.done")
        other.result(30)
    with database.reading() as session:
        assert audit.verify(session).entries == 2
        ada = session.get_one(AccountRow, "a")
        assert (ada.role, ada.generation) == ("analyst", 1)


def test_a_trail_written_by_many_at_once_is_one_chain(database: Database) -> None:
    def write() -> None:
        for number in range(10):
            record(database, about=str(number), detail={"amount": 1.5, "name": "Müller", "none": None})

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        found = audit.verify(session)
    assert found.holds
    assert found.entries == 60


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE audit SET who = 'somebody else' WHERE number = 2", "entry 2 is not what was written"),
        ("DELETE FROM audit WHERE number = 2", "entry 2 is missing"),
        ("UPDATE audit SET detail = '{\"n\": 7}' WHERE number = 3", "entry 3 is not what was written"),
    ],
)
def test_tampering_is_refused_and_found(database: Database, tampering: str, said: str) -> None:
    for number in range(4):
        record(database, detail={"n": number})
    with pytest.raises(DBAPIError), database.writing() as session:
        session.execute(text(tampering))
    off = ["DROP TRIGGER audit_refuses_update", "DROP TRIGGER audit_refuses_delete"]
    if not database.is_sqlite:
        off = ["ALTER TABLE audit DISABLE TRIGGER USER"]
    with database.writing() as session:
        for statement in (*off, tampering):
            session.execute(text(statement))
    with database.reading() as session:
        found = audit.verify(session)
    assert not found.holds
    assert found.broken == said


# --- problems ---------------------------------------------------------------------------------------------


class Asked(BaseModel):
    number: int


@pytest.fixture
def faulty() -> TestClient:
    """An application in which everything goes wrong, on each kind of path."""
    app = FastAPI()

    def wrong(kind: str) -> None:
        if kind == "problem":
            raise Problem(409, "Taken", "Somebody was faster.", headers={"Retry-After": "1"})
        if kind == "licet":
            raise LicetError("row 3, column date: expected a day")
        raise RuntimeError("the password is hunter2")

    def asked(given: Asked) -> None:
        raise AssertionError(given)

    for path in ("/api/v1/{kind}", "/match/{kind}", "/page/{kind}"):
        app.get(path)(wrong)
    app.post("/api/v1/asked")(asked)
    problems.install(app)
    return TestClient(app, raise_server_exceptions=False)


def test_our_own_api_answers_with_problems(faulty: TestClient) -> None:
    answer = faulty.get("/api/v1/problem")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Taken",
        "status": 409,
        "detail": "Somebody was faster.",
        "instance": "/api/v1/problem",
    }
    assert faulty.get("/api/v1/licet").json()["detail"] == "row 3, column date: expected a day"
    wrong = faulty.post("/api/v1/asked", json={"number": "seven"}).json()
    assert wrong["errors"][0]["field"] == "body.number"
    assert "seven" not in json.dumps(wrong)


def test_faces_of_others_answer_as_theirs_do(faulty: TestClient) -> None:
    assert faulty.get("/match/problem").json() == {"detail": "Somebody was faster."}


def test_a_fault_of_ours_says_nothing_about_itself(faulty: TestClient) -> None:
    for path in ("/api/v1/fault", "/match/fault", "/page/fault"):
        answer = faulty.get(path)
        assert answer.status_code == 500
        assert "hunter2" not in answer.text


# --- logs and metrics -------------------------------------------------------------------------------------


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is written to the log, as JSON; everything as before afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure("json")
    written = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers[:] = before
    root.setLevel(level)


def test_no_secret_and_no_query_reaches_the_log(lines: io.StringIO, client: TestClient) -> None:
    said = {"password": "hunter2", "text": "key licet_abc123_SECRETPART at postgresql://me:hunter2@host/db"}
    logging.getLogger("licet").warning("seen", extra=said)
    logging.getLogger("some.library").warning("Authorization: Bearer hunter2")
    client.get("/api/v1/parties", params={"name": "Somebody Private"})
    written = lines.getvalue()
    assert "hunter2" not in written
    assert "SECRETPART" not in written
    assert "Somebody Private" not in written
    requests = [e for e in map(json.loads, written.splitlines()) if e["event"] == "request"]
    assert requests[-1]["route"] == "/api/v1/parties"
    assert requests[-1]["request"]


def test_secrets_in_texts_are_struck_out() -> None:
    assert struck_out("GET /first-run?token=abc&x=1") == "GET /first-run?token=[secret]&x=1"
    assert struck_out("whsec_AbC+/= end") == "[secret] end"


def test_metrics_tell_requests_jobs_and_entries(client: TestClient, service: Any) -> None:
    record(service.database)
    client.get("/nothing-here")
    told = client.get("/metrics").text
    assert 'licet_requests_total{method="GET",route="none",status="404"} 1.0' in told
    assert "licet_audit_entries" in told
    assert "licet_jobs" in told


def test_methods_that_nobody_knows_are_counted_together(client: TestClient) -> None:
    for number in range(3):
        client.request(f"NONSENSE{number}", "/nothing-here")
    told = client.get("/metrics").text
    assert 'licet_requests_total{method="other"' in told
    assert "NONSENSE" not in told


def test_metrics_need_a_key_where_nobody_in_particular_may_read(tmp_path: Path, regime: Regime) -> None:
    service = open_service(tmp_path, regime, anonymous="none")
    with client_of(service) as client:
        assert client.get("/metrics").status_code == 401
    service.close()


def test_the_first_words_of_the_server(service: Any, tmp_path: Path, regime: Regime) -> None:
    fresh = open_service(tmp_path, regime)
    said = "\n".join(welcome(fresh))
    fresh.close()
    assert "http://127.0.0.1:8360 " in said
    assert "/first-run?token=" in said
    assert "No published lists yet" in said


def test_time_is_what_the_service_says(service: Any) -> None:
    assert service.now() == datetime(2026, 11, 21, 12, tzinfo=UTC)
