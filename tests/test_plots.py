"""Pictures: each says its answer in words and as a table, can be read without colour, and needs no network."""

from __future__ import annotations

import itertools
import json
import math
import re
import socket
import sys
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from licet.changes import plots
from licet.changes.plots import Picture, marking, style
from licet.changes.plots.panels import panels
from licet.changes.plots.rendering import PictureError
from licet.changes.plots.times import span_of
from licet.decisions.outcome import Outcome

pytest.importorskip("altair")
pytest.importorskip("vl_convert")

SVG = "{http://www.w3.org/2000/svg}"
OUTCOMES = [outcome.value for outcome in Outcome]

FLOWS = [
    {"before": "no_licence_required", "after": "licence_required", "lines": 67, "value": 13176582.5,
     "currency": "USD", "unvalued": 0},
    {"before": "no_licence_required", "after": "no_licence_required", "lines": 73, "value": 10578548.5,
     "currency": "USD", "unvalued": 2},
    {"before": "licence_required", "after": "licence_required", "lines": 1, "value": 70800.0,
     "currency": "EUR", "unvalued": 0},
    {"before": "not_subject", "after": "indeterminate", "lines": 4, "value": 0.0, "currency": "",
     "unvalued": 4},
]  # fmt: skip
MONEY = [
    {"by": "reason", "key": key, "side": side, "lines": 1, "value": value, "currency": "USD"}
    for key, pair in {
        "no licence required": (30e6, 10e6),
        "licence required: entity_list": (169e3, 13.4e6),
        "not subject": (9e6, 9e6),
    }.items()
    for side, value in zip(("before", "after"), pair, strict=True)
]
BANDS = [
    {"from": date(2019, 5, 1), "through": date(2019, 5, 15), "outcome": "no_licence_required", "lines": 90,
     "value": 30e6, "currency": "USD"},
    {"from": date(2019, 5, 1), "through": date(2019, 5, 15), "outcome": "licence_required", "lines": 10,
     "value": 1e6, "currency": "USD"},
    {"from": date(2019, 5, 16), "through": date(2019, 12, 31), "outcome": "no_licence_required", "lines": 30,
     "value": 10e6, "currency": "USD"},
    {"from": date(2019, 5, 16), "through": date(2019, 12, 31), "outcome": "licence_required", "lines": 70,
     "value": 21e6, "currency": "USD"},
]  # fmt: skip
MARKS = [{"day": date(2019, 5, 16), "instrument": "84 FR 22961", "title": "Addition to the list"}]
SWEEP = [
    {"parameter": "de_minimis", "at": at, "scenario": "de minimis", "outcome": outcome, "lines": 5,
     "value": value, "currency": "USD"}
    for at, stopped in ((0, 120e6), (10, 80e6), (25, 31e6))
    for outcome, value in (("licence_required", stopped), ("not_subject", 300e6 - stopped), ("forbidden", 7e6))
]  # fmt: skip
KINKS = [{"at": 10, "rule": "734.4(c)", "title": "De minimis at 10 percent", "lines": 40, "value": 40e6}]
TIMELINE = [
    {"party": "Acme & Sons <Ltd>", "list": "entity_list", "what": "licence for everything",
     "from": date(2019, 5, 16), "through": None, "by": "84 FR 22961", "state": "listed"},
    {"party": "Acme & Sons <Ltd>", "list": "entity_list", "what": "existing networks",
     "from": date(2019, 5, 20), "through": date(2019, 8, 18), "by": "84 FR 23468", "state": "licensed"},
    {"party": "Acme & Sons <Ltd>", "list": "", "what": "A word from the podium",
     "from": date(2019, 6, 29), "through": date(2019, 6, 29), "by": "Remarks", "state": "announced"},
]  # fmt: skip
RISK = [
    {"quarter": f"2019-Q{q}", "low": 1e6 * q, "central": 2e6 * q, "high": 3e6 * q, "lines": q,
     "currency": "USD", "assumptions": "stated"}
    for q in (1, 2, 3)
]  # fmt: skip

