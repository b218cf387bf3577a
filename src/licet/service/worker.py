"""The worker: a thread of a server that takes up jobs one by one; several servers may share them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread
from time import monotonic, sleep
from typing import Final

from sqlalchemy.exc import OperationalError

from licet.language.errors import LicetError

# They register what does the jobs.
from licet.service import deciding, hits, reading, studies, watching  # noqa: F401
from licet.service.beside import Beside
from licet.service.jobs import HANDLERS, LEASE, Job, Lost, Work, claim
from licet.service.service import Service

_GLANCE: Final = 0.05
_FAULT: Final = (
    "A fault of ours ({name}); it was written to the server's log under job {job}. What was done is kept: "
    "try it again once the fault is mended."
)
_log = logging.getLogger("licet.worker")


class Worker(Beside):
    """Takes up jobs until it is stopped; a job under way then waits for whoever comes next."""

    name, idle, after_trouble = "worker", 0.5, 5.0

    def __init__(self, service: Service, lease: timedelta = LEASE) -> None:
        super().__init__()
        self._service, self._lease = service, lease

    def step(self) -> bool:
        """Do one job, if any waits."""
        return do_one(self._service, self._lease, self.stopping) is not None


def do_one(
    service: Service, lease: timedelta = LEASE, stopping: Event | None = None, job_id: str = ""
) -> Job | None:
    """Take up one job, if any waits (the one asked for), and do it in this thread."""
    job = claim(service.database, service.now(), lease, job_id)
    if job is not None:
        _do(Work(service, job, lease, stopping or Event()))
    return job


def do_now(service: Service, job: Job | None, patience: float = 5.0) -> None:
    """Do a job in this thread; where a worker has taken it up already, wait a little for its end."""
    if job is None or do_one(service, job_id=job.id) is not None:
        return
    deadline = monotonic() + patience
    while monotonic() < deadline:
        with service.database.reading() as session:
            if session.get_one(Job, job.id).over:
                return
        sleep(_GLANCE)


def drain(service: Service) -> int:
    """Do everything that waits, in this thread; gives how many jobs it was."""
    count = 0
    while do_one(service) is not None:
        count += 1
    return count


def _do(work: Work) -> None:
    job = work.job
    try:
        with _held(work):
            words = HANDLERS[job.kind](work)
        work.end("done", words)
    except Lost:
        if work.stopping.is_set():
            with suppress(Lost):
                work.give_back()
    except LicetError as error:
        with suppress(Lost):
            work.end("failed", str(error))
    except OperationalError:
        raise  # nothing is wrong with the job: its lease runs out, and it goes on
    except Exception as error:
        said = {"job": job.id, "kind": job.kind}
        _log.error("a job met a fault of ours", extra=said, exc_info=error)
        with suppress(Lost):
            work.end("failed", _FAULT.format(name=type(error).__name__, job=job.id))


@contextmanager
def _held(work: Work) -> Iterator[None]:
    """Holds the job however long a single step takes, for as long as this process lives."""
    over = Event()

    def hold() -> None:
        while not over.wait(work.lease.total_seconds() / 3):
            try:
                work.hold()
            except Lost:
                return
            except OperationalError:
                continue

    holding = Thread(target=hold, name=f"licet-holds-{work.job.id}", daemon=True)
    holding.start()
    try:
        yield
    finally:
        over.set()
        holding.join()
