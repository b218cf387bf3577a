"""Somebody who has never seen it: from the first run to the lines that turn and the rule that turns them.

The same walk is done three times: with JavaScript, without it, and by keyboard alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from licet.regime import Regime
from licet.service import accounts
from licet.service.service import Service
from serving import live_server, open_service

BOOK = Path(__file__).parents[2] / "examples" / "orders-2019.csv"
PASSWORD = "a long walk through the rules"
HUAWEI = "Huawei Technologies Co., Ltd."


@pytest.fixture
def service(regime: Regime, tmp_path: Path) -> Iterator[Service]:
    """A service that nobody has an account of."""
    opened = open_service(tmp_path, regime)
    yield opened
    opened.close()


@pytest.fixture
def live(service: Service) -> Iterator[str]:
    """The real server over it."""
    with live_server(service) as address:
        yield address


class Hand(Protocol):
    """What somebody does to a page."""

    def press(self, target: Any) -> None: ...
    def fill(self, field: Any, text: str) -> None: ...
    def choose(self, field: Any, option: str) -> None: ...
    def tick(self, radio: Any) -> None: ...
    def attach(self, field: Any, path: Path) -> None: ...


@dataclass(frozen=True, slots=True)
class Mouse:
    """Points and clicks."""

    page: Any

    def press(self, target: Any) -> None:
        target.click()

    def fill(self, field: Any, text: str) -> None:
        field.fill(text)

    def choose(self, field: Any, option: str) -> None:
        field.select_option(label=option)

    def tick(self, radio: Any) -> None:
        radio.check()

    def attach(self, field: Any, path: Path) -> None:
        field.set_input_files(path)


@dataclass(frozen=True, slots=True)
class Keyboard:
    """Has no mouse: the tabulator, Enter, the space bar, arrows, and letters."""

    page: Any

    def press(self, target: Any) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def fill(self, field: Any, text: str) -> None:
        self._reach(field)
        if field.get_attribute("type") == "date":
            year, month, day = text.split("-")
            text = f"{month}{day}{year}"
        self.page.keyboard.type(text)

    def choose(self, field: Any, option: str) -> None:
        self._reach(field)
        self.page.keyboard.type(option)

    def tick(self, radio: Any) -> None:
        # Radios are one stop of the tabulator; arrows move within, and the space bar marks the first.
        name = radio.get_attribute("name")
        self._reach(self.page.locator(f"input[name='{name}']").first)
        self.page.keyboard.press("Space")
        for _ in range(20):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        pytest.fail("the arrows do not reach the answer")

    def attach(self, field: Any, path: Path) -> None:
        self._reach(field)
        with self.page.expect_file_chooser() as chosen:
            self.page.keyboard.press("Space")
        chosen.value.set_files(path)

    def _reach(self, target: Any) -> None:
        wanted = target.element_handle()
        for _ in range(250):
            if self.page.evaluate("wanted => wanted === document.activeElement", wanted):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"the keyboard does not reach {target} of {self.page.url}")


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way through the application, each page looked at once it is there."""

    page: Any
    hand: Hand
    look: Callable[[Any], None]

    def at(self, heading: str | re.Pattern[str]) -> None:
        """A page with that heading is there."""
        self.page.get_by_role("heading", level=1, name=heading).wait_for()
        self.page.wait_for_load_state()
        self.look(self.page)

    def link(self, name: str | re.Pattern[str], inside: Any = None) -> None:
        self.hand.press((inside or self.page.get_by_role("main")).get_by_role("link", name=name).first)

    def menu(self, name: str) -> None:
        self.link(name, self.page.get_by_role("navigation", name="Main"))

    def button(self, name: str | re.Pattern[str]) -> None:
        self.hand.press(self.page.get_by_role("main").get_by_role("button", name=name).first)

    def fill(self, label: str, text: str, inside: Any = None) -> None:
        self.hand.fill((inside or self.page).get_by_label(label, exact=True), text)

    def choose(self, label: str, option: str) -> None:
        self.hand.choose(self.page.get_by_label(label, exact=True), option)

    def whole(self, token: str) -> None:
        """Everything that the newcomer wants to do."""
        self.makes_an_account(token)
        self.decides_a_shipment()
        self.uploads_a_book()
        self.opens_a_proof_and_its_rule()
        self.compares_two_days()

    def makes_an_account(self, token: str) -> None:
        self.page.goto(f"/first-run?token={token}")
        self.at("Welcome to Licet")
        self.fill("Name to sign in with", "newcomer")
        self.fill("Password", PASSWORD)
        self.fill("The same password again", PASSWORD)
        self.button("Make the account")
        self.at("Administration")

    def decides_a_shipment(self) -> None:
        self.link(re.compile("^Licet"), self.page.get_by_role("banner"))
        self.at(re.compile("May this order ship"))
        self.link("Decide an order")
        self.at("May it go ahead?")
        self.fill("Day", "2019-05-16")
        self.choose("What is done", "export")
        self.fill("ECCN or EAR99", "5D991")
        self.choose("Kind of item", "software")
        self.choose("Of US origin", "yes")
        self.fill("Leaves from (country)", "US")
        self.fill("Goes to (country)", "CN")
        self.choose("End use", "civil")
        self.fill("Name", HUAWEI)
        self.fill("Country", "CN")
        self.button(re.compile("^Decide$"))
        self.at("Indeterminate")
        question = self.page.get_by_role("region", name="To settle it")
        assert "published" in question.locator(".licet-ask").inner_text()
        self.hand.tick(question.get_by_label("no", exact=True))
        self.button("Answer")
        self.page.wait_for_url("**item.published=no**")
        self.hand.fill(question.get_by_role("textbox"), "none")
        self.button("Answer")
        self.at("Licence required")
        assert "presumption of denial" in self.page.get_by_role("main").inner_text()

    def uploads_a_book(self) -> None:
        self.menu("Orders")
        self.at("Orders")
        self.hand.attach(self.page.get_by_label("CSV, XLSX or Parquet"), BOOK)
        self.button("Upload")
        self.at("orders-2019.csv")
        self.button(re.compile("^Decide [0-9]+ lines$"))
        self.at("orders-2019.csv, decided")
        lines = self.page.get_by_role("heading", name="Lines", exact=True)
        for _ in range(200):
            if lines.count() and not self.page.locator("progress").count():
                break
            # Without JavaScript one asks how far it is; with it the page tells.
            by_hand = self.page.get_by_role("link", name="Check progress")
            if by_hand.is_visible():
                self.hand.press(by_hand)
            self.page.wait_for_timeout(100)
        assert lines.is_visible()

    def opens_a_proof_and_its_rule(self) -> None:
        outcomes = self.page.get_by_role("group", name="Outcomes")
        self.link("licence required", outcomes)
        self.page.wait_for_url("**outcome=licence_required**")
        self.look(self.page)
        self.link("T-1/2")
        self.at(re.compile("T-1"))
        proof = self.page.get_by_role("region", name="Proof", exact=True)
        self.link("15 CFR 744.11(a)", proof)
        self.at(re.compile("Entity List licence requirement"))
        assert "16 May 2019" in self.page.locator(".law-card").inner_text()

    def compares_two_days(self) -> None:
        self.menu("Orders")
        self.at("Orders")
        self.link(re.compile("lines decided"))
        self.at("orders-2019.csv, decided")
        self.link("Compare with another date or scenario")
        self.at("Impact")
        self.fill("Day", "2019-05-15", self.page.get_by_role("group", name="Before"))
        self.fill("Day", "2019-05-21", self.page.get_by_role("group", name="After"))
        self.button("Compare")
        self.page.locator("#answer").wait_for()
        self.look(self.page)
        assert "111 come out otherwise" in re.sub(r"\s+", " ", self.page.locator("#answer").inner_text())
        self.link("Lines that turn")
        self.hand.press(self.page.locator(".study-group a[href*='/impact/line/']").first)
        self.at(re.compile("^Line"))
        cause = self.page.get_by_role("link", name="Entity List licence requirement").first
        assert cause.is_visible()
        self.hand.press(cause)
        self.at(re.compile("Entity List licence requirement"))


def test_the_journey(page_with_js: Any, service: Service, axe: Callable[[Any], None]) -> None:
    Walk(page_with_js, Mouse(page_with_js), axe).whole(accounts.first_run_token(service))


def test_the_journey_without_javascript(
    page_without_js: Any, browser: Any, service: Service, axe: Callable[[Any], None]
) -> None:
    twin = browser.new_context().new_page()
    walk = Walk(page_without_js, Mouse(page_without_js), lambda page: look_at_twin(page, twin, axe))
    walk.whole(accounts.first_run_token(service))
    twin.context.close()


def look_at_twin(page: Any, twin: Any, look: Callable[[Any], None]) -> None:
    """Look at a page as it stands in a twin of it: axe is a script itself, the page has none."""
    html = re.sub("<script.*?</script>", "", page.content(), flags=re.DOTALL)
    twin.route(page.url, lambda asked: asked.fulfill(body=html, content_type="text/html"))
    twin.goto(page.url)
    look(twin)


def test_the_journey_by_keyboard_alone(page_with_js: Any, service: Service) -> None:
    # The pages are those of the first walk, at which axe has looked.
    walk = Walk(page_with_js, Keyboard(page_with_js), lambda page: None)
    walk.whole(accounts.first_run_token(service))
