"""Licet: US trade restrictions as open, dated, explainable code.

The public face::

    import licet

    regime = licet.Regime.load()
    act = licet.Act.stating(regime.vocabulary, {"act.date": "2019-05-21", ...}, parties=[...])
    decision = licet.decide(act, regime)
    decision.outcome, decision.obligations, decision.missing, decision.proof
    licet.screen(["Hua Wei Technology Co Ltd"], regime, as_of=date(2019, 6, 1))
    licet.decide_all("book.parquet", regime)
    licet.compare(acts, licet.View("before", regime, day), licet.View("after", regime, later))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from licet.act import Act, Party
from licet.changes.compare import Comparison, View, compare
from licet.changes.scenario import Scenario
from licet.decisions.asking import Asking, what_to_ask
from licet.decisions.counterfactual import Change, what_would_change
from licet.decisions.decide import Decision, decide, outcome_of
from licet.decisions.outcome import Outcome
from licet.decisions.verifying import Verification, verify
from licet.language.errors import LicetError
from licet.regime import Regime
from licet.reviews.screening import screen
from licet.version import __version__

if TYPE_CHECKING:
    from licet.columns.deciding import decide_all

__all__ = [
    "Act",
    "Asking",
    "Change",
    "Comparison",
    "Decision",
    "LicetError",
    "Outcome",
    "Party",
    "Regime",
    "Scenario",
    "Verification",
    "View",
    "__version__",
    "compare",
    "decide",
    "decide_all",
    "outcome_of",
    "screen",
    "verify",
    "what_to_ask",
    "what_would_change",
]


def __getattr__(name: str) -> Any:
    """``decide_all`` brings Arrow and NumPy along, so it is loaded only when asked for."""
    if name == "decide_all":
        from licet.columns.deciding import decide_all

        return decide_all
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
