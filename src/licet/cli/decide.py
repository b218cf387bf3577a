"""``licet decide``: one act; asks for what is missing, or lists it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from licet.act import Act
from licet.cli.exits import exit_for
from licet.cli.explain import show
from licet.cli.options import FILE, lists_option, policy_option, regime_with, time_options
from licet.decisions.answers import answered
from licet.decisions.asking import next_question, put
from licet.decisions.decide import Decision
from licet.decisions.decide import decide as decided
from licet.decisions.end_use import with_stated_end_use
from licet.decisions.questions import IDENTITY, Question
from licet.decisions.verifying import to_json
from licet.language.errors import FactError
from licet.language.instrument import Moment
from licet.language.values import Value
from licet.regime import Regime


@click.command()
@click.argument("act_file", type=FILE, required=False)
@click.option(
    "--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A fact of the act; repeat as needed."
)
@click.option(
    "--party",
    "parties",
    multiple=True,
    metavar="NAME|ROLES|COUNTRY",
    help="A party, e.g. 'Huawei Technologies Co., Ltd.|ultimate_consignee,end_user|CN'; repeat as needed.",
)
@click.option(
    "--proof", type=click.Path(dir_okay=False, path_type=Path), help="Store the proof in this file."
)
@click.option("--json", "as_json", is_flag=True, help="The decision and its proof as JSON.")
@click.option("--full", is_flag=True, help="Show every condition, also those that made no difference.")
@lists_option
@time_options
@policy_option
def decide(
    store: Path | None,
    act_file: Path | None,
    facts: tuple[str, ...],
    parties: tuple[str, ...],
    proof: Path | None,
    as_json: bool,
    full: bool,
    as_of: Moment | None,
    known_at: Moment | None,
    unrelieved: bool,
) -> int:
    """Decide one act, given by ACT_FILE (JSON with facts and parties), --fact and --party.

    At a terminal the missing facts are asked for, the most telling first; elsewhere they are listed.
    """
    regime = regime_with(store)
    act = _act(regime, act_file, facts, parties)
    if as_of is None and act.facts.get("act.date") is None:
        if not sys.stdin.isatty():
            raise click.UsageError("which day's law? give --as-of or --fact act.date=2019-05-16")
        act = answered(act, Question("act.date", ""), _ask_fact(regime, "act.date"))
    act = with_stated_end_use(act, regime)
    decision = decided(act, regime, as_of, known_at, unrelieved)
    if sys.stdin.isatty() and sys.stdout.isatty() and not as_json:
        decision = _interview(decision)
    if proof is not None:
        proof.write_text(json.dumps(to_json(decision), ensure_ascii=False, indent=1), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(to_json(decision), ensure_ascii=False, indent=1))
    else:
        show(decision, full)
    return exit_for([decision.outcome])


def _act(regime: Regime, path: Path | None, facts: tuple[str, ...], parties: tuple[str, ...]) -> Act:
    given: dict[str, Any] = {}
    if path is not None:
        try:
            given = json.loads(path.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise click.UsageError(f"{path.name}: not readable as JSON: {error}") from None
        if not isinstance(given, dict):
            raise click.UsageError(f"{path.name}: expected an object with 'facts' and 'parties'")
    odd = given.keys() - {"facts", "parties", "particulars"}
    if odd:
        raise click.UsageError(f"{', '.join(sorted(odd))}: an act has facts, parties and particulars only")
    stated = dict(given.get("facts") or {})
    named = [text.partition("=")[0].strip() for text in facts]
    if repeated := {name for name in named if named.count(name) > 1}:
        raise click.UsageError(f"--fact {', '.join(sorted(repeated))}: stated twice")
    for text in facts:
        name, mark, value = text.partition("=")
        if not mark:
            raise click.UsageError(f"--fact {text!r}: expected NAME=VALUE")
        stated[name.strip()] = value
    people = [*(given.get("parties") or ()), *(_party(text) for text in parties)]
    try:
        return Act.stating(regime.vocabulary, stated, people, given.get("particulars"))
    except (FactError, TypeError, AttributeError) as error:
        raise click.UsageError(str(error)) from None


def _party(text: str) -> dict[str, Any]:
    name, _, rest = text.partition("|")
    roles, _, country = rest.partition("|")
    if not roles:
        raise click.UsageError(f"--party {text!r}: expected NAME|ROLES or NAME|ROLES|COUNTRY")
    return {"name": name.strip(), "roles": roles, "country": country.strip() or None}


def _interview(decision: Decision) -> Decision:
    """Ask the most telling question until the outcome is certain or nobody knows more."""
    passed: set[tuple[str, int | None]] = set()
    regime = decision.regime
    while (question := next_question(decision, passed)) is not None:
        value = _ask(regime, question)
        if value is None:
            passed.add(question.key)
            continue
        decision = put(decision, [(question, value)])
    return decision


def _ask(regime: Regime, question: Question) -> Value | None:
    if question.fact == IDENTITY:
        yes = click.prompt(f"{question.ask} (yes, no, or Enter if not known)", default="", show_default=False)
        return {"yes": question.candidate, "no": "none"}.get(str(yes).strip().lower())
    if question.fact == "party.name":
        return str(click.prompt(question.ask, default="", show_default=False)) or None
    about = f" [{question.about}]" if question.about else ""
    return _ask_fact(regime, question.fact, about)


def _ask_fact(regime: Regime, fact: str, about: str = "") -> Value | None:
    entry = regime.vocabulary[fact]
    choices = f" ({', '.join(entry.values)})" if entry.values else " (yes/no)" if entry.type == "flag" else ""
    while True:
        text = click.prompt(
            f"{entry.ask}{about}{choices}, none, or Enter if not known", default="", show_default=False
        )
        try:
            return entry.read(str(text))
        except FactError as error:
            click.echo(str(error), err=True)
