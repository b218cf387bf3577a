"""What is said: exactly what screening reads of a party or of a listing, field by field, and its hash.

A decision about a pair rests on what both sides said when it was taken. Case, blanks and the form
of letters make no difference; anything else does.
"""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_PARTY = {"names": "name", "kind": "kind", "countries": "country", "addresses": "address",
          "identifiers": "identifiers"}  # fmt: skip
_LISTING = {"names": "name", "kind": "kind", "countries": "countries", "addresses": "addresses",
            "identifiers": "identifiers"}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """Values by field, each evened and sorted; empty fields are left out."""

    fields: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, fields: Mapping[str, Iterable[str | None]]) -> Said:
        """From values as they stand in files."""
        found = {name: tuple(sorted({even(v) for v in values if v})) for name, values in fields.items()}
        return cls(
            {name: kept for name, values in sorted(found.items()) if (kept := tuple(filter(None, values)))}
        )

    @classmethod
    def from_json(cls, text: str) -> Said:
        """From what :attr:`json` wrote."""
        return cls({name: tuple(values) for name, values in json.loads(text).items()})

    @cached_property
    def json(self) -> str:
        """Canonical JSON."""
        return json.dumps(self.fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON."""
        return sha256(self.json.encode("utf-8", "surrogatepass")).hexdigest()

    def differs(self, other: Said) -> tuple[str, ...]:
        """The fields in which the two say different things."""
        return tuple(
            name
            for name in sorted({*self.fields, *other.fields})
            if self.fields.get(name) != other.fields.get(name)
        )


def even(text: str) -> str:
    """A text without differences of case, blanks and the form of letters."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def of_parties(parties: pa.Table) -> dict[str, Said]:
    """What each party says, by its id; the rows of one id are names of one party."""
    return _gathered(parties, "id", _PARTY)


def of_listings(names: pa.Table, entities: Iterable[str] | None = None) -> dict[str, Said]:
    """What each listing says, by its id: all of them, or only those asked for.

    Args:
        names: one row for each listed name, in the columns of the screening's index.
        entities: ids of listings.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if entities is not None:
        names = names.filter(pc.is_in(names.column("entity"), pa.array(sorted(set(entities)), pa.string())))
    return _gathered(names, "entity", _LISTING)


def _gathered(table: pa.Table, key: str, columns: Mapping[str, str]) -> dict[str, Said]:
    found: dict[str, dict[str, list[str | None]]] = defaultdict(lambda: {field: [] for field in columns})
    present = {field: column for field, column in columns.items() if column in table.column_names}
    for row in _rows(table, [key, *present.values()]):
        fields = found[row[key] or ""]
        for field, column in present.items():
            value = row[column]
            fields[field].extend(value if isinstance(value, list) else (value,))
    return {id_: Said.of(fields) for id_, fields in found.items()}


def _rows(table: pa.Table, columns: list[str]) -> Iterator[dict[str, Any]]:
    for batch in table.select(columns).to_batches(max_chunksize=1 << 14):
        yield from batch.to_pylist()
