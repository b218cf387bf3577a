"""Pictures of a change: each answers one question, and says its answer in words and as a table too.

Rows in (plain dicts, as ``licet.changes.figures`` makes them), a :class:`Picture` out. Nothing here
decides anything, and nothing needs a network.
"""

from licet.changes.plots.bands import bands
from licet.changes.plots.flows import flows
from licet.changes.plots.money import money
from licet.changes.plots.outcomes import outcomes
from licet.changes.plots.rendering import Picture
from licet.changes.plots.risk import risk
from licet.changes.plots.sweep import sweep
from licet.changes.plots.timeline import timeline

__all__ = ["Picture", "bands", "flows", "money", "outcomes", "risk", "sweep", "timeline"]
