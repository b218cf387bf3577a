"""Starting the server: settings read and refused early, the first address told, then running."""

from __future__ import annotations

import click

from licet.service.service import Service
from licet.service.settings import read_settings
from licet.serving.run import run


def start() -> None:
    """Read the settings from the environment, say where to look, and serve.

    Raises:
        SettingsError: naming each setting that is not as expected.
    """
    service = Service.open(read_settings())
    for line in welcome(service):
        click.echo(line, err=True)
    run(service)


def welcome(service: Service) -> list[str]:
    """What is said once, before the server answers."""
    from licet.service import accounts

    settings = service.settings
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    said = [f"Licet is at {address} (stop with Ctrl+C). Not legal advice."]
    token = accounts.first_run_token(service)
    if token:
        said.append(f"There is no account yet. Make the first one at {address}/first-run?token={token}")
    if service.history is None:
        said.append("No published lists yet: the law's own listings are all there is (licet lists import).")
    return said
