"""The whole OpenAPI document, asked at random: no fault of ours, and no answer outside its description.

``LICET_SCHEMA_EXAMPLES=200`` asks each operation that many times instead of a few.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from licet.language.vocabulary import Entry, Vocabulary
from licet.regime import Regime
from licet.service import accounts, keys
from licet.serving.app import create_app
from serving import PASSWORD

EXAMPLES = int(os.environ.get("LICET_SCHEMA_EXAMPLES", "3"))
PATIENCE = 120
RAW = ("application/x-ndjson", "application/vnd.apache.arrow.stream")
HOST = {"Host": "localhost"}
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


@schemathesis.serializer(*RAW)
def as_it_is(context: Any, value: Any) -> Any:
    """A body of lines or of columns, which here is any text or bytes at all."""
    return getattr(value, "data", None) or str(value).encode(errors="ignore")


@pytest.fixture(scope="module")
def document(service: Any) -> Any:
    """What the application says of itself, and the application to ask."""
    app = create_app(service)
    service.ready.set()

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        """The application without what runs beside it: nothing is worked off, nothing is sent anywhere."""
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for part in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{part}.complete"})

    return schemathesis.openapi.from_asgi("/openapi.json", asked, headers=HOST)


@pytest.fixture(scope="module")
def key(service: Any) -> str:
    """A key that may do everything."""
    boss = accounts.create(service, by="the tests", name="boss", role="administrator", password=PASSWORD)
    return keys.create(
        service, by=boss.id, owner=boss.id, name="asking", scopes=("read", "books", "review", "admin")
    )[1]


FEW = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def operations(document: Any) -> dict[str, Any]:
    found = {result.ok().label: result.ok() for result in document.get_all_operations()}
    assert len(found) >= 20
    return found


def ask(cases: st.SearchStrategy[Any], key: str) -> None:
    """Send some cases, and look whether each answer is as the document describes it."""
    headers = {**HOST, "Authorization": f"Bearer {key}"}

    @FEW
    @given(case=cases)
    def asked(case: Any) -> None:
        case.call_and_validate(checks=CHECKS, headers=headers, timeout=PATIENCE)

    asked()


def test_answers_are_as_described(document: Any, key: str, subtests: pytest.Subtests) -> None:
    for label, operation in operations(document).items():
        with subtests.test(label):
            ask(operation.as_strategy(), key)


# Names and fields drawn blindly are hardly ever those of the vocabulary; these always are.
_DAYS = st.dates().map(str) | st.sampled_from(["2019-05-16T16:30-04:00", "2020-08-17", "2019-05-20"])
_ODD = st.sampled_from(["unknown", "none", "", "-", "?", None, "\0", "x" * 4000, -1, 1e308, 10**30, True, []])
_OF_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "flag": st.booleans(),
    "number": st.floats(allow_nan=False, allow_infinity=False) | st.integers(0, 100),
    "date": _DAYS,
    "set": st.lists(st.sampled_from(["NS1", "AT1", "E:1", "D:5", "fn1", "A:1"]), max_size=3),
}
_WORDS = st.sampled_from(["CN", "US", "Iran", "EAR99", "5D991", "3A001.a.5", "exporter", "Ünïcode 华为"])
_NAMES = st.sampled_from(
    ["Huawei Technologies Co., Ltd.", "HiSilicon", "华为", "Хуавэй", "Acme GmbH", None, ".", "Huawei Example"]
)


def _stated(entry: Entry) -> st.SearchStrategy[tuple[str, Any]]:
    own = st.sampled_from(entry.values) if entry.values else _OF_TYPE.get(entry.type, _WORDS)
    if entry.type == "set" and entry.values:
        own = st.lists(own, max_size=3)
    return st.tuples(st.just(entry.name), st.integers(0, 30).flatmap(lambda n: own if n else _ODD))


def acts(vocabulary: Vocabulary) -> st.SearchStrategy[dict[str, Any]]:
    """Acts in the words of the vocabulary, mostly with values that fit."""
    taken = ("act.date", "party.name", "party.roles", "party.country")
    stated = [e for e in vocabulary if e.source in ("caller", "table") and e.name not in taken]
    of_act, of_party = (
        st.lists(st.one_of(*(_stated(e) for e in stated if e.of_party is own)), max_size=most).map(dict)
        for own, most in ((False, 12), (True, 2))
    )
    who = {
        "name": _NAMES | st.text(max_size=30),
        "roles": st.lists(st.sampled_from(vocabulary["party.roles"].values), max_size=2),
        "country": _WORDS,
    }
    party = st.builds(lambda known, further: known | further, st.fixed_dictionaries(who), of_party)
    told = {"value": _ODD.filter(lambda odd: odd != []), "currency": _WORDS, "end_use": st.text(max_size=30)}
    return st.fixed_dictionaries(
        {
            "facts": st.builds(lambda facts, day: {**facts, "act.date": day}, of_act, _DAYS),
            "parties": st.lists(party, max_size=3),
            "particulars": st.fixed_dictionaries({}, optional=told),
        }
    )


def test_acts_in_the_words_of_the_law(
    document: Any, key: str, regime: Regime, subtests: pytest.Subtests
) -> None:
    found, given_acts = operations(document), acts(regime.vocabulary)
    bodies = {f"decisions{path}": given_acts for path in ("", "/explain", "/ask", "/change")}
    bodies["compare"] = given_acts.map(
        lambda act: {"acts": [act], "before": {}, "after": {"on": "2019-05-21"}}
    )
    for path, body in bodies.items():
        operation = found[f"POST /api/v1/{path}"]
        cases = body.map(lambda b, o=operation: o.Case(body=b, media_type="application/json"))
        with subtests.test(path):
            ask(cases, key)
