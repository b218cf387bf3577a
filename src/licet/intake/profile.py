"""A profile: how one company's files are to be read, saved once and used again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from licet.intake.errors import IntakeError
from licet.language import plain_yaml
from licet.language.errors import LawError

DATES = ("", "mdy", "dmy")
DECIMALS = ("", "point", "comma")


@dataclass(frozen=True, slots=True)
class Profile:
    """Header -> our column, and how to read what can be read in two ways.

    ``columns`` maps a header to a column or vocabulary name, or to ``particulars`` (kept, read
    by no rule); an empty name leaves the heading to be recognised. ``dates`` is ``mdy`` or
    ``dmy``, ``decimal`` is ``point`` or ``comma``; empty means that what is ambiguous is rejected.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    decimal: str = ""

    @classmethod
    def load(cls, path: Path) -> Profile:
        """The profile in a YAML file.

        Raises:
            IntakeError: when it cannot be read or says something else.
        """
        try:
            data = plain_yaml.read_file(path)
        except (LawError, OSError) as error:
            raise IntakeError(f"profile {path.name}: cannot be read: {error}") from None
        if data is None:
            data = {}
        if not isinstance(data, dict) or set(data) - {"columns", "dates", "decimal"}:
            raise IntakeError(f"profile {path.name}: expected columns, dates and decimal, nothing else")
        columns = data.get("columns") or {}
        if not isinstance(columns, dict) or not all(isinstance(v, str) for v in columns.values()):
            raise IntakeError(f"profile {path.name}: columns: expected lines like 'Sold To: purchaser_name'")
        return cls(
            {str(header): column for header, column in columns.items()},
            _one_of(data, "dates", DATES, path),
            _one_of(data, "decimal", DECIMALS, path),
        )

    def save(self, path: Path) -> None:
        """Writes the profile as YAML.

        Raises:
            IntakeError: when the file cannot be written.
        """
        data: dict[str, Any] = {"columns": dict(self.columns)}
        data |= {key: said for key, said in (("dates", self.dates), ("decimal", self.decimal)) if said}
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise IntakeError(f"profile {path.name}: cannot be written: {error.strerror or error}") from None


def _one_of(data: Mapping[str, Any], key: str, values: tuple[str, ...], path: Path) -> str:
    said = data.get(key) or ""
    if said not in values:
        raise IntakeError(f"profile {path.name}: {key}: {said!r} is not {' or '.join(values[1:])}")
    return str(said)
