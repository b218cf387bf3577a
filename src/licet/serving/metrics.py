"""What Prometheus reads: requests by route, jobs by state, the age of lists, entries of the audit trail."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.gate.asking import Reader, ServiceOf
from licet.language.instrument import day
from licet.service.audit import Entry
from licet.service.jobs import Job
from licet.service.service import Service
from licet.serving.routes import route_of

router = APIRouter()
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """What one process has answered so far."""

    def __init__(self, service: Service) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("licet_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "licet_request_seconds", "Seconds to the end of an answer.", ("method", "route"),
            buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.registry.register(_Kept(service))

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request; addresses that lead nowhere count together, as do methods that nobody knows."""
        route = route_of(scope) or "none"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)


class _Kept:
    """What the database and the lists say at the moment of asking."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def collect(self) -> Iterable[Metric]:
        with self.service.database.reading() as session:
            entries = session.scalar(select(func.max(Entry.number))) or 0
            states = session.execute(select(Job.state, func.count()).group_by(Job.state)).all()
        yield GaugeMetricFamily("licet_audit_entries", "Entries of the audit trail.", entries)
        jobs = GaugeMetricFamily("licet_jobs", "Jobs by state.", labels=("state",))
        for state, count in states:
            jobs.add_metric((str(state),), count)
        yield jobs
        ages = GaugeMetricFamily(
            "licet_list_age_days", "Days since the newest data of a list.", labels=("list",)
        )
        for code, age in _ages(self.service):
            ages.add_metric((code,), age)
        yield ages


def _ages(service: Service) -> Iterator[tuple[str, int]]:
    today = service.now().date()
    newest: dict[str, int] = {}
    for snapshot in service.regime.snapshots:
        for code in snapshot.lists:
            age = (today - day(snapshot.day)).days
            newest[code] = min(age, newest.get(code, age))
    yield from sorted(newest.items())


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request, service: ServiceOf, person: Reader) -> Response:
    """What Prometheus reads; with a key where nobody in particular may read."""
    counted: Metrics = request.app.state.metrics
    return Response(generate_latest(counted.registry), media_type=CONTENT_TYPE_LATEST)


class Counting:
    """ASGI middleware that counts every answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            self.metrics.answered(scope, status, time.perf_counter() - began)


def install(app: FastAPI, service: Service) -> None:
    """Count what ``app`` answers, and tell it at ``/metrics``."""
    app.state.metrics = Metrics(service)
    app.include_router(router)
    app.add_middleware(Counting, metrics=app.state.metrics)
