"""Instruments: what makes or changes law, with every date it has and its states over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from licet.language import plain_yaml
from licet.language.errors import LawError

STATES = (
    "hypothetical",
    "announced",
    "proposed",
    "published",
    "in force",
    "suspended",
    "superseded",
    "expired",
    "vacated",
)
Moment = date | datetime


@dataclass(frozen=True, slots=True)
class State:
    """One state of an instrument from a day on."""

    since: Moment
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A rule, statute, order or ruling; also an announcement, a bill or a hypothesis.

    ``announced``, ``displayed`` (for public inspection, possibly an instant), ``published``
    and ``effective`` are four different days; ``applicable_from`` is for corrections that
    reach back. ``confidence`` says how well the sources bear it out. ``public`` is the first
    moment at which anybody could have read the instrument itself.
    """

    id: str
    title: str
    kind: str
    also: tuple[str, ...] = ()
    announced: Moment | None = None
    displayed: Moment | None = None
    published: Moment | None = None
    effective: Moment | None = None
    applicable_from: Moment | None = None
    states: tuple[State, ...] = ()
    confidence: str = "confirmed"
    note: str = ""
    public: Moment | None = field(init=False)

    def __post_init__(self) -> None:
        known = [m for m in (self.displayed, self.published) if m is not None]
        object.__setattr__(self, "public", min(known, key=day, default=None))

    @property
    def binding(self) -> bool:
        """Whether it is law at all: announcements, proposals and hypotheses bind nobody."""
        return self.kind not in ("announcement", "bill", "hypothesis", "press", "guidance", "notice")

    def state_on(self, moment: Moment) -> str:
        """Its state on a day, from its explicit states or else from its dates."""
        current = "unpublished"
        for state in self.timeline():
            if day(state.since) <= day(moment):
                current = state.state
        return current

    def timeline(self) -> tuple[State, ...]:
        """Every state in order of days."""
        dated = [("announced", self.announced)]
        if self.kind == "bill":
            dated = [("proposed", self.announced)]
        if self.binding:
            dated += [("published", self.public), ("in force", self.effective)]
        derived = [State(moment, name) for name, moment in dated if moment is not None]
        return tuple(sorted([*derived, *self.states], key=lambda s: day(s.since)))

    @property
    def cited(self) -> str:
        """How it is cited, with its other names."""
        return "; ".join([self.id, *self.also])


def day(moment: Moment) -> date:
    """The calendar day of a day or an instant."""
    return moment.date() if isinstance(moment, datetime) else moment


def moment_from(raw: Any, where: str) -> Moment | None:
    """A day or an instant with a zone, as YAML or CSV gives it; ``None`` for blank."""
    if raw is None or raw == "" or isinstance(raw, date):
        return raw or None
    try:
        moment = datetime.fromisoformat(str(raw)) if len(str(raw)) > 10 else date.fromisoformat(str(raw))
    except ValueError:
        raise LawError(f"{where}: {raw!r} is neither a day nor an instant") from None
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise LawError(f"{where}: the instant {raw!r} needs its time zone")
    return moment


def instruments_from(paths: Iterable[Path]) -> dict[str, Instrument]:
    """All instruments in the YAML files, by citation; a citation given twice is refused."""
    found: dict[str, Instrument] = {}
    for path in paths:
        for given in plain_yaml.read_file(path) or ():
            instrument = _instrument(dict(given), path.name)
            if instrument.id in found:
                raise LawError(f"{path.name}: the instrument {instrument.id} is given twice")
            found[instrument.id] = instrument
    return found


def _instrument(given: dict[str, Any], where: str) -> Instrument:
    where = f"{where}: {given.get('id')}"
    try:
        states = tuple(_state(dict(s), where) for s in given.pop("states", ()))
        moments: dict[str, Any] = {
            name: moment_from(given.pop(name, None), where)
            for name in ("announced", "displayed", "published", "effective", "applicable_from")
        }
        return Instrument(**moments, states=states, also=tuple(map(str, given.pop("also", ()))), **given)
    except TypeError as error:
        raise LawError(f"{where}: {error}") from None


def _state(given: dict[str, Any], where: str) -> State:
    since = moment_from(given.get("from"), where)
    if since is None or given.get("is") not in STATES:
        raise LawError(f"{where}: a state needs 'from' and 'is', one of {', '.join(STATES)}")
    return State(since, given["is"], str(given.get("note", "")))
