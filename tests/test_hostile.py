"""Hostile input: whatever is sent to any address is refused or made harmless, on SQLite and PostgreSQL."""

from __future__ import annotations

import csv
import html
import io
import json
import random
import re
import time
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.testclient import TestClient

from licet.api import OF_OTHERS, OWN
from licet.gate.texts import legible
from licet.intake import IntakeError, Profile, columnar, delimited, table
from licet.intake import workbook as workbook_reading
from licet.regime import Regime
from licet.service import accounts, keys, passwords
from licet.service.reading import Told
from licet.serving.app import create_app
from licet.web import PAGES
from serving import PASSWORD, open_service, post_form, sign_in, token_of

BOTH = pytest.mark.parametrize("asked", ["sqlite", "postgresql"], indirect=True)
# A machine under load is slow; what grows with the square of the input is slower by far.
PATIENCE = 20
MARKUP = "<zzq onzzq=1>\"'><script>zzq</script><img src=zzq onerror=zzq>{{7*7}}"
ID = "abcdefghij0123456789"


class Asked:
    """An application on one kind of database, somebody signed in who may do everything, and their key."""

    def __init__(self, folder: Path, regime: Regime, url: str) -> None:
        self.service = open_service(folder, regime, url)
        self.app = create_app(self.service)
        self.web = sign_in(self.client(), self.service, "administrator", "root")
        self.token = {"x-csrf-token": token_of(self.web.get("/account").text)}
        owner = accounts.named(self.service, "root")
        assert owner is not None
        scopes = ("read", "books", "review", "admin")
        self.secret = keys.create(self.service, by="x", owner=owner.id, name="x", scopes=scopes)[1]
        self.api = self.client(headers={"Authorization": f"Bearer {self.secret}"})

    def client(self, **given: Any) -> TestClient:
        """Another client of the same application."""
        return TestClient(self.app, base_url="http://localhost", **given)

    def answered(self, method: str, path: str, why: str, **given: Any) -> httpx.Response:
        """The answer, which is none of our faults, soon there, and holds nothing of ours as markup."""
        began = time.perf_counter()
        client = self.api if path.startswith(("/api/", "/mcp")) else self.web
        headers = {**self.token, **given.pop("headers", {})}
        answer: httpx.Response = client.request(
            method, path, headers=headers, follow_redirects=False, **given
        )
        assert answer.status_code < 500, (method, path[:200], why, answer.text[:300])
        assert time.perf_counter() - began < PATIENCE, (method, path[:200], why)
        if "html" in answer.headers.get("content-type", ""):
            assert not made_of_input(answer.text), (method, path[:200], why)
        return answer


