"""An act written down: as the parameters of an address, as text that somebody pastes, and read back.

Facts have their own names (``item.eccn``); parties are numbered (``p1.name``, ``p1.roles``); a question
that nobody could answer is kept as ``passed`` so that it is not put again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from licet.act import Act, Party, party_from
from licet.decisions.end_use import with_stated_end_use
from licet.decisions.questions import IDENTITY, Question
from licet.intake import countries_from
from licet.intake.countries import country_said, names_in
from licet.intake.errors import IntakeError
from licet.intake.orders import read_bytes
from licet.language.errors import FactError, LicetError
from licet.language.instrument import Moment
from licet.language.values import ABSENT, Known, spoken
from licet.language.vocabulary import UNKNOWN_WORDS, Entry, Vocabulary
from licet.regime import Regime

Parameters = dict[str, list[str]]

OF_PARTY = re.compile(r"p([1-9]\d?)\.(.+)")
_OWN = ("name", "roles", "country", "address", "same_as")
_TIMES = ("as_of", "known_at")
MOST_PARTIES = 20


class PasteError(LicetError):
    """Pasted text is not an act."""


@dataclass(frozen=True)
class Stated:
    """What an address states: as typed, as an act, and what in it cannot be read.

    ``raw`` has every field as it was typed, ``errors`` by field what was expected there; ``act`` is
    what could be read. ``passed`` are the fields of questions that nobody could answer.
    """

    raw: Parameters
    act: Act
    as_of: Moment | None
    known_at: Moment | None
    passed: frozenset[str]
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing at all is stated."""
        return not self.act.facts and not any(p.name for p in self.act.parties) and not self.errors

    def shown(self, name: str) -> str:
        """A field as it was typed."""
        return next(iter(self.raw.get(name, ())), "")

    @property
    def parties(self) -> int:
        """How many parties have a field."""
        return max([int(m[1]) for name in self.raw if (m := OF_PARTY.fullmatch(name))], default=0)


def read(given: Iterable[tuple[str, str]], regime: Regime) -> Stated:
    """What the parameters of an address state; a name that is no fact is an error too."""
    raw: Parameters = {}
    for name, value in given:
        if value.strip():
            raw.setdefault(name, []).append(value.strip())
    return _Reading(regime, raw).stated()


class _Reading:
    def __init__(self, regime: Regime, raw: Parameters) -> None:
        self.regime, self.raw = regime, raw
        self.errors: dict[str, str] = {}

    def stated(self) -> Stated:
        facts = {name: self.fact(name, name) for name in self.raw if self.is_fact(name)}
        parties = [self.party(number, values) for number, values in sorted(self.by_party().items())]
        as_of, known_at = (self.moment(name) for name in _TIMES)
        passed = frozenset(self.raw.get("passed", ()))
        act = Act.stating(self.regime.vocabulary, {n: v for n, v in facts.items() if v is not None}, parties)
        return Stated(self.raw, act, as_of, known_at, passed, self.errors)

    def is_fact(self, name: str) -> bool:
        """Whether a parameter is a fact of the act; what is nothing we know is said to be wrong."""
        if name in (*_TIMES, "passed") or OF_PARTY.fullmatch(name):
            return False
        try:
            entry = self.regime.vocabulary[name]
        except FactError as error:
            # Other words in an address (a campaign's, a tracker's) have no dot and no meaning here.
            if "." in name:
                self.errors[name] = str(error)
            return False
        if entry.of_party:
            self.errors[name] = f"{name} belongs to a party: state it as p1.{name.removeprefix('party.')}"
        return not entry.of_party

    def fact(self, field_: str, name: str) -> Known:
        entry = self.regime.vocabulary[name]
        text = self.raw[field_]
        try:
            if entry.unit == "country":
                return self.country(text[0])
            return self.regime.vocabulary.stated(name, ", ".join(text) if entry.type == "set" else text[0])
        except FactError as error:
            self.errors[field_] = str(error).removeprefix(f"{name}: ")
        except IntakeError as error:
            self.errors[field_] = str(error)
        return None

    def country(self, text: str) -> Known:
        if text.casefold() in UNKNOWN_WORDS:
            return None
        return ABSENT if text.casefold() == "none" else country_said(text, countries_of(self.regime))

    def by_party(self) -> dict[int, dict[str, str]]:
        """The fields of each party by their own names."""
        found: dict[int, dict[str, str]] = {}
        for name in self.raw:
            if match := OF_PARTY.fullmatch(name):
                found.setdefault(int(match[1]), {})[match[2]] = name
        if len(found) > MOST_PARTIES:
            self.errors[f"p{MOST_PARTIES + 1}.name"] = f"expected at most {MOST_PARTIES} parties"
        return dict(sorted(found.items())[:MOST_PARTIES])

    def party(self, number: int, fields: Mapping[str, str]) -> Party:
        given: dict[str, Any] = {}
        for key, field_ in fields.items():
            name = key if key.startswith("party.") else f"party.{key}"
            if key in ("name", "address", IDENTITY):
                given[key] = self.raw[field_][0]
            elif name not in self.regime.vocabulary:
                self.errors[field_] = f"{key} is not a fact of a party"
            elif (value := self.fact(field_, name)) is not None:
                given["country" if key == "country" else "roles" if key == "roles" else name] = value
        if given.get("country") is ABSENT:
            given.pop("country")
        return party_from(self.regime.vocabulary, given)

    def moment(self, name: str) -> Moment | None:
        try:
            return moment_said(next(iter(self.raw.get(name, ())), ""), self.regime)
        except FactError as error:
            self.errors[name] = str(error).removeprefix("act.date: ")
        return None


