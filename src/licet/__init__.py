"""Licet: US trade restrictions as open, dated, explainable code.

The public face::

    import licet

    regime = licet.Regime.load()
    act = licet.Act.stating(regime.vocabulary, {"act.date": "2019-05-21", ...}, parties=[...])
    decision = licet.decide(act, regime)
    decision.outcome, decision.obligations, decision.missing, decision.proof
    licet.screen(["Hua Wei Technology Co Ltd"], regime, as_of=date(2019, 6, 1))
"""

from __future__ import annotations

from licet.act import Act, Party
from licet.decisions.asking import Asking, what_to_ask
from licet.decisions.counterfactual import Change, what_would_change
from licet.decisions.decide import Decision, decide, outcome_of
from licet.decisions.outcome import Outcome
from licet.decisions.verifying import Verification, verify
from licet.language.errors import LicetError
from licet.regime import Regime
from licet.reviews.screening import screen
from licet.version import __version__

__all__ = [
    "Act",
    "Asking",
    "Change",
    "Decision",
    "LicetError",
    "Outcome",
    "Party",
    "Regime",
    "Verification",
    "__version__",
    "decide",
    "outcome_of",
    "screen",
    "verify",
    "what_to_ask",
    "what_would_change",
]
