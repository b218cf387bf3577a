"""Party: found as one types, and everything known of it over time, with a day that one can move along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from licet.api.times import today
from licet.changes.plots.party_picture import svg_of
from licet.changes.plots.party_scene import Scene, scene_of, scene_of_family
from licet.changes.plots.rendering import PictureError
from licet.decisions.dossier import Dossier, Entry, dossier_of, dossier_of_id
from licet.decisions.dossier_family import families, family_of
from licet.decisions.dossier_records import addresses_of, countries_over_time, names_over_time
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem
from licet.intake.countries import country_said
from licet.intake.errors import IntakeError
from licet.language.errors import FactError
from licet.language.instrument import day
from licet.language.values import Truth
from licet.language.window import Clock
from licet.lists.exporting import listing_id
from licet.parties.begun import begun
from licet.parties.ownership_rules import read_ownership_rules
from licet.regime import Regime
from licet.service.service import Service
from licet.web.documents import countries_of, moment_said, named_countries
from licet.web.pages import page
from licet.web.templating import query

router = APIRouter(prefix="/party")

_SHOWN = 25
_MEMBERS = 400
_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: a name and a country, the two days, and what in it cannot be read."""

    name: str
    country: str
    clock: Clock
    days: dict[str, str]
    errors: dict[str, str]

    def address(self, path: str, **changed: object) -> str:
        """An address that keeps the days."""
        return f"{path}?{query(self.days, **changed)}"


@dataclass(frozen=True, slots=True)
class Found:
    """One line of what a search found: a listing on a list, and how its name (or ``called``) was met."""

    id: str
    name: str
    country: str
    list: str
    truth: Truth
    sure: bool
    met: str
    called: str = ""


def _asked(request: Request, service: Service) -> Asked:
    given, regime, errors = request.query_params, service.regime, dict[str, str]()
    moments = {}
    for name in ("as_of", "known_at"):
        try:
            moments[name] = moment_said(given.get(name, ""), regime)
        except FactError as error:
            errors[name] = str(error).removeprefix("act.date: ")
            moments[name] = None
    country = given.get("country", "").strip()
    if country:
        try:
            country = country_said(country, countries_of(regime))
        except IntakeError as error:
            errors["country"] = str(error)
    as_of = moments["as_of"] or today(service)
    days = {name: given.get(name, "").strip() for name in moments if moments[name] is not None}
    clock = regime.clock(as_of, moments["known_at"])
    return Asked(given.get("q", "").strip()[:_LONGEST_NAME], country, clock, days, errors)


@router.get("")
def search(request: Request, service: ServiceOf, person: Reader) -> Response:
    """A search for a party by a name in any script."""
    given = request.query_params.multi_items()
    if any(not value for _, value in given):
        # Without what was left blank the address can be kept and read.
        return RedirectResponse(f"/party?{query({name: value for name, value in given if value})}", 303)
    asked = _asked(request, service)
    return _search_page(request, service, asked, "party.html")


