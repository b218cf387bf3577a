"""The command line as a user meets it: a real process, real files, real exit codes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "orders-2019.csv"


def licet(*args: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the installed command line, as a script would."""
    return subprocess.run(
        [sys.executable, "-c", "from licet.cli import main; main()", *map(str, args)],
        capture_output=True,
        text=True,
        input=stdin,
        check=False,
        env={**os.environ, "COLUMNS": "160", "NO_COLOR": "1", "PYTHONWARNINGS": "error"},
    )


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    out = tmp_path_factory.mktemp("out") / "decided.csv"
    done = licet("check", EXAMPLE, "--out", out)
    assert done.returncode == 1, done.stderr
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_example_book_shows_every_outcome(decided: list[dict[str, str]]) -> None:
    assert {row["outcome"] for row in decided} == {
        "forbidden",
        "licence_required",
        "indeterminate",
        "authorised_general_licence",
        "authorised_licence_exception",
        "authorised_savings_clause",
        "no_licence_required",
        "not_subject",
    }
    assert len(decided) >= 190


def test_the_five_days_of_the_tour(decided: list[dict[str, str]]) -> None:
    tour = [(row["date"], row["outcome"]) for row in decided if row["order_id"] == "T-1"]
    assert tour == [
        ("2019-05-15", "no_licence_required"),
        ("2019-05-16", "licence_required"),
        ("2019-05-20", "authorised_general_licence"),
        ("2019-08-19", "licence_required"),
        ("2020-08-14", "licence_required"),
    ]


def test_a_speech_in_between_changes_nothing(decided: list[dict[str, str]]) -> None:
    first, second = (row for row in decided if row["order_id"] == "T-2")
    differ = {key for key in first if first[key] != second[key]}
    assert differ <= {"row", "line", "date", "as_of"}


def test_the_hour_of_the_listing(decided: list[dict[str, str]]) -> None:
    hours = [row["outcome"] for row in decided if row["order_id"] == "T-3"]
    assert hours == ["no_licence_required", "licence_required"]


def test_the_table_says_outcomes_money_dates_and_what_it_is_not() -> None:
    done = licet("check", EXAMPLE)
    for said in ("licence required", "USD", "What to find out", "as known on 2026", "Not legal advice"):
        assert said in done.stdout


@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
def test_text_formats_pipe(form: str) -> None:
    done = licet("check", EXAMPLE, "--format", form)
    rows = {
        "json": lambda t: json.loads(t),
        "jsonl": lambda t: [json.loads(line) for line in t.splitlines()],
        "csv": lambda t: list(csv.DictReader(t.splitlines())),
    }[form](done.stdout)
    assert len(rows) >= 190
    assert {"outcome", "reason", "rules", "ask"} <= rows[0].keys()


def test_spreadsheet_and_parquet_are_written(tmp_path: Path) -> None:
    import openpyxl
    import pyarrow.parquet as pq

    sheet, table = tmp_path / "out.xlsx", tmp_path / "out.parquet"
    assert licet("check", EXAMPLE, "--out", sheet).returncode == 1
    assert licet("check", EXAMPLE, "--out", table).returncode == 1
    book = openpyxl.load_workbook(sheet, read_only=True)
    assert len(list(book.active.iter_rows())) >= 190
    book.close()
    assert pq.read_table(table).num_rows >= 190
    assert licet("check", EXAMPLE, "--format", "xlsx").returncode == 4


def test_a_bad_row_stops_nothing(tmp_path: Path) -> None:
    book = tmp_path / "orders.csv"
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    bad = dict(zip(header, next(csv.reader([lines[2]])), strict=True)) | {"eccn": "30"}
    with book.open("w", encoding="utf-8", newline="") as file:
        file.write("\n".join(lines[:3]) + "\n")
        csv.DictWriter(file, header).writerow(bad)
    done = licet("check", book, "--format", "jsonl")
    assert done.returncode == 4
    assert len(done.stdout.splitlines()) == 2
    assert "3E001" in done.stderr
    assert "row 4" in done.stderr or "row 4" in (tmp_path / "orders.rejects.csv").read_text(encoding="utf-8")


def test_a_file_that_is_no_book_is_one_clear_line(tmp_path: Path) -> None:
    junk = tmp_path / "junk.csv"
    junk.write_bytes(bytes(range(256)) * 3)
    done = licet("check", junk)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("licet: ")


def test_explain_proves_a_line_and_verify_establishes_it(tmp_path: Path) -> None:
    told = licet("explain", EXAMPLE, "--line", 2)
    assert told.returncode == 1
    for said in ("LICENCE REQUIRED", "744.11(a)", "84 FR 22961", "What would change it", "Not legal advice"):
        assert said in told.stdout
    proof = tmp_path / "proof.json"
    proof.write_text(licet("explain", EXAMPLE, "--line", 2, "--json").stdout, encoding="utf-8")
    assert licet("verify", proof).returncode == 0
    stored = json.loads(proof.read_text(encoding="utf-8"))
    stored["outcome"] = "no_licence_required"
    proof.write_text(json.dumps(stored), encoding="utf-8")
    failed = licet("verify", proof)
    assert failed.returncode == 4
    assert "outcome: the proof says no_licence_required" in failed.stdout
    proof.write_text("{", encoding="utf-8")
    assert licet("verify", proof).returncode == 4


