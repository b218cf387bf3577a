"""Comparing two days and writing a scenario in a browser, with and without JavaScript and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

DAYS = "/impact?book=example&from=2019-05-15&to=2019-05-21"
PAGES = (
    "/impact",
    "/impact?from=2019-05-15",
    DAYS,
    "/impact/line/1?book=example&from=2019-05-15&to=2019-05-21",
    "/scenarios",
    "/scenarios/huawei-delisted",
    "/scenarios/write",
    "/scenarios/compare?scenario=huawei-delisted&scenario=general-merchandise&as_of=2019-07-02",
    "/scenarios/sweep?scenario=de-minimis-10&parameter=percent&values=0,10,25&as_of=2019-06-03",
)
# The first comparison also reads the names of the lists.
LONG = 120_000


def compare(page: Any) -> None:
    """Two days over the example book, then the rule behind most lines, then one line's proofs."""
    page.set_default_timeout(LONG)
    page.goto("/impact")
    page.get_by_role("group", name="Before").get_by_label("Day").fill("2019-05-15")
    page.get_by_role("group", name="After").get_by_label("Day").fill("2019-05-21")
    page.get_by_role("button", name="Compare").click()
    assert "111 come out otherwise" in re.sub(r"\s+", " ", page.locator("#answer").inner_text())
    answer = page.url
    page.get_by_role("region", name="Because of which rule").get_by_role(
        "link", name="744.11(a)"
    ).first.click()
    assert "Entity List licence requirement" in page.locator("h1").inner_text()
    assert "21 May 2019" in page.locator(".law-card").inner_text()
    page.goto(answer)
    page.locator(".study-group a[href*='/impact/line/']").first.click()
    assert page.get_by_role("heading", name="Proof, after").is_visible()
    page.get_by_role("link", name="Impact", exact=True).last.click()
    assert page.url == answer


def test_comparing_two_days(page_with_js: Any) -> None:
    compare(page_with_js)


def test_comparing_two_days_without_javascript(page_without_js: Any) -> None:
    compare(page_without_js)


def test_comparing_two_days_by_keyboard(page_with_js: Any) -> None:
    page = page_with_js
    page.set_default_timeout(LONG)
    page.goto("/impact")
    for _ in range(60):
        page.keyboard.press("Tab")
        if "15 May and 21 May 2019" in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/impact?book=example**")
    page.locator("#answer").wait_for()
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.study-causes a')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/law/rule/**")


def test_mistakes_show_while_one_types(page_with_js: Any) -> None:
    page = page_with_js
    page.goto("/scenarios/write")
    assert "Nothing to mend" in page.locator("#lint").inner_text()
    text = page.locator("#text")
    text.fill(text.input_value().replace("amend:", "amendd:"))
    text.press("End")
    page.locator("#lint").get_by_text(re.compile(r"Line \d+")).wait_for()
    assert page.locator(".scenario-gutter__wrong").count() == 1
    text.fill(text.input_value().replace("amendd:", "amend:"))
    text.press("End")
    page.locator("#lint").get_by_text("Nothing to mend").wait_for()


def test_mistakes_show_without_javascript(page_without_js: Any) -> None:
    page = page_without_js
    page.goto("/scenarios/write")
    text = page.locator("#text")
    wrong = text.input_value().replace("amend:", "amendd:")
    text.fill(wrong)
    page.get_by_role("button", name="Check").click()
    assert "There is a problem" in page.locator("main").inner_text()
    assert page.locator("#text").input_value() == wrong


def test_scenarios_are_marked_and_compared(page_without_js: Any) -> None:
    page = page_without_js
    page.set_default_timeout(LONG)
    page.goto("/scenarios")
    page.locator("input[value='tgl-extended']").check()
    page.locator("input[value='tgl-not-extended']").check()
    page.get_by_role("button", name="Compare those marked").click()
    assert "Lines and USD by outcome" in page.locator("main").inner_text()


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(page_with_js: Any, axe: Callable[[Any], None], path: str) -> None:
    page_with_js.set_default_timeout(LONG)
    page_with_js.goto(path)
    axe(page_with_js)
