"""Finding a rule in a browser: by search, with and without JavaScript, by keyboard alone; every page clean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PAGES = (
    "/law?on=2019-05-21",
    "/law/rule/744.11%28a%29?on=2019-05-21",
    "/law/rule/supp.%207%20to%20744%20%28c%29%281%29%2C%20text%20of%20May%202019?on=2019-05-21",
    "/law/rule/744.11%20affiliates",
    "/law/calendar?on=2019-07-01",
    "/law/calendar?days=all",
    "/law/differences?from=2019-05-15&to=2019-05-21",
    "/law/differences?from=2019-05-15",
    "/law/instrument/84%20FR%2022961",
    "/law/instrument/G20%20Osaka%202019-06-29",
    "/law/coverage",
    "/law/vocabulary",
)


def find(page: Any) -> None:
    """From the first page of the law to the rule of the Entity List and the instrument behind it."""
    page.goto("/law")
    page.get_by_label("Search").fill("Entity List licence requirement")
    page.get_by_label("On", exact=True).fill("2019-05-21")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Entity List licence requirement", exact=True).click()
    assert "Entity List licence requirement" in page.locator("h1").inner_text()
    assert "21 May 2019" in page.locator(".law-card").inner_text()
    assert "on=2019-05-21" in page.url
    page.get_by_role("link", name="73 FR 49311").first.click()
    assert page.locator("h1").inner_text().startswith("73 FR 49311")


def test_finding_a_rule(page_with_js: Any) -> None:
    find(page_with_js)


def test_finding_a_rule_without_javascript(page_without_js: Any) -> None:
    find(page_without_js)


def test_finding_a_rule_by_keyboard(page_with_js: Any) -> None:
    page = page_with_js
    page.goto("/law")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "govuk-skip-link"
    page.keyboard.press("Enter")
    tab_to(page, "input#q")
    page.keyboard.type("744.11(a) roles")
    page.keyboard.press("Enter")
    page.wait_for_url("**/law?q=*")
    tab_to(page, ".law-rules a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/law/rule/**")
    tab_to(page, ".law-written summary")
    page.keyboard.press("Enter")
    assert page.locator(".law-written pre").is_visible()


def tab_to(page: Any, selector: str) -> None:
    """Press the tabulator until something that fits the selector has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"{selector} cannot be reached by keyboard")


def test_differences_lead_to_the_impact(page_without_js: Any) -> None:
    page = page_without_js
    page.goto("/law/differences")
    page.get_by_label("From", exact=True).fill("2019-05-15")
    page.get_by_label("To", exact=True).fill("2019-05-21")
    page.get_by_role("button", name="Compare").click()
    assert "4 rules stand otherwise" in page.locator("main").inner_text()
    page.get_by_role("link", name="See what it does").click(timeout=120_000)
    assert "/impact?from=2019-05-15&to=2019-05-21" in page.url


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(page_with_js: Any, axe: Callable[[Any], None], path: str) -> None:
    page_with_js.goto(path)
    axe(page_with_js)
