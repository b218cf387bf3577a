"""A dossier as text to be read at a glance: one tree for each listing, likely matches in short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from licet.decisions.dossier import Dossier, Entry, Event, Stretch, days_of_lists
from licet.decisions.dossier_data import said
from licet.decisions.dossier_family import Family
from licet.decisions.dossier_records import addresses_of, countries_over_time, names_over_time
from licet.language.instrument import Moment, day
from licet.language.values import Truth
from licet.language.window import Clock
from licet.lists.snapshot import Snapshot
from licet.regime import Regime

_MOST = 8
_STYLE: Mapping[Truth, str] = {True: "bold red", None: "yellow", False: "green"}
_HEAD: Mapping[Truth, str] = {True: "LISTED", None: "MAY BE LISTED", False: "NOT LISTED"}
_STATE: Mapping[Truth, str] = {True: "in force", None: "not known whether in force", False: "not in force"}


def show_dossier(dossier: Dossier, regime: Regime, console: Console, every: bool = False) -> None:
    """The answer, each sure listing in full, the likely ones in short or in full, and what it rests on."""
    sure = [e for e in dossier.entries if e.sure]
    likely = [e for e in dossier.entries if not e.sure]
    head = Text(f"{dossier.asked}: {_HEAD[dossier.truth]}", style=_STYLE[dossier.truth])
    console.print(head.append(f" on {said(dossier.clock.as_of)}{_why(dossier, sure, likely)}", style=""))
    # Where nobody is sure, the best of the likely ones is told in full.
    best = [] if sure else [e for e in likely if e.id == likely[0].id]
    likely = [e for e in likely if e not in best]
    for entry in (*sure, *best, *(likely if every else ())):
        console.print()
        console.print(_tree(entry, regime, dossier.clock, every))
    if likely and not every:
        console.print()
        console.print(_likely(likely))
    for later in dossier.later:
        when = said(later.public) or "a day that is not known"
        console.print(
            f"Not public yet on {said(dossier.clock.known_at)}: {later.name}, {later.list} "
            f"({later.listing}); public from {when}",
            markup=False,
        )
    console.print()
    console.print(_foot(regime, dossier.clock, dossier.compared), markup=False)


def _why(dossier: Dossier, sure: list[Entry], likely: list[Entry]) -> str:
    lists = list(dict.fromkeys(e.list.name for e in sure if e.truth))
    if lists:
        return f", {' and '.join(lists)}"
    open_ = sum(1 for e in sure if e.truth is None)
    may = sum(1 for e in likely if e.truth is not False)
    parts = [f"{open_} where membership is not known"] if open_ else []
    parts += [f"{may} likely {'match' if may == 1 else 'matches'} for a person to look at"] if may else []
    past = [e for e in sure if e.truth is False]
    parts += ["known from other days only"] if past and not parts else []
    return f": {', '.join(parts)}" if parts else ""


def _tree(entry: Entry, regime: Regime, clock: Clock, every: bool) -> Tree:
    last = entry.versions[-1]
    title = Text(f"{entry.name}{f' ({last.country})' if last.country else ''}", style="bold")
    title.append(f"  {entry.list.name}: ", style="").append(_STATE[entry.truth], style=_STYLE[entry.truth])
    tree = Tree(title, guide_style="dim")
    for label, lines in _parts(entry, regime, clock, every):
        if lines and label:
            branch = tree.add(Text(f"{label}: ", style="cyan").append(lines[0], style="default"))
            for line in lines[1:]:
                branch.add(Text(line))
    return tree


def _parts(entry: Entry, regime: Regime, clock: Clock, every: bool) -> Iterator[tuple[str, list[str]]]:
    last, most = entry.versions[-1], None if every else _MOST
    yield "match", [_match(entry)]
    yield "when", [_days(s) for s in entry.stretches]
    yield "follows", [f"{entry.list.means} ({entry.list.owner}; {entry.list.cite}; {entry.list.confidence})"]
    yield "owned companies", [entry.list.owned] if entry.list.owned else []
    terms = [
        f"from {said(t.since) or 'before all records'}: {t.requirement or 'no requirement of its own'}"
        + (f"; review: {t.policy}" if t.policy else "")
        + ("" if t.typed else " (not typed: read the text itself)")
        for t in entry.terms
    ]
    yield "terms", terms
    yield "footnotes", _footnotes(entry)
    yield "programmes", [", ".join(last.programmes)] if last.programmes else []
    yield "history", [_told(e) for e in entry.events]
    yield "evidence", [_evidence(entry)]
    yield "also", _cut(list(dict.fromkeys(n for v in entry.versions for n in v.also)), most, "names")
    names = names_over_time(entry.sightings).items()
    yield "as snapshots name it", _cut([f"{n} ({k}), {_seen(*s)}" for (n, k), s in names], most, "names")
    places = addresses_of(entry.sightings).items()
    yield "addresses", _cut([f"{a}, {_seen(*s)}" for (a, _), s in places], most, "addresses")
    where = countries_over_time(entry.sightings).items()
    yield "countries", [", ".join(f"{c} ({_seen(*s)})" for (c, _), s in where)] if where else []
    yield "as snapshots word it", _wording(entry)
    related = [f"{r.how}: {r.name}, {r.list} (seen {r.seen})" for r in entry.related]
    yield "related", _cut(related, most, "entries")
    if entry.family:
        yield (
            "family",
            [f"{last.family}: {len(entry.family)} besides it; licet party --family {last.family}"],
        )
    yield "note", [last.note] if last.note else []


def _footnotes(entry: Entry) -> list[str]:
    """Snapshots show a footnote from a day on, and not since when it applies."""
    word = "first seen" if entry.versions[-1].evidence else "from"
    said_ = [f"{f.number} {word} {said(f.since) or 'on a day not known'}" for f in entry.footnotes]
    return [", ".join(said_)] if said_ else []


def _wording(entry: Entry) -> list[str]:
    """Each text that snapshots have for it, with the first of their days."""
    first: dict[str, str] = {}
    for sighting in entry.sightings:
        text = "; ".join(filter(None, (sighting.record.requirement, sighting.record.policy)))
        first.setdefault(text, str(sighting.first.day))
    return [f"{at}: {text}" for text, at in first.items() if text]


def _match(entry: Entry) -> str:
    candidate = entry.candidate
    if candidate is None:
        return f"asked for by its id {entry.id}"
    met = "; ".join(_word(row) for row in candidate.evidence)
    kind = "hit" if candidate.sure else "review: whether it is the same party is for a person to say"
    return (
        f"{kind}; {candidate.listed_name!r} ({met}); one of {candidate.one_in:,.0f} unrelated names "
        f"scores this high; id {entry.id}"
    )


def _word(row: Mapping[str, object]) -> str:
    mine, theirs = str(row["mine"] or ""), str(row["theirs"] or "")
    pair = mine if mine == theirs else f"{mine or 'nothing'} ~ {theirs or 'nothing'}"
    return f"{pair} by {row['by']}"


def _days(stretch: Stretch) -> str:
    first, last = said(stretch.start), said(stretch.through)
    if stretch.truth:
        return f"in force from {first or 'before all records'} " + (
            f"through {last}" if last else "on, still"
        )
    if not first:
        return f"not known through {last}: no evidence reaches back further" if last else "not known"
    return f"not known from {first} " + (f"through {last}" if last else "on")


def _told(event: Event) -> str:
    """One event with each of its days that differs from the day of effect."""
    text = f"{said(event.on) or 'on a day not known'} {event.what}"
    text += f" by {event.citation}" if event.citation else ""
    text += f" ({event.title})" if event.title else ""
    text += f"; footnote {', '.join(event.footnotes)} from then" if event.footnotes else ""
    days: dict[str, Moment | None] = {
        "announced": event.announced, "displayed": event.displayed, "published": event.published,
    }  # fmt: skip
    other = [f"{k} {said(m)}" for k, m in days.items() if m is not None and said(m) != said(event.on)]
    text += f"; {', '.join(other)}" if other else ""
    if event.public is not None and said(event.on) and day(event.public) > day(event.on):
        text += ": had effect before it was public"
    return text + (f"; {event.confidence}" if event.confidence not in ("", "confirmed") else "")


def _evidence(entry: Entry) -> str:
    seen = [s.last for s in entry.sightings]
    if not seen:
        return entry.evidence
    first = min((s.first for s in entry.sightings), key=lambda s: s.order)
    shown = f"shown by {first.file} of {first.day}"
    last = max(seen, key=lambda s: s.order)
    more = f" through {last.file} of {last.day}" if last.sha256 != first.sha256 else ""
    return f"{shown}{more}" if entry.versions[-1].evidence else f"{entry.evidence}; {shown}{more}"


def _seen(first: Snapshot, last: Snapshot) -> str:
    return f"seen {first.day}" + (f" to {last.day}" if last.day != first.day else "")


def _cut(lines: list[str], most: int | None, what: str) -> list[str]:
    if most is None or len(lines) <= most:
        return lines
    return [*lines[:most], f"... and {len(lines) - most} more {what}: --all, or --format json"]


def _likely(entries: list[Entry]) -> Tree:
    tree = Tree(
        Text("May be meant, for a person to look at (reviews, no hits):", style="yellow"), guide_style="dim"
    )
    for entry in entries[:_MOST]:
        met = ", ".join(entry.candidate.shared) if entry.candidate else ""
        country = entry.versions[-1].country
        line = Text(f"{entry.name}{f' ({country})' if country else ''}", style="default")
        line.append(f"  {entry.list.name}: ").append(_STATE[entry.truth], style=_STYLE[entry.truth])
        days = "; ".join(_days(s) for s in entry.stretches)
        tree.add(line.append(f"; {days}; shares {met}; --id {entry.id}"))
    if len(entries) > _MOST:
        tree.add(f"... and {len(entries) - _MOST} more: --all, or --format json")
    return tree


def show_family(family: Family, regime: Regime, console: Console) -> None:
    """The count, by the rule that listed each member, and what was not public yet."""
    count = family.count(True)
    head = Text(f"{family.name}: {count} members in force", style=_STYLE[family.truth])
    console.print(head.append(f" on {said(family.clock.as_of)}", style=""))
    for word, number in (("not known", family.count(None)), ("not in force", family.count(False))):
        if number:
            console.print(f"{number} {word} on that day")
    if family.later:
        console.print(f"{family.later} were not public yet on {said(family.clock.known_at)}")
    tree = Tree("By the rule that listed them", guide_style="dim")
    for by, members in family.by_rule.items():
        instrument = regime.instruments.get(by)
        start = said(members[0].listing.first_start)
        public = said(instrument.public) if instrument else ""
        branch = tree.add(Text(
            f"{len(members)} by {by} ({instrument.title if instrument else 'no title known'}); "
            f"in force from {start}, public {public or 'on a day not known'}"
        ))  # fmt: skip
        for code, listed in _by_list(m.listing.list for m in members).items():
            branch.add(Text(f"{regime.restricted_list(code).name}: {listed}"))
        countries = _by_list(m.listing.country or "?" for m in members)
        branch.add(Text("by country: " + ", ".join(f"{c} {n}" for c, n in sorted(countries.items()))))
    if family.by_rule:
        console.print(tree)
    console.print("Every member by name: --format json or csv.")
    console.print(_foot(regime, family.clock, regime.compared_with), markup=False)


def _by_list(values: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for value in values:
        found[value] += 1
    return dict(found)


def _foot(regime: Regime, clock: Clock, compared: str) -> str:
    """What the answer rests on: both days, the days of the lists, digests, and that it is no advice."""
    days: dict[str, list[str]] = {}
    for code, at in days_of_lists(regime, clock).items():
        days.setdefault(str(at), []).append(code)
    newest = "; ".join(f"{at}: {', '.join(codes)}" for at, codes in sorted(days.items()))
    if newest:
        lists = f"Lists of {newest}; and the law's own table."
    elif regime.snapshots:
        lists = "The law's own table; no published list was known here by then."
    else:
        lists = f"Compared with {compared}."
    return (
        f"As of {said(clock.as_of)}, as known on {said(clock.known_at)}. {lists} "
        f"Law {regime.digest[:12]}, lists {regime.lists_digest[:12]}. Not legal advice."
    )
