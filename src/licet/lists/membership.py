"""Membership: who was on which list on which day, from instruments where we have them, else from snapshots.

The law's own table of listings rests on the rules themselves and comes first. A snapshot's
entry that is one of those adds names and addresses to it and nothing else, so that nobody is
listed twice or from a day that only the snapshot has. Every other entry becomes a listing
of its own that says which snapshot shows it, and on which days it leaves membership open.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import SequenceMatcher

from licet.language.expression import TRUE
from licet.language.instrument import Moment, day
from licet.lists.effect import PublishedRules
from licet.lists.entries import Known
from licet.lists.history import History
from licet.lists.identity import countries_of, names_of
from licet.lists.presence import Interval, Presence
from licet.lists.record import Record
from licet.parties.listing import Doubt, Footnote, Listing, Listings
from licet.parties.names import even
from licet.parties.terms import Scope, review_terms, scope_of

# Bureau rules have effect when displayed, days or a few weeks before they are printed.
_BEFORE_PRINT = timedelta(days=31)
_DAY = timedelta(days=1)
# Letters that an encoding may have lost; a number or a place that differs is another party.
_LOST = 2
_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
# Lists of which each entry says for itself what it covers and how applications are reviewed.
PER_ENTRY = ("entity_list", "military_end_users")
_PRINTED_BY_THE_BUREAU = ("entity_list", "military_end_users", "unverified_list", "denied_persons")


@dataclass(frozen=True)
class Membership:
    """Everybody that a history shows on a list.

    Args:
        listings: every version of a listing that only snapshots show, those of one id together.
        records: for each listing, those of the law's table too, what snapshots say of it and since when
            that is known, oldest first.
    """

    listings: tuple[Listing, ...]
    records: Mapping[str, tuple[Known, ...]]


def membership(history: History, law: Listings, rules: PublishedRules) -> Membership:
    """Who is listed by snapshots, beside the listings of the law's own table.

    Each listing carries what was public when, so that one result serves every ``known_at``.
    """
    table = _ByName(law, rules)
    found: list[Listing] = []
    records: dict[str, tuple[Known, ...]] = {}
    for code in history.lists():
        for presence in history.presence(code):
            said = tuple((s.known, record) for interval in presence.intervals for s, record in interval.said)
            same = table.find(presence)
            key = presence.id if same is None else same
            records[key] = (*records.get(key, ()), *said)
            if same is None:
                found += _versions(presence, rules)
    return Membership(tuple(found), records)


class _ByName:
    """The law's own listings, by list and even name and by the rule that made them."""

    def __init__(self, law: Listings, rules: PublishedRules) -> None:
        self.rules = rules
        self.named: dict[tuple[str, tuple[str, ...]], list[Listing]] = defaultdict(list)
        self.made: dict[tuple[str, date, str], list[Listing]] = defaultdict(list)
        for versions in law.versions.values():
            for version in versions:
                self.made[version.list, day(version.start), version.country].append(version)
                for name in (version.name, *version.also):
                    self.named[version.list, even(name)].append(version)

    def find(self, presence: Presence) -> str | None:
        """The listing of the table that a presence is, if there is one.

        Its name is one of the listing's and no country is against it; or it cites the very rule,
        in the same country, and the name differs by a place put behind it or by damaged letters.
        """
        record = presence.record
        names = [even(record.name), *(n for n in names_of(record) if n != even(record.name))]
        countries = countries_of(record)
        for name in names:
            for listing in self.named.get((presence.list, name), ()):
                if not countries or not listing.country or listing.country in countries:
                    return listing.id
        made = presence.intervals[0].record.published
        effective = self.rules.effective(record.citations, made)
        if effective is None:
            return None
        here = [v for c in sorted(countries) for v in self.made.get((presence.list, day(effective), c), ())]
        heads = [_letters(head) for head in _heads(record.name)]
        apart = {v.id: min(_letters_apart(h, _letters(v.name)) for h in heads) for v in here}
        best = min(apart, key=lambda id_: (apart[id_], id_), default=None)
        return best if best is not None and apart[best] <= _LOST else None


def _heads(name: str) -> list[str]:
    """The name, what stands before each comma of it, and each of these without brackets at its end."""
    parts = name.split(",")
    heads = [",".join(parts[:n]) for n in range(1, len(parts) + 1)]
    return list(dict.fromkeys([*heads, *(_BRACKETS.sub("", head) for head in heads)]))


def _letters(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isalnum())


