"""What clients of yente 5 call: matching, searching, entities and the catalogue, each as of a day.

Shapes, parameters, status codes and errors are those of yente's own, with additions (``docs/yente.md``).
"""

from fastapi import APIRouter

from licet.api.yente import adjacent, entities, matching, searching, system

router = APIRouter()
for _topic in (matching, searching, entities, adjacent, system):
    router.include_router(_topic.router)

__all__ = ["router"]
