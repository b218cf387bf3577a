"""``GET /reconcile/{dataset}``: what the service can do and where, and what a party looks like in a box."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse

from licet.api.reconcile.shapes import Manifest, type_of
from licet.api.reconcile.types import types_of
from licet.api.yente.asking import ERRORS, DatasetName, Viewed, answer, the_dataset
from licet.api.yente.documents import documents_of
from licet.api.yente.entities import EntityId
from licet.gate.asking import Reader
from licet.gate.cookies import address_of_ours

router = APIRouter(tags=["OpenRefine reconciliation"])
_SCHEMATA = "https://w3id.org/ftm#"
_BATCH = 50


@router.get(
    "/reconcile/{dataset}", response_model=Manifest, responses=ERRORS, summary="What the service can do"
)
def manifest(dataset: DatasetName, request: Request, view: Viewed, person: Reader) -> JSONResponse:
    """The manifest; the query string of its address goes with every address in it."""
    given = the_dataset(dataset, view.regime)
    base = address_of_ours(request)
    service = f"{base}/reconcile/{given.name}"
    also = f"?{request.url.query}" if request.url.query else ""

    def at(path: str) -> dict[str, str]:
        return {"service_url": service, "service_path": f"{path}{also}"}

    said: dict[str, Any] = {
        "versions": ["0.2"],
        "name": f"{given.title} (Licet)",
        "identifierSpace": f"{base}/entities/",
        "schemaSpace": _SCHEMATA,
        "documentation": f"{base}/openapi.json",
        "batchSize": _BATCH,
        "view": {"url": f"{base}/party/{{{{id}}}}{also}"},
        "preview": {"url": f"{service}/preview/{{{{id}}}}{also}", "width": 430, "height": 300},
        "suggest": {kind: at(f"/suggest/{kind}") for kind in ("entity", "type", "property")},
        "extend": {"propose_properties": at("/extend/property"), "propose_settings": _SETTINGS},
        "defaultTypes": [type_of(schema) for schema in types_of(given, view.regime)],
    }
    return answer({**said, **view.rests_on})


_SETTINGS: list[dict[str, Any]] = [
    {
        "name": "limit",
        "label": "Limit",
        "type": "number",
        "default": 0,
        "help_text": "How many values at most for each row; 0 for all.",
        "choices": [],
    },
    {
        "name": "render",
        "label": "Values",
        "type": "select",
        "default": "caption",
        "choices": [{"id": "caption", "name": "In words"}, {"id": "raw", "name": "As codes"}],
        "help_text": "Russia, or ru.",
    },
]


@router.get("/reconcile/{dataset}/preview/{entity_id}", include_in_schema=False)
def preview(dataset: DatasetName, entity_id: EntityId, view: Viewed, person: Reader) -> HTMLResponse:
    """A party in a few lines, for the box beside a cell."""
    the_dataset(dataset, view.regime)
    document = documents_of(view.regime).named(entity_id, view.clock)
    if document is None:
        raise HTTPException(404, "No such entity!")
    words = {True: "in force", False: "not in force", None: "not known"}
    lines = "".join(
        f"<li><b>{escape(r.name)}</b>: {words[r.in_force]}"
        f"{f', since {escape(r.since)}' if r.since else ''}. {escape(r.means)}</li>"
        for r in document.restrictions
    )
    as_of = f"As of {view.moments['as_of']}, as known on {view.moments['known_at']}. Not legal advice."
    caption = escape(document.entity["caption"])
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{caption}</title>'
        f"<h1>{caption}</h1><ul>{lines}</ul><p>{escape(as_of)}</p></html>"
    )
