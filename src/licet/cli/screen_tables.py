"""A screening as people and programs read it: matches, findings, and what it was screened against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from licet.language.instrument import day
from licet.reviews.dispositions import State
from licet.reviews.matches import Match, by_party

if TYPE_CHECKING:
    from licet.cli.screen import Screened
    from licet.intake.counterparties import Counterparty, PartyFinding

COLUMNS = (
    "level", "party", "row", "role", "name", "country", "list", "list_name", "consequence", "listing",
    "listed_name", "name_kind", "score", "one_in", "in_force", "since", "cited", "evidence", "state",
    "because", "disposition", "party_digest", "listing_digest", "as_of", "known_at", "index",
)  # fmt: skip
_MOST = 30
_BESIDE = 3
_NOT_ADVICE = "Not legal advice."


def rows_of(done: Screened, every: bool) -> Iterator[dict[str, Any]]:
    """A row for each match, for each party without any, for each finding, and for each list screened against.

    ``level`` says which: ``hit``, ``review``, ``none``, ``finding`` or ``coverage``.
    """
    against = done.against
    base = {
        "as_of": against.as_of.isoformat(),
        "known_at": against.known_at.isoformat(),
        "index": done.index,
    }
    shown = by_party(done.matches if every else done.shown)
    for party in done.file.parties:
        head = {**_party(party), **base}
        yield from ({**head, **_match(done, m)} for m in shown.get(party.id, ()))
        if party.id not in shown:
            yield {**head, "level": "none", "name": party.names[0], "evidence": _none(done)}
    for finding in done.file.findings:
        where = {"level": "finding", "party": finding.party, "row": finding.row}
        yield {**base, **where, "because": finding.code, "evidence": str(finding)}
    for said in coverage(done):
        yield {**base, "level": "coverage", **said}


def _party(party: Counterparty) -> dict[str, Any]:
    return {"party": party.id, "row": party.row, "role": "; ".join(party.roles), "country": party.country}


def _match(done: Screened, m: Match) -> dict[str, Any]:
    about = done.against.law.restricted_list(m.list)
    return {
        "level": m.level,
        "name": m.name,
        "list": m.list,
        "list_name": about.name,
        "consequence": about.consequence,
        "listing": m.listing,
        "listed_name": m.listed_name,
        "name_kind": m.name_kind,
        "score": round(m.score, 3),
        "one_in": round(m.one_in, 1),
        "in_force": "unknown" if m.in_force is None else "yes" if m.in_force else "no",
        "since": m.since.isoformat() if m.since else "",
        "cited": m.cited,
        "evidence": m.words,
        "state": m.standing.state.value,
        "because": m.standing.because,
        "disposition": m.standing.by.hash if m.standing.by else "",
        "party_digest": m.said[0].digest,
        "listing_digest": m.said[1].digest,
    }


def coverage(done: Screened) -> Iterator[dict[str, Any]]:
    """For each list the file and the day of its data, and one statement for all."""
    against = done.against
    for s in against.statuses:
        said = f"data of {s.last.day}, known {s.last.known}, {s.last.lists[s.list].entries:,} entries"
        marks = [
            mark for mark, holds in (("stale", s.stale), ("not whole", not s.last.whole(s.list))) if holds
        ]
        yield {
            "list": s.list,
            "list_name": against.law.restricted_list(s.list).name,
            "cited": s.last.file,
            "since": s.last.day.isoformat(),
            "evidence": "; ".join([said, *marks]),
        }
    yield {"evidence": statement(done)}


def statement(done: Screened) -> str:
    """What a result without a match means, and what it does not."""
    against = done.against
    law = against.law
    if against.statuses:
        days = sorted({s.last.day for s in against.statuses})
        lists = (
            f"{len(against.statuses)} lists with data of {days[0]} to {days[-1]} and the law's own listings"
        )
    else:
        codes = sorted(set(against.names.column("list").to_pylist()))
        chosen = [c for c in codes if not against.only or c in against.only]
        lists = (
            f"the law's own listings alone ({', '.join(chosen)}; checked to {law.confirmed}): "
            "no published list was imported (licet lists import FILE, or sync)"
        )
    scope = f" {done.scope}" if done.scope else ""
    return (
        f"Screened against {lists}; who was listed on {day(against.as_of)}, as known on "
        f"{day(against.known_at)}; index {done.index[:12]}.{scope} No match means that no name on these "
        "lists of these days is like the party's, and nothing about other lists, owners or later days. "
        f"{_NOT_ADVICE}"
    )


def _none(done: Screened) -> str:
    codes = ", ".join(s.list for s in done.against.statuses) or "the law's own listings"
    return f"nobody alike on {codes}" + ("; only what changed was screened" if done.scope else "")


def show(done: Screened, console: Console, every: bool) -> None:
    """Counts, hits and reviews by party, findings, and the statement of coverage."""
    console.print(_counts(done))
    groups: dict[tuple[str, str], list[Match]] = defaultdict(list)
    for m in done.matches if every else done.shown:
        groups[m.party, m.list].append(m)
    for level, style in (("hit", "red"), ("review", "yellow")):
        same = [group for group in groups.values() if group[0].level == level]
        _show_matches(done, same, level, style, console, every)
    for code in sorted({code for _, code in groups}):
        about = done.against.law.restricted_list(code)
        console.print(f"{about.name} ({code}): {about.means} {about.cite}", markup=False)
    _show_findings(done.file.findings, console, every)
    for s in done.against.statuses:
        if s.stale:
            console.print(f"Stale: {s.list}: {s.last.file}, {s.age} days old", style="red", markup=False)
    console.print(statement(done), markup=False)


def _counts(done: Screened) -> Table:
    table = Table(title="Parties", title_justify="left")
    table.add_column("outcome")
    table.add_column("parties", justify="right")
    table.add_column("pairs", justify="right")
    shown = by_party(done.shown)
    hits = {p for p, found in shown.items() if any(m.level == "hit" for m in found)}
    reviews = shown.keys() - hits
    aside = [m for m in done.matches if m.set_aside]
    n = len(done.file.parties)
    table.add_row("hit", f"{len(hits):,}", f"{_pairs(shown, 'hit'):,}", style="red" if hits else "")
    table.add_row(
        "review", f"{len(reviews):,}", f"{_pairs(shown, 'review'):,}", style="yellow" if reviews else ""
    )
    table.add_row("matched to nothing", f"{n - len(shown):,}", "", style="green")
    if aside:
        table.add_row("cleared pairs set aside", f"{len({m.party for m in aside}):,}", f"{len(aside):,}")
    return table


def _pairs(shown: dict[str, list[Match]], level: str) -> int:
    return sum(m.level == level for found in shown.values() for m in found)


def _show_matches(
    done: Screened, groups: Sequence[Sequence[Match]], level: str, style: str, console: Console, every: bool
) -> None:
    """One row for each party and list: the best of its listings, and how many more there are."""
    if not groups:
        return
    people = {p.id: p for p in done.file.parties}
    table = Table(title=f"{level.capitalize()}s", title_justify="left", title_style=style, show_lines=True)
    for name in ("party", "list and listed name", "since", "one in", "because"):
        table.add_column(name, justify="right" if name == "one in" else "left", overflow="fold")
    for same in groups if every else groups[:_MOST]:
        best = same[0]
        hits = sum(m.level == "hit" for m in same[1:])
        said = ((hits, "sure"), (len(same) - 1 - hits, "to review"))
        more = ", ".join(f"{n} more {what}" for n, what in said if n)
        about = done.against.law.restricted_list(best.list)
        cells = (
            _who(people[best.party], best),
            f"{about.name}: {best.listed_name}" + (f"\n+ {more}" if more else ""),
            f"{best.since or 'not known'}\n{best.cited.split(';')[0]}",
            f"{best.one_in:,.0f}",
            _because(best),
        )
        table.add_row(*map(escape, cells))
    console.print(table)
    if not every and len(groups) > _MOST:
        console.print(f"... and {len(groups) - _MOST:,} more: --all, or --format csv")


def _who(party: Counterparty, m: Match) -> str:
    place = f" [{party.country}]" if party.country else ""
    role = f", {'; '.join(party.roles)}" if party.roles else ""
    return f"{m.name}{place}\n{party.id}, row {party.row}{role}"


def _because(m: Match) -> str:
    ranked = sorted(m.evidence, key=lambda row: -abs(row["points"]))[:_BESIDE]
    words = "; ".join(_short(row) for row in m.evidence if row in ranked)
    notes = [words]
    if m.in_force is None:
        notes.append("whether it had effect that day is not known")
    if m.in_force is False:
        notes.append("had no effect that day")
    if m.standing.state is not State.OPEN and m.standing.by is not None:
        state = f"{m.standing.state.value}: {m.standing.by.person}: {m.standing.by.reason}"
        notes.append(f"{state} ({m.standing.by.hash[:12]}) {m.standing.because}".strip())
    return "\n".join(notes)


def _short(row: Any) -> str:
    sides = dict.fromkeys(text for text in (row["mine"], row["theirs"]) if text)
    return f"{' / '.join(sides)} ({row['by']})".strip()


def _show_findings(findings: Sequence[PartyFinding], console: Console, every: bool) -> None:
    """Findings, one row for each kind and column with the rows it is in; each of them if asked."""
    if not findings:
        return
    groups: dict[tuple[str, str], list[PartyFinding]] = defaultdict(list)
    for finding in findings:
        # Regions differ from row to row; of other findings one tells them all.
        what = finding.what if finding.code.startswith("region") else ""
        groups[finding.code, finding.column + what].append(finding)
    table = Table(title="Findings", title_justify="left", title_style="yellow")
    for name in ("column", "rows", "what was found", "what to do"):
        table.add_column(name)
    for found in groups.values():
        numbers = [f.row for f in found]
        rows = ", ".join(map(str, numbers if every else numbers[:8]))
        rest = f" and {len(numbers) - 8} more" if len(numbers) > 8 and not every else ""
        table.add_row(*map(escape, (found[0].column, rows + rest, found[0].what, found[0].mend)))
    console.print(table)
