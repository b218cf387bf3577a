"""Screenings, hits and dispositions as the API tells them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from licet.api.restrictions import Restriction, restrictions
from licet.api.times import Given, today
from licet.reviews.dispositions import Disposition, Standing, State
from licet.service.hits import Hit, Screening
from licet.service.jobs import Job
from licet.service.queue import Item
from licet.service.service import Service

MOST_PARTIES = 10_000
_TEXT = 500


class PartyGiven(BaseModel):
    """A party to be screened."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        min_length=1, max_length=_TEXT, pattern=r"\S", description="Its name; several are separated by `;`."
    )
    id: str = Field("", max_length=200, description="What you call it; without one it is known by its name.")
    country: str = Field("", max_length=100, description="Code or name of its country.")
    address: str = Field("", max_length=_TEXT)
    kind: Literal["", "person", "organisation", "vessel", "aircraft", "address"] = ""
    role: str = Field("", max_length=100, description="What it takes part as, in your words.")

    def row(self) -> dict[str, str]:
        """As a row of a file of parties."""
        said = self.model_dump()
        return {"party_id": said.pop("id"), **{key: value for key, value in said.items() if value}}


class ScreeningGiven(BaseModel):
    """Parties to be screened."""

    model_config = ConfigDict(extra="forbid")

    parties: list[PartyGiven] = Field(min_length=1, max_length=MOST_PARTIES)
    name: str = Field("as written", min_length=1, max_length=100, description="What to call the screening.")
    as_of: Given | None = Field(None, description="Who was listed on this day; by default today.")


class ScreeningShape(BaseModel):
    """A screening and how far it is."""

    id: str
    name: str
    by: str
    at: datetime
    state: str = Field(description="queued, running, done, failed or cancelled")
    words: str = Field(description="How far it is, how it ended, or what to mend.")
    parties: int = Field(description="Parties in the file; 0 until it was read.")
    done: int = Field(description="Parties screened so far.")
    job: str
    as_of: date
    known_at: str
    law: str = Field(description="Digest of the law.")
    lists: str = Field(description="Digest of the lists.")
    compared_with: str
    stale: list[str] = Field(description="Lists that were older than their limit.")
    findings: list[str] = Field(description="What keeps parties from being screened as they should be.")
    notice: str

    @classmethod
    def of(cls, screening: Screening, job: Job | None, notice: str) -> ScreeningShape:
        """A screening with its job."""
        return cls(
            id=screening.id, name=screening.name, by=screening.who, at=screening.at,
            state=job.state if job else "cancelled", words=job.words if job else "",
            parties=screening.parties, done=screening.done, job=screening.job, as_of=screening.as_of,
            known_at=screening.known_at, law=screening.law, lists=screening.lists,
            compared_with=screening.compared_with, stale=screening.stale, findings=screening.findings,
            notice=notice,
        )  # fmt: skip


class ScreeningsShape(BaseModel):
    """The newest screenings first."""

    screenings: list[ScreeningShape]


class DispositionShape(BaseModel):
    """One act of one person about a pair."""

    hash: str
    verdict: str = Field(description="match, cleared, signed (a clear, by another person) or withdrawn")
    at: str
    by: str
    reason: str
    until: str = Field(description="Last day of a clear; empty for others.")
    about: str = Field(description="Hash of the clear that is signed; empty for others.")
    party: str
    listing: str

    @classmethod
    def of(cls, d: Disposition) -> DispositionShape:
        """A disposition without what both sides said."""
        return cls(
            hash=d.hash, verdict=d.verdict, at=d.at, by=d.person, reason=d.reason, until=d.until,
            about=d.about, party=d.party, listing=d.listing,
        )  # fmt: skip


class StandingShape(BaseModel):
    """How a pair stands today."""

    state: State
    because: str = Field(description="What changed, or until when.")
    by: DispositionShape | None = Field(description="The disposition that it rests on.")
    waiting: DispositionShape | None = Field(description="The clear that another person could sign.")

    @classmethod
    def of(cls, standing: Standing) -> StandingShape:
        """A standing."""
        rests = (standing.by, standing.waiting)
        by, waiting = (None if d is None else DispositionShape.of(d) for d in rests)
        return cls(state=standing.state, because=standing.because, by=by, waiting=waiting)


