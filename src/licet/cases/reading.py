"""A transaction of the schema ``export-cases/1`` read as an act.

A worked case states all its facts: what it leaves out is not so, and what it gives as null is
unknown. Facts told in prose (description, end use, names) are read by the phrases of
``phrases.yaml``. What the reader does not know what to do with is reported, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import lru_cache
from importlib import resources
from typing import Any

from licet.act import Act, Party
from licet.cases.registry import Registry
from licet.cases.silence import with_silence
from licet.decisions.circumstances import review
from licet.decisions.decide import strictest
from licet.language import plain_yaml
from licet.language.errors import FactError, LicetError
from licet.language.instrument import moment_from
from licet.language.values import ABSENT, Known, PartlyKnown, members
from licet.language.window import Clock
from licet.parties.terms import UNREAD
from licet.regime import Regime
from licet.tables.control_list import ControlList

_ROLES = {
    "freight_forwarder_only": "freight_forwarder",
    "forwarder": "freight_forwarder",
    "consignee": "ultimate_consignee",
}


@dataclass
class Reading:
    """A transaction on its way to an act."""

    transaction: Mapping[str, Any]
    registry: Registry
    regime: Regime
    facts: dict[str, Known] = field(default_factory=dict)
    parties: list[Party] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def act(self, source: str) -> Act:
        """The act; :attr:`unread` then lists what was not understood."""
        given = dict(self.transaction)
        self.known("act.date", self.moment(given))
        self.known("act.action", given.get("action"))
        self.known("origin.country", given.get("from"))
        self.known("destination.country", given.get("to"))
        self.known("act.claimed_exception", given.get("claimed_exception", ABSENT))
        self.item(dict(given.get("item") or {}))
        self.prose()
        self.authorisation(dict(given.get("authorisation_facts") or {}))
        self.knowledge(given.get("knowledge"))
        self.silence()
        self.list_based()
        self.who()
        for key in given.keys() - _TRANSACTION_KEYS:
            self.loose(key, given[key])
        return Act(self.facts, tuple(self.parties), {"end_use": given.get("end_use")}, source)

    # -- one after the other ---------------------------------------------------------------

    def known(self, name: str, raw: Any) -> None:
        """State a fact; null states that it is unknown, which silence may not overrule."""
        if isinstance(raw, list):
            raw = members(str(x) for x in raw)
        try:
            self.facts[name] = self.regime.vocabulary.stated(name, raw)
        except FactError as error:
            self.unread.append(str(error))
            self.facts[name] = None

    def moment(self, given: Mapping[str, Any]) -> Any:
        day = moment_from(given.get("date"), "transaction: date")
        clock = given.get("time_local") or given.get("time")
        if not clock or isinstance(day, datetime) or day is None:
            return day
        text = str(clock)
        zone = re.search(r"[+-]\d{2}:?\d{2}$", text)
        if zone:
            return datetime.fromisoformat(f"{day.isoformat()}T{text}")
        found = re.match(r"(\d{1,2}):(\d{2})", text)
        if found is None:
            self.unread.append(f"time_local: {text!r}")
            return day
        return datetime.combine(day, time(int(found[1]), int(found[2])), self.regime.zone)

    def item(self, item: dict[str, Any]) -> None:
        self.known("item.kind", item.pop("kind", None))
        published = item.pop("published", False)
        self.known("item.published", published)
        if "eccn" in item:
            # No classification because it is published is an answer; otherwise it is a gap.
            eccn = item.pop("eccn")
            self.facts["item.eccn"] = ABSENT if eccn is None and published else eccn
        self.known("item.us_origin", item.pop("us_origin", None))
        self.known("item.made_in", item.pop("made_in", ABSENT))
        self.content(item.pop("us_content", {}))
        self.product(item.pop("fdp", {}))
        item.pop("description", None)
        for key, value in item.items():
            self.loose(key, value)

    def content(self, content: Any) -> None:
        if content is None:
            return self.unknown(
                "item.us_content_pct", "item.controlled_us_content_pct", "item.contains_600_series"
            )
        content = dict(content)
        if not content and self.facts.get("item.us_origin") is not False:
            content = {"total_pct": 0, "controlled_pct_to_destination": 0}
        self.known("item.us_content_pct", content.pop("total_pct", None))
        controlled = content.pop("controlled_pct_to_destination", None)
        components = content.pop("components", None)
        if controlled is None and components:
            controlled = self.controlled_share(components)
        self.known("item.controlled_us_content_pct", controlled)
        series = content.pop("contains_600_series", False)
        self.known("item.contains_600_series", {True: "a_to_x", False: ABSENT}.get(series, series))
        if content.pop("contains_600_series_y", False):
            self.known("item.contains_600_series", "y")
        for key, value in content.items():
            self.loose(key, value)
        return None

    def controlled_share(self, components: Any) -> float | None:
        """The share of the item that would need a licence to the destination, added up from its parts."""
        country = self.facts.get("destination.country")
        clock = self.clock()
        marks = self.regime.destinations.facts(country, clock)["destination.marks"]
        total = 0.0
        for part in components:
            share = next((part[k] for k in part if k in ("pct", "value_pct", "share_pct", "percent")), None)
            if part.get("us_origin") is False:
                continue
            controls = self.regime.control_list.controls_of(part.get("eccn"))
            if share is None or controls is None or marks is None:
                return None
            sure = controls.sure if isinstance(controls, PartlyKnown) else controls
            # A licence to an embargoed destination is needed for whatever is on the list (Part 746).
            embargoed = isinstance(marks, frozenset) and not marks and country != "US"
            needs = bool(sure & marks) if isinstance(marks, frozenset) else False
            if needs or "EI" in sure or (embargoed and part.get("eccn") != "EAR99"):
                total += float(share)
        return round(total, 6)

    def product(self, fdp: Any) -> None:
        names = {
            "direct_product_of": "product.direct_product_of",
            "plant_major_component_direct_product_of": "product.plant_direct_product_of",
            "plant_direct_product_of": "product.plant_direct_product_of",
            "direct_product_of_us_ns_technology": "product.ns_technology",
            "production_started": "product.production_started",
            "network_generation": "item.network_generation",
        }
        if fdp is None:
            return self.unknown(*names.values(), "product.from_listed_design")
        fdp = dict(fdp)
        designer = fdp.pop("designed_by", None)
        if designer in self.registry.parties:
            self.join(designer, "designer")
        elif designer:
            self.parties.append(Party(str(designer), members(["designer"]), same_as="none"))
        for key in ("design_is_direct_product_of", "item_ns_controlled"):
            fdp.pop(key, None)
        for key, value in fdp.items():
            if key in names:
                self.known(names[key], value)
            else:
                self.loose(key, value)
        return None

    def authorisation(self, given: dict[str, Any]) -> None:
        certificate = given.pop("certification", {})
        if certificate is None:
            self.unknown("certificate.by")
        elif certificate:
            held = certificate.get("obtained_before_export", True)
            by = certificate.get("by")
            if held is None or by is None:
                self.unknown("certificate.by")
            else:
                self.known("certificate.by", by if held else ABSENT)
        actual = given.pop("order_is_actual_order", given.get("order_date") is not None)
        self.known("order.actual", actual)
        # Null says that the goods were not aboard; the schema has it so.
        since = given.pop("en_route_aboard_carrier_on", None)
        self.known("transport.en_route_since", ABSENT if since is None else since)
        given.pop("previously", None)
        for key, value in given.items():
            self.loose(key, value)
        purposes = (
            ("vulnerability_disclosure", given.get("cybersecurity_disclosure")),
            ("standards", given.get("standards_body")),
            ("device_support", given.get("product_public_on")),
            (
                "network_support",
                given.get("contract_executed") or given.get("network_fully_operational_before_listing"),
            ),
        )
        purpose = next((name for name, told in purposes if told), None)
        if purpose:
            self.known("support.purpose", purpose)
        if given.get("standards_body"):
            self.facts.setdefault("standards.to_be_published", True)

    def knowledge(self, given: Any) -> None:
        if not isinstance(given, Mapping):
            return
        told = dict(given)
        knows = told.pop("knows", True)
        ordered = [
            k for k in told if re.search(r"incorporated|ordered_by|produced_by|purchased_by|used_in", k)
        ]
        for key in ordered:
            ref = told.pop(key)
            self.known("knowledge.for_listed_equipment", knows)
            if ref in self.registry.parties:
                self.join(ref, "orders_finished_equipment")
        for key, value in told.items():
            self.loose(key, value if knows else False)

    def loose(self, key: str, value: Any) -> None:
        """A field under its own name, under a vocabulary name, or under one the patterns know."""
        if key in self.regime.vocabulary:
            return self.known(key, value)
        for pattern, name in _fields_of_cases():
            if re.search(pattern, key):
                if name.startswith("all: "):
                    # One of several conditions that must all be met.
                    fact = name.removeprefix("all: ")
                    self.known(fact, value and self.facts.get(fact, True))
                elif name:
                    self.known(name, value)
                return None
        self.unread.append(f"{key}: {value!r}")
        return None

    def prose(self) -> None:
        item = self.transaction.get("item") or {}
        text = f"{item.get('description') or ''} | {self.transaction.get('end_use') or ''}"
        for name, patterns in _phrases().items():
            if not name.startswith("party.") and self.facts.get(name) is None:
                found = _read(
                    patterns,
                    text if name != "end_use.category" else str(self.transaction.get("end_use") or "any"),
                )
                if found is not None:
                    self.facts[name] = self.regime.vocabulary.stated(name, found)
        for party in self.transaction.get("parties") or ():
            told = str(self.registry[str(party.get("ref"))].get("name"))
            if "network_operator" in (party.get("roles") or ()) or "network operator" in told:
                self.facts.setdefault("network.third_party", True)

    def silence(self) -> None:
        """What the case does not say is not so."""
        foreign = self.facts.get("item.us_origin") is False
        if self.facts.get("act.claimed_exception") not in (None, ABSENT):
            self.facts.setdefault("exception.conditions_met", True)
            self.facts.setdefault("item.enc_paragraph", "b1")
        open_ = {"item.us_content_pct", "item.controlled_us_content_pct"} if foreign else set()
        full = with_silence(self.facts, self.regime.vocabulary)
        self.facts.update(
            {name: value for name, value in full.items() if name not in open_ or name in self.facts}
        )

    def list_based(self) -> None:
        """What of the item's entry is open is not so, unless the entry says that it is so in general."""
        table, eccn = self.regime.control_list, self.facts.get("item.eccn")
        controls = table.controls_of(eccn)
        if isinstance(controls, PartlyKnown):
            self.facts.setdefault("item.controls", controls.sure | _main_reasons(table, str(eccn)))
        allowed = table.exceptions_of(eccn)
        if isinstance(allowed, PartlyKnown):
            self.facts.setdefault("item.exceptions", allowed.sure | _in_general(table, str(eccn)))

    def who(self) -> None:
        for given in self.transaction.get("parties") or ():
            roles = [_ROLES.get(r, r) for r in given.get("roles") or ()]
            self.join(str(given.get("ref")), *roles)

    def join(self, ref: str, *roles: str) -> None:
        known = self.regime.vocabulary["party.roles"].values
        self.unread += [f"role {r!r}" for r in roles if r not in known]
        wanted = members(r if r in known else "other" for r in roles)
        for i, party in enumerate(self.parties):
            if party.reference == ref:
                self.parties[i] = replace(party, roles=party.roles | wanted)
                return
        told = self.registry[ref]
        self.parties.append(
            Party(
                name=str(told.get("name") or ref),
                roles=wanted,
                country=told.get("country"),
                same_as=str(
                    told.get("uses_address") or (ref if ref in self.registry.listings.versions else "none")
                ),
                facts=self.party_facts(ref, told),
                reference=ref,
            )
        )

    def party_facts(self, ref: str, told: Mapping[str, Any]) -> dict[str, Known]:
        vocabulary = self.regime.vocabulary
        text = f"{told.get('name') or ''} {told.get('note') or ''}"
        facts: dict[str, Known] = {"party.takes_possession": True, "party.headquarters": told.get("country")}
        for name, patterns in _phrases().items():
            if name.startswith("party."):
                facts[name] = vocabulary.stated(name, _read(patterns, text) or "no")
        facts["party.acts_for_listed"] = bool(told.get("acts_for") or told.get("front_for"))
        for key, value in told.items():
            if f"party.{key}" in vocabulary and key not in ("name", "country", "roles"):
                facts[f"party.{key}"] = vocabulary.stated(f"party.{key}", value)
        for key in ("military_end_user", "government"):
            named = [k for k in (self.transaction.get("knowledge") or {}) if key in str(k)]
            if named and ref == self.recipient():
                facts[f"party.{key}"] = (self.transaction.get("knowledge") or {})[named[0]]
        clock = self.clock()
        facts["party.listed_share_pct"] = self.registry.share(ref, clock)
        facts["party.owner_review"] = self.owner_review(ref, clock)
        return facts

    def owner_review(self, ref: str, clock: Clock) -> Known:
        facts = {**self.facts, **self.regime.control_list.facts(self.facts.get("item.eccn"), clock)}
        policies = [review(v, facts) for v in self.registry.listed_owners(ref, clock)]
        return strictest([p for p in policies if p not in (ABSENT, UNREAD)]) or ABSENT

    def recipient(self) -> str:
        """Who finally receives: a fact told of "the end user" is about that party."""
        parties = self.transaction.get("parties") or ()
        for role in ("end_user", "ultimate_consignee", "releasee", "purchaser"):
            for party in parties:
                if role in (party.get("roles") or ()):
                    return str(party.get("ref"))
        return ""

    def clock(self) -> Clock:
        moment = self.facts.get("act.date")
        if not isinstance(moment, date):
            raise LicetError("a transaction needs its date")
        return self.regime.clock(moment)

    def unknown(self, *names: str) -> None:
        self.facts.update(dict.fromkeys(names, None))