@pytest.fixture(scope="module")
def asked(request: Any, regime: Regime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    url = ""
    if request.param == "postgresql":
        from postgres import new_database

        url = new_database(request.getfixturevalue("postgres_server"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        asked = Asked(tmp_path_factory.mktemp("hostile"), regime, url)
        yield asked
        asked.service.close()


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        leads = [v.strip().casefold() for k, v in attrs if v and k in ("href", "src", "action", "formaction")]
        if "zzq" in tag or any("zzq" in name for name, _ in attrs) or "onerror" in dict(attrs):
            self.found.append(f"<{tag} {attrs}>")
        self.found += [lead for lead in leads if lead.startswith(("javascript:", "data:", "//"))]
        if tag == "script":
            assert dict(attrs).get("src", "").startswith("/static/"), attrs


def made_of_input(page: str) -> list[str]:
    """Elements, attributes and addresses of a page that somebody's input became."""
    parser = _Elements()
    parser.feed(page)
    return parser.found


# --- every address ----------------------------------------------------------------------------------------


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation of the API and of the pages: method, path, what it takes."""
    number = count()
    app = FastAPI(generate_unique_id_function=lambda route: f"{route.name}_{next(number)}")
    for router in OWN:
        app.include_router(router, prefix="/api/v1")
    for router in (*OF_OTHERS, *PAGES):
        app.include_router(router)
    document = app.openapi()
    shapes.update(document["components"]["schemas"])
    return [
        (method.upper(), path, operation)
        for path, under in document["paths"].items()
        for method, operation in under.items()
    ]


shapes: dict[str, Any] = {}
# Pages read some of their fields from the address themselves.
FIELDS = [
    "q",
    "as_of",
    "known",
    "known_at",
    "on",
    "book",
    "scenario",
    "parameter",
    "page",
    "outcome",
    "least",
    "sort",
    "text",
    "before",
    "after",
    "next",
    "token",
    "who",
    "what",
    "paste",
    "passed",
    "act.date",
    "item.eccn",
    "item.value",
    "destination.country",
    "p1.name",
    "p1.country",
    "p1.same_as",
]
TEXTS = {
    "nul": "a\0b",
    "half": "a\ud800b",
    "long": "A" * 2000,
    "markup": f"{MARKUP}; DROP TABLE accounts; --/../../../etc/passwd\\..\\\r\nX-Evil: 1",
    "beyond": str(2**63),
    "digits": "9" * 400,
    "nan": "nan",
    "last day": "9999-12-31",
    "first day": "0001-01-01",
}
ON_POSTGRES = ("nul", "half", "markup", "beyond")
IN_A_PATH = ("nul", "half", "markup", "beyond", "digits")
# Not ready is what it says of a server that nobody has warmed.
# Whoever is signed in is needed for all that follows.
SIGNING_OUT = ("/sign-out", "/account/sign-out-everywhere")
OPERATIONS = [found for found in operations() if found[1] != "/readyz"]


def texts_for(asked: Asked) -> dict[str, str]:
    """All of them on one database; on the other those that databases take differently."""
    names = TEXTS if asked.service.database.is_sqlite else ON_POSTGRES
    return {name: TEXTS[name] for name in names}


def encoded(text: str) -> str:
    return quote(text.encode(errors="surrogatepass"), safe="")


def filled(path: str, text: str = ID) -> str:
    return re.sub(r"\{[^}]+\}", encoded(text), path)


@BOTH
def test_nothing_in_an_address_is_a_fault(asked: Asked) -> None:
    for method, path, operation in OPERATIONS:
        if path in SIGNING_OUT:
            continue
        told = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
        fields = told or FIELDS
        for why, text in texts_for(asked).items():
            if "{" in path and why in IN_A_PATH:
                asked.answered(method, filled(path, text), why)
            query = "&".join(f"{encoded(field)}={encoded(text)}" for field in fields)
            asked.answered(method, f"{filled(path)}?{query[:60_000]}", why)


@BOTH
def test_no_field_of_a_form_is_a_fault(asked: Asked) -> None:
    for method, path, operation in OPERATIONS:
        if method != "POST" or path.startswith("/api/") or path in (*SIGNING_OUT, "/account/password"):
            continue
        content = operation.get("requestBody", {}).get("content", {})
        shape = next(iter(content.values()), {}).get("schema", {})
        shape = shapes.get(shape.get("$ref", "").rpartition("/")[2], shape)
        fields = list(shape.get("properties", {})) or ["name", "text", "why", "reason", "as_of", "key"] + [
            "file"
        ] * (path == "/orders")
        for why, text in texts_for(asked).items():
            plain = text.encode(errors="surrogatepass")
            body = "&".join(f"{field}={encoded(text)}" for field in fields).encode()
            for kind, data in (
                ("application/x-www-form-urlencoded", body),
                ("multipart/form-data; boundary=x", parts(fields, plain)),
                ("multipart/form-data; boundary=x; charset=unicode_escape", parts(fields, rb"\ud800")),
            ):
                answer = asked.answered(
                    method, filled(path), f"{why} {kind}", content=data, headers={"content-type": kind}
                )
                if "charset" in kind:
                    assert answer.status_code == 415


def parts(fields: list[str], text: bytes) -> bytes:
    """A form with the same text in every field, and in the name of a file."""
    told = [
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (f.encode(), text) for f in fields
    ]
    name = text.replace(b'"', b"%22").replace(b"\r\n", b" ")
    file = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\norder_id\n1\n\r\n' % name
    )
    files = [file] if "file" in fields else []
    return b"".join([*told, *files, b"--x--\r\n"])


BODIES = {
    "deep": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "digits": b'{"facts":{"item.value":' + b"9" * 5000 + b"}}",
    "beyond": b'{"facts":{"item.value":1e999},"name":1e999,"as_of":-1e999}',
    "not a number": b'{"facts":{"item.value":NaN},"text":NaN,"parties":[NaN]}',
    "twice": b'{"name":"a","name":"b","facts":{},"facts":[]}',
    "list": b"[" + b"1," * 100_000 + b"1]",
    "fields": b"{" + b",".join(b'"k%d":1' % n for n in range(3_000)) + b"}",
    "cut": b'{"a":',
    "nothing": b"",
    "null": b"null",
    "bytes": bytes(range(256)),
}
ILLEGIBLE = {
    "nul": b'{"name":"a\\u0000b"}',
    "nul as it is": b'{"name":"a\0b"}',
    "half": b'{"name":"\\ud800"}',
    "other half": b'{"name":"\\udc00\\ud800"}',
    "half in utf-8": b'{"name":"\xed\xa0\x80"}',
    "utf-16": '{"name":"a"}'.encode("utf-16"),
}


@BOTH
def test_no_body_is_a_fault(asked: Asked) -> None:
    for method, path, operation in OPERATIONS:
        taken = operation.get("requestBody", {}).get("content", {})
        if method == "GET" or not path.startswith(("/api/", "/match", "/reconcile")):
            continue
        path = filled(path.replace("{dataset}", "default"))
        for kind in taken or ["application/json"]:
            for why, body in BODIES.items() if asked.service.database.is_sqlite else ():
                asked.answered(method, path, f"{why} {kind}", content=body, headers={"content-type": kind})
        for why, body in ILLEGIBLE.items():
            answer = asked.answered(
                method, path, why, content=body, headers={"content-type": "application/json"}
            )
            assert answer.status_code == 400, (path, why)


def test_what_is_legible() -> None:
    good = ('"\U0001f600"', '"\\ud83d\\ude00"', '"\\\\u0000"', '"\\\\\\\\ud800"', '"\ud7ff\\ue000"', "{}", "")
    assert all(legible(text.encode()) for text in good)
    assert not any(legible(body) for body in ILLEGIBLE.values())
    assert not legible(b'"\\\\\\u0000"')


@BOTH
def test_well_made_requests_with_what_no_database_keeps(asked: Asked) -> None:
    """All else is right, so that only the one text can be refused."""
    bodies: dict[str, Any] = {
        "/api/v1/decisions": {"facts": {"act.date": "2019-05-20"}, "parties": [{"name": "X"}]},
        "/api/v1/screenings": {"parties": [{"name": "X"}], "name": "X"},
        "/api/v1/scenarios/lint": {"text": "X", "name": "X"},
    }
    for path, body in bodies.items():
        for text in ("\0", "\ud800"):
            hostile = json.dumps(body).replace('"X"', json.dumps(text)).encode()
            headers = {"content-type": "application/json"}
            assert asked.answered("POST", path, text, content=hostile, headers=headers).status_code == 400
    # What only looks so is taken.
    told = asked.api.post(
        "/api/v1/screenings", json={"parties": [{"name": "A"}], "name": "\\u0000 \U0001f600"}
    )
    assert "\U0001f600" in told.json()["name"]


def test_wrong_fields_are_told_up_to_a_number(client: TestClient) -> None:
    many = {"x" * 5000 + str(n): 1 for n in range(1000)}
    answer = client.post("/api/v1/decisions", json=many)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 100
    assert len(answer.content) < 100_000


# --- files ------------------------------------------------------------------------------------------------

HEADINGS = ["order_id", "date", "eccn", "destination"]
LINE = ["1", "2019-05-20", "EAR99", "CN"]


def workbook(*rows: list[Any]) -> bytes:
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


def rebuilt(data: bytes, part: str, old: str, new: str, **further: bytes) -> bytes:
    """A workbook with something else in one part, and further parts."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, text.replace(old.encode(), new.encode(), 1) if name == part else text)
        for name, content in further.items():
            after.writestr(name, content)
    return made.getvalue()


def parquet(**columns: Any) -> bytes:
    data = io.BytesIO()
    pq.write_table(pa.table(columns), data)
    return data.getvalue()


SHEET, DATA = "xl/worksheets/sheet1.xml", "<sheetData>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
CELL = '<row r="1"><c t="inlineStr"><is><t>{}</t></is></c></row>'


def broken_files() -> dict[str, tuple[bytes, str]]:
    """Files made to be a nuisance: what they hold, and their names."""
    good = workbook(HEADINGS, LINE)
    head = ",".join(HEADINGS).encode() + b"\n"
    entities = {
        "laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><worksheet',
        "a file of ours": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]><worksheet',
        "an address": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY l9 "x">]><worksheet',
    }
    with_entity = rebuilt(good, SHEET, DATA, DATA + CELL.format("&l9;"))
    books = {
        **{why: rebuilt(with_entity, SHEET, "<worksheet", start) for why, start in entities.items()},
        "bomb": rebuilt(good, SHEET, DATA, DATA + " " * 30_000_000),
        "bomb beside": rebuilt(good, SHEET, "", "", media=bytes(30_000_000)),
        "nested": rebuilt(good, SHEET, "", "", inner=good),
        "far column": rebuilt(good, SHEET, DATA, DATA + '<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>'),
        "row below none": rebuilt(good, SHEET, DATA, DATA + '<row r="-1"><c r="A-1"><v>1</v></c></row>'),
        "deep": rebuilt(good, SHEET, DATA, "<a>" * 50_000 + "</a>" * 50_000 + DATA),
        "paths": rebuilt(good, SHEET, "", "", **{"../../../evil": b"x", "/etc/evil": b"x"}),
        "cut": good[:-50],
        "only a beginning": b"PK\x03\x04",
    }
    texts = {
        "many columns": head[:-1] + b"," + b",".join(b"c%d" % n for n in range(50_000)) + b"\n1,,\n",
        "one line": b"[" + b"1," * 100_000 + b"1]",
        "long cell": head + b'1,2019-05-20,EAR99,"' + b"x" * 3_000_000 + b'"\n',
        "quotation marks": head + b'"\n' * 20_000,
        "nul": head + bytes(100_000),
        "numbers": b"order_id,date,value,currency\n1,2019-05-20,"
        + b"9" * 100_000
        + b",USD\n1,,1e999999999,USD\n",
        "nothing": b"",
    }
    tables = {
        "columns": parquet(**{f"c{n}": ["1"] for n in range(500)}, order_id=["1"]),
        "odd": parquet(
            order_id=["1"], a=pa.array([2**62], pa.timestamp("ns")), b=[b"\xff\0"], c=[float("inf")]
        ),
        "rows": parquet(order_id=pa.nulls(table.ROWS_AT_MOST + 1, pa.string())),
        "only a mark": b"PAR1" * 3,
    }
    return {
        f"{kind}: {why}": (data, f"a.{kind}")
        for kind, group in (("xlsx", books), ("csv", texts), ("parquet", tables))
        for why, data in group.items()
    }


def told(data: bytes, name: str, regime: Regime) -> str:
    """What is said of a file, without a database."""
    from licet.intake.files import checked

    try:
        checked(data, name)
    except IntakeError as error:
        return str(error)
    return Told.of(data, name, Profile(), regime).problem


def test_files_made_to_be_a_nuisance(regime: Regime) -> None:
    for why, (data, name) in broken_files().items():
        began = time.perf_counter()
        said = told(data, name, regime)
        assert time.perf_counter() - began < PATIENCE, why
        assert "root:" not in said, why


def test_more_rows_than_a_sheet_has(regime: Regime, monkeypatch: pytest.MonkeyPatch) -> None:
    assert table.ROWS_AT_MOST == 2**20
    for module in (columnar, delimited, workbook_reading):
        monkeypatch.setattr(module, "ROWS_AT_MOST", 1000)
    head = ",".join(HEADINGS).encode() + b"\n"
    far = '<row r="999999999"><c><v>1</v></c></row></sheetData>'
    files = {
        "a.csv": head + b"\n" * 1001,
        "a.parquet": parquet(order_id=pa.array(["x"]).take(pa.array([0] * 1001))),
        "a.xlsx": rebuilt(workbook(HEADINGS, LINE), SHEET, "</sheetData>", far),
    }
    for name, data in files.items():
        assert "has more than" in told(data, name, regime), name


def test_bytes_changed_at_random(regime: Regime) -> None:
    drawn = random.Random(5)
    columns = dict(zip(HEADINGS, ([cell] * 20 for cell in LINE), strict=True))
    sources = {
        "a.xlsx": workbook(HEADINGS, *[LINE] * 5),
        "a.parquet": parquet(**columns),
        "a.csv": b"\n".join(",".join(row).encode() for row in (HEADINGS, *[LINE] * 20)),
    }
    for name, source in sources.items():
        for number in range(60):
            data = bytearray(source)
            for _ in range(drawn.randint(1, 12)):
                data[drawn.randrange(len(data))] = drawn.randrange(256)
            told(bytes(data[: drawn.randrange(len(data))] if number % 3 == 0 else data), name, regime)


def arrow(**columns: Any) -> bytes:
    data = io.BytesIO()
    made = pa.table(columns)
    with pa.ipc.new_stream(data, made.schema) as writer:
        writer.write_table(made)
    return data.getvalue()


def test_arrow_changed_at_random_and_other_bodies_of_rows(client: TestClient) -> None:
    drawn = random.Random(7)
    good = arrow(**{"act.date": ["2019-05-20"] * 5, "item.eccn": ["EAR99"] * 5})
    bodies = [good[:-20], b"", b"\xff" * 100, bytes(100_000), arrow(x=pa.array([None])), good * 3]
    for _ in range(60):
        data = bytearray(good)
        for _ in range(drawn.randint(1, 6)):
            data[drawn.randrange(len(data))] = drawn.randrange(256)
        bodies.append(bytes(data))
    for body in bodies:
        headers = {"content-type": "application/vnd.apache.arrow.stream"}
        answer = client.post("/api/v1/decisions/batch", content=body, headers=headers)
        assert answer.status_code in (200, 400, 422), answer.text
    lines = b"\n".join(
        [b"{", b"[" * 50_000, b'{"facts":{"act.date":"\xff"}}', b'{"parties":[{"name":"\\ud800"}]}']
    )
    answer = client.post(
        "/api/v1/decisions/batch", content=lines, headers={"content-type": "application/x-ndjson"}
    )
    assert [json.loads(line)["problem"]["status"] for line in answer.text.splitlines()] == [422] * 4


# --- what is kept and shown again -------------------------------------------------------------------------

FORMULAS = ["=cmd|' /C calc'!A0", "@SUM(1)", "+1+cmd|x", "-2+3+cmd|x", " =1+1", "\uff1d1+1", MARKUP]


@pytest.fixture
def run(asked: Asked) -> str:
    """A run over a book whose names are markup and formulas."""
    rows = [[*HEADINGS, "end_user_name", MARKUP]]
    rows += [[text, *LINE[1:], text, text] for text in ("x", *FORMULAS)]
    rows.append([FORMULAS[0], MARKUP, *LINE[2:], FORMULAS[1], FORMULAS[2]])
    data = io.StringIO()
    csv.writer(data).writerows(rows)
    name = f"..\\..\\../etc/{MARKUP.replace('/', '')}\r\nX-Evil: 1.csv"
    done = post_form(
        asked.web, "/orders", {"key": ""}, files={"file": (name, data.getvalue().encode(), "text/html")}
    )
    book = done.headers["location"]
    shown = asked.answered("GET", book, "book")
    assert "/etc" not in html.unescape(shown.text)
    decided = post_form(asked.web, f"{book}/runs", {"key": "", "as_of": "", "known_at": ""}, page=book)
    from licet.service import jobs
    from licet.service.worker import do_now

    with asked.service.database.reading() as session:
        job = next(j for j in session.query(jobs.Job) if j.kind == "decide-book" and not j.over)
    do_now(asked.service, job)
    rejects = asked.web.get(f"{book}/rejects.csv")
    assert safe_download(rejects)
    assert no_formula(csv.reader(io.StringIO(rejects.text.lstrip("\ufeff"))))
    return str(decided.headers["location"])


def safe_download(answer: httpx.Response) -> bool:
    return (
        answer.status_code == 200
        and answer.headers["content-disposition"].startswith("attachment; filename=")
        and answer.headers["x-content-type-options"] == "nosniff"
        and "html" not in answer.headers["content-type"]
        and "x-evil" not in answer.headers
    )


def no_formula(rows: Any) -> bool:
    cells = [cell for row in rows for cell in row if isinstance(cell, str)]
    return bool(cells) and not [c for c in cells if re.match(r"\s*[=+@\-\uff1d]\D", c)]


@pytest.mark.parametrize("asked", ["sqlite"], indirect=True)
def test_names_that_are_markup_and_formulas(asked: Asked, run: str) -> None:
    shown = asked.answered("GET", run, "run")
    assert "zzq" in shown.text
    for number in (1, 4, 8):
        asked.answered("GET", f"{run}/lines/{number}", "line")
        asked.web.post(f"{run}/lines/{number}/hold", data={"why": MARKUP}, headers=asked.token)
    held = re.findall(r"/orders/holds/([a-z0-9]{20})", asked.answered("GET", "/orders/holds", "holds").text)
    for hold in dict.fromkeys(held):
        asked.web.post(f"/orders/holds/{hold}/proposal", data={"reason": MARKUP}, headers=asked.token)
        assert "zzq" in asked.answered("GET", f"/orders/holds/{hold}", "hold").text
    export = f"/api/v1/runs/{run.rpartition('/')[2]}/export"
    for form in ("csv", "json", "jsonl", "xlsx", "parquet"):
        file = asked.api.get(export, params={"format": form})
        assert safe_download(file), form
        if form == "csv":
            assert no_formula(csv.reader(io.StringIO(file.text)))
        if form == "xlsx":
            with zipfile.ZipFile(io.BytesIO(file.content)) as book:
                assert b"<f>" not in b"".join(book.read(n) for n in book.namelist() if "sheet" in n)
            sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
            assert "f" not in {cell.data_type for row in sheet for cell in row}


ONE = pytest.mark.parametrize("asked", ["sqlite"], indirect=True)
TEXTS_OF_SCENARIOS = [
    MARKUP,
    "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
    "!!python/object/apply:os.system [id]",
    "{" * 3000,
    "[" * 50_000,
    "- " * 5000,
    "a:\n" + "".join("  " * n + "b:\n" for n in range(300)),
    "a: " + "9" * 10_000,
    "a: 1e999999\nfrom: 2019-99-99",
    "<<: *a",
    "\ufeff%YAML 1.1\n---\n\x85\u2028a: 1",
    "x" * 300_000,
]


@ONE
def test_scenarios_that_are_none(asked: Asked) -> None:
    for text in TEXTS_OF_SCENARIOS:
        answer = asked.answered("POST", "/scenarios/write", text[:20], data={"text": text, "action": "save"})
        assert answer.status_code == 422, text[:40]
        asked.answered("POST", "/api/v1/scenarios/lint", text[:20], json={"text": text, "name": "x"})


@ONE
@pytest.mark.parametrize(
    "text", ["a" * 3000, "(" * 3000, "744." * 700, "A1 " * 900, "a.a." * 700 + "!", "1" * 3000]
)
def test_long_texts_take_no_time_that_grows_with_their_square(asked: Asked, text: str) -> None:
    for path in (
        "/law?q=", "/party?q=", "/search/default?q=", "/law/rule/", "/law/instrument/", "/decide?item.eccn=",
        "/api/v1/parties?q=", "/api/v1/law/rules/", "/api/v1/law/instruments/",
        "/consolidated_screening_list/v1/search?fuzzy_name=true&name=",
    ):  # fmt: skip
        asked.answered("GET", path + quote(text), path)


@ONE
def test_nobody_gives_oneself_a_role_or_an_identity(asked: Asked) -> None:
    service = asked.service
    plain = sign_in(asked.client(), service, "viewer")
    token = {"x-csrf-token": token_of(plain.get("/account").text)}
    wanted = {"role": "administrator", "permissions": "admin", "id": "x", "via": "session"}
    given = {"before": PASSWORD, "password": "another long one", "again": "another long one"}
    plain.post("/account/password", data={**given, **wanted}, headers=token)
    account = accounts.named(service, "the-viewer")
    assert account is not None
    assert account.role == "viewer"
    token = {"x-csrf-token": token_of(plain.get("/account").text)}
    for path in ("/admin/users", f"/admin/users/{account.id}/role", "/admin/keys", "/admin/webhooks"):
        assert plain.post(path, data=wanted | {"name": "eve"}, headers=token).status_code == 403, path
    bad = asked.answered("POST", "/admin/users", "role", data={"name": "eve", "role": "root; viewer"})
    assert bad.status_code == 422
    assert accounts.named(service, "eve") is None
    strange = asked.answered("POST", "/admin/users", "name", data={"name": MARKUP, "role": "viewer"})
    assert strange.status_code in (200, 422)
    asked.answered("GET", "/admin/users", "names")


@ONE
def test_the_method_is_the_one_that_was_sent(asked: Asked) -> None:
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert asked.api.post(f"/api/v1/jobs/{ID}", headers={header: "DELETE"}).status_code == 405
    answer = asked.web.post("/orders", data={"_method": "DELETE"}, headers=asked.token)
    assert answer.status_code in (303, 400, 422)
    for method in ("TRACE", "CONNECT", "PROPFIND", "X" * 1000):
        for path in ("/", "/sign-in", "/api/v1/books", "/static/licet.css"):
            assert asked.web.request(method, path).status_code in (400, 404, 405), (method, path)


@ONE
@pytest.mark.parametrize(
    "path",
    [
        "/static/../templates/layout.html", "/static/..%2ftemplates%2flayout.html", "/static/%2e%2e/pages.py",
        "/static/..%5ctemplates%5clayout.html", "/static//etc/passwd", "/static/%2fetc%2fpasswd",
        "/static/licet.css%00.html", "/static/", "/static/vendor", "/static/....//pages.py",
        "/scenarios/..%2f..%2fpyproject", "/api/v1/scenarios/..%2f..%2fpyproject",
        "/scenarios/%2fetc%2fpasswd", "/law/rule/..%2f..%2f..%2fetc%2fpasswd", "/party/..%2f..%2fetc%2fpasswd",
        "/entities/..%2f..%2fetc%2fpasswd", "/scenarios/own-..%2f..%2fx",
    ],
)  # fmt: skip
def test_no_path_leads_out(asked: Asked, path: str) -> None:
    answer = asked.answered("GET", path, "path")
    assert answer.status_code in (400, 404, 422), answer.text[:200]
    assert "root:" not in answer.text


@ONE
@pytest.mark.parametrize(
    "to",
    [
        "//evil.example", "https:evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example",
        "/\t/evil.example", "\t//evil.example", "/\r\nSet-Cookie: a=b", "javascript:alert(1)", "///evil.example",
        "/%0d%0aX-Evil:1", "/./\\evil.example", "@evil.example", "/\u2028/evil.example",
    ],
)  # fmt: skip
def test_signing_in_goes_nowhere_else_and_begins_a_new_session(asked: Asked, to: str) -> None:
    client = asked.client(cookies={"licet_session": "chosen-by-somebody-else"})
    given = {"name": "root", "password": PASSWORD, "to": to}
    done = post_form(client, "/sign-in", given, page="/sign-in")
    assert done.status_code == 303
    there = done.headers["location"]
    assert there.startswith("/")
    assert not re.match(r"/[\\/]", there)
    assert "x-evil" not in done.headers
    assert "chosen-by-somebody-else" not in str(done.headers.get_list("set-cookie"))
    assert not made_of_input(asked.client().get("/sign-in", params={"next": to}).text)


@ONE
def test_no_other_host_is_believed(asked: Asked) -> None:
    for headers in (
        {"Host": "evil.example"}, {"Host": "localhost@evil.example"}, {"Host": "localhost.evil.example"},
        {"Host": "localhost evil.example"}, {"Host": "evil.example:localhost"}, {"Host": "localhost#.evil.example"},
    ):  # fmt: skip
        assert asked.web.get("/sign-in", headers=headers).status_code == 421, headers
    for name in (
        "X-Forwarded-Host",
        "X-Host",
        "Forwarded",
        "X-Forwarded-Server",
        "X-Original-URL",
        "X-Rewrite-URL",
    ):
        answer = asked.web.get("/", headers={name: "host=evil.example/admin"})
        assert "evil.example" not in answer.text + str(answer.headers), name
