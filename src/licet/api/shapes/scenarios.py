"""Scenarios: what they change in words, where the idea comes from, and how a phrase is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from licet.api.shapes.about import About
from licet.api.times import said
from licet.changes.parameters import Parameter
from licet.changes.scenario import Scenario, Source
from licet.changes.scenario_file import LONGEST
from licet.language.values import spoken

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,79}$")]
Setting = Annotated[str, Field(max_length=200)] | int | Annotated[float, Field(allow_inf_nan=False)]
Settings = Annotated[dict[Annotated[str, Field(max_length=80)], Setting], Field(max_length=50)]


class ScenarioGiven(BaseModel):
    """A scenario to lay over the law: one that comes with Licet by name, or the text of one's own."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field("yours", description="Of one that comes with Licet, unless there is a text.")
    text: Annotated[str, Field(max_length=LONGEST)] | None = Field(None, description="YAML.")
    values: Settings = Field(default_factory=dict, description="Of its parameters, by name.")


class SourceShape(BaseModel):
    """Where an idea comes from."""

    cite: str
    on: str | None
    speaker: str
    idea: str
    announcement: str
    confidence: str

    @classmethod
    def of(cls, source: Source) -> SourceShape:
        """The shape of a source."""
        return cls(
            cite=source.cite,
            on=said(source.on),
            speaker=source.speaker,
            idea=source.idea,
            announcement=source.announcement,
            confidence=source.confidence,
        )


class ParameterShape(BaseModel):
    """A value that may be another."""

    name: str
    title: str
    type: Literal["number", "day", "choice"]
    value: str
    range: str
    choices: list[str]

    @classmethod
    def of(cls, parameter: Parameter, scenario: Scenario) -> ParameterShape:
        """The shape of a parameter of a scenario."""
        return cls(
            name=parameter.name,
            title=parameter.title,
            type=parameter.type,  # type: ignore[arg-type]
            value=spoken(scenario.values[parameter.name]),
            range=parameter.range,
            choices=list(parameter.choices),
        )


class ScenarioShape(BaseModel):
    """A scenario, with everything a reader is told of it."""

    name: str
    title: str
    reason: str
    effective: str | None = Field(alias="from")
    public: str | None
    sources: list[SourceShape]
    reading: str
    other_readings: dict[str, str] = Field(description="Scenarios that take the phrase otherwise.")
    assumes: list[str]
    parameters: list[ParameterShape]
    changes: list[str] = Field(description="What it changes, in words.")
    digest: str
    text: str = Field(description="The file as it was written.")

    @classmethod
    def of(cls, scenario: Scenario) -> ScenarioShape:
        """The shape of a scenario."""
        made = {
            "name": scenario.name,
            "title": scenario.title,
            "reason": scenario.reason,
            "from": said(scenario.instrument.effective),
            "public": said(scenario.instrument.public),
            "sources": [SourceShape.of(source) for source in scenario.sources],
            "reading": scenario.reading,
            "other_readings": dict(scenario.other_readings),
            "assumes": list(scenario.assumes),
            "parameters": [ParameterShape.of(p, scenario) for p in scenario.parameters],
            "changes": scenario.says(),
            "digest": scenario.digest,
            "text": scenario.text,
        }
        return cls.model_validate(made)


class ScenariosShape(BaseModel):
    """The scenarios that come with Licet."""

    about: About
    scenarios: list[ScenarioShape]


class OneScenario(BaseModel):
    """One scenario, and what becomes of the law under it."""

    about: About
    scenario: ScenarioShape
    law_becomes: str = Field(description="The digest of the law with the scenario laid over it.")
    lists_become: str
    without_effect: list[str] = Field(description="What a rule in force forbids of it.")


class Mistake(BaseModel):
    """What is wrong with a scenario, and in which line."""

    line: int | None
    message: str


class LintShape(BaseModel):
    """What a scenario says, or why it cannot be meant."""

    about: About
    good: bool
    mistakes: Sequence[Mistake]
    scenario: ScenarioShape | None
