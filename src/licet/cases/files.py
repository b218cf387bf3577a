"""Case files of either form, recognised by what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from licet.cases import export_cases, short
from licet.cases.result import CaseResult
from licet.language import plain_yaml
from licet.language.errors import LawError
from licet.regime import Regime


def case_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and every case file of either form below the folders among ``paths``."""
    for path in paths:
        if path.is_dir():
            yield from (found for found in sorted(path.rglob("*.yaml")) if _holds_cases(found))
        elif path.exists():
            yield path
        else:
            raise LawError(f"{path}: no such file or folder")


def _holds_cases(path: Path) -> bool:
    if path.name.endswith(".cases.yaml"):
        return True
    return f"schema: {export_cases.SCHEMA}" in path.read_text(encoding="utf-8", errors="replace")


def run_file(path: Path, regime: Regime) -> Iterator[CaseResult]:
    """Run the cases of one file.

    Raises:
        LawError: when the file is neither our short form nor ``export-cases/1``.
    """
    data = plain_yaml.read_file(path)
    if isinstance(data, dict) and data.get("schema") == export_cases.SCHEMA:
        yield from export_cases.run(data, path, regime)
    elif (
        isinstance(data, dict)
        and isinstance(data.get("cases"), list)
        and all(isinstance(case, dict) for case in data["cases"])
        and "schema" not in data
    ):
        yield from short.run(data, path, regime)
    else:
        found = data.get("schema") if isinstance(data, dict) else type(data).__name__
        raise LawError(
            f"{path.name}: expected 'schema: {export_cases.SCHEMA}' or our short form with 'cases:', "
            f"found {found!r}"
        )