_TRANSACTION_KEYS = frozenset(
    [
        "kind",
        "date",
        "time_local",
        "time",
        "action",
        "from",
        "to",
        "parties",
        "item",
        "end_use",
        "knowledge",
        "authorisation_facts",
        "claimed_exception",
        "event",
    ]
)


@lru_cache(maxsize=1)
def _fields_of_cases() -> list[tuple[str, str]]:
    text = resources.files("licet.cases").joinpath("fields.yaml").read_text(encoding="utf-8")
    return [(str(pattern), str(name)) for pattern, name in plain_yaml.read(text, "fields.yaml")]


@lru_cache(maxsize=1)
def _phrases() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    text = resources.files("licet.cases").joinpath("phrases.yaml").read_text(encoding="utf-8")
    data: dict[str, list[list[Any]]] = plain_yaml.read(text, "phrases.yaml")
    return {
        name: [(re.compile(str(pattern), re.IGNORECASE), str(value)) for pattern, value in pairs]
        for name, pairs in data.items()
    }


def _read(patterns: list[tuple[re.Pattern[str], str]], text: str) -> str | None:
    return next((value for pattern, value in patterns if pattern.search(text)), None)


def _in_general(table: ControlList, eccn: str) -> frozenset[str]:
    """Exceptions the entry allows unless some further fact takes them away."""
    lines = table.exceptions.get(eccn[:5], ())
    return members(x.what for x in lines if x.reach(eccn) is None and x.depends.startswith("not "))


def _main_reasons(table: ControlList, eccn: str) -> frozenset[str]:
    """National security reasons that an entry has in the main, where the case leaves its paragraph out.

    Software and technology follow the goods they are for; an entry given without its
    paragraph carries what its paragraphs carry.
    """
    lines = [x for x in table.controls.get(eccn[:5], ()) if x.reach(eccn) is None and x.what[:2] == "NS"]
    return members(x.what for x in lines if x.depends.startswith("only if for") or not x.depends)
