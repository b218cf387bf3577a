"""``licet verify``: a stored proof is established again."""

from __future__ import annotations

import json
from pathlib import Path

import click

from licet.cli.exits import Exit
from licet.cli.options import FILE, lists_option, regime_with
from licet.decisions.verifying import ProofError, engine_of
from licet.decisions.verifying import verify as verified


@click.command()
@click.argument("proof", type=FILE)
@lists_option
def verify(store: Path | None, proof: Path) -> int:
    """Establish PROOF (from ``licet explain --json`` or ``licet decide --proof``) again.

    Exit code 0 when it holds, 4 when something differs; what differs is said rule by rule.
    """
    try:
        stored = json.loads(proof.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ProofError(f"{proof.name}: not readable as JSON: {error}") from None
    regime = regime_with(store)
    result = verified(stored, regime)
    for change in result.changed:
        click.echo(f"Changed: {change}")
    for difference in result.differences:
        click.echo(f"Differs: {difference}")
    made = engine_of(stored)
    if result.holds:
        same = "law and lists unchanged" if not result.changed else "the changes do not bear on it"
        click.echo(
            f"Holds: {result.decision.outcome.words} as of {stored['as_of']}; {same}; made by Licet {made}."
        )
        return Exit.CLEAR
    click.echo(f"Not re-established: {len(result.differences)} differences; made by Licet {made}.")
    return Exit.DAMAGED
