"""Every table of the service in one place, so that the database knows them all."""

from __future__ import annotations

import importlib
from importlib.util import find_spec

from licet.service.database import Base

_MODULES = (
    "accounts", "attempts", "audit", "blobs", "books", "events", "hits", "holds", "invitations", "jobs",
    "keys",
    "oidc", "reviewing", "runs", "scenarios", "sessions", "watching", "webhooks",
)  # fmt: skip
for _name in _MODULES:
    if find_spec(f"licet.service.{_name}"):
        importlib.import_module(f"licet.service.{_name}")

METADATA = Base.metadata
