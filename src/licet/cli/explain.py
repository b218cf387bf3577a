"""``licet explain``: one line of an order book, with its whole proof."""

from __future__ import annotations

import json
from pathlib import Path

import click

from licet.act import Act
from licet.cli.exits import exit_for
from licet.cli.options import FILE, lists_option, load_book, policy_option, regime_with, time_options
from licet.decisions.asking import what_to_ask
from licet.decisions.book import Line, decide_book
from licet.decisions.counterfactual import what_would_change
from licet.decisions.decide import Decision
from licet.decisions.telling import lines as told
from licet.decisions.verifying import to_json
from licet.language.instrument import Moment
from licet.language.values import spoken


@click.command()
@click.argument("orders", type=FILE)
@click.option("--line", "number", type=int, help="The order in this place of the file, counted from 1.")
@click.option("--row", type=int, help="The row a spreadsheet shows (the header is row 1).")
@click.option("--order", help="The order with this number; with --line, that line of it.")
@click.option("--full", is_flag=True, help="Show every condition, also those that made no difference.")
@click.option("--json", "as_json", is_flag=True, help="The proof as JSON, to be stored and verified.")
@click.option(
    "--map", "profile", type=click.Path(dir_okay=False, path_type=Path), help="Header profile to use."
)
@lists_option
@time_options
@policy_option
def explain(
    store: Path | None,
    orders: Path,
    number: int | None,
    row: int | None,
    order: str | None,
    full: bool,
    as_json: bool,
    profile: Path | None,
    as_of: Moment | None,
    known_at: Moment | None,
    unrelieved: bool,
) -> int:
    """Explain one line of ORDERS: what was weighed, what would change it, what to ask."""
    regime = regime_with(store)
    book = load_book(orders, regime, profile)
    acts = [act for i, act in enumerate(book.acts, 1) if _wanted(act, i, number, row, order)]
    if not acts:
        raise click.UsageError("no such line; name one with --line, --row or --order")
    line = next(iter(decide_book(acts[:1], regime, as_of, known_at, unrelieved)))
    decision = _decision(line)
    if as_json:
        click.echo(json.dumps(to_json(decision), ensure_ascii=False, indent=1))
        return exit_for([decision.outcome])
    click.echo(f"{line.act.source}: {_order(line)}\n")
    show(decision, full)
    return exit_for([decision.outcome])


def show(decision: Decision, full: bool = False) -> None:
    """The decision with its proof, what would change it, and what to ask."""
    for text in told(decision, full):
        click.echo(text)
    changes = what_would_change(decision)
    if changes:
        click.echo("\nWhat would change it (each was tried)")
        for change in changes:
            turns = f"  [turns: {', '.join(change.turns[:3])}]" if change.turns else ""
            click.echo(f"  {change.outcome.words}: {change.words}{turns}")
    asking = what_to_ask(decision)
    if asking.first is not None:
        click.echo("\nWhat to ask first")
        click.echo(f"  {asking.first.ask}  [{asking.first.fact}]")
        for value, outcome in asking.endings:
            click.echo(f"    {spoken(value)}: {outcome.words}")
        if asking.complete:
            facts = ", ".join(q.fact for q in asking.settling)
            click.echo(f"  Settled whatever the answers: {facts}")


def _wanted(act: Act, place: int, number: int | None, row: int | None, order: str | None) -> bool:
    if row is not None:
        return act.source.endswith(f"row {row}")
    if order is not None:
        same = str(act.particulars.get("order_id")) == order
        return same and (number is None or str(act.particulars.get("line")) == str(number))
    return number == place


def _decision(line: Line) -> Decision:
    if line.decision is None:
        raise click.UsageError(f"{line.act.source}: {line.problem}")
    return line.decision


def _order(line: Line) -> str:
    told_of = line.act.particulars
    parts = [
        f"{name.replace('_', ' ')} {told_of[name]}"
        for name in ("order_id", "line", "item_id")
        if told_of.get(name)
    ]
    return ", ".join([*parts, str(told_of.get("description") or "")]).strip(", ")
