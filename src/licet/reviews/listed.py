"""Listed names as they were known on a day: what the index of names is made of, kept beside the history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from licet.language.instrument import day
from licet.lists.effect import PublishedRules
from licet.lists.history import History
from licet.lists.membership import membership
from licet.lists.roll import names_of
from licet.lists.snapshot import Snapshot
from licet.parties.finding import name_rows, table_of
from licet.parties.listing import Listing, Listings

if TYPE_CHECKING:
    import pyarrow as pa

_FORM = "names 1"
_KEPT = 4


class KnownHistory(History):
    """A history as it was known on a day: snapshots known later are not there, whoever asks."""

    def __init__(self, history: History, known: date) -> None:
        super().__init__(history.store)
        self._known = known

    def snapshots(
        self, list_: str | None = None, known_at: date | None = None, as_of: date | None = None
    ) -> tuple[Snapshot, ...]:
        """Snapshots known by the day, and by an earlier one if it is given."""
        return super().snapshots(list_, min(known_at or self._known, self._known), as_of)


def law_names(law: Listings, known: date | None = None) -> pa.Table:
    """A row for each name of the law's own listings that were public by a day."""
    table: pa.Table = table_of(row for listing in _known(law, known) for row in name_rows(listing))
    return table


def listed_names(
    history: History, law: Listings, rules: PublishedRules, law_digest: str, known: date | None = None
) -> pa.Table:
    """A row for each name of each listing of the law and of the history, in the columns of an index.

    The table is worked out once and kept in a folder beside the history, under the digest of all
    that it is made of.

    Args:
        history: the published lists.
        law: the law's own listings, with ``law_digest`` over the tables they come from.
        rules: days of effect of published rules.
        known: use only what was public by this day.
    """
    import pyarrow as pa

    seen = history if known is None else KnownHistory(history, known)
    parts = [
        _FORM,
        law_digest,
        str(known) if _hides(law, known) else "",
        *sorted(s.sha256 for s in seen.snapshots()),
    ]
    digest = sha256("\n".join(parts).encode()).hexdigest()[:32]
    file = history.store.path.with_suffix(".names") / f"{digest}.arrow"
    if not file.exists():
        found = membership(seen, law, rules)
        table: pa.Table = table_of(names_of(list(_known(law, known)), found))
        _keep(table, file)
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()


def _known(law: Listings, known: date | None) -> Iterator[Listing]:
    for versions in law.versions.values():
        for version in versions:
            if known is None or version.public is None or day(version.public) <= known:
                yield version


def _hides(law: Listings, known: date | None) -> bool:
    """Whether some listing of the law was not public by the day."""
    return sum(1 for _ in _known(law, known)) < sum(map(len, law.versions.values()))


def _keep(table: pa.Table, file: Path) -> None:
    """Write under another name first, so that nobody opens half a file; the oldest make room."""
    import pyarrow as pa

    file.parent.mkdir(parents=True, exist_ok=True)
    old = sorted(file.parent.glob("*.arrow"), key=lambda p: p.stat().st_mtime)
    for one in old[: max(0, len(old) - _KEPT + 1)]:
        one.unlink(missing_ok=True)
    part = file.with_name(file.name + ".part")
    with pa.OSFile(str(part), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    part.replace(file)
