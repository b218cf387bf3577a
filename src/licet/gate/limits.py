"""How much anybody may ask: bodies of a bounded size, and so many requests a minute."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock
from time import monotonic
from typing import Final

from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.gate.asking import Asking
from licet.gate.problems import Problem
from licet.gate.telling import refuse
from licet.gate.texts import Legible
from licet.service.attempts import network
from licet.service.people import Person
from licet.service.service import Service
from licet.service.settings import MEBI, Settings

# Where whole files are taken.
UPLOADS: Final = (
    "/orders",
    "/review/screenings",
    "/api/v1/books",
    "/api/v1/decisions/batch",
    "/api/v1/screenings",
)
# What a form puts around a file.
_AROUND: Final = 16 * 1024
_FREE: Final = ("/static/", "/healthz", "/readyz", "/metrics")
_CLIENTS: Final = 50_000


def install(app: Starlette, service: Service) -> None:
    """Put the limits before the routes. In between it is settled who asks, who then counts as one client.

    What is read of a body counts, so that whatever reads one stands behind them.
    """
    settings = service.settings
    app.add_middleware(Legible)
    if settings.rate:
        app.add_middleware(Rate, buckets=Buckets(settings.rate))
    app.add_middleware(Asking, service=service)
    app.add_middleware(BodySize, settings=settings)


class BodySize:
    """Refuses a body that is too large: by its announced length at once, else as soon as it is."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on, reading no more than the limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self._most(scope["path"])
        # The rest of it is not waited for.
        closing = {"Connection": "close"}
        problem = Problem(413, "Too large", f"At most {_spoken(most)} are taken here.", headers=closing)
        if _announced(scope) > most:
            await refuse(problem, scope, receive, send)
            return
        reading = _Reading(receive, send, most)
        try:
            await self.app(scope, reading.receive, reading.send)
        except Exception:
            # Whatever became of our own refusal to read on, the answer is the one below.
            if not reading.exceeded:
                raise
        if reading.exceeded and not reading.answered:
            await refuse(problem, scope, receive, send)

    def _most(self, path: str) -> int:
        return self.settings.max_upload + _AROUND if path.startswith(UPLOADS) else self.settings.max_body


class _TooLargeError(Exception):
    """More was sent than is taken."""


class _Reading:
    """A request as it is read: counts, and keeps back whatever is said to one that was too large."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive, self._send, self._left = receive, send, most
        self.exceeded = False
        self.answered = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.exceeded = True
            raise _TooLargeError
        return message

    async def send(self, message: Message) -> None:
        if self.exceeded and not self.answered:
            return
        self.answered = True
        await self._send(message)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _spoken(size: int) -> str:
    return f"{size / MEBI:g} MiB" if size >= MEBI else f"{size:,} bytes"


class Buckets:
    """A bucket for each client, which fills evenly and from which each request takes one.

    Args:
        rate: how many requests a minute; as many may come at once after a pause.
        clock: seconds that only go forward.
    """

    def __init__(self, rate: int, clock: Callable[[], float] = monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, client: str) -> float:
        """Take one for a client; gives the seconds to wait, 0 if it may go on."""
        with self._lock:
            now = self._clock()
            level, since = self._buckets.pop(client, (float(self.rate), now))
            level = min(float(self.rate), level + (now - since) * self.rate / 60)
            enough = level >= 1
            self._buckets[client] = (level - 1 if enough else level, now)
            # The client not heard of for longest has the fullest bucket: forgetting it changes least.
            if len(self._buckets) > _CLIENTS:
                self._buckets.popitem(last=False)
        return 0 if enough else (1 - level) * 60 / self.rate


class Rate:
    """Refuses whoever asks too often: an account, a key, or an address that nobody has signed in from."""

    def __init__(self, app: ASGIApp, buckets: Buckets) -> None:
        self.app = app
        self.buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on, or say how long to wait."""
        if scope["type"] == "http" and not scope["path"].startswith(_FREE):
            wait = self.buckets.take(client_of(scope))
            if wait:
                seconds = ceil(wait)
                said = f"At most {self.buckets.rate} a minute; try again in {seconds} s."
                after = {"Retry-After": str(seconds)}
                problem = Problem(429, "Too many requests", said, headers=after)
                await refuse(problem, scope, receive, send)
                return
        await self.app(scope, receive, send)


def client_of(scope: Scope) -> str:
    """Who counts as one client: a key, an account with all its sessions, or else an address."""
    person: Person | None = scope["state"]["person"]
    match person.via if person is not None else "open":
        case "key":
            return f"key {person.credential}" if person else ""
        case "session":
            return f"account {person.id}" if person else ""
    return f"address {network(address_of(scope))}"


def address_of(scope: Scope) -> str:
    """The address that a request comes from, as the server or a trusted proxy says."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else ""
