"""Records written as entries of the Consolidated Screening List."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from licet.api.csl.shapes import AddressShape, EntryShape, NumberShape
from licet.api.restrictions import restrictions_of
from licet.language.window import Clock
from licet.lists.entries import entry
from licet.lists.record import Record
from licet.lists.sources.common import data_file
from licet.parties.listing import Listing
from licet.regime import Regime

_VESSEL = ("vessel_type", "gross_tonnage", "gross_registered_tonnage", "vessel_flag", "vessel_owner")
_FACT = re.compile(rf"^({'|'.join(_VESSEL)}): (.+)$".replace("_", " "))
_CALL_SIGN = "call_sign"


@cache
def codes() -> Mapping[str, str]:
    """Codes of the consolidated list by ours, in its order."""
    lists: Mapping[str, str] = data_file("csl_lists.yaml")["lists"]
    return {ours: code for code, ours in lists.items()}


def list_called(code: str) -> str | None:
    """Our code of a list by the code of the consolidated list, in any of its spellings, or by our own."""
    known = data_file("csl_lists.yaml")
    upper = code.strip().upper()
    found = known["lists"].get(upper) or known["also"].get(upper) or code.strip().casefold()
    return str(found) if found in codes() else None


@cache
def types() -> Mapping[str, str]:
    """Types of the consolidated list by our kinds."""
    kinds: Mapping[str, str] = data_file("csl_lists.yaml")["kinds"]
    return {ours: word.capitalize() for word, ours in kinds.items()}


def record_of(version: Listing, regime: Regime, clock: Clock) -> Record:
    """What a list says of a listing on the day."""
    return entry(version, regime.records.get(version.id, ()), clock, regime.instruments)


def source_of(code: str, regime: Regime) -> str:
    """A list as the consolidated list writes it."""
    on = regime.restricted_list(code)
    return f"{on.name} ({codes().get(code, code)}) - {on.owner}"


def shown(version: Listing, regime: Regime, clock: Clock, met: Mapping[str, Any]) -> EntryShape:
    """The entry of a listing; ``met`` is how it met the name asked for."""
    record = record_of(version, regime, clock)
    facts = {f[1].replace(" ", "_"): f[2] for note in record.notes if (f := _FACT.match(note))}
    remarks = [note for note in record.notes if not _FACT.match(note)]
    signs = [i.value for i in record.identifiers if i.kind == _CALL_SIGN]
    person = record.kind == "person"
    return EntryShape(
        id=version.id,
        source=record.publisher_list or source_of(version.list, regime),
        entity_number=int(number) if (number := record.published_id).isascii() and number.isdigit() else None,
        type=types().get(record.kind),
        programs=list(record.programmes),
        name=record.name,
        title=None,
        addresses=_addresses(record),
        federal_register_notice="; ".join(record.citations) or None,
        start_date=_start(record),
        end_date=None if record.ends is None else record.ends.isoformat(),
        standard_order=None,
        license_requirement=record.requirement or None,
        license_policy=record.policy or None,
        call_sign="; ".join(signs) or None,
        vessel_type=facts.get("vessel_type"),
        gross_tonnage=facts.get("gross_tonnage"),
        gross_registered_tonnage=facts.get("gross_registered_tonnage"),
        vessel_flag=facts.get("vessel_flag"),
        vessel_owner=facts.get("vessel_owner"),
        remarks="; ".join(remarks) or None,
        source_list_url=None,
        alt_names=[other.name for other in record.others],
        citizenships=[],
        dates_of_birth=list(record.birth),
        nationalities=list(record.countries) if person else [],
        places_of_birth=[],
        source_information_url=None,
        ids=[NumberShape(type=i.kind, number=i.value) for i in record.identifiers if i.kind != _CALL_SIGN],
        restrictions=restrictions_of(regime, [version], clock),
        **met,
    )


def _addresses(record: Record) -> list[AddressShape]:
    told = [AddressShape(address=a.text or None, country=a.country or None) for a in record.addresses]
    said = {a.country for a in record.addresses}
    # A country without a place is an address of which nothing else is published.
    return told + [AddressShape(address=None, country=c) for c in record.countries if c not in said]


def _start(record: Record) -> str | None:
    """The day of publication, but for the lists where the consolidated list gives the day of effect."""
    effect = record.list in data_file("csl_lists.yaml")["start_is_effect"]
    days = (record.effective, record.published) if effect else (record.published, record.effective)
    return next((day.isoformat() for day in days if day is not None), None)
