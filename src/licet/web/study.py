"""Studies on pages: what can be chosen, and an answer that is there, on its way, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from licet.gate.problems import Problem
from licet.language.errors import LicetError
from licet.service import books, studies
from licet.service.jobs import Job
from licet.service.people import Person
from licet.service.scenarios import catalogue, saved_ones
from licet.service.service import Service
from licet.service.studies import Asked, Studies
from licet.service.studying import EXAMPLE, FORMS, Result, Study
from licet.web.days import Error

Choice = tuple[str, str]
_STUDIES = Studies()
_MEDIA = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What there is of a study: its ``result``, or the ``job`` that makes it, or neither yet."""

    asked: Asked | None = None
    result: Result | None = None
    job: Job | None = None


def book_choices(service: Service, person: Person) -> list[Choice]:
    """The books that somebody may study."""
    with service.database.reading() as session:
        own = list(session.scalars(books.listed().limit(200))) if person.may("books") else []
    named = [(book.id, f"{book.name} ({book.acts:,} lines)") for book in own if book.state == "ready"]
    return [(EXAMPLE, "The example book of 2019 (invented)"), *named]


def scenario_choices(service: Service) -> list[Choice]:
    """The scenarios that can be laid over the law."""
    with service.database.reading() as session:
        own = [(f"own-{saved.id}", f"{saved.title} ({saved.author})") for saved in saved_ones(session)]
    return [*((made.name, made.title) for made in catalogue(service.regime)), *own]


def with_given(choices: Sequence[Choice], given: str) -> list[Choice]:
    """The choices, with one that an address names in full, values or version and all."""
    known = {code for code, _ in choices}
    name = given.partition(":")[0].partition("@")[0]
    title = dict(choices).get(name, name)
    return [
        *choices,
        *([(given, f"{title} [{given.removeprefix(name)}]")] if given and given not in known else []),
    ]


def answer(service: Service, person: Person, study: Study, errors: list[Error]) -> Answer:
    """The result of a study, or how far it has come; what cannot be meant is told in ``errors``."""
    may_see(person, study)
    try:
        one = studies.asked(service, study)
        result = _STUDIES.result(service, one)
    except LicetError as error:
        errors.append({"field": "book", "text": str(error)})
        return Answer()
    if result is not None:
        return Answer(one, result)
    with service.database.reading() as session:
        return Answer(one, None, studies.job_of(session, one))


def begin(service: Service, person: Person, study: Study) -> None:
    """Have a job do a study that is too large to wait for.

    Raises:
        LicetError: for what of it cannot be meant.
    """
    may_see(person, study)
    if not person.may("books"):
        raise Problem(403, "", "This is long work: sign in as an analyst to have it done.")
    studies.begin(service, studies.asked(service, study), person)


def may_see(person: Person, study: Study) -> None:
    """Refuse a book that somebody uploaded to whoever may not see books."""
    if study.book != EXAMPLE and not person.may("books"):
        raise Problem(403, "", "Uploaded books are for analysts: sign in, or take the example book.")


def download(service: Service, person: Person, study: Study, form: str) -> Response:
    """A file of a study that is there."""
    errors: list[Error] = []
    found = answer(service, person, study, errors)
    if errors:
        raise Problem(422, "It cannot be meant so", errors[0]["text"])
    data = found.result.file(form) if found.result is not None and form in FORMS else None
    if data is None:
        raise Problem(404, "", "There is no such file of this; the page of the study says which there are.")
    headers = {"Content-Disposition": f'attachment; filename="licet-{study.kind}.{form}"'}
    return Response(data, media_type=_MEDIA[form], headers=headers)


def tidied(request: Request) -> Response | None:
    """On to the same address without the fields that a form left blank, so that it is worth keeping."""
    given = request.query_params.multi_items()
    if all(value for _, value in given):
        return None
    said = urlencode([(name, value) for name, value in given if value])
    return RedirectResponse(f"{request.url.path}?{said}" if said else request.url.path, 303)


def progress_at(request: Request, path: str) -> str:
    """The address of a page with the parameters of this one."""
    return f"{path}?{request.url.query}"
