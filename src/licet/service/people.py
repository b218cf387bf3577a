"""Who somebody is and may do: four roles, each with one permission more than the one before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

ROLES: Final = ("viewer", "analyst", "reviewer", "administrator")
PERMISSIONS: Final = ("read", "books", "review", "admin")

Via = Literal["session", "key", "open"]


def permissions_of(role: str) -> frozenset[str]:
    """What a role allows: its own permission and those of every role before it."""
    return frozenset(PERMISSIONS[: ROLES.index(role) + 1])


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever asks.

    Args:
        id: the account's; of a key, that of its owner, so that nobody countersigns their own machine.
        name: as it is shown and written into the audit trail.
        role: one of :data:`ROLES`.
        permissions: some of :data:`PERMISSIONS`; of a key, never more than its owner's.
        via: how they came in; only ``session`` is a human being, who may be a second person.
        credential: which session or key, as it is counted and ended; never the secret itself.
    """

    id: str
    name: str
    role: str
    permissions: frozenset[str]
    via: Via
    credential: str = ""

    @classmethod
    def signed_in(cls, account: str, name: str, role: str, session: str) -> Person:
        """A human being with a session."""
        return cls(account, name, role, permissions_of(role), "session", session)

    @classmethod
    def machine(cls, account: str, name: str, role: str, scopes: Iterable[str], key: str) -> Person:
        """A key: what it was made for, as far as its owner may do it today."""
        return cls(account, name, role, permissions_of(role) & frozenset(scopes), "key", key)

    def may(self, permission: str) -> bool:
        """Whether they have a permission."""
        return permission in self.permissions


ANONYMOUS: Final = Person("anonymous", "anonymous", "viewer", permissions_of("viewer"), "open")
"""Whoever comes without credentials, where the settings let anybody read."""
