"""Rules: our encoding of one provision each."""

from __future__ import annotations

from dataclasses import dataclass

from licet.language import expression as e
from licet.language.window import Window

BASES = ("general_licence", "licence_exception", "savings_clause", "exclusion")
POLICIES = (
    "policy_of_denial",
    "presumption_of_denial",
    "case_by_case",
    "ccl_policy",
    "presumption_of_approval",
)


@dataclass(frozen=True, slots=True)
class Review:
    """A review policy, or the fact that holds it, and when it is the one that applies."""

    policy: str
    when: e.Condition = e.TRUE


@dataclass(frozen=True, slots=True)
class Rule:
    """When a provision applies, what follows, and since when.

    A rule concludes a derived fact, requires a licence, forbids, authorises (lifts named
    requirements, with obligations) or is an exception to other rules. ``raised`` says when
    a careful reader would expect it to be mentioned even though it falls. A provision that
    is written down but not encoded (``encoded`` false) is unknown wherever it applies.
    """

    id: str
    title: str
    cite: str
    when: e.Condition
    windows: tuple[Window, ...]
    effect: str
    concludes: str = ""
    authorises: tuple[str, ...] = ()
    exception_to: tuple[str, ...] = ()
    basis: str = ""
    label: str = ""
    known_as: str = ""
    per_party: bool = False
    reviews: tuple[Review, ...] = ()
    obligations: tuple[str, ...] = ()
    raised: e.Condition | None = None
    encoded: bool = True
    note: str = ""
    confidence: str = "confirmed"
    file: str = ""
    line: int = 0
    prose: str = ""
    digest: str = ""

    @property
    def demands(self) -> bool:
        """Whether it stops an act: a licence requirement or a prohibition."""
        return self.effect in ("requires", "forbids")

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return f"{self.file}:{self.line}" if self.file else self.id
