"""Reviewing in a browser: by mouse without JavaScript, by single keys with it, and without a fault for axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from licet.regime import Regime
from licet.service import accounts, events, hits, queue, webhooks, worker
from licet.service.people import Person
from licet.service.queue import Item
from licet.service.service import Service
from serving import NOW, PASSWORD, live_server, open_service

NAMES = "Huawei Technologies Co., Ltd. | CN\nHisilicon Optoelectronics | CN\nMaple Ridge Instruments | CA"
BOB = Person.signed_in("bob", "bob", "reviewer", "s")


@pytest.fixture
def service(tmp_path: Path, regime: Regime) -> Iterator[Service]:
    opened = open_service(tmp_path, regime, webhooks_private=True)
    for name, role in (("ada", "reviewer"), ("bob", "reviewer"), ("root", "administrator")):
        accounts.create(opened, name=name, password=PASSWORD, role=role, by="the tests")
    yield opened
    opened.close()


@pytest.fixture
def live(service: Service) -> Iterator[str]:
    with live_server(service) as address:
        yield address


def screened(service: Service, lines: str = NAMES) -> None:
    hits.ask(service, hits.of_lines(lines), who="ada")
    worker.drain(service)


def items(service: Service) -> tuple[Item, ...]:
    with service.database.reading() as session:
        return queue.queue(service, session, NOW.date()).items


def pair(service: Service, listing: str) -> Item:
    return next(item for item in items(service) if item.listing == listing)


def sign_in(page: Any, name: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_screen_and_decide_without_javascript(service: Service, page_without_js: Any) -> None:
    page = page_without_js
    sign_in(page, "ada")
    page.goto("/review")
    page.get_by_role("link", name="Screen parties").first.click()
    page.get_by_label("Or their names").fill(NAMES)
    page.get_by_role("button", name="Screen them").click()
    # The server's own worker does it.
    for _ in range(120):
        if page.get_by_role("link", name="Look at what was found").count():
            break
        page.wait_for_timeout(250)
        if page.get_by_role("link", name="Check progress").count():
            page.get_by_role("link", name="Check progress").click()
    page.get_by_role("link", name="Look at what was found").click()
    page.get_by_role("link", name="Look at").click()
    first = page.locator("h1").inner_text()
    assert "Huawei" in first or "Hisilicon" in first
    evidence = page.get_by_role("region", name="Word by word").locator("tbody tr")
    points = [abs(float(row.locator("td").last.inner_text())) for row in evidence.all()]
    assert points == sorted(points, reverse=True)
    page.locator("form.review-decide__clear").get_by_label("Because").fill("a shop in another town")
    page.get_by_role("button", name="Clear", exact=True).click()
    assert "counts once another person has signed" in page.locator(".licet-said").inner_text()
    assert page.locator("h1").inner_text() != first
    assert [i.standing.state.name for i in items(service)].count("AWAITING") == 1


def test_decide_by_single_keys_alone(service: Service, page_with_js: Any) -> None:
    screened(service)
    waiting = pair(service, "hisilicon-optoelectronics")
    queue.decide(service, waiting.hit, "clear", BOB, reason="a shop")
    page = page_with_js
    sign_in(page, "ada")
    page.goto(f"/review/hits/{items(service)[0].hit}")
    assert items(service)[0].hit == waiting.hit
    page.keyboard.press("s")
    page.keyboard.type("seen the register, no match, so ")
    assert page.url.endswith(waiting.hit), "letters that are typed are no shortcuts"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: waiting.hit not in url)
    assert pair(service, "hisilicon-optoelectronics").standing.state.name == "CLEARED"
    second = items(service)[0].hit
    assert page.url.endswith(second)
    page.keyboard.press("n")
    page.wait_for_url(lambda url: second not in url)
    page.keyboard.press("p")
    page.wait_for_url(lambda url: second in url)
    page.keyboard.press("?")
    assert page.get_by_text("the letter goes to the reason").is_visible()
    page.keyboard.press("m")
    page.keyboard.type("same director")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: second not in url)
    assert next(i for i in items(service) if i.hit == second).standing.state.name == "MATCH"
    # Shortcuts can be switched off, and stay off.
    toggle = page.get_by_label("Single letters are shortcuts on these pages")
    toggle.focus()
    page.keyboard.press("Space")
    here = page.url
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    page.reload()
    page.keyboard.press("n")
    page.wait_for_timeout(300)
    assert page.url == here
    assert not toggle.is_checked()


def test_two_who_look_at_the_same_pair(service: Service, page_with_js: Any) -> None:
    screened(service)
    page = page_with_js
    sign_in(page, "ada")
    item = items(service)[0]
    page.goto(f"/review/hits/{item.hit}")
    queue.decide(service, item.hit, "match", BOB, reason="same director")
    page.keyboard.press("c")
    page.keyboard.type("another town")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert "in the meantime" in page.get_by_role("alert").inner_text()
    assert page.locator("#reason-clear").input_value() == "another town", "what was typed is not lost"
    assert "bob" in page.get_by_role("region", name="About this pair").inner_text()


def test_progress_comes_by_itself(service: Service, page_with_js: Any) -> None:
    page = page_with_js
    sign_in(page, "ada")
    page.goto("/review/screenings")
    page.get_by_label("Or their names").fill(NAMES)
    page.get_by_role("button", name="Screen them").click()
    page.get_by_role("link", name="Look at what was found").wait_for(timeout=60_000)


def test_every_page_is_accessible(service: Service, page_with_js: Any, axe: Callable[[Any], None]) -> None:
    screened(service)
    item = items(service)[0]
    queue.decide(service, item.hit, "clear", BOB, reason="a shop")
    queue.decide(service, item.hit, "sign", Person.signed_in("x", "x", "reviewer", "s"), reason="")
    screened(service, f"{item.party} | DE")
    made = webhooks.register(service, "http://127.0.0.1:9/", ["list.stale"], BOB)
    events.test(service, made.id, BOB)
    with service.database.reading() as session:
        screening = hits.screenings(session, 1)[0].id
    page = page_with_js
    sign_in(page, "root")
    reopened = next(i for i in items(service) if i.standing.state.name == "REOPENED")
    for path in (
        "/review", "/review?state=match", f"/review/hits/{reopened.hit}", "/review/screenings",
        f"/review/screenings/{screening}", "/admin/webhooks", f"/admin/webhooks/{made.id}",
    ):  # fmt: skip
        page.goto(path)
        axe(page)
    page.goto(f"/review/hits/{items(service)[-1].hit}")
    page.get_by_role("button", name="Match", exact=True).click()
    axe(page)
    page.goto("/admin/webhooks")
    page.get_by_role("button", name="Register").click()
    axe(page)
