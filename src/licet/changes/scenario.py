"""A scenario: hypothetical instruments laid over a regime, from a file that a policy analyst can write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from importlib import resources
from pathlib import Path

from licet.changes.editing import Edit, applied
from licet.changes.parameters import Parameter, Value, filled
from licet.changes.reading_changes import Reader
from licet.changes.scenario_file import Part, ScenarioError, nearest, read, words
from licet.changes.targets import LENGTH, fingerprint
from licet.language.instrument import Instrument, Moment, State, day
from licet.regime import Regime

SHIPPED = Path(str(resources.files("licet"))) / "scenarios"
HYPOTHESIS, HYPOTHETICAL, VOID = "hypothesis", "hypothetical", "vacated"
_KNOWN = (
    "scenario", "reason", "sources", "reading", "other readings", "assumes", "from", "public", "parameters",
    "edits", "change",
)  # fmt: skip
_NEEDED = ("scenario", "reason", "sources", "assumes", "from", "change")
_MOST_EDITS = 30
_SOURCE = ("announcement", "cite", "speaker", "on", "idea", "confidence")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the idea comes from: who said it, on which day, and where that can be read."""

    cite: str
    on: date | None = None
    speaker: str = ""
    idea: str = ""
    announcement: str = ""
    confidence: str = "confirmed"

    def __str__(self) -> str:
        said = ", ".join(x for x in (self.speaker, str(self.on or "")) if x)
        told = f"{said}: {self.idea}" if self.idea else said
        unsure = "" if self.confidence == "confirmed" else f" [{self.confidence}]"
        return f"{told} ({self.cite}){unsure}"


@dataclass(frozen=True)
class Scenario:
    """A checked scenario: its edits, and everything a reader is told of it.

    ``values`` are those of its parameters; ``reading`` says how a phrase without legal meaning is
    taken, ``other_readings`` names the scenarios that take it otherwise; ``digest`` is over its text
    and values.
    """

    name: str
    path: Path
    title: str
    reason: str
    sources: tuple[Source, ...]
    reading: str
    other_readings: Mapping[str, str]
    assumes: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    values: Mapping[str, Value]
    instrument: Instrument
    edits: tuple[Edit, ...]
    told: tuple[str, ...]
    digest: str
    text: str

    @classmethod
    def read(cls, path: Path | str, regime: Regime, values: Mapping[str, object] | None = None) -> Scenario:
        """The scenario in a file, checked against the regime that it edits.

        Args:
            values: for parameters that are not to have their default.

        Raises:
            ScenarioError: with file and line, for anything that cannot be meant.
        """
        return _checked(_File.of(Path(path), regime, values or {}), regime)

    @classmethod
    def parse(
        cls,
        text: str,
        name: str,
        regime: Regime,
        values: Mapping[str, object] | None = None,
        beside: Iterable[str] = (),
    ) -> Scenario:
        """The scenario that a text says, checked like one in a file; no file is looked at.

        Args:
            beside: names of scenarios, besides the shipped ones, that it may name as other readings.

        Raises:
            ScenarioError: with ``name`` and line, for anything that cannot be meant.
        """
        return _checked(_File.holding(text, Path(f"{name}.yaml"), regime, values or {}, beside), regime)

    def with_values(self, values: Mapping[str, object], regime: Regime) -> Scenario:
        """The same scenario with other values for some of its parameters.

        Raises:
            ScenarioError: for a parameter that it does not have, or a value out of its range.
        """
        return Scenario.parse(self.text, self.name, regime, {**self.values, **values}, self.other_readings)

    @cached_property
    def readings(self) -> tuple[str, ...]:
        """The reading taken, and the others with the scenarios that take them."""
        others = (f"otherwise ({name}): {says}" for name, says in self.other_readings.items())
        return (self.reading, *others) if self.reading else ()

    def over(self, regime: Regime) -> Regime:
        """The regime with this scenario laid over it; the one given stays as it is."""
        return stacked([self], regime)

    def says(self) -> list[str]:
        """What it changes, in words."""
        return list(self.told)


def _checked(file: _File, regime: Regime) -> Scenario:
    scenario = file.scenario()
    scenario.over(regime)
    return scenario