# Each: how it is drawn, its rows, what must be read in the picture, what the summary must name.
PICTURES: dict[str, tuple[Callable[..., Picture], tuple[Any, ...], list[str], list[str]]] = {
    "bands": (plots.bands, (BANDS, MARKS), ["licence required", "1: 84 FR 22961", "value, USD"],
              ["100 lines", "21 M USD"]),
    "flows": (plots.flows, (FLOWS, ("on one day", "on another")),
              ["67 lines, 13.2 M USD", "on another", "value, EUR"],
              ["71 of 145 lines", "no licence required to licence required", "6 lines without a value"]),
    "money": (plots.money, (MONEY,), ["licence required: entity list", "13.4 M", "before"],
              ["licence required: entity list", "13.4 M USD"]),
    "sweep": (plots.sweep, (SWEEP, KINKS), ["1: 734.4(c)", "licence required: 31 M USD"],
              ["from 120 M USD to 31 M USD", "1 kink is marked"]),
    "timeline": (plots.timeline, (TIMELINE,), ["Announced only: not law", "A word from the podium (Remarks)"],
                 ["since 2019-05-16", "1 announcement changed no law"]),
    "risk": (plots.risk, (RISK,), ["2019-Q3", "3 M to 9 M USD"], ["2019-Q3", "not a forecast"]),
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is drawn may ask anybody for anything."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a picture reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="module")
def drawn() -> dict[str, tuple[Picture, Any]]:
    """Every picture with its SVG, parsed as XML; made once."""
    made = {name: make(*given) for name, (make, given, _, _) in PICTURES.items()}
    return {name: (picture, etree.fromstring(picture.svg().encode())) for name, picture in made.items()}


def texts(svg: Any) -> str:
    """All that can be read in a picture, words of one line together."""
    return "\n".join("".join(node.itertext()) for node in svg.iter(f"{SVG}text"))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows(name: str, drawn: dict[str, tuple[Picture, Any]]) -> None:
    picture, svg = drawn[name]
    _, given, seen, said = PICTURES[name]
    assert all(text in texts(svg) for text in seen), texts(svg)
    assert all(text in picture.summary for text in said), picture.summary
    assert sorted(map(str, picture.table)) == sorted(map(str, given[0]))
    assert set(picture.columns) <= set(given[0][0])
    assert picture.kind == name
    assert svg.get("role") == "img"
    assert svg.find(f"{SVG}title").text == picture.title
    assert svg.find(f"{SVG}desc").text == picture.summary


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_inside_its_frame_and_made_of_itself(
    name: str, drawn: dict[str, tuple[Picture, Any]]
) -> None:
    picture, svg = drawn[name]
    assert len(svg.get("viewBox").split()) == 4
    spec = json.loads(picture.to_json())
    assert spec["description"] == picture.summary
    assert not re.search(r"https?://(?!vega\.github\.io/schema|www\.w3\.org)", json.dumps(spec))
    links = [v for node in svg.iter() for k, v in node.attrib.items() if k.endswith(("href", "src"))]
    assert not links


@pytest.mark.parametrize("name", PICTURES)
def test_no_rows_are_told_instead_of_drawn(name: str) -> None:
    make, given, _, _ = PICTURES[name]
    picture = make([], *given[1:])
    assert picture.table == ()
    assert picture.summary.endswith(".")
    assert "layer" not in picture.spec["vconcat"][0]


def test_the_same_rows_give_the_same_bytes(drawn: dict[str, tuple[Picture, Any]]) -> None:
    picture = plots.bands(BANDS, MARKS)
    assert picture == drawn["bands"][0]
    assert picture.svg() == plots.bands(BANDS, MARKS).svg()


def test_a_figure_stands_in_a_page(drawn: dict[str, tuple[Picture, Any]]) -> None:
    picture = drawn["timeline"][0]
    page = etree.fromstring(picture.html("one"))
    svg = page.find(f"{SVG}svg")
    assert svg.get("role") == "img"
    assert page.xpath(f"//*[@id='{svg.get('aria-labelledby')}']")[0].text == picture.title
    assert page.xpath(f"//*[@id='{svg.get('aria-describedby')}']")[0].text == picture.summary
    assert page.findtext("details/table/caption") == picture.title
    assert {node.get("scope") for node in page.iter("th")} == {"col", "row"}
    assert len(page.findall("details/table/tbody/tr")) == len(TIMELINE)
    other = etree.fromstring(picture.html("two", data="below"))
    assert other.find("details") is None
    assert not {n.get("id") for n in page.iter()} & {n.get("id") for n in other.iter()} - {None}


def test_notebooks_get_the_specification_and_a_page_without_scripts(
    drawn: dict[str, tuple[Picture, Any]],
) -> None:
    picture = drawn["money"][0]
    bundle = picture._repr_mimebundle_()
    assert bundle["application/vnd.vegalite.v6+json"] == picture.spec
    assert "<script" not in bundle["text/html"]
    assert picture.summary in bundle["text/plain"]


def test_png_at_two_scales(drawn: dict[str, tuple[Picture, Any]]) -> None:
    picture = drawn["risk"][0]
    small, large = (int.from_bytes(picture.png(scale)[16:20]) for scale in (1, 2))
    assert picture.png(1)[:8] == b"\x89PNG\r\n\x1a\n"
    assert abs(large - 2 * small) <= 2


# -- what pictures must not do ---------------------------------------------------------------------------


def test_currencies_are_apart_and_never_added() -> None:
    apart = panels(FLOWS)
    assert [(p.currency, sum(map(p.size, p.rows))) for p in apart] == [
        ("USD", 13176582.5 + 10578548.5),
        ("EUR", 70800.0),
    ]
    assert [p.measure for p in panels(FLOWS, "lines")] == ["lines"]
    assert [p.measure for p in panels([{**FLOWS[3]}])] == ["lines"]


def test_money_of_a_customer_is_what_is_stopped_or_open() -> None:
    row = {"by": "party", "key": "Acme", "side": "before", "lines": 1, "value": 5.0, "currency": "USD"}
    rows = [{**row, "outcome": outcome} for outcome in OUTCOMES]
    assert [r["outcome"] for r in plots.money(rows, "party").table] == [o for o in Outcome if not o.clear]


def test_of_many_keys_those_that_change_most_are_drawn_and_all_are_in_the_table() -> None:
    rows = [
        {"by": "item", "key": f"item {n} {'long ' * 30}", "side": side, "lines": 1,
         "value": 1e9 * n if side == "after" else 1e3, "currency": "USD"}
        for n in range(40)
        for side in ("before", "after")
    ]  # fmt: skip
    picture = plots.money(rows, "item")
    assert len(picture.table) == 80
    spec = picture.to_json()
    assert "20 that change less" in spec
    assert "item 39" in spec
    assert "item 12 " not in spec
    assert "39 bn USD" in picture.summary


def test_an_outcome_that_never_moves_is_named_instead_of_drawn() -> None:
    picture = plots.sweep(SWEEP, KINKS)
    assert picture.caption.endswith("nothing moves: forbidden.")
    assert '"forbidden"' not in picture.to_json()


def test_one_row_is_enough() -> None:
    assert "30 M USD" not in plots.bands(BANDS[:1]).summary
    assert "nothing moves" in plots.sweep(SWEEP[:1]).summary
    assert "0 of 73 lines" in plots.flows(FLOWS[1:2]).summary
    assert plots.timeline(TIMELINE[2:]).summary.startswith("0 stretches of restriction")


def test_extensions_share_a_lane_and_announcements_stand_apart() -> None:
    later = {**TIMELINE[1], "from": date(2019, 8, 19), "through": date(2019, 11, 18), "by": "84 FR 43487"}
    twin = {**TIMELINE[0], "what": "the same under another name"}
    spec = json.dumps(plots.timeline([*TIMELINE, later, twin]).spec)
    assert "existing networks (84 FR 23468; 84 FR 43487)" in spec
    assert "licence for everything and 1 more (84 FR 22961)" in spec


# -- labels ----------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 2000), max_size=40))
@settings(max_examples=60)
def test_marks_never_collide(days: list[int]) -> None:
    """No label stands on another, and no line crosses a label."""
    marks = [marking.Mark(float(d), f"{80 + d % 9} FR {d * 37}", "") for d in sorted(days)]
    labels = [p for p in marking.placed(marks, lambda at: at / 3) if p.text]
    for one, two in itertools.combinations(sorted(labels, key=lambda p: p.at), 2):
        if two.at / 3 < one.at / 3 + style.wide(one.text, 10.5) + 3:
            assert one.row > two.row
    numbers = [n for p in labels for n in numbered(p.text)]
    assert numbers == list(range(1, len(marks) + 1))
    assert max((p.row for p in labels), default=0) < 4


def numbered(text: str) -> list[int]:
    first, _, last = text.partition(":")[0].partition("–")
    return list(range(int(first), int(last or first) + 1))


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=200), st.integers(60, 400)
)
def test_wrapped_text_fits(text: str, pixels: int) -> None:
    lines = style.wrapped(text, pixels)
    assert len(lines) <= 2
    assert all(style.wide(line) <= pixels for line in lines)


