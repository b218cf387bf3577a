"""Figures: plain rows from which pictures and tables are drawn; every value in one currency.

Each function says which question its rows answer. ``value`` is a number, ``lines`` counts acts, and
``unvalued`` those among them without a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from licet.act import Act, Party
from licet.changes.causes import causes_of
from licet.changes.compare import Change, Comparison, Undecided, View, decided
from licet.changes.impact import Row, customer, item, staked
from licet.changes.watch import Calendar, stretches
from licet.decisions.decide import Decision, decide
from licet.decisions.outcome import Outcome
from licet.language.instrument import day
from licet.language.values import members
from licet.parties.listing import Listing
from licet.parties.names import distinctive, even
from licet.regime import Regime

BY = ("outcome", "reason", "party", "item", "week")
SIDES = ("before", "after")


def flows(comparison: Comparison) -> list[Row]:
    """From which outcome to which: every line of the book, those that stay where they are included."""
    found: dict[tuple[Outcome, Outcome], list[Act]] = {}
    for pair in comparison.pairs:
        found.setdefault((pair.before.outcome, pair.after.outcome), []).append(pair.act)
    ranked = sorted(found.items(), key=lambda entry: [list(Outcome).index(o) for o in entry[0]])
    return [
        {"before": before.value, "after": after.value, **stake}
        for (before, after), acts in ranked
        for stake in staked(acts)
    ]


def money(comparison: Comparison, by: Sequence[str] = BY) -> list[Row]:
    """Where the money is, before and after: by outcome, reason, party, item and week of the act's own date.

    Every line counts once on each side of each ``by``. By party, item and week the rows are split by
    ``outcome`` as well, since an act has the same customer on both sides.
    """
    rows = []
    for name in by:
        found: dict[tuple[str, str, str], list[Act]] = {}
        for pair in comparison.pairs:
            for side in SIDES:
                decision = pair.before if side == "before" else pair.after
                found.setdefault((_key(name, pair, decision), side, decision.outcome.value), []).append(
                    pair.act
                )
        rows += [
            {"by": name, "key": key, "side": side, "outcome": outcome, **stake}
            for (key, side, outcome), acts in sorted(
                found.items(), key=lambda e: (e[0][0], e[0][1] != "before")
            )
            for stake in staked(acts)
        ]
    return rows


def _key(by: str, pair: Change, decision: Decision) -> str:
    match by:
        case "outcome":
            return decision.outcome.value
        case "reason":
            return why(decision)
        case "party":
            return customer(pair.act)
        case "item":
            return item(pair.act)
    own = pair.act.facts.get("act.date")
    if not isinstance(own, date):
        return "no date"
    year, week, _ = own.isocalendar()
    return f"{year}-W{week:02}"


def why(decision: Decision) -> str:
    """The outcome and what it rests on, without the names of parties: what lines have in common."""
    needs = " + ".join(dict.fromkeys(r.rule.title for r in decision.explained))
    met = ", ".join(dict.fromkeys(a.label for a in decision.authorisations)) if decision.outcome.clear else ""
    told = "; ".join(part for part in (needs, met) if part)
    return f"{decision.outcome.words}: {told}" if told else decision.outcome.words


def bands(calendar: Calendar) -> list[Row]:
    """What the book comes to over time: a row for each stretch in which nothing turns, and outcome."""
    rows = []
    for first, through, place in stretches(calendar):
        for outcome in Outcome:
            acts = [
                a for a, own in zip(calendar.acts, calendar.outcomes, strict=True) if own[place] is outcome
            ]
            rows += [
                {"from": first, "through": through, "outcome": outcome.value, **stake}
                for stake in staked(acts)
            ]
    return rows


def marks(calendar: Calendar) -> list[Row]:
    """The instruments behind the days on which the book turns."""
    titles = calendar.view.regime.instruments
    return [
        {"day": turning.day, "instrument": name, "title": titles[name].title if name in titles else ""}
        for turning in calendar.turnings
        for name in turning.instruments
    ]


def turnings(calendar: Calendar) -> list[Row]:
    """What turns on which day: a row for each day, change of outcome, and set of rules behind it."""
    rows = []
    for turning in calendar.turnings:
        found: dict[tuple[str, ...], list[Change]] = {}
        for change in turning.changes:
            rules = "; ".join(dict.fromkeys(f"{c.rule} {c.turned}" for c in change.causes))
            by = "; ".join(dict.fromkeys(c.instrument for c in change.causes if c.instrument))
            key = (change.before.outcome.value, change.after.outcome.value, rules, by)
            found.setdefault(key, []).append(change)
        for (before, after, rules, by), changes in sorted(found.items(), key=lambda entry: -len(entry[1])):
            told = {"day": turning.day, "before": before, "after": after, "rules": rules, "instruments": by}
            rows += [{**told, **stake} for stake in staked(change.act for change in changes)]
    return rows


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a parameter does to a book: ``rows`` for each value and outcome, ``kinks`` between values.

    A kink is where lines turn from one value to the next, with the rule that turned most of them.
    Lines that are ``undecided`` at some value are in no row of it, and in no kink.
    """

    rows: tuple[Row, ...]
    kinks: tuple[Row, ...]
    undecided: tuple[Undecided, ...]


