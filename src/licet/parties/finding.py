"""Finding: which listings a party named in an act may be, by screening its name against theirs.

A *hit* is sure enough to decide by; a *review* is a question for a person. Whoever is found
to be neither is nobody listed, as far as these lists go.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from licet.language import plain_yaml
from licet.language.instrument import day
from licet.parties.listing import Listing
from licet.parties.names import distinctive, even

if TYPE_CHECKING:
    from licet.screening import Index

_KEPT = 100_000
# How the words of one name meet when it is the same name, and what counts beside the words.
_SAME = ("same", "legal form", "order")
_BESIDE = ("country", "address", "identifier")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listing that a party may be; ``sure`` when the match is a hit.

    ``shared`` are the words of the listed name that were met, ``one_in`` how rare so high a
    score is among unrelated names, ``evidence`` its rows as the screening gives them.
    """

    listing: str
    listed_name: str
    sure: bool
    shared: tuple[str, ...] = ()
    score: float = 0.0
    one_in: float = 0.0
    evidence: tuple[Mapping[str, Any], ...] = ()

    @property
    def same(self) -> bool:
        """Whether the names are the same but for legal forms and the order of words."""
        return self.sure and all(row["by"] in _SAME or row["by"] in _BESIDE for row in self.evidence)


class Finder:
    """Looks parties up in an index of listed names; what was asked before makes no difference."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._found: dict[tuple[str | None, ...], tuple[Candidate, ...]] = {}

    @classmethod
    def of(cls, listings: Iterable[Listing]) -> Finder:
        """A finder over the names and aliases of these listings."""
        from licet.screening import Index

        return cls(Index.build(table_of(row for listing in listings for row in name_rows(listing))))

    def find(
        self, name: str, country: str | None = None, address: str | None = None
    ) -> tuple[Candidate, ...]:
        """Listings that the party may be, the best first; for each the name that met best."""
        key = (name, country, address)
        found = self._found.get(key)
        if found is None:
            found = tuple(self._candidates([key])[0])
            if len(self._found) >= _KEPT:
                self._found.clear()
            self._found[key] = found
        return found

    def prepare(self, parties: Iterable[tuple[str, str | None, str | None]]) -> None:
        """Look many parties up at once, as one batch."""
        new = [key for key in dict.fromkeys(parties) if key not in self._found]
        if new:
            self._found.update(zip(new, map(tuple, self._candidates(new)), strict=True))

    def _candidates(self, parties: list[tuple[str, str | None, str | None]]) -> list[list[Candidate]]:
        import pyarrow as pa

        from licet.screening import screen

        columns = list(zip(*parties, strict=True))
        batch = pa.table(
            {
                n: pa.array(c, pa.string())
                for n, c in zip(("name", "country", "address"), columns, strict=True)
            }
        )
        best: list[dict[str, Candidate]] = [{} for _ in parties]
        for row in screen(batch, self.index).to_pylist():
            found = best[row["query"]]
            before = found.get(row["entity"])
            if before is None or (row["level"] == "hit", row["score"]) > (before.sure, before.score):
                found[row["entity"]] = _candidate(row)
        return [sorted(f.values(), key=lambda c: (-c.sure, -c.score, c.listing)) for f in best]


def readable(name: str) -> bool:
    """Whether nobody found by this name means nobody listed.

    Lists hold few names in scripts whose readings do not give the name by which a firm trades
    abroad; a name that only has words in such a script stays open.
    """
    words = even("".join(c if not c.isalpha() or _spelt(c) else " " for c in name))
    return bool(distinctive(words)) or (bool(words) and not any(c.isalpha() and not _spelt(c) for c in name))


def _spelt(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_spelt_scripts())


@lru_cache(maxsize=1)
def _spelt_scripts() -> tuple[str, ...]:
    text = resources.files("licet.parties").joinpath("words.yaml").read_text(encoding="utf-8")
    return tuple(plain_yaml.read(text, "words.yaml")["spelt scripts"])


def _candidate(row: Mapping[str, Any]) -> Candidate:
    shared = (e["theirs"] for e in row["evidence"] if e["mine"] and e["theirs"] and e["points"] > 0)
    return Candidate(
        listing=row["entity"],
        listed_name=row["name"],
        sure=row["level"] == "hit",
        shared=tuple(dict.fromkeys(shared)),
        score=row["score"],
        one_in=row["one_in"],
        evidence=tuple(row["evidence"]),
    )


def name_rows(listing: Listing) -> Iterator[dict[str, Any]]:
    """A row for each name of a listing, in the columns of the screening's index."""
    base = {
        "entity": listing.id,
        "list": listing.list,
        "countries": [listing.country] if listing.country else [],
        "from": day(listing.start),
        "known": None if listing.public is None else day(listing.public),
    }
    if listing.address:
        yield {**base, "name": listing.address, "name_kind": "address", "kind": "address"}
        return
    yield {**base, "name": listing.name, "name_kind": "name"}
    for name in listing.also:
        yield {**base, "name": name, "name_kind": "alias"}


def table_of(rows: Iterable[Mapping[str, Any]]) -> Any:
    """An Arrow table of name rows, each name of a listing once, from its first day on."""
    import pyarrow as pa

    from licet.screening.index import SCHEMA

    kept: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["entity"], row["name"])
        before = kept.setdefault(key, dict(row))
        for column in ("from", "known"):
            days = [d for d in (before.get(column), row.get(column)) if d is not None]
            before[column] = min(days) if len(days) == 2 else None
        for column in ("countries", "addresses", "identifiers"):
            before[column] = list(dict.fromkeys([*(before.get(column) or ()), *(row.get(column) or ())]))
    return pa.Table.from_pylist(list(kept.values()), schema=SCHEMA)