class WordShape(BaseModel):
    """One row of evidence: what met what, how, and what it counts."""

    mine: str = Field("", description="In the party's record; empty where nothing met the other.")
    theirs: str = Field("", description="In the listing.")
    by: str = Field(description="How they met.")
    one_in: float | None = Field(None, description="How rare it is: one of so many names has it.")
    points: float = Field(description="What it counts for the pair, or against it.")


class PairShape(BaseModel):
    """A party that may be a listed one, in few words."""

    hit: str
    screening: str
    party: str
    name: str
    listing: str
    listed_name: str
    lists: list[str]
    level: str = Field(description="hit: sure enough to stop; review: a person has to look.")
    score: float
    one_in: float = Field(description="One of so many unrelated names scores as high.")
    standing: StandingShape
    seen: str = Field(description="Hash of the last disposition; say it when you decide.")

    @classmethod
    def of(cls, item: Item) -> PairShape:
        """A pair of the queue."""
        return cls(
            hit=item.hit, screening=item.screening, party=item.party, name=item.name, listing=item.listing,
            listed_name=item.listed_name, lists=list(item.lists), level=item.level, score=item.score,
            one_in=item.one_in, standing=StandingShape.of(item.standing), seen=item.seen,
        )  # fmt: skip


class PairsShape(BaseModel):
    """Some of the pairs that were asked for."""

    total: int
    counts: dict[str, int] = Field(description="Pairs in each state, the other filters applied.")
    pairs: list[PairShape]
    notice: str


class HitShape(BaseModel):
    """A pair with everything that is known of it."""

    hit: str
    screening: str
    current: bool = Field(description="Whether it comes from the newest screening of the party.")
    party: str
    record: dict[str, Any] = Field(description="The party as it was screened.")
    listing: str
    listed_name: str
    name: str
    level: str
    score: float
    one_in: float
    evidence: list[WordShape] = Field(description="What counts most first.")
    restrictions: list[Restriction] = Field(description="What each list says of the listing today.")
    standing: StandingShape
    seen: str
    history: list[DispositionShape] = Field(description="All dispositions about the pair, oldest first.")
    notice: str

    @classmethod
    def of(cls, hit: Hit, standing: Standing, about: tuple[Disposition, ...], service: Service) -> HitShape:
        """A hit as it stands today."""
        regime = service.regime
        clock = regime.clock(today(service))
        return cls(
            hit=hit.id, screening=hit.screening, current=hit.current, party=hit.party, record=hit.record,
            listing=hit.listing, listed_name=hit.listed_name, name=hit.name, level=hit.level,
            score=hit.score, one_in=hit.one_in, evidence=ranked(hit.evidence),
            restrictions=restrictions(regime, hit.listing, clock), standing=StandingShape.of(standing),
            seen=about[-1].hash if about else "", history=[*map(DispositionShape.of, about)],
            notice=regime.notice,
        )  # fmt: skip


def ranked(evidence: list[dict[str, Any]]) -> list[WordShape]:
    """Rows of evidence, those that tell most for or against the pair first."""
    said = ({key: value for key, value in row.items() if value is not None} for row in evidence)
    rows = [WordShape.model_validate(row) for row in said]
    return sorted(rows, key=lambda row: -abs(row.points))


class DecisionGiven(BaseModel):
    """What somebody decides about a pair."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=2000, pattern=r"\S", description="Why.")
    seen: str | None = Field(
        None, max_length=64,
        description="The `seen` of the pair as you saw it: 409 if somebody decided since.",
    )  # fmt: skip


class ClearGiven(DecisionGiven):
    """A clear, which counts once another person has signed it."""

    until: Given | None = Field(None, description="Its last day; by default a year from now.")


class SignatureGiven(DecisionGiven):
    """The signature of a second person."""

    reason: str = Field("", max_length=2000, description="What is to be said beside.")
