"""The benchmark's rules as a user of each other engine would write them, for speed.

Each peer is ``ready`` once: its rules are parsed before any act comes. ``convert`` turns the
plain dict of facts into what the engine takes, ``decide`` answers whether a licence is
required. Days are numbers (20190520) everywhere, the quickest form of each engine. Windows
that follow upon each other without a gap are written as one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import cedarpy
import clingo
import zen

from acts import Facts


@dataclass(frozen=True)
class Peer:
    """An engine made ready: ``convert`` and ``decide`` are what is timed.

    The fastest ``rival`` is what our targets are measured against.
    """

    name: str
    convert: Callable[[Facts], Any]
    decide: Callable[[Any], bool]
    rival: bool = True


def _number(day: Any) -> int:
    return day.year * 10000 + day.month * 100 + day.day  # type: ignore[no-any-return]


def _flat(facts: Facts) -> Facts:
    """Names without dots and days as numbers: what expressions and policies read."""
    return {
        "date": _number(facts["act.date"]),
        "contract_date": _number(facts["act.contract_date"]),
        "certified": facts["act.certified"],
        "purpose": facts["act.purpose"],
        "claimed": facts["act.claimed"],
        "eligible": facts["act.eligible"],
        "embargoed": facts["destination.embargoed"],
        "in_us": facts["item.in_us"],
        "us_origin": facts["item.us_origin"],
        "us_content_pct": facts["item.us_content_pct"],
        "direct_product": facts["item.direct_product"],
        "published": facts["item.published"],
        "on_chart": facts["item.on_chart"],
        "listed": facts["consignee.listed"],
        "footnote": facts["consignee.footnote"],
        "in_group": facts["consignee.in_group"],
        "excepted": facts["consignee.excepted"],
    }


# -- Cedar: a permit, and a forbid for each requirement; Cedar has no derived facts ------------

_CEDAR_SUBJECT = """(!context.published && context.date >= 19960325 && (context.in_us || context.us_origin
  || context.us_content_pct > 25 || (context.us_content_pct > 10 && context.embargoed)
  || (context.date >= 20200515 && context.direct_product && context.footnote == 1)))"""
_CEDAR_EXCEPTION = """(context.claimed != "nothing" && context.eligible
  && !(context.embargoed && context.claimed != "TMP")
  && !(context.date >= 20080821 && context.listed && !context.excepted))"""
_CEDAR_LICENCE = """(context.in_group && context.certified && !context.embargoed
  && context.date >= 20190520 && context.date <= 20200813 && (
    ((context.purpose == "network_support" || context.purpose == "handset_support")
      && context.contract_date <= 20190516)
    || context.purpose == "security_disclosure"
    || (context.purpose == "standards_work" && context.date <= 20190818)))"""
_CEDAR = f"""
@id("default") permit(principal, action, resource);
@id("chart") forbid(principal, action, resource)
when {{ context.on_chart && {_CEDAR_SUBJECT} && !{_CEDAR_EXCEPTION} }};
@id("entity list") forbid(principal, action, resource)
when {{ context.date >= 20080821 && context.listed && {_CEDAR_SUBJECT}
  && !{_CEDAR_EXCEPTION} && !{_CEDAR_LICENCE}
  && !(context.date >= 20200817 && context.in_group && context.purpose == "security_disclosure") }};
"""


def cedar() -> Peer:
    """Cedar policies, parsed beforehand; a request's context is JSON, as cedarpy makes it of a dict."""
    policies = cedarpy.PolicySet.from_str(_CEDAR)
    entities = cedarpy.Entities.from_json_str("[]")

    def convert(facts: Facts) -> Any:
        return {
            "principal": 'Exporter::"anybody"',
            "action": 'Action::"export"',
            "resource": 'Item::"any"',
            "context": json.dumps(_flat(facts)),
        }

    def decide(request: Any) -> bool:
        result = cedarpy.is_authorized(request, policies, entities)
        if result.diagnostics.errors:
            raise RuntimeError(str(result.diagnostics.errors))
        return not result.allowed

    return Peer(f"cedarpy {version('cedarpy')}", convert, decide)


# -- ZEN: one expression node whose later steps read the earlier ones ----------------------------

_ZEN_STEPS = {
    "subject": "not published and date >= 19960325 and (in_us or us_origin or us_content_pct > 25"
    " or (us_content_pct > 10 and embargoed)"
    " or (date >= 20200515 and direct_product and footnote == 1))",
    "exception": "claimed != 'nothing' and eligible and not (embargoed and claimed != 'TMP')"
    " and not (date >= 20080821 and listed and not excepted)",
    "general_licence": "in_group and certified and not embargoed and date >= 20190520 and date <= 20200813"
    " and (((purpose == 'network_support' or purpose == 'handset_support') and contract_date <= 20190516)"
    " or purpose == 'security_disclosure' or (purpose == 'standards_work' and date <= 20190818))",
    "excluded": "date >= 20200817 and in_group and purpose == 'security_disclosure'",
    "required": "$.subject and not $.exception and (on_chart"
    " or (date >= 20080821 and listed and not $.general_licence and not $.excluded))",
}


