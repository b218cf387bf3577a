"""Sorting as clients ask for it: ``field`` or ``field:desc``, the first the strongest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import HTTPException

FIELDS = ("id", "entity_id", "caption", "name", "schema", "first_seen", "last_seen", "last_change")


def ordered(entities: Iterable[dict[str, Any]], sort: Sequence[str]) -> list[dict[str, Any]]:
    """Entities in the order asked for; those that do not have a value come last, as they stood."""
    found = list(entities)
    for field, descending in reversed(list(map(_read, sort))):
        having = [e for e in found if e.get(field)]
        lacking = [e for e in found if not e.get(field)]
        having.sort(key=lambda e: str(e[field]), reverse=descending)
        found = [*having, *lacking]
    return found


def _read(text: str) -> tuple[str, bool]:
    field, _, order = text.partition(":")
    if field not in FIELDS:
        raise HTTPException(400, f"Cannot sort by {field!r}; there are {', '.join(FIELDS)}")
    return {"entity_id": "id", "name": "caption"}.get(field, field), order == "desc"
