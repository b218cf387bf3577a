"""``licet account`` and ``licet key``: who may use a server, for whoever runs it, without the web."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.table import Table

from licet.cli.exits import Exit
from licet.cli.service import database_option, opened, operator

if TYPE_CHECKING:
    from licet.service.accounts import Account
    from licet.service.service import Service

_ROLES = ("viewer", "analyst", "reviewer", "administrator")
_SCOPES = ("read", "books", "review", "admin")
_password = click.option(
    "--password-stdin", "stdin", is_flag=True, help="Read the password from standard input."
)


@click.group()
def account() -> None:
    """Accounts of a server: create, invite, list, role, disable, enable, password."""


@account.command()
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="What they may do.")
@_password
@database_option
def create(name: str, role: str, stdin: bool, database: str | None) -> int:
    """Make an account for NAME, and a link with which its owner chooses a password."""
    from licet.service import accounts

    with opened(database) as service:
        given = _read() if stdin else None
        made = accounts.create(service, by=operator(), name=name, role=role, password=given)
        click.echo(f"{made.name}: {made.role}")
        if given is None:
            _invite(service, made)
    return Exit.CLEAR


@account.command()
@click.argument("name")
@database_option
def invite(name: str, database: str | None) -> int:
    """Make a link with which NAME chooses another password; the one until then ends."""
    with opened(database) as service:
        _invite(service, _named(service, name))
    return Exit.CLEAR


@account.command("list")
@database_option
def list_accounts(database: str | None) -> int:
    """Every account."""
    from licet.cli.list_tables import console_for
    from licet.service import accounts

    table = Table()
    for column in ("name", "role", "since", "signs in by", "disabled"):
        table.add_column(column)
    with opened(database) as service:
        for one in accounts.listed(service):
            by = "your provider" if one.external else "password" if one.has_password else "nothing yet"
            table.add_row(
                escape(one.name), one.role, str(one.created.date()), by,
                "" if one.disabled is None else str(one.disabled.date()),
            )  # fmt: skip
    with console_for(None) as console:
        console.print(table)
    return Exit.CLEAR


@account.command()
@click.argument("name")
@click.argument("role", type=click.Choice(_ROLES))
@database_option
def role(name: str, role: str, database: str | None) -> int:
    """Give NAME another ROLE."""
    from licet.service import accounts

    with opened(database) as service:
        done = accounts.set_role(service, _named(service, name).id, role, by=operator())
        click.echo(f"{done.name}: {done.role}")
    return Exit.CLEAR


@account.command()
@click.argument("name")
@database_option
def disable(name: str, database: str | None) -> int:
    """Let nobody in as NAME any longer, neither by sessions that were begun nor by keys."""
    from licet.service import accounts

    with opened(database) as service:
        done = accounts.disable(service, _named(service, name).id, by=operator())
        click.echo(f"{done.name}: disabled")
    return Exit.CLEAR


@account.command()
@click.argument("name")
@database_option
def enable(name: str, database: str | None) -> int:
    """Let NAME in again."""
    from licet.service import accounts

    with opened(database) as service:
        done = accounts.enable(service, _named(service, name).id, by=operator())
        click.echo(f"{done.name}: enabled")
    return Exit.CLEAR


@account.command()
@click.argument("name")
@_password
@database_option
def password(name: str, stdin: bool, database: str | None) -> int:
    """Give NAME another password; every session of theirs ends."""
    from licet.service import accounts

    with opened(database) as service:
        one = _named(service, name)
        given = _read() if stdin else click.prompt("New password", hide_input=True, confirmation_prompt=True)
        accounts.set_password(service, one.id, given, by=operator())
        click.echo(f"{one.name}: the password is another now")
    return Exit.CLEAR


@click.group()
def key() -> None:
    """API keys of a server: create, list, revoke."""


@key.command("create")
@click.argument("owner")
@click.option("--name", required=True, help="What uses it.")
@click.option(
    "--scope", "scopes", type=click.Choice(_SCOPES), multiple=True, default=("read",), show_default=True,
    help="What it may do; several by repeating. Never more than its owner may.",
)  # fmt: skip
@click.option("--days", type=click.IntRange(1), help="Ends after so many days [default: never].")
@database_option
def create_key(owner: str, name: str, scopes: tuple[str, ...], days: int | None, database: str | None) -> int:
    """Make a key of the account OWNER. It is shown this once."""
    from licet.service import keys

    with opened(database) as service:
        until = None if days is None else service.now() + timedelta(days=days)
        one = _named(service, owner)
        made, text = keys.create(service, by=operator(), owner=one.id, name=name, scopes=scopes, until=until)
    click.echo(f"{made.prefix}: {made.name}, of {owner}, may {', '.join(made.scopes)}", err=True)
    click.echo("Keep it now; it is not shown again:", err=True)
    # The key alone goes to standard output, so that a script can take it.
    click.echo(text)
    return Exit.CLEAR


@key.command("list")
@database_option
def list_keys(database: str | None) -> int:
    """Every key, the newest first; none of them in full."""
    from licet.cli.list_tables import console_for
    from licet.service import keys

    table = Table()
    for column in ("prefix", "name", "owner", "scopes", "made", "ends", "last used", "revoked"):
        table.add_column(column)
    with opened(database) as service:
        for one in keys.listed(service):
            days = [
                "" if day is None else str(day.date())
                for day in (one.created, one.until, one.used, one.revoked)
            ]
            table.add_row(one.prefix, escape(one.name), escape(one.owner_name), " ".join(one.scopes), *days)
    with console_for(None) as console:
        console.print(table)
    return Exit.CLEAR


@key.command()
@click.argument("prefix")
@database_option
def revoke(prefix: str, database: str | None) -> int:
    """End the key PREFIX, at once and for good."""
    from licet.service import keys

    with opened(database) as service:
        done = keys.revoke(service, prefix, by=operator())
        click.echo(f"{done.prefix}: revoked")
    return Exit.CLEAR


def _named(service: Service, name: str) -> Account:
    from licet.service import accounts

    found = accounts.named(service, name)
    if found is None:
        raise click.UsageError(f"there is no account {name!r}; see: licet account list")
    return found


def _invite(service: Service, one: Account) -> None:
    from licet.service import invitations

    token = invitations.invite(service, one.id, by=operator())
    address = service.settings.public_url or f"http://{service.settings.host}:{service.settings.port}"
    click.echo(f"Give this link to {one.name}; it works once, for {invitations.VALID.days} days:", err=True)
    click.echo(f"{address}/choose-password?token={token}")


def _read() -> str:
    return sys.stdin.readline().rstrip("\r\n")
