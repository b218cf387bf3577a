"""Lists over HTTP: the status of each, and what changed on them between two days."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query

from licet.api.acts import refused
from licet.api.shapes.about import about
from licet.api.shapes.lists import Changed, FileShape, ListChangesShape, ListsShape, ListStatus
from licet.api.times import AsOf, Given, KnownAt, clock_of, said
from licet.decisions.list_changes import list_changes
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import problems
from licet.language.instrument import day
from licet.language.window import Clock
from licet.lists.history import History
from licet.lists.status import status
from licet.regime import Regime
from licet.service.service import Service

router = APIRouter(prefix="/lists", tags=["lists"], responses=problems(401, 403, 422, 429))


@router.get("")
def lists(service: ServiceOf, person: Reader, as_of: AsOf = None, known_at: KnownAt = None) -> ListsShape:
    """Every list: what follows from being on it, how many are, and how old the newest file is."""
    regime, clock = service.regime, clock_of(service, as_of, known_at)
    files = _files(service, clock)
    known, in_force = _counts(regime, clock)
    found = []
    for code in sorted({*regime.lists, *known, *files}):
        named = regime.restricted_list(code)
        found.append(
            ListStatus(
                code=code,
                name=named.name,
                owner=named.owner,
                consequence=named.consequence,
                means=named.means,
                cite=named.cite,
                listings=known[code],
                in_force=in_force[code],
                file=files.get(code),
            )
        )
    return ListsShape(about=about(regime, clock), lists=found)


@router.get("/changes")
def changes(
    service: ServiceOf,
    person: Reader,
    since: Annotated[Given, Query(description="The earlier day.")],
    until: Annotated[Given | None, Query(description="The later day, by default today.")] = None,
    only: Annotated[list[str], Query(alias="list", max_length=50, description="Codes of lists.")] = [],  # noqa: B006
    known_at: KnownAt = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> ListChangesShape:
    """Who was listed or delisted between two days, and whose entry says something else since."""
    regime, last = service.regime, clock_of(service, until, known_at)
    first = regime.clock(since, known_at)
    if last.today < first.today:
        raise refused("The days are the wrong way round", ("until", "expected a day not before `since`"))
    known = {*regime.lists, *_counts(regime, last)[0]}
    if unknown := [code for code in only if code not in known]:
        raise refused(
            "There is no such list", ("list", f"{', '.join(unknown)}: GET /api/v1/lists has the codes")
        )
    found = list(list_changes(regime, first, last, only))
    counted = Counter((change.list, change.change) for change in found)
    counts: dict[str, dict[str, int]] = {}
    for (code, kind), count in sorted(counted.items()):
        counts.setdefault(code, {})[kind] = count
    return ListChangesShape(
        about=about(regime, last),
        since=said(since) or "",
        until=said(last.as_of) or "",
        counts=counts,
        total=len(found),
        changes=[
            Changed(
                list=c.list,
                change=c.change,  # type: ignore[arg-type]
                listing=c.listing,
                name=c.name,
                country=c.country,
                on=said(c.on),
                by=c.by,
                what=c.what,
            )
            for c in found[offset : offset + limit]
        ],
    )


def _files(service: Service, clock: Clock) -> dict[str, FileShape]:
    """The newest file of each list, as known then."""
    path = service.history
    if path is None:
        return {}
    with History.open(path) as history:
        rows = [found.row() for found in status(history, clock.today, day(clock.known_at))]
    return {row["list"]: FileShape.model_validate(row) for row in rows}


def _counts(regime: Regime, clock: Clock) -> tuple[Counter[str], Counter[str]]:
    """How many listings each list has that were known then, and how many surely have effect."""
    known: Counter[str] = Counter()
    in_force: Counter[str] = Counter()
    for versions in regime.listings.versions.values():
        here = [version for version in versions if version.known(clock)]
        known.update({version.list for version in here})
        in_force.update({version.list for version in here if version.in_force(clock)})
    return known, in_force
