"""``licet owners``: who is reached because listed parties own it, on a day, under each rule."""

from __future__ import annotations

from pathlib import Path

import click

from licet.cli.exits import Exit
from licet.cli.options import FILE, MOMENT, lists_option, regime_with
from licet.cli.output import FORMATS, write
from licet.decisions.owners import COLUMNS, Owned, owned, row_of
from licet.intake.ownership import read_ownership
from licet.language.instrument import Moment

_SHOWN = 5
_VERDICTS = {True: "reached", False: "not reached", None: "not known whether reached,"}


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--as-of", type=MOMENT, required=True, help="The day on which the shares and the law are asked."
)
@click.option("--known-at", type=MOMENT, help="Use only what was public by then [default: all].")
@click.option("--party", "parties", multiple=True, help="Only this owned party; repeat as needed.")
@lists_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the result to this file.")
def owners(
    store: Path | None,
    file: Path,
    as_of: Moment,
    known_at: Moment | None,
    parties: tuple[str, ...],
    form: str,
    out: Path | None,
) -> int:
    """Say who in FILE is reached by ownership, through whom, and what further share would tip it.

    FILE has an owner, an owned party and a share on each row (51, 25-50, >=25, or blank where nobody
    knows), with from and through days where they are known; or relations of GLEIF, or FollowTheMoney.
    """
    regime = regime_with(store)
    clock = regime.clock(as_of, known_at)
    given = read_ownership(file)
    found = list(owned(given.holdings, regime, clock, parties))
    if form == "table":
        _show(found, f"Reached by ownership on {clock.today}")
        click.echo(f"\nOwners compared with: {regime.compared_with}. {regime.notice}")
    else:
        write([row_of(one) for one in found], COLUMNS, form, out)
    for problem in given.problems:
        click.echo(f"Note: {problem}", err=True)
    if any(one.reached for one in found):
        return Exit.STOP
    if any(one.reached is None for one in found):
        return Exit.FACTS_MISSING
    return Exit.DAMAGED if given.problems else Exit.CLEAR


def _show(found: list[Owned], title: str) -> None:
    click.echo(title)
    if not found:
        click.echo("  Nobody in the file has an owner who is, or may be, on a list whose rule counts shares.")
    for one in found:
        capture, rule = one.reach.capture, one.reach.rule
        share = f"{capture.low:g}" if capture.low == capture.high else f"{capture.low:g} to {capture.high:g}"
        tips = "" if rule.test.met(capture.low) else f"; {capture.tips:g} % more would"
        click.echo(f"\n{one.party}: {_VERDICTS[one.reached]} under the {rule.name}")
        click.echo(f"  Listed owners hold {share} %{tips}; the rule is {one.reach.standing.because}")
        for chain in capture.chains[:_SHOWN]:
            click.echo(f"  {chain.told}")
        if len(capture.chains) > _SHOWN:
            click.echo(f"  and {len(capture.chains) - _SHOWN} further chains")
        if one.strictest and len(capture.owners) > 1:
            click.echo(f"  The strictest terms are those of {one.strictest}")
        click.echo(f"  {rule.cite}. {rule.note}")
