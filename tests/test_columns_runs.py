"""Books of any size: runs that go on after a stop, lines told alike, and Spark on two workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import licet
from licet.act import Act
from licet.cli.main import licet as command_line
from licet.cli.options import load_book
from licet.columns import acts as in_arrow
from licet.columns.alike import decide_alike
from licet.columns.deciding import Decider
from licet.columns.running import RunError, run
from licet.columns.several import Several, names_of
from licet.decisions.book import decide_book, row_of
from licet.regime import Regime

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "orders-2019.csv"


@pytest.fixture(scope="module")
def acts(regime: Regime) -> list[Act]:
    return load_book(EXAMPLE, regime).acts


@pytest.fixture(scope="module")
def book(acts: list[Act], regime: Regime, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "book.parquet"
    table = in_arrow.to_arrow(acts, regime.vocabulary)
    rows = pa.array([str(i) for i in range(len(acts))])
    pq.write_table(table.append_column("row_id", rows), path)
    return path


def test_lines_told_alike_are_told_as_each_would_be(acts: list[Act], regime: Regime) -> None:
    alone = [row_of(line) for line in decide_book(acts, regime)]
    assert [row_of(line) for line in decide_alike(acts, regime)] == alone


def test_a_run_goes_on_where_it_was_stopped(book: Path, regime: Regime, tmp_path: Path) -> None:
    decider = Decider(regime)
    whole = [done.part for done in run(book, tmp_path / "whole", decider, ["row_id"], size=50)]
    stopped = run(book, tmp_path / "parts", decider, ["row_id"], size=50)
    assert [next(stopped).decided, next(stopped).decided] == [50, 100]
    stopped.close()
    (tmp_path / "parts" / "part-000002.unfinished").write_bytes(b"cut off")
    decided = list(run(book, tmp_path / "parts", Decider(regime), ["row_id"], size=50))
    assert (decided[-1].acts, decided[-1].decided) == (243, 143)
    for part in whole:
        again = pq.read_table(tmp_path / "parts" / part.name)
        assert pq.read_table(part).to_pylist() == again.to_pylist()


def test_a_folder_of_another_run_is_left_alone(book: Path, regime: Regime, tmp_path: Path) -> None:
    list(run(book, tmp_path, Decider(regime), size=100))
    with pytest.raises(RunError, match=r"other size.*choose another folder"):
        list(run(book, tmp_path, Decider(regime), size=99))
    with pytest.raises(RunError, match="unrelieved"):
        list(run(book, tmp_path, Decider(regime, unrelieved=True), size=100))
    (tmp_path / "run.json").unlink()
    with pytest.raises(RunError, match=r"parts but no run\.json"):
        list(run(book, tmp_path, Decider(regime), size=100))


def test_the_command_tells_the_numbers_that_check_tells_of_the_order_book(
    book: Path, acts: list[Act], regime: Regime, tmp_path: Path
) -> None:
    done = CliRunner().invoke(
        command_line, ["check", str(book), "--out", str(tmp_path / "out")], standalone_mode=False
    )
    assert done.exception is None, done.output
    assert done.return_value == 1
    told = [row_of(line)["outcome"] for line in decide_book(acts, regime)]
    for outcome in set(told):
        row = next(line for line in done.output.splitlines() if f" {outcome.replace('_', ' ')} " in line)
        assert f" {told.count(outcome)} " in row.replace("│", " ")
    assert regime.notice.split(".")[0] in " ".join(done.output.split())
    parts = pq.read_table(sorted((tmp_path / "out").glob("part-*.parquet")))
    assert parts.column("outcome").to_pylist() == told
    again = CliRunner().invoke(
        command_line, ["check", str(book), "--out", str(tmp_path / "out")], standalone_mode=False
    )
    assert "243 of 243 acts had been decided before" in again.output


def test_several_laws_at_once_come_to_what_each_comes_to(book: Path, regime: Regime) -> None:
    from licet.changes.scenario import Scenario, find

    names = ["tgl-extended", "tgl-not-extended", "de-minimis-10", "huawei-delisted"]
    laws = {name: Scenario.read(find(name), regime).over(regime) for name in names} | {"law": regime}
    (batch,) = pq.read_table(book).combine_chunks().to_batches()
    found = Several(laws).outcomes(batch)
    for name, law in laws.items():
        assert names_of(found[name]) == licet.decide_all(batch, law).column("outcome").to_pylist(), name
    assert len({tuple(codes.tolist()) for codes in found.values()}) == len(laws)


# Spark ----------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
def test_two_spark_workers_read_and_write_partitioned_parquet(
    spark: Any, book: Path, regime: Regime, tmp_path: Path
) -> None:
    """Screened and decided on the workers, and the same as here."""
    from licet.columns.spark_job import Job, Law, decide_frame

    table = pq.read_table(book).slice(0, 90)
    folder = tmp_path / "acts"
    halves = ["early" if str(day) < "2019-08-19" else "late" for day in table.column("act.date").to_pylist()]
    pq.write_to_dataset(table.append_column("half", pa.array(halves)), folder, partition_cols=["half"])
    frame = spark.read.parquet(str(folder)).repartition(2)
    job = Job(Law(), keep=("row_id", "half"), end_uses=True)
    decide_frame(frame, job).write.partitionBy("half").parquet(str(tmp_path / "decided"))
    found = pq.read_table(tmp_path / "decided")
    assert set(found.column("half").to_pylist()) == {"early", "late"}
    here = licet.decide_all(table, regime, keep=["row_id"], end_uses=True)
    by_row = {row.pop("row_id"): row for row in found.drop_columns(["half"]).to_pylist()}
    for row in here.to_pylist():
        assert by_row[row.pop("row_id")] == row