def _letters_apart(a: str, b: str) -> float:
    """How many letters differ; endless where a number does."""
    if [c for c in a if c.isdigit()] != [c for c in b if c.isdigit()]:
        return math.inf
    changes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in changes if tag != "equal")


def _versions(presence: Presence, rules: PublishedRules) -> Iterator[Listing]:
    for interval in presence.intervals:
        start, sure_from, public = _begin(interval, presence.list, rules)
        unsure = [] if sure_from <= day(start) else [Doubt(day(start), sure_from - _DAY)]
        through, end_public = _end(interval)
        if through is not None and interval.gone is not None and through > interval.last.day:
            unsure.append(Doubt(interval.last.day + _DAY, through, interval.gone.known))
        elif interval.missing is not None:
            # A file of another form lacks it: it may be gone, or be written there otherwise.
            unsure.append(Doubt(interval.last.day + _DAY, date.max, interval.missing.known))
        pieces = list(_pieces(interval, start, public))
        for place, (piece_start, piece_public, record) in enumerate(pieces):
            last, last_public = through, end_public
            if place + 1 < len(pieces):
                last, last_public = day(pieces[place + 1][0]) - _DAY, pieces[place + 1][1]
            if last is not None and last < day(piece_start):
                continue
            yield replace(
                _listing(presence, record, piece_start),
                through=last,
                public=piece_public,
                end_public=last_public,
                unsure=tuple(unsure),
                evidence=f"{interval.first.file} of {interval.first.day}",
            )


def _begin(interval: Interval, list_: str, rules: PublishedRules) -> tuple[Moment, date, Moment | None]:
    """The first day it may have had effect, the first on which it surely had, and when it was public."""
    record, first = interval.said[0][1], interval.first
    if interval.start_kind == "snapshot":
        before = date.min if interval.without is None else interval.without.day + _DAY
        return before, first.day, first.known
    public = record.published or first.known
    if interval.start_kind == "effective":
        return interval.starts, interval.starts, min(public, first.known)
    printed = interval.starts
    effective = rules.effective(record.citations, printed) if list_ in _PRINTED_BY_THE_BUREAU else None
    if effective is not None and not record.parent:
        return effective, day(effective), min(printed, day(effective))
    early = printed - _BEFORE_PRINT if list_ in _PRINTED_BY_THE_BUREAU else printed
    # An affiliate inside an entry inherits the day of the entry and may have come later.
    return early, first.day if record.parent else printed, printed


def _end(interval: Interval) -> tuple[date | None, date | None]:
    """The last day on which it may have had effect, and when the end was public."""
    gone = interval.gone
    through = None if gone is None else max(gone.day - _DAY, interval.last.day)
    public = None if gone is None else gone.known
    if interval.ends is not None and (through is None or interval.ends <= through):
        return interval.ends, interval.last.known
    return through, public


def _pieces(
    interval: Interval, start: Moment, public: Moment | None
) -> Iterator[tuple[Moment, Moment | None, Record]]:
    """Each thing that was said of it, and from when: what a later snapshot says counts from its day on."""
    for place, (snapshot, record) in enumerate(interval.said):
        if place and _same_terms(record, interval.said[place - 1][1]):
            continue
        yield (start, public, record) if place == 0 else (snapshot.day, snapshot.known, record)


def _same_terms(a: Record, b: Record) -> bool:
    return (a.requirement, a.policy, a.footnotes, a.programmes) == (
        b.requirement, b.policy, b.footnotes, b.programmes,
    )  # fmt: skip


def _listing(presence: Presence, record: Record, start: Moment) -> Listing:
    countries = sorted(countries_of(record))
    per_entry = presence.list in PER_ENTRY
    return Listing(
        id=presence.id,
        list=presence.list,
        name=record.name,
        also=tuple(o.name for o in record.others),
        country=countries[0] if len(countries) == 1 else "",
        address=record.addresses[0].text if record.kind == "address" and record.addresses else "",
        family="",
        start=start,
        through=None,
        by=record.citations[0] if record.citations else "",
        amended_by=record.citations[1:],
        # Only some lists say for each entry what it covers; on the others the list itself does.
        scope=scope_of(record.requirement) if per_entry else Scope(record.requirement, TRUE),
        terms=review_terms(record.policy) if per_entry else (),
        policy=record.policy,
        # A footnote reaches as far back as its own rule, whose window the law has.
        footnotes=tuple(Footnote(number, day(start)) for number in record.footnotes),
        programmes=record.programmes,
    )
