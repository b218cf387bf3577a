"""A service with something to see on every page, and an address of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from licet.service import (
    accounts,
    books,
    events,
    hits,
    holds,
    invitations,
    keys,
    queue,
    runs,
    scenarios,
    webhooks,
    worker,
)
from licet.service.people import Person
from licet.service.service import Service
from licet.web.templating import FOLDER
from serving import NOW, PASSWORD

BOOK = Path(__file__).parents[1] / "examples" / "orders-2019.csv"
NAMES = "Huawei Technologies Co., Ltd. | CN\nHisilicon Optoelectronics | CN\nMaple Ridge Instruments | CA"
ORDER = (
    "/decide?act.date=2019-05-16&act.action=export&item.eccn=5D991&item.kind=software&item.us_origin=yes"
    "&origin.country=US&destination.country=CN&end_use.category=civil"
    "&p1.name=Huawei+Technologies+Co.%2C+Ltd.&p1.country=CN&p1.roles=end_user&p1.roles=ultimate_consignee"
)
DAYS = "book=example&from=2019-05-15&to=2019-05-21"
SWEEP = "scenario=de-minimis-10&parameter=percent&values=0,10,25&as_of=2019-06-03"


@dataclass(frozen=True, slots=True)
class Look:
    """A page, where it is, and whether somebody has to be signed in to see it (as the administrator)."""

    name: str
    route: str
    path: str
    signed_in: bool = False


def looks(known: Mapping[str, str]) -> list[Look]:
    """Every page once or more, over a service that :func:`furnish` has filled."""
    run, line = f"/orders/runs/{known['run']}", f"/orders/runs/{known['run']}/lines/2"
    rule = f"/law/rule/{quote('744.11(a)', safe='')}?on=2019-05-21"
    return [
        Look("home", "/", "/"),
        Look("decide", "/decide", "/decide"),
        Look("decide-question", "/decide", ORDER),
        Look("decide-answer", "/decide", f"{ORDER}&item.published=no&transport.en_route_since=none"),
        Look("party", "/party", "/party"),
        Look("party-found", "/party", "/party?q=Huawei+Technologies&as_of=2019-05-21"),
        Look("party-named", "/party/named", "/party/named?q=Huawei+Technologies&as_of=2019-05-21"),
        Look("party-listing", "/party/{listing:path}", f"/party/{known['listing']}?as_of=2019-09-01"),
        Look("party-family", "/party/family/{name}", "/party/family/huawei?as_of=2019-09-01"),
        Look("orders", "/orders", "/orders", signed_in=True),
        Look("orders-book", "/orders/{book_id}", f"/orders/{known['book']}", signed_in=True),
        Look("orders-rejected", "/orders/{book_id}", f"/orders/{known['flawed']}", signed_in=True),
        Look("orders-board", "/orders/runs/{run_id}", run, signed_in=True),
        Look("orders-line", "/orders/runs/{run_id}/lines/{number}", line, signed_in=True),
        Look("orders-holds", "/orders/holds", "/orders/holds", signed_in=True),
        Look("orders-hold", "/orders/holds/{hold_id}", f"/orders/holds/{known['hold']}", signed_in=True),
        Look("impact", "/impact", "/impact"),
        Look("impact-days", "/impact", f"/impact?{DAYS}"),
        Look("impact-line", "/impact/line/{number}", f"/impact/line/1?{DAYS}"),
        Look("scenarios", "/scenarios", "/scenarios", signed_in=True),
        Look("scenario", "/scenarios/{name}", "/scenarios/huawei-delisted"),
        Look("scenario-write", "/scenarios/write", "/scenarios/write", signed_in=True),
        Look(
            "scenarios-compared",
            "/scenarios/compare",
            "/scenarios/compare?scenario=huawei-delisted&scenario=general-merchandise&as_of=2019-07-02",
        ),
        Look("scenario-swept", "/scenarios/sweep", f"/scenarios/sweep?{SWEEP}"),
        Look("law", "/law", "/law?on=2019-05-21"),
        Look("law-rule", "/law/rule/{rule_id:path}", rule),
        Look("law-calendar", "/law/calendar", "/law/calendar?on=2019-07-01"),
        Look("law-instrument", "/law/instrument/{citation:path}", "/law/instrument/84%20FR%2022961"),
        Look("law-differences", "/law/differences", "/law/differences?from=2019-05-15&to=2019-05-21"),
        Look("law-coverage", "/law/coverage", "/law/coverage"),
        Look("law-vocabulary", "/law/vocabulary", "/law/vocabulary"),
        Look("review", "/review", "/review", signed_in=True),
        Look("review-hit", "/review/hits/{hit}", f"/review/hits/{known['hit']}", signed_in=True),
        Look("review-screenings", "/review/screenings", "/review/screenings", signed_in=True),
        Look("review-screening", "/review/screenings/{id}", f"/review/screenings/{known['screening']}", True),
        Look("admin", "/admin", "/admin", signed_in=True),
        Look("admin-users", "/admin/users", "/admin/users", signed_in=True),
        Look("admin-user", "/admin/users/{account}", f"/admin/users/{known['account']}", signed_in=True),
        Look("admin-keys", "/admin/keys", "/admin/keys", signed_in=True),
        Look("admin-lists", "/admin/lists", "/admin/lists", signed_in=True),
        Look("admin-jobs", "/admin/jobs", "/admin/jobs", signed_in=True),
        Look("admin-audit", "/admin/audit", "/admin/audit?check=1", signed_in=True),
        Look("admin-webhooks", "/admin/webhooks", "/admin/webhooks", signed_in=True),
        Look("admin-webhook", "/admin/webhooks/{id}", f"/admin/webhooks/{known['webhook']}", signed_in=True),
        Look("sign-in", "/sign-in", "/sign-in"),
        Look("choose-password", "/choose-password", f"/choose-password?token={known['invitation']}"),
        Look("account", "/account", "/account", signed_in=True),
        Look("api", "/api", "/api"),
    ]


def furnish(service: Service) -> dict[str, str]:
    """Books, a run, holds, hits, keys and webhooks in a service; gives the ids that addresses need."""
    root, ada = (
        accounts.create(service, by="the tests", name=name, role=role, password=PASSWORD)
        for name, role in (("root", "administrator"), ("ada", "reviewer"))
    )
    eve = accounts.create(service, by="root", name="eve", role="analyst")
    someone = Person.signed_in(ada.id, ada.name, ada.role, "s")
    book = books.upload(service, BOOK.read_bytes(), BOOK.name, someone)
    flawed = books.upload(service, _flawed(), "orders-with-mistakes.csv", someone)
    worker.drain(service)
    run = runs.begin(service, book.id, someone)
    hits.ask(service, hits.of_lines(NAMES), who=ada.name)
    worker.drain(service)
    assert run is not None
    held = holds.place(service, run.id, [2, 3, 7], someone, "The customer is asked first")
    assert held
    holds.propose(service, held[0].id, someone, "The licence came; its number is in the order")
    with service.database.reading() as session:
        first = queue.queue(service, session, NOW.date()).items[0]
        screening = hits.screenings(session, 1)[0]
    queue.decide(service, first.hit, "clear", someone, reason="a shop in another town")
    keys.create(service, by="root", owner=ada.id, name="nightly screening", scopes=["read", "review"])
    hook = webhooks.register(service, "http://127.0.0.1:9/licet", ["list.stale", "decision.changed"], someone)
    events.test(service, hook.id, someone)
    scenarios.save(service, _scenario(), someone)
    return {
        "book": book.id,
        "flawed": flawed.id,
        "run": run.id,
        "hold": held[0].id,
        "hit": first.hit,
        "screening": screening.id,
        "webhook": hook.id,
        "account": ada.id,
        "invitation": invitations.invite(service, eve.id, by=root.name),
        "listing": "huawei",
    }


def sign_in(page: Any, name: str = "root") -> None:
    """Sign in as somebody whom :func:`furnish` made."""
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def _flawed() -> bytes:
    """The first lines of the book with a heading that nobody knows and two rows that cannot be meant."""
    head, *lines = BOOK.read_text("utf-8").splitlines()[:12]
    lines[3] = lines[3].replace("2019-05-", "2019-25-", 1)
    lines[5] = lines[5].replace(",US,", ",Atlantis,", 1)
    text = "\n".join([f"{head},shelf", *(f"{line},B{number}" for number, line in enumerate(lines))])
    return text.encode()


def _scenario() -> str:
    """What stands in the form for a new scenario."""
    from licet.language import plain_yaml

    found: str = plain_yaml.read_file(FOLDER / "templates" / "scenario.yaml")["blank"]
    return found
