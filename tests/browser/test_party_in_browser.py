"""A party in a browser: found as one types, moved along its timeline, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest


def test_a_search_answers_while_somebody_types(page_with_js: Any, axe: Callable[[Any], None]) -> None:
    page = page_with_js
    page.goto("/party")
    field = page.get_by_label("Name of the party")
    field.press_sequentially("hisi", delay=20)
    page.get_by_role("row", name="as HiSilicon", exact=False).first.wait_for()
    assert urlsplit(page.url).query == ""
    assert "begins so" in page.get_by_role("row", name="HiSilicon Optoelectronics").inner_text()
    # Across scripts, and the field keeps the focus.
    field.fill("")
    field.press_sequentially("華為技術", delay=20)
    page.get_by_role("row", name="Huawei Technologies Co., Ltd.").get_by_text("sure").wait_for()
    assert page.evaluate("document.activeElement.id") == "q"
    axe(page)


def test_a_search_that_fails_says_so_and_keeps_what_was_typed(page_with_js: Any) -> None:
    page = page_with_js
    page.goto("/party")
    page.route("**/party/found*", lambda route: route.abort())
    page.get_by_label("Name of the party").press_sequentially("hua")
    page.get_by_text("The server did not answer").wait_for()
    assert page.get_by_label("Name of the party").input_value() == "hua"
    page.unroute("**/party/found*")
    page.get_by_label("Name of the party").press_sequentially("wei")
    page.get_by_role("row", name="Huawei Technologies Co., Ltd.").first.wait_for()
    assert not page.get_by_text("The server did not answer").is_visible()


def walk(page: Any) -> None:
    """From a name to the day on which the party was listed, and the day before."""
    page.goto("/party")
    page.get_by_label("Name of the party").fill("Huawei Technologies Co., Ltd.")
    page.get_by_text("Country and day").click()
    page.get_by_label("As of", exact=True).fill("2020-06-01")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Huawei Technologies Co., Ltd.", exact=True).click()
    assert page.locator("h1").inner_text() == "Huawei Technologies Co., Ltd."
    assert page.locator("#state").inner_text() == "Listed on 1 June 2020"
    for _ in range(3):
        page.get_by_role("link", name="Earlier event").click()
    assert page.locator("#state").inner_text() == "Listed on 16 May 2019"
    assert page.get_by_role("link", name="Earlier event").count() == 0
    page.get_by_label("As of", exact=True).fill("2019-05-15")
    page.get_by_role("button", name="Show that day").click()
    assert page.locator("#state").inner_text() == "Not listed on 15 May 2019"
    page.get_by_role("link", name="Later event").click()
    assert page.locator("#state").inner_text() == "Listed on 16 May 2019"
    page.get_by_role("link", name="84 FR 22961", exact=True).first.click()
    assert "/law/instrument/84%20FR%2022961" in page.url


def test_a_party_is_looked_at_with_javascript(page_with_js: Any) -> None:
    walk(page_with_js)


def test_a_party_is_looked_at_without_javascript(page_without_js: Any) -> None:
    walk(page_without_js)


def test_the_slider_moves_the_day(page_with_js: Any) -> None:
    page = page_with_js
    page.goto("/party/huawei?as_of=2019-05-16")
    slider = page.get_by_role("slider", name="Move along the timeline")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("output").inner_text() == "15 May 2019"
    page.wait_for_url("**as_of=2019-05-15**")
    assert page.locator("#state").inner_text() == "Not listed on 15 May 2019"
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "15 May 2019"


def test_a_party_by_keyboard_alone(page_with_js: Any) -> None:
    page = page_with_js
    page.goto("/party")

    def focused() -> str:
        return str(page.evaluate("document.activeElement.id || document.activeElement.innerText"))

    def tab_to(wanted: str) -> None:
        for _ in range(60):
            if focused() == wanted:
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {wanted!r}")

    tab_to("q")
    page.keyboard.type("ZTE")
    page.keyboard.press("Enter")
    page.wait_for_url("**/party?q=ZTE**")
    tab_to("Zhongxing Telecommunications Equipment Corporation")
    page.keyboard.press("Enter")
    page.wait_for_url("**/party/zte**")
    tab_to("moved")
    page.keyboard.press("Home")
    page.wait_for_url("**/party/zte?as_of=**")
    assert page.locator("#state").inner_text().startswith("Not listed")


@pytest.mark.parametrize(
    "path",
    [
        "/party",
        "/party?q=Huawei",
        "/party?q=Nobody+At+All+Ltd",
        "/party?q=Huawei&country=Chin&as_of=yesterday",
        "/party/huawei?as_of=2020-06-01",
        "/party/named?q=HiSilicon&as_of=2019-05-16",
        "/party/family/zte?as_of=2018-05-01",
        "/party/nobody-has-this-id",
    ],
)
def test_axe_finds_nothing(page_with_js: Any, axe: Callable[[Any], None], path: str) -> None:
    page_with_js.goto(path)
    page_with_js.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    axe(page_with_js)


def test_an_address_keeps_both_days(page_without_js: Any) -> None:
    page = page_without_js
    page.goto("/party?q=Huawei&as_of=2019-05-16&known_at=2019-05-15")
    assert "Not public yet on 15 May 2019" in page.locator("#found").inner_text()
    page.goto("/party/huawei?as_of=2019-06-01&known_at=2019-06-01")
    page.get_by_role("link", name="Earlier event").click()
    assert parse_qs(urlsplit(page.url).query) == {"as_of": ["2019-05-16"], "known_at": ["2019-06-01"]}
