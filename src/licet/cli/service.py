"""Commands that work on a server's own database, whether it is running or not."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from licet.service.service import Service


def database_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--database``: that of the server."""
    return click.option(
        "--database",
        metavar="URL",
        help="The server's database [default: LICET_DATABASE, else the platform's folder for data].",
    )(command)


@contextmanager
def opened(database: str | None) -> Iterator[Service]:
    """The service over a database, as the environment sets it up."""
    try:
        from licet.service.service import Service
        from licet.service.settings import read_settings
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"this needs {error.name}, which is not installed; run: pip install 'licet[server]'"
        ) from None
    settings = read_settings()
    chosen = settings if database is None else settings.model_copy(update={"database": database})
    service = Service.open(chosen)
    try:
        yield service
    finally:
        service.close()


def operator() -> str:
    """Who works on the server itself, as the audit trail names them."""
    try:
        return f"{getpass.getuser()} on the server"
    except (KeyError, OSError):
        return "somebody on the server"
