"""The reconciliation service that OpenRefine speaks (version 0.2): names of a spreadsheet to listed parties.

It asks what ``/match`` asks. ``as_of`` and ``known_at`` stand in the address of the service.
"""

from fastapi import APIRouter

from licet.api.reconcile import manifest, queries, suggesting

router = APIRouter()
for _topic in (manifest, queries, suggesting):
    router.include_router(_topic.router)

__all__ = ["router"]
