"""What a comparison adds up to: money kept in its currency, duties, papers, questions, ranges; and the command."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from licet.act import Act
from licet.changes import figures, impact
from licet.changes.compare import Comparison, View, compare
from licet.changes.impact import staked, value_of
from licet.changes.impact_report import Report
from licet.changes.risk import RANGE, AssumptionError, Assumptions, at_risk, quarter
from licet.changes.scenario import Scenario, find
from licet.changes.sections import causes
from licet.changes.writing import markdown
from licet.cli.exits import Exit
from licet.cli.impact import impact as command
from licet.cli.options import load_book
from licet.cli.output import OutputError
from licet.decisions.outcome import Outcome
from licet.regime import Regime

pytestmark = pytest.mark.usefixtures("alone")

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "orders-2019.csv"
REPORTS = {
    "2019-05-listing": (date(2019, 5, 15), date(2019, 5, 21)),
    "2019-08-second-text": (date(2019, 8, 18), date(2019, 8, 20)),
    "2020-08-gap": (date(2020, 8, 13), date(2020, 8, 18)),
}


@pytest.fixture(scope="module")
def book(regime: Regime) -> list[Act]:
    return list(load_book(EXAMPLE, regime).acts)


def between(book: Sequence[Act], regime: Regime, before: date, after: date) -> Comparison:
    law = "the law as it is"
    return compare(book, View(law, regime, before), View(law, regime, after))


@pytest.fixture(scope="module")
def reports(regime: Regime, book: list[Act]) -> dict[str, Report]:
    assumed = Assumptions.read()
    return {name: Report.of(between(book, regime, *days), (), (), assumed) for name, days in REPORTS.items()}


@pytest.fixture(scope="module")
def second(reports: dict[str, Report]) -> Comparison:
    return reports["2019-08-second-text"].comparison


# -- the reports in the docs ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORTS)
def test_the_reports_in_the_docs_are_fresh(reports: dict[str, Report], name: str) -> None:
    report = reports[name]
    text = markdown(report.title, report.said, report.sections, report.comparison.changes)
    before, after = REPORTS[name]
    page = ROOT / "docs" / "impact" / f"{name}.md"
    again = f"licet impact examples/orders-2019.csv --from {before} --to {after} --out docs/impact/{name}.md"
    assert page.read_text(encoding="utf-8") == text, f"run: {again}"
    assert again in (ROOT / "docs" / "impact.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REPORTS)
def test_every_changed_line_is_in_its_report(reports: dict[str, Report], name: str) -> None:
    page = (ROOT / "docs" / "impact" / f"{name}.md").read_text(encoding="utf-8")
    for change in reports[name].comparison.changes:
        assert page.count(f"- row {impact.row_number(change)}, ") == 1


# -- money ----------------------------------------------------------------------------------------------


def totals(rows: Sequence[dict[str, Any]]) -> dict[str, tuple[int, float]]:
    lines: dict[str, int] = defaultdict(int)
    value: dict[str, float] = defaultdict(float)
    for row in rows:
        lines[row["currency"]] += row["lines"]
        value[row["currency"]] += row["value"]
    return {currency: (lines[currency], round(value[currency], 2)) for currency in lines}


def test_every_sum_is_that_of_the_book(second: Comparison) -> None:
    whole = totals(list(staked(pair.act for pair in second.pairs)))
    assert set(whole) == {"USD", "EUR"}
    assert totals(figures.flows(second)) == whole
    for by in figures.BY:
        for side in figures.SIDES:
            rows = [r for r in figures.money(second, [by]) if r["side"] == side]
            assert totals(rows) == whole, (by, side)


def test_parts_of_a_sum_have_names(second: Comparison) -> None:
    rows = figures.money(second)
    keys = {by: {row["key"] for row in rows if row["by"] == by} for by in figures.BY}
    assert keys["outcome"] <= set(Outcome)
    assert "licence required: Entity List licence requirement" in keys["reason"]
    assert "authorised general licence: Entity List licence requirement; TGL v1 (c)(1)" in keys["reason"]
    assert "Huawei Technologies Co., Ltd." in keys["party"]
    assert "PATCH-RAN" in keys["item"]
    assert {"2018-W42", "2019-W20"} & keys["week"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "none", "12.50", "1e3", "-4", "NaN", "Infinity", "1,000", "0"]),
            st.sampled_from(["", "USD", "EUR"]),
        )
    )
)
def test_currencies_are_never_added_and_lines_without_value_are_counted(
    stated: list[tuple[str, str]],
) -> None:
    acts = [Act(particulars={"value": value, "currency": currency}) for value, currency in stated]
    rows = {row["currency"]: row for row in staked(acts)}
    assert sum(row["lines"] for row in rows.values()) == len(acts)
    valued = [act for act in acts if value_of(act)[0] is not None]
    assert sum(row["unvalued"] for row in rows.values()) == len(acts) - len(valued)
    for currency, row in rows.items():
        own = [value_of(act)[0] or Decimal(0) for act in valued if value_of(act)[1] == currency]
        assert row["value"] == pytest.approx(float(sum(own)))
    assert not rows.keys() - {"", "?", "USD", "EUR"}


def test_what_does_not_differ_is_not_set_against(second: Comparison) -> None:
    sums = figures.money(second)
    reasons = impact.set_against(sums, "reason")
    assert all(
        (r["lines_before"], r["value_before"]) != (r["lines_after"], r["value_after"]) for r in reasons
    )
    outcomes = {row["key"]: row for row in impact.set_against(sums, "outcome") if row["currency"] == "USD"}
    assert outcomes["authorised_general_licence"]["lines_before"] == 15
    assert outcomes["authorised_general_licence"]["lines_after"] == 14


# -- duties, papers, questions --------------------------------------------------------------------------


def test_the_certificate_changes_hands(second: Comparison) -> None:
    rows = impact.obligations(second)
    made = "Certification statement made by the exporter, reexporter or transferor before the act"
    got = "Certification statement obtained from the listed Huawei entity before the act"
    assert {(r["turned"], r["lines"]) for r in rows if r["obligation"] == made} == {("lapses", 15)}
    assert {(r["turned"], r["lines"]) for r in rows if r["obligation"] == got} == {("begins", 14)}


def test_certificates_of_the_exporter_die(second: Comparison, reports: dict[str, Report]) -> None:
    dead = impact.certificates(second)
    assert {(row["certificate_by"], row["ended_by"]) for row in dead} == {("exporter", "84 FR 43487")}
    assert len(dead) == 15
    gap = impact.certificates(reports["2020-08-gap"].comparison)
    assert {row["ended_by"] for row in gap} == {"85 FR 29610"}
    assert {row["certificate_by"] for row in gap} == {"listed_entity"}


def test_an_extension_of_the_same_text_kills_no_certificate(regime: Regime, book: list[Act]) -> None:
    assert impact.certificates(between(book, regime, date(2019, 11, 17), date(2019, 11, 19))) == []


def test_what_to_ask_whom(second: Comparison) -> None:
    rows = impact.questions(second)
    fact = {(row["fact"], row["about"]): row for row in rows}
    own = fact["network.third_party", ""]
    assert own["new"] == own["lines"] == 21  # The second text is the first to ask for it.
    assert any(row["fact"] == "same_as" and "Kenya" in row["about"] for row in rows)
    assert all(row["ask"] and row["new"] <= row["lines"] for row in rows)


def test_a_review_policy_that_is_open_is_not_none(regime: Regime, book: list[Act]) -> None:
    """From 17 August 2020 it depends on the generation of the network, which the line does not say."""
    wafers = [act for act in book if act.particulars["order_id"] == "4500077391"]
    comparison = between(wafers, regime, date(2020, 8, 14), date(2020, 8, 17))
    (row,) = impact.changed_lines(comparison)
    assert (row["review_before"], row["review_after"]) == ("presumption_of_denial", "open")
    told = list(causes(comparison.changes[0]))
    assert told[-1] == "Applications are reviewed under: open; before, presumption of denial."
    calm = next(
        p for p in between(book[:5], regime, *REPORTS["2019-05-listing"]).pairs if p.before.outcome.clear
    )
    assert impact.reviewed(calm.before) == ""


def test_rules_and_their_lines(second: Comparison, regime: Regime) -> None:
    rows = impact.turned_rules(second)
    top = rows[0]
    assert (top["rule"], top["instrument"], top["lines"]) == ("744.11(a)", "84 FR 43493", 16)
    assert all(row["instrument_title"] == regime.instruments[row["instrument"]].title for row in rows)


# -- sweeps ---------------------------------------------------------------------------------------------


def test_a_sweep_counts_every_line_and_names_its_kinks(regime: Regime, book: list[Act]) -> None:
    some = book[:40]
    extended = Scenario.read(find("tgl-not-extended"), regime).over(regime)
    found = figures.sweep(some, "a test", "text", [("law", regime), ("ended", extended)], on=date(2019, 9, 2))
    for at in ("law", "ended"):
        assert sum(row["lines"] for row in found.rows if row["at"] == at) == len(some)
    assert {row["at"] for row in found.kinks} <= {"ended"}
    assert figures.sweep(some, "a test", "text", []) == figures.Sweep((), (), ())


# -- revenue at risk ------------------------------------------------------------------------------------


def test_risk_is_a_range_in_each_quarter_and_currency(reports: dict[str, Report]) -> None:
    rows = reports["2019-05-listing"].risk
    assert {row["currency"] for row in rows} == {"USD", "EUR"}
    for row in rows:
        assert 0 <= row["low"] <= row["central"] <= row["high"] <= row["exposed"]
        for name in RANGE:
            assert row[name] + row[f"late_{name}"] <= row["exposed"] + 0.01
    stopped = [c for c in reports["2019-05-listing"].comparison.changes if not c.after.outcome.clear]
    stopped = [c for c in stopped if c.before.outcome.clear]
    assert sum(row["lines"] for row in rows) == len(stopped)
    one = next(row for row in rows if row["currency"] == "EUR")
    # One line under a presumption of denial: 31, 50 and 97 percent of it.
    assert [one[name] for name in RANGE] == [round(11280 * share, 2) for share in (0.31, 0.5, 0.97)]


def test_nothing_that_changes_puts_nothing_at_risk(regime: Regime, book: list[Act]) -> None:
    comparison = between(book[:30], regime, date(2019, 6, 28), date(2019, 6, 30))
    assert at_risk(comparison, Assumptions.read()) == []


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_quarters(day: date) -> None:
    year, _, part = quarter(day).partition("-Q")
    assert int(year) == day.year
    assert (int(part) - 1) * 3 < day.month <= int(part) * 3


FAULTS = {
    "title: x\nwarning: y\nlost: []\n": "expected title, warning, lost and late",
    "title: x\nwarning: y\nlost: [{outcome: sold, low: 0, central: 0, high: 0, source: s}]\nlate: {}\n": "entry 1",
    "title: x\nwarning: y\nlost: [{outcome: forbidden, review: kind, low: 0, central: 0, high: 0, source: s}]\n"
    "late: {}\n": "no review policy",
    "title: x\nwarning: y\nlost: [{outcome: forbidden, low: 1, central: 0, high: 1, source: s}]\nlate: {}\n": (
        "low <= central <= high"
    ),
    "title: x\nwarning: y\nlost: [{outcome: forbidden, low: 0, central: 1, high: 2, source: s}]\nlate: {}\n": (
        "none above 1"
    ),
    "title: x\nwarning: y\nlost: [{outcome: forbidden, low: 0, central: 1, high: 1}]\nlate: {}\n": "source",
    "title: x\nwarning: y\nlost: []\nlate: {low: a, central: 1, high: 1}\n": "expected numbers",
}


@pytest.mark.parametrize("text", FAULTS)
def test_assumptions_that_say_too_little_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AssumptionError, match=FAULTS[text]) as fault:
        Assumptions.read(path)
    assert "mine.yaml" in str(fault.value)


def test_every_number_that_is_shipped_has_a_source() -> None:
    assumed = Assumptions.read()
    assert "18.7" in assumed.warning
    assert all(share.source for _, _, share in assumed.lost)
    assert {outcome for outcome, _, _ in assumed.lost} == {o.value for o in Outcome if not o.clear}


# -- the command ----------------------------------------------------------------------------------------


def run(*args: object) -> Any:
    done = CliRunner().invoke(command, [*map(str, args)], standalone_mode=False)
    assert done.exception is None, done.exception
    return done


SECOND = (EXAMPLE, "--from", "2019-08-18", "--to", "2019-08-20")


def test_the_table_says_what_why_and_under_which_law(regime: Regime) -> None:
    done = run(*SECOND)
    assert done.return_value == Exit.STOP
    output = " ".join(done.output.split())
    for words in (
        "191 of 243 lines keep",
        "84 FR 43493",
        "Not legal advice",
        regime.digest[:12],
        "Range, not a",
    ):
        assert words in output
    assert "row 49," not in output
    assert "row 49, NV-190522-04/1" in run(*SECOND, "--lines").output


def test_an_announcement_is_all_clear(tmp_path: Path) -> None:
    done = run(EXAMPLE, "--from", "2019-06-28", "--to", "2019-06-30")
    assert done.return_value == Exit.CLEAR
    assert "No line changes its outcome." in done.output


def test_json_holds_the_whole_comparison(regime: Regime, tmp_path: Path) -> None:
    out = tmp_path / "impact.json"
    run(*SECOND, "--out", out)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["lines"], found["changed"], len(found["changes"])) == (243, 52, 52)
    assert found["before"]["law_of"] == "2019-08-18"
    assert found["after"]["law"] == regime.digest
    assert all(change["causes"] for change in found["changes"])
    assert {"flows", "money", "rules", "obligations", "certificates", "questions", "risk"} <= found.keys()


def test_flat_rows_each_say_under_which_law(regime: Regime, tmp_path: Path) -> None:
    out = tmp_path / "impact.csv"
    run(*SECOND, "--out", out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 52
    for row in rows:
        assert row["law_after"] == regime.digest[:12]
        assert row["notice"] == regime.notice
        assert row["because"]
        assert row["cites"]


def test_a_workbook_with_a_sheet_for_each_part_and_no_formula(tmp_path: Path) -> None:
    book = tmp_path / "evil.csv"
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    book.write_text("\n".join([lines[0], lines[1].replace("PATCH-RAN", "=1+1")]), encoding="utf-8")
    out = tmp_path / "impact.xlsx"
    run(book, "--from", "2019-05-15", "--to", "2019-05-17", "--out", out)
    sheets = load_workbook(out)
    names = {"summary", "flows", "rules", "outcome", "reason", "obligations", "questions", "risk", "changes"}
    assert names <= set(sheets.sheetnames)
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == "=1+1" for cell in cells)
    assert not any(cell.data_type == "f" for cell in cells)


def test_a_page_of_its_own(tmp_path: Path) -> None:
    out = tmp_path / "impact.html"
    run(*SECOND, "--out", out)
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "84 FR 43487" in page
    assert "Not legal advice" in page


def test_a_scenario_says_what_it_assumes(regime: Regime, tmp_path: Path) -> None:
    out = tmp_path / "impact.json"
    done = run(EXAMPLE, "--scenario", "tgl-extended", "--as-of", "2020-09-01", "--out", out)
    found = json.loads(out.read_text(encoding="utf-8"))
    (assumed,) = found["assumed"]
    assert assumed["side"] == "after"
    assert assumed["assumes"]
    assert assumed["changes"]
    assert assumed["sources"]
    assert found["before"]["law"] == regime.digest != found["after"]["law"]
    # Nothing turns for the worse, but some lines need facts that nobody had asked for before.
    assert done.return_value == Exit.FACTS_MISSING
    assert {c["after"] for c in found["changes"]} >= {"authorised_general_licence", "indeterminate"}
    assert all(change["causes"] for change in found["changes"])
    same = run(EXAMPLE, "--scenario", "tgl-extended", "--against", "tgl-extended", "--format", "json")
    assert json.loads(same.output)["changed"] == 0


def test_two_states_of_knowledge() -> None:
    done = run(EXAMPLE, "--as-of", "2019-05-17", "--known-from", "2019-05-15", "--known-to", "2019-05-17",
               "--format", "json")  # fmt: skip
    found = json.loads(done.output)
    assert (found["before"]["known_at"], found["after"]["known_at"]) == ("2019-05-15", "2019-05-17")
    assert found["changed"] > 80


@pytest.mark.parametrize("form", ["table", "markdown", "json", "csv"])
def test_a_report_that_cannot_be_written(tmp_path: Path, form: str) -> None:
    book = tmp_path / "short.csv"
    book.write_text("\n".join(EXAMPLE.read_text(encoding="utf-8").splitlines()[:3]), encoding="utf-8")
    args = (book, *SECOND[1:], "--format", form, "--out", tmp_path / "nowhere" / "impact")
    done = CliRunner().invoke(command, [*map(str, args)])
    assert isinstance(done.exception, OutputError)
    assert "cannot be written" in str(done.exception)


MEANINGLESS = {
    (): "nothing to compare",
    ("--from", "2019-05-15"): "--from and --to go together",
    ("--known-from", "2019-05-15"): "--known-from and --known-to go together",
    ("--from", "2019-05-15", "--to", "2019-05-16", "--as-of", "2019-05-15"): "--as-of",
    ("--known-from", "2019-05-15", "--known-to", "2019-05-16", "--known", "2019-05-15"): "--known",
    ("--from", "2019-05-15", "--to", "2019-05-16", "--against", "tgl-extended"): "--against",
}


@pytest.mark.parametrize("args", MEANINGLESS)
def test_what_says_no_two_views_is_refused(args: tuple[str, ...]) -> None:
    done = CliRunner().invoke(command, [str(EXAMPLE), *args])
    assert done.exit_code == Exit.USAGE
    assert MEANINGLESS[args] in done.output


def test_a_row_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    book = tmp_path / "broken.csv"
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    book.write_text("\n".join([lines[0], lines[1], lines[2].replace("5D991", "30")]), encoding="utf-8")
    done = run(book, "--from", "2019-05-15", "--to", "2019-05-21")
    assert done.return_value == Exit.DAMAGED
    assert "Not compared" in done.stderr
