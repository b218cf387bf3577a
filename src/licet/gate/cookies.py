"""Two cookies: one says who signed in, one that it is still the same visitor who is about to."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

_SESSION: Final = "licet_session"
_VISIT: Final = "licet_visit"
_VISIT_SECONDS: Final = 3600
# Browsers keep a cookie of this prefix only from this very host, over https and for every path.
_HOST: Final = "__Host-"


def session_in(request: Request) -> str:
    """The token of the session that a request comes with, or nothing."""
    return request.cookies.get(_named(_SESSION, request), "")


def visit_in(request: Request) -> str:
    """The token of the visitor, or nothing."""
    return request.cookies.get(_named(_VISIT, request), "")


def begin_session(request: Request, response: Response, token: str) -> None:
    """Say from now on who signed in; what was known of the visitor before ends."""
    _set(request, response, _SESSION, token, None)
    _delete(request, response, _VISIT)


def end_session(request: Request, response: Response) -> None:
    """Say so no longer."""
    _delete(request, response, _SESSION)


def keep_visit(request: Request, response: Response, token: str) -> None:
    """Know the visitor again for an hour."""
    _set(request, response, _VISIT, token, _VISIT_SECONDS)


def is_https(request: Request) -> bool:
    """Whether people reach the server by https, be it through a proxy."""
    public: str = request.app.state.service.settings.public_url
    return request.url.scheme == "https" or public.startswith("https://")


def address_of_ours(request: Request) -> str:
    """Where people reach the server, with nothing behind: as it was set, else as this request came."""
    public: str = request.app.state.service.settings.public_url
    return (public or str(request.base_url)).rstrip("/")


def _named(name: str, request: Request) -> str:
    return _HOST + name if is_https(request) else name


def _set(request: Request, response: Response, name: str, token: str, seconds: int | None) -> None:
    response.set_cookie(
        _named(name, request), token, max_age=seconds, path="/", secure=is_https(request), httponly=True,
        samesite="lax",
    )  # fmt: skip


def _delete(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(
        _named(name, request), path="/", secure=is_https(request), httponly=True, samesite="lax"
    )
