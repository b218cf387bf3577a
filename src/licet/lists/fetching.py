"""Fetching one published file over HTTP: all of it, unchanged, within limits, or not at all.

What may pass (a broken line, a busy server) is tried again after a wait that grows; what will not
(no such file, a page instead of a list) is told at once. How long to wait and how to pause are
given by the caller. Nothing here decides by the clock.
"""

from __future__ import annotations

import asyncio
import ipaddress
import random
import re
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from licet.language.errors import LicetError
from licet.version import __version__

if TYPE_CHECKING:
    import httpx

# Told by the server or by something before it to come back later.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What servers say when they do not know; the content then speaks for itself.
_UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain"})
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_LONGEST_WAIT = 60.0

Progress = Callable[[str, int, int | None], None]
Pause = Callable[[float], Awaitable[None]]
Wait = Callable[[int], float]


class FetchError(LicetError):
    """A file was not fetched; the message says why. ``kept`` is a whole answer that was not the list."""

    def __init__(self, message: str, kept: Path | None = None) -> None:
        super().__init__(message)
        self.kept = kept


class _PassingError(Exception):
    """What may be otherwise the next time; ``after`` is the number of seconds the server asks to wait."""

    def __init__(self, message: str, after: float = 0) -> None:
        super().__init__(message)
        self.after = after


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much is waited for.

    Args:
        connect: seconds.
        read: seconds between two pieces of an answer.
        total: seconds for a file with all its attempts and redirects.
        most: bytes, of the decompressed file too.
    """

    connect: float = 10
    read: float = 30
    total: float = 900
    most: int = 256 * 1024 * 1024
    attempts: int = 4
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch.

    Args:
        address: where it is; may hold a token.
        shown: the address without secrets, for messages and the journal.
        name: what it is kept under.
        types: media types it may be served as; any if empty.
        etag: of the copy that is already here, if there is one.
        modified: the Last-Modified of that copy, as the server wrote it.
    """

    address: str
    shown: str
    name: str
    types: tuple[str, ...] = ()
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: ``path`` is None if the copy that is already here is still the newest."""

    wanted: Wanted
    path: Path | None
    sha256: str = ""
    size: int = 0
    etag: str = ""
    modified: str = ""
    date: str = ""
    attempts: int = 1


def backoff(attempt: int, chance: Callable[[], float] = random.random) -> float:
    """Seconds before the next attempt: 1, 2, 4 ... up to 60; ``chance`` (0 to 1) takes up to half away."""
    return float(min(_LONGEST_WAIT, 2.0 ** (attempt - 1)) * (1 - chance() / 2))


async def fetch(
    wanted: Wanted,
    folder: Path,
    limits: Limits,
    *,
    pause: Pause = asyncio.sleep,
    wait: Wait = backoff,
    progress: Progress | None = None,
) -> Answer:
    """Fetch a file into ``folder``, or find that it has not changed.

    Raises:
        FetchError: if it did not come whole, within the limits and of the right type.
    """
    try:
        import httpx
    except ImportError:
        raise FetchError("fetching lists needs an extra: pip install 'licet[sync]'") from None
    _allowed(wanted.address, wanted.shown, "the address")
    timeout = httpx.Timeout(limits.read, connect=limits.connect)
    client = httpx.AsyncClient(
        timeout=timeout,
        # Nothing on this machine is behind a proxy.
        trust_env=not _loopback(wanted.address),
        headers={"User-Agent": f"licet/{__version__}", "Accept-Encoding": "gzip", "Accept": "*/*"},
    )
    try:
        async with asyncio.timeout(limits.total), client:
            return await _attempts(client, wanted, folder, limits, pause, wait, progress)
    except TimeoutError:
        raise FetchError(
            f"{wanted.shown}: not done after {limits.total:g} seconds; try again later"
        ) from None


async def _attempts(
    client: httpx.AsyncClient,
    wanted: Wanted,
    folder: Path,
    limits: Limits,
    pause: Pause,
    wait: Wait,
    progress: Progress | None,
) -> Answer:
    import httpx

    for attempt in range(1, limits.attempts + 1):
        try:
            answer = await _once(client, wanted, folder, limits, progress)
            return replace(answer, attempts=attempt)
        except _PassingError as error:
            told, after = str(error), error.after
        except httpx.TimeoutException as error:
            told, after = f"no answer within the time ({type(error).__name__})", 0.0
        except httpx.TransportError as error:
            # A body shorter than its Content-Length comes here too.
            told, after = str(error) or type(error).__name__, 0.0
        except httpx.InvalidURL as error:
            raise FetchError(f"{wanted.shown}: leads to what is no address ({error})") from None
        if attempt < limits.attempts:
            await pause(max(wait(attempt), min(after, _LONGEST_WAIT)))
    raise FetchError(f"{wanted.shown}: {told}; tried {limits.attempts} times")


async def _once(
    client: httpx.AsyncClient, wanted: Wanted, folder: Path, limits: Limits, progress: Progress | None
) -> Answer:
    conditions = {"If-None-Match": wanted.etag, "If-Modified-Since": wanted.modified}
    headers = {name: value for name, value in conditions.items() if value}
    address = wanted.address
    for _ in range(limits.redirects + 1):
        response = await client.send(client.build_request("GET", address, headers=headers), stream=True)
        try:
            status = response.status_code
            if status in _REDIRECTS and "location" in response.headers:
                address = _redirected(address, response.headers["location"], wanted)
                continue
            if status == 304 and headers:
                return _answer(wanted, None, response)
            if status in _PASSING:
                asked = response.headers.get("retry-after", "")
                raise _PassingError(f"the server answers {status}", float(asked) if asked.isdigit() else 0)
            if status != 200:
                raise FetchError(
                    f"{wanted.shown}: the server answers {status}; see whether the address has changed"
                )
            return await _body(response, wanted, folder, limits, progress)
        finally:
            await response.aclose()
    raise FetchError(f"{wanted.shown}: more than {limits.redirects} redirects; a loop, or a page to log in")


async def _body(
    response: httpx.Response, wanted: Wanted, folder: Path, limits: Limits, progress: Progress | None
) -> Answer:
    declared = response.headers.get("content-length", "")
    size = int(declared) if declared.isdigit() else None
    if size is not None and size > limits.most:
        raise FetchError(f"{wanted.shown}: {size:,} bytes, more than the {limits.most:,} that are taken")
    coding = response.headers.get("content-encoding", "identity").strip().casefold()
    if coding not in ("identity", "gzip", "x-gzip", ""):
        raise FetchError(f"{wanted.shown}: compressed as {coding!r} though only gzip was asked for")
    unpack = _Gunzip() if "gzip" in coding else None
    digest, written, came = sha256(), 0, 0
    path = folder / wanted.name
    with path.open("wb") as file:
        async for piece in response.aiter_raw():
            came += len(piece)
            plain = piece if unpack is None else unpack(piece)
            written += len(plain)
            if written > limits.most:
                raise FetchError(f"{wanted.shown}: more than the {limits.most:,} bytes that are taken")
            digest.update(plain)
            file.write(plain)
            if progress is not None:
                progress(wanted.name, came, size)
    if unpack is not None and not unpack.whole:
        raise _PassingError(f"the compressed answer breaks off after {came:,} bytes")
    _of_its_kind(response, path, wanted)
    return replace(_answer(wanted, path, response), sha256=digest.hexdigest(), size=written)


class _Gunzip:
    """Takes the compression of the way off, piece by piece; ``whole`` if it came to its end."""

    def __init__(self) -> None:
        self._machine = zlib.decompressobj(wbits=31)

    @property
    def whole(self) -> bool:
        return self._machine.eof

    def __call__(self, piece: bytes) -> bytes:
        try:
            plain = self._machine.decompress(piece)
            while self._machine.eof and (rest := self._machine.unused_data):
                self._machine = zlib.decompressobj(wbits=31)
                plain += self._machine.decompress(rest)
        except zlib.error as error:
            raise _PassingError(f"the compressed answer is damaged ({error})") from None
        return plain


def _of_its_kind(response: httpx.Response, path: Path, wanted: Wanted) -> None:
    """Refuse a page for people, and a type that the list is never served as."""
    served = response.headers.get("content-type", "").partition(";")[0].strip().casefold()
    with path.open("rb") as file:
        page = _PAGE.match(file.read(4096))
    if page:
        raise FetchError(
            f"{wanted.shown}: a web page came instead of the list; open it and see what it says", path
        )
    if wanted.types and served not in (*wanted.types, *_UNSAID):
        expected = " or ".join(wanted.types)
        raise FetchError(f"{wanted.shown}: served as {served}; expected {expected}", path)


def _answer(wanted: Wanted, path: Path | None, response: httpx.Response) -> Answer:
    said = response.headers
    return Answer(
        wanted,
        path,
        # A 304 need not repeat what it confirms.
        etag=said.get("etag", "") or ("" if path else wanted.etag),
        modified=said.get("last-modified", "") or ("" if path else wanted.modified),
        date=said.get("date", ""),
    )


def _redirected(before: str, location: str, wanted: Wanted) -> str:
    try:
        after = urljoin(before, location)
        host, _ = urlsplit(after).hostname or "", urlsplit(after).port
    except ValueError as error:
        raise FetchError(f"{wanted.shown}: redirected to what is no address ({error})") from None
    _allowed(after, wanted.shown, f"a redirect to {host}")
    if _loopback(after) and not _loopback(before):
        raise FetchError(f"{wanted.shown}: a redirect to this very machine is not followed")
    return after


def _allowed(address: str, shown: str, what: str) -> None:
    """Only https leaves the machine: whoever can change a list on the way can clear a party."""
    scheme = urlsplit(address).scheme.casefold()
    if scheme != "https" and not (scheme == "http" and _loopback(address)):
        raise FetchError(f"{shown}: {what} is not https; it is not followed")


def _loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
