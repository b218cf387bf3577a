"""Turning: what began, ended or was amended between two views, in words and by which instrument."""

from __future__ import annotations

from datetime import timedelta

from licet.changes.sides import Sides
from licet.decisions.decide import Decision
from licet.language.values import spoken
from licet.language.window import Standing
from licet.parties.listing import Listing
from licet.parties.names import even


def named(standing: Standing) -> tuple[str, str]:
    """Which window governs: its instrument and its name."""
    return (standing.window.by, standing.window.name) if standing.window else ("", "")


def laid(sides: Sides) -> list[str]:
    """The instruments of scenarios that one of two views has and the other has not."""
    one, two = (side.regime.instruments for side in sides)
    return [name for name in dict.fromkeys((*two, *one)) if (name in one) is not (name in two)]


def window_instrument(rule_id: str, standings: tuple[Standing, Standing], sides: Sides) -> str:
    """The instrument by which a rule came into force, or ran out, between two views.

    The same whichever view comes first: the scenario that made the windows differ, else what began
    on the later day, or ended by it.
    """
    on, off = sorted((0, 1), key=lambda i: standings[i].truth is not True)
    clocks = [side.clock for side in sides]
    ended, made = _ended_by(standings[off], tuple(sides)[off]), _made_by(standings[on])
    book = sides.before.regime.book
    elsewhere = book.standing(book[rule_id], sides.after.clock).truth
    if elsewhere is not standings[1].truth and (scenarios := laid(sides)):
        return "; ".join([name for name in scenarios if name in (ended, made)] or scenarios)
    began = clocks[on].today > clocks[off].today
    at_once = clocks[on].today == clocks[off].today and made != _made_by(standings[off])
    return (made or ended) if began or at_once else (ended or made)


def _made_by(standing: Standing) -> str:
    return standing.window.by if standing.window else ""


def _ended_by(standing: Standing, side: Decision) -> str:
    """Of a window struck before its day the instrument that struck it."""
    window = standing.window
    if window is None:
        return ""
    last = window.last_day(side.clock.knew_of(side.regime.instruments.get(window.struck_by)))
    ended = last is not None and side.clock.today > last
    return window.struck_by if ended and last != window.through else window.by


def listing_instrument(old: Listing | None, new: Listing | None, sides: Sides) -> str:
    """The instrument that began, ended or amended a listing, whichever view comes first."""
    clocks = sides.before.clock, sides.after.clock
    before, after, first, last = old, new, *clocks
    if clocks[1].today < clocks[0].today:
        before, after, first, last = new, old, clocks[1], clocks[0]
    listing = after or before
    if listing is None:
        return ""
    if clocks[0].as_of == clocks[1].as_of and before != after and (scenarios := laid(sides)):
        return "; ".join(scenarios)
    amended = {since: by for by, _, since in (text.partition("@") for text in listing.amended_by)}
    if listing.through is not None and last.today > listing.through:
        return amended.get((listing.through + timedelta(days=1)).isoformat(), listing.by)
    if before is not None and before.by == listing.by and before.in_force(first):
        known = before.footnotes_on(first)
        noted = {note.since.isoformat() for note in listing.footnotes if note.number not in known}
        return next((by for since, by in amended.items() if since in noted), listing.by)
    return listing.by


def listed(side: Decision, row: int | None) -> str:
    """What one decision knew of the listing of a party, in words that follow its name."""
    who = side.case.who[row or 0]
    listing = who.listing
    if listing is None:
        return "is on no list known then" if who.sure else "could not be compared with any list"
    through = f" through {listing.through}" if listing.through else ""
    entry = f"on the {listing.list.replace('_', ' ')} from {spoken(listing.start)}{through} by {listing.by}"
    name = "" if who.same or even(listing.name) == even(who.party.name or "") else f" as {listing.name}"
    match listing.in_force(side.clock):
        case True:
            notes = "".join(f", with footnote {n}" for n in sorted(listing.footnotes_on(side.clock)))
            return f"{'is' if who.sure else 'may be'} listed{name} {entry}{notes}"
        case False:
            when = "not yet" if not side.clock.reached(listing.start) else "no longer"
            return f"{'is' if who.sure else 'may be'} {when} listed{name}"
    return f"may or may not be listed{name} {entry} on that day"
