"""Ids as callers send them, and the thing that one of them names."""

from __future__ import annotations

from typing import Annotated, TypeVar

from fastapi import Header, Path

from licet.gate.problems import Problem

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


def found(thing: T | None, what: str) -> T:
    """The thing, when there is one."""
    if thing is None:
        raise Problem(404, "", f"there is no such {what}")
    return thing
