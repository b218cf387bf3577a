"""JSON faces: our own API, and those that existing clients already speak."""

from __future__ import annotations

from licet.api import (
    books,
    comparing,
    csl,
    decisions,
    holds,
    jobs,
    law,
    lists,
    parties,
    reconcile,
    reviews,
    scenarios,
    webhooks,
    yente,
)

OWN = tuple(
    topic.router
    for topic in (decisions, comparing, parties, law, lists, scenarios, books, jobs, holds, reviews, webhooks)
)
"""Routers of our own API, which stand under one prefix."""

OF_OTHERS = (yente.router, reconcile.router, csl.router)
"""Routers that stand where clients of other services expect them."""
