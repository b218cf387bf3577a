"""``licet dispositions``: what persons decide about a party and a listing, kept with the history."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from licet.cli.exits import Exit
from licet.cli.options import FILE, MOMENT, regime_with, store_option
from licet.cli.output import write
from licet.language.instrument import Moment, day

if TYPE_CHECKING:
    from licet.reviews.dispositions import Disposition, Dispositions, Pair

_FILE = click.Path(dir_okay=False, path_type=Path)


def _decision_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option("--by", required=True, metavar="NAME", help="Who decides.")(command)
    command = click.option("--reason", required=True, help="Why.")(command)
    command = click.option("--listing", required=True, metavar="ID", help="The listing, as in screen.")(
        command
    )
    command = click.option("--party", required=True, metavar="ID", help="The party's id in PARTIES.")(command)
    return click.argument("parties", type=FILE)(store_option(command))


@click.group()
def dispositions() -> None:
    """What persons decided about pairs of party and listing: clear, match, sign, withdraw."""


@contextmanager
def _opened(store: Path, create: bool = False) -> Iterator[Dispositions]:
    from licet.lists.history import History
    from licet.reviews.dispositions import Dispositions

    with History.open(store, create) as history:
        yield Dispositions(history.store)


def _pair(parties: Path, store: Path, party: str, listing: str) -> Pair:
    """The pair with what both sides say now.

    Raises:
        UsageError: if the file has no such party, or there is no such listing.
    """
    from licet.cli.screen import against_for, read_parties
    from licet.intake.counterparties import table_of
    from licet.reviews.dispositions import Pair
    from licet.reviews.said import of_listings, of_parties

    regime = regime_with(store if store.exists() else None)
    kept = store if regime.roll_digest else None
    against = against_for(regime, kept, (), None, None, datetime.now(UTC))
    mine = of_parties(table_of(read_parties(parties, regime).parties)).get(party)
    if mine is None:
        raise click.UsageError(
            f"{parties.name} has no party {party!r}; see the column party of: licet screen"
        )
    theirs = of_listings(against.names, [listing]).get(listing)
    if theirs is None:
        raise click.UsageError(f"there is no listing {listing!r}; see the column listing of: licet screen")
    return Pair(party, listing, mine, theirs)


@dispositions.command()
@_decision_options
@click.option("--until", type=MOMENT, help="The last day on which it counts [default: a year from now].")
def clear(
    parties: Path, store: Path, party: str, listing: str, reason: str, by: str, until: Moment | None
) -> int:
    """The party in PARTIES is not the listed one. Counts once another person has signed.

    It ends on a day, and the pair is open again as soon as either record says something else.
    """
    pair = _pair(parties, store, party, listing)
    with _opened(store, create=True) as kept:
        last: date | None = None if until is None else day(until)
        _tell(kept.clear(pair, person=by, reason=reason, at=datetime.now(UTC), until=last))
    return Exit.CLEAR


@dispositions.command()
@_decision_options
def match(parties: Path, store: Path, party: str, listing: str, reason: str, by: str) -> int:
    """The party in PARTIES is the listed one. Counts at once."""
    pair = _pair(parties, store, party, listing)
    with _opened(store, create=True) as kept:
        _tell(kept.match(pair, person=by, reason=reason, at=datetime.now(UTC)))
    return Exit.CLEAR


@dispositions.command()
@click.argument("hash_", metavar="HASH")
@store_option
@click.option("--by", required=True, metavar="NAME", help="Who signs; not who cleared.")
@click.option("--reason", default="", help="What is to be said beside.")
def sign(hash_: str, store: Path, by: str, reason: str) -> int:
    """Sign the clear HASH (its first characters are enough), which then counts."""
    with _opened(store) as kept:
        _tell(kept.sign(hash_, person=by, at=datetime.now(UTC), reason=reason))
    return Exit.CLEAR


@dispositions.command()
@click.argument("hash_", metavar="HASH")
@store_option
@click.option("--by", required=True, metavar="NAME", help="Who withdraws.")
@click.option("--reason", required=True, help="Why.")
def withdraw(hash_: str, store: Path, by: str, reason: str) -> int:
    """Nothing decided so far about the pair of HASH counts any longer: the pair is open."""
    with _opened(store) as kept:
        _tell(kept.withdraw(hash_, person=by, reason=reason, at=datetime.now(UTC)))
    return Exit.CLEAR


@dispositions.command("list")
@store_option
def list_(store: Path) -> int:
    """Every disposition, oldest first."""
    from licet.cli.list_tables import console_for

    table = Table()
    for name in ("hash", "at", "verdict", "party", "listing", "person", "reason", "until"):
        table.add_column(name)
    with _opened(store) as kept:
        for d in kept.all():
            about = f"{d.verdict} {d.about[:12]}".strip()
            cells = (d.hash[:12], d.at, about, d.party, d.listing, d.person, d.reason, d.until)
            table.add_row(*map(escape, cells))
    with console_for(None) as console:
        console.print(table)
    return Exit.CLEAR


@dispositions.command()
@store_option
@click.option("--as", "form", type=click.Choice(["csv", "jsonl"]), default="csv", help="What to write.")
@click.option("--out", type=_FILE, help="Write to this file [default: standard output].")
def export(store: Path, form: str, out: Path | None) -> int:
    """Write every disposition with its hashes and what both sides said."""
    from licet.reviews.dispositions import COLUMNS

    with _opened(store) as kept:
        write(kept.export(), COLUMNS, form, out)
    return Exit.CLEAR


@dispositions.command("import")
@click.argument("file", type=FILE)
@store_option
def import_(file: Path, store: Path) -> int:
    """Bring back an export (CSV or JSON Lines) into a store; every row is checked against its hash."""
    from licet.reviews.dispositions import DispositionError

    try:
        text = file.read_bytes().decode("utf-8-sig")
        rows = _json_lines(text) if text.lstrip().startswith("{") else _csv(text)
    except (OSError, UnicodeDecodeError, ValueError, csv.Error) as error:
        raise DispositionError(f"{file}: not an export of dispositions: {error}") from None
    with _opened(store, create=True) as kept:
        added = kept.replay(rows)
    click.echo(f"{file.name}: {len(rows):,} dispositions, {added:,} of them new here; every hash agrees")
    return Exit.CLEAR


def _json_lines(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _csv(text: str) -> list[dict[str, str]]:
    from licet.intake.rejects import unguarded

    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: unguarded(value or "") for name, value in row.items() if name} for row in rows]


def _tell(d: Disposition) -> None:
    what = {
        "match": "is the listed party; this counts now",
        "cleared": f"is not the listed party, through {d.until}; counts once another person has signed:\n"
        f"  licet dispositions sign {d.hash[:12]} --by NAME",
        "signed": f"the clear {d.about[:12]} counts now",
        "withdrawn": "the pair is open again",
    }[d.verdict]
    click.echo(f"{d.hash[:12]}: {d.party} and {d.listing}: {what}")
    click.echo(f"  by {d.person}, at {d.at} by this machine's clock")
