"""Writing a scenario: text with its mistakes beside it, checked while one types and when it is saved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from licet.changes.scenario import Scenario
from licet.changes.scenario_file import LONGEST, ScenarioError
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem
from licet.language import plain_yaml
from licet.regime import Regime
from licet.service import scenarios as kept
from licet.service.scenarios import NotYoursError, OvertakenError, Reference, SavedScenario
from licet.web.pages import moved, page
from licet.web.templating import FOLDER

router = APIRouter()
_PLACE = re.compile(r"^[^:\n]*:(?P<line>\d+): (?P<said>.*)$", re.DOTALL)
_SPARE, _SHORTEST = 8, 26
Given = Annotated[str, Form()]
_ANALYSTS = "Scenarios are saved by analysts: keep the text, sign in, and save it then"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text comes to: a scenario, or what is wrong with it and in which line."""

    scenario: Scenario | None
    line: int = 0
    problem: str = ""

    @classmethod
    def of(cls, text: str, regime: Regime) -> Checked:
        """Read a text as a scenario."""
        try:
            return cls(Scenario.parse(text, "scenario", regime))
        except ScenarioError as error:
            place = _PLACE.match(str(error))
            return cls(None, int(place["line"]), place["said"]) if place else cls(None, 0, str(error))


@router.get("/scenarios/write")
def write(request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """A form to write a scenario: blank, a copy of one, or the next version of one's own."""
    start = request.query_params.get("from", "")
    saved: SavedScenario | None = None
    text = _blank()
    if start:
        with service.database.reading() as session:
            try:
                reference = Reference.of(start)
                text = kept.text_of(session, reference)
            except ScenarioError as error:
                raise Problem(404, "No such scenario", str(error)) from None
            saved = session.get(SavedScenario, reference.own) if reference.own else None
    mine = saved is not None and (saved.written_by == person.id or person.may("admin"))
    own, seen = (saved.id, saved.version) if saved is not None and mine else ("", 0)
    return _form(request, text, Checked.of(text, service.regime), own, seen, may_save=person.may("books"))


@router.post("/scenarios/lint")
def lint(request: Request, service: ServiceOf, person: Reader, text: Given = "") -> HTMLResponse:
    """The mistakes of a text as a part of the page, for those who type with JavaScript."""
    text = _plain(text)
    return page(
        request, "scenario_lint.html", checked=Checked.of(text, service.regime), **_shape(text), live=True
    )


@router.post("/scenarios/write")
def save(
    request: Request, service: ServiceOf, person: Reader, text: Given = "", action: Given = "check",
    own: Given = "", seen: Annotated[int, Form()] = 0,
) -> Response:  # fmt: skip
    """Check a text, or save it where nothing is wrong with it."""
    text = _plain(text)
    checked = Checked.of(text, service.regime)
    may_save = person.may("books")
    if action == "check" or checked.scenario is None:
        status = 422 if checked.scenario is None else 200
        return _form(request, text, checked, own, seen, may_save, status)
    if not may_save:
        return _form(request, text, checked, own, seen, may_save, 403, _ANALYSTS)
    try:
        saved = kept.save(service, text, person, "" if action == "new" else own, seen)
    except (NotYoursError, OvertakenError) as error:
        return _form(request, text, checked, own, seen, may_save, 409, str(error))
    return moved(f"/scenarios/own-{saved.id}", f"Saved as version {saved.version}.")


def _form(
    request: Request, text: str, checked: Checked, own: str, seen: int, may_save: bool, status: int = 200,
    clash: str = "",
) -> HTMLResponse:  # fmt: skip
    errors = [{"field": "text", "text": clash}] if clash else []
    if status == 422:
        where = f"Line {checked.line}: " if checked.line else ""
        errors.append({"field": "text", "text": f"{where}{checked.problem}"})
    return page(
        request, "scenario_write.html", status=status, heading="Write a scenario", text=text, checked=checked,
        own=own, seen=seen, errors=errors, may_save=may_save, longest=LONGEST, **_shape(text), live=False,
    )  # fmt: skip


def _shape(text: str) -> dict[str, Any]:
    lines = text.split("\n")
    return {"lines": lines, "rows": max(_SHORTEST, len(lines) + _SPARE)}


def _plain(text: str) -> str:
    """The text with the line ends that we write; a browser sends others."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _blank() -> str:
    """What stands in an empty form: every part a scenario has, to be written over."""
    blank: str = plain_yaml.read_file(FOLDER / "templates" / "scenario.yaml")["blank"]
    return blank
