"""Runs: which parties were screened against which lists, remembered so that the next run need not repeat it.

A run covers a day when it had every file that was known by then, also those imported late, and
looked at every list that is asked about.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from licet.lists.snapshot import Snapshot
from licet.lists.store import Store
from licet.reviews.ledger import StoreTables

if TYPE_CHECKING:
    import numpy as np

    from licet.reviews.changes import PartyChanges

_WIDTH = 16


class Runs:
    """The runs a store remembers."""

    def __init__(self, store: Store) -> None:
        self._tables = StoreTables(store)

    def remember(
        self,
        parties: np.ndarray[Any, Any],
        *,
        at: datetime,
        known: date,
        lists: Collection[str],
        snapshots: Iterable[Snapshot],
        digest: str,
    ) -> None:
        """Remember a run that is done.

        Args:
            parties: digests of their rows, as :func:`licet.reviews.changes.party_digests` gives them.
            at: the instant of the run.
            known: the day by which its lists were known.
            lists: codes it was limited to; empty for all.
            snapshots: the files it had.
            digest: of the law and the lists.
        """
        members = b"".join(sorted({p.tobytes() for p in parties}))
        name = sha256(members).hexdigest()
        with self._tables.store.transaction():
            there = self._tables.rows("SELECT id FROM party_set WHERE digest = ?", (name,))
            number = (
                there[0][0] if there else self._tables.add("party_set", {"digest": name, "members": members})
            )
            run = {
                "at": at.astimezone(UTC).isoformat(timespec="seconds"),
                "known": known.isoformat(),
                "lists": json.dumps(sorted(lists)),
                "snapshots": json.dumps(sorted(s.sha256 for s in snapshots if s.known <= known)),
                "digest": digest,
                "parties": number,
            }
            self._tables.add("screening_run", run)

    def unchanged(
        self,
        parties: np.ndarray[Any, Any],
        *,
        known: date,
        lists: Collection[str],
        snapshots: Iterable[Snapshot],
    ) -> PartyChanges:
        """Which parties some run has screened against all that was known by a day."""
        import numpy as np

        from licet.reviews.changes import PartyChanges

        needed = {s.sha256 for s in snapshots if s.known <= known}
        sets: set[int] = set()
        sql = "SELECT known, lists, snapshots, parties FROM screening_run"
        for day, codes, had, number in self._tables.rows(sql):
            covered = not (limited := set(json.loads(codes))) or (lists and limited >= set(lists))
            if date.fromisoformat(day) >= known and covered and needed <= set(json.loads(had)):
                sets.add(number)
        seen: set[bytes] = set()
        for number in sets:
            ((members,),) = self._tables.rows("SELECT members FROM party_set WHERE id = ?", (number,))
            seen.update(members[at : at + _WIDTH] for at in range(0, len(members), _WIDTH))
        return PartyChanges(np.array([0 if p.tobytes() in seen else -1 for p in parties], np.int64))
