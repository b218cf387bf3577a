"""The podium test: what is merely said changes no outcome; the scenario that takes it at its word does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from licet.act import Act
from licet.changes.scenario import Scenario, shipped
from licet.cli.options import load_book
from licet.decisions.book import decide_book
from licet.language.instrument import day
from licet.language.rulebook import Rulebook
from licet.regime import Regime

BOOKS = sorted((Path(__file__).resolve().parents[1] / "examples").glob("orders-*.csv"))
# Announcements of 2019 and the scenarios that make law of them.
TAKEN = {
    "G20 Osaka 2019-06-29": "huawei-delisted",
    "Statement of 2019-06-30": "general-merchandise",
    "Statement of 2019-07-09": "general-merchandise-by-licence",
}


@pytest.fixture(scope="module")
def silent(regime: Regime) -> Regime:
    """The law as if nobody had announced, proposed or advised anything."""
    binding = {name: i for name, i in regime.instruments.items() if i.binding}
    assert len(binding) < len(regime.instruments)
    return replace(regime, book=Rulebook.of(regime.book, regime.vocabulary, binding))


@pytest.fixture(scope="module")
def announced(regime: Regime) -> dict[str, date]:
    said = {i.id: i.announced or i.public for i in regime.instruments.values() if not i.binding}
    return {name: day(moment) for name, moment in said.items() if moment is not None}


def decided(acts: list[Act], regime: Regime) -> list[Any]:
    lines = [line.decision for line in decide_book(acts, regime)]
    assert all(decision is not None for decision in lines)
    return [
        (d.outcome, d.bounds, d.review, d.obligations, [r.rule.id for r in d.requirements])
        for d in lines
        if d
    ]


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.stem)
def test_no_announcement_changes_any_outcome(book: Path, regime: Regime, silent: Regime) -> None:
    acts = list(load_book(book, regime).acts)
    assert len(acts) > 200
    assert decided(acts, regime) == decided(acts, silent)


def test_nor_on_the_days_around_it(regime: Regime, silent: Regime, announced: dict[str, date]) -> None:
    sample = [act for book in BOOKS for act in list(load_book(book, regime).acts)[::12]]
    assert set(TAKEN) <= set(announced)
    for said in sorted(set(announced.values())):
        for on in (said - timedelta(days=1), said, said + timedelta(days=1)):
            acts = [replace(act, facts={**act.facts, "act.date": on}) for act in sample]
            assert decided(acts, regime) == decided(acts, silent), on


def test_nothing_of_the_law_rests_on_what_is_said(regime: Regime, announced: dict[str, date]) -> None:
    rests = {name for rule in regime.book for w in rule.windows for name in (w.by, w.struck_by)}
    rests |= {v.by for versions in regime.listings.versions.values() for v in versions}
    assert not rests & set(announced)


@pytest.mark.parametrize("announcement", list(TAKEN))
def test_the_matching_scenario_changes_something_and_says_what_it_assumes(
    announcement: str, regime: Regime
) -> None:
    path = next(p for p in shipped() if p.stem == TAKEN[announcement])
    scenario = Scenario.read(path, regime)
    assert announcement in {source.announcement for source in scenario.sources}
    assert scenario.assumes
    assert scenario.reading
    acts = [act for book in BOOKS for act in load_book(book, regime).acts]
    before, after = decided(acts, regime), decided(acts, scenario.over(regime))
    turned = [i for i, (b, a) in enumerate(zip(before, after, strict=True)) if b[:3] != a[:3]]
    assert turned
    # Nothing turns before the day on which the hypothesis has effect.
    effective = scenario.instrument.effective
    assert effective is not None
    assert all(day(acts[i].facts["act.date"]) >= day(effective) for i in turned)  # type: ignore[arg-type]