def _zen_graph() -> dict[str, Any]:
    steps = [{"id": key, "key": key, "value": text} for key, text in _ZEN_STEPS.items()]
    return {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "law", "name": "law", "type": "expressionNode", "content": {"expressions": steps}},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "in", "targetId": "law"},
            {"id": "2", "type": "edge", "sourceId": "law", "targetId": "out"},
        ],
    }


def zen_loaded() -> Peer:
    """A ZEN decision graph (JDM) from the engine's static loader, which compiles it beforehand."""
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"law": _zen_graph()}}})

    def decide(flat: Any) -> bool:
        return engine.evaluate("law", flat)["result"]["required"]  # type: ignore[no-any-return]

    return Peer(f"zen-engine {version('zen-engine')}, graph from loader", _flat, decide)


def zen_created() -> Peer:
    """The same graph through ``create_decision``, which interprets its expressions every time."""
    decision = zen.ZenEngine().create_decision(json.dumps(_zen_graph()))

    def decide(flat: Any) -> bool:
        return decision.evaluate(flat)["result"]["required"]  # type: ignore[no-any-return]

    return Peer("zen-engine, create_decision", _flat, decide)


def zen_formula() -> Peer:
    """All steps in one compiled ZEN expression: a formula and no rule book, so no rival; for scale."""
    text = _ZEN_STEPS["required"]
    for key, step in _ZEN_STEPS.items():
        text = text.replace(f"$.{key}", f"({step})")
    formula = zen.compile_expression(text)
    return Peer("zen-engine, one bare formula", _flat, formula.evaluate, rival=False)


# -- clingo: answer set programming --------------------------------------------------------------

_ASP = """
subject(X) :- in_us(X), on(X,D), D >= 19960325, not published(X).
subject(X) :- us_origin(X), on(X,D), D >= 19960325, not published(X).
subject(X) :- us_content_pct(X,P), P > 25, on(X,D), D >= 19960325, not published(X).
subject(X) :- us_content_pct(X,P), P > 10, embargoed(X), on(X,D), D >= 19960325, not published(X).
subject(X) :- direct_product(X), footnote(X,1), on(X,D), D >= 20200515, not published(X).
embargo_bar(X) :- embargoed(X), not claimed(X,"TMP").
listed_bar(X) :- listed(X), on(X,D), D >= 20080821, not excepted(X).
exception(X) :- claimed(X,C), C != "nothing", eligible(X), not embargo_bar(X), not listed_bar(X).
terms(X) :- in_group(X), certified(X), not embargoed(X), on(X,D), D >= 20190520, D <= 20200813.
licence(X) :- terms(X), purpose(X,"network_support"), contract(X,D), D <= 20190516.
licence(X) :- terms(X), purpose(X,"handset_support"), contract(X,D), D <= 20190516.
licence(X) :- terms(X), purpose(X,"security_disclosure").
licence(X) :- terms(X), purpose(X,"standards_work"), on(X,D), D <= 20190818.
excluded(X) :- in_group(X), purpose(X,"security_disclosure"), on(X,D), D >= 20200817.
required(X) :- subject(X), on_chart(X), not exception(X).
required(X) :- subject(X), listed(X), on(X,D), D >= 20080821,
  not exception(X), not licence(X), not excluded(X).
#show required/1.
"""
_FLAGS = {
    "item.in_us": "in_us", "item.us_origin": "us_origin", "item.published": "published",
    "item.direct_product": "direct_product", "item.on_chart": "on_chart", "act.certified": "certified",
    "act.eligible": "eligible", "destination.embargoed": "embargoed", "consignee.listed": "listed",
    "consignee.in_group": "in_group", "consignee.excepted": "excepted",
}  # fmt: skip


def _atoms(facts: Facts, number: int = 0) -> str:
    on, contract = _number(facts["act.date"]), _number(facts["act.contract_date"])
    said = "".join(f"{atom}({number})." for name, atom in _FLAGS.items() if facts[name])
    return (
        f"{said}on({number},{on}).contract({number},{contract})."
        f'purpose({number},"{facts["act.purpose"]}").claimed({number},"{facts["act.claimed"]}").'
        f"us_content_pct({number},{facts['item.us_content_pct']}).footnote({number},{facts['consignee.footnote']})."
    )


def _solved(atoms: str) -> set[int]:
    control = clingo.Control(["--warn=none"])
    control.add("base", [], _ASP + atoms)
    control.ground([("base", [])])
    found: set[int] = set()
    control.solve(on_model=lambda m: found.update(s.arguments[0].number for s in m.symbols(shown=True)))
    return found


def clingo_single() -> Peer:
    """One act a solve: clingo parses and grounds the program with the act's facts each time."""
    return Peer(f"clingo {version('clingo')}, one act a solve", _atoms, lambda atoms: bool(_solved(atoms)))


def clingo_all(acts: list[Facts]) -> list[bool]:
    """All acts in one grounding: clingo as a batch engine."""
    found = _solved("".join(_atoms(facts, number) for number, facts in enumerate(acts)))
    return [number in found for number in range(len(acts))]


def everyone() -> list[Peer]:
    """Every peer that decides one act at a time."""
    return [cedar(), zen_loaded(), zen_created(), zen_formula(), clingo_single()]
