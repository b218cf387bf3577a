"""Reference material that may stand beside the project; tests that need it skip where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared(name: str) -> Path:
    """A file of the shared reference; skips the test, saying so, where there is none."""
    given = os.environ.get("LICET_SHARED")
    folder = Path(given) if given else Path(__file__).resolve().parents[2] / "shared"
    path = folder / name
    if not path.exists():
        pytest.skip("the shared reference is not here (set LICET_SHARED to its folder)")
    return path
