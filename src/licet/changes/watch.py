"""Watching: every day on which an act of a book, were it done then, comes out otherwise than the day before.

An outcome can only change on a day on which something turns that bears on the act. Between two such
days nothing is decided again, and what is decided is remembered by the rules that could matter to
the act at all: those whose conditions are not false whatever is in force.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from licet.act import Act
from licet.changes.causes import causes_of
from licet.changes.compare import Change, View, moved, prepared
from licet.decisions.circumstances import Circumstances, circumstances
from licet.decisions.decide import judge
from licet.decisions.outcome import Outcome, conclude
from licet.language import expression as e
from licet.language.instrument import Moment
from licet.language.rulebook import Rulebook
from licet.language.values import Truth
from licet.language.window import turns
from licet.parties.listing import Listing
from licet.regime import Regime

_DATE = "act.date"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turning:
    """One day, and the acts whose outcome on it differs from that of the day before."""

    day: date
    changes: tuple[Change, ...]

    @property
    def instruments(self) -> tuple[str, ...]:
        """The instruments behind it, the one behind most acts first."""
        named = [c.instrument for change in self.changes for c in change.causes if c.instrument]
        return tuple(sorted(dict.fromkeys(named), key=lambda name: -named.count(name)))


@dataclass(frozen=True)
class Calendar:
    """A book over a range of days: what its acts come to on each day on which anything may turn.

    ``outcomes[i][j]`` is that of act ``i`` from ``days[j]`` until the day before ``days[j + 1]``.
    """

    view: View
    acts: tuple[Act, ...]
    first: date
    last: date
    days: tuple[date, ...]
    outcomes: tuple[tuple[Outcome, ...], ...]
    turnings: tuple[Turning, ...]


def watch(
    acts: Iterable[Act],
    regime: Regime,
    first: date | None = None,
    last: date | None = None,
    known_at: Moment | None = None,
) -> Calendar:
    """The calendar of a book, from ``first`` to ``last``, both included.

    By default from the earliest date of its own acts to the last day on which anything turns.
    """
    book = tuple(act for _, act in prepared(acts, regime))
    possible = sorted({*_law_turns(regime), *(day for act in book for day in turning_days(act, regime))})
    own = [d for act in book if (d := _day_of(act, regime)) is not None]
    first = first or min(own, default=None) or min(possible, default=date.min)
    last = max(first, last or max(possible, default=first))
    days = (first, *(day for day in possible if first < day <= last))
    outcomes = outcomes_over(book, regime, days, known_at)
    view = View("watch", regime, None, known_at)
    turnings = [_turning(view, book, outcomes, j, day) for j, day in enumerate(days) if j]
    return Calendar(view, book, first, last, days, outcomes, tuple(t for t in turnings if t.changes))


def outcomes_over(
    acts: Sequence[Act], regime: Regime, days: Sequence[date], known_at: Moment | None = None
) -> tuple[tuple[Outcome, ...], ...]:
    """For each act its outcome on each of the days, were it done on that day."""
    over = _Over(regime, days, known_at)
    return tuple(over.outcomes(act) for act in acts)


def turning_days(act: Act, regime: Regime) -> frozenset[date]:
    """Days on which what the tables and lists say of an act, or a date that a rule names, turns."""
    found: set[date] = set()
    # Who the parties are and where it goes is the same on every day.
    countries = {
        act.facts.get("destination.country"),
        *(p.facts.get("party.headquarters") for p in act.parties),
    }
    tables = regime.destinations
    codes = {code for country in countries if isinstance(code := tables.code(country), str)}
    dated = [row for code in codes for table in (tables.chart, tables.groups) for row in table.get(code, ())]
    for row in (*dated, *regime.control_list.military_list):
        found |= _edges(row.start, row.through, regime)
    for listing in _listings(act, regime):
        found |= _edges(listing.start, listing.through, regime)
        found.update(note.since for note in listing.footnotes)
        found |= {day for doubt in listing.unsure for day in (doubt.first, doubt.last + _DAY)}
    for named in _compared(regime.book):
        stated = (
            [act.facts.get(named), *(p.facts.get(named) for p in act.parties)]
            if isinstance(named, str)
            else [named]
        )
        found |= {
            day
            for d in stated
            if isinstance(d, date)
            for day in (_local(d, regime), _local(d, regime) + _DAY)
        }
    return frozenset(found)


class _Over:
    """The days of a calendar with what is in force on each, and the judge that decides under it."""

    def __init__(self, regime: Regime, days: Sequence[date], known_at: Moment | None) -> None:
        self.regime, self.days = regime, days
        self.judge = judge(regime.book, regime.scope)
        self.clocks = [regime.clock(day, known_at) for day in days]
        self.forces = [regime.book.in_force(clock).truths for clock in self.clocks]
        ids = [name for name in regime.book.order if name in regime.book.rules]
        self.place = {name: i for i, name in enumerate(ids)}
        self.nothing_said: tuple[Truth, ...] = (None,) * len(ids)

    def outcomes(self, act: Act) -> tuple[Outcome, ...]:
        edges = sorted(turning_days(act, self.regime))
        cases: dict[int, tuple[Circumstances, list[int]]] = {}
        known: dict[tuple[object, ...], Outcome] = {}
        found = []
        for day, clock, force in zip(self.days, self.clocks, self.forces, strict=True):
            stretch = bisect_right(edges, day)
            if stretch not in cases:
                case = circumstances(moved(act, day), self.regime, clock)
                cases[stretch] = case, self.relevant(case)
            case, relevant = cases[stretch]
            key = (stretch, *(force[i] for i in relevant))
            if key not in known:
                _, demands, scope = self.judge.weigh(force, case.facts, case.rows)
                known[key] = conclude(demands, scope)[0]
            found.append(known[key])
        return tuple(found)

    def relevant(self, case: Circumstances) -> list[int]:
        """The rules that could stand for these facts if they were in force.

        What is false while nothing is known of what is in force stays false whatever is.
        """
        verdicts = self.judge.evaluate(self.nothing_said, case.facts, case.rows)
        return [
            self.place[name]
            for name, verdict in zip(self.regime.book.order, verdicts, strict=True)
            if name in self.place and _possible(verdict)
        ]


def _possible(verdict: object) -> bool:
    return any(v is not False for v in verdict) if isinstance(verdict, list) else verdict is not False


def _turning(
    view: View, acts: Sequence[Act], outcomes: Sequence[Sequence[Outcome]], place: int, day: date
) -> Turning:
    turned = [i for i, own in enumerate(outcomes) if own[place] is not own[place - 1]]
    sides = [View(str(on), view.regime, on, view.known_at) for on in (day - _DAY, day)]
    changes = []
    for i in turned:
        before, after = (side.decide(acts[i]) for side in sides)
        changes.append(Change(i + 1, acts[i], before, after, causes_of(before, after)))
    return Turning(day, tuple(changes))


def _law_turns(regime: Regime) -> frozenset[date]:
    return frozenset(_local(m, regime) for rule in regime.book for m in turns(rule.windows))


def _listings(act: Act, regime: Regime) -> Iterator[Listing]:
    """Every version of every listing that some party of the act is or may be."""
    for party in act.parties:
        if party.same_as is not None:
            ids = [party.same_as]
        elif party.name is not None:
            code = regime.destinations.code(party.country)
            found = regime.listings.find(party.name, code if isinstance(code, str) else None, party.address)
            ids = [candidate.listing for candidate in found]
        else:
            continue
        for listing_id in ids:
            yield from regime.listings.versions.get(listing_id, ())


@lru_cache(maxsize=16)
def _compared(book: Rulebook) -> tuple[date | str, ...]:
    """What rules compare the date of the act with: days they name, and other facts."""
    atoms = (atom for rule in book for atom in e.atoms(rule.when))
    found: list[date | str] = []
    for atom in atoms:
        match atom:
            case e.Compare(_, e.Fact(name), e.Literal(value)) if name == _DATE and isinstance(value, date):
                found.append(value)
            case e.Compare(_, e.Fact(one), e.Fact(two)) if _DATE in (one, two):
                found.append(two if one == _DATE else one)
    return tuple(dict.fromkeys(found))


def _edges(start: Moment | None, through: date | None, regime: Regime) -> set[date]:
    begins = set() if start is None else {_local(start, regime)}
    return begins if through is None else begins | {through + _DAY}


def _local(moment: Moment, regime: Regime) -> date:
    return moment.astimezone(regime.zone).date() if isinstance(moment, datetime) else moment


def _day_of(act: Act, regime: Regime) -> date | None:
    own = act.facts.get(_DATE)
    return _local(own, regime) if isinstance(own, date) else None


def stretches(calendar: Calendar) -> Iterator[tuple[date, date, int]]:
    """The stretches in which nothing turns: first day, last day, and the place of their outcomes."""
    starts = [calendar.first, *(turning.day for turning in calendar.turnings)]
    for begin, following in pairwise([*starts, calendar.last + _DAY]):
        yield begin, following - _DAY, calendar.days.index(begin)
