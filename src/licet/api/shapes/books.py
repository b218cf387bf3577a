"""Shapes of order books, their runs and jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from licet.api.times import Given
from licet.intake import Profile
from licet.intake.writing import FORMATS
from licet.regime import Regime
from licet.service.board import Group
from licet.service.books import Book, Rejected
from licet.service.jobs import Job
from licet.service.runs import Run, RunLine, told

Format = Literal["json", "jsonl", "csv", "xlsx", "parquet"]
assert set(Format.__args__) == set(FORMATS)  # type: ignore[attr-defined]


class JobShape(BaseModel):
    """Long work and how far it has come."""

    id: str
    kind: str
    about: str = Field(description="The id of what it works on.")
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: int
    total: int
    words: str = Field(description="What it is doing; of a failed job, what to mend.")
    attempt: int = Field(description="How often it was taken up.")
    made_by: str
    made_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> JobShape:
        """The job as it is told."""
        return cls.model_validate(job, from_attributes=True)


class HeadingShape(BaseModel):
    """One column of a file."""

    heading: str
    column: str = Field(description="Our column for it; empty when it is not known.")
    close: str = Field(description="The column whose name is most like an unknown heading.")
    useless: str = Field(description="Why a known word cannot be a column.")
    examples: list[str]


class Mapping(BaseModel):
    """What headings mean, and how to read what can be read in two ways."""

    columns: dict[str, str] = Field(
        default_factory=dict,
        max_length=20_000,
        description="Heading to a column of ours, to `particulars` (kept, read by no rule), or to nothing.",
    )
    dates: Literal["", "mdy", "dmy"] = ""
    decimal: Literal["", "point", "comma"] = ""

    @property
    def profile(self) -> Profile:
        """The mapping as intake reads it."""
        return Profile(self.columns, self.dates, self.decimal)


class BookShape(BaseModel):
    """An uploaded order book."""

    id: str
    name: str
    sha256: str
    size: int
    state: Literal["reading", "ready", "unreadable"]
    problem: str = Field(description="Why it could not be read, and what to do.")
    reading: int = Field(description="Counts the mappings that were chosen.")
    rows: int
    acts: int = Field(description="Rows that can be decided.")
    rejected: int
    warnings: list[str]
    headings: list[HeadingShape]
    mapping: Mapping
    uploaded_by: str
    uploaded_at: datetime
    job: JobShape | None = Field(description="The job that reads it.")

    @classmethod
    def of(cls, book: Book, job: Job | None) -> BookShape:
        """The book as it is told."""
        same = [
            "id",
            "name",
            "size",
            "state",
            "problem",
            "reading",
            "rows",
            "acts",
            "rejected",
            "warnings",
            "uploaded_by",
            "uploaded_at",
        ]
        return cls(
            **{name: getattr(book, name) for name in same},
            sha256=book.digest,
            headings=[HeadingShape(**heading) for heading in book.headings],
            mapping=Mapping(**book.profile),
            job=None if job is None else JobShape.of(job),
        )


class BooksShape(BaseModel):
    """Books, the last first."""

    total: int
    books: list[BookShape]


class FaultShape(BaseModel):
    """One thing wrong with a row."""

    column: str
    found: str
    problem: str
    remedy: str


class RejectShape(BaseModel):
    """One row that was not read."""

    row: int = Field(description="As a spreadsheet numbers it.")
    faults: list[FaultShape]
    cells: dict[str, str]

    @classmethod
    def of(cls, rejected: Rejected) -> RejectShape:
        """The row as it is told."""
        return cls(row=rejected.row, faults=[FaultShape(**f) for f in rejected.faults], cells=rejected.cells)


class RejectsShape(BaseModel):
    """Rejected rows in the order of the file."""

    total: int
    rejects: list[RejectShape]


class RunGiven(BaseModel):
    """How a book is to be decided."""

    as_of: Given | None = Field(None, description="One day for all; by default each line's own date.")
    known_at: Given | None = Field(None, description="By default all that is known.")
    assume_unauthorised: bool = Field(
        False, description="Take authorisations that nobody showed to hold as not there, instead of asking."
    )


class SumShape(BaseModel):
    """Lines of one outcome and their money."""

    outcome: str
    lines: int
    money: dict[str, str] = Field(description="Exact amounts by currency.")
    without_value: int


class WaitingShape(BaseModel):
    """A question and how many lines wait for its answer."""

    fact: str
    ask: str
    lines: int


class RunShape(BaseModel):
    """A book decided in one view of time."""

    id: str
    book: str
    reading: int
    as_of: str | None = Field(description="Null where each line is decided under the law of its own date.")
    known_at: str
    assume_unauthorised: bool
    law: str = Field(description="Digest of the law that decided; empty until the run begins.")
    lists: str = Field(description="Digest of the lists.")
    compared_with: str
    lines: int
    done: int
    outcomes: list[SumShape]
    waiting: list[WaitingShape]
    results: str = Field(description="Digest over every row that came out, in order.")
    made_by: str
    made_at: datetime
    finished_at: datetime | None
    job: JobShape | None
    notice: str

    @classmethod
    def of(cls, run: Run, job: Job | None, regime: Regime) -> RunShape:
        """The run as it is told."""
        same = (
            "id book reading known_at law lists compared_with lines done results made_by made_at finished_at"
        )
        sums = run.summed
        return cls(
            **{name: getattr(run, name) for name in same.split()},
            as_of=run.as_of or None,
            assume_unauthorised=run.unrelieved,
            outcomes=[
                SumShape(
                    outcome=name,
                    lines=one.lines,
                    money={currency: format(value, "f") for currency, value in one.money.items()},
                    without_value=one.unvalued,
                )
                for name, one in sums.ordered
            ],
            waiting=[WaitingShape(fact=w.fact, ask=w.ask, lines=w.lines) for w in sums.asked],
            job=None if job is None else JobShape.of(job),
            notice=regime.notice,
        )


class RunsShape(BaseModel):
    """The runs of a book, the last first."""

    runs: list[RunShape]


class LineShape(BaseModel):
    """One decided line."""

    number: int
    row: int = Field(description="As a spreadsheet numbers it.")
    outcome: str
    amount: float | None
    told: dict[str, str] = Field(description="The row, as `licet check` writes it.")
    hold: str | None = Field(description="The id of the hold on the line, if there is or was one.")

    @classmethod
    def of(cls, run: Run, line: RunLine, hold: str | None) -> LineShape:
        """The line as it is told."""
        return cls(
            number=line.number,
            row=line.row,
            outcome=line.outcome,
            amount=line.amount,
            told=told(run, line),
            hold=hold,
        )


class LinesShape(BaseModel):
    """Lines of a run."""

    total: int = Field(description="How many lines meet the filters.")
    lines: list[LineShape]
    next: str | None = Field(description="The cursor to go on with; null at the end.")


class GroupShape(BaseModel):
    """Lines that come to the same for the same reason."""

    outcome: str
    requirements: str
    review: str
    lines: int
    money: dict[str, float] = Field(description="Rounded as floating point is; exact sums are in the run.")

    @classmethod
    def of(cls, group: Group) -> GroupShape:
        """The group as it is told."""
        return cls.model_validate(group, from_attributes=True)


class GroupsShape(BaseModel):
    """Reasons, the most restrictive outcomes first."""

    groups: list[GroupShape]


class ProvedShape(BaseModel):
    """One line decided again by itself, with its proof."""

    line: LineShape
    same: bool = Field(description="Whether deciding it again came to what the run kept.")
    differences: list[str]
    moved_on: bool = Field(
        description="Whether the law or the lists at hand are others than those of the run."
    )
    proof: dict[str, object] | None = Field(description="As POST /decisions gives it.")
