"""``licet screen`` and ``licet dispositions`` as a user meets them: their output and their exit codes."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from pyarrow import parquet

from licet.cli.main import main
from licet.intake import countries_from
from licet.intake.counterparties import PartyFile, read_counterparties, table_of
from licet.intake.errors import IntakeError
from licet.regime import Regime
from shared_reference import shared

Run = Callable[..., "Done"]
EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "parties-2019.csv"
HEAD = (
    '"Name"\t"Street_Address"\t"City"\t"State"\t"Country"\t"Postal_Code"\t"Effective_Date"\t"Expiration_Date"'
    '\t"Standard_Order"\t"Last_Update"\t"Action"\t"FR_Citation"'
)
LAW = Regime.load()
DAY = ("--as-of", "2020-04-10", "--known-at", "2020-04-10")


def denied(*rows: tuple[str, str], updated: str) -> str:
    """A small Denied Persons List of names with their countries."""
    lines = [HEAD]
    for name, country in rows:
        cells = (name, "1 Road", "Town", "", country, "", "01/02/2019", "01/02/2039", "Y", updated, "ADDED",
                 "84 F.R. 100 1/8/2019")  # fmt: skip
        lines.append("\t".join(f'"{cell}"' for cell in cells))
    return "\n".join(lines) + "\n"


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str

    @property
    def rows(self) -> list[dict[str, str]]:
        """The result as CSV."""
        return list(csv.DictReader(io.StringIO(self.stdout)))

    def of(self, *levels: str) -> list[tuple[str, str]]:
        """Party and listed name of the rows of some levels."""
        return [(r["party"], r["listed_name"]) for r in self.rows if r["level"] in levels]


@pytest.fixture
def licet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``licet`` as the installed command does, in this process."""
    monkeypatch.setenv("LICET_LISTS", str(tmp_path / "store" / "lists.sqlite"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)

    def run(*args: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["licet", *map(str, args)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        return Done(int(left.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def lawful(licet: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The same where no list was ever imported."""
    monkeypatch.delenv("LICET_LISTS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path / "none"))
    return licet


def imported(licet: Run, tmp_path: Path, day: str, *rows: tuple[str, str]) -> None:
    path = tmp_path / f"dpl-{day}.txt"
    path.write_text(denied(*rows, updated=day), encoding="utf-8")
    done = licet("lists", "import", path, "--force", "made for a test", "--by", "Ada")
    assert done.returncode == 0, done.stderr


FIRST = (("Quorvane Metallica", "CN"), ("Tessaly Brixton Optics", "RU"))
SECOND = (*FIRST, ("Orbanux Helicopters", "AE"))


@pytest.fixture
def parties(tmp_path: Path) -> Path:
    path = tmp_path / "parties.csv"
    path.write_text(
        "Customer No,Company,Country,Role\n"
        "C1,Quorvane Metallica Ltd,China,customer\n"
        "C2,Orbanux Helicopters,AE,customer\n"
        "C3,Maple Ridge Instruments Inc.,CA,customer\n",
        encoding="utf-8",
    )
    return path


def read(tmp_path: Path, regime: Regime, text: str) -> PartyFile:
    path = tmp_path / "given.csv"
    path.write_text(text, encoding="utf-8")
    countries = countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
    return read_counterparties(path, regime.vocabulary, countries)


def test_the_example_on_the_law_alone(lawful: Run) -> None:
    done = lawful("screen", EXAMPLE, "--as-of", "2019-06-01", "--known-at", "2019-06-01", "--format", "csv")
    assert done.returncode == 1
    hits = {party for party, _ in done.of("hit")}
    assert {"C-1001", "C-1002", "C-1003", "C-1005", "V-2003", "V-2005"} <= hits
    # A telephone from one private person to another, and firms whose names are only like.
    alone = {r["party"] for r in done.rows if r["level"] == "none"}
    assert {"C-3001", "C-3003", "C-3004"} <= alone
    assert "C-3002" not in hits
    findings = {(r["row"], r["because"]) for r in done.rows if r["level"] == "finding"}
    assert {("22", "region"), ("23", "region"), ("24", "region"), ("25", "region_maybe")} <= findings
    assert {("29", "no_role"), ("30", "no_country"), ("31", "no_name"), ("37", "odd_country")} <= findings
    (said,) = [r["evidence"] for r in done.rows if r["level"] == "coverage"]
    assert "no published list was imported" in said
    assert "Not legal advice" in said
    evidence = next(r["evidence"] for r in done.rows if r["party"] == "C-1002" and r["level"] == "hit")
    assert "hua wei / huawei (joined" in evidence


def test_the_day_before_nobody_of_the_family_was_listed(lawful: Run) -> None:
    args = ("screen", EXAMPLE, "--known-at", "2019-06-01", "--list", "entity_list", "--format", "csv")
    before = lawful(*args, "--as-of", "2019-05-15")
    assert not {p for p, _ in before.of("hit", "review")} & {"C-1001", "C-1002", "C-1003"}
    ever = lawful(*args, "--as-of", "2019-05-15", "--ever")
    assert {r["in_force"] for r in ever.rows if r["party"] == "C-1001"} == {"no"}
    assert "hit" not in {r["level"] for r in ever.rows if r["party"] == "C-1001"}
    table = lawful(
        "screen", EXAMPLE, "--as-of", "2019-05-16", "--known-at", "2019-06-01", "--list", "entity_list"
    )
    assert table.returncode == 1
    assert "matched to nothing" in table.stdout
    assert "Findings" in table.stdout
    assert "entity_list" in table.stdout
    assert lawful("screen", EXAMPLE, "--list", "nonesuch").returncode == 2


def test_lists_of_the_history_on_their_days(licet: Run, parties: Path, tmp_path: Path) -> None:
    imported(licet, tmp_path, "2020-03-01", *FIRST)
    imported(licet, tmp_path, "2020-04-05", *SECOND)
    done = licet("screen", parties, *DAY, "--list", "denied_persons", "--format", "csv")
    assert done.returncode == 1
    assert done.of("hit") == [("C1", "Quorvane Metallica"), ("C2", "Orbanux Helicopters")]
    hit = done.rows[0]
    assert (hit["list_name"], hit["in_force"], hit["state"]) == ("Denied Persons List", "yes", "open")
    assert len(hit["party_digest"]) == len(hit["listing_digest"]) == len(hit["index"]) == 64
    none = next(r for r in done.rows if r["level"] == "none")
    assert (none["party"], none["evidence"]) == ("C3", "nobody alike on denied_persons")
    listed = [r for r in done.rows if r["level"] == "coverage"]
    assert listed[0]["evidence"].startswith("data of 2020-04-05, known 2020-04-05, 3 entries")
    earlier = licet("screen", parties, "--as-of", "2020-03-20", "--known-at", "2020-03-20", "--format", "csv")
    assert [p for p, _ in earlier.of("hit")] == ["C1"]
    late = licet("screen", parties, "--as-of", "2021-03-20", "--format", "csv")
    assert late.returncode == 4
    assert any("stale" in r["evidence"] for r in late.rows if r["level"] == "coverage")


@pytest.mark.parametrize("form", ["json", "jsonl", "xlsx", "parquet"])
def test_every_format_says_the_same(licet: Run, parties: Path, tmp_path: Path, form: str) -> None:
    imported(licet, tmp_path, "2020-04-05", *FIRST)
    flat = licet("screen", parties, *DAY, "--format", "csv").rows
    out = tmp_path / f"result.{form}"
    assert licet("screen", parties, *DAY, "--out", out).returncode == 1
    match form:
        case "json":
            rows = json.loads(out.read_text(encoding="utf-8"))
        case "jsonl":
            rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        case "parquet":
            rows = parquet.read_table(out).to_pylist()
        case _:
            from openpyxl import load_workbook

            header, *body = load_workbook(out)["decisions"].iter_rows(values_only=True)
            rows = [dict(zip(header, cells, strict=True)) for cells in body]
    shown = [(r["level"], r.get("party") or "", r.get("listed_name") or "") for r in rows]
    assert shown == [(r["level"], r["party"], r["listed_name"]) for r in flat]
    assert [level for level, _, _ in shown].count("none") == 2


def test_since_screens_only_what_changed(licet: Run, parties: Path, tmp_path: Path) -> None:
    imported(licet, tmp_path, "2020-03-01", *FIRST)
    first = ("--as-of", "2020-03-20", "--known-at", "2020-03-20", "--format", "csv")
    assert licet("screen", parties, *first).of("hit") == [("C1", "Quorvane Metallica")]
    imported(licet, tmp_path, "2020-04-05", *SECOND)
    since = ("screen", parties, *DAY, "--since", "2020-03-20", "--format", "csv")
    done = licet(*since)
    assert done.of("hit") == [("C2", "Orbanux Helicopters")]
    said = [r["evidence"] for r in done.rows if r["level"] == "coverage"][-1]
    assert "1 listings that are new, changed, begun or ended" in said
    assert "0 of 3 names of parties" in said
    before = tmp_path / "before.csv"
    before.write_bytes(parties.read_bytes())
    parties.write_text(
        parties.read_text(encoding="utf-8").replace("C3,Maple Ridge", "C4,Tessaly Brixton"), encoding="utf-8"
    )
    for more in ((), ("--before", before)):
        again = licet(*since, *more)
        assert {p for p, _ in again.of("hit", "review")} == {"C2", "C4"}
    assert licet("screen", parties, "--before", before).returncode == 2
    # A store that never saw these parties leaves none of them out.
    everybody = licet("screen", parties, *DAY, "--since", "2019-01-01", "--format", "csv")
    assert {p for p, _ in everybody.of("hit", "review")} == {"C1", "C2", "C4"}


def test_dispositions_from_clear_to_reopened(licet: Run, parties: Path, tmp_path: Path) -> None:
    imported(licet, tmp_path, "2020-03-01", *FIRST)
    screen = ("screen", parties, "--as-of", "2020-03-05", "--list", "denied_persons", "--format", "csv")
    listing = licet(*screen).rows[0]["listing"]
    pair = (parties, "--party", "C1", "--listing", listing)
    cleared = licet("dispositions", "clear", *pair, "--reason", "another firm", "--by", "Ada")
    assert cleared.returncode == 0
    assert "counts once another person has signed" in cleared.stdout
    assert "by this machine's clock" in cleared.stdout
    hash_ = cleared.stdout.split(":")[0]
    waiting = licet(*screen)
    assert waiting.returncode == 1
    assert waiting.rows[0]["state"] == "awaiting second signature"
    assert licet("dispositions", "sign", hash_, "--by", "ADA").returncode == 4
    assert licet("dispositions", "sign", hash_, "--by", "Grace").returncode == 0
    aside = licet(*screen)
    assert (aside.returncode, aside.of("hit", "review")) == (0, [])
    assert [r["party"] for r in aside.rows if r["level"] == "none"] == ["C1", "C2", "C3"]
    table = licet(*screen[:-2])
    assert "cleared pairs set aside" in table.stdout
    shown = licet(*screen, "--all").rows[0]
    assert (shown["state"], shown["disposition"][:12]) == ("cleared", hash_)
    # The party moves: whatever was decided about it has to be looked at again.
    moved = parties.read_text(encoding="utf-8").replace("China", "AE")
    parties.write_text(moved, encoding="utf-8")
    reopened = licet(*screen).rows[0]
    assert (reopened["state"], reopened["because"]) == ("reopened", "party changed: countries")
    licet("dispositions", "match", *pair, "--reason", "same director", "--by", "Ada")
    matched = licet(*screen)
    assert (matched.returncode, matched.rows[0]["level"], matched.rows[0]["state"]) == (1, "hit", "match")
    last = json.loads(licet("dispositions", "export", "--as", "jsonl").stdout.splitlines()[-1])
    assert last["verdict"] == "match"
    assert json.loads(last["party_said"])["countries"] == ["ae"]
    assert licet("dispositions", "withdraw", last["hash"], "--reason", "wrong", "--by", "Bo").returncode == 0
    assert licet(*screen).rows[0]["state"] == "open"
    for form in ("csv", "jsonl"):
        out = tmp_path / f"out.{form}"
        assert licet("dispositions", "export", "--as", form, "--out", out).returncode == 0
        copy = tmp_path / f"copy-{form}.sqlite"
        done = licet("dispositions", "import", out, "--store", copy)
        assert "4 dispositions, 4 of them new here" in done.stdout
        out.write_text(out.read_text(encoding="utf-8").replace("another firm", "no matter"), encoding="utf-8")
        assert licet("dispositions", "import", out, "--store", copy).returncode == 4
    assert licet("dispositions", "list").stdout.count("C1") == 4
    for wrong in (("--party", "C9", "--listing", listing), ("--party", "C1", "--listing", "x")):
        refused = licet("dispositions", "match", parties, *wrong, "--reason", "r", "--by", "A")
        assert refused.returncode == 2


def test_dispositions_without_any_list(licet: Run, parties: Path) -> None:
    """A company may decide about the law's own listings before it has imported a list."""
    parties.write_text('id,name,country\nC1,"Huawei Technologies Co., Ltd.",CN\n', encoding="utf-8")
    assert licet("dispositions", "list").returncode == 4
    assert licet("screen", parties, "--as-of", "2020-01-01").returncode == 4, "a store that is named is there"
    pair = (parties, "--party", "C1", "--listing", "huawei", "--reason", "the same address", "--by", "Ada")
    assert licet("dispositions", "match", *pair).returncode == 0
    done = licet("screen", parties, "--as-of", "2020-01-01", "--format", "csv")
    assert done.returncode == 1
    assert {r["state"] for r in done.rows if r["listing"] == "huawei"} == {"match"}
    # Whoever was found to be the listed party stays it under another name.
    parties.write_text("id,name,country\nC1,Northfield Optics GmbH,CN\n", encoding="utf-8")
    again = licet("screen", parties, "--as-of", "2020-01-01", "--format", "csv")
    (row,) = [r for r in again.rows if r["level"] == "hit"]
    assert again.returncode == 1
    assert (row["listing"], row["state"], row["because"]) == ("huawei", "match", "party changed: names")
    assert licet("screen", parties, "--as-of", "2019-05-01", "--format", "csv").returncode == 0
    assert "the law's own listings alone" in done.stdout


def test_runs_and_dispositions_only_grow(licet: Run, parties: Path, tmp_path: Path) -> None:
    imported(licet, tmp_path, "2020-03-01", *FIRST)
    licet("screen", parties, *DAY)
    licet("screen", parties, *DAY)
    raw = sqlite3.connect(tmp_path / "store" / "lists.sqlite")
    counts = [raw.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("screening_run", "party_set")]
    assert counts == [2, 1]
    for table in ("screening_run", "party_set"):
        with pytest.raises(sqlite3.IntegrityError, match="only grows"):
            raw.execute(f"DELETE FROM {table}")
    raw.close()


def test_roles_that_nobody_is_named_in(tmp_path: Path, regime: Regime) -> None:
    found = read(
        tmp_path,
        regime,
        "Order,Sold To,Sold To Country,Ship To,Ship To Country,Ship To Address,Intermediate\n"
        "1,Alpha Ltd,CN,,,,none\n"
        "2,Alpha Ltd,CN,Beta Ltd,,1 Road; Kerch; Krimea,unknown\n",
    )
    assert [(p.id, p.names, p.country, p.roles) for p in found.parties] == [
        ("row 2/purchaser", ("Alpha Ltd",), "CN", ("purchaser",)),
        ("row 3/purchaser", ("Alpha Ltd",), "CN", ("purchaser",)),
        ("row 3/ultimate_consignee", ("Beta Ltd",), "", ("ultimate_consignee",)),
    ]
    assert [(f.row, f.column, f.code) for f in found.findings] == [
        (2, "Ship To", "unscreened_role"),
        (3, "address", "region"),
        (3, "Ship To Country", "no_country"),
        (3, "Intermediate", "unscreened_role"),
    ]


def test_names_countries_and_numbers(tmp_path: Path, regime: Regime) -> None:
    found = read(
        tmp_path,
        regime,
        "id,Company Name,name_local,aka,Street,City,type,LEI,VAT,comment\n"
        '7,Alpha Optics,阿尔法光学,Alpha; Old Alpha,Hauptstr. 1,"Jena, Germany",Company,529900T8BM49AURSDO55,DE1,x\n'
        "7,Beta,,,,,Individual,,,\n",
    )
    first, second = found.parties
    assert first.names == ("Alpha Optics", "阿尔法光学", "Alpha", "Old Alpha")
    assert (first.country, first.read_from, first.kind) == ("DE", "address", "organisation")
    assert first.identifiers == ("lei:529900T8BM49AURSDO55", "tax:DE1")
    assert (second.id, second.kind) == ("7 (row 3)", "person")
    table = table_of(found.parties)
    assert table["id"].to_pylist() == ["7"] * 4 + ["7 (row 3)"]
    (missing,) = found.findings
    assert (missing.row, missing.code) == (3, "no_country")
    assert any("comment" in w for w in found.warnings)


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.text(max_size=20), st.sampled_from(",;\t|"))
def test_whatever_stands_in_the_cells_nobody_is_lost(cell: str, country: str, delimiter: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([("name", "country", "address"), (cell, country, cell), ("Alpha", "DE", country)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.csv"
        path.write_bytes(text.getvalue().encode("utf-8", "replace"))
        try:
            found = read_counterparties(path, LAW.vocabulary, {"de": "DE"})
        except IntakeError:
            return
    rows = {p.row for p in found.parties} | {f.row for f in found.findings}
    assert len(rows) + len(found.damaged) >= found.rows
    assert len(table_of(found.parties)) == sum(len(p.names) for p in found.parties)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "country,city\nCN,Beijing\n"])
def test_a_file_that_names_nobody_is_no_file_of_parties(tmp_path: Path, regime: Regime, text: str) -> None:
    with pytest.raises(IntakeError, match="needs a column such as name"):
        read(tmp_path, regime, text)


def test_what_had_no_effect_stops_nobody(lawful: Run, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text('name,country\n"Huawei Technologies Co., Ltd.",CN\n', encoding="utf-8")
    args = ("screen", path, "--as-of", "2019-05-15", "--list", "entity_list", "--format", "csv")
    assert lawful(*args).returncode == 0
    ever = lawful(*args, "--ever")
    assert ever.returncode == 0
    assert len(ever.of("review")) > 0


@pytest.mark.parametrize(
    ("name", "rows", "first"),
    [
        # Its 5,571st row has nothing in any cell.
        ("nasdaq-listed-2026-08-01.csv.gz", 5570, None),
        ("ieee-oui-2026-04-25.csv.gz", 1500, 1501),
        ("ieee-oui-2022-10-08.csv.gz", 1500, 1501),
    ],
)
def test_real_files_of_firms(tmp_path: Path, regime: Regime, name: str, rows: int, first: int | None) -> None:
    lines = gzip.decompress(shared(f"data/counterparties/{name}").read_bytes()).splitlines(keepends=True)
    found = read(tmp_path, regime, b"".join(lines[:first]).decode())
    assert found.rows == rows
    assert len(found.parties) + sum(f.code == "no_name" for f in found.findings) == rows
    assert not found.damaged
    if first is not None:
        assert sum(bool(p.country) for p in found.parties) > 0.85 * rows


def test_a_row_that_cannot_be_read_is_damage(lawful: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("name,country\nAlpha Optik,DE\nBeta, Ltd,DE,x\n", encoding="utf-8")
    done = lawful("screen", path, "--as-of", "2020-01-01", "--format", "csv")
    assert done.returncode == 4
    assert "row 3" in done.stderr
    assert [r["level"] for r in done.rows] == ["none", "coverage"]


def test_workbooks_are_read(lawful: Run, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Name", "Country"], ["Huawei Technologies Co., Ltd.", "CN"]):
        sheet.append(row)
    book.save(tmp_path / "parties.xlsx")
    done = lawful("screen", tmp_path / "parties.xlsx", "--as-of", "2020-01-01", "--format", "csv")
    assert done.returncode == 1
    assert done.of("hit")[0][0] == "row 2"
