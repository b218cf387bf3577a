"""Scenarios that people wrote: text in versions, found by a reference; never a file of this machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import Integer, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.changes.scenario import Scenario, shipped
from licet.changes.scenario_file import ScenarioError, nearest
from licet.language.errors import LicetError
from licet.regime import Regime
from licet.service import audit
from licet.service.database import Base, Instant, new_id
from licet.service.people import Person
from licet.service.service import Service

OWN: Final = "own-"
MOST: Final = 5
"""So many scenarios can be set side by side, or laid over each other."""
_REFERENCE = re.compile(r"(?P<name>[\w-]{1,80})(?:@(?P<version>[1-9]\d{0,5}))?(?::(?P<values>.{0,400}))?")


class NotYoursError(LicetError):
    """Only who wrote a scenario, or an administrator, saves another version of it."""


class OvertakenError(LicetError):
    """Somebody saved another version of a scenario in the meantime."""


class SavedScenario(Base):
    """A scenario that somebody wrote, with the number of its last version."""

    __tablename__ = "scenarios"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    written_by: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[datetime] = mapped_column(Instant, index=True)

    @property
    def reference(self) -> str:
        """What addresses call its last version."""
        return f"{OWN}{self.id}@{self.version}"


class ScenarioVersion(Base):
    """The text of one version; it is never changed."""

    __tablename__ = "scenario_versions"

    scenario: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class Reference:
    """What an address says of a scenario: a name, or ``own-ID``, a version, and values of parameters.

    Written ``de-minimis-10``, ``own-ID@2``, ``de-minimis-10:percent=25``.
    """

    name: str
    version: int | None
    values: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, text: str) -> Reference:
        """The reference that a text says.

        Raises:
            ScenarioError: if it is none.
        """
        match = _REFERENCE.fullmatch(text.strip())
        if match is None:
            raise ScenarioError(
                f"{text[:80]!r} names no scenario; write its name, or name:parameter=value;parameter=value"
            )
        pairs = [pair.partition("=") for pair in (match["values"] or "").split(";") if pair.strip()]
        values = tuple((name.strip(), value.strip()) for name, _, value in pairs)
        return cls(match["name"], int(match["version"]) if match["version"] else None, values)

    @property
    def own(self) -> str:
        """The id of a saved scenario; empty for one that comes with Licet."""
        return self.name.removeprefix(OWN) if self.name.startswith(OWN) else ""


def save(service: Service, text: str, person: Person, scenario_id: str = "", seen: int = 0) -> SavedScenario:
    """Keep a text that says a scenario: as a new one, or as the next version of one.

    Args:
        seen: the version that the writer started from; where another was saved since, nothing is.

    Raises:
        ScenarioError: if the text says nothing that can be meant.
        NotYoursError: if it is another's.
        OvertakenError: if there is a version that the writer has not seen.
    """
    at = service.now()
    checked = Scenario.parse(text, "scenario", service.regime)
    with service.database.writing() as session:
        saved = session.get(SavedScenario, scenario_id, with_for_update=True) if scenario_id else None
        if saved is None:
            saved = SavedScenario(
                id=new_id(),
                title=checked.title,
                written_by=person.id,
                author=person.name,
                version=1,
                saved_at=at,
            )
            session.add(saved)
        else:
            _may_go_on(saved, person, seen)
            saved.title, saved.version, saved.saved_at = checked.title, saved.version + 1, at
        session.add(
            ScenarioVersion(
                scenario=saved.id, version=saved.version, text=text, digest=checked.digest,
                saved_by=person.name, saved_at=at,
            )
        )  # fmt: skip
        detail = {"version": saved.version, "title": checked.title, "digest": checked.digest}
        audit.record(session, at=at, who=person.name, what="scenario.saved", about=saved.id, detail=detail)
    return saved


def _may_go_on(saved: SavedScenario, person: Person, seen: int) -> None:
    if saved.written_by != person.id and not person.may("admin"):
        raise NotYoursError(f"{saved.title!r} was written by {saved.author}: save yours as a new one")
    if seen != saved.version:
        raise OvertakenError(
            f"version {saved.version} was saved while you wrote on version {seen}: look at it first, "
            "or save yours as a new one"
        )


@lru_cache(maxsize=2)
def catalogue(regime: Regime) -> tuple[Scenario, ...]:
    """The scenarios that come with Licet, against this law."""
    return tuple(Scenario.read(path, regime) for path in shipped())


def saved_ones(session: Session) -> Sequence[SavedScenario]:
    """Every saved scenario, the latest first."""
    return session.scalars(select(SavedScenario).order_by(SavedScenario.saved_at.desc())).all()


def versions_of(session: Session, scenario_id: str) -> Sequence[ScenarioVersion]:
    """The versions of a saved scenario, the latest first."""
    wanted = select(ScenarioVersion).where(ScenarioVersion.scenario == scenario_id)
    return session.scalars(wanted.order_by(ScenarioVersion.version.desc())).all()


def text_of(session: Session, reference: Reference) -> str:
    """The text that a reference means.

    Raises:
        ScenarioError: if there is no such scenario, or no such version.
    """
    if not reference.own:
        paths = {path.stem: path for path in shipped()}
        if reference.name not in paths:
            hint = nearest(reference.name, paths)
            raise ScenarioError(f"no scenario {reference.name!r}{hint}; there are {', '.join(paths)}")
        return paths[reference.name].read_text(encoding="utf-8")
    saved = session.get(SavedScenario, reference.own)
    version = session.get(
        ScenarioVersion, (reference.own, reference.version or (saved.version if saved else 0))
    )
    if version is None:
        raise ScenarioError(f"no scenario was saved as {reference.name!r} in that version")
    return version.text


def scenario_of(session: Session, reference: Reference, regime: Regime) -> Scenario:
    """The scenario that a reference means, against the law as it reads now.

    Raises:
        ScenarioError: if there is none, or it cannot be meant (any more).
    """
    return Scenario.parse(text_of(session, reference), reference.name, regime, dict(reference.values))