def test_decide_lists_what_is_missing_away_from_a_terminal() -> None:
    done = licet(
        "decide", "--fact", "act.date=2019-06-01", "--fact", "origin.country=US", "--fact", "act.action=export",
        "--fact", "destination.country=CN", "--fact", "item.kind=commodity", "--fact", "item.us_origin=yes",
        "--party", "Huawei Technologies Co., Ltd.|ultimate_consignee|CN",
    )  # fmt: skip
    assert done.returncode == 3
    assert "To settle it, answer:" in done.stdout
    assert "certificate.by" in done.stdout


def test_decide_asks_at_a_terminal(tmp_path: Path) -> None:
    """In a real terminal the missing certificate is asked for, and the answer settles it."""
    if shutil.which("script") is None:
        pytest.skip("the program 'script' (util-linux) is not here")
    facts = {
        "act.date": "2019-06-01", "act.action": "export", "origin.country": "US", "destination.country": "CN",
        "item.kind": "software", "item.eccn": "5D991", "item.us_origin": True, "item.published": False,
        "end_use.category": "civil", "support.purpose": "network_support", "support.adds_capacity": False,
        "contract.date": "2018-11-01", "network.operational": True, "transport.en_route_since": "none",
        "act.claimed_exception": "none",
    }  # fmt: skip
    act = tmp_path / "act.json"
    parties = [{"name": "Huawei Technologies Co., Ltd.", "roles": ["ultimate_consignee"], "country": "CN"}]
    act.write_text(json.dumps({"facts": facts, "parties": parties}), encoding="utf-8")
    command = f"{sys.executable} -c 'from licet.cli import main; main()' decide {act}"
    done = subprocess.run(
        ["script", "-qec", command, "/dev/null"],
        input="exporter\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Who gave the certification statement" in done.stdout
    assert "AUTHORISED BY A GENERAL LICENCE" in done.stdout


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("law", "lint"), 0, "Nothing to mend"),
        (("law", "show", "744.11(a)", "--on", "2019-06-01"), 0, "in force from 2008-08-21 by 73 FR 49311"),
        (("law", "show", "no such rule"), 2, "no rule"),
        (("law", "calendar", "--from", "2019-05-16", "--to", "2019-05-16"), 0, "69 entries begin"),
        (("law", "calendar", "--from", "2019-06-29", "--to", "2019-06-29"), 0, "changes no answer"),
        (("law", "test", "no-such-file.yaml"), 4, "no such file"),
        (("decide",), 2, "which day's law"),
        (("decide", "--fact", "act.dat=2019-06-01"), 2, "did you mean act.date"),
        (("check", "no-such-file.csv"), 2, "does not exist"),
        (("--version",), 0, "licet"),
    ],
)
def test_commands_answer(args: tuple[str, ...], code: int, said: str) -> None:
    done = licet(*args)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr


def test_failing_cases_exit_with_one(tmp_path: Path) -> None:
    cases = tmp_path / "wrong.cases.yaml"
    cases.write_text("cases:\n- case: wrong\n  as_of: 2019-06-01\n  then: forbidden\n", encoding="utf-8")
    done = licet("law", "test", cases)
    assert done.returncode == 1
    assert "expected forbidden" in done.stdout


def test_lint_finds_what_is_wrong(tmp_path: Path) -> None:
    from licet.regime import LAW

    folder = tmp_path / "law"
    shutil.copytree(LAW, folder)
    path = folder / "us/ear/part-744/744.11-entity-list.md"
    good = path.read_text(encoding="utf-8")
    faults = {
        "did you mean listing.list": good.replace("listing.list ==", "listing.lisst ==", 1),
        "cannot be read": good.replace("cite: 15 CFR 744.11(c)", "cite: somewhere", 1),
        "is in no instruments file": good.replace("by: 89 FR 51644", "by: 89 FR 1", 1),
        "no window between": good.replace("- {from: 2020-08-17, by: 85 FR 51335}", "- {from: 2009-08-17, through: 2010-01-01, by: 85 FR 51335}\n- {from: 2020-08-17, by: 85 FR 51335}", 1),
        "no case in which it stands": good + "\n```rule\nrule: extra\ntitle: t\ncite: 15 CFR 1.1\nrequires: licence\nin force:\n- {from: 2008-08-21, by: 73 FR 49311}\n```\n",
        "needs quotes": good.replace("known as: is_informed", "known as: NO", 1),
        "never in force together": good.replace("{from: 2020-06-18, by: 85 FR 36719, struck: 2022-09-09, struck by: 87 FR 55241}", "{from: 2001-06-18, through: 2002-01-01, by: 61 FR 12714}", 1),
    }  # fmt: skip
    for said, text in faults.items():
        assert text != good, said
        path.write_text(text, encoding="utf-8")
        done = licet("law", "lint", "--law", folder)
        assert done.returncode == 1, said
        assert said in done.stdout, f"{said}: {done.stdout[:500]}"
    path.write_text(good, encoding="utf-8")
