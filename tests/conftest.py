"""What every test shares: one Hypothesis profile, and the regime that comes with Licet."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from licet.regime import Regime

# The same examples in every run, however slow the machine.
settings.register_profile(
    "licet", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("licet")


@pytest.fixture(scope="session")
def regime() -> Regime:
    """The law as it is installed."""
    return Regime.load()
