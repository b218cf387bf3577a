"""A dossier as plain data: one object with everything, or one row for each stretch of each listing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from licet.decisions.dossier import Dossier, Entry, Event, Stretch
from licet.decisions.dossier_family import Family
from licet.decisions.dossier_records import addresses_of, countries_over_time, names_over_time
from licet.language.instrument import Moment, day
from licet.language.values import Truth
from licet.lists.snapshot import Snapshot

COLUMNS = (
    "asked", "as_of", "known_at", "match", "listing", "list", "name", "country", "from", "through",
    "membership", "in_force_on_as_of", "citation", "title", "public", "requirement", "policy", "footnotes",
    "evidence", "consequence",
)  # fmt: skip
FAMILY_COLUMNS = (
    "family", "as_of", "known_at", "listing", "list", "name", "country", "from", "through",
    "in_force_on_as_of", "citation", "public",
)  # fmt: skip
_SAID: Mapping[Truth, str] = {True: "yes", False: "no", None: "unknown"}
_MEMBERSHIP: Mapping[Truth, str] = {True: "in force", None: "not known"}


def said(moment: Moment | None) -> str:
    """A day or an instant to the minute; empty for none, and for the beginning of the calendar."""
    if moment is None or day(moment) in (date.min, date.max):
        return ""
    return moment.isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()


def as_data(dossier: Dossier) -> dict[str, Any]:
    """Everything, as JSON can hold it; moments as ISO text, ``null`` where something is not known."""
    return {
        "asked": dossier.asked,
        "country": dossier.country,
        "as_of": said(dossier.clock.as_of),
        "known_at": said(dossier.clock.known_at),
        "listed": dossier.truth,
        "entries": [_entry(e) for e in dossier.entries],
        "not_public_then": [
            {"listing": x.listing, "name": x.name, "list": x.list, "public": said(x.public)}
            for x in dossier.later
        ],
        "lists": {code: str(at) for code, at in dossier.lists.items()},
        "compared_with": dossier.compared,
        "law_digest": dossier.digests[0],
        "lists_digest": dossier.digests[1],
        "notice": dossier.notice,
    }


def rows(dossier: Dossier) -> Iterator[dict[str, Any]]:
    """A row for each stretch of each listing, in the columns ``COLUMNS``."""
    for entry in dossier.entries:
        last, made = entry.versions[-1], entry.events[0] if entry.events else None
        for stretch in entry.stretches:
            terms = [t for t in entry.terms if stretch.through is None or day(t.since) <= stretch.through]
            yield {
                "asked": dossier.asked,
                "as_of": said(dossier.clock.as_of),
                "known_at": said(dossier.clock.known_at),
                "match": "hit" if entry.sure else "review",
                "listing": entry.id,
                "list": entry.list.code,
                "name": last.name,
                "country": last.country,
                "from": said(stretch.start),
                "through": said(stretch.through),
                "membership": _MEMBERSHIP[stretch.truth],
                "in_force_on_as_of": _SAID[entry.truth],
                "citation": made.citation if made else "",
                "title": made.title if made else "",
                "public": said(made.public) if made else "",
                "requirement": terms[-1].requirement if terms else "",
                "policy": terms[-1].policy if terms else "",
                "footnotes": ";".join(f"{f.number}@{said(f.since)}" for f in entry.footnotes),
                "evidence": entry.evidence,
                "consequence": entry.list.consequence,
            }


def family_rows(family: Family) -> Iterator[dict[str, Any]]:
    """A row for each member that was known then, in the columns ``FAMILY_COLUMNS``."""
    for member in family.members:
        v = member.listing
        yield {
            "family": family.name,
            "as_of": said(family.clock.as_of),
            "known_at": said(family.clock.known_at),
            "listing": v.id,
            "list": v.list,
            "name": v.name,
            "country": v.country,
            "from": said(v.start),
            "through": said(v.through),
            "in_force_on_as_of": _SAID[member.truth],
            "citation": v.by,
            "public": said(v.public),
        }


def family_data(family: Family, lists: Mapping[str, date], notice: str) -> dict[str, Any]:
    """The counts and every member, as JSON can hold them."""
    return {
        "family": family.name,
        "as_of": said(family.clock.as_of),
        "known_at": said(family.clock.known_at),
        "in_force": family.count(True),
        "not_known": family.count(None),
        "not_in_force": family.count(False),
        "not_public_then": family.later,
        "in_force_by_rule": {by: len(members) for by, members in family.by_rule.items()},
        "members": list(family_rows(family)),
        "lists": {code: str(at) for code, at in lists.items()},
        "notice": notice,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    candidate, last = entry.candidate, entry.versions[-1]
    return {
        "listing": entry.id,
        "list": {f.name: _plain(getattr(entry.list, f.name)) for f in fields(entry.list)},
        "match": "id" if candidate is None else "hit" if candidate.sure else "review",
        "match_name": candidate.listed_name if candidate else "",
        "match_score": candidate.score if candidate else None,
        "match_one_in": candidate.one_in if candidate else None,
        "match_evidence": [dict(row) for row in candidate.evidence] if candidate else [],
        "name": last.name,
        "also": list(dict.fromkeys(n for v in entry.versions for n in v.also)),
        "country": last.country,
        "address": last.address,
        "programmes": list(last.programmes),
        "in_force_on_as_of": entry.truth,
        "listed": entry.applies,
        "stretches": [_stretch(s) for s in entry.stretches],
        "events": [_event(e) for e in entry.events],
        "terms": [
            {"since": said(t.since), "requirement": t.requirement, "policy": t.policy, "typed": t.typed}
            for t in entry.terms
        ],
        "footnotes": [{"number": f.number, "since": said(f.since)} for f in entry.footnotes],
        "evidence": entry.evidence,
        "note": last.note,
        "family": {"name": last.family, "others": list(entry.family)} if last.family else None,
        "names_in_snapshots": [
            {"name": name, "kind": kind, **_seen(*seen)}
            for (name, kind), seen in names_over_time(entry.sightings).items()
        ],
        "addresses": [
            {"address": text, "country": country, **_seen(*seen)}
            for (text, country), seen in addresses_of(entry.sightings).items()
        ],
        "countries": [
            {"country": country, **_seen(*seen)}
            for (country, _), seen in countries_over_time(entry.sightings).items()
        ],
        "records": [
            {**_seen(s.first, s.last), "requirement": s.record.requirement, "policy": s.record.policy,
             "citations": list(s.record.citations), "published": said(s.record.published),
             "effective": said(s.record.effective), "footnotes": list(s.record.footnotes)}
            for s in entry.sightings
        ],
        "related": [{f.name: getattr(r, f.name) for f in fields(r)} for r in entry.related],
    }  # fmt: skip


def _seen(first: Snapshot, last: Snapshot) -> dict[str, str]:
    return {"first_seen": str(first.day), "last_seen": str(last.day), "first_file": first.file}


def _stretch(stretch: Stretch) -> dict[str, str]:
    return {
        "from": said(stretch.start),
        "through": said(stretch.through),
        "membership": _MEMBERSHIP[stretch.truth],
    }


def _event(event: Event) -> dict[str, Any]:
    return {f.name: _plain(getattr(event, f.name)) for f in fields(event)} | {"public": said(event.public)}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return said(value)
    return list(value) if isinstance(value, tuple) else value
