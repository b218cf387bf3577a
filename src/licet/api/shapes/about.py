"""About: what every answer says of itself: as of when, known when, by which law and lists, what it is not."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from licet.decisions.dossier import days_of_lists
from licet.language.values import spoken
from licet.language.window import Clock
from licet.regime import Regime
from licet.version import __version__

COVERAGE = "/api/v1/law/coverage"


class LawUsed(BaseModel):
    """The law that was applied."""

    name: str
    digest: str = Field(description="Over every file of law and every table.")
    confirmed: str = Field(description="The last day for which a published text could be checked.")


class ListsUsed(BaseModel):
    """The lists that parties were compared with."""

    digest: str
    days: dict[str, date] = Field(description="The day of the newest published file of each list.")
    compared_with: str = Field(description="The same in words, the law's own tables included.")


class About(BaseModel):
    """What an answer rests on."""

    as_of: str | None = Field(description="Whose law and lists apply; null where each act has its own date.")
    known_at: str = Field(description="Nothing that became public later counts.")
    law: LawUsed
    lists: ListsUsed
    engine: str = Field(description="The version of Licet.")
    coverage: str = Field(description="Where it is told what is encoded, and what is not.")
    notice: str


def about(regime: Regime, clock: Clock, *, dated: bool = True) -> About:
    """What an answer under this law in this view of time rests on; ``dated`` is whether it has one day."""
    return About(
        as_of=spoken(clock.as_of) if dated else None,
        known_at=spoken(clock.known_at),
        law=LawUsed(name=regime.name, digest=regime.digest, confirmed=spoken(regime.confirmed)),
        lists=ListsUsed(
            digest=regime.lists_digest,
            days=days_of_lists(regime, clock),
            compared_with=regime.compared_with,
        ),
        engine=__version__,
        coverage=COVERAGE,
        notice=regime.notice,
    )
