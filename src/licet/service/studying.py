"""Studying: working a study out - a book in two views, under several laws, or over values of a parameter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy.orm import Session

from licet.act import Act
from licet.changes import figures, snapshot
from licet.changes.compare import Change, Comparison, Undecided, View, compare
from licet.changes.impact_report import Report
from licet.changes.laid import AS_IT_IS, view_under
from licet.changes.risk import Assumptions
from licet.changes.scenario import Scenario
from licet.changes.several import under_several
from licet.changes.sweep_report import Law, Swept
from licet.changes.sweep_report import document as swept_document
from licet.changes.sweep_report import page as swept_page
from licet.changes.sweeping import sweep
from licet.changes.writing import workbook
from licet.intake import read_orders
from licet.intake.countries import countries_from
from licet.language.errors import LicetError
from licet.language.instrument import Moment, moment_from
from licet.regime import Regime
from licet.service import books
from licet.service.scenarios import Reference, scenario_of
from licet.service.service import Service

EXAMPLE: Final = "example"
FORMS: Final = ("html", "xlsx", "json")
_EXAMPLE_FILE = Path(str(resources.files("licet"))) / "examples" / "orders-2019.csv"
_PROGRESS = 200


class StudyError(LicetError):
    """A study asks for something that cannot be compared."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side as an address says it: a day (blank: each act's own), what was known, scenarios on top."""

    on: str = ""
    known: str = ""
    scenarios: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Study:
    """What is asked over a book.

    *impact* sets ``after`` against ``before``; *several* the law as it is and each scenario of ``after``
    side by side; *sweep* moves a ``parameter`` of the one scenario of ``after``.
    """

    kind: Literal["impact", "several", "sweep"]
    book: str
    before: Side = Side()
    after: Side = Side()
    parameter: str = ""
    values: str = ""
    reading: int = 0

    @classmethod
    def of(cls, given: dict[str, Any]) -> Study:
        """The study in the arguments of a job."""
        sides = {
            name: Side(**{**given[name], "scenarios": tuple(given[name]["scenarios"])})
            for name in ("before", "after")
        }
        return cls(**{**given, **sides})


@dataclass(frozen=True, slots=True)
class Result:
    """What came out: the data of its page, and its files when they are asked for."""

    page: dict[str, Any]
    file: Callable[[str], bytes | None]


def made(service: Service, study: Study, progress: Callable[[int], None] = lambda _: None) -> Result:
    """Work a study out.

    Raises:
        LicetError: for whatever of it cannot be meant.
    """
    regime = service.regime
    with service.database.reading() as session:
        before, after = scenarios_of(session, study, regime)
    acts = tuple(acts_of(service, study))
    match study.kind:
        case "impact":
            return _impact(study, regime, acts, before, after, progress)
        case "several":
            return _several(study, regime, acts, after, progress)
        case _:
            return _swept(study, regime, acts, after, progress)


def acts_of(service: Service, study: Study) -> Iterator[Act]:
    """The acts of the study's book, in order."""
    regime = service.regime
    if study.book == EXAMPLE:
        yield from example(regime)
        return
    with service.database.reading() as session:
        book = session.get_one(books.Book, study.book)
    yield from books.acts_of(service, book, study.reading)


def act_of(service: Service, study: Study, number: int) -> Act | None:
    """The act in one place of the study's book, counted from 1; ``None`` where there is none."""
    return next(islice(acts_of(service, study), number - 1, number), None)


@lru_cache(maxsize=2)
def example(regime: Regime) -> tuple[Act, ...]:
    """The order book that comes with Licet, for those who have none at hand: invented, of the year 2019."""
    countries = countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
    return tuple(read_orders(_EXAMPLE_FILE, regime.vocabulary, countries).acts)


def views_of(
    study: Study, regime: Regime, before: Sequence[Scenario], after: Sequence[Scenario]
) -> list[View]:
    """The two views of an impact."""
    return [
        view_under(laid, regime, moment(side.on), moment(side.known))
        for laid, side in ((before, study.before), (after, study.after))
    ]


def _impact(
    study: Study, regime: Regime, acts: Sequence[Act], before: Sequence[Scenario], after: Sequence[Scenario],
    progress: Callable[[int], None],
) -> Result:  # fmt: skip
    one, two = views_of(study, regime, before, after)
    comparison = _compared(acts, one, two, progress)
    report = Report.of(comparison, after, before, Assumptions.read())

    def file(form: str) -> bytes | None:
        match form:
            case "html":
                return report.html().encode()
            case "json":
                return json.dumps(report.document(), ensure_ascii=False, indent=1, default=str).encode()
            case "xlsx":
                return workbook(report.said, report.sections, comparison)
        return None

    return Result(snapshot.of_impact(report, len(before)), file)


def _several(
    study: Study, regime: Regime, acts: Sequence[Act], scenarios: Sequence[Scenario],
    progress: Callable[[int], None],
) -> Result:  # fmt: skip
    on, known = moment(study.after.on), moment(study.after.known)
    views = [view_under(laid, regime, on, known) for laid in ((), *((s,) for s in scenarios))]
    found = under_several(acts, views)
    progress(len(acts) * len(views))
    page = snapshot.of_several(found, scenarios)
    return Result(page, lambda form: _page_as_json(page) if form == "json" else None)


def _swept(
    study: Study, regime: Regime, acts: Sequence[Act], scenarios: Sequence[Scenario],
    progress: Callable[[int], None],
) -> Result:  # fmt: skip
    if len(scenarios) != 1:
        raise StudyError("A sweep moves a parameter of exactly one scenario")
    scenario, on, known = scenarios[0], moment(study.after.on), moment(study.after.known)
    laws: list[Law] = []

    def noted() -> Iterator[tuple[Any, Regime]]:
        for number, (at, law) in enumerate(sweep(scenario, study.parameter, study.values or None, regime)):
            laws.append(Law.of(at, law))
            progress(number * len(acts))
            yield at, law

    found = figures.sweep(acts, scenario.name, study.parameter, noted(), on=on, known_at=known)
    own = next(p for p in scenario.parameters if p.name == study.parameter)
    swept = Swept(scenario, own, View(AS_IT_IS, regime, on, known), tuple(laws), found)
    page = snapshot.of_sweep(swept)

    def file(form: str) -> bytes | None:
        if form == "html" and page["pictures"]:
            return swept_page(swept).encode()
        return _page_as_json(swept_document(swept)) if form == "json" else None

    return Result(page, file)


def _page_as_json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1, default=str).encode()


def _compared(acts: Sequence[Act], one: View, two: View, progress: Callable[[int], None]) -> Comparison:
    """The whole book compared, some lines at a time, so that it can be said how far it is."""
    pairs: list[Change] = []
    undecided: list[Undecided] = []
    for first in range(0, len(acts), _PROGRESS):
        progress(first * 2)
        part = compare(acts[first : first + _PROGRESS], one, two)
        pairs += [replace(pair, number=pair.number + first) for pair in part.pairs]
        undecided += [replace(line, number=line.number + first) for line in part.undecided]
    return Comparison(one, two, tuple(pairs), tuple(undecided))


def scenarios_of(session: Session, study: Study, regime: Regime) -> tuple[list[Scenario], list[Scenario]]:
    """The scenarios of both sides."""
    before, after = (
        [scenario_of(session, Reference.of(text), regime) for text in side.scenarios]
        for side in (study.before, study.after)
    )
    return before, after


def moment(text: str) -> Moment | None:
    """The day or instant of a side; ``None`` for a blank."""
    return moment_from(text, "the day")
