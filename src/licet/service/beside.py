"""Beside: a thread of a server that does one thing over and over, beside the answers, until it is stopped."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event, Thread
from typing import ClassVar

from anyio import to_thread


class Beside:
    """Takes a step at once where the last one found something to do, and otherwise after a while.

    ``name`` is that of its thread and its log, ``idle`` and ``after_trouble`` are seconds to wait.
    """

    name: ClassVar[str]
    idle: ClassVar[float]
    after_trouble: ClassVar[float]

    def __init__(self) -> None:
        self.stopping = Event()
        self._thread = Thread(target=self._run, name=f"licet-{self.name}", daemon=True)

    def step(self) -> bool:
        """Do what there is to do next; gives whether there was anything."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the step under way."""
        self.stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self.stopping.wait(pause):
            try:
                pause = 0.0 if self.step() else self.idle
            except Exception as error:  # a database that went away comes back; the thread must be there then
                log = logging.getLogger(f"licet.{self.name}")
                log.error("the %s had to pause", self.name, exc_info=error)
                pause = self.after_trouble


@asynccontextmanager
async def running(beside: Beside) -> AsyncIterator[None]:
    """The thread for as long as the application runs."""
    beside.start()
    try:
        yield
    finally:
        await to_thread.run_sync(beside.stop)
