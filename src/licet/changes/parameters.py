"""Parameters of a scenario: named values that its edits refer to as ``$name``, so that they can be swept."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import islice

from licet.changes.scenario_file import OPEN, Part, ScenarioError, nearest

Value = int | float | date | str

TYPES = ("number", "day", "choice")
_REFERENCE = re.compile(r"\$([A-Za-z_][A-Za-z_0-9]*)")
_MOST, _LONGEST, _LARGEST = 1000, 200, 18
_STEP = re.compile(r"(?:(\d{1,4}) )?(day|week|month|year)s?")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its type, its default, and the values it may take.

    ``range`` is text that :func:`values_from` reads; ``choices`` are those of a choice.
    """

    name: str
    title: str
    type: str
    default: Value
    range: str = ""
    choices: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, part: Part) -> Parameter:
        """The parameter that a part of a scenario file declares."""
        known = ("title", "type", "default", "range", "values")
        given = part.fields(known, ("title", "type", "default"), f"the parameter {name}")
        kind = given["type"].word()
        if kind not in TYPES:
            raise given["type"].error(f"a parameter is one of {', '.join(TYPES)}, not {kind!r}")
        choices = tuple(item.word() for item in given["values"].items()) if "values" in given else ()
        if (kind == "choice") != bool(choices):
            raise part.error(f"{name}: a choice, and nothing else, has its 'values'")
        found = cls(
            name,
            given["title"].word(),
            kind,
            given["default"].value,
            given["range"].word() if "range" in given else "",
            choices,
        )
        if found.range:
            _checked(given["range"], found)
        try:
            found.read(found.default)
        except ScenarioError as error:
            raise given["default"].error(str(error)) from None
        return found

    def read(self, raw: object) -> Value:
        """The value that ``raw`` (typed, or text as on a command line) stands for.

        Raises:
            ScenarioError: if it is of another type, or out of the parameter's range.
        """
        text = raw.isoformat() if isinstance(raw, date) else str(raw).strip()
        if len(text) > _LONGEST:
            raise ScenarioError(f"{self.name}: a value has {_LONGEST} characters at the most")
        if self.type == "choice":
            if text not in self.choices:
                raise ScenarioError(f"{self.name}: {text!r} is not one of {', '.join(self.choices)}")
            return text
        if self.type == "day" and text == OPEN and self.default == OPEN:
            return OPEN
        value = _value(text)
        if isinstance(value, date) != (self.type == "day"):
            raise ScenarioError(f"{self.name}: {text!r} is not a {self.type}")
        if self.range:
            first, last = _ends(self.range)
            if not first <= value <= last:  # type: ignore[operator]
                raise ScenarioError(f"{self.name}: {text} is not in {first}..{last}")
        return value


def values_from(text: str) -> tuple[Value, ...]:
    """The values that a text such as ``0..50 by 5`` or ``2019-08-19..2020-12-19 by month`` lists.

    Both ends are included where the steps reach them. Days go by ``day``, ``week``, ``month`` or
    ``year``, also ``2 weeks``; the default step is 1, or a month. ``0, 10, 25`` is a list as it stands.

    Raises:
        ScenarioError: for anything else, and for more values than anybody looks at.
    """
    found = tuple(islice(_listed(text), _MOST + 1))
    if len(found) > _MOST:
        raise ScenarioError(f"{text!r} lists more than {_MOST} values; take larger steps")
    return found


def _listed(text: str) -> Iterator[Value]:
    if ".." not in text:
        yield from (_value(item.strip()) for item in text.split(","))
        return
    span, _, step = text.partition(" by ")
    first, last = _ends(span)
    if isinstance(first, date) and isinstance(last, date):
        yield from _days(first, last, step.strip() or "month")
        return
    try:
        by = Decimal(step.strip() or "1")
    except InvalidOperation:
        raise ScenarioError(f"{step!r} is not a step for numbers; write: 0..50 by 5") from None
    if not by.is_finite() or by <= 0:
        raise ScenarioError(f"the step {step!r} leads nowhere")
    at, end = Decimal(str(first)), Decimal(str(last))
    while at <= end:
        yield _number(at)
        at += by


def filled(text: str, values: Mapping[str, Value], file: str) -> str:
    """The text of a scenario file with every ``$name`` replaced by its value."""
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        for name in _REFERENCE.findall(line):
            if name not in values:
                known = nearest(name, values) or "; declare it under 'parameters'"
                raise ScenarioError(f"{file}:{number}: ${name} is no parameter of this scenario{known}")
        lines.append(_REFERENCE.sub(lambda m: str(values[m[1]]), line))
    return "\n".join(lines) + "\n"


def _checked(part: Part, parameter: Parameter) -> None:
    try:
        first, _ = _ends(parameter.range)
    except ScenarioError as error:
        raise part.error(str(error)) from None
    if parameter.type == "choice" or isinstance(first, date) != (parameter.type == "day"):
        raise part.error(f"the range of {parameter.name} is not one of a {parameter.type}")


def _ends(text: str) -> tuple[Value, Value]:
    first, dots, last = text.partition(" by ")[0].partition("..")
    if not dots:
        raise ScenarioError(f"{text!r} is no range; write 0..50 by 5, or 2019-08-19..2020-12-19 by month")
    ends = _value(first.strip()), _value(last.strip())
    if isinstance(ends[0], date) != isinstance(ends[1], date):
        raise ScenarioError(f"{text!r} begins with one kind of value and ends with another")
    if ends[1] < ends[0]:  # type: ignore[operator]
        raise ScenarioError(f"the range {text!r} ends before it begins")
    return ends


def _value(text: str) -> int | float | date:
    try:
        return date.fromisoformat(text) if len(text) == 10 and text[4] == "-" else _number(Decimal(text))
    except (ValueError, InvalidOperation):
        raise ScenarioError(f"{text!r} is neither a number nor a day such as 2019-08-19") from None


def _number(value: Decimal) -> int | float:
    if not value.is_finite() or value.adjusted() > _LARGEST:
        raise ScenarioError(f"{value} is not a finite number of reasonable size")
    return int(value) if value == int(value) else float(value)


def _days(first: date, last: date, step: str) -> Iterator[date]:
    match = _STEP.fullmatch(step)
    if match is None or match[1] == "0":
        raise ScenarioError(f"{step!r} is not a step for days; write day, week, month, year or 2 weeks")
    count, unit = int(match[1] or 1), match[2]
    day, n = first, 0
    while day <= last:
        yield day
        n += count
        try:
            day = first + timedelta(days=n * (7 if unit == "week" else 1))
            if unit in ("month", "year"):
                day = _months_on(first, n * (12 if unit == "year" else 1))
        except (OverflowError, ValueError):
            # The calendar ends before the range does.
            return


def _months_on(first: date, months: int) -> date:
    """The same day some months later, or the last day of a month that has no such day."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
