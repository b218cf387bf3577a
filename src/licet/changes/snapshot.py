"""Snapshots: what a page tells of a comparison, a sweep or several laws, as data that can be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from licet.changes import figures
from licet.changes.compare import Change, Comparison
from licet.changes.impact import stops
from licet.changes.impact_report import Report
from licet.changes.plots.rendering import Picture
from licet.changes.report import ScenarioNote, pictures_of
from licet.changes.report_lines import groups_of, line_of
from licet.changes.scenario import Scenario, void
from licet.changes.sections import Section
from licet.changes.several import Several
from licet.changes.sweep_report import Swept, signed
from licet.decisions.outcome import Outcome
from licet.language.values import spoken

Snapshot = dict[str, Any]
_MOST_LINES = 2000


def of_impact(report: Report, against: int = 0) -> Snapshot:
    """A comparison: what was compared, the answer, tables, pictures, and the changed lines with their causes.

    Args:
        against: how many of the report's scenarios, from the end, are those of the view before.
    """
    comparison = report.comparison
    turned = [change for change in comparison.changes if change.turns]
    after = len(report.scenarios) - against
    return {
        **_told(report.title, comparison.after.regime.notice, report.said),
        "lines": comparison.lines,
        "changed": len(comparison.changes),
        "turned": len(turned),
        "stopped": sum(map(stops, comparison.changes)),
        "freed": sum(c.after.outcome.clear and not c.before.outcome.clear for c in turned),
        "sides": [
            {"name": view.name, "on": _day(view.on), "known": spoken(view.known), "law": view.regime.digest}
            for view in (comparison.before, comparison.after)
        ],
        "scenarios": [
            {"side": "after" if place < after else "before", **_noted(scenario)}
            for place, scenario in enumerate(report.scenarios)
        ],
        "void": list(report.void),
        "pictures": _drawn([*pictures_of(comparison), *_bands(comparison)]),
        "sections": [_section(section) for section in report.sections if section.rows],
        "groups": _grouped(comparison.changes[:_MOST_LINES]),
        "left_out": max(0, len(comparison.changes) - _MOST_LINES),
        "undecided": [{"number": x.number, "problem": x.problem} for x in comparison.undecided],
    }


def of_several(found: Several, scenarios: Sequence[Scenario]) -> Snapshot:
    """A book under the law as it is and under some scenarios: one table for each currency, and pictures."""
    from licet.changes.plots import outcomes

    names = [view.name for view in found.views]
    rows = found.rows
    regime = found.views[0].regime
    drawn = [outcomes(rows, names, measure, f"Outcomes by {word}") for measure, word in _MEASURES]
    return {
        **_told("The book under several laws", regime.notice, [f"{view.says}." for view in found.views]),
        "names": names,
        "outcomes": list(dict.fromkeys(row["outcome"] for row in sorted(rows, key=_severity))),
        "currencies": _currencies(rows),
        "rows": list(rows),
        "turned": list(found.turned),
        "scenarios": [_noted(scenario) for scenario in scenarios],
        "void": [list(dict.fromkeys(void(view.regime))) for view in found.views],
        "pictures": _drawn(drawn if any(row["value"] for row in rows) else drawn[:1]),
        "undecided": [{"number": x.number, "problem": x.problem} for x in found.undecided],
    }


def of_sweep(found: Swept) -> Snapshot:
    """A parameter moved over a book: what the book comes to at each value, and where it turns."""
    notes = [*found.assumed, *found.without_effect, *found.under]
    numbers = not any(isinstance(law.at, str) for law in found.laws)
    return {
        **_told(found.title, found.view.regime.notice, notes),
        "parameter": found.parameter.name,
        "values": [spoken(law.at) for law in found.laws],
        "outcomes": list(dict.fromkeys(row["outcome"] for row in sorted(found.rows, key=_severity))),
        "currencies": _currencies(found.rows),
        "rows": [{**row, "at": spoken(row["at"])} for row in found.rows],
        "kinks": [{**row, "after": spoken(row["after"]), "at": spoken(row["at"])} for row in found.kinks],
        "scenarios": [_noted(found.scenario)],
        "pictures": _drawn([signed(found)]) if numbers else [],
        "undecided": [{"number": x.number, "problem": x.problem} for x in found.found.undecided],
    }


_MEASURES: tuple[tuple[Any, str], ...] = (("lines", "lines"), ("value", "money"))


def _currencies(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The currencies, that of most lines first."""
    lines: Counter[str] = Counter()
    for row in rows:
        lines[row["currency"]] += row["lines"]
    return [currency for currency, _ in lines.most_common()]


def _told(title: str, notice: str, said: Iterable[str]) -> Snapshot:
    return {"title": title, "notice": notice, "said": list(said)}


def _severity(row: Mapping[str, Any]) -> int:
    return list(Outcome).index(row["outcome"])


def _day(moment: date | None) -> str:
    return "" if moment is None else spoken(moment)


def _noted(scenario: Scenario) -> Snapshot:
    return {"name": scenario.name, **asdict(ScenarioNote.of(scenario))}


def _section(section: Section) -> Snapshot:
    return {
        "name": section.name,
        "title": section.title,
        "note": section.note,
        "headings": section.shown,
        "rows": [{key: row[key] for key in section.shown} for row in section.rows],
    }


def _drawn(pictures: Iterable[Picture]) -> list[Snapshot]:
    return [
        {"kind": picture.kind, "title": picture.title, "html": picture.html(f"picture-{number}")}
        for number, picture in enumerate(pictures, 1)
    ]


def _bands(comparison: Comparison) -> Iterable[Picture]:
    """What the book would come to on each day between, where the two views are two days of one law."""
    from licet.changes.plots import bands
    from licet.changes.watch import watch

    before, after = comparison.before, comparison.after
    first, last = before.on, after.on
    if before.regime is not after.regime or first is None or last is None or before.known != after.known:
        return
    days = sorted(
        moment.astimezone(before.regime.zone).date() if isinstance(moment, datetime) else moment
        for moment in (first, last)
    )
    acts = [pair.act for pair in comparison.pairs]
    calendar = watch(acts, after.regime, days[0], days[1], after.known_at)
    yield bands(figures.bands(calendar), figures.marks(calendar), title="Outcomes on each day between")


def _grouped(changes: Sequence[Change]) -> list[Snapshot]:
    """The changes by what they turn to and which rules turned; what is said of one party is left out."""
    found: dict[tuple[Any, ...], list[Change]] = {}
    for turn, causes, own in groups_of(changes):
        key = turn, tuple(dict.fromkeys((cause.rule, cause.turned, cause.instrument) for cause in causes))
        found.setdefault(key, []).extend(own)
    return [
        {
            "turn": turn,
            "before": own[0].before.outcome.value,
            "after": own[0].after.outcome.value,
            "causes": [_shared(own, *named) for named in rules],
            "lines": [{"number": change.number, **line_of(change)} for change in own],
        }
        for (turn, rules), own in found.items()
    ]


def _shared(changes: Iterable[Change], rule: str, turned: str, by: str) -> Snapshot:
    """A cause of several changes, with what all of them have in common."""
    causes = [
        asdict(cause)
        for change in changes
        for cause in change.causes
        if (cause.rule, cause.turned, cause.instrument) == (rule, turned, by)
    ]
    return {key: value if all(c[key] == value for c in causes) else "" for key, value in causes[0].items()}
