"""What changed on the lists between two days: who came, who went, and whose entry says something else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from licet.language.instrument import Moment
from licet.language.values import Truth, any_of
from licet.language.window import Clock
from licet.parties.listing import Listing
from licet.regime import Regime

_CAME: dict[Truth, str] = {True: "added", False: "removed", None: "uncertain"}


@dataclass(frozen=True, slots=True)
class ListChange:
    """A listing that is not on the later day what it was on the earlier.

    ``change`` is ``added``, ``removed``, ``changed`` or ``uncertain`` (whether it is still, or already,
    listed is not known); ``on`` and ``by`` say since when and by which instrument, where that is known.
    """

    list: str
    change: str
    listing: str
    name: str
    country: str
    on: Moment | None
    by: str
    what: str = ""


def list_changes(
    regime: Regime, since: Clock, until: Clock, only: Collection[str] = ()
) -> Iterator[ListChange]:
    """Every listing that differs between two views of time; ``only`` names the lists to look at."""
    for versions in regime.listings.versions.values():
        by_list: dict[str, list[Listing]] = {}
        for version in versions:
            if not only or version.list in only:
                by_list.setdefault(version.list, []).append(version)
        for here in by_list.values():
            yield from _change(here, since, until)


def _change(versions: Sequence[Listing], since: Clock, until: Clock) -> Iterator[ListChange]:
    (old, before), (new, after) = _on(versions, since), _on(versions, until)
    told = new or old
    if told is None:
        return
    head = (told.list, told.id, told.name, told.country)
    if before is not after:
        yield _made(head, _CAME[after], *_turn(after, old, new))
    elif old is not None and new is not None and (what := _otherwise(old, new, since, until)):
        yield _made(head, "changed", None if new.start == old.start else new.start, new.by, what)


def _made(
    head: tuple[str, str, str, str], change: str, on: Moment | None, by: str, what: str = ""
) -> ListChange:
    code, listing, name, country = head
    return ListChange(code, change, listing, name, country, on, by, what)


def _on(versions: Sequence[Listing], clock: Clock) -> tuple[Listing | None, Truth]:
    """The version that has effect in a view of time, or may have, and whether it has."""
    known = [(v, v.in_force(clock)) for v in versions if v.known(clock)]
    found = [(v, truth) for v, truth in known if truth is not False]
    return (found[-1][0] if found else None), any_of(truth for _, truth in known)


def _turn(after: Truth, old: Listing | None, new: Listing | None) -> tuple[Moment | None, str]:
    """Since when membership is otherwise, and by what."""
    if new is not None:
        return (new.first_start, new.by) if after else (None, "")
    if old is None or old.through is None:
        return None, ""
    by = old.amended_by[-1].partition("@")[0] if old.amended_by else ""
    return old.through + timedelta(days=1), by


def _otherwise(old: Listing, new: Listing, since: Clock, until: Clock) -> str:
    """What the entry says otherwise, in words."""
    told = []
    notes = old.footnotes_on(since), new.footnotes_on(until)
    if gained := sorted(notes[1] - notes[0]):
        told.append(f"footnote {', '.join(gained)} added")
    if lost := sorted(notes[0] - notes[1]):
        told.append(f"footnote {', '.join(lost)} removed")
    if old.scope.text != new.scope.text:
        told.append(f"licence requirement: {new.scope.text or 'none'}; before, {old.scope.text or 'none'}")
    policies = ["; ".join(t.text for t in v.terms) or v.policy for v in (old, new)]
    if policies[0] != policies[1]:
        told.append(f"review policy: {policies[1] or 'none'}; before, {policies[0] or 'none'}")
    if (old.name, old.also, old.address) != (new.name, new.also, new.address):
        told.append("names or addresses")
    return "; ".join(told)
