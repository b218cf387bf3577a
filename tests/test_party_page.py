"""Party as a page: found across scripts and while one types, everything known of it on any day."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from licet.decisions.dossier import dossier_of
from licet.language.instrument import day
from licet.parties.begun import begun
from licet.regime import Regime


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def state(html: str) -> str:
    return (
        text_of(html[html.index('id="state"') : html.index("</h2>", html.index('id="state"'))])
        .partition("> ")[2]
        .strip()
    )


@pytest.mark.parametrize(
    "name", ["Huawei Technologies", "HUAWEI TECHNOLOGIES CO LTD", "華為技術", "华为技术"]
)
def test_a_party_is_found_in_any_script(client: Any, name: str) -> None:
    html = client.get("/party", params={"q": name, "as_of": "2020-06-01"}).text
    assert '<a class="govuk-link" href="/party/huawei?as_of=2020-06-01">' in html
    assert "<b>sure</b>" in html


def test_the_page_says_what_the_dossier_says(client: Any, regime: Regime) -> None:
    from datetime import date

    clock = regime.clock(date(2020, 6, 1))
    dossier = dossier_of(regime, "Huawei Technologies Co., Ltd.", clock)
    html = unescape(client.get("/party/named?q=Huawei+Technologies+Co.,+Ltd.&as_of=2020-06-01").text)
    assert state(html) == "Listed on 1 June 2020"
    for entry in [e for e in dossier.entries if e.sure][:25]:
        assert entry.name in html
        assert entry.list.means in html
        for event in entry.events:
            assert event.citation in html


def test_one_listing_with_its_terms_evidence_footnotes_and_family(client: Any) -> None:
    html = client.get("/party/huawei?as_of=2020-06-01").text
    told = text_of(html)
    assert state(html) == "Listed on 1 June 2020"
    assert "presumption of denial" in told
    assert "1 from 15 May 2020; 2 from 18 June 2020" in told
    assert "Rests on the rule itself" in told
    assert 'href="/law/instrument/84%20FR%2022961"' in html
    assert 'href="/party/family/huawei?as_of=2020-06-01"' in html
    assert "No shareholdings are kept here" in told
    assert "50 percent or more, shares added up" in told
    assert "<svg" in html
    assert "has effect" in html


@pytest.mark.parametrize(
    ("as_of", "known_at", "expected"),
    [
        ("2019-05-15", "", "Not listed on 15 May 2019"),
        ("2019-05-16", "", "Listed on 16 May 2019"),
        ("2016-03-08", "2019-05-30", "Not listed on 8 March 2016"),
    ],
)
def test_any_day_can_be_asked_about(client: Any, as_of: str, known_at: str, expected: str) -> None:
    html = client.get("/party/huawei", params={"as_of": as_of, "known_at": known_at}).text
    assert state(html) == expected


def test_what_was_not_public_yet_is_said_and_not_used(client: Any) -> None:
    told = text_of(client.get("/party?q=Huawei+Technologies&as_of=2019-05-16&known_at=2019-05-15").text)
    assert "not listed on 16 May 2019" in told
    assert "Not public yet on 15 May 2019: Huawei Technologies Co., Ltd." in told


def test_events_are_links_that_keep_the_rest_of_the_address(client: Any) -> None:
    html = client.get("/party/huawei?as_of=2020-06-01&known_at=2020-12-31").text
    assert 'rel="prev" href="/party/huawei?as_of=2020-05-15&amp;known_at=2020-12-31"' in html
    assert 'rel="next" href="/party/huawei?as_of=2020-06-18&amp;known_at=2020-12-31"' in html
    named = client.get("/party/named?q=HiSilicon&as_of=2020-06-01").text
    assert 'rel="prev" href="/party/named?as_of=2020-05-15&amp;q=HiSilicon"' in named
    first = client.get("/party/huawei?as_of=1999-01-01").text
    assert 'rel="prev"' not in first
    assert 'rel="next" href="/party/huawei?as_of=2019-05-16"' in first


def test_a_family_counts_its_members_on_that_day(client: Any) -> None:
    for on, count in (
        ("2019-05-15", "0 members"),
        ("2019-05-21", "69 members"),
        ("2019-08-20", "115 members"),
    ):
        assert f"{count} in force" in text_of(client.get(f"/party/family/huawei?as_of={on}").text)
    assert client.get("/party/family/nobody").status_code == 404


def test_a_name_nobody_lists_is_said_to_be_in_no_list_and_with_what_it_was_compared(client: Any) -> None:
    told = text_of(client.get("/party?q=Zzyzx+Road+Bakery").text)
    assert "no list known here names Zzyzx Road Bakery" in told
    assert "Compared with the listings that the law's own tables name" in told
    assert "A match is never an outcome" in told


def test_the_part_that_is_fetched_is_what_the_page_holds(client: Any) -> None:
    part = client.get("/party/found?q=hisi").text
    assert "<html" not in part
    assert part.strip() in client.get("/party?q=hisi").text
    assert "begins so" in part


@pytest.mark.parametrize(
    ("path", "field", "told"),
    [
        ("/party?q=A&as_of=yesterday", "as_of", "a day (2019-05-16)"),
        ("/party?q=A&known_at=9999-12-31", "known_at", "a day of this world"),
        ("/party?q=A&country=Chin", "country", "perhaps 'china', CN"),
        ("/party/named?q=A&country=Chin", "country", "perhaps 'china', CN"),
    ],
)
def test_mistakes_are_told_at_their_field(client: Any, path: str, field: str, told: str) -> None:
    response = client.get(path)
    assert response.status_code == 422
    assert f'<a href="#{field}">' in response.text
    assert told in unescape(response.text)


def test_a_country_tells_namesakes_apart(client: Any) -> None:
    def ids(html: str) -> list[str]:
        return re.findall(r'<a class="govuk-link" href="/party/([\w-]+)\?', html)

    every = ids(client.get("/party?q=Huawei+Technologies&as_of=2020-06-01").text)
    there = ids(client.get("/party?q=Huawei+Technologies&as_of=2020-06-01&country=Germany").text)
    assert there != every
    assert (
        client.get("/party?q=Huawei&country=", follow_redirects=False).headers["location"]
        == "/party?q=Huawei"
    )


@pytest.mark.parametrize("as_of", ["0002-01-01", "9998-12-31"])
def test_the_ends_of_the_calendar_break_nothing(client: Any, as_of: str) -> None:
    for path in ("/party/huawei", "/party/named?q=ZTE", "/party/family/huawei", "/party?q=ZTE"):
        mark = "&" if "?" in path else "?"
        assert client.get(f"{path}{mark}as_of={as_of}").status_code in (200, 422)


def test_names_that_somebody_has_begun_to_type(regime: Regime) -> None:
    finder = regime.listings.finder
    assert begun(finder, "hisi")[0] == ("hisilicon", "HiSilicon")
    assert ("zte", "ZTE") in begun(finder, "zt")
    assert begun(finder, "huawei technolog")[0][0] == "huawei"
    assert begun(finder, "h") == ()
    assert begun(finder, "") == ()
    assert len(begun(finder, "hu", most=5)) == 5
    assert all(day(v.start) for id_, _ in begun(finder, "tech") for v in regime.listings.versions[id_])
