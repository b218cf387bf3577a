"""The report of a comparison stands alone: no script, no network, everything escaped, in order for a reader."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from licet.act import Act, Party
from licet.changes import impact
from licet.changes.compare import Comparison, View, compare
from licet.changes.plots import Picture
from licet.changes.report import ScenarioNote, pictures_of, report_html
from licet.intake import countries_from
from licet.intake.orders import read_orders
from licet.language.values import members
from licet.regime import LAW, Regime

pytest.importorskip("altair")
pytest.importorskip("vl_convert")

BOOK = Path(__file__).resolve().parents[1] / "examples" / "orders-2019.csv"
EVIL = '<script>alert("1")</script> & "Söhne" \'x\''
BEFORE, AFTER = date(2019, 5, 15), date(2019, 5, 21)
NOTE = ScenarioNote(
    title="Not extended <b>at all</b>",
    reason="Somebody said so",
    says=("strikes the window of August",),
    assumes=("nothing else changes",),
    readings=("general merchandise means EAR99",),
    sources=("G20 Osaka, 2019-06-29",),
    digest="abc123",
)
VOID = {"meta", "br"}


class Page(HTMLParser):
    """What a reader of the page meets, in order; fails on tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    def all(self, *tags: str) -> list[tuple[str, dict[str, str]]]:
        return [(tag, attrs) for tag, attrs in self.tags if tag in tags]


@pytest.fixture(scope="module")
def comparison(regime: Regime) -> Comparison:
    """Some lines of the example book over the listing, one of them with a hostile name, one without a date."""
    countries = countries_from(LAW / "us" / "ear" / "tables" / "countries.csv")
    acts = read_orders(BOOK, regime.vocabulary, countries).acts
    chosen = [*acts[:14], *acts[100:112]]
    chosen[3] = replace(chosen[3], particulars={**chosen[3].particulars, "item_id": EVIL, "order_id": EVIL})
    chosen[4] = replace(chosen[4], parties=(*chosen[4].parties, Party(EVIL, members(("purchaser",)))))
    return compare(chosen, View(f"law {EVIL}", regime, BEFORE), View("the law after", regime, AFTER))


@pytest.fixture(scope="module")
def pictures(comparison: Comparison) -> tuple[Picture, ...]:
    return pictures_of(comparison)


@pytest.fixture(scope="module")
def html(comparison: Comparison, pictures: tuple[Picture, ...]) -> str:
    return report_html(comparison, pictures, [NOTE])


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_the_page_stands_alone(html: str, page: Page) -> None:
    assert not page.all("script", "link", "img", "iframe", "object", "embed", "base", "form")
    for _, attrs in page.tags:
        assert not {name for name in attrs if name.startswith("on")}
        assert "src" not in attrs
        assert all(attrs[name].startswith("#") for name in attrs if name.endswith("href"))
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert not re.search(r"url\((?!#)", html)
    assert "default-src 'none'" in html


def test_everything_is_escaped(html: str) -> None:
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<b>at all</b>" not in html


def test_a_reader_finds_the_way(page: Page) -> None:
    assert page.all("html") == [("html", {"lang": "en"})]
    ids = Counter(attrs["id"] for _, attrs in page.tags if "id" in attrs)
    assert max(ids.values()) == 1
    for _, attrs in page.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(attrs.get(name, "").split()) <= set(ids)
        if attrs.get("href", "").startswith("#"):
            assert attrs["href"][1:] in ids
    assert all(len(page.all(tag)) == 1 for tag in ("h1", "main", "header", "footer", "nav"))
    levels = [int(tag[1]) for tag, _ in page.all("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert page.all("a")[0][1]["class"] == "skip"
    assert len(page.all("caption")) == len(page.all("table")) > 8
    assert all(attrs.get("scope") in ("col", "row") for _, attrs in page.all("th"))
    drawn = [attrs for tag, attrs in page.all("svg")]
    assert [attrs["role"] for attrs in drawn] == ["img"] * 3
    assert all(attrs["aria-labelledby"] and attrs["aria-describedby"] for attrs in drawn)


def test_it_says_what_was_compared_and_what_it_is_not(
    html: str, page: Page, comparison: Comparison, regime: Regime
) -> None:
    text = " ".join(page.text)
    for view in (comparison.before, comparison.after):
        assert view.says in text
    for said in (regime.notice, regime.compared_with, regime.digest[:12], regime.lists_digest[:12]):
        assert said in text
    assert "checked against published texts up to" in text
    for said in (NOTE.title, NOTE.reason, *NOTE.says, *NOTE.assumes, *NOTE.readings, *NOTE.sources):
        assert said in text
    assert "Scenario, not law" in text


def test_the_answer_counts_what_the_table_counts(page: Page, comparison: Comparison) -> None:
    answer = " ".join(page.text)
    turned = [change for change in comparison.changes if change.turns]
    assert f"{len(turned)} of {comparison.lines} lines come out otherwise" in answer
    stopped = sum(map(impact.stops, turned))
    assert f"{stopped} lines (" in answer
    assert "by 84 FR 22961." in answer


def test_every_changed_line_is_there_with_its_causes(page: Page, comparison: Comparison) -> None:
    text = " ".join(page.text)
    rows = [attrs for tag, attrs in page.all("tr")]
    assert len(rows) > len(comparison.changes)
    for change in comparison.changes:
        assert f"{change.before.outcome.words}" in text
        assert impact.item(change.act) in text
        for cause in change.causes:
            for said in (cause.rule, cause.instrument, cause.because, cause.cite):
                assert said in text
    assert " → " in text


def test_the_data_of_every_picture_is_in_the_appendix(html: str, pictures: tuple[Picture, ...]) -> None:
    appendix = html[html.index('<section id="data"') :]
    for number in range(1, len(pictures) + 1):
        assert f'id="data-picture-{number}"' in appendix
    assert appendix.count("</tr>") == sum(len(picture.table) + 1 for picture in pictures)


def test_a_report_needs_no_pictures_and_no_change(regime: Regime) -> None:
    """Without the extra, of a book in which nothing turns, with a line that cannot be decided."""
    acts = [Act.stating(regime.vocabulary, {"act.date": BEFORE, "item.published": True})] * 2
    undated = Act.stating(regime.vocabulary, {}, particulars={"order_id": "A", "line": "7"})
    one = compare([*acts, undated], View("one", regime), View("two", regime))
    html = report_html(one)
    page = Page(html)
    text = " ".join(page.text)
    assert "0 of 3 lines come out otherwise" in text
    assert "No outcome turns." in text
    assert "1 line could not be decided" in text
    assert "A/7" in text
    assert "Appendix" not in text
    assert not page.all("svg")
    assert html == report_html(one)


def test_it_prints() -> None:
    css = (Path(__file__).resolve().parents[1] / "src/licet/changes/report.css").read_text(encoding="utf-8")
    printed = css[css.index("@media print") :]
    assert "break-inside: avoid" in printed
    assert "table-header-group" in printed