def stacked(scenarios: Sequence[Scenario], regime: Regime) -> Regime:
    """The regime with several scenarios laid over it together; their order does not matter.

    Raises:
        ScenarioError: if two of them contradict each other, naming both places.
    """
    edits = [edit for scenario in scenarios for edit in scenario.edits]
    instruments = [scenario.instrument for scenario in scenarios]
    digests = {s.instrument.id.partition(" ")[2]: s.digest for s in scenarios}
    made = applied(edits, regime, instruments, digests)
    return made if not void(made) else _vacated(made)


def void(regime: Regime) -> list[str]:
    """What scenarios in this regime wanted and could not: edits that a rule in force forbids."""
    return [i.note for i in regime.instruments.values() if i.kind == HYPOTHESIS and i.note]


def _vacated(regime: Regime) -> Regime:
    """The regime whose hypothetical instruments say that a law in force undid them."""
    instruments = {
        i.id: replace(i, states=(*i.states, State(i.effective, VOID, i.note)))
        if i.kind == HYPOTHESIS and i.note and i.effective
        else i
        for i in regime.instruments.values()
    }
    return replace(regime, book=replace(regime.book, instruments=instruments))


def shipped() -> tuple[Path, ...]:
    """The scenario files that come with Licet."""
    return tuple(sorted(SHIPPED.rglob("*.yaml")))


def find(name_or_path: str) -> Path:
    """The file of a scenario: a path, or the name of one that comes with Licet.

    Raises:
        ScenarioError: if there is neither.
    """
    path = Path(name_or_path)
    if path.is_file():
        return path
    by_name = {p.stem: p for p in shipped()}
    if name_or_path not in by_name:
        hint = nearest(name_or_path, by_name)
        raise ScenarioError(f"no scenario {name_or_path!r}{hint}; a file, or one of {', '.join(by_name)}")
    return by_name[name_or_path]


def repinned(path: Path, regime: Regime) -> str:
    """The text of a scenario file with the digests under ``edits`` as the law reads now."""
    file = _File.of(path, regime, {})
    lines = [f"  {_quoted(aim)}: {fingerprint(aim, regime)}\n" for aim in file.aims()]
    block = f"edits:\n{''.join(lines)}" if lines else "edits: {}\n"
    text = file.raw if file.raw.endswith("\n") else f"{file.raw}\n"
    if re.search(r"(?m)^edits:", text):
        return re.sub(r"(?m)^edits:.*\n(?:[ \t]+\S.*\n)*", lambda _: block, text, count=1)
    return re.sub(r"(?m)^change:", lambda _: f"{block}change:", text, count=1)


def _quoted(text: str) -> str:
    return f"'{text}'" if re.search(r"[:#*&!%@,'\"\[\]{}]", text) else text


