"""``licet serve``: the web application and every API, on this machine unless settings say otherwise."""

from __future__ import annotations

import os
from pathlib import Path

import click

from licet.cli.options import lists_option


@click.command()
@click.option("--host", help="Address to listen on [default: LICET_HOST, else this machine only].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port [default: LICET_PORT, else 8360].")
@click.option(
    "--database", metavar="URL", help="SQLite or PostgreSQL [default: LICET_DATABASE, else a file]."
)
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer [default: 1].")
@lists_option
def serve(
    host: str | None, port: int | None, database: str | None, workers: int | None, store: Path | None
) -> None:
    """Serve the web application, our own API, and those of yente, CSL, OpenRefine and MCP.

    With nothing set it listens on this machine only, keeps its data in one SQLite file and prints the
    address to open. Every setting is an environment variable; see docs/deploy.md.
    """
    given = {"HOST": host, "PORT": port, "DATABASE": database, "WORKERS": workers, "LISTS": store}
    # Worker processes read the same environment.
    os.environ.update({f"LICET_{name}": str(value) for name, value in given.items() if value is not None})
    try:
        from licet.serving.start import start
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"the server needs {error.name}, which is not installed; run: pip install 'licet[server]'"
        ) from None
    start()
