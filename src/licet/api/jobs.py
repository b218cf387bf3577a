"""Jobs over HTTP: how far long work has come, stopping it, and letting it go on."""

from __future__ import annotations

from fastapi import APIRouter

from licet.api.ids import Id, found
from licet.api.shapes.books import JobShape
from licet.gate.asking import Analyst, ServiceOf
from licet.gate.problems import Problem, problems
from licet.service import jobs
from licet.service.jobs import Job
from licet.service.service import Service

router = APIRouter(prefix="/jobs", tags=["jobs"], responses=problems(400, 401, 403, 404, 422, 429))


@router.get("/{job_id}")
def job(job_id: Id, service: ServiceOf, person: Analyst) -> JobShape:
    """How far a job has come."""
    return _told(service, job_id)


@router.delete("/{job_id}", responses=problems(409))
def cancel_job(job_id: Id, service: ServiceOf, person: Analyst) -> JobShape:
    """Stop a job; what it has done is kept."""
    with service.database.writing() as session:
        stopped = jobs.cancel(session, job_id, who=person.name, at=service.now())
    return _after(service, job_id, stopped, "it is over already")


@router.post("/{job_id}/again", status_code=202, responses=problems(409))
def job_again(job_id: Id, service: ServiceOf, person: Analyst) -> JobShape:
    """Let a job that failed or was stopped go on from where it is."""
    with service.database.writing() as session:
        queued = jobs.again(session, job_id, who=person.name, at=service.now())
    return _after(service, job_id, queued, "only a job that failed or was stopped can go on")


def _after(service: Service, job_id: str, happened: bool, otherwise: str) -> JobShape:
    told = _told(service, job_id)
    if not happened:
        raise Problem(409, "Not as things stand", f"the job is {told.state}: {otherwise}")
    return told


def _told(service: Service, job_id: str) -> JobShape:
    with service.database.reading() as session:
        return JobShape.of(found(session.get(Job, job_id), "job"))
