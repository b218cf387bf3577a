"""Many acts at once: JSON Lines in and out, row for row, or Arrow in and out, column for column.

Rows are recorded before they are sent: one entry for an Arrow table, one for each piece of a stream.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from itertools import islice

from pydantic import ValidationError

from licet.act import Act
from licet.api.acts import act_from, decided_act, refused
from licet.api.shapes.acts import DecisionGiven
from licet.api.shapes.decisions import DecisionShape, RowProblem, RowShape
from licet.decisions.circumstances import look_up
from licet.decisions.verifying import to_json
from licet.gate.problems import Problem
from licet.language.instrument import Moment
from licet.language.values import spoken
from licet.regime import Regime
from licet.service.people import Person
from licet.service.recording import record_batch
from licet.service.service import Service

ROWS = 200_000
_PIECE = 500


@dataclass(frozen=True, slots=True)
class View:
    """What applies to every row that does not say otherwise itself."""

    as_of: Moment | None
    known_at: Moment | None
    unrelieved: bool
    proved: bool = False

    def of(self, given: DecisionGiven) -> DecisionGiven:
        """What was given, with the view's own where it says nothing."""
        default = {"as_of": self.as_of, "known_at": self.known_at, "assume_unauthorised": self.unrelieved}
        stated = given.model_fields_set
        return given.model_copy(update={k: v for k, v in default.items() if k not in stated})


# JSON Lines ------------------------------------------------------------------------------------


def counted(data: bytes) -> int:
    """How many lines hold something.

    Raises:
        Problem: 413 when they are more than one request may have.
    """
    rows = sum(1 for line in BytesIO(data) if line.strip())
    if rows > ROWS:
        raise Problem(413, "", f"{rows:,} rows; {ROWS:,} are the most: send them in several requests")
    return rows


def lines(data: bytes, view: View, service: Service, person: Person) -> Iterator[bytes]:
    """One line for each line that holds something, in its order: a decision, or what is wrong with it."""
    regime = service.regime
    numbered = ((number, line) for number, line in enumerate(BytesIO(data), 1) if line.strip())
    while piece := list(islice(numbered, _PIECE)):
        read = [(number, _read(line, view, regime)) for number, line in piece]
        look_up((found[1] for _, found in read if isinstance(found, tuple)), regime)
        shapes = [_row(number, found, regime, view.proved) for number, found in read]
        answer = b"".join(_line(shape) for shape in shapes)
        _record(service, person, view, shapes, answer)
        yield answer


def _read(line: bytes, view: View, regime: Regime) -> tuple[DecisionGiven, Act] | RowProblem:
    try:
        given = view.of(DecisionGiven.model_validate_json(line))
        return given, act_from(given, regime)
    except ValidationError as error:
        errors = [
            {"field": ".".join(map(str, e["loc"])) or "the line", "expected": e["msg"]}
            for e in error.errors()
        ]
        detail = "; ".join(f"{e['field']}: {e['expected']}" for e in errors[:5])
        return RowProblem.model_validate(
            {"title": "Some fields are not as expected", "status": 422, "detail": detail, "errors": errors}
        )
    except Problem as problem:
        return _told(problem)


def _row(
    number: int, found: tuple[DecisionGiven, Act] | RowProblem, regime: Regime, proved: bool
) -> RowShape:
    if isinstance(found, RowProblem):
        return RowShape(row=number, problem=found)
    given, act = found
    try:
        decision = decided_act(act, given, regime)
    except Problem as problem:
        return RowShape(row=number, problem=_told(problem))
    return RowShape(row=number, decision=DecisionShape.of(decision, to_json(decision), proved=proved))


def _line(shape: RowShape) -> bytes:
    other = {"problem"} if shape.problem is None else {"decision"}
    return shape.model_dump_json(exclude=other, by_alias=True).encode() + b"\n"


def _told(problem: Problem) -> RowProblem:
    return RowProblem.model_validate(
        {
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "errors": problem.extra.get("errors", ()),
        }
    )


def _record(service: Service, person: Person, view: View, shapes: Sequence[RowShape], answer: bytes) -> None:
    made = [shape.decision for shape in shapes if shape.decision is not None]
    record_batch(
        service,
        person,
        digest=sha256(answer).hexdigest(),
        outcomes=Counter(decision.outcome.value for decision in made),
        undecided=len(shapes) - len(made),
        as_of=_said(view.as_of),
        known_at=_said(view.known_at),
    )


def _said(moment: Moment | None) -> str:
    return "" if moment is None else spoken(moment)


# Arrow -----------------------------------------------------------------------------------------


def arrow(data: bytes, view: View, keep: Sequence[str], service: Service, person: Person) -> bytes:
    """The decisions of acts in Arrow, as an Arrow IPC stream with a row for each of theirs.

    Raises:
        ActsError: for a body that states no acts in Arrow.
        Problem: 422 for a column to keep that is not there.
    """
    import pyarrow as pa

    from licet.columns.deciding import decide_all
    from licet.columns.receiving import received

    batches = list(received(data, ROWS))
    names = batches[0].schema.names
    if missing := [name for name in keep if name not in names]:
        expected = f"expected columns of the table ({', '.join(names)})"
        raise refused("There is no such column", ("keep", f"{', '.join(missing)}: {expected}"))
    found = decide_all(
        iter(batches), service.regime, view.as_of, view.known_at, view.unrelieved, keep=keep, end_uses=True
    )
    sink = BytesIO()
    with pa.ipc.new_stream(sink, found.schema) as writer:
        writer.write_table(found)
    answer = sink.getvalue()
    outcomes = Counter(found.column("outcome").to_pylist())
    undecided = outcomes.pop(None, 0)
    record_batch(
        service,
        person,
        digest=sha256(answer).hexdigest(),
        outcomes=outcomes,
        undecided=undecided,
        as_of=_said(view.as_of),
        known_at=_said(view.known_at),
    )
    return answer
