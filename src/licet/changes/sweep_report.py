"""The report of a sweep: rows and kinks with everything that has to be said of them, whatever the format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from licet.changes.compare import View
from licet.changes.figures import Sweep
from licet.changes.impact import Row
from licet.changes.parameters import Parameter, Value
from licet.changes.plots.rendering import Picture, PictureError
from licet.changes.plots.style import counted
from licet.changes.scenario import Scenario, void
from licet.language.values import spoken
from licet.regime import Regime

COLUMNS = (
    "row", "parameter", "at", "outcome", "rule", "title", "lines", "value", "currency", "unvalued",
    "scenario", "known_at", "law", "lists", "assumed", "notice",
)  # fmt: skip
_KINKS = {
    "after": "from", "at": "to", "rule": "rule that turns most", "title": "", "lines": "lines",
    "value": "value", "currency": "currency", "unvalued": "lines without value",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Law:
    """The law at one value: its digest, and what a rule in force forbids of the scenario there."""

    at: Value
    digest: str
    void: tuple[str, ...]

    @classmethod
    def of(cls, at: Value, regime: Regime) -> Law:
        """What has to be said of the regime at a value."""
        return cls(at, regime.digest, tuple(void(regime)))


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found, and under which laws.

    ``laws`` are those of the values, ``view`` is the law without the scenario.
    """

    scenario: Scenario
    parameter: Parameter
    view: View
    laws: tuple[Law, ...]
    found: Sweep

    @property
    def rows(self) -> Sequence[Row]:
        """Lines and money, for each value and outcome."""
        return self.found.rows

    @property
    def kinks(self) -> Sequence[Row]:
        """Where lines turn between values."""
        return self.found.kinks

    @property
    def title(self) -> str:
        """What is swept, in a line."""
        first, last = (spoken(law.at) for law in (self.laws[0], self.laws[-1]))
        return f"{self.parameter.title} ({self.parameter.name}), {first} to {last}"

    @property
    def assumed(self) -> list[str]:
        """What the scenario takes for granted, how it reads a phrase, and whose idea it is."""
        made = self.scenario
        shown = spoken(made.values[self.parameter.name])
        return [
            f"Assumed, {made.name}: {' '.join(made.assumes)}",
            *(f"It changes, here with {self.parameter.name} {shown}: {line}" for line in made.says()),
            *(f"Reading: {reading}" for reading in made.readings),
            *(f"The idea: {source}" for source in made.sources),
        ]

    @property
    def under(self) -> list[str]:
        """As of when, known when, by which law and lists, and what it is not."""
        law = self.view.regime
        digests = ", ".join(f"{spoken(made.at)}: {made.digest[:12]}" for made in self.laws)
        lost = len(self.found.undecided)
        return [
            *([f"Without a date, and in no figure here: {counted(lost)}."] if lost else []),
            f"{self.view.says}. Scenario {self.scenario.digest[:12]}; the law under it at {digests}.",
            f"Checked against published texts up to {law.confirmed}. "
            f"Parties compared with: {law.compared_with}. A hypothesis, not law. {law.notice}",
        ]

    @property
    def without_effect(self) -> list[str]:
        """What a rule in force forbids of the scenario, and at which values."""
        found: dict[str, list[str]] = {}
        for law in self.laws:
            for note in law.void:
                found.setdefault(note, []).append(spoken(law.at))
        return [f"Without effect at {', '.join(at)}: {note}" for note, at in found.items()]


# -- for machines --------------------------------------------------------------------------------------


def document(found: Swept) -> dict[str, Any]:
    """Everything, as JSON has it."""
    law = found.view.regime
    return {
        "scenario": found.scenario.name,
        "parameter": found.parameter.name,
        "title": found.title,
        "as_of": "each act's own date" if found.view.on is None else spoken(found.view.on),
        "known_at": spoken(found.view.known),
        "law": law.digest,
        "lists": law.lists_digest,
        "compared_with": law.compared_with,
        "scenario_digest": found.scenario.digest,
        "laws": [{"at": made.at, "law": made.digest} for made in found.laws],
        "assumed": found.assumed,
        "without_effect": found.without_effect,
        "undecided": [{"number": x.number, "problem": x.problem} for x in found.found.undecided],
        "notice": law.notice,
        "rows": found.rows,
        "kinks": found.kinks,
    }


def flat(found: Swept) -> list[Row]:
    """Rows of values and of kinks in one table, told apart by ``row``; each says under which law."""
    law = found.view.regime
    laws = {made.at: made.digest[:12] for made in found.laws}
    told = {
        "known_at": spoken(found.view.known),
        "lists": law.compared_with,
        "assumed": " ".join(found.scenario.assumes),
        "notice": law.notice,
    }
    base = {"parameter": found.parameter.name, "scenario": found.scenario.name, **told}
    return [
        {"row": kind, **base, **row, "at": spoken(row["at"]), "law": laws[row["at"]]}
        for kind, rows in (("outcome", found.rows), ("kink", found.kinks))
        for row in rows
    ]


# -- as a picture, and as a page -----------------------------------------------------------------------


def _picture(found: Swept) -> Picture:
    from licet.changes.plots import sweep as drawn

    words = [law.at for law in found.laws if isinstance(law.at, str)]
    if words:
        raise PictureError(
            f"a picture needs numbers or days on its axis; {found.parameter.name} is also {words[0]!r}: "
            "take the table, or other --values"
        )
    return drawn(found.rows, found.kinks, title=f"{found.parameter.title} ({found.scenario.name})")


def signed(found: Swept) -> Picture:
    """The picture with its law, its assumptions and the notice in its caption: it may travel alone."""
    from licet.changes.plots.style import WIDTH, wrapped

    picture = _picture(found)
    head = picture.spec["title"]
    told = [line for text in (found.assumed[0], found.view.says, found.view.regime.notice)
            for line in wrapped(text, WIDTH, 4)]  # fmt: skip
    return replace(
        picture,
        spec={**picture.spec, "title": {**head, "subtitle": [*head["subtitle"], *told]}},
        summary=f"{picture.summary} {found.view.says}. {found.view.regime.notice}",
    )


def page(found: Swept) -> str:
    """One HTML file without scripts or network: the picture, its data, the kinks, what was assumed."""
    from licet.changes.report import page as framed
    from licet.changes.report import paragraphs
    from licet.changes.report_lines import scrolled

    kinks = scrolled("Where it turns", found.kinks, _KINKS) if found.kinks else "<p>Nothing turns.</p>\n"
    body = f"{_picture(found).html()}{kinks}<h2>What was assumed</h2>\n"
    return framed(
        f"{found.scenario.name}: {found.title}",
        found.view.regime.notice,
        body + paragraphs((*found.assumed, *found.without_effect)),
        paragraphs(found.under),
    )
