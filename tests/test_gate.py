"""The gate: who comes in over HTTP and how much, what another site cannot do, and sign-in by a provider."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit
from weakref import WeakKeyDictionary

import pytest
from argon2 import PasswordHasher
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import FastAPI, Form, Request
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from starlette.testclient import TestClient

from licet.gate import headers
from licet.gate.asking import Analyst, Reader, Reviewer
from licet.gate.limits import Buckets
from licet.regime import Regime
from licet.service import accounts, invitations, keys, passwords
from licet.service.service import Service
from licet.serving.app import create_app
from serving import NOW, PASSWORD, client_of, open_service, post_form, sign_in, token_of

Text = Annotated[str, Form()]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobody.cache_clear()


_APPS: WeakKeyDictionary[Service, FastAPI] = WeakKeyDictionary()


def app_of(service: Service) -> FastAPI:
    """The application with a few routes that say who asks; made once for a service."""
    if service in _APPS:
        return _APPS[service]
    app = _APPS[service] = create_app(service)

    @app.get("/api/v1/me")
    def me(person: Reader) -> dict[str, str]:
        return {"name": person.name, "via": person.via}

    @app.post("/api/v1/me")
    def change(person: Analyst) -> dict[str, str]:
        return {"name": person.name}

    @app.post("/api/v1/second")
    def second(person: Reviewer) -> dict[str, str]:
        return {"name": person.name}

    @app.post("/written")
    def written(person: Analyst, words: Text = "") -> dict[str, str]:
        return {"words": words}

    @app.post("/api/v1/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    @app.post("/orders/length")
    async def upload(request: Request) -> int:
        return len(await request.body())

    @app.get("/api/v1/fault")
    def fault() -> None:
        raise RuntimeError("hunter2")

    return app


def browser(service: Service, address: str = "http://localhost", **given: Any) -> TestClient:
    return TestClient(app_of(service), base_url=address, raise_server_exceptions=False, **given)


@pytest.fixture
def anybody(service: Service) -> TestClient:
    return browser(service)


@pytest.fixture
def analyst(service: Service) -> TestClient:
    return sign_in(browser(service), service, "analyst")


def csrf_of(client: TestClient) -> str:
    return token_of(client.get("/account").text)


def secret_of(service: Service, role: str = "analyst", *scopes: str) -> str:
    owner = accounts.named(service, f"owner-{role}") or accounts.create(
        service, by="the tests", name=f"owner-{role}", role=role, password=PASSWORD
    )
    return keys.create(service, by="the tests", owner=owner.id, name="x", scopes=scopes or ("read", "books"))[
        1
    ]


@pytest.fixture
def closed(tmp_path: Path, regime: Regime) -> Iterator[Service]:
    """A service that lets nobody in who has not signed in."""
    opened = open_service(tmp_path, regime, anonymous="none")
    yield opened
    opened.close()


# --- who asks ---------------------------------------------------------------------------------------------


def test_anybody_reads_where_the_settings_let_them(anybody: TestClient) -> None:
    assert anybody.get("/api/v1/me").json() == {"name": "anonymous", "via": "open"}
    refused = anybody.post("/api/v1/me")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.headers["content-type"] == "application/problem+json"


def test_nobody_reads_unasked_where_they_do_not(closed: Service) -> None:
    client = browser(closed)
    assert client.get("/api/v1/me").status_code == 401
    assert "/sign-in?next=%2Flaw" in client.get("/law").text
    assert client.get("/sign-in").status_code == 200
    assert client.get("/static/licet.css").status_code == 200


@pytest.mark.parametrize(
    "header",
    [("Authorization", "Bearer {}"), ("authorization", "ApiKey {}"), ("subscription-key", "{}")],
)
def test_a_key_comes_in_each_way_that_clients_send_one(
    anybody: TestClient, service: Service, header: tuple[str, str]
) -> None:
    given = {header[0]: header[1].format(secret_of(service))}
    assert anybody.get("/api/v1/me", headers=given).json()["via"] == "key"
    assert anybody.post("/api/v1/me", headers=given).status_code == 200
    assert anybody.post("/api/v1/second", headers=given).status_code == 403


def test_a_key_of_ours_that_opens_nothing_is_said_so_and_others_are_not_ours(
    anybody: TestClient, service: Service
) -> None:
    wrong = secret_of(service)[:-1] + "!"
    refused = anybody.get("/api/v1/me", headers={"Authorization": f"Bearer {wrong}"})
    assert refused.status_code == 401
    assert "revoked" in refused.json()["detail"]
    assert wrong not in refused.text
    for other in ("Bearer of-another-service", "Basic bmdpbng6cHJveHk=", "ApiKey", "licet_", ""):
        answer = anybody.get("/api/v1/me", headers={"Authorization": other})
        assert answer.json()["via"] == "open", other


def test_a_key_comes_before_a_session(analyst: TestClient, service: Service) -> None:
    given = {"Authorization": f"Bearer {secret_of(service, 'viewer', 'read')}"}
    assert analyst.get("/api/v1/me", headers=given).json()["via"] == "key"
    assert analyst.post("/api/v1/me", headers=given).status_code == 403


# --- sign in and out --------------------------------------------------------------------------------------


def test_the_cookie_is_for_this_server_and_no_script(service: Service) -> None:
    client = browser(service)
    accounts.named(service, "the-viewer") or accounts.create(
        service, by="x", name="the-viewer", role="viewer", password=PASSWORD
    )
    given = {"name": "the-viewer", "password": PASSWORD, "to": "/law?q=x"}
    done = post_form(client, "/sign-in", given)
    assert done.headers["location"] == "/law?q=x"
    session = next(c for c in done.headers.get_list("set-cookie") if c.startswith("licet_session="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Max-Age" not in session
    assert done.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("how", ["scheme", "setting"])
def test_behind_https_the_cookie_goes_over_nothing_else(tmp_path: Path, regime: Regime, how: str) -> None:
    public = {"public_url": "https://localhost"} if how == "setting" else {}
    service = open_service(tmp_path, regime, **public)
    accounts.create(service, by="x", name="ada", role="viewer", password=PASSWORD)
    client = browser(service, "https://localhost")
    done = post_form(client, "/sign-in", {"name": "ada", "password": PASSWORD})
    set_cookies = done.headers.get_list("set-cookie")
    assert any(c.startswith("__Host-licet_session=") and "Secure" in c for c in set_cookies)
    assert done.headers["strict-transport-security"] == "max-age=31536000"
    assert client.get("/api/v1/me").json()["name"] == "ada"
    service.close()


def test_signing_in_again_ends_the_session_before(analyst: TestClient, service: Service) -> None:
    before = analyst.cookies["licet_session"]
    given = {"name": "the-analyst", "password": PASSWORD}
    post_form(analyst, "/sign-in", given, page="/account")
    assert analyst.cookies["licet_session"] != before
    other = browser(service, cookies={"licet_session": before})
    assert other.get("/api/v1/me").json()["via"] == "open"


def test_signing_out_ends_the_session_itself(analyst: TestClient, service: Service) -> None:
    before = analyst.cookies["licet_session"]
    done = post_form(analyst, "/sign-out", {}, page="/account")
    assert done.headers["location"] == "/sign-in"
    other = browser(service, cookies={"licet_session": before})
    assert other.get("/api/v1/me").json()["via"] == "open"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(anybody: TestClient, service: Service) -> None:
    secret_of(service)
    said = []
    for name in ("owner-analyst", "nobody-at-all"):
        refused = post_form(anybody, "/sign-in", {"name": name, "password": "something else"})
        assert refused.status_code == 401
        assert "something else" not in refused.text
        said.append(refused.text.replace(name, "").replace(token_of(refused.text), ""))
    assert said[0] == said[1]


def test_after_too_many_attempts_one_waits(tmp_path: Path, regime: Regime) -> None:
    service = open_service(tmp_path, regime)
    accounts.create(service, by="x", name="ada", role="viewer", password=PASSWORD)
    client = browser(service)
    for _ in range(5):
        post_form(client, "/sign-in", {"name": "ada", "password": "wrong wrong wrong"})
    refused = post_form(client, "/sign-in", {"name": "ada", "password": PASSWORD})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "2"
    assert "try again in 2 seconds" in refused.text
    service.close()


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/\t/evil.example", ""]
)
def test_signing_in_leads_nowhere_else(anybody: TestClient, service: Service, to: str) -> None:
    secret_of(service)
    done = post_form(anybody, "/sign-in", {"name": "owner-analyst", "password": PASSWORD, "to": to})
    assert done.headers["location"] == "/"
    assert anybody.get("/sign-in", params={"next": to}, follow_redirects=False).headers["location"] == "/"


def test_the_first_run_on_the_web(tmp_path: Path, regime: Regime) -> None:
    service = open_service(tmp_path, regime)
    token = accounts.first_run_token(service)
    client = browser(service)
    assert client.get("/first-run?token=made-up").status_code == 410
    page = f"/first-run?token={token}"
    given = {"token": token, "name": "root", "password": PASSWORD, "again": PASSWORD}
    wrong = post_form(client, "/first-run", given | {"again": "another"}, page=page)
    assert wrong.status_code == 422
    assert 'href="#again"' in wrong.text
    assert (
        "at least 12"
        in post_form(client, "/first-run", given | {"password": "short", "again": "short"}, page=page).text
    )
    assert post_form(client, "/first-run", given, page=page).headers["location"] == "/admin"
    assert client.get("/admin").status_code == 200
    assert client.get(page).status_code == 410
    service.close()


def test_an_invitation_on_the_web_and_ones_own_password(tmp_path: Path, regime: Regime) -> None:
    service = open_service(tmp_path, regime)
    ada = accounts.create(service, by="x", name="ada", role="analyst")
    token = invitations.invite(service, ada.id, by="x")
    client = browser(service)
    given = {"token": token, "password": PASSWORD, "again": PASSWORD}
    done = post_form(client, "/choose-password", given, page=f"/choose-password?token={token}")
    assert done.status_code == 303
    assert client.get("/api/v1/me").json()["name"] == "ada"
    other = sign_in(browser(service), service, "analyst", "ada")
    another = "an entirely new one"
    change = {"before": "not it", "password": another, "again": another}
    assert 'href="#before"' in post_form(client, "/account/password", change, page="/account").text
    done = post_form(client, "/account/password", change | {"before": PASSWORD}, page="/account")
    assert done.status_code == 303
    # This browser goes on with a new session; any other is signed out.
    assert client.get("/api/v1/me").json()["name"] == "ada"
    assert other.get("/api/v1/me").json()["via"] == "open"
    post_form(client, "/account/sign-out-everywhere", {}, page="/account")
    assert client.get("/api/v1/me").json()["via"] == "open"
    assert client.get("/account").status_code == 401
    service.close()


# --- other sites ------------------------------------------------------------------------------------------


def test_a_change_needs_the_token_of_its_own_session(analyst: TestClient, service: Service) -> None:
    other = sign_in(browser(service), service, "reviewer")
    assert analyst.post("/api/v1/me").status_code == 403
    assert analyst.post("/written", data={"words": "x"}).status_code == 403
    assert analyst.post("/written", data={"words": "x", "csrf": csrf_of(other)}).status_code == 403
    token = csrf_of(analyst)
    assert analyst.post("/written", data={"words": "x", "csrf": token}).json() == {"words": "x"}
    assert analyst.post("/written", files={"words": (None, "y"), "csrf": (None, token)}).json() == {
        "words": "y"
    }
    assert analyst.post("/api/v1/me", headers={"X-CSRF-Token": token}).status_code == 200
    assert analyst.post("/api/v1/me", data={"csrf": token}).status_code == 403
    strange = analyst.post("/api/v1/me", headers={"X-CSRF-Token": token.encode() + b"\xc3\xa4"})
    assert strange.status_code == 403


@pytest.mark.parametrize(
    "said",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_no_other_site_acts_in_somebodys_name_even_with_a_token(
    analyst: TestClient, said: dict[str, str]
) -> None:
    token = csrf_of(analyst)
    for path in ("/written", "/sign-out"):
        assert (
            analyst.post(path, data={"csrf": token}, headers=said, follow_redirects=False).status_code == 403
        )
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert analyst.post("/written", data={"csrf": token}, headers=own).status_code == 200


def test_nobody_is_signed_in_by_another_site(service: Service, anybody: TestClient) -> None:
    secret_of(service)
    given = {"name": "owner-analyst", "password": PASSWORD}
    assert anybody.post("/sign-in", data=given).status_code == 403
    token = token_of(anybody.get("/sign-in").text)
    assert browser(service).post("/sign-in", data={**given, "csrf": token}).status_code == 403
    assert anybody.post("/sign-in", data={**given, "csrf": token}, follow_redirects=False).status_code == 303
    # The token of the visit is not that of the session.
    assert anybody.post("/written", data={"csrf": token}).status_code == 403


# --- how much ---------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path, regime: Regime) -> Iterator[TestClient]:
    service = open_service(tmp_path, regime, max_body=2048, max_upload=4096)
    yield browser(service)
    service.close()


def pieces(size: int, read: list[int] | None = None) -> Iterator[bytes]:
    for _ in range(size // 512):
        if read is not None:
            read.append(512)
        yield b"x" * 512


def test_bodies_are_bounded_however_they_are_sent(small: TestClient) -> None:
    assert small.post("/api/v1/length", content=b"x" * 2048).json() == 2048
    assert small.post("/api/v1/length", content=pieces(2048)).json() == 2048
    for content in (b"x" * 2049, pieces(2560), pieces(1 << 20)):
        refused = small.post("/api/v1/length", content=content)
        assert refused.status_code == 413
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["content-security-policy"]
        assert "2,048 bytes" in refused.json()["detail"]


def test_files_may_be_larger(small: TestClient) -> None:
    assert small.post("/orders/length", content=pieces(4096)).json() == 4096
    assert small.post("/orders/length", content=pieces(32768)).status_code == 413


def test_a_form_that_is_too_large_is_refused_as_such(small: TestClient) -> None:
    token = token_of(small.get("/sign-in").text)
    given = {"name": "x" * 3000, "csrf": token}
    assert small.post("/sign-in", data=given).status_code == 413


def test_a_bucket_fills_evenly() -> None:
    now = [0.0]
    buckets = Buckets(60, clock=lambda: now[0])
    assert [buckets.take("a") for _ in range(60)] == [0] * 60
    assert buckets.take("a") == pytest.approx(1)
    assert buckets.take("b") == 0
    now[0] += 2
    assert [buckets.take("a") for _ in range(3)] == [0, 0, pytest.approx(1)]
    now[0] += 3600
    assert sum(buckets.take("a") == 0 for _ in range(100)) == 60


def test_too_many_requests_are_told_when_to_come_back(tmp_path: Path, regime: Regime) -> None:
    service = open_service(tmp_path, regime)
    service.settings = service.settings.model_copy(update={"rate": 5})
    client = browser(service)
    given = {"Authorization": f"Bearer {secret_of(service)}"}
    assert {client.get("/api/v1/me").status_code for _ in range(5)} == {200}
    refused = client.get("/api/v1/me")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 12
    assert refused.json()["title"] == "Too many requests"
    # A key that is none is nobody's: it counts for the address that sends it.
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer licet_made_up"}).status_code == 429
    assert {client.get("/api/v1/me", headers=given).status_code for _ in range(5)} == {200}
    assert client.get("/api/v1/me", headers=given).status_code == 429
    assert client.get("/static/licet.css").status_code == 200
    service.close()


# --- names and headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "localhost:8360", "127.0.0.1:1", "[::1]:8360", "LOCALHOST"])
def test_the_names_of_this_machine_are_answered(anybody: TestClient, host: str) -> None:
    assert anybody.get("/api/v1/me", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "[::2]", "", "127.0.0.1.evil.example"]
)
def test_other_names_are_not(anybody: TestClient, host: str) -> None:
    refused = anybody.get("/law", headers={"Host": host})
    assert refused.status_code == 421
    assert "LICET_TRUSTED_HOSTS" in refused.text
    assert anybody.get("/api/v1/me", headers={"Host": host}).json()["status"] == 421


@pytest.mark.parametrize("path", ["/law?q=%00", "/law/%00", "/admin/users/%00"])
def test_no_address_holds_what_no_database_takes(anybody: TestClient, path: str) -> None:
    assert anybody.get(path).status_code == 400


@pytest.mark.parametrize(
    "path", ["/law", "/sign-in", "/nothing-here", "/api/v1/me", "/api/v1/fault", "/static/licet.css"]
)
def test_every_answer_says_what_a_browser_is_to_refuse(anybody: TestClient, path: str) -> None:
    answer = anybody.get(path)
    for name, value in headers.ALWAYS.items():
        assert answer.headers[name] == value
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


def test_what_is_for_one_person_is_kept_nowhere(
    anybody: TestClient, analyst: TestClient, service: Service
) -> None:
    assert anybody.get("/law").headers["cache-control"] == "no-cache"
    assert analyst.get("/law").headers["cache-control"] == "no-store"
    assert "Cookie" in analyst.get("/law").headers["vary"]
    given = {"Authorization": f"Bearer {secret_of(service)}"}
    assert anybody.get("/api/v1/me", headers=given).headers["cache-control"] == "no-store"
    assert analyst.get("/static/licet.css").headers.get("cache-control") != "no-store"


def test_no_page_holds_a_script_of_its_own(analyst: TestClient) -> None:
    for path in ("/sign-in", "/account", "/law"):
        page = analyst.get(path).text
        assert "<script>" not in page
        assert " onclick" not in page
        assert "http://" not in page.replace("http://www.w3.org", "")


# --- the organisation's own provider ----------------------------------------------------------------------


class FakeProvider:
    """An issuer of identities on this machine, which can be made to lie."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "one"})
        self.be_honest()
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                public = {"keys": [provider.key.as_dict(private=False)]}
                self.say(public if self.path == "/keys" else provider.told())

            def do_POST(self) -> None:
                sent = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                wanted = create_s256_code_challenge(sent["code_verifier"][0])
                good = sent["code"] == ["the-code"] and wanted == provider.asked["code_challenge"]
                good = good and self.headers["authorization"].startswith("Basic ")
                self.say(provider.token() if good else {"error": "invalid_grant"}, 200 if good else 400)

            def say(self, what: Any, status: int = 200) -> None:
                body = json.dumps(what).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def be_honest(self) -> None:
        self.claims: dict[str, Any] = {"sub": "0001", "preferred_username": "Grace Hopper"}
        self.lies: dict[str, Any] = {}
        self.signed_with: Any = self.key
        self.algorithm = "ES256"
        self.asked: dict[str, str] = {}
        self.silent = False

    def told(self) -> dict[str, Any]:
        own = {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorise"}
        return own | {"token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys"} | self.lies

    def token(self) -> dict[str, Any]:
        now = int(NOW.timestamp())
        claims = {
            "iss": self.issuer, "aud": "licet", "iat": now, "exp": now + 300, "nonce": self.asked["nonce"],
        }  # fmt: skip
        header = {"alg": self.algorithm, "kid": "one"}
        signed = jwt.encode(header, claims | self.claims, self.signed_with, algorithms=[self.algorithm])
        told = {"access_token": "x", "token_type": "Bearer"}
        return told if self.silent else told | {"id_token": signed}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def one_provider() -> Iterator[FakeProvider]:
    made = FakeProvider()
    yield made
    made.close()


@pytest.fixture
def provider(one_provider: FakeProvider) -> FakeProvider:
    one_provider.be_honest()
    return one_provider


def open_with(folder: Path, regime: Regime, provider: FakeProvider) -> Service:
    return open_service(
        folder, regime, oidc_issuer=provider.issuer, oidc_client_id="licet", oidc_client_secret="s3cret",
        oidc_role_claim="realm.roles", oidc_roles={"licet-admins": "administrator", "traders": "analyst"},
    )  # fmt: skip


@pytest.fixture
def with_provider(tmp_path: Path, regime: Regime, provider: FakeProvider) -> Iterator[Service]:
    opened = open_with(tmp_path, regime, provider)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def doubting(
    tmp_path_factory: pytest.TempPathFactory, regime: Regime, one_provider: FakeProvider
) -> Iterator[Service]:
    """A service that believes nobody here, so that all may share it."""
    opened = open_with(tmp_path_factory.mktemp("doubting"), regime, one_provider)
    yield opened
    opened.close()


def leave(client: TestClient, provider: FakeProvider, to: str = "/law") -> str:
    """To the provider; gives the state to come back with."""
    gone = client.get("/sign-in/elsewhere", params={"next": to}, follow_redirects=False)
    assert gone.status_code == 303, gone.text
    assert gone.headers["location"].startswith(f"{provider.issuer}/authorise?")
    provider.asked = {k: v[0] for k, v in parse_qs(urlsplit(gone.headers["location"]).query).items()}
    return provider.asked["state"]


def come_back(client: TestClient, state: str, **given: str) -> Any:
    sent = {"code": "the-code", "state": state} | given
    return client.get("/sign-in/back", params=sent, follow_redirects=False)


def test_signing_in_with_a_provider(with_provider: Service, provider: FakeProvider) -> None:
    provider.claims["realm"] = {"roles": ["traders", "others"]}
    client = browser(with_provider)
    assert "Sign in with your organisation" in client.get("/sign-in").text
    state = leave(client, provider, "/law?q=x")
    assert provider.asked["redirect_uri"] == "http://localhost/sign-in/back"
    assert provider.asked["code_challenge_method"] == "S256"
    assert "openid" in provider.asked["scope"]
    done = come_back(client, state)
    assert done.status_code == 303, done.text
    assert done.headers["location"] == "/law?q=x"
    assert client.get("/api/v1/me").json()["name"] == "grace-hopper"
    assert client.get("/account").text.count("Change your password") == 0
    # The visit ended with it, and so did its state.
    assert come_back(client, state).status_code == 401
    assert accounts.listed(with_provider)[0].role == "analyst"


def test_the_provider_says_the_role_again_each_time(with_provider: Service, provider: FakeProvider) -> None:
    for said, role in ((["traders"], "analyst"), (["traders", "licet-admins"], "administrator")):
        provider.claims["realm"] = {"roles": said}
        client = browser(with_provider)
        come_back(client, leave(client, provider))
        assert [a.role for a in accounts.listed(with_provider)] == [role]
    provider.claims["realm"] = {"roles": []}
    client = browser(with_provider)
    assert come_back(client, leave(client, provider)).status_code == 303
    # The last administrator stays one; with another, the provider's word counts.
    assert accounts.listed(with_provider)[0].role == "administrator"
    accounts.create(with_provider, by="x", name="root", role="administrator", password=PASSWORD)
    come_back(client, leave(browser_of(client), provider))
    assert accounts.named(with_provider, "grace-hopper").role == "viewer"  # type: ignore[union-attr]


def browser_of(client: TestClient) -> TestClient:
    """The same browser, whose session was forgotten."""
    client.cookies.clear()
    return client


def test_a_name_that_is_taken_is_somebody_elses(with_provider: Service, provider: FakeProvider) -> None:
    accounts.create(with_provider, by="x", name="grace-hopper", role="administrator", password=PASSWORD)
    client = browser(with_provider)
    come_back(client, leave(client, provider))
    assert client.get("/api/v1/me").json()["name"] == "grace-hopper-2"
    assert {a.name: a.role for a in accounts.listed(with_provider)}["grace-hopper-2"] == "viewer"


def test_a_disabled_account_stays_out(with_provider: Service, provider: FakeProvider) -> None:
    client = browser(with_provider)
    come_back(client, leave(client, provider))
    accounts.disable(with_provider, accounts.listed(with_provider)[0].id, by="x")
    again = browser(with_provider)
    assert come_back(again, leave(again, provider)).status_code == 401
    assert again.get("/api/v1/me").json()["via"] == "open"


@pytest.mark.parametrize(
    "lie",
    [
        "nonce",
        "audience",
        "issuer",
        "expired",
        "another key",
        "shared secret",
        "code",
        "error",
        "no token",
        "mix-up",
    ],
)
def test_what_a_provider_says_is_checked(doubting: Service, provider: FakeProvider, lie: str) -> None:
    client = browser(doubting)
    state = leave(client, provider)
    given: dict[str, str] = {}
    match lie:
        case "nonce":
            provider.claims["nonce"] = "another"
        case "audience":
            provider.claims["aud"] = "another"
        case "issuer":
            provider.claims["iss"] = "https://evil.example"
        case "expired":
            provider.claims["exp"] = int(NOW.timestamp()) - 120
        case "another key":
            provider.signed_with = ECKey.generate_key("P-256", {"kid": "one"})
        case "shared secret":
            provider.signed_with, provider.algorithm = OctKey.import_key("s3cret" * 8), "HS256"
        case "code":
            given["code"] = "another"
        case "error":
            given = {"error": "access_denied", "code": ""}
        case "no token":
            provider.silent = True
        case _:
            given["iss"] = "https://evil.example"
    refused = come_back(client, state, **given)
    assert refused.status_code == 401
    assert "rganisation&#39;s provider" in refused.text or "another provider" in refused.text
    assert "s3cret" not in refused.text
    assert accounts.listed(doubting) == []


def test_coming_back_in_another_browser_is_refused(doubting: Service, provider: FakeProvider) -> None:
    state = leave(browser(doubting), provider)
    other = browser(doubting)
    other.get("/sign-in")
    assert come_back(other, state).status_code == 401
    assert come_back(browser(doubting), state).status_code == 401
    mine = browser(doubting)
    once, _, proof = leave(mine, provider).rpartition(".")
    assert come_back(mine, f"{once}x.{proof}").status_code == 401


@pytest.mark.parametrize("what", ["issuer", "token_endpoint"])
def test_a_provider_that_is_another_or_over_open_lines_is_not_asked(
    doubting: Service, provider: FakeProvider, what: str
) -> None:
    provider.lies[what] = "http://evil.example"
    refused = browser(doubting).get("/sign-in/elsewhere", follow_redirects=False)
    assert refused.status_code == 502


def test_without_a_provider_there_is_none(anybody: TestClient) -> None:
    assert "organisation" not in anybody.get("/sign-in").text
    assert anybody.get("/sign-in/elsewhere").status_code == 404


def test_clients_of_the_fixture_are_signed_in(signed_in: Any, service: Service) -> None:
    assert signed_in("reviewer").get("/account").status_code == 200
    assert client_of(service).get("/account").status_code == 401