@given(st.floats(0, 1e15))
def test_amounts_are_told_to_three_digits(value: float) -> None:
    number, _, unit = style.amount(value).partition(" ")
    scale = {"": 1, "k": 1e3, "M": 1e6, "bn": 1e9, "tn": 1e12}[unit]
    assert math.isclose(float(number.replace(",", "")) * scale, value, rel_tol=0.006, abs_tol=1e-9)
    assert len(re.sub(r"e-\d+", "", number)) <= 5 or value >= 1e12


@given(st.integers(0, 4000), st.integers(0, 4000))
def test_days_become_pixels_and_stay_in_the_picture(first: int, more: int) -> None:
    start = date(2015, 1, 1) + timedelta(first)
    span = span_of([(start, None), (None, start + timedelta(more))])
    assert span.pixel(start) == 0
    assert math.isclose(span.pixel(start + timedelta(more), 1), span.width)
    assert span.clipped(None, None) == (start, start + timedelta(more))


# -- shades ----------------------------------------------------------------------------------------------

# Machado, Oliveira and Fernandes 2009, complete deficiency, on linear RGB.
SIGHT = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.01182, 0.04294, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.3039),
    ),
}


def lab(colour: str, sight: str) -> tuple[float, float, float]:
    """CIE L*a*b* of a colour as it is seen."""
    raw = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in raw]
    r, g, b = (min(1, max(0, sum(m * c for m, c in zip(row, linear, strict=True)))) for row in SIGHT[sight])
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("sight", SIGHT)
def test_shades_differ_and_darken_with_severity_however_one_sees(sight: str) -> None:
    seen = {outcome: lab(style.shade(outcome), sight) for outcome in OUTCOMES}
    for one, two in itertools.combinations(OUTCOMES, 2):
        assert math.dist(seen[one], seen[two]) > (10 if sight == "tritanopia" else 17), (one, two)
    lightness = [seen[outcome][0] for outcome in OUTCOMES]
    steps = [after - before for before, after in itertools.pairwise(lightness)]
    assert min(steps) > (9 if sight == "all" else 6)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_labels_can_be_read_on_their_shade(outcome: str) -> None:
    def luminance(colour: str) -> float:
        return (((lab(colour, "all")[0]) + 16) / 116) ** 3

    one, two = sorted((luminance(style.shade(outcome)), luminance(style.ink_on(style.shade(outcome)))))
    assert (two + 0.05) / (one + 0.05) >= 4.5


def test_every_outcome_has_a_shade_and_hue_is_never_alone() -> None:
    assert list(style.SHADES) == OUTCOMES
    assert len({str(style.dash(n)) for n in range(len(OUTCOMES))}) == len(OUTCOMES)
    assert style.by_severity(["undecided", *reversed(OUTCOMES)]) == [*OUTCOMES, "undecided"]


@pytest.mark.parametrize(("module", "ask"), [("altair", plots.risk), ("vl_convert", None)])
def test_without_the_extra_it_says_what_to_install(
    module: str, ask: Callable[..., Picture] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = plots.risk(RISK)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(PictureError, match=re.escape("pip install 'licet[pictures]'")):
        ask(RISK) if ask else picture.svg()


def test_two_views_of_one_name_stay_two() -> None:
    picture = plots.money(MONEY, names=("the law", "the law"))
    assert picture.caption == "White bars: before, the law. Dark bars: after, the law."
