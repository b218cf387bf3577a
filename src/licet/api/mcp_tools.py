"""The tools of the MCP endpoint: each a route of our own API under another roof, with the same answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field, ValidationError

from licet.api import comparing, decisions
from licet.api import parties as dossiers
from licet.api.mcp_search import MatchesShape, matches
from licet.api.shapes.acts import (
    MOST_PARTIES,
    MOST_WORDS,
    ActGiven,
    DecisionGiven,
    ExplanationGiven,
    PartyGiven,
    Value,
    Word,
)
from licet.api.shapes.comparing import MOST_ACTS, ComparisonGiven, ComparisonShape, ViewGiven
from licet.api.shapes.decisions import DecisionShape, ExplanationShape
from licet.api.shapes.parties import TimelineShape
from licet.api.times import Given
from licet.gate.problems import Problem
from licet.language.errors import LicetError
from licet.service.people import ANONYMOUS, Person
from licet.service.service import Service
from licet.version import __version__

_ABOUT = (
    "US trade restrictions as dated, explainable code. Every result says as of which day and as known when "
    "it holds, under which law and which lists; tell the user these, and that it is not legal advice. What "
    "is not known is null and stays open: ask for it, never guess it."
)

Facts = Annotated[
    dict[Word, Value],
    Field(max_length=MOST_WORDS, description="Facts of the act by their names in the vocabulary: act.date."),
]
Parties = Annotated[list[PartyGiven], Field(max_length=MOST_PARTIES)]
Acts = Annotated[list[ActGiven], Field(min_length=1, max_length=MOST_ACTS)]
Name = Annotated[str, Field(min_length=1, max_length=500, description="The name of a party, in any script.")]
Country = Annotated[str, Field(max_length=80, description="Its country by code or name.")]
Listing = Annotated[str, Field(max_length=200, description="The id of a listing, as search gives it.")]
AsOf = Annotated[Given | None, Field(description="Whose law and lists apply; by default today.")]
OfAct = Annotated[Given | None, Field(description="Whose law applies; by default the day of the act.")]
KnownAt = Annotated[
    Given | None, Field(description="Only what was public by then; by default all that is known.")
]
Unauthorised = Annotated[
    bool, Field(description="Take authorisations that nobody showed to hold as not there, instead of asking.")
]


def server_of(service: Service) -> MCPServer:
    """The tools over a service."""
    server = MCPServer("licet", title="Licet", instructions=_ABOUT, version=__version__, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)

    def tool(title: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return server.tool(title=title, annotations=reads)

    @tool("Decide an act")
    def decide(
        ctx: Context[Any, Any],
        facts: Facts,
        parties: Parties,
        as_of: OfAct = None,
        known_at: KnownAt = None,
        assume_unauthorised: Unauthorised = False,
        proof: Annotated[bool, Field(description="With the proof, to be stored: long.")] = False,
    ) -> DecisionShape:
        """Decide whether one act (an export, a release, an entry) may go ahead, and why.

        The outcome `indeterminate` means that facts are missing; the result names them.
        """
        with _told():
            given = DecisionGiven(
                facts=facts,
                parties=parties,
                as_of=as_of,
                known_at=known_at,
                assume_unauthorised=assume_unauthorised,
            )
            made = decisions.decide(given, service, _person(ctx))
            return made if proof else made.model_copy(update={"proof": None})

    @tool("Explain a decision")
    def explain(
        ctx: Context[Any, Any],
        facts: Facts,
        parties: Parties,
        as_of: OfAct = None,
        known_at: KnownAt = None,
        assume_unauthorised: Unauthorised = False,
        full: Annotated[bool, Field(description="Also conditions that made no difference.")] = False,
    ) -> ExplanationShape:
        """Decide one act and tell the proof as text: every rule considered, with its citation."""
        with _told():
            given = ExplanationGiven(
                facts=facts,
                parties=parties,
                as_of=as_of,
                known_at=known_at,
                assume_unauthorised=assume_unauthorised,
                full=full,
            )
            told = decisions.explain(given, service, _person(ctx))
            # The text tells the proof.
            return told.model_copy(update={"decision": told.decision.model_copy(update={"proof": None})})

    @tool("Timeline of a listing")
    def timeline(
        ctx: Context[Any, Any], listing: Listing, as_of: AsOf = None, known_at: KnownAt = None
    ) -> TimelineShape:
        """When a listed party was on a list, and what put it there, changed its entry or took it off."""
        with _told():
            return dossiers.timeline(listing, service, _person(ctx), as_of, known_at)

    @tool("Search for a party")
    def search(
        ctx: Context[Any, Any],
        name: Name,
        country: Country = "",
        as_of: AsOf = None,
        known_at: KnownAt = None,
        limit: Annotated[int, Field(ge=1, le=50)] = 10,
    ) -> MatchesShape:
        """Whom on any list a name means or may mean. A listing is no outcome: each has a consequence."""
        with _told():
            return matches(service, name, country, as_of, known_at, limit)

    @tool("Compare two views")
    def compare(
        ctx: Context[Any, Any],
        acts: Acts,
        before: Annotated[ViewGiven, Field(description="A day `on`, `known_at`, and scenarios.")],
        after: Annotated[ViewGiven, Field(description="The same for the other side.")],
    ) -> ComparisonShape:
        """Which acts come out otherwise between two days, two states of knowledge or two laws, and why."""
        with _told():
            return comparing.compare_acts(
                ComparisonGiven(acts=acts, before=before, after=after), service, _person(ctx)
            )

    return server


@contextmanager
def _told() -> Iterator[None]:
    """Tells a problem of what was asked to whoever asked; faults of ours are the SDK's to hide."""
    try:
        yield
    except Problem as problem:
        raise ToolError(problem.detail or problem.title) from None
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))
        raise ToolError("; ".join(wrong)) from None
    except LicetError as error:
        raise ToolError(str(error)) from None


def _person(ctx: Any) -> Person:
    """Who asks; within one process there is nobody in particular."""
    request = ctx.request_context.request
    return ANONYMOUS if request is None else request.state.person
