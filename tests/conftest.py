"""What every test shares: one Hypothesis profile, and the regime that comes with Licet."""

from __future__ import annotations

from collections.abc import Iterator

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


@pytest.fixture(scope="module")
def alone(regime: Regime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For a module with commands: the law loaded once, and nobody's own history of lists."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Regime, "load", lambda: regime)
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("nobody")))
        patch.delenv("LICET_LISTS", raising=False)
        yield
