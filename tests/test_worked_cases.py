"""Worked cases: the law beside its cases, our own boundary cases, and those of the shared reference."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from licet.cases.files import case_files, run_file
from licet.language import plain_yaml
from licet.regime import LAW, Regime
from shared_reference import shared

CASES = Path(__file__).parent / "cases"
OWN = CASES / "boundaries.yaml"


def failures(path: Path, regime: Regime) -> list[str]:
    return [f"{r.name}: {f}" for r in run_file(path, regime) for f in r.failures]


@pytest.mark.parametrize("path", list(case_files([LAW])), ids=lambda p: p.name)
def test_cases_beside_the_law_pass(path: Path, regime: Regime) -> None:
    assert not failures(path, regime)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda p: p.name)
def test_our_own_cases_pass(path: Path, regime: Regime) -> None:
    results = list(run_file(path, regime))
    assert len(results) > 90
    assert not failures(path, regime)
    assert not [u for r in results for u in r.unread]


def test_the_shared_worked_cases_pass(regime: Regime) -> None:
    path = shared("cases/export-cases.yaml")
    assert not failures(path, regime)
    assert len(list(run_file(path, regime))) == 40


MUTATIONS = {
    "outcome": lambda e: e.update(outcome="not_subject_to_ear", accept_also=[]),
    "subject_to_ear": lambda e: e.update(subject_to_ear=not e["subject_to_ear"]),
    "licence_required_by": lambda e: e.update(licence_required_by=[*e["licence_required_by"], "ei_742_15"]),
    "review_policy": lambda e: e.update(review_policy="presumption_of_approval"),
    "authorised_by": lambda e: e.update(authorised_by="TGL v9 (c)(1)"),
    "must_cite": lambda e: e.update(must_cite=["15 CFR 999.1"]),
}


@pytest.mark.parametrize("field", MUTATIONS)
def test_a_wrong_expectation_is_noticed(field: str, regime: Regime, tmp_path: Path) -> None:
    """Every field of an expectation is really compared: falsified, it fails, and says so."""
    data = plain_yaml.read_file(OWN)
    ordinary = next(
        c
        for c in data["cases"]
        if c["expect"]["outcome"] == "licence_required" and c["expect"].get("licence_required_by")
    )
    if field == "authorised_by":
        ordinary = next(c for c in data["cases"] if str(c["expect"].get("authorised_by")).startswith("TGL v"))
    case = copy.deepcopy(ordinary)
    MUTATIONS[field](case["expect"])
    path = tmp_path / "falsified.yaml"
    import yaml

    path.write_text(yaml.safe_dump({**data, "cases": [case]}, allow_unicode=True), encoding="utf-8")
    found = failures(path, regime)
    assert found
    assert any(field in failure for failure in found)


def test_no_rule_or_code_names_a_case() -> None:
    root = LAW.parent
    for path in root.rglob("*"):
        if path.suffix in (".py", ".md", ".yaml", ".csv"):
            text = path.read_text(encoding="utf-8")
            assert "EC-0" not in text, path
            assert "UC-0" not in text, path
