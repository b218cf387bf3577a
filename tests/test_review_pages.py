"""The faces of reviewing: every step works by forms alone, over the API too, and by nobody who may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from licet.regime import Regime
from licet.service import hits, keys, queue, worker
from licet.service.queue import Item
from licet.service.service import Service
from serving import NOW, client_of, open_service, post_form, sign_in, token_of

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = "Huawei Technologies Co., Ltd. | China\nHisilicon Optoelectronics | CN\nMaple Ridge Instruments | CA"


@pytest.fixture
def house(tmp_path: Path, regime: Regime) -> Iterator[Service]:
    opened = open_service(tmp_path, regime)
    yield opened
    opened.close()


class Desk:
    """Somebody at a browser without JavaScript."""

    def __init__(self, house: Service, role: str = "reviewer", name: str = "ada") -> None:
        self.client = sign_in(client_of(house), house, role, name)

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, page: str, **data: Any) -> Any:
        return post_form(self.client, path, data, page=page)


def pairs(house: Service) -> tuple[Item, ...]:
    with house.database.reading() as session:
        return queue.queue(house, session, NOW.date()).items


def pair(house: Service, listing: str) -> Item:
    return next(item for item in pairs(house) if item.listing == listing)


def screened(house: Service, lines: str = NAMES) -> str:
    done = hits.ask(house, hits.of_lines(lines), who="ada")
    worker.drain(house)
    return done.id


def test_from_names_to_a_clear_that_two_have_signed(house: Service) -> None:
    ada, bob = Desk(house), Desk(house, name="bob")
    assert "Nothing waits for a person" in ada.get("/review")
    asked = ada.post("/review/screenings", "/review/screenings", parties=NAMES)
    assert asked.status_code == 303
    waiting = ada.get(asked.headers["location"])
    assert "Queued" in waiting
    assert "Check progress" in waiting
    worker.drain(house)
    done = ada.get(asked.headers["location"])
    assert "3 parties screened" in done
    assert "3 of 3 screened" in done
    first = re.search(r'href="(/review/hits/\w+)"', ada.get("/review"))
    assert first
    path = f"/review/hits/{pair(house, 'hisilicon-optoelectronics').hit}"
    shown = ada.get(path)
    for said in (
        "Word by word",
        "Licence requirement",
        "presumption of denial",
        "Entity List",
        "Not legal advice",
    ):
        assert said in shown
    seen = re.search(r'name="seen" value="(\w*)"', shown)
    assert seen is not None
    assert seen[1] == ""
    cleared = ada.post(f"{path}/clear", path, reason="another address", until="2027-01-31", seen="")
    assert cleared.status_code == 303
    assert cleared.headers["location"].startswith("/review/hits/")
    own = ada.get(path)
    assert "You cleared this pair" in own
    assert "Sign: both agree" not in own
    refused = ada.post(f"{path}/sign", path, seen=pair(house, "hisilicon-optoelectronics").seen)
    assert (refused.status_code, "another person has to sign" in refused.text) == (422, True)
    theirs = bob.get(path)
    assert "ada cleared it, until 2027-01-31: another address" in theirs
    signed = bob.post(f"{path}/sign", path, seen=pair(house, "hisilicon-optoelectronics").seen)
    assert signed.status_code == 303
    assert "Cleared" in bob.get(path)
    assert path not in bob.get("/review")
    assert path in bob.get("/review?state=cleared")
    assert "another address" in bob.get(path), "the history of the pair, and a reason to choose again"


def test_what_changed_since_is_shown_first(house: Service) -> None:
    screened(house)
    ada = Desk(house)
    bob = Desk(house, name="bob")
    for desk, verdict in ((ada, "clear"), (bob, "sign")):
        item = pair(house, "hisilicon-optoelectronics")
        desk.post(
            f"/review/hits/{item.hit}/{verdict}", f"/review/hits/{item.hit}", reason="other", seen=item.seen
        )
    screened(house, "Hisilicon Optoelectronics | DE")
    listed = ada.get("/review")
    item = pair(house, "hisilicon-optoelectronics")
    assert listed.index("party changed: countries") < listed.index("Huawei Technologies")
    assert item.hit in listed
    shown = ada.get(f"/review/hits/{item.hit}")
    assert "ada had cleared the pair" in shown
    row = re.search(r"<tr>[^\n]*Party: countries.*?</tr>", shown)
    assert row
    assert re.findall(r"<td[^>]*>(\w+)</td>", row[0]) == ["cn", "de"]


def test_the_queue_is_told_as_of_the_day_it_is_where_the_law_is_made(house: Service) -> None:
    house.now = lambda: datetime(2026, 11, 22, 2, tzinfo=UTC)
    screened(house)
    desk = Desk(house)
    for path in ("/review", "/review/screenings", f"/review/hits/{pair(house, 'huawei').hit}"):
        assert "As of <b>21 November 2026</b>" in desk.get(path), path


def test_several_pairs_are_decided_for_one_reason_or_none_is(house: Service) -> None:
    screened(house)
    ada, bob = Desk(house), Desk(house, name="bob")
    some = [f"{item.hit}:{item.seen}" for item in pairs(house)[:5]]
    done = ada.post("/review?q=huawei", "/review", pair=some, verdict="clear", reason="all others")
    assert (done.status_code, done.headers["location"]) == (303, "/review?q=huawei")
    assert "5 pairs" in ada.get("/review?q=huawei")
    for data, status, said in (
        ({"pair": some, "verdict": "match", "reason": "x"}, 422, "in the meantime"),
        ({"verdict": "match", "reason": "x"}, 422, "Choose the pairs"),
        ({"pair": some, "verdict": "match", "reason": "x", "until": "soon"}, 422, "year, month, day"),
        ({"pair": some, "verdict": "nonsense", "reason": "x"}, 422, "match, clear, sign or withdraw"),
    ):
        answer = ada.post("/review", "/review", **data)
        assert (answer.status_code, said in answer.text) == (status, True)
    again = [f"{item.hit}:{item.seen}" for item in pairs(house) if item.standing.waiting]
    assert bob.post("/review", "/review", pair=again, verdict="sign").status_code == 303
    assert "Cleared <b>5</b>" in bob.get("/review")


def test_mistakes_keep_what_was_typed_and_lead_to_the_field(house: Service) -> None:
    screened(house)
    ada = Desk(house)
    path = f"/review/hits/{pairs(house)[0].hit}"
    for verdict, data, field in (
        ("match", {"reason": " "}, "reason-match"),
        ("clear", {"reason": "a shop", "until": "2039-01-01"}, "reason-clear"),
        ("clear", {"reason": "a shop", "until": "soon"}, "until"),
        ("withdraw", {"reason": "x"}, "reason-withdraw"),
    ):
        answer = ada.post(f"{path}/{verdict}", path, **data)
        assert answer.status_code in (409, 422)
        assert f'href="#{field}"' in answer.text
        assert "Error: " in answer.text
    assert 'value="a shop"' in ada.post(f"{path}/clear", path, reason="a shop", until="soon").text
    assert ada.post(f"{path}/nonsense", path).status_code == 422
    bad = ada.post("/review/screenings", "/review/screenings", parties=" \n", as_of="")
    assert (bad.status_code, 'href="#parties"' in bad.text) == (422, True)
    bad = ada.post("/review/screenings", "/review/screenings", parties="<script>x</script>", as_of="soon")
    assert (bad.status_code, "&lt;script&gt;" in bad.text, "<script>x" in bad.text) == (422, True, False)


def test_a_file_is_uploaded_by_a_form(house: Service) -> None:
    ada = Desk(house, "analyst")
    token = token_of(ada.get("/review/screenings"))
    for name, data, status in (
        ("parties-2019.csv", (EXAMPLES / "parties-2019.csv").read_bytes(), 303),
        ("../../etc/x.csv", b"name\nSunrise\n", 303),
        ("x.exe", b"MZ", 422),
        ("x.xlsx", b"%PDF-1.7", 422),
        ("x.csv", b"", 303),
    ):
        answer = ada.client.post(
            "/review/screenings", data={"csrf": token}, files={"file": (name, data)}, follow_redirects=False
        )
        assert answer.status_code == status, answer.text
    worker.drain(house)
    shown = ada.get("/review/screenings")
    assert "39 parties screened" in shown
    assert "/etc" not in shown
    assert "Failed" in shown
    whole = re.search(r'href="(/review/screenings/\w+)">parties-2019', shown)
    assert whole
    assert "simferopol" in ada.get(whole[1]), "what is to be mended in the file"


def test_names_that_are_programs_are_shown_as_text(house: Service) -> None:
    screened(
        house, '<img src=x onerror=alert(1)> Huawei Technologies Co., Ltd. | CN\n"; DROP TABLE hit; -- | CN'
    )
    ada = Desk(house)
    item = pairs(house)[0]
    for path in ("/review?q=%3Cimg", f"/review/hits/{item.hit}", "/review/screenings"):
        assert "<img src=x" not in ada.get(path)
    answer = ada.post(
        f"/review/hits/{item.hit}/match", f"/review/hits/{item.hit}", reason="<script>alert(1)</script>"
    )
    assert answer.status_code == 303
    assert "<script>alert" not in ada.get(f"/review/hits/{item.hit}")


def test_who_may_do_what(house: Service) -> None:
    screened(house)
    hit = pairs(house)[0].hit
    with client_of(house) as nobody:
        assert nobody.get("/review").status_code == 401
        assert nobody.get(f"/api/v1/hits/{hit}").status_code == 401
    analyst = Desk(house, "analyst", "ann")
    shown = analyst.get(f"/review/hits/{hit}")
    assert "Deciding needs the role of a reviewer" in shown
    token = token_of(shown)
    for verdict in ("match", "clear", "sign", "withdraw"):
        answer = analyst.client.post(f"/review/hits/{hit}/{verdict}", data={"csrf": token, "reason": "x"})
        assert answer.status_code == 403
        api = f"/api/v1/hits/{hit}/{verdict}"
        assert (
            analyst.client.post(api, json={"reason": "x"}, headers={"x-csrf-token": token}).status_code == 403
        )
    reviewer = Desk(house)
    assert reviewer.client.post(f"/review/hits/{hit}/match", data={"reason": "x"}).status_code == 403, (
        "no token"
    )
    for path in ("/review/hits/none", "/review/screenings/none", "/review/screenings/none/progress"):
        assert reviewer.client.get(path, headers={"hx-request": "true"}).status_code == 404


def test_the_queue_in_an_address(house: Service) -> None:
    done = screened(house)
    ada = Desk(house)
    for path in (
        "/review?state=all&level=hit", "/review?state=nonsense&page=99999999", "/review?page=-1", "/review?page=2",
        f"/review?screening={done}&list=entity_list", "/review?q=%ff", "/review?list=none",
    ):  # fmt: skip
        ada.get(path)
    hit = re.search(r"/review/hits/(\w+)\?q=hisilicon", ada.get("/review?q=hisilicon"))
    assert hit
    shown = ada.get(f"/review/hits/{hit[1]}?q=hisilicon")
    following = re.search(r'rel="next" href="([^"]+)" data-key="n"', shown)
    assert following
    assert following[1].endswith("?q=hisilicon")
    part = ada.client.get(f"/review/screenings/{done}/progress", headers={"hx-request": "true"})
    assert "<html" not in part.text
    whole = ada.client.get(f"/review/screenings/{done}/progress", follow_redirects=False)
    assert whole.headers["location"] == f"/review/screenings/{done}"


# The API -----------------------------------------------------------------------------------


@pytest.fixture
def machine(house: Service) -> TestClient:
    Desk(house, "reviewer", "owner")
    from licet.service import accounts

    owner = accounts.named(house, "owner")
    assert owner is not None
    _, secret = keys.create(
        house, by="owner", owner=owner.id, name="nightly", scopes=["read", "books", "review"]
    )
    return client_of(house, headers={"authorization": f"Bearer {secret}"})


def test_a_machine_screens_and_decides_but_never_signs(house: Service, machine: TestClient) -> None:
    given = {
        "name": "nightly",
        "parties": [
            {
                "id": "C-1",
                "name": "Huawei Technologies Co., Ltd.; HUAWEI",
                "country": "CN",
                "role": "consignee",
            },
            {"name": "Maple Ridge Instruments", "country": "Canada"},
        ],
    }
    asked = machine.post("/api/v1/screenings", json=given)
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    path = f"/api/v1/screenings/{asked.json()['id']}"
    worker.drain(house)
    done = machine.get(path).json()
    assert (done["state"], done["parties"], done["done"]) == ("done", 2, 2)
    assert [said.split(":")[0] for said in done["findings"]] == ["row 3, column role"]
    assert done["notice"]
    found = machine.get(f"{path}/hits", params={"level": "hit", "limit": 1}).json()
    assert len(found["pairs"]) == 1 < found["total"]
    (best,) = found["pairs"]
    assert (best["party"], best["listing"], best["standing"]["state"]) == ("C-1", "huawei", "open")
    hit = machine.get(f"/api/v1/hits/{best['hit']}").json()
    assert hit["record"]["roles"] == ["consignee"]
    assert [abs(row["points"]) for row in hit["evidence"]] == sorted(
        (abs(r["points"]) for r in hit["evidence"]), reverse=True
    )
    assert hit["restrictions"][0]["list"] == "entity_list"
    act = f"/api/v1/hits/{best['hit']}"
    cleared = machine.post(
        f"{act}/clear", json={"reason": "a shop", "until": "2027-01-01", "seen": best["seen"]}
    )
    assert (cleared.status_code, cleared.json()["standing"]["state"]) == (200, "awaiting second signature")
    assert cleared.json()["history"][0]["by"] == "owner"
    signed = machine.post(f"{act}/sign", json={})
    assert (signed.status_code, "a person's" in signed.json()["detail"]) == (403, True)
    assert machine.post(f"{act}/match", json={"reason": "x", "seen": best["seen"]}).status_code == 409
    assert machine.post(f"{act}/withdraw", json={"reason": "x"}).json()["standing"]["state"] == "open"
    assert machine.post(f"{act}/match", json={"reason": "same"}).json()["standing"]["state"] == "match"
    waiting = machine.get("/api/v1/hits").json()
    assert waiting["counts"]["match"] == 1
    assert best["hit"] not in [one["hit"] for one in waiting["pairs"]]
    assert machine.get("/api/v1/hits", params={"state": "match"}).json()["total"] == 1
    assert machine.get("/api/v1/screenings").json()["screenings"][0]["id"] == done["id"]


def test_what_a_machine_may_get_wrong(house: Service, machine: TestClient) -> None:
    post = machine.post
    for body in (
        {},
        {"parties": []},
        {"parties": [{"name": " "}]},
        {"parties": [{"name": "x", "age": 3}]},
        [],
    ):
        answer = post("/api/v1/screenings", json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert post("/api/v1/screenings", content=b"x", headers={"content-type": "text/plain"}).status_code == 415
    assert post("/api/v1/screenings", files={"other": b"x"}).status_code == 422
    assert post("/api/v1/screenings", files={"file": ("x.csv", b"name\nSunrise\n")}).status_code == 202
    assert machine.get("/api/v1/screenings/none").status_code == 404
    assert machine.get("/api/v1/screenings/none/hits").status_code == 404
    assert machine.get("/api/v1/hits/none").status_code == 404
    assert machine.get("/api/v1/hits", params={"limit": 0}).status_code == 422
    for verdict in ("match", "clear", "withdraw"):
        assert post(f"/api/v1/hits/none/{verdict}", json={"reason": "x"}).status_code == 404
        assert post(f"/api/v1/hits/none/{verdict}", json={"reason": ""}).status_code == 422
    screened(house)
    hit = pairs(house)[0].hit
    late = post(f"/api/v1/hits/{hit}/clear", json={"reason": "x", "until": "2039-01-01"})
    assert (late.status_code, "is not possible" in late.json()["detail"]) == (422, True)
