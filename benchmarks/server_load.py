"""A load client: so many connections, each with one request under way, until the time is over.

Requests are made beforehand and answers kept as bytes, so that on a machine which runs the server as well
the client takes as little as can be. Only this machine is ever asked.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import perf_counter
from typing import Any

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Question:
    """A request, ready to be sent, and how many names or acts it asks about."""

    data: bytes
    weight: int = 1

    @classmethod
    def post(cls, path: str, body: Any, weight: int = 1) -> Question:
        """A request with a JSON body."""
        text = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        )
        return cls(head.encode() + text, weight)

    @classmethod
    def get(cls, path: str) -> Question:
        """A request without a body."""
        return cls(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())


@dataclass
class Run:
    """What a run measured: seconds of each request in the order of their ends, and what they asked about."""

    clients: int
    seconds: float = 0.0
    taken: list[float] = field(default_factory=list)
    asked: int = 0
    failed: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """The run in figures: milliseconds per request, names or acts per second."""
        taken = sorted(self.taken) or [float("nan")]
        return {
            "clients": self.clients,
            "requests": len(self.taken),
            "failed": len(self.failed),
            "per second": self.asked / self.seconds,
            **{f"p{p}": 1000 * taken[min(len(taken) - 1, int(len(taken) * p / 100))] for p in (50, 99)},
            "longest": 1000 * taken[-1],
        }


class Connection:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, question: Question) -> tuple[int, bytes]:
        """Status and body of the answer."""
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(HOST, self.port)
        self.writer.write(question.data)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        size = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        body = await (self.reader.readexactly(int(size)) if size else self._chunks(self.reader))
        if b"connection: close" in head:
            await self.close()
        return status, body

    async def _chunks(self, reader: asyncio.StreamReader) -> bytes:
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
        return body

    async def close(self) -> None:
        """Let go of the connection."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


def load(port: int, questions: Sequence[Question], clients: int, seconds: float, most: int = 50_000) -> Run:
    """Ask for so many seconds from so many clients, no more than ``most`` requests."""
    return asyncio.run(_load(port, questions, clients, seconds, most))


async def _load(port: int, questions: Sequence[Question], clients: int, seconds: float, most: int) -> Run:
    run, rest = Run(clients), cycle(questions)
    begun = perf_counter()

    async def client() -> None:
        connection = Connection(port)
        while perf_counter() - begun < seconds and len(run.taken) < most:
            question = next(rest)
            start = perf_counter()
            try:
                status, body = await connection.ask(question)
            except (OSError, asyncio.IncompleteReadError) as error:
                run.failed.append(repr(error))
                await connection.close()
                continue
            run.taken.append(perf_counter() - start)
            if status == 200:
                run.asked += question.weight
            else:
                run.failed.append(f"{status} {body[:200]!r}")
        await connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    run.seconds = perf_counter() - begun
    return run


def answers(port: int, questions: Sequence[Question], clients: int = 4) -> list[tuple[int, Any]]:
    """The answer to every question, in their order: status and what the JSON says."""
    found: list[tuple[int, Any]] = [(0, None)] * len(questions)

    async def ask() -> None:
        places = iter(range(len(questions)))

        async def client() -> None:
            connection = Connection(port)
            for place in places:
                status, body = await connection.ask(questions[place])
                found[place] = status, json.loads(body)
            await connection.close()

        await asyncio.gather(*(client() for _ in range(clients)))

    asyncio.run(ask())
    return found