def moment_said(text: str, regime: Regime) -> Moment | None:
    """A day or an instant as an address has it; ``None`` for nothing.

    Raises:
        FactError: when it is neither, saying what was expected.
    """
    # In an address a plus that nobody quoted is a space.
    moment = regime.vocabulary["act.date"].read(text.strip().replace(" ", "+"))
    return moment if isinstance(moment, date) else None


def parameters(
    act: Act, as_of: Moment | None = None, known_at: Moment | None = None, passed: Iterable[str] = ()
) -> Parameters:
    """An act as the parameters of an address, which :func:`read` reads back."""
    found: Parameters = {name: [_written(v)] for name, v in act.facts.items() if v is not None}
    for number, party in enumerate(act.parties, 1):
        own = {
            "name": [party.name or ""],
            "roles": sorted(party.roles),
            "country": [party.country or ""],
            "address": [party.address or ""],
            IDENTITY: [party.same_as or ""],
            **{n.removeprefix("party."): [_written(v)] for n, v in party.facts.items() if v is not None},
        }
        found |= {f"p{number}.{key}": values for key, values in own.items() if any(values)}
    times = {"as_of": as_of, "known_at": known_at}
    found |= {name: [spoken(moment)] for name, moment in times.items() if moment is not None}
    if kept := sorted(passed):
        found["passed"] = kept
    return found


def _written(value: Known) -> str:
    return "none" if value == frozenset() else spoken(value)


def field_of(question: Question) -> str:
    """The field in which a question is answered."""
    if question.party is None:
        return question.fact
    return f"p{question.party + 1}.{question.fact.removeprefix('party.')}"


def entry_of(field_: str, vocabulary: Vocabulary) -> Entry | None:
    """The word of the vocabulary that a field states; none for who a party is and where it sits."""
    match = OF_PARTY.fullmatch(field_)
    name = f"party.{match[2]}" if match else field_
    return vocabulary.entries.get(name)


def pasted(text: str, regime: Regime) -> Act:
    """The act in pasted text: JSON with facts and parties, or one line of an order book under its header.

    Raises:
        PasteError: when it is neither, saying what was expected.
    """
    if text.lstrip().startswith(("{", "[")):
        return _from_json(text, regime)
    if len(text.strip().splitlines()) < 2:
        raise PasteError(
            "one line alone does not say what its columns are: paste the header line of the order book too, "
            'or JSON such as {"facts": {"item.eccn": "EAR99"}, "parties": [{"name": "A", "roles": "other"}]}'
        )
    try:
        book = read_bytes(text.encode(), "pasted text", regime.vocabulary, countries_of(regime))
    except IntakeError as error:
        raise PasteError(str(error)) from None
    if book.rejects:
        raise PasteError(f"{book.rejects[0].problem}. {book.rejects[0].remedy}")
    if len(book.acts) != 1:
        raise PasteError(
            f"expected one order line under the header, found {len(book.acts)}; see Orders for more"
        )
    return with_stated_end_use(book.acts[0], regime)


def _from_json(text: str, regime: Regime) -> Act:
    try:
        given = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise PasteError(f"not readable as JSON: {error}") from None
    if not isinstance(given, dict) or not given.keys() & {"facts", "parties"}:
        raise PasteError("expected an object with facts, parties or both")
    try:
        act = Act.stating(
            regime.vocabulary, given.get("facts") or {}, given.get("parties") or (), given.get("particulars")
        )
    except (FactError, TypeError, AttributeError) as error:
        raise PasteError(str(error)) from None
    return with_stated_end_use(act, regime)


def countries_of(regime: Regime) -> Mapping[str, str]:
    """Spellings of countries with their codes, as the regime's own table has them."""
    return _countries(regime.folder)


@lru_cache(maxsize=4)
def _countries(folder: Path) -> Mapping[str, str]:
    return countries_from(folder / "us" / "ear" / "tables" / "countries.csv")


@lru_cache(maxsize=4)
def named_countries(folder: Path) -> tuple[tuple[str, str], ...]:
    """Each country of a regime's folder with its code, for a list to choose from."""
    return names_in(folder / "us" / "ear" / "tables" / "countries.csv")
