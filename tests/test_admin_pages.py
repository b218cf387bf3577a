"""Administration on the web: who may do what, keys and links shown once, ages of lists, jobs, and the trail."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from starlette.testclient import TestClient

from licet.lists.history import History
from licet.regime import Regime
from licet.service import accounts, audit, jobs, keys, passwords
from licet.service.service import Service
from listed import add, day, record
from serving import NOW, PASSWORD, client_of, open_service, post_form, sign_in, token_of

PAGES = ("", "/users", "/keys", "/lists", "/audit", "/jobs")


@pytest.fixture(autouse=True, scope="module")
def quick() -> Iterator[None]:
    """Hashes that take no time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()


@pytest.fixture(scope="module")
def admin(service: Service) -> TestClient:
    """An administrator's browser, for the whole module."""
    return sign_in(client_of(service), service, "administrator")


def post(client: TestClient, path: str, page: str = "/admin", **data: Any) -> Any:
    return post_form(client, path, data, page=page)


def an_account(service: Service, name: str, role: str = "analyst") -> accounts.Account:
    return accounts.create(service, by="the tests", name=name, role=role, password=PASSWORD)


def shown(page: str) -> str:
    """The secret that a page shows once."""
    found = re.search(r'id="secret" value="([^"]+)"', page)
    assert found, page
    return html.unescape(found[1])


# --- who --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_only_administrators_administer(admin: TestClient, service: Service, path: str) -> None:
    reviewer = sign_in(client_of(service), service, "reviewer")
    assert client_of(service).get(f"/admin{path}").status_code == 401
    assert reviewer.get(f"/admin{path}").status_code == 403
    page = admin.get(f"/admin{path}")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert page.headers["cache-control"] == "no-store"


def test_nothing_is_changed_by_less_than_an_administrator_or_without_a_token(
    admin: TestClient, service: Service
) -> None:
    ada = an_account(service, "untouched")
    reviewer = sign_in(client_of(service), service, "reviewer")
    paths = [f"/admin/users/{ada.id}/{what}" for what in ("role", "disable", "enable", "invite")]
    for path in (*paths, "/admin/users", "/admin/keys", "/admin/keys/x/revoke", "/admin/jobs/x/stop"):
        assert post(reviewer, path, page="/account").status_code == 403
        assert admin.post(path).status_code == 403
    assert accounts.named(service, "untouched") == ada


def test_a_key_with_the_scope_administers_without_a_browser(admin: TestClient, service: Service) -> None:
    root = accounts.named(service, "the-administrator")
    assert root is not None
    _, secret = keys.create(service, by="x", owner=root.id, name="x", scopes=["admin"])
    machine = client_of(service)
    given = {"Authorization": f"Bearer {secret}"}
    done = machine.post("/admin/users", data={"name": "by-machine", "role": "viewer"}, headers=given)
    assert done.status_code == 200
    with service.database.reading() as session:
        who = session.scalar(
            text("SELECT who FROM audit WHERE what = 'account.created' ORDER BY number DESC")
        )
    assert re.fullmatch(r"the-administrator, key [a-z0-9]{8}", str(who))


# --- users ------------------------------------------------------------------------------------------------


def test_somebody_new_gets_a_link_and_chooses_a_password(admin: TestClient, service: Service) -> None:
    made = post(admin, "/admin/users", name="Ines", role="analyst")
    link = shown(made.text)
    assert link.startswith("http://localhost/choose-password?token=")
    assert "has not chosen a password yet" in admin.get("/admin/users").text
    assert link not in admin.get("/admin/users").text
    ines = client_of(service)
    path = link.removeprefix("http://localhost")
    token = path.rpartition("=")[2]
    done = post_form(
        ines, "/choose-password", {"token": token, "password": PASSWORD, "again": PASSWORD}, page=path
    )
    assert done.status_code == 303
    assert "ines" in ines.get("/account").text
    assert ines.get(path).status_code == 410


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(admin: TestClient) -> None:
    refused = post(admin, "/admin/users", name="no <name>", role="reviewer")
    assert refused.status_code == 422
    assert 'href="#name"' in refused.text
    assert 'id="name-error"' in refused.text
    assert 'value="no &lt;name&gt;"' in refused.text
    assert '<option value="reviewer" selected>' in refused.text
    assert "no role" in post(admin, "/admin/users", name="somebody", role="owner").text


