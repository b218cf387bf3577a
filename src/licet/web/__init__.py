"""The web application: pages made on the server, each an address that can be kept, printed and shared."""

from __future__ import annotations

from licet.web import (
    admin,
    api_page,
    decide,
    home,
    impact,
    law,
    orders,
    party,
    review,
    scenarios,
    signing_in,
    webhooks,
)

PAGES = tuple(
    topic.router
    for topic in (
        home, decide, party, orders, impact, scenarios, law, review, webhooks, admin, signing_in,
        api_page,
    )
)  # fmt: skip
"""Routers of the pages."""