@router.get("/found")
def found(request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """What the search finds so far: the part of its page that changes while somebody types."""
    return _search_page(request, service, _asked(request, service), "party_found.html")


def _search_page(request: Request, service: Service, asked: Asked, template: str) -> HTMLResponse:
    regime = service.regime
    errors = [{"field": name, "text": said} for name, said in asked.errors.items()]
    dossier = None
    lines: list[Found] = []
    if asked.name and not errors:
        dossier = dossier_of(regime, asked.name, asked.clock, country=asked.country or None)
        lines = [_line(e) for e in dossier.entries]
        known = {e.id for e in dossier.entries}
        lines += [line for line in _begun(regime, asked) if line.id not in known]
    return page(
        request,
        template,
        422 if errors else 200,
        heading="Party",
        asked=asked,
        dossier=dossier,
        sure=sum(line.sure for line in lines),
        lines=lines[:_SHOWN],
        rest=max(len(lines) - _SHOWN, 0),
        families=families(regime),
        countries=named_countries(regime.folder),
        as_of=asked.clock.as_of,
        known_at=asked.clock.known_at,
        errors=errors,
    )


def _line(entry: Entry) -> Found:
    candidate, country = entry.candidate, entry.versions[-1].country
    met = ", ".join(candidate.shared) if candidate else ""
    called = candidate.listed_name if candidate and candidate.listed_name != entry.name else ""
    return Found(entry.id, entry.name, country, entry.list.name, entry.truth, entry.sure, met, called)


def _begun(regime: Regime, asked: Asked) -> list[Found]:
    """Listings with a name that begins so, for somebody who has not finished typing."""
    return [
        Found(
            id_, v.name, v.country, regime.restricted_list(v.list).name, v.in_force(asked.clock), False, "",
            name if name != v.name else "",
        )
        for id_, name in begun(regime.listings.finder, asked.name)
        for v in regime.listings.of_id(id_, asked.clock)
        if not asked.country or v.country in ("", asked.country)
    ]  # fmt: skip


@router.get("/named")
def named(request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """Everything known of a party of that name."""
    asked = _asked(request, service)
    if not asked.name or asked.errors:
        return _search_page(request, service, asked, "party.html")
    dossier = dossier_of(
        service.regime, asked.name, asked.clock, country=asked.country or None, store=service.history
    )
    kept = {"q": asked.name, "country": asked.country}
    return _dossier_page(request, service, asked, dossier, asked.name, "/party/named", kept)


@router.get("/family/{name}")
def family(name: str, request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """The members of a family of listings, by the rule that listed them."""
    regime, asked = service.regime, _asked(request, service)
    if name not in families(regime):
        raise Problem(404, "No such family", f"There are: {', '.join(families(regime))}.")
    members = family_of(regime, name, asked.clock)
    scene = scene_of_family(members, regime)
    turns = sorted({mark.on for mark in scene.marks})
    return page(
        request,
        "party_family.html",
        heading=f"The family {name}",
        asked=asked,
        family=members,
        instruments=regime.instruments,
        members=sorted(members.members, key=lambda m: (day(m.listing.first_start), m.listing.name))[
            :_MEMBERS
        ],
        lists={m.listing.list: regime.restricted_list(m.listing.list).name for m in members.members},
        as_of=asked.clock.as_of,
        known_at=asked.clock.known_at,
        **_timeline(asked, scene, turns, request.url.path, {}),
    )


@router.get("/{listing:path}")
def listing(listing: str, request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """Everything known of one listing, by its id or that of its entity."""
    regime, asked = service.regime, _asked(request, service)
    listing = listing if listing in regime.listings.versions else listing_id(listing)
    if listing not in regime.listings.versions:
        raise Problem(
            404, "No such listing", f"No listing has the id {listing!r}: look for its name instead."
        )
    dossier = dossier_of_id(regime, listing, asked.clock, store=service.history)
    name = dossier.entries[0].name if dossier.entries else listing
    return _dossier_page(
        request, service, asked, replace(dossier, asked=name), name, f"/party/{quote(listing)}", {}
    )


def _dossier_page(
    request: Request,
    service: Service,
    asked: Asked,
    dossier: Dossier,
    name: str,
    path: str,
    kept: dict[str, str],
) -> HTMLResponse:
    sure = [e for e in dossier.entries if e.sure]
    # Where nobody is sure, the best of the likely ones is told in full.
    told = sure or [e for e in dossier.entries if e.id == dossier.entries[0].id]
    turns = sorted({day(event.on) for e in told for event in e.events if day(event.on) != date.min})
    regime = service.regime
    return page(
        request,
        "party_entry.html",
        heading=name,
        asked=asked,
        dossier=dossier,
        told=told[:_SHOWN],
        likely=[_line(e) for e in dossier.entries if e not in told][:_SHOWN],
        records={e.id: _records(e) for e in told},
        owned={e.list.code: _owned(regime, e.list.code, dossier.clock) for e in told},
        instruments=regime.instruments,
        as_of=dossier.clock.as_of,
        known_at=dossier.clock.known_at,
        **_timeline(asked, scene_of(dossier), turns, path, kept),
    )


def _timeline(
    asked: Asked, scene: Scene, turns: list[date], path: str, kept: dict[str, str]
) -> dict[str, Any]:
    """The picture, and every day worth moving to as an address."""
    here = asked.clock.today

    def to(moment: date | None) -> str:
        return "" if moment is None else asked.address(path, **kept, as_of=moment.isoformat())

    return {
        "scene": scene,
        "picture": _drawn(scene),
        "path": path,
        "kept": {**kept, **asked.days},
        "turns": [(turn, to(turn)) for turn in turns],
        "before": to(max((turn for turn in turns if turn < here), default=None)),
        "after": to(min((turn for turn in turns if turn > here), default=None)),
        "first_day": scene.span[0],
        "days": (scene.span[1] - scene.span[0]).days,
        "place": min(max((here - scene.span[0]).days, 0), (scene.span[1] - scene.span[0]).days),
    }


@lru_cache(maxsize=64)
def _drawn(scene: Scene) -> str:
    """The picture; where it cannot be drawn, why, since the same stands below in words."""
    try:
        # Drawn here; every word in it is escaped.
        return Markup(svg_of(scene))
    except PictureError as error:
        return str(error)


def _records(entry: Entry) -> dict[str, Any]:
    """What published files say of an entry over time, each with the days on which it was seen."""

    def seen(first: Any, last: Any) -> str:
        return f"{first.day}" + (f" to {last.day}" if last.day != first.day else "")

    return {
        "names": [(n, kind, seen(*s)) for (n, kind), s in names_over_time(entry.sightings).items()],
        "addresses": [(a, c, seen(*s)) for (a, c), s in addresses_of(entry.sightings).items()],
        "countries": [(c, seen(*s)) for (c, _), s in countries_over_time(entry.sightings).items()],
    }


def _owned(regime: Regime, code: str, clock: Clock) -> list[dict[str, Any]]:
    """The rules under which parties of a list reach what they own, and whether each is in force."""
    return [
        {
            "rule": rule,
            "standing": rule.standing(clock, lambda id_: regime.book.standing(regime.book[id_], clock)),
        }
        for rule in read_ownership_rules(regime.folder / "ownership.yaml")
        if code in rule.lists
    ]
