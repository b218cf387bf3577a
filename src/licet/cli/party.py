"""``licet party``: what is known of one party over time, or of a family, as text, data or a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from licet.cli.exits import Exit
from licet.cli.list_tables import console_for
from licet.cli.options import MOMENT, default_store, lists_option, regime_with
from licet.cli.output import FORMATS, OutputError, write
from licet.language.instrument import Moment
from licet.language.values import Truth
from licet.regime import Regime

if TYPE_CHECKING:
    from licet.language.window import Clock

_OUT = click.Path(dir_okay=False, path_type=Path)
_PICTURES = (".svg", ".png", ".html")


@click.command()
@click.argument("name", required=False)
@click.option("--country", metavar="CODE", help="The country of the party, to tell namesakes apart.")
@click.option("--as-of", type=MOMENT, help="The day or instant asked about [default: the last written down].")
@click.option("--known-at", type=MOMENT, help="Only what was public by then [default: all written down].")
@click.option("--id", "listing", metavar="LISTING-ID", help="One listing by its id, in place of a name.")
@click.option("--family", metavar="FAMILY", help="Count the members of a family, in place of a name.")
@click.option("--all", "every", is_flag=True, help="In the table, tell likely matches in full too.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help="Output format.")
@click.option("--out", type=_OUT, help="Write the result to this file.")
@click.option("--picture", type=_OUT, help="Draw the timeline into this .svg, .png or .html file.")
@lists_option
def party(
    name: str | None,
    country: str | None,
    as_of: Moment | None,
    known_at: Moment | None,
    listing: str | None,
    family: str | None,
    every: bool,
    form: str,
    out: Path | None,
    picture: Path | None,
    store: Path | None,
) -> int:
    """Every listing of the party NAME over time: terms, citations, evidence, related entries.

    Exit codes: 0 not listed on that day, 1 listed, 3 may be listed (only likely matches, or membership
    is not known), 2 usage.
    """
    if sum(x is not None for x in (name, listing, family)) != 1:
        raise click.UsageError("give one of NAME, --id LISTING-ID or --family FAMILY")
    if picture is not None and picture.suffix.casefold() not in _PICTURES:
        raise click.UsageError(f"{picture}: a picture ends in {', '.join(_PICTURES)}")
    if name is not None and not name.strip():
        raise click.UsageError("the name is empty")
    regime = regime_with(store)
    history = (store or default_store()) if regime.snapshots else None
    clock = _clock(regime, as_of, known_at)
    if family is not None:
        return _family(regime, family, clock, form, out, picture)
    return _party(regime, name, listing, country, clock, history, every, form, out, picture)


def _clock(regime: Regime, as_of: Moment | None, known_at: Moment | None) -> Clock:
    from licet.decisions.dossier import latest

    last = latest(regime)
    return regime.clock(last if as_of is None else as_of, last if known_at is None else known_at)


def _party(
    regime: Regime,
    name: str | None,
    listing: str | None,
    country: str | None,
    clock: Clock,
    history: Path | None,
    every: bool,
    form: str,
    out: Path | None,
    picture: Path | None,
) -> int:
    from licet.decisions.dossier import dossier_of, dossier_of_id
    from licet.decisions.dossier_data import COLUMNS, as_data, rows

    if listing is not None:
        if listing not in regime.listings.versions:
            raise click.UsageError(f"no listing has the id {listing!r}; ids stand beside each name found")
        dossier = dossier_of_id(regime, listing, clock, store=history)
    else:
        code = country.strip().upper() if country else None
        dossier = dossier_of(regime, name or "", clock, country=code, store=history)
    if form == "table":
        from licet.cli.party_text import show_dossier

        with console_for(out) as console:
            show_dossier(dossier, regime, console, every)
    elif form == "json":
        _json(as_data(dossier), out)
    else:
        write(rows(dossier), COLUMNS, form, out)
    if picture is not None:
        from licet.changes.plots.party_picture import draw
        from licet.changes.plots.party_scene import scene_of

        _save(picture, draw(scene_of(dossier), picture.suffix.casefold()))
    return _exit(dossier.truth)


def _family(
    regime: Regime, name: str, clock: Clock, form: str, out: Path | None, picture: Path | None
) -> int:
    from licet.decisions.dossier import days_of_lists
    from licet.decisions.dossier_data import FAMILY_COLUMNS, family_data, family_rows
    from licet.decisions.dossier_family import families, family_of

    known = families(regime)
    if name.casefold() not in known:
        raise click.UsageError(f"no family {name!r}; there are {', '.join(known)}")
    family = family_of(regime, name.casefold(), clock)
    notice = regime.notice.partition(". ")[0] + "."
    if form == "table":
        from licet.cli.party_text import show_family

        with console_for(out) as console:
            show_family(family, regime, console)
    elif form == "json":
        _json(family_data(family, days_of_lists(regime, clock), notice), out)
    else:
        write(family_rows(family), FAMILY_COLUMNS, form, out)
    if picture is not None:
        from licet.changes.plots.party_picture import draw
        from licet.changes.plots.party_scene import scene_of_family

        _save(picture, draw(scene_of_family(family, regime), picture.suffix.casefold()))
    return _exit(family.truth)


def _json(data: object, out: Path | None) -> None:
    _save(out, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())


def _save(path: Path | None, data: bytes) -> None:
    if path is None:
        click.echo(data, nl=False)
        return
    try:
        path.write_bytes(data)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from None


def _exit(truth: Truth) -> Exit:
    return Exit.STOP if truth else Exit.CLEAR if truth is False else Exit.FACTS_MISSING
