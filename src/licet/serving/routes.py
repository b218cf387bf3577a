"""Which route answered a request: its pattern, in which no name of a party stands."""

from __future__ import annotations

from starlette.types import Scope


def route_of(scope: Scope) -> str:
    """The pattern of the address as the route is written with its prefix; empty where none matched."""
    found = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    path: str = getattr(found, "path", "")
    return path
