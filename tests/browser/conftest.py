"""Browser tests: the system's Chromium against the real server, with and without JavaScript, and axe."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
WIDTHS = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium; of one module only, since Playwright keeps the loop of its thread running."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this system (apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def live_server(live: str) -> str:
    """The address of the real server."""
    return live


def _page(browser: Any, base: str, **kept: Any) -> Iterator[Any]:
    context = browser.new_context(base_url=base, viewport=WIDTHS["desk"], **kept)
    context.set_default_timeout(20_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: (
            faults.append(said.text)
            # What the server refused, and that it cannot be reached, is told by the page; the console says so too.
            if said.type == "error"
            and not any(told in said.text for told in ("Failed to load", "Failed to fetch"))
            else None
        ),
    )
    yield page
    context.close()
    assert not faults, faults


@pytest.fixture
def page_with_js(browser: Any, live: str) -> Iterator[Any]:
    """A page in which scripts run; a fault of a script fails the test."""
    yield from _page(browser, live)


@pytest.fixture
def page_without_js(browser: Any, live: str) -> Iterator[Any]:
    """A page in which no script runs."""
    yield from _page(browser, live, java_script_enabled=False)


@pytest.fixture
def axe() -> Callable[[Any], None]:
    """``axe(page)``: no violation of WCAG 2.2 AA or of good practice, at a desk and on a phone."""
    checker = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def check(page: Any) -> None:
        for name, size in reversed(WIDTHS.items()):
            page.set_viewport_size(size)
            found = checker.run(page).response["violations"]
            told = [
                f"{v['id']}: {v['help']} ({name})\n  " + "\n  ".join(n["html"][:200] for n in v["nodes"][:5])
                for v in found
            ]
            assert not told, "\n".join(told)
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{page.url}: {wide} px too wide ({name})"

    return check
