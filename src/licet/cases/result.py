"""The result of one worked case."""

from __future__ import annotations

from dataclasses import dataclass

from licet.decisions.decide import Decision


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case by name, the expectations that failed, and what of it was not understood."""

    name: str
    failures: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    decision: Decision | None = None

    @property
    def passed(self) -> bool:
        """Whether every expectation held."""
        return not self.failures
