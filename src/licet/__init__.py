"""Licet: US trade restrictions as open, dated, explainable code.

The public face::

    import licet

    regime = licet.Regime.load()
    act = licet.Act.stating(regime.vocabulary, {"act.date": "2019-05-21", ...}, parties=[...])
    decision = licet.decide(act, regime)
    decision.outcome, decision.obligations, decision.missing, decision.proof
"""

__version__ = "0.1.0"
