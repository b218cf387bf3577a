"""Order books over HTTP: upload, what headings mean, rejected rows, runs, their lines, and files of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import func, select
from starlette.datastructures import UploadFile

from licet.api.ids import Id, Key, found
from licet.api.shapes.books import (
    BookShape,
    BooksShape,
    Format,
    GroupShape,
    GroupsShape,
    LineShape,
    LinesShape,
    Mapping,
    ProvedShape,
    RejectShape,
    RejectsShape,
    RunGiven,
    RunShape,
    RunsShape,
)
from licet.api.times import said
from licet.decisions.book import COLUMNS
from licet.decisions.outcome import Outcome
from licet.decisions.verifying import to_json
from licet.gate.asking import Analyst, ServiceOf
from licet.gate.problems import Problem, problems
from licet.intake.writing import MEDIA, written
from licet.service import board, books, holds, runs
from licet.service.board import Sort, Wanted
from licet.service.books import Book
from licet.service.runs import Run
from licet.service.service import Service
from licet.service.worker import do_now

router = APIRouter(tags=["books"], responses=problems(400, 401, 403, 404, 422, 429))
Most = Annotated[int, Query(ge=1, le=1000, description="How many at the most.")]
Offset = Annotated[int, Query(ge=0, le=10**9, description="How many to leave out first.")]
Words = Annotated[str, Query(max_length=200)]
Money = Annotated[float | None, Query(allow_inf_nan=False)]


def wanted(
    outcome: Annotated[list[Outcome | Literal["undecided"]], Query(max_length=9)] = [],  # noqa: B006
    party: Words = "",
    item: Words = "",
    text: Words = "",
    requirement: Annotated[str, Query(max_length=1000)] = "",
    ask: Words = "",
    currency: Words = "",
    least: Money = None,
    most: Money = None,
    sort: Sort = "number",
) -> Wanted:
    """Which lines, as the address says."""
    return Wanted(list(outcome), party, item, text, requirement, ask, currency, least, most, sort)


Filters = Annotated[Wanted, Depends(wanted)]


async def brought(
    request: Request, service: ServiceOf, person: Analyst, name: Annotated[str, Query(max_length=300)] = ""
) -> tuple[str, bytes]:
    """The name and the bytes of an uploaded file, from a form or as the body itself."""
    most = service.settings.max_upload
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=1, max_fields=10) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Problem(422, "No file", "send a form with the order book in the field 'file'")
            name, data = name or file.filename or "", await file.read(most + 1)
    elif kind in _RAW:
        data = await request.body()
    else:
        raise Problem(415, "", f"expected multipart/form-data or one of {', '.join(_RAW)}")
    if len(data) > most:
        raise Problem(413, "", f"the file is longer than {most:,} bytes; split the book")
    if not data:
        raise Problem(422, "No file", "the file is empty")
    return name or f"orders{_RAW.get(kind, '')}", data


_RAW = {
    "text/csv": ".csv",
    MEDIA["xlsx"]: ".xlsx",
    MEDIA["parquet"]: ".parquet",
    "application/octet-stream": "",
}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary", "description": "CSV, XLSX or Parquet."}
        },
    }
}
_BODY = {"required": True, "content": {"multipart/form-data": _FORM, **dict.fromkeys(_RAW, _BYTES)}}


@router.post("/books", status_code=201, responses=problems(413, 415), openapi_extra={"requestBody": _BODY})
def upload_book(
    file: Annotated[tuple[str, bytes], Depends(brought)], service: ServiceOf, person: Analyst, key: Key = ""
) -> BookShape:
    """Upload an order book (CSV, XLSX or Parquet). It is kept once this answers, and then read by a job."""
    name, data = file
    book = books.upload(service, data, name, person, key)
    if len(data) <= books.SMALL:
        with service.database.reading() as session:
            job = books.job_of(session, book)
        do_now(service, job)
    return _book(service, book.id)


@router.get("/books")
def list_books(service: ServiceOf, person: Analyst, limit: Most = 50, offset: Offset = 0) -> BooksShape:
    """Books, the last first."""
    with service.database.reading() as session:
        total = session.scalar(select(func.count()).select_from(Book)) or 0
        rows = session.scalars(books.listed().offset(offset).limit(limit))
        return BooksShape(total=total, books=[BookShape.of(b, books.job_of(session, b)) for b in rows])


@router.get("/books/{book_id}")
def book(book_id: Id, service: ServiceOf, person: Analyst) -> BookShape:
    """One book: its columns, how many rows were read, and how the reading stands."""
    return _book(service, book_id)


@router.put("/books/{book_id}/mapping", status_code=202, responses=problems(413))
def map_book(book_id: Id, given: Mapping, service: ServiceOf, person: Analyst) -> BookShape:
    """Choose what the headings mean; the book is read again."""
    found(books.set_profile(service, book_id, given.profile, person), "book")
    return _book(service, book_id)


@router.get("/books/{book_id}/rejects")
def rejected_rows(
    book_id: Id, service: ServiceOf, person: Analyst, limit: Most = 100, offset: Offset = 0
) -> RejectsShape:
    """The rows that could not be read, each with every fault and how to mend it."""
    with service.database.reading() as session:
        one = found(books.find(session, book_id), "book")
        rows = [RejectShape.of(row) for row in books.rejects(session, one, offset, limit)]
        return RejectsShape(total=one.rejected, rejects=rows)


@router.post("/books/{book_id}/runs", status_code=202, responses=problems(409))
def decide_book(book_id: Id, given: RunGiven, service: ServiceOf, person: Analyst, key: Key = "") -> RunShape:
    """Decide every line of a book; the answer comes at once, the lines as the job gets to them."""
    as_of, known_at = said(given.as_of) or "", said(given.known_at) or ""
    run = runs.begin(service, book_id, person, as_of, known_at, given.assume_unauthorised, key)
    return _run(service, found(run, "book").id)


@router.get("/books/{book_id}/runs")
def runs_of_book(book_id: Id, service: ServiceOf, person: Analyst) -> RunsShape:
    """The runs of a book, the last first."""
    with service.database.reading() as session:
        found(books.find(session, book_id), "book")
        told = [
            RunShape.of(run, runs.job_of(session, run.id), service.regime)
            for run in runs.of_book(session, book_id)
        ]
    return RunsShape(runs=told)


@router.get("/runs/{run_id}")
def run(run_id: Id, service: ServiceOf, person: Analyst) -> RunShape:
    """One run: how far it is, and what it came to by outcome and money."""
    return _run(service, run_id)


@router.get("/runs/{run_id}/lines")
def lines_of_run(
    run_id: Id,
    filters: Filters,
    service: ServiceOf,
    person: Analyst,
    cursor: Annotated[str, Query(max_length=2000)] = "",
    limit: Most = 100,
) -> LinesShape:
    """Lines of a run, filtered and sorted; `next` goes on where this ends."""
    with service.database.reading() as session:
        one = found(session.get(Run, run_id), "run")
        lines, following = board.after(session, one, filters, cursor, limit)
        held = holds.standing(session, one.book, [line.row for line in lines])
        told = [LineShape.of(one, line, held[line.row].id if line.row in held else None) for line in lines]
        return LinesShape(total=board.count(session, one, filters), lines=told, next=following)


@router.get("/runs/{run_id}/lines/{number}")
def line_of_run(
    run_id: Id, number: Annotated[int, Path(ge=1, lt=2**31)], service: ServiceOf, person: Analyst
) -> ProvedShape:
    """One line decided again by itself, with its proof, and compared with what the run kept."""
    with service.database.reading() as session:
        one = found(session.get(Run, run_id), "run")
        line = found(runs.line_of(session, run_id, number), "line")
        hold = holds.on_line(session, one.book, line.row)
    proved = runs.prove(service, one, line)
    return ProvedShape(
        line=LineShape.of(one, line, hold.id if hold else None),
        same=not proved.differences,
        differences=list(proved.differences),
        moved_on=proved.moved_on,
        proof=to_json(proved.decision) if proved.decision else None,
    )


@router.get("/runs/{run_id}/groups")
def reasons_of_run(run_id: Id, filters: Filters, service: ServiceOf, person: Analyst) -> GroupsShape:
    """Why lines come to what they do, with lines and money."""
    with service.database.reading() as session:
        one = found(session.get(Run, run_id), "run")
        return GroupsShape(groups=[GroupShape.of(group) for group in board.groups(session, one, filters)])


_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The rows as a file", "content": dict.fromkeys(MEDIA.values(), _BYTES)}
}


@router.get("/runs/{run_id}/export", response_class=Response, responses=_FILE)
def export_run(
    run_id: Id,
    filters: Filters,
    service: ServiceOf,
    person: Analyst,
    format: Format = "csv",  # noqa: A002 - as it is called on the command line
) -> Response:
    """The lines that the filters show, as a file. No cell of it runs as a formula."""
    with service.database.reading() as session:
        found(session.get(Run, run_id), "run")
    headers = {"Content-Disposition": f'attachment; filename="licet-{run_id}.{format}"'}
    return StreamingResponse(
        exported(service, run_id, filters, format), media_type=MEDIA[format], headers=headers
    )


def exported(service: Service, run_id: str, filters: Wanted, form: str) -> Iterator[bytes]:
    """The bytes of a file of lines."""
    with service.database.reading() as session:
        rows = board.every(session, session.get_one(Run, run_id), filters)
        yield from written(rows, COLUMNS, form)


def _book(service: Service, book_id: str) -> BookShape:
    with service.database.reading() as session:
        one = found(books.find(session, book_id), "book")
        return BookShape.of(one, books.job_of(session, one))


def _run(service: Service, run_id: str) -> RunShape:
    with service.database.reading() as session:
        one = found(session.get(Run, run_id), "run")
        return RunShape.of(one, runs.job_of(session, run_id), service.regime)
