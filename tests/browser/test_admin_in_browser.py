"""Coming in and administering in a browser: with and without JavaScript, by keyboard alone, and looked at by axe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from licet.regime import Regime
from licet.service import accounts
from licet.service.service import Service
from serving import PASSWORD, live_server, open_service


def _sign_in(page: Any, service: Service, name: str = "root", role: str = "administrator") -> None:
    if accounts.named(service, name) is None:
        accounts.create(service, by="the tests", name=name, role=role, password=PASSWORD)
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def test_the_first_run_by_keyboard_alone(
    page_without_js: Any, regime: Regime, tmp_path: Path, axe: Callable[[Any], None]
) -> None:
    service, page = open_service(tmp_path, regime), page_without_js
    token = accounts.first_run_token(service)
    with live_server(service) as address:
        page.goto(f"{address}/first-run?token={token}")
        page.get_by_label("Name to sign in with").focus()
        for typed in ("root", PASSWORD, PASSWORD):
            page.keyboard.type(typed)
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Administration").wait_for()
        assert page.get_by_text("1 account").is_visible()
    service.close()


def test_every_page_of_administration_is_sound(
    page_with_js: Any, service: Service, axe: Callable[[Any], None]
) -> None:
    page = page_with_js
    page.goto("/sign-in")
    axe(page)
    _sign_in(page, service)
    ada = accounts.named(service, "ada") or accounts.create(service, by="x", name="ada", role="analyst")
    paths = ("", "/users", f"/users/{ada.id}", "/keys", "/lists", "/audit", "/audit?check=1", "/jobs")
    for path in (*(f"/admin{p}" for p in paths), "/account"):
        page.goto(path)
        axe(page)


def test_a_key_is_made_shown_and_revoked(
    page_without_js: Any, service: Service, axe: Callable[[Any], None]
) -> None:
    page = page_without_js
    _sign_in(page, service)
    page.goto("/admin/keys")
    page.get_by_label("Ends after days").fill("soon")
    page.get_by_label("What uses it").fill("nightly screening")
    page.get_by_role("button", name="Make the key").click()
    page.get_by_role("link", name="Write a number of days").click()
    assert page.evaluate("document.activeElement.id") == "days"
    page.get_by_label("Ends after days").fill("30")
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("Key").input_value()
    assert secret.startswith("licet_")
    page.get_by_role("link", name="Done, go on").click()
    assert secret not in page.content()
    page.get_by_role("button", name=f"Revoke {secret.split('_')[1]}").click()
    assert page.get_by_text("opens nothing any more").is_visible()
