"""``licet scenario``: what if the law were another? List, read and check the files that say so."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

import click

from licet.changes.scenario import Scenario, find, repinned, shipped, stacked, void
from licet.changes.scenario_file import ScenarioError
from licet.cli.exits import Exit
from licet.language.instrument import day
from licet.regime import Regime

_WIDTH = 100


@click.group()
def scenario() -> None:
    """Hypothetical changes of law: list those that come with Licet, show what they change, lint your own."""


@scenario.command(name="list")
def list_() -> int:
    """Every scenario that comes with Licet: its name, its title, and who had the idea."""
    regime = Regime.load()
    for path in shipped():
        found = Scenario.read(path, regime)
        click.echo(f"{found.name}")
        click.echo(f"    {found.title}")
        for parameter in found.parameters:
            span = parameter.range or ", ".join(parameter.choices)
            click.echo(f"    {parameter.name}={parameter.default}: {parameter.title} ({span})")
        click.echo(_wrapped(f"idea: {found.sources[0]}"))
    return Exit.CLEAR


@scenario.command()
@click.argument("names", metavar="SCENARIO...", nargs=-1, required=True)
@click.option("--set", "given", metavar="NAME=VALUE", multiple=True, help="A parameter's value.")
def show(names: tuple[str, ...], given: tuple[str, ...]) -> int:
    """Show scenarios, each a name or a file: reason, sources, readings, what they assume and change.

    Several are laid over the law together; what contradicts is refused, and what a rule in force
    forbids is told.
    """
    regime = Regime.load()
    values = dict(_pair(text) for text in given)
    found = [Scenario.read(find(name), regime) for name in names]
    for name in values.keys() - {p.name for each in found for p in each.parameters}:
        raise click.UsageError(f"none of these scenarios has a parameter {name!r}")
    found = [_with(each, values, regime) for each in found]
    for each in found:
        for line in _told(each):
            click.echo(line)
    for line in _footer(found, regime):
        click.echo(line)
    return Exit.CLEAR


def _with(found: Scenario, values: Mapping[str, str], regime: Regime) -> Scenario:
    """The scenario with those of the values that are for its own parameters."""
    own = {p.name: values[p.name] for p in found.parameters if p.name in values}
    return Scenario.read(found.path, regime, own) if own else found


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.UsageError(f"--set takes NAME=VALUE, not {text!r}")
    return name.strip(), value.strip()


def _told(found: Scenario) -> Iterator[str]:
    yield f"{found.name}: {found.title}"
    yield _wrapped(found.reason, "  ")
    for parameter in found.parameters:
        span = parameter.range or ", ".join(parameter.choices)
        yield f"  {parameter.name} = {found.values[parameter.name]}  ({parameter.title}; {span})"
    yield f"  has effect from {found.instrument.effective}, public {found.instrument.public}; hypothetical"
    for heading, lines in (
        ("ideas from", [str(source) for source in found.sources]),
        ("readings", found.readings),
        ("assumes", found.assumes),
        ("changes", found.says()),
    ):
        if lines:
            yield f"  {heading}"
            yield from (_wrapped(line, "  - ", "    ") for line in lines)
    yield f"  digest {found.digest[:12]}"
    yield ""


def _footer(found: Sequence[Scenario], regime: Regime) -> Iterator[str]:
    edited = stacked(found, regime)
    yield from (f"Without effect: {why}" for why in void(edited))
    yield (
        f"Law {regime.digest[:12]} becomes {edited.digest[:12]}, lists {regime.lists_digest[:12]} become "
        f"{edited.lists_digest[:12]}; the law as known on {day(regime.knowledge)}. A hypothesis, not law; "
        "not legal advice."
    )


def _wrapped(text: str, first: str = "    ", rest: str | None = None) -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=first, subsequent_indent=first if rest is None else rest
    )


@scenario.command()
@click.argument("names", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--repin", is_flag=True, help="First write the digests of what each file edits as it reads now."
)
def lint(names: tuple[str, ...], repin: bool) -> int:
    """Check scenario files and say in words what each changes; exit code 4 when any has a mistake.

    Mistakes are told with their line: unknown words, rules, listings and facts (with the nearest
    there is), digests that no longer fit, windows that end before they begin, contradictions.
    """
    regime = Regime.load()
    wrong = 0
    for path in map(find, names):
        try:
            if repin:
                path.write_text(repinned(path, regime), encoding="utf-8")
            found = Scenario.read(path, regime)
        except ScenarioError as error:
            wrong += 1
            click.echo(f"licet: {error}", err=True)
            continue
        click.echo(f"{path.name}: {found.title}")
        for line in found.says():
            click.echo(_wrapped(line, "  - ", "    "))
        click.echo(f"  nothing to mend; digest {found.digest[:12]}, against law {regime.digest[:12]}")
    return Exit.DAMAGED if wrong else Exit.CLEAR
