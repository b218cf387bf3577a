"""The house stands: imports go one way, law stays out of Python, and everything public is documented."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from licet.cli.main import licet as command_line
from licet.decisions.outcome import Outcome
from licet.language.rule import BASES, POLICIES
from licet.regime import Regime

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "licet"
DOCS = ROOT / "docs"

# Each part may import those before it, and nothing that stands after.
FLOORS = [
    "version",
    "language",
    "act",
    "tables",
    "screening",
    "parties",
    "lists",
    "reviews",
    "regime",
    "decisions",
    "columns",
    "cases",
    "intake",
    "generating",
    "changes",
    "service",
    "gate",
    "api",
    "web",
    "serving",
    "cli",
]
ALLOWED_BESIDE = {("cases", "intake"), ("intake", "cases"), ("intake", "decisions"), ("intake", "regime")}


def part_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "licet"


def imports() -> list[tuple[Path, str, str]]:
    found = []
    for path in SOURCE.rglob("*.py"):
        own = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "licet":
                found.append((path, own, part_of(node.module)))
            elif isinstance(node, ast.Import):
                found += [(path, own, part_of(a.name)) for a in node.names if a.name.split(".")[0] == "licet"]
    return found


def test_imports_go_one_way() -> None:
    against = [
        f"{path.relative_to(SOURCE)} imports {target}"
        for path, own, target in imports()
        if own != "__init__"
        and target != own
        and (
            target not in FLOORS
            or FLOORS.index(target) > FLOORS.index(own)
            or (own, target) in ALLOWED_BESIDE
        )
    ]
    assert not against
    assert len(imports()) > 100


EXTRAS = {"openpyxl", "httpx", "altair", "vl_convert", "polars", "duckdb", "pyspark", "sqlglot"}
IN_COLUMNS = {"screening", "columns", "generating"}
HEAVY = {"numba": {"screening"}, "numpy": IN_COLUMNS, "pyarrow": IN_COLUMNS, "lxml": {"lists"}}
# What only a server needs, and where it may be; the extra `server` brings it.
OVER_HTTP = frozenset({"gate", "api", "web", "serving"})
SERVER = {
    **dict.fromkeys(("fastapi", "starlette", "uvicorn", "multipart", "prometheus_client"), OVER_HTTP),
    **dict.fromkeys(("jinja2", "govuk_frontend_jinja"), frozenset({"web"})),
    **dict.fromkeys(("sqlalchemy", "pydantic", "structlog", "authlib"), OVER_HTTP | {"service"}),
    **dict.fromkeys(("alembic", "argon2", "standardwebhooks", "pydantic_settings"), frozenset({"service"})),
}


def test_extras_and_heavy_libraries_are_imported_where_they_are_needed() -> None:
    """Extras only when asked for; what takes long to load only in the part that cannot do without."""
    for path in SOURCE.rglob("*.py"):
        part = path.relative_to(SOURCE).parts[0]
        top = [
            n
            for n in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(n, ast.Import | ast.ImportFrom)
        ]
        names = {(n.module or "") if isinstance(n, ast.ImportFrom) else n.names[0].name for n in top}
        roots = {n.split(".")[0] for n in names}
        assert not roots & EXTRAS, path
        allowed = HEAVY | SERVER
        assert all(part in allowed[n] for n in roots & set(allowed)), path


def test_a_question_about_the_law_loads_no_matcher() -> None:
    """``licet --help`` and ``licet law`` answer at once: nothing heavy is loaded for them."""
    code = (
        "import sys, licet.cli.main; print(*sorted(set(sys.modules) & {'numba', 'numpy', 'pyarrow', 'lxml'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_python_holds_no_legal_date_and_no_party() -> None:
    """Dates and names belong to the law files; docstrings may use them as examples."""
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            node.body[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "date":
                years = [a.value for a in node.args[:1] if isinstance(a, ast.Constant)]
                # The day from which spreadsheets count is no law.
                assert not any(isinstance(y, int) and y > 1950 for y in years), ast.unparse(node)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs:
                said = node.value
                # Messages and help may show how a value is written.
                if " " not in said:
                    assert not re.search(
                        r"\b(19|20)\d\d-\d\d-\d\d\b|huawei|hisilicon|\bzte\b", said.casefold()
                    ), f"{path.name}: {said!r}"


def test_modules_state_their_idea_and_stay_short() -> None:
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if text.strip():
            assert ast.get_docstring(ast.parse(text)), f"{path}: no docstring"
        assert text.count("\n") <= 420, f"{path}: too long to read in one sitting"


def commands(group: click.Command, name: str = "licet") -> list[str]:
    if not isinstance(group, click.Group):
        return [name]
    return [full for key, sub in group.commands.items() for full in commands(sub, f"{name} {key}")]


@pytest.mark.parametrize("command", commands(command_line))
def test_every_command_is_documented(command: str) -> None:
    assert command in (DOCS / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_documented(outcome: Outcome) -> None:
    assert f"| `{outcome}` |" in (DOCS / "reading-a-decision.md").read_text(encoding="utf-8")


def test_every_word_of_the_vocabulary_is_documented(regime: Regime) -> None:
    page = (DOCS / "vocabulary.md").read_text(encoding="utf-8")
    for entry in regime.vocabulary:
        assert f"| `{entry.name}` |" in page, "run: licet law vocabulary --out docs/vocabulary.md"
        assert entry.ask in page


def test_every_rule_property_and_basis_is_documented() -> None:
    from licet.language import literate

    page = (DOCS / "writing-a-rule.md").read_text(encoding="utf-8")
    for key in literate._KEYS | set(BASES):
        assert f"`{key.replace('_', ' ')}" in page or f"`{key}" in page, key


def test_the_coverage_page_is_fresh(regime: Regime) -> None:
    from licet.cases.coverage import coverage

    page = (DOCS / "coverage.md").read_text(encoding="utf-8")
    assert page == coverage(regime), "run: licet law coverage --out docs/coverage.md"


def test_every_dependency_says_why() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (DOCS / "dependencies.md").read_text(encoding="utf-8").casefold()
    extras = [r for rs in project["optional-dependencies"].values() for r in rs if not r.startswith("licet")]
    for requirement in (*project["dependencies"], *extras):
        assert re.split(r"[><=\[]", requirement)[0].casefold() in page


def test_links_in_the_docs_lead_somewhere() -> None:
    for page in (*DOCS.rglob("*.md"), ROOT / "README.md"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_policies_are_ordered_from_the_strictest() -> None:
    assert POLICIES[0] == "policy_of_denial"
    assert POLICIES[-1] == "presumption_of_approval"
