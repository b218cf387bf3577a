"""The wheel carries the law: what is installed decides as the checkout does."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from licet.regime import LAW, Regime

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="the build backend is not here (requirements/build.txt)")
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_every_law_file_is_in_the_wheel(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    for path in LAW.rglob("*"):
        if path.is_file():
            assert f"licet/law/{path.relative_to(LAW).as_posix()}" in held


def test_the_law_in_the_wheel_is_the_same(wheel: Path, tmp_path: Path, regime: Regime) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    assert Regime.load(tmp_path / "licet" / "law").digest == regime.digest