def test_role_disable_enable_and_a_new_link(admin: TestClient, service: Service) -> None:
    bo = an_account(service, "bo")
    browser = sign_in(client_of(service), service, "analyst", "bo")
    at = f"/admin/users/{bo.id}"
    done = post(admin, f"{at}/role", page=at, role="reviewer")
    assert done.headers["location"] == at
    assert "bo is reviewer now." in admin.get(at).text
    assert "reviewer" in browser.get("/account").text
    post(admin, f"{at}/disable", page=at)
    assert "<strong>disabled</strong>" in admin.get(at).text
    assert browser.get("/account").status_code == 401
    post(admin, f"{at}/enable", page=at)
    sign_in(browser, service, "analyst", "bo")
    assert "choose-password" in shown(post(admin, f"{at}/invite", page=at).text)
    assert browser.get("/account").status_code == 401
    assert post(admin, f"{at}/role", page=at, role="emperor").status_code == 422
    for what in ("", "/role", "/disable", "/enable", "/invite"):
        path = f"/admin/users/nobody{what}"
        asked = post(admin, path) if what else admin.get(path)
        assert asked.status_code == 404


def test_the_last_administrator_is_told_why_they_stay(tmp_path: Path, regime: Regime) -> None:
    service = open_service(tmp_path, regime)
    root = sign_in(client_of(service), service, "administrator")
    own = accounts.listed(service)[0]
    for what, said in (("role", {"role": "viewer"}), ("disable", {}), ("invite", {})):
        refused = post(root, f"/admin/users/{own.id}/{what}", page=f"/admin/users/{own.id}", **said)
        assert refused.status_code == 422
        assert "only administrator" in refused.text
    assert root.get("/admin").status_code == 200
    service.close()


# --- keys -------------------------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_works_until_it_is_revoked(admin: TestClient, service: Service) -> None:
    owner = an_account(service, "owner")
    given = {"name": "nightly <b>", "owner": owner.id, "scopes": ["read", "books"], "days": "30"}
    made = post(admin, "/admin/keys", **given)
    secret = shown(made.text)
    assert made.headers["cache-control"] == "no-store"
    page = admin.get("/admin/keys").text
    assert secret not in page
    assert "nightly &lt;b&gt;" in page
    assert "21 December 2026" in page
    machine = client_of(service)
    sent = {"Authorization": f"Bearer {secret}"}
    assert machine.get("/law", headers=sent).status_code == 200
    kept = next(k for k in keys.listed(service) if k.name == "nightly <b>")
    assert kept.until == NOW + timedelta(days=30)
    done = post(admin, f"/admin/keys/{kept.id}/revoke", page="/admin/keys")
    assert done.status_code == 303
    assert machine.get("/law", headers=sent).status_code == 401
    assert "Keys that have ended" in admin.get("/admin/keys").text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["review"]}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"days": "soon"}, "days"),
        ({"days": "-1"}, "days"),
        ({"days": "9" * 5000}, "days"),
        ({"days": "٣"}, "days"),
    ],
)
def test_a_key_that_cannot_be_made_is_refused_at_the_field(
    admin: TestClient, service: Service, given: dict[str, Any], field: str
) -> None:
    owner = accounts.named(service, "owner-of-none") or an_account(service, "owner-of-none")
    sent = {"name": "x", "owner": owner.id, "scopes": ["read"], "days": ""} | given
    refused = post(admin, "/admin/keys", **sent)
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text
    assert f'id="{field}"' in refused.text
    assert post(admin, "/admin/keys", **(sent | {"owner": "nobody"})).status_code == 422


# --- lists, jobs ------------------------------------------------------------------------------------------


def test_lists_that_are_too_old_are_marked(tmp_path: Path, regime: Regime) -> None:
    with History.open(tmp_path / "lists.sqlite", create=True) as history:
        fresh = (NOW.date() - day(0)).days - 1
        add(history, 0, [record("Old GmbH", list_="ancient")], lists=("ancient",))
        add(history, fresh, [record("New GmbH", list_="recent")], lists=("recent",))
    service = open_service(tmp_path, regime)
    root = sign_in(client_of(service), service, "administrator")
    page = root.get("/admin/lists").text
    rows = {name: row for row in page.split("<tr") for name in ("ancient", "recent") if f">{name}<" in row}
    assert "too old" in rows["ancient"]
    assert "too old" not in rows["recent"]
    assert "1 day" in rows["recent"]
    assert "1 list too old:</strong> ancient" in root.get("/admin").text
    service.close()


def test_without_lists_it_is_said_how_to_have_some(admin: TestClient) -> None:
    assert "licet lists import" in admin.get("/admin/lists").text


