"""What a client asks of the service itself: whether it is well, which lists it has, how it scores."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from licet.api.yente.asking import ALIASES, ERRORS, OWN, Viewed, answer
from licet.api.yente.datasets import Dataset, datasets
from licet.api.yente.explaining import FEATURES, feature_of
from licet.api.yente.shapes import AlgorithmsShape, CatalogShape, ErrorShape, StatusShape
from licet.decisions.dossier import days_of_lists
from licet.gate.asking import Reader, ServiceOf
from licet.screening.thresholds import thresholds

router = APIRouter(tags=["yente: service"])
_ABOUT = (
    "Names are compared word by word; each word that meets brings points by how rare it is, each that does "
    "not costs some. From so many points on a pair is a review, from more a hit, measured for every list. "
    f"Asked for under these names too: {', '.join(ALIASES)}. Weights and settings are taken and not used."
)


@router.get("/healthz", response_model=StatusShape, summary="Whether the service answers")
def healthz() -> JSONResponse:
    """Nothing but an answer."""
    return answer({"status": "ok"})


@router.get(
    "/readyz",
    response_model=StatusShape,
    summary="Whether the lists are ready",
    responses={503: {"model": ErrorShape, "description": "The lists are not ready"}},
)
def readyz(service: ServiceOf) -> JSONResponse:
    """Whether names can be looked up without waiting for the lists to be read."""
    if not service.ready.is_set():
        raise HTTPException(503, "Index not ready.")
    return answer({"status": "ok"})


@router.get("/catalog", response_model=CatalogShape, responses=ERRORS, summary="Datasets")
@router.get("/manifest", include_in_schema=False)
def catalog(request: Request, view: Viewed, person: Reader) -> Response:
    """Every list under its code, and the collections of lists; the answer changes when the lists do."""
    version = view.regime.lists_digest[:16]
    days = days_of_lists(view.regime, view.clock)
    told = [_dataset(d, version, days.get(d.name)) for d in datasets(view.regime).values()]
    current = [d["name"] for d in told]
    said = {"datasets": told, "current": current, "outdated": [], "index_stale": False, **view.rests_on}
    etag = f'"{version}-{view.clock.today}-{view.moments["known_at"]}"'
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": etag})
    return answer(said, ETag=etag)


# What yente's datasets may have, and ours do not.
_UNSAID = (
    "license", "summary", "description", "url", "category", "publisher", "coverage", "deprecation",
    "entities_url", "delta_url",
)  # fmt: skip


def _dataset(given: Dataset, version: str, on: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": given.name,
        "title": given.title,
        "type": "collection" if given.collection else "source",
        "version": version,
        "index_version": version,
        "index_current": True,
        "load": not given.collection,
        "namespace": False,
        "entity_count": given.entities,
        "target_count": given.entities,
        "thing_count": given.entities,
        "children": list(given.lists) if given.collection else [],
        "resources": [],
        "tags": [],
        "deprecated": False,
        "last_export": f"{on}T00:00:00" if on else None,
        "updated_at": f"{on}T00:00:00" if on else None,
    }
    return {**dict.fromkeys(_UNSAID), **said}


@router.get("/algorithms", response_model=AlgorithmsShape, responses=ERRORS, summary="How names are scored")
def algorithms(view: Viewed, person: Reader) -> JSONResponse:
    """The one algorithm, its features, and from how many points each list has a review and a hit."""
    features = {
        feature_of(by): {"description": about, "coefficient": 1.0, "url": ""}
        for by, about in FEATURES.items()
    }
    points = {name: {"review": p.review, "hit": p.hit} for name, p in thresholds().items()}
    own = {
        "name": OWN,
        "description": _ABOUT,
        "features": features,
        "docs": {"name": OWN, "description": _ABOUT, "config": {}, "features": features},
        "aliases": list(ALIASES),
        "points": points,
    }
    return answer({"algorithms": [own], "default": "best", "best": OWN})
