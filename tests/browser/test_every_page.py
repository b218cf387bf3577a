"""Every page of the web application in a browser: whole, reachable, printable, quiet, and without a fault for axe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from furnished import Look, furnish, looks, sign_in
from licet.regime import Regime
from licet.service.service import Service
from licet.serving.app import create_app
from serving import open_service

# A part of a page, a file, or a way through to a page: nothing to look at by itself.
NO_PAGES = {
    "/decide/proof.json",
    "/party/found",
    "/orders/example.csv",
    "/orders/{book_id}/progress",
    "/orders/{book_id}/rejects.csv",
    "/orders/runs/{run_id}/progress",
    "/impact/progress",
    "/impact/file/{form}",
    "/scenarios/compare/progress",
    "/scenarios/sweep/progress",
    "/scenarios/compare/file/{form}",
    "/scenarios/sweep/file/{form}",
    "/review/screenings/{id}/progress",
    "/sign-in/elsewhere",
    "/sign-in/back",
    # Only until there is an account: the journey begins with it.
    "/first-run",
}
WIDTHS = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TELL_REFUSALS = (
    "addEventListener('securitypolicyviolation', e => "
    "console.error(`refused: ${e.violatedDirective} ${e.blockedURI}`));"
)
NAMES = [look.name for look in looks(defaultdict(str))]


@dataclass(frozen=True, slots=True)
class House:
    """The server, what it holds, and a browser signed in there and one that is not."""

    address: str
    looks: dict[str, Look]
    contexts: dict[bool, Any]


@pytest.fixture(scope="module")
def service(regime: Regime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    opened = open_service(tmp_path_factory.mktemp("furnished"), regime, webhooks_private=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def known(service: Service) -> dict[str, str]:
    """What the service holds; before the server runs, whose own worker would take the jobs."""
    return furnish(service)


@pytest.fixture(scope="module")
def house(known: dict[str, str], browser: Any, live: str) -> Iterator[House]:
    contexts = {who: browser.new_context(base_url=live, viewport=WIDTHS[0]) for who in (False, True)}
    for context in contexts.values():
        context.set_default_timeout(60_000)
        context.add_init_script(TELL_REFUSALS)
    page = contexts[True].new_page()
    sign_in(page)
    page.close()
    yield House(live, {look.name: look for look in looks(known)}, contexts)
    for context in contexts.values():
        context.close()


@pytest.fixture(scope="module")
def faults_of() -> Callable[[Any], list[str]]:
    """What axe finds against WCAG 2.2 AA and good practice."""
    checker = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def check(page: Any) -> list[str]:
        found = checker.run(page, options={"runOnly": RULES}).response["violations"]
        return [
            f"{rule['id']}: {rule['help']}: {node['html'][:200]}"
            for rule in found
            for node in rule["nodes"][:4]
        ]

    return check


def test_every_route_has_an_example(service: Service) -> None:
    routes = {
        context.path
        for context in iter_route_contexts(create_app(service).routes)
        if isinstance(context.original_route, APIRoute)
        and context.original_route.endpoint.__module__.startswith("licet.web.")
        and "GET" in context.methods
    }
    shown = {look.route for look in looks(defaultdict(str))}
    assert routes - NO_PAGES == shown
    assert routes >= NO_PAGES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole(house: House, name: str, faults_of: Callable[[Any], list[str]]) -> None:
    look = house.looks[name]
    page = house.contexts[look.signed_in].new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    answer = page.goto(look.path)
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()
    assert page.title().endswith(" - Licet")
    assert page.evaluate("document.documentElement.lang") == "en"

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "govuk-skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"

    for size in WIDTHS:
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, size
        assert not faults_of(page)

    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert page.locator("h1").is_visible()

    assert not said
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {
        urlsplit(house.address).netloc
    }
    page.close()


def test_every_page_has_its_pictures() -> None:
    folder = Path(__file__).parents[2] / "docs" / "web"
    kept = {path.name for path in folder.iterdir()}
    assert kept == {f"{name}-{width}.webp" for name in NAMES for width in ("desk", "phone")}
    text = (folder.parent / "web-pages.md").read_text("utf-8")
    assert [name for name in sorted(kept) if name not in text] == []
