"""Orders: books uploaded, their headings mapped, rejected rows shown, and all that follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from starlette.responses import Response

from licet.api.ids import Id, found
from licet.api.times import said
from licet.gate.asking import Analyst, Reader, ServiceOf
from licet.intake import IntakeError, Profile
from licet.intake.profile import DATES, DECIMALS
from licet.intake.rejects import rejects_as_csv
from licet.intake.writing import MEDIA
from licet.language.errors import LicetError
from licet.language.instrument import Moment, moment_from
from licet.regime import Regime
from licet.service import books, holds, runs
from licet.service.books import Book
from licet.service.database import new_id
from licet.service.service import Service
from licet.service.worker import do_now
from licet.web import orders_board, orders_holds
from licet.web.orders_parts import FileOf, FormOf, Number, pages_of, progress_of, text_of
from licet.web.pages import moved, page

router = APIRouter()
_ON_A_PAGE = 50
_EXAMPLE_LINES = 200
_UNKNOWN_YEARS = (1, 9999)  # neighbouring days and other zones fall out of the calendar


@router.get("/orders")
def orders_page(request: Request, service: ServiceOf, person: Analyst, number: Number = 1) -> Response:
    """Every book, and a form for another."""
    return _overview(request, service, number)


@router.post("/orders")
def upload(request: Request, service: ServiceOf, person: Analyst, file: FileOf, form: FormOf) -> Response:
    """Keep a book, and go to its page."""
    if not file.data:
        return _overview(request, service, 1, "Choose a file. It has to hold something.")
    if len(file.data) > service.settings.max_upload:
        return _overview(
            request, service, 1, f"At most {service.settings.max_upload:,} bytes; split the book."
        )
    try:
        book = books.upload(service, file.data, file.name, person, text_of(form, "key"))
    except IntakeError as error:
        return _overview(request, service, 1, str(error))
    _read_if_small(service, book)
    return moved(f"/orders/{book.id}", f"{book.name} is kept.")


@router.get("/orders/example.csv")
def example(service: ServiceOf, person: Reader) -> Response:
    """A book of invented orders, to try things out with."""
    headers = {"Content-Disposition": 'attachment; filename="example-orders.csv"'}
    return Response(_example(service.regime), media_type=MEDIA["csv"], headers=headers)


router.include_router(orders_board.router)
router.include_router(orders_holds.router)


@router.get("/orders/{book_id}")
def book_page(
    request: Request, book_id: Id, service: ServiceOf, person: Analyst, number: Number = 1
) -> Response:
    """One book: how its headings are read, what was rejected, and how it was decided."""
    return _book(request, service, book_id, number)


@router.get("/orders/{book_id}/progress")
def reading_progress(request: Request, book_id: Id, service: ServiceOf, person: Analyst) -> Response:
    """How far the reading of a book is."""
    with service.database.reading() as session:
        job = books.job_of(session, found(books.find(session, book_id), "book"))
    return progress_of(request, job, f"/orders/{book_id}")


@router.get("/orders/{book_id}/rejects.csv")
def rejects_file(book_id: Id, service: ServiceOf, person: Analyst) -> Response:
    """The rejected rows as a file to mend and upload again."""
    with service.database.reading() as session:
        book = found(books.find(session, book_id), "book")
        rows = books.rejects(session, book, most=book.rejected)
    text = rejects_as_csv(row.reject(book.name) for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="rejects-{book_id}.csv"'}
    return Response(text.encode("utf-8-sig", errors="replace"), media_type=MEDIA["csv"], headers=headers)


@router.post("/orders/{book_id}/mapping")
def choose_mapping(
    request: Request, book_id: Id, service: ServiceOf, person: Analyst, form: FormOf
) -> Response:
    """Choose what headings mean; the book is read again."""
    with service.database.reading() as session:
        book = found(books.find(session, book_id), "book")
    typed = {
        heading.heading: text
        for place, heading in enumerate(book.columns)
        if (text := text_of(form, f"column-{place}"))
    }
    dates, decimal = text_of(form, "dates"), text_of(form, "decimal")
    profile = Profile(typed, dates if dates in DATES else "", decimal if decimal in DECIMALS else "")
    try:
        mapped = found(books.set_profile(service, book_id, profile, person), "book")
    except IntakeError as error:
        wrong = [{"field": _field_of(book, str(error)), "text": str(error)}]
        return _book(request, service, book_id, 1, 422, errors=wrong, typed=typed)
    _read_if_small(service, mapped)
    return moved(f"/orders/{book_id}", "The book was read again.")


@router.post("/orders/{book_id}/runs")
def decide(request: Request, book_id: Id, service: ServiceOf, person: Analyst, form: FormOf) -> Response:
    """Have a book decided, and go to the board."""
    given = {name: text_of(form, name) for name in ("as_of", "known_at", "unrelieved")}
    moments: dict[str, str] = {}
    errors = []
    for name in ("as_of", "known_at"):
        try:
            moments[name] = said(_moment(given[name])) or ""
        except LicetError as error:
            errors.append({"field": name, "text": str(error).lstrip(": ")})
    if errors:
        return _book(request, service, book_id, 1, 422, errors=errors, given=given)
    key = text_of(form, "key")
    run = runs.begin(service, book_id, person, **moments, unrelieved=bool(given["unrelieved"]), key=key)
    return moved(f"/orders/runs/{found(run, 'book').id}")


def _overview(request: Request, service: Service, number: int, wrong: str = "") -> Response:
    with service.database.reading() as session:
        total = session.scalar(select(func.count()).select_from(Book)) or 0
        number, last = pages_of(number, total, _ON_A_PAGE)
        shown = list(session.scalars(books.listed().offset((number - 1) * _ON_A_PAGE).limit(_ON_A_PAGE)))
        last_runs = {book.id: runs.of_book(session, book.id)[:1] for book in shown}
        held = holds.counted(session)
    return page(
        request, "orders.html", 422 if wrong else 200, heading="Orders", books=shown, runs=last_runs,
        held=held, total=total, number=number, last=last, key=new_id(), most=service.settings.max_upload,
        errors=[{"field": "file", "text": wrong}] if wrong else [],
    )  # fmt: skip


def _book(
    request: Request,
    service: Service,
    book_id: str,
    number: int,
    status: int = 200,
    *,
    errors: list[dict[str, str]] | None = None,
    typed: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    with service.database.reading() as session:
        book = found(books.find(session, book_id), "book")
        job = books.job_of(session, book)
        number, last = pages_of(number, book.rejected, _ON_A_PAGE)
        rejects = books.rejects(session, book, (number - 1) * _ON_A_PAGE, _ON_A_PAGE)
        made = runs.of_book(session, book_id)
        held = holds.counted(session, book_id)
    chosen = typed if typed is not None else book.profile["columns"]
    return page(
        request, "book.html", status, heading=book.name, book=book, job=job, rejects=rejects, number=number,
        last=last, runs=made, held=held, choices=books.choices(service.regime), chosen=chosen,
        columns=list(enumerate(book.columns)), errors=errors or [], given=given or {}, key=new_id(),
        failed={error["field"]: error["text"] for error in errors or []},
    )  # fmt: skip


def _read_if_small(service: Service, book: Book) -> None:
    """A small file is read before the answer, so that nobody has to wait for a page to change."""
    if book.size <= books.SMALL:
        with service.database.reading() as session:
            job = books.job_of(session, book)
        do_now(service, job)


def _moment(text: str) -> Moment | None:
    moment = moment_from(text, "")
    if moment is not None and moment.year in _UNKNOWN_YEARS:
        raise LicetError("a day between the years 2 and 9998 was expected")
    return moment


def _field_of(book: Book, message: str) -> str:
    """The field that a message about a heading belongs to."""
    for place, heading in enumerate(book.columns):
        if repr(heading.heading) in message:
            return f"column-{place}"
    return ""


_made: dict[str, bytes] = {}


def _example(regime: Regime) -> bytes:
    """Invented lines, the same for the same law."""
    from licet.generating.book import Book as Invented
    from licet.generating.mix import read
    from licet.generating.writing import write

    if regime.digest not in _made:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "example-orders.csv"
            invented = Invented.of(regime, read(regime.vocabulary), 0, 0.05, None, None, ())
            write(invented, _EXAMPLE_LINES, path, lambda written: None)
            _made[regime.digest] = path.read_bytes()
    return _made[regime.digest]
