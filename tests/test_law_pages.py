"""The pages of the law: every rule beside its words, instruments by status, differences between two days."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest

from licet.cases.about import cases_about
from licet.decisions.differences import between, differences
from licet.decisions.works import works
from licet.language.parsing import parse
from licet.language.window import Window
from licet.language.wording import worded
from licet.regime import Regime
from licet.web.prose import prose
from licet.web.windows import timeline


def test_every_rule_and_every_instrument_has_a_page(client: Any, regime: Regime) -> None:
    for rule in regime.book:
        page = client.get(f"/law/rule/{quote(rule.id)}?on=2019-05-21")
        assert page.status_code == 200, rule.id
        assert "As written" in page.text
    for citation in regime.instruments:
        assert client.get(f"/law/instrument/{quote(citation)}").status_code == 200, citation


def test_a_rule_says_its_words_its_windows_and_its_standing(client: Any) -> None:
    page = client.get(f"/law/rule/{quote('744.11(a)')}?on=2019-05-21").text
    assert "Some entries set no policy of their own" in page
    assert "On which list is the party (or none)?" in page
    assert "listing.list == &#34;entity_list&#34;" in page
    assert "73 FR 49311" in page
    assert "governs on 21 May 2019" in page
    assert "EAR99 goods to Huawei on the first day" in page
    assert "Lifted by" in page
    before = client.get(f"/law/rule/{quote('supp. 7 to 744 (c)(4)')}?on=2019-05-19").text
    assert "not in force" in before


def test_a_rule_that_is_not_there_and_a_day_that_is_none(client: Any) -> None:
    assert client.get("/law/rule/744.999").status_code == 404
    wrong = client.get("/law?on=yesterday")
    assert wrong.status_code == 422
    assert 'href="#on"' in wrong.text


def test_rules_are_searched_and_browsed(client: Any) -> None:
    found = client.get("/law?q=temporary+general+licence").text
    assert "supp. 7 to 744 (c)(1), text of May 2019" in found
    part = client.get("/law?part=part+746").text
    assert "746.8(a)(1)" in part
    assert "744.11(a)" not in part
    assert "No rule says all of these words" in client.get("/law?q=zzzzz").text


def test_an_announcement_is_visibly_not_binding(client: Any) -> None:
    page = client.get("/law/calendar?status=announced&on=2019-07-01").text
    assert "G20 Osaka 2019-06-29" in page
    assert "announcement: binds nobody" in page
    assert "84 FR 22961" not in page
    own = client.get(f"/law/instrument/{quote('G20 Osaka 2019-06-29')}").text
    assert "not law" in own
    assert "It binds nobody" in own


def test_an_instrument_has_all_its_dates(client: Any) -> None:
    page = client.get(f"/law/instrument/{quote('84 FR 22961')}?on=2019-05-20").text
    for words in ("15 May 2019", "16 May 2019, 16:15", "21 May 2019", "69 entries begin on the entity list"):
        assert words in page
    # It is found by its other names too.
    assert client.get(f"/law/instrument/{quote('84 FR 22963')}").status_code == 200
    assert client.get(f"/law/instrument/{quote('Regulation (EU) 833/2014')}").status_code == 200


def test_the_calendar_has_every_day(client: Any) -> None:
    page = client.get("/law/calendar?days=all").text
    assert "16 May 2019" in page
    assert "69 entries begin on the entity list" in page


def test_differences_by_instrument(client: Any, regime: Regime) -> None:
    page = client.get("/law/differences?from=2019-05-15&to=2019-05-21").text
    assert "4 rules stand otherwise" in page
    assert "84 FR 23468" in page
    assert "69 entries begin on the entity list" in page
    assert client.get("/law/differences?from=2019-05-15").status_code == 422
    view = regime.clock(date(2019, 5, 15))
    assert differences(regime, view, view) == ()
    assert between(regime, view, view) == ()


@pytest.mark.parametrize(
    ("first", "last", "rule", "turned", "by"),
    [
        ("2019-05-19", "2019-05-20", "supp. 7 to 744 (c)(1), text of May 2019", "begins", "84 FR 23468"),
        ("2019-08-18", "2019-08-19", "supp. 7 to 744 (c)(1), text of May 2019", "ends", "84 FR 43487"),
        ("2020-08-16", "2020-08-17", "744.11(a)", "goes on under another window", "85 FR 51335"),
        ("2026-11-09", "2026-11-10", "744.11 affiliates", "becomes uncertain", ""),
    ],
)
def test_how_a_rule_turns(regime: Regime, first: str, last: str, rule: str, turned: str, by: str) -> None:
    views = (regime.clock(date.fromisoformat(day)) for day in (first, last))
    found = {d.rule.id: d for d in differences(regime, *views)}
    assert found[rule].turned == turned
    assert not by or found[rule].by == by


def test_coverage_and_vocabulary(client: Any, regime: Regime) -> None:
    covered = client.get("/law/coverage").text
    assert "<h2" in covered
    assert f'href="/law/rule/{quote("744.11(a)")}"' in covered
    words = client.get("/law/vocabulary").text
    assert all(f"<code>{entry.name}</code>" in words for entry in regime.vocabulary)
    assert "item.eccn" not in client.get("/law/vocabulary?q=cryptography").text


def test_what_an_instrument_did(regime: Regime) -> None:
    found = works(regime, "85 FR 51596")
    assert len(found.entries) == 38
    assert {turn.what for turn in found.turns} >= {"38 entries begin on the entity list"}
    assert all("85 FR 51596" in (work.window.by, work.window.struck_by) for work in found.rules)


def test_cases_that_speak_of_a_rule(regime: Regime) -> None:
    found = cases_about(regime)
    assert {case.said for case in found["744.11(a)"]} == {"stands", "falls", "open"}
    assert found.keys() == regime.book.rules.keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("item.us_origin", "yes"),
        ("not item.us_origin", "no"),
        ('item.eccn == "EAR99"', "EAR99"),
        ('item.eccn != "EAR99"', "anything but EAR99"),
        ("item.us_content_pct > 25", "more than 25"),
        ("act.date < 2019-08-19", "before 2019-08-19"),
        ('destination.country in ("CN", "RU")', "CN or RU"),
        ('not destination.country in ("CN", "RU")', "anything but CN or RU"),
        ('"NS2" in item.controls', "NS2 is among them"),
        ('not "NS2" in item.controls', "NS2 is not among them"),
        ('item.eccn under ("5A002",)', "5A002, or a paragraph below"),
        ('item.eccn starts with "5E"', "begins with 5E"),
        ("item.us_origin is known", "somebody has said"),
        ("item.contains_600_series is none", "none"),
    ],
)
def test_conditions_in_words(regime: Regime, text: str, said: str) -> None:
    found = worded(parse(text), regime.vocabulary)
    assert found.expected == said
    assert found.ask.endswith("?")


def test_connectives_in_words(regime: Regime) -> None:
    text = "item.us_origin and (item.published or not (item.beyond_at or item.published)) and some party (listing.huawei)"
    found = worded(parse(text), regime.vocabulary)
    assert found.joint == "all of these"
    assert [part.joint for part in found.parts] == ["", "any of these", "for at least one party"]
    assert found.parts[1].parts[1].joint == "not so"


def test_prose_shows_markup_as_text() -> None:
    html = prose("# One\n\n<script>alert(1)</script> [x](javascript:alert(1)) `744.11(a)`", 2, {"744.11(a)"})
    assert "<script>" not in html
    assert 'href="javascript' not in html
    assert "<h3" in html
    assert 'href="/law/rule/744.11%28a%29"' in html


def test_windows_as_bars() -> None:
    days = date(2019, 5, 20), date(2019, 8, 18)
    bars = timeline(
        [Window(days[0], days[1], "X"), Window(None, None, "Y")], date(2019, 6, 1), date(2020, 1, 1)
    )
    first, second = bars.bars
    assert 0 < first.left < bars.here < first.left + first.width < 100
    assert (second.left, second.width, second.open_left) == (0.0, 100.0, True)
    assert [year for _, year in bars.years] == [2020]
