"""The API told to a person: the OpenAPI document as a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from licet.gate.asking import Reader, ServiceOf
from licet.gate.cookies import address_of_ours
from licet.language.values import spoken
from licet.web.fields import first
from licet.web.pages import page
from licet.web.templating import query

router = APIRouter()
_METHODS = ("get", "post", "put", "patch", "delete")
_CALLED = {
    "array": "list", "string": "text", "boolean": "true or false", "integer": "whole number",
    "binary": "file", "date-time": "instant",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter, or a field of what is sent or answered."""

    name: str
    kind: str
    about: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program can ask for."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    parameters: tuple[Part, ...]
    sent: tuple[str, ...]
    fields: tuple[Part, ...]
    answer: tuple[Part, ...]
    statuses: tuple[tuple[str, str], ...]


@router.get("/api")
def api(request: Request, service: ServiceOf, person: Reader) -> HTMLResponse:
    """What programs can ask for, and how."""
    document = request.app.openapi()
    # The document is made once for an application, and the topics with it.
    topics = _topics(json.dumps(document))
    given = first()["example"]
    search = query(q=given["parties"][0]["name"], as_of=given["days"][-1].isoformat())
    return page(
        request, "api_page.html", heading="API for programs", version=document["info"]["version"],
        topics=topics, base=address_of_ours(request), body=_example(),
        count=sum(len(of) for of in topics.values()),
        search=f"/search/default?{search}",
    )  # fmt: skip


@lru_cache(maxsize=2)
def _topics(text: str) -> dict[str, tuple[Operation, ...]]:
    document = json.loads(text)
    schemas: Mapping[str, Any] = document["components"]["schemas"]
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                given = methods[method]
                found.setdefault(given.get("tags", ["further"])[0], []).append(
                    _operation(path, method, given, schemas)
                )
    return {name: tuple(of) for name, of in found.items()}


def _operation(path: str, method: str, given: Mapping[str, Any], schemas: Mapping[str, Any]) -> Operation:
    sent = given.get("requestBody", {}).get("content", {})
    answers = given["responses"]
    good: Mapping[str, Any] = next((answers[code] for code in answers if code.startswith("2")), {})
    return Operation(
        id=given["operationId"],
        method=method.upper(),
        path=path,
        summary=given.get("summary", ""),
        about=given.get("description", ""),
        parameters=tuple(
            Part(p["name"], told(p["schema"]), p.get("description", ""), p.get("required", False))
            for p in given.get("parameters", ())
        ),
        sent=tuple(sent),
        fields=tuple(_fields(sent, schemas)),
        answer=tuple(_fields(good.get("content", {}), schemas)),
        statuses=tuple((code, answer["description"]) for code, answer in answers.items()),
    )


def _fields(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[Part]:
    """The fields of the first form of content that has any."""
    for form in content.values():
        schema = form.get("schema", {})
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        if fields := schema.get("properties"):
            needed = schema.get("required", ())
            for name, own in fields.items():
                yield Part(name, told(own), own.get("description", ""), name in needed)
            return


def told(schema: Mapping[str, Any]) -> str:
    """A schema in a few words: *text*, *list of RuleShape*, *day or instant*."""
    match schema:
        case {"$ref": reference}:
            return str(reference).rpartition("/")[2].rpartition("__")[2].removesuffix("Shape")
        case {"enum": values}:
            return ", ".join(map(str, values))
        case {"const": value}:
            return str(value)
        case {"anyOf": kinds} | {"oneOf": kinds} | {"allOf": kinds}:
            said = dict.fromkeys(told(kind) for kind in kinds if kind.get("type") != "null")
            return " or ".join(said)
        case {"type": "array", "items": items} if items:
            return f"list of {told(items)}"
        case {"format": "date-time" | "date" | "binary" as form}:
            return _CALLED.get(form, "day")
        case {"type": kind}:
            return _CALLED.get(str(kind), str(kind))
    return "anything"


def _example() -> str:
    """The order of the first page, as a program would send it."""
    given = first()["example"]
    act = {
        "facts": {"act.date": given["days"][1], **given["facts"]},
        "parties": given["parties"],
    }
    return json.dumps(act, indent=2, ensure_ascii=False, default=spoken)