@dataclass(frozen=True)
class _File:
    """A scenario file on its way to a scenario."""

    path: Path
    raw: str
    root: Part
    regime: Regime
    parameters: tuple[Parameter, ...]
    values: Mapping[str, Value]
    beside: tuple[str, ...]

    @classmethod
    def of(cls, path: Path, regime: Regime, given: Mapping[str, object]) -> _File:
        try:
            raw = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ScenarioError(f"{path.name}: cannot be read: {error}") from None
        return cls.holding(raw, path, regime, given, (p.stem for p in path.parent.glob("*.yaml")))

    @classmethod
    def holding(
        cls, raw: str, path: Path, regime: Regime, given: Mapping[str, object], beside: Iterable[str]
    ) -> _File:
        first = read(raw, path.name)
        first.fields(_KNOWN, _NEEDED, "a scenario")
        declared = first.get("parameters")
        known = declared.value if declared is not None and declared.value else {}
        parameters = tuple(Parameter.of(name, part) for name, part in known.items())
        names = [p.name for p in parameters]
        for name in given:
            if name not in names:
                raise ScenarioError(f"{path.name}: no parameter {name!r}{nearest(name, names)}")
        values = {p.name: p.read(given.get(p.name, p.default)) for p in parameters}
        root = read(filled(raw, values, path.name), path.name)
        return cls(path, raw, root, regime, parameters, values, (*beside, *(p.stem for p in shipped())))

    def reader(self) -> Reader:
        start = self.root["from"].moment()
        public = self.root["public"].moment() if "public" in self.root else start
        return Reader(self.regime, self.instrument(start, public), start, public)

    def instrument(self, start: Moment, public: Moment) -> Instrument:
        other = {p.name: self.values[p.name] for p in self.parameters if self.values[p.name] != p.default}
        said = f" ({', '.join(f'{k} {v}' for k, v in other.items())})" if other else ""
        return Instrument(
            id=f"scenario {self.path.stem}{said}",
            title=self.root["scenario"].word(),
            kind=HYPOTHESIS,
            published=public,
            effective=start,
            states=(State(public, HYPOTHETICAL),),
        )

    def aims(self) -> list[str]:
        reader = self.reader()
        list(reader.edits(self.root["change"]))
        return list(reader.aims)

    def scenario(self) -> Scenario:
        reader = self.reader()
        if len(self.root["change"].items()) > _MOST_EDITS:
            raise self.root["change"].error(f"{_MOST_EDITS} changes are the most that a scenario can make")
        sources = tuple(self.sources())
        edits = tuple(reader.edits(self.root["change"]))
        if not self.root["change"].items():
            raise self.root["change"].error("a scenario changes something")
        self.check(reader.aims)
        values = "".join(f"\n{k}={v}" for k, v in sorted(self.values.items()))
        return Scenario(
            name=self.path.stem,
            path=self.path,
            title=reader.instrument.title,
            reason=self.root["reason"].word(),
            sources=sources,
            reading=self.root["reading"].word() if "reading" in self.root else "",
            other_readings=self.other_readings(),
            assumes=tuple(words(self.root["assumes"])),
            parameters=self.parameters,
            values=self.values,
            instrument=reader.instrument,
            edits=edits,
            told=tuple(line for edit in edits for line in edit.says(self.regime)),
            digest=sha256(f"{self.raw}{values}".encode()).hexdigest(),
            text=self.raw,
        )

    def sources(self) -> Iterator[Source]:
        for part in self.root["sources"].items():
            given = part.fields(_SOURCE, (), "a source")
            text = {key: item.word() for key, item in given.items() if key != "on"}
            announcement = text.get("announcement", "")
            instruments = self.regime.instruments
            if announcement and announcement not in instruments:
                raise given["announcement"].error(
                    f"no instrument {announcement!r}{nearest(announcement, instruments)}"
                )
            if not announcement and not ("cite" in text and "on" in given):
                raise part.error("a source needs 'cite' and 'on' (its day), or an 'announcement' of the law")
            said = instruments.get(announcement)
            told = said.announced if said is not None and said.announced is not None else None
            on = given["on"].day() if "on" in given else day(told) if told is not None else None
            cite = text.pop("cite", announcement)
            if not text.get("idea") and said is not None:
                text["idea"] = said.title
            yield Source(cite=cite, on=on, **text)

    def other_readings(self) -> dict[str, str]:
        part = self.root.get("other readings")
        if part is None:
            return {}
        if "reading" not in self.root:
            raise part.error("'other readings' need the 'reading' that is taken here")
        for name, inner in part.fields(part.value, (), "other readings").items():
            if name not in self.beside:
                raise inner.error(f"no scenario {name!r} beside this one{nearest(name, self.beside)}")
        return {name: inner.word() for name, inner in part.value.items()}

    def check(self, aims: Mapping[str, Part]) -> None:
        """Refuse digests that are missing, no longer fit, or pin what is not edited."""
        part = self.root.get("edits")
        pins: Mapping[str, Part] = part.value if part is not None and part.value else {}
        mend = f"then: licet scenario lint --repin {self.path.name}"
        for aim, at in aims.items():
            now = fingerprint(aim, self.regime)
            if aim not in pins:
                raise at.error(f"the digest of {aim!r} is missing under 'edits'; it is {now}; {mend}")
            pinned = pins[aim].word()
            if len(pinned) < LENGTH or not now.startswith(pinned[:LENGTH]):
                raise pins[aim].error(
                    f"{aim!r} reads otherwise than when this was written ({pinned}, now {now}): "
                    f"read it again with 'licet law show', {mend}"
                )
        for pinned, at in pins.items():
            if pinned not in aims:
                raise at.error(f"nothing under 'change' edits {pinned!r}{nearest(pinned, aims)}")
