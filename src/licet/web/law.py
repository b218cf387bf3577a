"""Law pages: every rule beside its paraphrase, when it is in force and by which instrument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from licet.api.times import today
from licet.cases.about import About, cases_about
from licet.cases.coverage import coverage, sources
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem
from licet.language.expression import facts, show
from licet.language.instrument import day
from licet.language.rule import Rule
from licet.language.window import Clock, Standing
from licet.language.wording import worded
from licet.regime import Regime
from licet.service.service import Service
from licet.web import days, law_calendar
from licet.web.pages import page
from licet.web.prose import prose
from licet.web.windows import timeline

router = APIRouter()
router.include_router(law_calendar.router)
EFFECTS = {
    "requires": "Requires a licence",
    "forbids": "Forbids the act",
    "concludes": "Settles a question for other rules",
    "authorises": "Authorises what another rule stops",
    "excepts": "Takes cases out of another rule",
}


@dataclass(frozen=True, slots=True)
class Section:
    """The rules of one law file, each with its standing on the day asked about."""

    part: str
    name: str
    title: str
    rules: tuple[tuple[Rule, Standing], ...]


@router.get("/law")
def law(request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """Every rule, by part and section, or those that a search finds."""
    errors: list[days.Error] = []
    regime = service.regime
    clock = clock_of(request, service, errors)
    query, part = (request.query_params.get(name, "").strip()[:200] for name in ("q", "part"))
    every = list(_sections(regime, clock))
    found = [
        Section(s.part, s.name, s.title, tuple(r for r in s.rules if _matches(r[0], query)))
        for s in every
        if part in ("", s.part)
    ]
    return page(
        request, "law.html", status=422 if errors else 200, heading="Law", errors=errors, q=query, part=part,
        sections=[s for s in found if s.rules], parts=list(dict.fromkeys(s.part for s in every)),
        effects=EFFECTS, total=len(regime.book.rules), **times(request, clock),
    )  # fmt: skip


@router.get("/law/rule/{rule_id:path}")
def rule(request: Request, service: ServiceOf, person: Reader, rule_id: str) -> HTMLResponse:
    """One rule: its words, its condition, its windows, what it bears on, and its worked cases."""
    errors: list[days.Error] = []
    regime = service.regime
    book = regime.book
    if rule_id not in book.rules:
        raise Problem(404, "No such rule", f"No rule has the id {rule_id!r}. Search the law for it: /law")
    own = book[rule_id]
    clock = clock_of(request, service, errors)
    names = {w.by for w in own.windows} | {w.struck_by for w in own.windows}
    read = dict.fromkeys(n for n in _facts(own) if n in book.conclusions)
    return page(
        request, "rule.html", status=422 if errors else 200, heading=own.title, errors=errors, rule=own,
        effect=EFFECTS[own.effect], standing=book.standing(own, clock), words=prose(own.prose, 2, book.rules),
        told=worded(own.when, regime.vocabulary), written=show(own.when),
        raised=worded(own.raised, regime.vocabulary) if own.raised is not None else None,
        reviews=[(r.policy, worded(r.when, regime.vocabulary), show(r.when)) for r in own.reviews],
        bars=timeline(own.windows, clock.today, day(clock.known_at)),
        bearing=_bearing(own, regime, clock), rests_on={n: book.conclusions[n] for n in read},
        read_by=_read_by(own, regime), instruments=[i for n, i in regime.instruments.items() if n in names],
        cases=_cases(regime).get(own.id, ()), sources=sources(own, regime), **times(request, clock),
    )  # fmt: skip


@router.get("/law/coverage")
def covered(request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """What is encoded, how sure the sources are, which cases test it, and what is not there."""
    regime = service.regime
    # The page is no file that somebody might edit.
    text = _coverage(regime).removeprefix("# Coverage\n").partition("do not edit. ")[2]
    told = prose(text, 1, regime.book.rules)
    return page(request, "law_coverage.html", heading="What the law covers, and what not", told=told)


@router.get("/law/vocabulary")
def vocabulary(request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """Every fact that rules may read: its type, where it comes from, and the question that it asks."""
    regime = service.regime
    query = request.query_params.get("q", "").strip()[:200]
    groups: dict[str, list[object]] = {}
    for entry in regime.vocabulary:
        if all(w in f"{entry.name} {entry.ask}".casefold() for w in query.casefold().split()):
            groups.setdefault(entry.name.partition(".")[0], []).append(entry)
    readers: dict[str, list[str]] = {}
    for own in regime.book:
        for name in dict.fromkeys(_facts(own)):
            readers.setdefault(name, []).append(own.id)
    return page(request, "law_vocabulary.html", heading="Vocabulary", q=query, groups=groups, readers=readers)


def clock_of(request: Request, service: Service, errors: list[days.Error]) -> Clock:
    """The view of time that an address asks for: ``on``, by default today, and ``known_at``."""
    regime = service.regime
    on = days.asked(request, "on", "On", errors)
    known = days.asked(request, "known_at", "As known on", errors)
    return regime.clock(on or today(service), known)


def times(request: Request, clock: Clock) -> dict[str, object]:
    """What a template says of time: the day asked about, and what links keep of the address."""
    kept = {n: request.query_params.get(n, "") for n in ("on", "known_at")}
    return {"on_day": clock.as_of, "as_of": clock.as_of, "known_at": clock.known_at, "kept": kept}


def _sections(regime: Regime, clock: Clock) -> Iterator[Section]:
    files: dict[str, list[Rule]] = {}
    for own in regime.book:
        files.setdefault(own.file, []).append(own)
    for file, rules in sorted(files.items(), key=lambda item: ("us/ear" not in item[0], item[0])):
        folder, _, name = file.removesuffix(".md").rpartition("/")
        heads = (line for r in rules for line in r.prose.splitlines() if line.startswith("# "))
        part = folder.rpartition("/")[2].replace("-", " ")
        standings = tuple((r, regime.book.standing(r, clock)) for r in rules)
        yield Section(part, name, next(heads, name).removeprefix("# "), standings)


def _matches(own: Rule, query: str) -> bool:
    """Whether every word of a search stands somewhere in the rule."""
    said = (
        f"{own.id} {own.title} {own.cite} {own.label} {own.known_as} {own.prose} {show(own.when)}".casefold()
    )
    return all(word in said for word in query.casefold().split())


def _facts(own: Rule) -> Iterator[str]:
    for condition in (own.when, own.raised, *(r.when for r in own.reviews)):
        if condition is not None:
            yield from facts(condition)


def _bearing(own: Rule, regime: Regime, clock: Clock) -> list[tuple[str, list[tuple[Rule, Standing]]]]:
    """Rules that bear on this one, and those on which it bears, each with its standing."""
    book = regime.book
    related = (
        ("An exception to", own.exception_to),
        ("Authorises what is stopped by", own.authorises),
        ("Excepted by", book.exceptions.get(own.id, ())),
        ("Lifted by", book.lifters.get(own.id, ())),
    )
    return [(word, [(book[i], book.standing(book[i], clock)) for i in ids]) for word, ids in related if ids]


def _read_by(own: Rule, regime: Regime) -> list[Rule]:
    """Rules that read what this one concludes."""
    return [r for r in regime.book if own.concludes and own.concludes in set(_facts(r))]


@lru_cache(maxsize=2)
def _cases(regime: Regime) -> Mapping[str, tuple[About, ...]]:
    return cases_about(regime)


@lru_cache(maxsize=2)
def _coverage(regime: Regime) -> str:
    return coverage(regime)
