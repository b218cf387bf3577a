"""As things stand: refusals of the service as problems - not now, not you, not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar

from fastapi import Header, Path

from licet.gate.problems import Problem
from licet.service.holds import NotYours
from licet.service.jobs import NotNow

T = TypeVar("T")
Id = Annotated[str, Path(pattern=r"^[a-z0-9]{20}$", description="An id, as it was given out.")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=100,
        description="The same key is the same request: send it again after a lost answer.",
    ),
]


@contextmanager
def standing() -> Iterator[None]:
    """Tells refusals of the service with their status."""
    try:
        yield
    except NotNow as error:
        raise Problem(409, "Not as things stand", str(error)) from None
    except NotYours as error:
        raise Problem(403, "Somebody else has to", str(error)) from None


def found(thing: T | None, what: str) -> T:
    """The thing, when there is one."""
    if thing is None:
        raise Problem(404, "", f"there is no such {what}")
    return thing
