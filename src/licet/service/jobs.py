"""Jobs: long work that is written down before it begins, survives the server, and is never done twice.

Whoever works on a job holds it for a while (a lease) and counts as one *attempt*. Everything a handler
writes goes through :meth:`Work.writing`, which first makes sure, in the same transaction, that this attempt
still holds the job. An attempt that lost it can write nothing any more, so what another goes on with is
exactly what was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import JSON, CursorResult, Index, Integer, Text, and_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.language.errors import LicetError
from licet.service import audit
from licet.service.database import Base, Database, Instant, new_id

if TYPE_CHECKING:
    from licet.service.service import Service

State = Literal["queued", "running", "done", "failed", "cancelled"]
WAITING: Final = ("queued", "running")
LEASE: Final = timedelta(seconds=15)
LAPSES: Final = 5
_GAVE_UP = (
    f"The server stopped {LAPSES} times in the middle of this, so it is not taken up again by itself. "
    "What was done is kept. Look for the reason in the server's log (memory, for example), then try it again."
)


class NotNow(LicetError):  # noqa: N818 (said to a person, who waits)
    """What was asked for cannot be done as things stand; the message says what has to happen first."""


class Lost(Exception):  # noqa: N818 (nothing went wrong: another goes on, or somebody stopped it)
    """This attempt does not hold its job any more; nothing of its transaction is kept."""


class Job(Base):
    """One piece of long work and how far it has come.

    ``done`` of ``total`` units, in ``words``; a failed job says in them what to mend. The same ``key`` is
    the same job. ``about`` is the id of what it works on. While ``state`` is running, ``attempt`` holds it
    until ``lease``; ``lapses`` counts how often a lease ran out, with nobody left to say why.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text, index=True)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    state: Mapped[State] = mapped_column(Text, default="queued")
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    words: Mapped[str] = mapped_column(Text, default="")
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    lapses: Mapped[int] = mapped_column(Integer, default=0)
    lease: Mapped[datetime | None] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index(None, "state", "made_at"),)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen unless somebody asks for it."""
        return self.state not in WAITING


Handler = Callable[["Work"], str]
HANDLERS: Final[dict[str, Handler]] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Registers what does jobs of a kind; it gives the words to end with.

    A handler finds out for itself how far an earlier attempt came, and goes on from there. What it must
    not do again once all is done, it does in the transaction of :meth:`Work.finish`.
    """

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def enqueue(
    session: Session,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    about: str,
    who: str,
    at: datetime,
    key: str | None = None,
) -> Job:
    """Write a job down inside the caller's transaction; one with the same key is given back as it is."""
    if key is not None and (known := keyed(session, key)) is not None:
        return known
    job = Job(
        id=new_id(), kind=kind, about=about, arguments=dict(arguments), key=key, made_by=who, made_at=at
    )
    session.add(job)
    session.flush()
    return job


def keyed(session: Session, key: str) -> Job | None:
    """The job with a key."""
    return session.scalar(select(Job).where(Job.key == key))


def cancel(session: Session, job_id: str, *, who: str, at: datetime) -> bool:
    """Stop a job that is not over; what it has done is kept."""
    wanted = update(Job).where(Job.id == job_id, Job.state.in_(WAITING))
    given = wanted.values(state="cancelled", lease=None, ended_at=at, words="Cancelled.")
    stopped = changed(session, given) == 1
    if stopped:
        audit.record(session, at=at, who=who, what="job.stopped", about=job_id)
    return stopped


def again(session: Session, job_id: str, *, who: str, at: datetime) -> bool:
    """Let a failed or cancelled job go on from what it has done."""
    wanted = update(Job).where(Job.id == job_id, Job.state.in_(("failed", "cancelled")))
    given = wanted.values(state="queued", lease=None, lapses=0, ended_at=None, words="")
    queued = changed(session, given) == 1
    if queued:
        audit.record(session, at=at, who=who, what="job.restarted", about=job_id)
    return queued


def claim(database: Database, now: datetime, lease: timedelta = LEASE, job_id: str = "") -> Job | None:
    """Take up the oldest job that waits or that nobody holds any more (or the one asked for).

    Of any number of workers on one database, exactly one gets it.
    """
    open_ = or_(Job.state == "queued", and_(Job.state == "running", Job.lease < now))
    wanted = select(Job).where(open_, Job.kind.in_(HANDLERS))
    if job_id:
        wanted = wanted.where(Job.id == job_id)
    oldest = wanted.order_by(Job.made_at, Job.id).limit(1)
    with database.reading() as session:
        # Looking costs nobody anything; only a writer keeps others waiting.
        if session.scalar(oldest.with_only_columns(Job.id)) is None:
            return None
    with database.writing() as session:
        job = session.scalar(oldest.with_for_update(skip_locked=True))
        if job is None:
            return None
        job.lapses += job.state == "running"
        if job.lapses < LAPSES:
            job.state, job.attempt, job.lease = "running", job.attempt + 1, now + lease
            return job
        job.state, job.words, job.lease, job.ended_at = "failed", _GAVE_UP, None, now
    return claim(database, now, lease, job_id)


def changed(session: Session, statement: Any) -> int:
    """How many rows an UPDATE or DELETE meant."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt at a job: what its handler is given."""

    service: Service
    job: Job
    lease: timedelta = LEASE
    stopping: Event = field(default_factory=Event)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction of the attempt that holds the job.

        Raises:
            Lost: when it holds it no more, or the server is about to stop.
        """
        if self.stopping.is_set():
            raise Lost
        with self.service.database.writing() as session:
            # The row stays locked until the end, so nobody takes the job up in between.
            self._set(session, lease=self.service.now() + self.lease)
            yield session

    def progress(self, session: Session, done: int, total: int, words: str) -> None:
        """Say how far the work has come, in the transaction that brought it there."""
        self._set(session, done=done, total=total, words=words)

    def finish(self, session: Session, words: str) -> str:
        """Say that the job is done, in the transaction that did the last of it: no attempt follows."""
        self._set(session, state="done", words=words, lease=None, ended_at=self.service.now())
        return words

    def hold(self) -> None:
        """Hold the job for a while longer."""
        with self.service.database.writing() as session:
            self._set(session, lease=self.service.now() + self.lease)

    def end(self, state: State, words: str) -> None:
        """Say how the job ended, unless that is said already or another attempt has it by now."""
        with self.service.database.writing() as session:
            self._set(session, state=state, words=words, lease=None, ended_at=self.service.now())

    def give_back(self) -> None:
        """Let another attempt go on at once."""
        with self.service.database.writing() as session:
            self._set(session, state="queued", lease=None)

    def _set(self, session: Session, **values: Any) -> None:
        mine = and_(Job.id == self.job.id, Job.attempt == self.job.attempt, Job.state == "running")
        if changed(session, update(Job).where(mine).values(**values)) != 1:
            raise Lost
