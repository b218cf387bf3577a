"""What every test shares: one Hypothesis profile, the regime that comes with Licet, and a Spark cluster."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A cluster of two workers, each a Java process of its own with a Python process of its own."""
    if not shutil.which("java"):
        pytest.skip("Spark needs Java, and there is no `java` here")
    for name in ("pyspark", "pandas"):
        if not find_spec(name):
            pytest.skip(f"Spark's mapInArrow needs {name}, which is not installed")
    import pyspark

    from licet.columns.engines.spark_engine import session

    # A cluster writes its work folder into Spark's home; a home of links keeps it out of the installation.
    home = tmp_path_factory.mktemp("spark")
    for entry in Path(pyspark.__file__).parent.iterdir():
        (home / entry.name).symlink_to(entry)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(home))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        # Starting is most of the work.
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        made = session("local-cluster[2,1,1024]")
        yield made
        made.stop()


@pytest.fixture(scope="module")
def service(regime: Regime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A service on SQLite whose clock stands still."""
    from serving import open_service

    opened = open_service(tmp_path_factory.mktemp("service"), regime)
    yield opened
    opened.close()


@pytest.fixture
def client(service: Any) -> Iterator[Any]:
    """A client of the application, as nobody in particular."""
    from serving import client_of

    with client_of(service) as opened:
        yield opened


@pytest.fixture
def signed_in(service: Any) -> Iterator[Any]:
    """``signed_in("analyst")``: a client signed in as somebody of that role."""
    from contextlib import ExitStack

    from serving import client_of, sign_in

    with ExitStack() as stack:
        yield lambda role, name="": sign_in(stack.enter_context(client_of(service)), service, role, name)


@pytest.fixture(scope="module")
def live(service: Any) -> Iterator[str]:
    """The address of the real server over the service."""
    from serving import live_server

    with live_server(service) as address:
        yield address


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server for the whole run."""
    from postgres import cluster

    with cluster() as url:
        yield url


@pytest.fixture
def postgres(postgres_server: str) -> str:
    """The URL of an empty PostgreSQL database."""
    from postgres import new_database

    return new_database(postgres_server)
