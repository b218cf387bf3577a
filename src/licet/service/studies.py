"""Studies: one book in two views, under several laws, or over the values of a parameter.

Small ones are made while somebody waits; larger ones by a job, which keeps what it made under a key of
everything that went in, so that the same question is never worked out twice.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any, Final

from sqlalchemy import JSON, LargeBinary, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.changes.sweeping import swept_values
from licet.service import books, jobs
from licet.service.database import Base, Instant
from licet.service.jobs import Job, Work
from licet.service.people import Person
from licet.service.scenarios import Reference, SavedScenario
from licet.service.service import Service
from licet.service.studying import (
    EXAMPLE,
    FORMS,
    Result,
    Side,
    Study,
    StudyError,
    example,
    made,
    scenarios_of,
)

KIND: Final = "compare"
AT_ONCE: Final = 6000
"""So many decisions are made while somebody waits; more are a job."""
MOST_LINES: Final = 20_000
_KEPT = 8


class KeptStudy(Base):
    """What a job made of a study."""

    __tablename__ = "studies"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    page: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Instant)


class StudyFile(Base):
    """A file of a kept study, for those who download it."""

    __tablename__ = "study_files"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    form: Mapped[str] = mapped_column(Text, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class Asked:
    """A study read against the law and the book as they are: how much work it is, and its key."""

    study: Study
    lines: int
    laws: int
    key: str

    @property
    def small(self) -> bool:
        """Whether it is done while somebody waits."""
        return self.lines * self.laws <= AT_ONCE


def asked(service: Service, study: Study) -> Asked:
    """The study, checked as far as that is cheap; its references name versions from here on.

    Raises:
        LicetError: for a book or a scenario that there is not, or two sides that are the same.
    """
    with service.database.reading() as session:
        study = replace(study, before=_pinned(session, study.before), after=_pinned(session, study.after))
        lines, study = _sized(service, session, study)
        _, after = scenarios_of(session, study, service.regime)
    if study.kind == "impact" and study.before == study.after:
        raise StudyError("Both sides are the same: choose two days, a scenario, or two states of knowledge")
    laws = {"impact": 2, "several": len(after) + 1, "sweep": 0}[study.kind]
    if study.kind == "sweep":
        laws = len(swept_values(after[0], study.parameter, study.values or None)) if after else 0
    if lines > MOST_LINES:
        raise StudyError(
            f"{lines:,} lines are more than the server compares ({MOST_LINES:,}): use licet impact, or a part"
        )
    regime = service.regime
    inside = json.dumps([asdict(study), regime.digest, regime.lists_digest], sort_keys=True)
    return Asked(study, lines, laws, sha256(inside.encode()).hexdigest())


class Studies:
    """The latest results of one server, made one after another so that nobody's question starves the rest."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Result] = OrderedDict()
        self._lock, self._working = Lock(), Lock()

    def result(self, service: Service, one: Asked) -> Result | None:
        """What came out of a study; ``None`` for a large one that no job has done yet."""
        if (found := self._known(one.key)) is not None:
            return found
        if not one.small:
            return _kept(service, one.key)
        with self._working:
            # Whoever stood in line before may have asked the same.
            if (found := self._known(one.key)) is None:
                found = made(service, one.study)
        with self._lock:
            self._kept[one.key] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def _known(self, key: str) -> Result | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)


def begin(service: Service, one: Asked, person: Person) -> Job:
    """Have a job do a study; the same study is the same job, which is taken up again where it failed."""
    at, key = service.now(), f"{KIND}:{one.key}"
    with service.database.writing() as session:
        # Two may ask the same at the same moment.
        service.database.lock(session, key)
        job = jobs.enqueue(
            session, KIND, asdict(one.study), about=one.study.book, who=person.name, at=at, key=key
        )
        jobs.again(session, job.id, who=person.name, at=at)
        return job


def job_of(session: Session, one: Asked) -> Job | None:
    """The job that does a study, if somebody has asked for it."""
    return jobs.keyed(session, f"{KIND}:{one.key}")


@jobs.handles(KIND)
def _do(work: Work) -> str:
    study = Study.of(work.job.arguments)
    one = asked(work.service, study)
    result = made(work.service, study, lambda done: _report(work, done, one))
    files = {form: data for form in FORMS if (data := result.file(form)) is not None}
    with work.writing() as session:
        at = work.service.now()
        session.merge(KeptStudy(key=one.key, page=result.page, made_at=at))
        for form, data in files.items():
            session.merge(StudyFile(key=one.key, form=form, data=data))
        total = one.lines * one.laws
        work.progress(session, total, total, "Compared.")
    return f"{one.lines:,} lines compared."


def _report(work: Work, done: int, one: Asked) -> None:
    with work.writing() as session:
        work.progress(session, done, one.lines * one.laws, "Comparing")


def _kept(service: Service, key: str) -> Result | None:
    with service.database.reading() as session:
        kept = session.get(KeptStudy, key)

    def file(form: str) -> bytes | None:
        with service.database.reading() as session:
            found = session.get(StudyFile, (key, form))
            return found.data if found is not None else None

    return Result(kept.page, file) if kept is not None else None


def _sized(service: Service, session: Session, study: Study) -> tuple[int, Study]:
    """How many lines the book has, and the study with the reading of it that is used."""
    if study.book == EXAMPLE:
        return len(example(service.regime)), study
    book = session.get(books.Book, study.book)
    if book is None:
        raise StudyError("There is no such book; choose one that was uploaded, or the example")
    books.ready(book)
    return book.acts, replace(study, reading=study.reading or book.reading)


def _pinned(session: Session, side: Side) -> Side:
    """The side with the last version written into references that name none."""
    return replace(side, scenarios=tuple(_with_version(session, text) for text in side.scenarios if text))


def _with_version(session: Session, text: str) -> str:
    reference = Reference.of(text)
    if not reference.own or reference.version:
        return text
    saved = session.get(SavedScenario, reference.own)
    return text.replace(reference.name, f"{reference.name}@{saved.version}", 1) if saved else text
