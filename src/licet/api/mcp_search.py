"""Whom a name may mean, in few words: what a program needs to ask further."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from licet.api.parties import country_of
from licet.api.restrictions import Restriction, restrictions
from licet.api.shapes.about import About, about
from licet.api.times import clock_of
from licet.language.instrument import Moment
from licet.reviews.screening import screen
from licet.service.service import Service


class MatchShape(BaseModel):
    """A listed party that the name may mean."""

    listing: str = Field(description="Its id: what timeline asks for.")
    listed_name: str = Field(description="The listed name that met best.")
    level: Literal["hit", "review"] = Field(
        description="Sure enough to decide by, or a question for a person."
    )
    one_in: float = Field(description="Of so many unrelated names one scores as high.")
    restrictions: list[Restriction]


class MatchesShape(BaseModel):
    """Whom a name may mean on the day, the likeliest first."""

    about: About
    total: int
    matches: list[MatchShape]


def matches(
    service: Service, name: str, country: str, as_of: Moment | None, known_at: Moment | None, limit: int
) -> MatchesShape:
    """Listed parties that the name may mean, of which none is surely off every list on the day.

    Raises:
        Problem: 422 where there is no name, or no such country.
    """
    import pyarrow as pa

    regime, clock = service.regime, clock_of(service, as_of, known_at)
    code = country_of(name, country, regime)
    party = pa.table({"name": [name], "country": pa.array([code], pa.string())})
    found = screen(party, regime, clock.as_of, clock.known_at).to_pylist()
    best = {row["entity"]: row for row in reversed(found)}
    ranked = sorted(best.values(), key=lambda row: (row["level"] != "hit", -row["score"], row["entity"]))
    return MatchesShape(
        about=about(regime, clock),
        total=len(ranked),
        matches=[
            MatchShape(
                listing=row["entity"],
                listed_name=row["name"],
                level=row["level"],
                one_in=round(row["one_in"], 1),
                restrictions=restrictions(regime, row["entity"], clock),
            )
            for row in ranked[:limit]
        ],
    )
