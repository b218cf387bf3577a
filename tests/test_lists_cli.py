"""``licet lists`` as a user meets it: its output, its real exit codes, real files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from licet.cli.main import main
from shared_reference import shared

Run = Callable[..., "Done"]
HEAD = '"Name"\t"Street_Address"\t"City"\t"State"\t"Country"\t"Postal_Code"\t"Effective_Date"\t"Expiration_Date"\t"Standard_Order"\t"Last_Update"\t"Action"\t"FR_Citation"'


def denied(*names: str, updated: str = "2020-03-01") -> str:
    """A small Denied Persons List; ``Alpha|IR|05/01/2030`` gives country and last day too."""
    lines = [HEAD]
    for name in names:
        who, country, ends = (*name.split("|"), "", "")[:3]
        cells = (
            who,
            "1 Road",
            "Town",
            "",
            country or "CN",
            "",
            "01/02/2019",
            ends or "01/02/2039",
            "Y",
            updated,
            "ADDED",
            "84 F.R. 100 1/8/2019",
        )
        lines.append("\t".join(f'"{cell}"' for cell in cells))
    return "\n".join(lines) + "\n"


class Done(NamedTuple):
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def licet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``licet lists`` as the installed command does, in this process."""
    monkeypatch.setenv("LICET_LISTS", str(tmp_path / "store" / "lists.sqlite"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)

    def run(*args: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["licet", "lists", *map(str, args)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        return Done(int(left.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def first(tmp_path: Path) -> Path:
    path = tmp_path / "dpl-2020-03-05.txt"
    path.write_text(denied(*(f"Party {n}" for n in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")), encoding="utf-8")
    return path


@pytest.fixture
def second(tmp_path: Path) -> Path:
    path = tmp_path / "dpl-2020-04-05.txt"
    names = [f"Party {n}" for n in "BCDEFGHIJKLMNOPQRSTUVWXY"]
    path.write_text(
        denied(*names, "PARTY Z|CN|05/01/2040", "New [red]One[/red]|RU", updated="2020-04-01"),
        encoding="utf-8",
    )
    return path


def test_import_status_and_again(licet: Run, first: Path) -> None:
    done = licet("import", first)
    assert (done.returncode, done.stderr) == (0, "")
    assert "dpl-tab, 26 rows, 26 entries, data of 2020-03-01, known 2020-03-05: imported as" in done.stdout
    again = licet("import", first)
    assert again.returncode == 0
    assert "nothing changed" in again.stdout
    shown = licet("status", "--as-of", "2020-03-08")
    assert shown.returncode == 0
    assert "denied_persons" in shown.stdout
    assert "7 days" in shown.stdout
    stale = licet("status", "--as-of", "2021-01-01", "--format", "json")
    assert stale.returncode == 4
    (row,) = json.loads(stale.stdout)
    assert (row["entries"], row["age_days"], row["stale"], row["known"], len(row["digest"])) == (
        26,
        306,
        True,
        "2020-03-05",
        64,
    )
    assert licet("status", "--known-at", "2020-03-04", "--format", "json").stdout == "[]\n"


def test_a_short_file_is_refused_unless_somebody_insists(licet: Run, first: Path, tmp_path: Path) -> None:
    licet("import", first)
    short = tmp_path / "dpl-2020-03-20.txt"
    short.write_text(denied("Party A", "Party B", updated="2020-03-19"), encoding="utf-8")
    refused = licet("import", short)
    assert refused.returncode == 4
    assert "REFUSED" in refused.stdout
    assert "2 entries; on 2020-03-01 there were 26; fetch the file again" in refused.stderr
    assert licet("import", short, "--force", "an amnesty").returncode == 2
    forced = licet("import", short, "--force", "an amnesty", "--by", "Ada")
    assert forced.returncode == 0
    assert "let in by Ada: an amnesty" in forced.stdout
    shown = licet("status")
    assert "Let in against a refusal by Ada (an amnesty): dpl-2020-03-20.txt: fallen" in shown.stdout
    assert "FORCED" in shown.stdout


def test_one_bad_file_keeps_no_other_out(licet: Run, first: Path, tmp_path: Path) -> None:
    (tmp_path / "odd.bin").write_bytes(b"\x00" * 9)
    broken = tmp_path / "cut-2020-01-01.txt.gz"
    broken.write_bytes(gzip.compress(denied("Party A", "Party B").encode())[:-20])
    done = licet("import", "odd.bin", broken, first)
    assert done.returncode == 4
    assert "odd.bin" in done.stderr
    assert "breaks off" in done.stderr
    assert "imported as" in done.stdout


def test_without_a_day_nothing_is_guessed(licet: Run, tmp_path: Path) -> None:
    path = tmp_path / "dpl.txt"
    path.write_text(denied("Party A", updated=""), encoding="utf-8")
    done = licet("import", path)
    assert done.returncode == 4
    assert "--known DAY" in done.stderr
    assert licet("import", path, "--known", "2020-03-01").returncode == 0
    early = licet("import", path, "--known", "2020-03-01", "--store", tmp_path / "other.sqlite")
    assert early.returncode == 0
    assert (tmp_path / "other.sqlite").exists()


def test_diff_of_files_days_and_snapshots(licet: Run, first: Path, second: Path) -> None:
    table = licet("diff", first, second)
    assert table.returncode == 0
    assert "denied_persons: removed (1)" in table.stdout
    assert "New [red]One[/red]" in table.stdout
    flat = list(csv.DictReader(io.StringIO(licet("diff", first, second, "--format", "csv").stdout)))
    assert [(r["change"], r["name"], r["field"]) for r in flat] == [
        ("removed", "Party A", ""),
        ("added", "New [red]One[/red]", ""),
        ("changed", "PARTY Z", "name"),
        ("changed", "PARTY Z", "ends"),
    ]
    imported = licet("import", first, second, "--force", "made for a test", "--by", "Ada").stdout
    ids = [line.split("imported as ")[1][:12] for line in imported.splitlines()]
    by_day = json.loads(
        licet("diff", "2020-03-31", "2020-04-30", "--format", "json", "--list", "denied_persons").stdout
    )
    by_id = json.loads(licet("diff", *ids, "--format", "json").stdout)
    assert (
        by_day["counts"]
        == by_id["counts"]
        == {"denied_persons": {"added": 1, "removed": 1, "changed": 1, "same": 24}}
    )
    assert by_day["changes"] == by_id["changes"]
    assert licet("diff", "2019-01-01", "2020-04-30").returncode == 2
    assert licet("diff", "abcdef", "2020-04-30").returncode == 2


def test_diff_of_a_broken_file_is_no_success(licet: Run, first: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.txt"
    cut.write_text(denied("Party A", "Party B")[:-40], encoding="utf-8")
    assert licet("diff", first, cut).returncode == 4


def test_export(licet: Run, first: Path, tmp_path: Path) -> None:
    licet("import", first)
    table = list(csv.DictReader(io.StringIO(licet("export", "--as", "csv").stdout)))
    assert len(table) == 26
    assert len({row["id"] for row in table}) == 26
    out = tmp_path / "out.jsonl"
    assert licet("export", "--as", "ftm", "--list", "denied_persons", "--out", out).returncode == 0
    entities = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    # FollowTheMoney takes no underscore in an id.
    assert {row["id"].replace("_", ".") for row in table} <= {e["id"] for e in entities}
    assert licet("export", "--as", "csv", "--list", "none").returncode == 2


def test_without_a_history_the_way_to_one_is_shown(licet: Run, tmp_path: Path) -> None:
    done = licet("status")
    assert done.returncode == 4
    assert "licet lists import FILE" in done.stderr
    other = sqlite3.connect(tmp_path / "other.sqlite")
    other.execute("CREATE TABLE t (x)")
    other.close()
    assert licet("status", "--store", tmp_path / "other.sqlite").returncode == 4


def test_the_real_lists_of_2019_and_2021(licet: Run) -> None:
    parts = [
        shared(f"data/ofac/sdn-{day}-{part}.csv.gz")
        for day in ("2019-01-04", "2021-07-07")
        for part in ("sdn", "alt", "add")
    ]
    done = licet("import", *parts)
    assert done.returncode == 0, done.stderr
    assert [line.split(": ofac-csv, ")[1][:10] for line in done.stdout.splitlines()] == [
        "7,379 rows",
        "8,976 rows",
    ]
    counts = json.loads(
        licet("diff", "2019-12-31", "2021-12-31", "--list", "sdn", "--format", "json").stdout
    )["counts"]
    assert (counts["sdn"]["added"], counts["sdn"]["removed"]) == (1858, 261)
