"""The MCP endpoint: what its tools answer, whom it lets in, and that it only reads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from mcp import Client

from licet.api.mcp_tools import server_of
from serving import client_of, open_service, sign_in

HUAWEI = "Huawei Technologies Co., Ltd."
ACT = {
    "facts": {
        "act.date": "2019-05-21",
        "act.action": "export",
        "destination.country": "CN",
        "item.eccn": "EAR99",
    },
    "parties": [{"name": HUAWEI, "roles": ["ultimate_consignee", "end_user"], "country": "CN"}],
}
TOOLS = ["compare", "decide", "explain", "search", "timeline"]
LIST_TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
HEADERS = {"Accept": "application/json, text/event-stream"}


def told(target: Any, ask: Callable[[Client], Awaitable[Any]]) -> Any:
    """What a client of the SDK is told."""

    async def run() -> Any:
        async with Client(target) as client:
            return await ask(client)

    return asyncio.run(run())


def called(target: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    """The answer of a tool, which every client may read as data or as text."""
    result = told(target, lambda client: client.call_tool(tool, arguments))
    assert not result.is_error, result.content
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


def refused(target: Any, tool: str, **arguments: Any) -> str:
    """What a tool says against what was asked."""
    result = told(target, lambda client: client.call_tool(tool, arguments))
    assert result.is_error
    return result.content[0].text


@pytest.fixture(scope="module")
def tools(service: Any) -> Any:
    return server_of(service)


def test_the_tools_say_that_they_only_read(tools: Any) -> None:
    found = told(tools, lambda client: client.list_tools()).tools
    assert sorted(tool.name for tool in found) == TOOLS
    for tool in found:
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        said = json.dumps(tool.input_schema)
        assert "known_at" in said
        assert "as_of" in said or "on" in said
        assert "about" in tool.output_schema["properties"]


def test_a_decision_says_what_it_rests_on(tools: Any) -> None:
    found = called(tools, "decide", **ACT)
    assert found["outcome"] != "no_licence_required"
    assert found["proof"] is None
    assert found["about"]["as_of"] == "2019-05-21"
    assert "not legal advice" in found["about"]["notice"].casefold()
    assert len(found["about"]["law"]["digest"]) == 64
    assert called(tools, "decide", **ACT, proof=True)["proof"]["seal"] == found["digest"]


def test_time_makes_the_difference(tools: Any) -> None:
    def demands(**view: str) -> set[str]:
        return {r["rule"] for r in called(tools, "decide", **ACT, **view)["requirements"]}

    entity_list = "744.11(a)"
    assert entity_list in demands(as_of="2019-05-21")
    assert entity_list not in demands(as_of="2019-05-15")
    assert entity_list not in demands(as_of="2019-05-21", known_at="2019-05-01")


def test_an_explanation_is_text_with_citations(tools: Any) -> None:
    assert "15 CFR" in called(tools, "explain", **ACT)["text"]


def test_a_party_is_found_and_followed(tools: Any) -> None:
    found = called(tools, "search", name="Hauwei Technologies", as_of="2019-06-01", limit=3)
    assert found["total"] >= len(found["matches"])
    assert len(found["matches"]) <= 3
    best = called(tools, "search", name=HUAWEI, country="China", as_of="2019-06-01")["matches"][0]
    assert best["level"] == "hit"
    assert best["restrictions"][0]["in_force"] is True
    line = called(tools, "timeline", listing=best["listing"], as_of="2019-06-01")
    assert line["listed"] is True
    assert line["events"]
    assert called(tools, "timeline", listing=best["listing"], as_of="2019-05-01")["listed"] is False


def test_two_days_are_compared(tools: Any) -> None:
    found = called(tools, "compare", acts=[ACT], before={"on": "2019-05-15"}, after={"on": "2019-05-21"})
    assert found["lines"] == 1
    assert found["about"]["as_of"] == "2019-05-21"


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("decide", {"facts": {"no.such": 1}, "parties": []}, "not in the vocabulary"),
        ("decide", {"facts": {}, "parties": []}, "act.date"),
        ("timeline", {"listing": "nobody"}, "no listing has this id"),
        ("search", {"name": " "}, "expected the name of a party"),
        ("search", {"name": "A", "country": "Atlantis"}, "expected a code"),
        ("search", {"name": "A", "as_of": "soon"}, "as_of"),
        ("compare", {"acts": [], "before": {}, "after": {}}, "acts"),
    ],
)
def test_what_cannot_be_meant_is_told(tools: Any, tool: str, arguments: dict[str, Any], words: str) -> None:
    assert words in refused(tools, tool, **arguments)


def test_the_real_server_answers_alike(tools: Any, live: str) -> None:
    assert called(f"{live}/mcp", "decide", **ACT) == called(tools, "decide", **ACT)


def test_without_a_key_nobody_comes_in_where_not_everybody_may_read(
    regime: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:

    closed = open_service(tmp_path_factory.mktemp("closed"), regime, anonymous="none")
    with client_of(closed) as client:
        answer = client.post("/mcp", json=LIST_TOOLS, headers=HEADERS)
        assert answer.status_code == 401
        assert "detail" in answer.json()
        wrong = HEADERS | {"Authorization": "Bearer licet_nonsense"}
        assert client.post("/mcp", json=LIST_TOOLS, headers=wrong).status_code == 401
        # A cookie goes along with what a page elsewhere sends.
        sign_in(client, closed, "administrator")
        assert client.post("/mcp", json=LIST_TOOLS, headers=HEADERS).status_code == 401
    closed.close()


def test_pages_elsewhere_are_refused(client: Any) -> None:
    headers = HEADERS | {"Origin": "https://elsewhere.example"}
    assert client.post("/mcp", json=LIST_TOOLS, headers=headers).status_code == 403


def test_other_things_are_refused_in_a_shape(client: Any) -> None:
    assert client.post("/mcp", content=b"{", headers=HEADERS).status_code in (400, 415)
    assert client.put("/mcp", json={}, headers=HEADERS).status_code in (400, 405, 406)