def sweep(
    acts: Iterable[Act], scenario: str, parameter: str, regimes: Iterable[tuple[Any, Regime]], **view: Any
) -> Sweep:
    """A book under each of some values of a parameter, taken one after another and decided once.

    Args:
        regimes: the values, each with its regime; of these no more than two are held at a time.
        view: ``on`` and ``known_at`` of every view.
    """
    book = tuple(acts)
    rows: list[Row] = []
    kinks: list[Row] = []
    undecided: dict[int, Undecided] = {}
    base = {"parameter": parameter, "scenario": scenario}
    last: Any = None
    before: dict[int, Decision] = {}
    for at, regime in regimes:
        here: dict[int, Decision] = {}
        for number, made in enumerate(decided(book, View(f"{parameter} {at}", regime, **view))):
            if isinstance(made, Undecided):
                undecided[number] = made
            else:
                here[number] = made
        for outcome in Outcome:
            own = (made.act for made in here.values() if made.outcome is outcome)
            rows += [{**base, "at": at, "outcome": outcome.value, **stake} for stake in staked(own)]
        kinks += [{"after": last, "at": at, **kink} for kink in _kinks(before, here)]
        last, before = at, here
    return Sweep(tuple(rows), tuple(kinks), tuple(undecided.values()))


def _kinks(before: Mapping[int, Decision], here: Mapping[int, Decision]) -> Iterator[Row]:
    """The lines that turn from one value to the next, with the rule that turns most of them."""
    pairs = [(before[number], here[number]) for number in before if number in here]
    turned = [(one, two) for one, two in pairs if one.outcome is not two.outcome]
    causes = [cause for one, two in turned for cause in causes_of(one, two)]
    titles = {cause.rule: cause.title for cause in causes}
    rule = max(titles, key=[cause.rule for cause in causes].count, default="")
    for stake in staked(two.act for _, two in turned):
        yield {"rule": rule, "title": titles.get(rule, ""), **stake}


def timeline(party: str, regime: Regime, country: str | None = None) -> list[Row]:
    """What has befallen a party: its listings, the general licences it could have, what was announced.

    Days on which it is open whether it was listed are ``uncertain``.
    """
    found = [c for c in regime.listings.find(party, country) if c.sure]
    # Who is met best is meant: sister companies have restrictions of their own.
    candidates = [c for c in found if c.score == found[0].score]
    rows = [
        row
        for candidate in candidates
        for listing in regime.listings.versions.get(candidate.listing, ())
        for row in (*_listed(party, listing), *_licensed(party, listing, regime))
    ]
    names = {word for c in candidates for word in distinctive(even(c.listed_name))}
    for instrument in regime.instruments.values():
        if not instrument.binding and instrument.announced and names & set(even(instrument.title)):
            said = day(instrument.announced)
            rows.append(_line(party, "", instrument.title, said, said, instrument.id, "announced"))
    unique = {tuple(row.items()): row for row in rows}
    return sorted(unique.values(), key=lambda row: (row["from"], row["state"], row["what"]))


def _listed(party: str, listing: Listing) -> Iterator[Row]:
    what = f"{listing.name} on the {listing.list.replace('_', ' ')}"
    yield _line(party, listing.list, what, day(listing.start), listing.through, listing.by, "listed")
    for doubt in listing.unsure:
        yield _line(party, listing.list, what, doubt.first, doubt.last, listing.by, "uncertain")


def _licensed(party: str, listing: Listing, regime: Regime) -> Iterator[Row]:
    """Windows of general licences that are open to the party, whatever else they ask."""
    act = Act({}, (Party(party, members(("ultimate_consignee", "end_user")), same_as=listing.id),))
    for rule in regime.book:
        if rule.basis != "general_licence":
            continue
        for window in rule.windows:
            last = window.last_day()
            if window.start is None or (listing.through and day(window.start) > listing.through):
                continue
            if last is not None and last < max(day(window.start), day(listing.start)):
                continue
            if decide(act, regime, day(window.start)).verdicts.somewhere(rule.id) is not False:
                label = (rule.label or rule.title).replace("{window}", window.name)
                start = max(day(window.start), day(listing.start))
                yield _line(party, listing.list, label, start, last, window.by, "licensed")


def _line(party: str, name: str, what: str, start: date, through: date | None, by: str, state: str) -> Row:
    dates = {"from": start, "through": through}
    return {"party": party, "list": name, "what": what, **dates, "by": by, "state": state}
