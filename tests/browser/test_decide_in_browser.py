"""Deciding a shipment in a browser: with and without JavaScript, by keyboard alone, with nothing typed lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

HUAWEI = "Huawei Technologies Co., Ltd."
ORDER = (
    "/decide?act.date=2019-05-16&act.action=export&item.eccn=5D991&item.kind=software&item.us_origin=yes"
    "&item.published=no&origin.country=US&destination.country=CN&end_use.category=civil"
    "&p1.name=Huawei+Technologies+Co.%2C+Ltd.&p1.country=CN&p1.roles=end_user&p1.roles=ultimate_consignee"
)
SETTLED = ORDER + "&transport.en_route_since=none"


def fill(page: Any) -> None:
    """The first form, filled in as somebody would."""
    page.get_by_label("Day", exact=True).fill("2019-05-16")
    page.get_by_label("What is done").select_option("export")
    page.get_by_label("ECCN or EAR99").fill("5D991")
    page.get_by_label("Kind of item").select_option("software")
    page.get_by_label("Of US origin").select_option("yes")
    page.get_by_label("Leaves from (country)").fill("United States")
    page.get_by_label("Goes to (country)").fill("China")
    page.get_by_label("End use", exact=True).select_option("civil")
    page.get_by_label("Name", exact=True).fill(HUAWEI)
    page.get_by_label("Country", exact=True).fill("CN")


def walk(page: Any) -> None:
    """From the first page to a settled answer and the rule behind it, without knowing anything."""
    page.goto("/")
    page.get_by_role("link", name="Decide an order").click()
    fill(page)
    page.get_by_role("button", name="Decide", exact=True).click()
    assert page.locator("h1").inner_text() == "Indeterminate"
    for _ in range(6):
        if page.locator("h1").inner_text() != "Indeterminate":
            break
        question = page.get_by_role("region", name="To settle it")
        asked = question.locator(".licet-ask").inner_text()
        if "published" in asked:
            question.get_by_label("no", exact=True).check()
        else:
            assert "aboard a carrier" in asked
            question.get_by_role("textbox").fill("none")
        question.get_by_role("button", name="Answer").click()
    assert page.locator("h1").inner_text() == "Licence required"
    banner = page.get_by_role("region", name="Licence required")
    assert "presumption of denial" in banner.inner_text()
    assert "16 May 2019, as known on" in banner.inner_text()
    banner.get_by_role("link", name="15 CFR 744.11(a)").click()
    assert unquote(urlsplit(page.url).path) == "/law/rule/744.11(a)"
    assert parse_qs(urlsplit(page.url).query)["on"] == ["2019-05-16"]


def test_a_shipment_is_decided_with_javascript(page_with_js: Any) -> None:
    walk(page_with_js)


def test_a_shipment_is_decided_without_javascript(page_without_js: Any) -> None:
    walk(page_without_js)


def press_to(page: Any, wanted: str, keys: str = "Tab", most: int = 120) -> None:
    """Move the focus until what has it is called so."""
    said = """() => { const e = document.activeElement; const l = e.labels && e.labels[0];
        return ((l ? l.innerText : '') || e.innerText || e.value || '').trim(); }"""
    for _ in range(most):
        if page.evaluate(said) == wanted:
            return
        page.keyboard.press(keys)
    raise AssertionError(f"the keyboard does not reach {wanted!r}")


def test_a_shipment_is_decided_by_keyboard_alone(page_with_js: Any) -> None:
    page = page_with_js
    page.goto("/decide")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to main content"
    page.keyboard.press("Enter")
    press_to(page, "Day")
    page.keyboard.type("05162019")
    for label, typed in (
        ("What is done", "export"), ("ECCN or EAR99", "5D991"), ("Kind of item", "software"),
        ("Of US origin", "yes"), ("Leaves from (country)", "US"), ("Goes to (country)", "CN"),
        ("End use", "civil"), ("Name", HUAWEI), ("Country", "CN"),
    ):  # fmt: skip
        press_to(page, label)
        page.keyboard.type(typed)
    press_to(page, "Decide")
    page.keyboard.press("Enter")
    page.wait_for_url("**/decide?*")
    assert page.locator("h1").inner_text() == "Indeterminate"
    press_to(page, "yes")
    # Radios are one stop of the tabulator; arrows move within.
    page.keyboard.press("ArrowDown")
    press_to(page, "Answer")
    page.keyboard.press("Enter")
    page.wait_for_url("**item.published=no**")
    press_to(page, "Goods already aboard a carrier on the day the listing took effect")
    page.keyboard.press("Enter")
    page.wait_for_url("**/law/rule/**")


def test_nobody_has_to_know(page_without_js: Any) -> None:
    page = page_without_js
    page.goto(ORDER)
    for _ in range(5):
        known = page.get_by_role("button", name="I do not know")
        if not known.count():
            break
        known.click()
    assert page.locator("h1").inner_text() == "Indeterminate"
    left = page.get_by_role("region", name="Still to be found out")
    assert "aboard a carrier" in left.inner_text()
    left.get_by_role("link", name="Answer it").first.click()
    assert page.get_by_role("region", name="To settle it").count() == 1


def test_a_question_without_an_answer_is_told(page_with_js: Any, axe: Callable[[Any], None]) -> None:
    page = page_with_js
    page.goto(ORDER)
    page.get_by_role("button", name="Answer").click()
    assert page.title().startswith("Error: ")
    axe(page)
    page.get_by_role("link", name="Give an answer").click()
    assert page.evaluate("document.activeElement.id") == "transport.en_route_since"


def test_mistakes_lead_to_their_fields(page_with_js: Any, axe: Callable[[Any], None]) -> None:
    page = page_with_js
    page.goto("/decide?destination.country=Chin&p1.name=Acme&p1.roles=king")
    summary = page.get_by_role("alert")
    assert "perhaps 'china', CN" in summary.inner_text()
    axe(page)
    summary.get_by_role("link", name="Goes to (country)").click()
    assert page.evaluate("document.activeElement.id") == "destination.country"
    assert page.evaluate("document.activeElement.value") == "Chin"


@pytest.mark.parametrize("path", ["/", "/decide", "/decide?more=1&p1.name=Acme", ORDER, SETTLED])
def test_axe_finds_nothing(page_with_js: Any, axe: Callable[[Any], None], path: str) -> None:
    page_with_js.goto(path)
    page_with_js.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    axe(page_with_js)


def test_the_example_has_three_answers(page_without_js: Any) -> None:
    page = page_without_js
    found = []
    for day in ("15 May 2019", "16 May 2019", "20 May 2019"):
        page.goto("/")
        page.get_by_role("link", name=day).click()
        found.append(page.locator("h1").inner_text())
    assert found == ["No licence required", "Licence required", "Authorised general licence"]
    assert "certification" in page.locator(".licet-banner").inner_text().casefold()


def test_what_would_change_it_leads_to_that_answer(page_without_js: Any) -> None:
    page = page_without_js
    page.goto(SETTLED)
    row = page.get_by_role("row", name="Day: 2019-05-15")
    assert "no licence required" in row.inner_text()
    row.get_by_role("link", name="Day: 2019-05-15").click()
    assert page.locator("h1").inner_text() == "No licence required"
    assert "15 May 2019, as known on" in page.locator(".licet-banner").inner_text()


def test_a_lost_connection_loses_nothing_typed(page_with_js: Any) -> None:
    page = page_with_js
    page.goto("/decide")
    fill(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Decide", exact=True).click()
    assert "No connection" in page.locator("[data-offline]").inner_text()
    assert urlsplit(page.url).query == ""
    page.context.set_offline(False)
    # As if the window had been shut meanwhile.
    page.goto("about:blank")
    page.goto("/decide")
    assert page.get_by_label("Name", exact=True).input_value() == HUAWEI
    assert page.get_by_text("What you had typed here is back").is_visible()
    page.get_by_role("button", name="Decide", exact=True).click()
    page.wait_for_url("**/decide?*")
    page.goto("/decide")
    assert page.get_by_label("Name", exact=True).input_value() == ""


def test_a_draft_can_be_discarded(page_with_js: Any) -> None:
    page = page_with_js
    page.goto("/decide")
    page.get_by_label("Name", exact=True).fill("Acme")
    page.goto("/party")
    page.goto("/decide")
    assert page.get_by_label("Name", exact=True).input_value() == "Acme"
    page.get_by_role("button", name="Discard it").click()
    assert page.get_by_label("Name", exact=True).input_value() == ""
    page.goto("/decide")
    assert not page.get_by_text("What you had typed here is back").count()


def test_a_party_can_be_added_and_an_order_pasted(page_without_js: Any) -> None:
    page = page_without_js
    page.goto("/decide")
    page.get_by_label("Name", exact=True).fill("Acme")
    page.get_by_role("button", name="Add a party").click()
    page.get_by_role("group", name="Party 2").get_by_label("Name").fill("Other")
    page.get_by_role("button", name="Decide", exact=True).click()
    assert parse_qs(urlsplit(page.url).query)["p2.name"] == ["Other"]
    page.goto("/decide")
    page.get_by_label("An order line or JSON").fill(
        "date,action,from,destination,end_user_name,eccn\n2019-05-16,export,US,CN,Acme,EAR99"
    )
    page.get_by_role("button", name="Read it").click()
    assert parse_qs(urlsplit(page.url).query)["item.eccn"] == ["EAR99"]


def test_everything_is_unfolded_in_print(page_with_js: Any) -> None:
    page = page_with_js
    page.goto(SETTLED)
    folded = "document.querySelectorAll('details:not([open])').length"
    before = page.evaluate(folded)
    page.pdf()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert before
    assert page.evaluate(folded) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(folded) == before
    page.get_by_role("button", name="Unfold everything").click()
    assert page.locator(".licet-whole-proof details:not([open])").count() == 0
