"""A snapshot: one published file on one day, what it covers, and what was noticed about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from hashlib import sha256

from licet.lists.record import Record

_PLAIN = frozenset({"list", "name", "publisher_list", "line", "faults"})
COLUMNS = tuple(f.name for f in fields(Record) if f.name not in _PLAIN)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was noticed about a file before it went in.

    Args:
        code: short and stable, for scripts (``fallen``).
        refused: whether it keeps the file out unless a person insists.
        what: a sentence that says what was found.
        mend: what to do about it.
        list: the list it is about; empty for the file as a whole.
    """

    code: str
    refused: bool
    what: str
    mend: str
    list: str = ""

    def __str__(self) -> str:
        return f"{self.list + ': ' if self.list else ''}{self.what}; {self.mend}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """One list in a snapshot: entries, digest of them all, how many have each column, and if it is whole.

    In a list that is not whole a missing name says nothing.
    """

    list: str
    entries: int
    digest: str
    filled: Mapping[str, int]
    whole: bool = True

    @classmethod
    def of(cls, list_: str, records: Sequence[Record], whole: bool) -> Coverage:
        """The coverage that records of one list make."""
        return cls(list_, len(records), digest_of(records), filled_columns(records), whole)


@dataclass(frozen=True)
class Snapshot:
    """One published file as it was imported; ``lists`` by code, ``number`` only inside its store."""

    sha256: str
    file: str
    format: str
    day: date
    known: date
    rows: int
    lists: Mapping[str, Coverage]
    faults: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    forced_by: str = ""
    forced_why: str = ""
    number: int = field(default=0, compare=False)

    @property
    def id(self) -> str:
        """The start of its SHA-256: short, and the same in every store."""
        return self.sha256[:12]

    @property
    def order(self) -> tuple[date, date, str]:
        """Where it stands among the others, whenever it was imported."""
        return self.day, self.known, self.sha256

    def whole(self, list_: str) -> bool:
        """Whether a name that is missing from its ``list_`` was not on it."""
        return list_ in self.lists and self.lists[list_].whole


def digest_of(records: Iterable[Record]) -> str:
    """SHA-256 of what a list says, whatever the order of its entries."""
    return sha256("".join(sorted(r.digest for r in records)).encode()).hexdigest()


def filled_columns(records: Iterable[Record]) -> dict[str, int]:
    """For each column that any record fills, how many do."""
    return dict(sorted(Counter(c for r in records for c in COLUMNS if getattr(r, c)).items()))


def by_list(records: Iterable[Record], lists: Iterable[str] = ()) -> dict[str, list[Record]]:
    """Records by their list; ``lists`` are there even with no record."""
    grouped: dict[str, list[Record]] = {code: [] for code in lists}
    for record in records:
        grouped.setdefault(record.list, []).append(record)
    return grouped