def test_jobs_are_seen_stopped_and_begun_again(admin: TestClient, service: Service) -> None:
    with service.database.writing() as session:
        made = jobs.enqueue(session, "nothing.at_all", {}, about="x", who="<ada>", at=NOW).id
    assert "nothing.at all" in admin.get("/admin/jobs").text
    assert "&lt;ada&gt;" in admin.get("/admin/jobs").text
    assert "1 waiting" in admin.get("/admin").text
    assert post(admin, f"/admin/jobs/{made}/again", page="/admin/jobs").status_code == 409
    post(admin, f"/admin/jobs/{made}/stop", page="/admin/jobs")
    assert "Go on" in admin.get("/admin/jobs").text
    post(admin, f"/admin/jobs/{made}/again", page="/admin/jobs")
    post(admin, f"/admin/jobs/{made}/stop", page="/admin/jobs")
    assert post(admin, f"/admin/jobs/{made}/stop", page="/admin/jobs").status_code == 409
    with service.database.reading() as session:
        rows = (
            session.execute(text("SELECT what FROM audit WHERE about = :job"), {"job": made}).scalars().all()
        )
    assert rows == ["job.stopped", "job.restarted", "job.stopped"]


# --- the trail --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trailed(tmp_path_factory: pytest.TempPathFactory, regime: Regime) -> Iterator[tuple[Service, TestClient]]:
    """A service with a long trail, and an administrator's browser."""
    service = open_service(tmp_path_factory.mktemp("trail"), regime)
    root = sign_in(client_of(service), service, "administrator")
    with service.database.writing() as session:
        for number in range(120):
            audit.record(
                session, at=NOW - timedelta(days=number % 10), who=f"person{number % 3}",
                what=("hold.placed", "hold.released", "holdall.packed")[number % 3], about=f"thing{number}",
                detail={"reason": "<script>alert(1)</script>", "parts": [1, 2]},
            )  # fmt: skip
    yield service, root
    service.close()


def rows_of(page: str) -> list[str]:
    return re.findall(r"<tr class=.*?</tr>", page, re.S)


def test_the_trail_is_read_page_by_page(trailed: tuple[Service, TestClient]) -> None:
    _, root = trailed
    numbers, path = [], "/admin/audit"
    for expected in (50, 50, 22):
        page = root.get(path).text
        assert len(rows_of(page)) == expected
        numbers += [int(n) for n in re.findall(r"licet-number\">(\d+)</th>", page)]
        older = re.search(r'rel="next" href="([^"]+)"', page)
        path = "/admin/audit" + html.unescape(older[1]) if older else ""
    assert numbers == list(range(122, 0, -1))
    assert path == ""


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({"what": "hold.placed"}, 40),
        ({"what": "account"}, 1),
        ({"what": "hold", "who": "person1"}, 40),
        ({"about": "thing119"}, 1),
        ({"who": "person%"}, 0),
        ({"who": "'; DROP TABLE audit; --"}, 0),
        ({"what": "hold", "since": "2026-11-21"}, 8),
        ({"what": "hold", "until": "2026-11-12"}, 8),
        ({"before": "11"}, 10),
        ({"before": "x"}, 50),
    ],
)
def test_the_trail_is_filtered(
    trailed: tuple[Service, TestClient], given: dict[str, str], count: int
) -> None:
    _, root = trailed
    page = root.get("/admin/audit", params=given)
    assert page.status_code == 200
    assert len(rows_of(page.text)) == count


def test_a_day_that_is_none_is_said_so(trailed: tuple[Service, TestClient]) -> None:
    refused = trailed[1].get("/admin/audit", params={"since": "yesterday"})
    assert refused.status_code == 422
    assert 'href="#since"' in refused.text


def test_what_others_wrote_is_shown_and_not_run(trailed: tuple[Service, TestClient]) -> None:
    page = trailed[1].get("/admin/audit").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_whole_trail_is_checked_at_a_button(trailed: tuple[Service, TestClient]) -> None:
    service, root = trailed
    page = root.get("/admin/audit?check=1").text
    assert "The audit trail is whole: 122 entries" in page
    with service.database.writing() as session:
        for (trigger,) in session.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            session.execute(text(f"DROP TRIGGER {trigger}"))
        session.execute(text("UPDATE audit SET who = 'nobody' WHERE number = 100"))
    page = root.get("/admin/audit?check=1").text
    assert "The audit trail is broken:" in page
    assert "entry 100 is not what was written" in page


def test_the_token_of_a_page_is_that_of_its_session(admin: TestClient, service: Service) -> None:
    other = sign_in(client_of(service), service, "analyst")
    assert token_of(admin.get("/admin/users").text) != token_of(other.get("/account").text)
