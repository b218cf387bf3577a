"""Days in addresses: what a parameter says, and what to tell a person who wrote none."""

from __future__ import annotations

from datetime import date

from fastapi import Request

from licet.language.errors import LicetError
from licet.language.instrument import Moment, moment_from

Error = dict[str, str]


def asked(request: Request, name: str, label: str, errors: list[Error]) -> Moment | None:
    """The day or instant of a parameter; ``None`` where it is blank, or wrong, which goes into ``errors``."""
    text = request.query_params.get(name, "").strip()
    # In an address a plus that nobody quoted is a space.
    text = text.replace(" ", "+") if "T" in text else text
    try:
        return moment_from(text, label)
    except LicetError:
        errors.append({"field": name, "text": f"{label}: write a day such as {_EXAMPLE} (year, month, day)"})
        return None


_EXAMPLE = date.min.replace(year=2000, month=2, day=28).isoformat()
