"""Screenings on the server: parties that somebody brought, screened as a job; hits, with their evidence.

A party is known by what its file calls it, else by its name. The newest screening of a party is the *current*
one; its hits make the queue of reviews. Older ones are kept as they were found.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import JSON, Date, Float, ForeignKey, Index, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.intake import countries_from
from licet.intake.counterparties import Counterparty, PartyFile, read_counterparties, table_of
from licet.intake.files import checked
from licet.language.errors import LicetError
from licet.regime import Regime
from licet.reviews.against import Against
from licet.reviews.dispositions import Dispositions
from licet.reviews.matches import Match
from licet.reviews.said import Said, of_parties
from licet.service import audit, blobs, jobs
from licet.service.books import harmless_name, plain
from licet.service.database import Base, Instant, new_id
from licet.service.reviewing import SessionLedger

if TYPE_CHECKING:
    from licet.service.service import Service

KIND: Final = "screen-parties"
KINDS: Final = (".csv", ".xlsx", ".parquet")
COLUMNS: Final = ("party_id", "name", "alias", "country", "address", "kind", "role")
_AT_ONCE = 500


class ScreeningError(LicetError):
    """Parties cannot be screened so."""


class Screening(Base):
    """Parties that somebody brought, and how far they are screened.

    ``done`` parties were screened against lists with the digest ``lists``; ``version`` counts what was
    written. ``findings`` is what keeps parties from being screened as they should be, in words.
    """

    __tablename__ = "screening"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    as_of: Mapped[date] = mapped_column(Date)
    sha256: Mapped[str] = mapped_column(Text)
    job: Mapped[str] = mapped_column(Text)
    known_at: Mapped[str] = mapped_column(Text, default="")
    law: Mapped[str] = mapped_column(Text, default="")
    lists: Mapped[str] = mapped_column(Text, default="")
    compared_with: Mapped[str] = mapped_column(Text, default="")
    stale: Mapped[list[str]] = mapped_column(JSON, default=list)
    parties: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    findings: Mapped[list[str]] = mapped_column(JSON, default=list)


class ScreenedParty(Base):
    """A party as one screening had it; ``said`` is what it says, of which dispositions keep the hash."""

    __tablename__ = "screened_party"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    screening: Mapped[str] = mapped_column(ForeignKey("screening.id"), index=True)
    party: Mapped[str] = mapped_column(Text, index=True)
    current: Mapped[bool] = mapped_column(index=True)
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    said: Mapped[str] = mapped_column(Text)


class Hit(Base):
    """A party that may be a listed one: a pair, with the evidence that was found for it.

    ``lists`` has for each list that the listing is on its code, whether that had effect on the day (null:
    nobody knows), since when and by what.
    """

    __tablename__ = "hit"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    screening: Mapped[str] = mapped_column(ForeignKey("screening.id"), index=True)
    party: Mapped[str] = mapped_column(Text)
    listing: Mapped[str] = mapped_column(Text)
    current: Mapped[bool] = mapped_column(index=True)
    level: Mapped[str] = mapped_column(Text)
    score: Mapped[float] = mapped_column(Float)
    one_in: Mapped[float] = mapped_column(Float)
    name: Mapped[str] = mapped_column(Text)
    listed_name: Mapped[str] = mapped_column(Text)
    lists: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    party_said: Mapped[str] = mapped_column(Text)
    listing_said: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index(None, "party", "listing"),)


@dataclass(frozen=True, slots=True)
class Brought:
    """A file of parties as it came, under the name it came with."""

    name: str
    data: bytes

    @property
    def kind(self) -> str:
        """The ending of its name, which says how it is read."""
        return PurePath(self.name).suffix.casefold()


def of_lines(text: str) -> Brought:
    """Parties written one to a line: a name, and behind a bar its country."""
    rows = [[part.strip() for part in line.split("|", 1)] for line in text.splitlines() if line.strip()]
    return of_rows({"name": row[0], "country": row[1] if len(row) > 1 else ""} for row in rows)


def of_rows(rows: Iterable[Mapping[str, str]], name: str = "as written.csv") -> Brought:
    """Parties as fields with the names in :data:`COLUMNS`.

    Raises:
        ScreeningError: if there is nobody.
    """
    given = [dict(row) for row in rows]
    if not given:
        raise ScreeningError("nobody is named; write one party on each line")
    # A column that is there and empty would be missed in every row.
    used = [column for column in COLUMNS if any(row.get(column) for row in given)]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, used, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(given)
    return Brought(name, out.getvalue().encode())


def ask(service: Service, brought: Brought, *, who: str, as_of: date | None = None) -> Screening:
    """Write a screening down, with the job that does it.

    Raises:
        ScreeningError: if it is no kind of file that parties come in.
        IntakeError: if it is not what it is called, or unpacks to too much.
    """
    if brought.kind not in KINDS:
        raise ScreeningError(f"{brought.name or 'the file'}: parties come as {', '.join(KINDS)}")
    name = harmless_name(brought.name)
    checked(brought.data, name)
    at = service.now()
    day = as_of or at.astimezone(service.regime.zone).date()
    with service.database.writing() as session:
        new = new_id()
        job = jobs.enqueue(session, KIND, {}, about=new, who=who, at=at, key=f"{KIND}:{new}")
        screening = Screening(
            id=new, name=name, who=who, at=at, as_of=day,
            sha256=blobs.keep(session, brought.data, at), job=job.id,
        )  # fmt: skip
        session.add(screening)
        session.flush()
        detail = {"name": name, "sha256": screening.sha256, "as_of": screening.as_of}
        audit.record(session, at=at, who=who, what="screening.asked", about=new, detail=detail)
    return screening


def screenings(session: Session, limit: int = 50, offset: int = 0) -> Sequence[Screening]:
    """The newest screenings first."""
    wanted = select(Screening).order_by(Screening.at.desc(), Screening.id)
    return session.scalars(wanted.limit(limit).offset(offset)).all()


@jobs.handles(KIND)
def screen_parties(work: jobs.Work) -> str:
    """Screen the parties of a screening, some at a time; goes on where an earlier attempt stopped."""
    service, id_ = work.service, work.job.about
    with service.database.reading() as session:
        screening = session.get_one(Screening, id_)
        brought = Brought(screening.name, blobs.read(session, screening.sha256))
    regime = service.regime
    file = read(brought, service)
    parties = tuple(called(file.parties))
    against = Against.of(regime, service.history, screening.as_of, today=service.now().date())
    with work.writing() as session:
        screening = session.get_one(Screening, id_)
        if (screening.law, screening.lists) != (regime.digest, regime.lists_digest):
            # What was found against other lists is no part of this.
            session.execute(delete(Hit).where(Hit.screening == id_))
            session.execute(delete(ScreenedParty).where(ScreenedParty.screening == id_))
            screening.done = 0
        screening.law, screening.lists = regime.digest, regime.lists_digest
        screening.known_at, screening.compared_with = str(against.known_at), regime.compared_with
        screening.stale, screening.parties = list(against.stale), len(parties)
        screening.findings = [
            plain(said) for said in (*map(str, file.findings), *file.damaged, *file.warnings)
        ]
        screening.version += 1
        done = screening.done
    for start in range(done, len(parties), _AT_ONCE):
        _screen_some(work, against, parties[start : start + _AT_ONCE], start, len(parties))
    with work.writing() as session:
        hits = session.scalars(select(Hit.level).where(Hit.screening == id_)).all()
        counts = {"parties": len(parties), "hits": hits.count("hit"), "reviews": hits.count("review")}
        detail = {**counts, "law": regime.digest, "lists": regime.lists_digest}
        audit.record(
            session, at=service.now(), who=work.job.made_by, what="screening.done", about=id_, detail=detail
        )
        words = (
            f"{counts['parties']:,} parties screened: {counts['hits']:,} hits and {counts['reviews']:,} more "
            "pairs to look at."
        )
        return work.finish(session, words)


def _screen_some(
    work: jobs.Work, against: Against[Regime], parties: Sequence[Counterparty], start: int, total: int
) -> None:
    database = work.service.database
    table = table_of(parties)
    found = against.screen(table)
    with database.reading() as session:
        kept = Dispositions(SessionLedger(database, session))
        pairs = _pairs(against.matches(found, table, kept))
    people = {party.id: party for party in parties}
    said = of_parties(table)
    with work.writing() as session:
        # Two screenings of one party must not both be its newest.
        database.lock(session, "screenings")
        screening = session.get_one(Screening, work.job.about)
        newest = _newest_here(session, screening, people)
        for kind in (Hit, ScreenedParty):
            older = update(kind).where(kind.party.in_(newest), kind.screening != screening.id)
            session.execute(older.values(current=False))
        for party in people.values():
            session.add(
                ScreenedParty(
                    id=new_id(), screening=screening.id, party=party.id, current=party.id in newest,
                    record=asdict(party), said=said[party.id].json,
                )
            )  # fmt: skip
        for same in pairs:
            party = people[same[0].party]
            session.add(_hit(screening.id, same, party, current=party.id in newest))
        screening.done, screening.version = start + len(parties), screening.version + 1
        work.progress(session, screening.done, total, "Screening parties")


def _newest_here(session: Session, screening: Screening, parties: Iterable[str]) -> set[str]:
    """Those of the parties that no screening which was asked for later has had already."""
    given = set(parties)
    later = (
        select(ScreenedParty.party)
        .join(Screening)
        .where(ScreenedParty.party.in_(given), ScreenedParty.current, Screening.at > screening.at)
    )
    return given - set(session.scalars(later))


def _pairs(found: Iterable[Match]) -> list[list[Match]]:
    """Matches by party and listing; a listing may be on several lists."""
    groups: dict[tuple[str, str], list[Match]] = {}
    for match in found:
        groups.setdefault((match.party, match.listing), []).append(match)
    return list(groups.values())


def _hit(screening: str, same: Sequence[Match], party: Counterparty, *, current: bool) -> Hit:
    best = same[0]
    lists = [
        {"list": m.list, "in_force": m.in_force, "since": m.since and m.since.isoformat(), "cited": m.cited}
        for m in same
    ]
    return Hit(
        id=new_id(), screening=screening, party=best.party, listing=best.listing, current=current,
        level=best.level, score=best.score, one_in=best.one_in, name=best.name,
        listed_name=best.listed_name, lists=lists, evidence=[dict(row) for row in best.evidence],
        record=asdict(party), party_said=best.said[0].json, listing_said=best.said[1].json,
    )  # fmt: skip


def read(brought: Brought, service: Service) -> PartyFile:
    """The parties in a file, read with the roles and countries of the law.

    Raises:
        IntakeError: when it cannot be read.
    """
    regime = service.regime
    countries = countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
    with TemporaryDirectory(prefix="licet-") as folder:
        path = Path(folder) / f"parties{brought.kind}"
        path.write_bytes(brought.data)
        return read_counterparties(path, regime.vocabulary, countries)


def called(parties: Iterable[Counterparty]) -> Iterator[Counterparty]:
    """Parties under ids that mean the same in the next file: where a file only has rows, their names."""
    there: dict[str, Said] = {}
    for given in parties:
        party = _plain(given)
        said = Said.of({"names": party.names, "countries": [party.country], "addresses": [party.address]})
        if not party.id.startswith(f"row {party.row}"):
            yield party
            continue
        id_ = party.names[0]
        if there.setdefault(id_, said) != said:
            id_ = f"{id_} (row {party.row})"
        yield replace(party, id=id_)


def _plain(party: Counterparty) -> Counterparty:
    """The party in text that every database can keep."""
    several = (tuple(map(plain, said)) for said in (party.names, party.roles, party.identifiers))
    return Counterparty(
        party.row, plain(party.id), next(several), party.country, plain(party.address), next(several),
        party.kind, next(several), party.read_from,
    )  # fmt: skip
