"""Matches: candidates as people work on them, a party with a listing, and what persons decided about them.

Several names of one party may meet one listing: the best of them stands for the pair. A pair that two
persons cleared is set aside, one that a person called a match counts as a hit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from licet.language.values import Truth
from licet.reviews.dispositions import Dispositions, Pair, Standing, State
from licet.reviews.said import Said, of_listings, of_parties
from licet.reviews.screening import Membership

if TYPE_CHECKING:
    import pyarrow as pa

_LEVELS = ("hit", "review")


@dataclass(frozen=True, slots=True)
class Match:
    """A party that may be a listed one.

    Args:
        party: its id.
        name: which of its names met.
        level: ``hit`` where it can be decided by, ``review`` where a person has to look.
        in_force: whether the listing had effect on the day; None where nobody knows.
        said: what the party and the listing say, of which hashes are kept with decisions.
        standing: what persons decided about the pair.
        found: the evidence of all matches of the run, of which this is the one at ``place``.
    """

    party: str
    name: str
    listing: str
    list: str
    listed_name: str
    name_kind: str
    level: str
    score: float
    one_in: float
    in_force: Truth
    since: date | None
    cited: str
    said: tuple[Said, Said]
    standing: Standing
    found: Any = field(compare=False, repr=False)
    place: int = field(compare=False, repr=False)

    @property
    def evidence(self) -> tuple[Mapping[str, Any], ...]:
        """Its rows as the engine gives them; they are read from the result, since there may be very many."""
        return tuple(self.found[self.place].as_py()) if self.place < len(self.found) else ()

    @property
    def set_aside(self) -> bool:
        """Whether two persons cleared it and nothing has changed."""
        return self.standing.state is State.CLEARED

    @property
    def words(self) -> str:
        """The evidence as a person would tell it: what met, by what, how rare, and what spoke against it."""
        return "; ".join(_told(row) for row in self.evidence)


def matches(
    found: pa.Table,
    parties: pa.Table,
    names: pa.Table,
    dispositions: Dispositions | None,
    on: date,
    decided: Membership | None = None,
) -> tuple[Match, ...]:
    """Matches out of a result of :func:`licet.reviews.screening.screen`, hits first, then by score.

    Args:
        found: the result.
        parties: the table that was screened; rows of one id are names of one party.
        names: listed names, in the columns of the screening's index.
        dispositions: what persons decided; None where nothing is kept.
        on: the day on which decisions must stand.
        decided: the listings, where pairs that a person called a match are to be there even if their names
            are no longer alike.
    """
    evidence = found.column("evidence").combine_chunks()
    rows = found.drop_columns(["evidence"]).to_pylist()
    mine = parties.column("name").take(found.column("query")).to_pylist()
    if dispositions is not None and decided is not None:
        more = list(_called(dispositions, parties, names, decided, rows))
        rows += more
        mine += [row["mine"] for row in more]
    parties_said = _said_by(parties, {row["id"] for row in rows})
    listings_said = of_listings(names, {row["entity"] for row in rows})
    best: dict[tuple[str, str, str], Match] = {}
    for place, (row, name) in enumerate(zip(rows, mine, strict=True)):
        said = parties_said[row["id"]], listings_said.get(row["entity"], Said({}))
        pair = Pair(row["id"], row["entity"], *said)
        standing = Standing(State.OPEN) if dispositions is None else dispositions.standing(pair, on)
        if place >= len(evidence) and standing.state is not State.MATCH:
            continue
        match = _match(row, name, said, standing, evidence, place)
        key = (match.party, match.listing, match.list)
        if key not in best or _order(match) < _order(best[key]):
            best[key] = match
    return tuple(sorted(best.values(), key=_order))


def _said_by(parties: pa.Table, ids: Iterable[str]) -> dict[str, Said]:
    import pyarrow as pa
    import pyarrow.compute as pc

    return of_parties(parties.filter(pc.is_in(parties.column("id"), pa.array(sorted(ids), pa.string()))))


def _called(
    dispositions: Dispositions,
    parties: pa.Table,
    names: pa.Table,
    decided: Membership,
    rows: Sequence[Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    """Rows for pairs that somebody called a match and whose names the engine does not find alike."""
    import pyarrow as pa
    import pyarrow.compute as pc

    there = {(row["id"], row["entity"]) for row in rows}
    first = dict(zip(reversed(parties["id"].to_pylist()), reversed(parties["name"].to_pylist()), strict=True))
    pairs = [p for p in dispositions.matched() if p[0] in first and p not in there]
    wanted = pa.array(sorted({entity for _, entity in pairs}), pa.string())
    listed = names.filter(pc.is_in(names["entity"], wanted)).select(["entity", "list", "name", "name_kind"])
    by_listing = {(row["entity"], row["list"]): row for row in reversed(listed.to_pylist())}
    for party, entity in pairs:
        for (listing, code), row in by_listing.items():
            held = decided.of(entity, code) if listing == entity else None
            if held is not None and held[0] is not False:
                said = dict(zip(("in_force", "since", "by"), held, strict=True))
                yield {
                    **row,
                    **said,
                    "id": party,
                    "mine": first[party],
                    "level": "hit",
                    "score": 0.0,
                    "one_in": 1.0,
                }


def _match(
    row: Mapping[str, Any],
    name: str,
    said: tuple[Said, Said],
    standing: Standing,
    evidence: pa.Array,
    place: int,
) -> Match:
    # Nobody can be stopped by a listing of which nobody knows whether it had effect.
    level = "hit" if standing.state is State.MATCH else row["level"]
    return Match(
        party=row["id"],
        name=name,
        listing=row["entity"],
        list=row["list"],
        listed_name=row["name"],
        name_kind=row["name_kind"],
        level=level if row["in_force"] is True else "review",
        score=row["score"],
        one_in=row["one_in"],
        in_force=row["in_force"],
        since=row["since"],
        cited=row["by"] or "",
        said=said,
        standing=standing,
        found=evidence,
        place=place,
    )


def _order(match: Match) -> tuple[int, float, str, str, str]:
    return _LEVELS.index(match.level), -match.score, match.party, match.listing, match.list


def _told(row: Mapping[str, Any]) -> str:
    mine, theirs, by = row["mine"], row["theirs"], row["by"]
    if mine and theirs:
        sides = mine if mine == theirs else f"{mine} / {theirs}"
    else:
        sides = f"mine: {mine}" if mine else f"theirs: {theirs}" if theirs else ""
    rare = f", 1 in {row['one_in']:,.0f}" if row["one_in"] and row["one_in"] >= 2 else ""
    return f"{sides} ({by}{rare}, {row['points']:+.1f})".strip()


def by_party(found: Sequence[Match]) -> dict[str, list[Match]]:
    """Matches of each party, in their order."""
    grouped: dict[str, list[Match]] = {}
    for match in found:
        grouped.setdefault(match.party, []).append(match)
    return grouped
