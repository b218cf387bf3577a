"""Templating: the one Jinja environment, with autoescape, GOV.UK macros, and filters for days and money."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, PrefixLoader

from licet.decisions.telling import tells
from licet.language.values import Known, spoken

FOLDER = Path(str(resources.files("licet"))) / "web"
STATIC = FOLDER / "static"


def words(text: object) -> str:
    """A name of the vocabulary as people read it: ``licence_required`` is *licence required*."""
    return str(text).replace("_", " ")


def sentence(text: object) -> str:
    """The same with a capital letter."""
    said = words(text)
    return said[:1].upper() + said[1:]


def on(moment: date | None) -> str:
    """A day as people write it, an instant with its time: *16 May 2019*."""
    if moment is None:
        return ""
    text = f"{moment.day} {moment:%B %Y}"
    return f"{text}, {moment:%H:%M %Z}".rstrip() if isinstance(moment, datetime) else text


def iso(moment: date | None) -> str:
    """A day or instant as addresses and date fields write it."""
    return "" if moment is None else moment.isoformat()


def number(value: float, digits: int = 0) -> str:
    """A number with its thousands apart."""
    return f"{value:,.{digits}f}"


def money(amount: float, currency: str = "") -> str:
    """An amount with its currency, without cents: *USD 1,234*."""
    return f"{currency} {amount:,.0f}".strip()


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun: *1 line*, *2 lines*."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def value(known: Known) -> str:
    """A fact as people read it; what is not known is said so."""
    return "yes" if known is True else "no" if known is False else words(spoken(known))


def query(given: Mapping[str, object] | None = None, **changed: object) -> str:
    """Parameters of an address, with some changed; an empty one is left out, a list is repeated."""
    merged = {**(given or {}), **changed}
    return urlencode({k: v for k, v in merged.items() if v not in (None, "", [], ())}, doseq=True)


@lru_cache(maxsize=64)
def static(name: str) -> str:
    """The address of a static file, with a digest so that a new one is fetched when it changes."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Every template of the faces; anything put into one is escaped."""
    found = Environment(
        loader=ChoiceLoader([
            PackageLoader("licet.web"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]),
        autoescape=True,
        # The GOV.UK macros ask for parameters that nobody gave.
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    found.filters |= {
        "words": words, "sentence": sentence, "on": on, "iso": iso, "number": number, "money": money,
        "plural": plural, "value": value,
    }  # fmt: skip
    found.globals |= {"static": static, "query": query, "tells": tells}
    return found
