"""Fields of the form that states an act: their words, their kinds, what stands in them and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from licet.decisions.questions import IDENTITY
from licet.language import plain_yaml
from licet.language.vocabulary import Entry, Vocabulary
from licet.web.documents import OF_PARTY, Stated, entry_of
from licet.web.templating import FOLDER, words


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form: what it states, how it is called, and what stands in it."""

    name: str
    label: str
    entry: Entry
    given: str
    hint: str = ""
    error: str = ""

    @property
    def kind(self) -> str:
        """How it is asked for: by a list to choose from, a day, a country or text."""
        if self.entry.type == "flag" or self.entry.values:
            return "choose"
        return {"date": "date"}.get(self.entry.type, "country" if self.entry.unit == "country" else "text")

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Values with their words, the unknown first."""
        if self.entry.type == "flag":
            return [("", "not known"), ("yes", "yes"), ("no", "no")]
        known = [(v, words(v)) for v in self.entry.values]
        return [
            ("", "not known"),
            *known,
            *([] if "none" in self.entry.values else [("none", "none of these")]),
        ]


@dataclass(frozen=True, slots=True)
class PartyFields:
    """The fields of one party: its number, its roles, and everything else that is said of it."""

    number: int
    roles: frozenset[str]
    errors: Mapping[str, str]
    shown: Mapping[str, str]
    more: tuple[Field, ...]


@lru_cache(maxsize=1)
def first() -> Mapping[str, Any]:
    """What the first form asks, what outcomes mean, and the example, from ``decide.yaml``."""
    data: Mapping[str, Any] = plain_yaml.read_file(FOLDER / "templates" / "decide.yaml")
    return data


def first_fields(stated: Stated, vocabulary: Vocabulary) -> list[Field]:
    """The facts that everybody has."""
    return [
        Field(
            name := one["fact"], one["label"], vocabulary[name], stated.shown(name),
            one.get("hint", ""), stated.errors.get(name, ""),
        )
        for one in first()["act"]
    ]  # fmt: skip


def other_fields(stated: Stated, vocabulary: Vocabulary) -> list[Field]:
    """Facts that were stated beyond the first ones."""
    known = {one["fact"] for one in first()["act"]}
    return [
        Field(
            name,
            vocabulary[name].ask,
            vocabulary[name],
            ", ".join(stated.raw[name]),
            "",
            stated.errors.get(name, ""),
        )
        for name in stated.raw
        if name in vocabulary and name not in known and not vocabulary[name].of_party
    ]


def party_fields(stated: Stated, number: int, vocabulary: Vocabulary) -> PartyFields:
    """What is stated of one party; the first one receives, as long as nobody says otherwise."""
    start = f"p{number}."
    shown = {
        name.removeprefix(start): ", ".join(v) for name, v in stated.raw.items() if name.startswith(start)
    }
    roles = stated.raw.get(f"{start}roles")
    blank = number > stated.parties and number == 1
    return PartyFields(
        number,
        frozenset(roles or (first()["parties"]["first"] if blank else ())),
        {name.removeprefix(start): said for name, said in stated.errors.items() if name.startswith(start)},
        shown,
        tuple(_party_facts(shown, start, stated, vocabulary)),
    )


def _party_facts(
    shown: Mapping[str, str], start: str, stated: Stated, vocabulary: Vocabulary
) -> Iterator[Field]:
    own = ("name", "roles", "country", IDENTITY, "address")
    for key, given in shown.items():
        entry = entry_of(start + key, vocabulary)
        if key not in own and entry is not None:
            yield Field(start + key, entry.ask, entry, given, "", stated.errors.get(start + key, ""))


def label_of(name: str) -> str:
    """What a fact, or a field of a party, is called on the page."""
    if match := OF_PARTY.fullmatch(name):
        return f"Party {match[1]}, {words(match[2])}"
    known = {one["fact"]: one["label"] for one in first()["act"]}
    if name == IDENTITY:
        return "Who is meant"
    return str(known.get(name) or words(name.replace(".", " ")).capitalize())
