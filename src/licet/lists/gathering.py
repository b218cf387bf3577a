"""Gathering: all the files of every source, a few sources at a time, each whole or not at all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from licet.lists.checksums import verify
from licet.lists.fetching import Answer, FetchError, Limits, Pause, Progress, Wait, Wanted, backoff, fetch
from licet.lists.journal import Journal
from licet.lists.publishers import Publication

_AT_ONCE = 4
_SECRET = "…"


@dataclass(frozen=True, slots=True)
class Way:
    """How to fetch: the limits, and what may be replaced to test it or to show it."""

    limits: Limits = field(default_factory=Limits)
    pause: Pause = asyncio.sleep
    wait: Wait = backoff
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """The files of one source, by part: all of them, or none of them if none has changed."""

    answers: Mapping[str, Answer]

    @property
    def unchanged(self) -> bool:
        """Whether the copy that is here is still the newest."""
        return not self.paths

    @property
    def paths(self) -> dict[str, Path]:
        """Where each part is; empty if nothing has changed."""
        return {part: answer.path for part, answer in self.answers.items() if answer.path is not None}

    @property
    def sha256(self) -> str:
        """As :func:`licet.lists.importing.read_published` gives it; empty if nothing has changed."""
        digests = sorted(answer.sha256 for answer in self.answers.values() if answer.path is not None)
        return sha256("".join(digests).encode()).hexdigest() if len(digests) > 1 else "".join(digests)

    def latest(self, header: Literal["date", "modified"]) -> date | None:
        """The last day that the servers give in a header."""
        days = (_header_day(getattr(answer, header)) for answer in self.answers.values())
        return max((day for day in days if day is not None), default=None)

    def marks(self) -> list[dict[str, str | int]]:
        """What the journal keeps of each file."""
        return [
            {
                "address": answer.wanted.shown,
                "etag": answer.etag,
                "modified": answer.modified,
                "bytes": answer.size,
                "sha256": answer.sha256,
            }
            for answer in self.answers.values()
        ]


async def gather(
    sources: Sequence[Publication],
    folder: Path,
    journal: Journal,
    there: set[str],
    tokens: Mapping[str, str],
    way: Way,
) -> list[Fetched | FetchError | None]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(place: int, source: Publication) -> Fetched | FetchError | None:
        if not source.files or (source.token and not tokens.get(source.token)):
            return None
        own = folder / str(place)
        own.mkdir()
        async with gate:
            try:
                return await _source(source, own, journal, there, tokens.get(source.token, ""), way)
            except FetchError as error:
                return error

    return await asyncio.gather(*(one(place, source) for place, source in enumerate(sources)))


async def _source(
    source: Publication, folder: Path, journal: Journal, there: set[str], token: str, way: Way
) -> Fetched:
    """One source, asked only for what the copy that is here does not have."""
    way = replace(way, limits=replace(way.limits, most=source.most_mib * 1024 * 1024))
    words = {"dataset": source.dataset, "date": await _issue(source, folder, way)}
    marks = journal.marks(source.label, there)
    answers: dict[str, Answer] = {}
    for file in source.files:
        shown = _filled(file.address, {**words, "token": _SECRET})
        said = marks.get(shown)
        wanted = Wanted(
            _filled(file.address, {**words, "token": token}),
            shown,
            _filled(file.name, words),
            source.types,
            etag=said.etag if said else "",
            modified=said.modified if said else "",
        )
        answers[file.part] = await _fetch(wanted, folder, way)
    if any(a.path for a in answers.values()):
        # Parts belong together: when one has changed, those that have not are wanted too.
        for part, answer in answers.items():
            if answer.path is None:
                answers[part] = await _fetch(replace(answer.wanted, etag="", modified=""), folder, way)
        await _check(source, words, answers, folder, way)
    return Fetched(answers)


async def _fetch(wanted: Wanted, folder: Path, way: Way) -> Answer:
    return await fetch(wanted, folder, way.limits, pause=way.pause, wait=way.wait, progress=way.progress)


async def _issue(source: Publication, folder: Path, way: Way) -> str:
    """The day of the newest issue, where the address wants one."""
    if source.issue is None:
        return ""
    wanted = Wanted(source.issue.address, source.issue.address, "issue")
    answer = await _fetch(wanted, folder, way)
    text = answer.path.read_text(encoding="utf-8", errors="replace") if answer.path else ""
    if not (found := re.search(source.issue.pattern, text)):
        raise FetchError(f"{wanted.shown}: no day of the newest issue found; its form may have changed")
    return found[1]


async def _check(
    source: Publication, words: Mapping[str, str], answers: Mapping[str, Answer], folder: Path, way: Way
) -> None:
    if not source.checksum:
        return
    address = _filled(source.checksum, words)
    given = await _fetch(Wanted(address, address, "checksums"), folder, way)
    for answer in answers.values():
        verify(answer, given.path.read_bytes() if given.path else b"")


def _filled(text: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text


def _header_day(text: str) -> date | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC).date()
    except (TypeError, ValueError):
        return None
