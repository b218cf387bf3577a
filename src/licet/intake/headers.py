"""Headers: which column of ours, or which word of the vocabulary, each heading of a file means."""

from __future__ import annotations

import difflib
import functools
import importlib.resources
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from licet.intake.errors import IntakeError
from licet.intake.profile import Profile
from licet.intake.table import heading
from licet.language import plain_yaml
from licet.language.vocabulary import Vocabulary

KEEP = "particulars"  # kept under its heading, read by no rule, on purpose
NOTE = "note"  # ours, in a file of rejects; not read back
PARTS = ("name", "country", "address", "same_as", "reference")
# Comparing one heading with all known ones takes a while, and junk can have thousands.
SUGGESTIONS = 50


@dataclass(frozen=True, slots=True)
class Column:
    """What a column states: a fact, a part of a party in a role, or a particular.

    ``name`` is our name for it. A part is one of :data:`PARTS` or, with ``fact``, a fact of
    the party. ``useless`` says why a word of the vocabulary cannot be a column.
    """

    name: str
    fact: str = ""
    role: str = ""
    part: str = ""
    useless: str = ""

    @property
    def particular(self) -> bool:
        return not (self.fact or self.role or self.useless)

    @property
    def states(self) -> tuple[str, ...]:
        """What only one column of a file may state."""
        return (self.role, self.part) if self.role else (self.fact,) if self.fact else ("", "", self.name)


UNKNOWN = Column("")
NAMELESS = Column("", useless="its header is blank")


@dataclass(frozen=True, slots=True)
class Plan:
    """One column for each heading, in the file's order, and what to say of them."""

    headings: tuple[str, ...]
    columns: tuple[Column, ...]
    warnings: list[str] = field(default_factory=list)


@functools.cache
def naming() -> Mapping[str, Any]:
    """The data in ``headers.yaml``."""
    text = importlib.resources.files(__package__).joinpath("headers.yaml").read_text(encoding="utf-8")
    data: Mapping[str, Any] = plain_yaml.read(text, "headers.yaml")
    return data


@functools.lru_cache(16_384)
def key(heading: str) -> str:
    """A heading without case, accents, spaces and punctuation."""
    text = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(character for character in text if character.isalnum())


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every known heading, by its key, with the profile's own ones first."""

    columns: Mapping[str, Column]
    mapped: Mapping[str, Column]
    profile: Profile

    @classmethod
    def of(cls, vocabulary: Vocabulary, profile: Profile) -> Catalogue:
        """The columns for a vocabulary.

        Raises:
            IntakeError: when the profile maps a heading to a column that there is not.
        """
        columns: dict[str, Column] = {}
        for names, column in _known(vocabulary):
            for name in names:
                columns.setdefault(key(name), column)
        mapped: dict[str, Column] = {}
        for header, name in profile.columns.items():
            if not name:
                continue  # a heading that nobody has decided on yet
            column = Column(KEEP) if name == KEEP else columns.get(key(name), UNKNOWN)
            if column.useless or not column.name:
                close = difflib.get_close_matches(name, [c.name for c in columns.values()], 1)
                hint = f"; did you mean {close[0]}?" if close else ""
                raise IntakeError(
                    f"profile: {header!r} is mapped to {name!r}, which is not a column{hint} "
                    f"(write {KEEP} to keep it without reading it)"
                )
            mapped[key(header)] = column
        return cls(columns, mapped, profile)

    def find(self, header: str) -> Column | None:
        """The column that a heading means, if any."""
        wanted = key(header)
        return self.mapped.get(wanted) or self.columns.get(wanted)

    def count(self, cells: Sequence[str]) -> int:
        """How many of a row's cells are known headings."""
        found = (self.find(cell) for cell in cells if 0 < len(cell) <= 100)
        return sum(1 for column in found if column and column.name != NOTE)

    def closest(self, header: str) -> str:
        """The column whose name is most like a heading, or nothing."""
        close = difflib.get_close_matches(key(header)[:60], self.columns, 1, 0.75)
        return self.columns[close[0]].name if close else ""

    def plan(self, header: Sequence[str], name: str) -> Plan:
        """What each column of a file means.

        Raises:
            IntakeError: when a heading is repeated, or two state the same fact.
        """
        headings = tuple(heading(header, index) for index in range(len(header)))
        present = {key(one) for one in headings}
        warnings = [
            f"{name}: the profile maps {mapped!r}, which this file does not have"
            for mapped in self.profile.columns
            if key(mapped) not in present
        ]
        repeated = [one for one, times in Counter(headings).items() if times > 1]
        if repeated:
            raise IntakeError(
                f"{name}: the header {repeated[0]!r} is repeated; rename or remove one of the two"
            )
        columns: list[Column] = []
        first: dict[tuple[str, ...], str] = {}
        for one, written in zip(headings, header, strict=True):
            column = self.find(written) if written else NAMELESS
            if column is None:
                close = self.closest(written) if len(warnings) < SUGGESTIONS else ""
                hint = f" (did you mean {close!r}?)" if close else ""
                warnings.append(
                    f"{name}: the column {one!r} is not known{hint}; its cells are kept, no rule reads them"
                )
            elif column.useless and column is not NAMELESS:
                warnings.append(f"{name}: the column {one!r} is not used: {column.useless}")
            elif column.name not in (KEEP, NOTE, ""):
                other = first.setdefault(column.states, one)
                if other != one and not column.particular:
                    raise IntakeError(
                        f"{name}: the header is repeated: {other!r} and {one!r} both mean {column.name}; "
                        f"rename one, or map it to {KEEP} with a profile"
                    )
                if other != one:
                    # Our own name for it has precedence, wherever it stands.
                    second = other if key(one) == key(column.name) else one
                    warnings.append(
                        f"{name}: {other!r} and {one!r} both mean {column.name}; {second!r} is only kept"
                    )
                    if second == other:
                        columns[headings.index(other)] = Column(KEEP)
                        first[column.states] = one
                    else:
                        column = Column(KEEP)
            columns.append(column or UNKNOWN)
        return Plan(headings, tuple(columns), warnings)


def _known(vocabulary: Vocabulary) -> Iterator[tuple[Sequence[str], Column]]:
    """Every column with its names; where two claim one name, the first has it."""
    data = naming()
    for name, fact in data["facts"].items():
        if fact in vocabulary:
            yield [name, *data["aliases"].get(name, ())], Column(name, fact=fact)
    for name in data["particulars"]:
        yield [name, *data["aliases"].get(name, ())], Column(name)
    roles = vocabulary["party.roles"].values if "party.roles" in vocabulary else ()
    for role in roles:
        for called in (role, *data["roles"].get(role, ())):
            for part in PARTS:
                endings = [part, *data["endings"].get(part, ())]
                yield [f"{called} {ending}" for ending in endings], Column(f"{role}_{part}", "", role, part)
    for entry in vocabulary:
        if entry.source == "rule":
            yield [entry.name], Column(entry.name, useless="the law concludes it, nobody states it")
        elif entry.of_party:
            fact = entry.name.removeprefix("party.")
            if entry.source == "caller" and fact not in ("name", "country", "roles"):
                for role in roles:
                    names = [f"{called} {fact}" for called in (role, *data["roles"].get(role, ()))]
                    yield names, Column(f"{role}_{fact}", entry.name, role, fact)
            whose = (
                f"put a role in front of it (end_user_{fact})"
                if entry.source == "caller"
                else "a list says it"
            )
            yield [entry.name], Column(entry.name, useless=whose)
        else:
            yield [entry.name], Column(entry.name, fact=entry.name)
    yield data["notes"], Column(NOTE)
