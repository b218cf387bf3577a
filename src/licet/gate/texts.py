"""Text as every database and every answer can hold it: in UTF-8, with no NUL and no half characters.

Refused before a route sees it, so that a route may keep and show whatever text it is given.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from typing import Final

from starlette.datastructures import Headers, UploadFile
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.gate.problems import OWN, Problem
from licet.gate.telling import refuse

FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_CHARSETS: Final = ("utf-8", "utf8", "us-ascii")
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]*)", re.I)
# Escapes of JSON from left to right: a whole pair of halves, then any that is neither NUL nor a half alone.
# Nothing is tried twice, and all of it in one call: everybody waits while a long body is looked through.
_LEGIBLE = re.compile(
    rb"(?:[^\\]++|\\u[dD][89abAB]..\\u[dD][c-fC-F]|\\(?!u(?:0000|[dD][89a-fA-F])).)*+\\?", re.DOTALL
)
_EXPECTED: Final = "Text is sent in UTF-8, without NUL and without halves of surrogate pairs."


class Legible:
    """Refuses a body of JSON that is not in UTF-8 or holds what no database keeps, and odd encodings."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on with the body as it was read, or refuse."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        kind = Headers(scope=scope).get("content-type", "")
        is_json = json_in(kind)
        charset = _CHARSET.search(kind)
        if charset and (is_json or form_in(kind)) and charset[1].casefold() not in _CHARSETS:
            await refuse(Problem(415, "", _EXPECTED), scope, receive, send)
            return
        if is_json:
            read = [message async for message in _whole(receive)]
            if not legible(b"".join(message.get("body", b"") for message in read)):
                await refuse(Problem(400, "Not legible", _EXPECTED), scope, receive, send)
                return
            receive = _again(read, receive)
        await self.app(scope, receive, send)


async def check_form(request: Request) -> None:
    """Refuse a form of ours in which a field, or the name of a file, holds NUL.

    Raises:
        Problem: 400, if one does.
    """
    if not from_a_page(request):
        return
    for name, given in (await request.form()).multi_items():
        told = given.filename or "" if isinstance(given, UploadFile) else given
        if "\0" in name or "\0" in told:
            await request.close()
            raise Problem(400, "Not legible", _EXPECTED)


def from_a_page(request: Request) -> bool:
    """Whether the body is a form to be read here. Bodies on our own API are left for the routes to read."""
    kind = request.headers.get("content-type", "")
    return form_in(kind) and not request.url.path.startswith(OWN)


def legible(body: bytes) -> bool:
    """Whether JSON is in UTF-8 and holds neither NUL nor half a character, written out or escaped."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in body and _LEGIBLE.fullmatch(body) is not None


def json_in(kind: str) -> bool:
    """Whether a content type is that of JSON."""
    plain = _plain(kind)
    return plain == "application/json" or (plain.startswith("application/") and plain.endswith("+json"))


def form_in(kind: str) -> bool:
    """Whether a content type is that of a form."""
    return _plain(kind) in FORMS


def _plain(kind: str) -> str:
    return kind.partition(";")[0].strip().casefold()


async def _whole(receive: Receive) -> AsyncIterator[Message]:
    """A body in the pieces it comes in, to its end or to that of the connection."""
    while True:
        message = await receive()
        yield message
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


def _again(read: Iterable[Message], receive: Receive) -> Receive:
    """What was read already, and then whatever comes."""
    waiting = iter(read)

    async def next_one() -> Message:
        for message in waiting:
            return message
        return await receive()

    return next_one
