"""``licet law``: read the law, check it, test it, and see when it changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from licet.cases.coverage import coverage as coverage_page
from licet.cases.exercise import exercised, unexercised
from licet.cases.files import case_files, run_file
from licet.cli.exits import Exit
from licet.cli.options import MOMENT
from licet.decisions.calendar import calendar as turns_of
from licet.language.errors import LicetError
from licet.language.expression import show as shown
from licet.language.instrument import Moment, day
from licet.language.linting import Finding, findings, yaml_traps
from licet.language.rule import Rule
from licet.language.window import Clock
from licet.regime import LAW, Regime

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def law() -> None:
    """Browse, lint and test the law; its calendar and coverage."""


@law.command()
@click.option(
    "--law", "folder", type=_FOLDER, default=LAW, help="A folder of law files [default: Licet's own]."
)
def lint(folder: Path) -> int:
    """Check the law files: words, types, citations, windows, exceptions, cases, YAML traps.

    Exit code 1 when there is anything to mend.
    """
    found = list(_all_findings(folder))
    for finding in found:
        click.echo(str(finding))
    click.echo(f"{len(found)} findings" if found else "Nothing to mend.")
    return Exit.STOP if found else Exit.CLEAR


def _all_findings(folder: Path) -> Iterator[Finding]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".md", ".yaml"):
            yield from yaml_traps(path, path.relative_to(folder).as_posix())
    try:
        regime = Regime.load(folder)
    except LicetError as error:
        place, _, problem = str(error).partition(": ")
        yield Finding(place, problem)
        return
    yield from findings(regime.book)
    yield from unexercised(regime)
    for listing_id, versions in regime.listings.versions.items():
        for version in versions:
            for by in (version.by, *(a.split("@")[0] for a in version.amended_by)):
                if by not in regime.instruments:
                    yield Finding(
                        f"listings.csv: {listing_id}", f"the instrument {by!r} is in no instruments file"
                    )


@law.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def test(paths: tuple[Path, ...]) -> int:
    """Run case files (export-cases/1 or our short form), or all below a folder [default: Licet's own].

    Prints which expectations failed and how; exit code 1 on any failure.
    """
    regime = Regime.load()
    total = passed = 0
    for path in case_files(paths or (LAW,)):
        for result in run_file(path, regime):
            total, passed = total + 1, passed + result.passed
            if not result.passed:
                click.echo(f"FAILED {result.name}")
                for failure in result.failures:
                    click.echo(f"  {failure}")
            for unread in result.unread:
                click.echo(f"  note: not understood in {result.name.split()[0]}: {unread}")
    click.echo(f"{passed} of {total} cases passed")
    return Exit.CLEAR if passed == total and total else Exit.STOP


@law.command()
@click.argument("rule_id", metavar="RULE")
@click.option("--on", type=MOMENT, help="Its standing on this day [default: list its windows only].")
@click.option("--known-at", type=MOMENT, help="As known on this day.")
def show(rule_id: str, on: Moment | None, known_at: Moment | None) -> int:
    """Show a rule: its words, condition, windows, exceptions, cases. RULE may be the start of an id."""
    regime = Regime.load()
    exact = [r for r in regime.book if r.id == rule_id]
    found = exact or [r for r in regime.book if r.id.startswith(rule_id) or rule_id in r.cite]
    if not found:
        raise click.UsageError(f"no rule {rule_id!r}; try a section such as 744.11")
    for rule in found if len(found) <= 8 else ():
        clock = regime.clock(on, known_at) if on is not None else None
        for line in _described(rule, regime, clock):
            click.echo(line)
        click.echo("")
    if len(found) > 8:
        click.echo(f"{len(found)} rules match:")
        for rule in found:
            click.echo(f"  {rule.id}: {rule.title}")
    return Exit.CLEAR


def _described(rule: Rule, regime: Regime, clock: Clock | None) -> Iterator[str]:
    yield f"{rule.id}: {rule.title}"
    yield f"  {rule.cite}  ({rule.where})"
    if rule.prose:
        yield ""
        yield from (f"  | {line}" for line in rule.prose.splitlines())
        yield ""
    what = {
        "concludes": f"concludes {rule.concludes}",
        "requires": "requires a licence",
        "forbids": "forbids the act",
    }
    yield f"  {what.get(rule.effect, '')}".rstrip() or "  "
    if rule.authorises:
        yield f"  authorises ({rule.basis.replace('_', ' ')}): {', '.join(rule.authorises)}"
    if rule.exception_to:
        yield f"  exception to: {', '.join(rule.exception_to)}"
    yield f"  when{' (for each party)' if rule.per_party else ''}: {shown(rule.when)}"
    for review in rule.reviews:
        yield f"  review: {review.policy.replace('_', ' ')} when {shown(review.when)}"
    for obligation in rule.obligations:
        yield f"  obligation: {obligation}"
    if not rule.encoded:
        yield "  not encoded: where it applies, the answer is left open"
    if rule.note:
        yield f"  note: {rule.note}"
    for window in rule.windows:
        name = f"{window.name}: " if window.name else ""
        struck = f", struck {window.struck} by {window.struck_by}" if window.struck else ""
        state = f" ({window.state})" if window.state != "in force" else ""
        yield f"  window {name}{window.start} to {window.through or 'open'} by {window.by}{struck}{state}"
    if clock is not None:
        yield f"  on {day(clock.as_of)}: {regime.book.standing(rule, clock).because}"
    yield from _bearing_on(rule, regime, clock)
    seen = exercised(regime)[rule.id]
    files = ", ".join(sorted(seen.files)) or "none"
    yield f"  cases: stands in {seen.stands}, falls in {seen.falls} ({files})"


def _bearing_on(rule: Rule, regime: Regime, clock: Clock | None) -> Iterator[str]:
    """Exceptions to a rule and authorisations that lift it, each with its standing."""
    for word, ids in (("excepted by", regime.book.exceptions), ("lifted by", regime.book.lifters)):
        for other in ids.get(rule.id, ()):
            standing = f" [{regime.book.standing(regime.book[other], clock).because}]" if clock else ""
            yield f"  {word} {other}: {regime.book[other].title}{standing}"


@law.command()
@click.option("--from", "start", type=MOMENT, help="First day.")
@click.option("--to", "end", type=MOMENT, help="Last day.")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table")
def calendar(start: Moment | None, end: Moment | None, form: str) -> int:
    """Every day on which an answer can change, and why; announcements too, which change none."""
    last = None
    for turn in turns_of(Regime.load()):
        if (start and turn.day < day(start)) or (end and turn.day > day(end)):
            continue
        if form == "jsonl":
            data = asdict(turn) | {"day": turn.day.isoformat()}
            click.echo(json.dumps(data, ensure_ascii=False))
            continue
        if turn.day != last:
            click.echo(f"{turn.day}")
            last = turn.day
        click.echo(f"  {turn.what}  [{turn.by}{': ' + turn.title if turn.title else ''}]")
    return Exit.CLEAR


@law.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the page to this file.")
@click.option(
    "--check", "against", type=click.Path(exists=True, path_type=Path), help="Fail if this page is stale."
)
def coverage(out: Path | None, against: Path | None) -> int:
    """The coverage page: what is encoded, how sure, how tested, and what is not there."""
    page = coverage_page(Regime.load())
    if against is not None:
        fresh = against.read_text(encoding="utf-8") == page
        click.echo("Up to date." if fresh else f"{against} is stale: licet law coverage --out {against}")
        return Exit.CLEAR if fresh else Exit.DAMAGED
    if out is not None:
        out.write_text(page, encoding="utf-8")
    else:
        click.echo(page)
    return Exit.CLEAR


@law.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the page to this file.")
def vocabulary(out: Path | None) -> int:
    """The vocabulary page: every fact, its type, where it comes from, and the question it asks."""
    lines = [
        "# Vocabulary",
        "",
        "Generated by `licet law vocabulary`; do not edit. These are the only words that rules, order",
        "books and `--fact` may use. A *flag* is yes or no. Blank and `unknown` say that a fact is not",
        "known; `none` says that there is none. Facts concluded by rules cannot be stated.",
        "",
        "| fact | type | comes from | question |",
        "| --- | --- | --- | --- |",
    ]
    for entry in Regime.load().vocabulary:
        values = f": {', '.join(entry.values)}" if entry.values else f" ({entry.unit})" if entry.unit else ""
        lines.append(f"| `{entry.name}` | {entry.type}{values} | {entry.source} | {entry.ask} |")
    page = "\n".join(lines) + "\n"
    if out is not None:
        out.write_text(page, encoding="utf-8")
    else:
        click.echo(page)
    return Exit.CLEAR
