"""Every table of the service in one place, so that the database knows them all."""

from __future__ import annotations

from licet.service import (
    accounts,
    attempts,
    audit,
    blobs,
    books,
    events,
    hits,
    holds,
    jobs,
    keys,
    reviewing,
    runs,
    scenarios,
    sessions,
    studies,
    watching,
    webhooks,
)
from licet.service.database import Base

DECLARED = (
    accounts, attempts, audit, blobs, books, events, hits, holds, jobs, keys, reviewing, runs, scenarios,
    sessions, studies, watching, webhooks,
)  # fmt: skip
METADATA = Base.metadata
