"""Parties over HTTP: the dossier of a name or of a listing, and its timeline."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from licet.api.acts import refused
from licet.api.shapes.about import about
from licet.api.shapes.parties import DossierShape, TimelineShape
from licet.api.times import AsOf, KnownAt, clock_of
from licet.decisions.dossier import Dossier, dossier_of, dossier_of_id
from licet.decisions.dossier_data import as_data, rows
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem, problems
from licet.language.instrument import Moment
from licet.regime import Regime
from licet.service.service import Service

router = APIRouter(prefix="/parties", tags=["parties"], responses=problems(401, 403, 422, 429))

Listing = Annotated[str, Path(description="The id of a listing.", max_length=200)]


@router.get("")
def party(
    service: ServiceOf,
    person: Reader,
    name: Annotated[str, Query(min_length=1, max_length=500, description="The name, in any script.")],
    country: Annotated[str, Query(max_length=80, description="Its country by code or name.")] = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> DossierShape:
    """Every listing that a name is, or may be, over time; `as_of` is by default today."""
    regime, clock = service.regime, clock_of(service, as_of, known_at)
    code = country_of(name, country, regime)
    history = service.history if regime.snapshots else None
    return _shape(dossier_of(regime, name, clock, country=code, store=history), regime)


def country_of(name: str, country: str, regime: Regime) -> str | None:
    """The code of the country given beside a name, None where none was.

    Raises:
        Problem: 422 where there is no name, or no such country.
    """
    if not name.strip():
        raise refused("There is no name", ("name", "expected the name of a party"))
    if not country.strip():
        return None
    code = regime.destinations.code(country.strip())
    if not isinstance(code, str):
        raise refused("There is no such country", ("country", "expected a code such as CN, or a name"))
    return code


@router.get("/{listing}", responses=problems(404))
def listing_of(
    listing: Listing, service: ServiceOf, person: Reader, as_of: AsOf = None, known_at: KnownAt = None
) -> DossierShape:
    """One listing over time, by its id."""
    regime = service.regime
    return _shape(_by_id(listing, service, regime, as_of, known_at), regime)


@router.get("/{listing}/timeline", responses=problems(404))
def timeline(
    listing: Listing, service: ServiceOf, person: Reader, as_of: AsOf = None, known_at: KnownAt = None
) -> TimelineShape:
    """Its stretches of membership, and what made, changed and ended them, in the order of days."""
    regime = service.regime
    found = _by_id(listing, service, regime, as_of, known_at)
    data = as_data(found)
    events: list[dict[str, Any]] = [
        {**event, "list": entry["list"]["code"]} for entry in data["entries"] for event in entry["events"]
    ]
    return TimelineShape.model_validate(
        {
            "about": about(regime, found.clock),
            "listing": listing,
            "listed": found.truth,
            "stretches": list(rows(found)),
            "events": sorted(events, key=lambda event: event["on"]),
        }
    )


def _by_id(
    listing: str, service: Service, regime: Regime, as_of: Moment | None, known_at: Moment | None
) -> Dossier:
    if listing not in regime.listings.versions:
        raise Problem(404, "", "no listing has this id; GET /api/v1/parties?name= finds ids by name")
    history = service.history if regime.snapshots else None
    return dossier_of_id(regime, listing, clock_of(service, as_of, known_at), store=history)


def _shape(found: Dossier, regime: Regime) -> DossierShape:
    return DossierShape.model_validate({**as_data(found), "about": about(regime, found.clock)})
