"""The mix: what a generated book is made of, read from ``mix.yaml`` and checked against the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from licet.language import plain_yaml
from licet.language.errors import LicetError
from licet.language.vocabulary import Vocabulary

UNSTATED = "unstated"
FILE = "mix.yaml"


class MixError(LicetError):
    """A mix, or what somebody asks to be generated, cannot be meant; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some texts, with the share of each; ``None`` states nothing."""

    texts: tuple[str | None, ...]
    shares: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DaysBefore:
    """A day so many days, both ends included, before the act or before the customer's listing."""

    anchor: str
    least: int
    most: int


Spec = Choice | DaysBefore


@dataclass(frozen=True, slots=True)
class Deal:
    """One way of doing business: when, with whom, in which roles, over which items, stating what."""

    name: str
    weight: float
    days: Choice
    customers: Choice
    roles: Mapping[str, Choice]
    items: tuple[str, ...]
    facts: Mapping[str, Spec]


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of item, from which models with their own number, price and facts are made."""

    what: str
    group: str
    weight: float
    price: tuple[float, float]
    quantity: tuple[int, int]
    unit: str
    hts: str
    facts: Mapping[str, Spec]


@dataclass(frozen=True)
class Mix:
    """Everything in the file; ``data`` holds what is only read where it is used."""

    span: tuple[date, date]
    deals: tuple[Deal, ...]
    items: tuple[Template, ...]
    others: Choice
    facts: Mapping[str, Spec]
    party_facts: Mapping[str, Spec]
    roles: tuple[str, ...]
    near: Choice
    after_listing: tuple[int, int]
    data: Mapping[str, Any]

    @classmethod
    def of(cls, data: Mapping[str, Any], vocabulary: Vocabulary) -> Mix:
        """The mix in the data of such a file.

        Raises:
            MixError: for a word that is missing or misspelt.
            FactError: for a fact, or the value of one, that the vocabulary does not know.
        """
        try:
            return cls(
                span=(data["span"]["from"], data["span"]["through"]),
                deals=tuple(_deal(name, given, data, vocabulary) for name, given in data["deals"].items()),
                items=tuple(_template(given, vocabulary) for given in data["items"]),
                others=choice(data["others"]),
                facts=_facts(data["facts"], vocabulary),
                party_facts=_facts(data["customers"]["facts"], vocabulary),
                roles=tuple(data["roles"]),
                near=choice(data["near"]),
                after_listing=(data["after listing"]["from"], data["after listing"]["through"]),
                data=data,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise MixError(f"{FILE}: something is missing or of another shape: {error}") from None


@cache
def text() -> str:
    """The file as it is."""
    return resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")


def read(vocabulary: Vocabulary) -> Mix:
    """The mix that comes with Licet."""
    return Mix.of(plain_yaml.read(text(), FILE), vocabulary)


def choice(given: Any) -> Choice:
    """A choice from ``{text: weight}``, or from one text alone."""
    weights = given if isinstance(given, dict) else {given: 1}
    if not all(isinstance(weight, int | float) for weight in weights.values()):
        raise MixError(
            f"{FILE}: {given!r}: expected weights, {{from, through}} or {{days before, from, through}}"
        )
    shares = np.array(list(weights.values()), float)
    if not len(shares) or (shares < 0).any() or not shares.sum():
        raise MixError(f"{FILE}: {given!r}: expected weights that are not all zero")
    texts = tuple(None if name == UNSTATED else str(name) for name in weights)
    return Choice(texts, shares / shares.sum())


def _deal(name: str, given: Mapping[str, Any], data: Mapping[str, Any], vocabulary: Vocabulary) -> Deal:
    roles = {**data["roles"], **given.get("roles", {})}
    if unknown := set(given.get("roles", {})) - set(data["roles"]):
        raise MixError(f"{FILE}: {name}: {', '.join(unknown)} is not among the roles")
    groups = {item["in"] for item in data["items"]}
    if missing := set(given["items"]) - groups:
        raise MixError(f"{FILE}: {name}: no item is in {', '.join(missing)}")
    return Deal(
        name=name,
        weight=float(given["weight"]),
        days=choice(data["days"][given["days"]]),
        customers=choice(given["customers"]),
        roles={role: choice(spec) for role, spec in roles.items()},
        items=tuple(given["items"]),
        facts=_facts(given.get("facts", {}), vocabulary),
    )


def _template(given: Mapping[str, Any], vocabulary: Vocabulary) -> Template:
    return Template(
        what=given["what"],
        group=given["in"],
        weight=float(given["weight"]),
        price=tuple(given["price"]),
        quantity=tuple(given["quantity"]),
        unit=given["unit"],
        hts=given["hts"],
        facts=_facts(given["facts"], vocabulary),
    )


def _facts(given: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Spec]:
    facts = {name: _spec(spec) for name, spec in given.items()}
    for name, spec in facts.items():
        for said in spec.texts if isinstance(spec, Choice) else ():
            vocabulary.stated(name, said)
    return facts


def _spec(given: Any) -> Spec:
    match given:
        case {"days before": str() as anchor, "from": int() as least, "through": int() as most}:
            return DaysBefore(anchor, least, most)
        case {"from": int() as low, "through": int() as high}:
            return choice(dict.fromkeys(range(low, high + 1), 1))
    return choice(given)
