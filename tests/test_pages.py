"""The base of the web application: its look, what stands around every page, and what it loads."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request

from licet.gate.problems import Problem
from licet.service.people import permissions_of
from licet.web import pages
from licet.web.templating import STATIC, environment, money, on, plural, query, static

PAGES = ("/", "/decide", "/party", "/party?q=Huawei", "/party/huawei?as_of=2020-06-01")
TEMPLATES = sorted(Path(environment().loader.loaders[0]._template_root).rglob("*.html"))  # type: ignore[union-attr]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_it_rests_on(client: Any, service: Any, path: str) -> None:
    html = client.get(path).text
    foot = html[html.index("<footer") :]
    assert "Not legal advice." in foot
    assert "known on" in foot
    assert service.regime.digest[:12] in foot
    assert service.regime.lists_digest[:12] in foot
    assert "checked against published texts up to" in foot
    assert "compared with" in foot
    assert "What it covers, and what not" in foot


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_heading_a_title_a_language_and_a_way_past_the_menu(
    client: Any, path: str
) -> None:
    html = client.get(path).text
    assert html.count("<h1") == 1
    assert re.search(r"<title>[^<]+ - Licet</title>", html)
    assert '<html lang="en"' in html
    assert html.index('href="#main-content"') < html.index("<nav")
    assert '<main class="govuk-main-wrapper licet-main" id="main-content" tabindex="-1">' in html


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_loaded_from_elsewhere_and_no_script_stands_in_a_page(client: Any, path: str) -> None:
    html = client.get(path).text
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.findall(r"\son\w+=", html)
    for address in re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', html):
        assert address.startswith("/static/")
        assert client.get(address).status_code == 200


def test_the_menu_shows_what_somebody_may_do(client: Any) -> None:
    def menu(role: str | None) -> list[str]:
        person = role and SimpleNamespace(
            permissions=permissions_of(role), via="session", name="N", role=role
        )
        request = Request({
            "type": "http", "path": "/law/rule/x", "headers": [], "query_string": b"",
            "app": client.app, "state": {"person": person, "csrf": "token"} if person else {},
        })  # fmt: skip
        html = bytes(
            pages.page(request, "error.html", problem=Problem(404, "Gone"), heading="").body
        ).decode()
        assert ("Sign out" in html) is bool(role)
        assert ('value="token"' in html) is bool(role)
        assert '<a href="/law" aria-current="true">' in html
        return re.findall(r">([^<]+)</a></li>", html[html.index('aria-label="Main"') : html.index("</nav>")])

    assert menu(None) == ["Decide", "Party", "Impact", "Scenarios", "Law"]
    assert menu("analyst") == ["Decide", "Party", "Orders", "Impact", "Scenarios", "Law", "Review"]
    assert menu("administrator")[-2:] == ["Review", "Admin"]


def test_a_message_is_shown_once_and_is_only_text(client: Any) -> None:
    response = pages.moved("/decide", 'Saved; "<script>"')
    assert response.status_code == 303
    cookie = response.headers["set-cookie"].partition(";")[0].partition("=")[2]
    assert "httponly" in response.headers["set-cookie"].casefold()
    client.cookies.set("licet_said", cookie)
    first = client.get("/decide")
    assert "Saved; &#34;&lt;script&gt;&#34;" in first.text
    assert 'licet_said=""' in first.headers["set-cookie"]


def test_what_goes_wrong_is_a_page_that_helps(client: Any) -> None:
    response = client.get("/party/nobody-has-this-id")
    assert response.status_code == 404
    assert "No listing has the id &#39;nobody-has-this-id&#39;: look for its name instead." in response.text
    assert client.get("/no-such-page").status_code == 404
    assert "<h1" in client.get("/no-such-page").text


def test_it_does_not_look_official() -> None:
    for path in STATIC.rglob("*"):
        if path.suffix in (".css", ".js", ".svg"):
            text = path.read_text(encoding="utf-8")
            assert "GDS Transport" not in text
            assert "@font-face" not in text
            assert not re.search(r"crest\.svg|logotype-crown\.png|assets/fonts", text), path
        assert not re.search(r"crown|crest|logotype|\.woff", path.name)
    for path in TEMPLATES:
        assert "GOV.UK" not in re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S), path


def test_what_the_style_sheets_name_is_there() -> None:
    for path in STATIC.rglob("*.css"):
        for named in re.findall(r"url\(([^)]+)\)", path.read_text(encoding="utf-8")):
            named = named.strip("'\"")
            assert named.startswith("data:") or (path.parent / named).is_file(), f"{path.name}: {named}"
    for path in STATIC.glob("*.js"):
        for named in re.findall(r'from "([^"]+)"', path.read_text(encoding="utf-8")):
            assert (path.parent / named).is_file()


def test_every_folder_of_others_has_its_licence() -> None:
    folders = [p for p in (STATIC / "vendor").iterdir() if p.is_dir()]
    assert {p.name for p in folders} == {"govuk-frontend", "moj-frontend", "htmx"}
    for folder in folders:
        assert "Permission" in (folder / "LICENSE").read_text(encoding="utf-8")
        assert folder.name in (STATIC / "vendor" / "README.md").read_text(encoding="utf-8")


def test_a_static_file_has_an_address_that_changes_with_it() -> None:
    assert re.fullmatch(r"/static/licet\.css\?v=[0-9a-f]{12}", static("licet.css"))
    with pytest.raises(FileNotFoundError):
        static("no-such-file.css")


def test_words_for_people() -> None:
    from datetime import UTC, date, datetime

    assert on(date(2019, 5, 16)) == "16 May 2019"
    assert on(datetime(2019, 5, 16, 20, 15, tzinfo=UTC)) == "16 May 2019, 20:15 UTC"
    assert on(None) == ""
    assert plural(1, "line") == "1 line"
    assert plural(1200, "party", "parties") == "1,200 parties"
    assert money(1234.4, "USD") == "USD 1,234"
    assert query({"a": "1", "b": ""}, c=["x", "y"], a=None) == "c=x&c=y"


@pytest.mark.parametrize(
    "code", ["forbidden", "licence_required", "indeterminate", "no_licence_required", "not_subject"]
)
def test_an_outcome_is_an_icon_and_its_words(code: str) -> None:
    module: Any = environment().get_template("parts/outcome.html").module
    html = str(module.outcome(code))
    assert 'aria-hidden="true"' in html
    assert f"<span>{code.replace('_', ' ')}</span>" in html
    assert f"licet-outcome--{code}" in (STATIC / "licet.css").read_text(encoding="utf-8")


def test_names_with_markup_are_only_text(client: Any) -> None:
    script = "<script>alert(1)</script>"
    for path in ("/party", "/party/named", "/party/found"):
        html = client.get(path, params={"q": script, "country": script}).text
        assert script not in html
    html = client.get(
        "/decide", params={"act.date": "2019-05-16", "item.eccn": script, "p1.name": script, "passed": script}
    ).text
    assert script not in html
    assert "&lt;script&gt;" in html
