"""The same screening inside Polars, DuckDB and Spark gives the same bytes, however they split the parties."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from licet.language.errors import LawError
from licet.screening import Index, screen
from licet.screening.batches import screen_batches
from licet.screening.screen import CANDIDATES, PARTIES
from listed import read_shared
from shared_reference import shared

# pandas is only asked for by Spark; nothing of it is used here.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

PAGE = Path(__file__).resolve().parents[1] / "docs" / "screening-in-engines.md"
SYLLABLES = [a + b + c for a in "bdfghjklmnprstvwz" for b in "aeiou" for c in ("", "n", "r", "l", "s")]
TRADES = ["Electronics", "Trading", "Shipping", "Optics", "Aviation", "Chemical", "Petroleum", "Logistics"]
FORMS = ["LLC", "Ltd.", "GmbH", "JSC", "Co., Ltd.", "FZE", "S.A.", "OOO", "d.o.o.", "Corporation"]
TRAPS = [
    None, "", " ", "\t\n", "\0", "-", "...", "LLC", "ООО", "公司", "a", "Z" * 5_000, "ab " * 2_000, "İstanbul ıı", "ﬁ ﬂ ẞ",
    "e\u0301a\u0300" * 20, "\u202eevil\u202c", "\ufeffHuawei", "👩‍🚀 Space 🚀", "\U00010348\U0001f9ff", "12345", "華為技術有限公司",
    "Общество с ограниченной ответственностью «Хуавей»", "شركة هواوي", "화웨이", "ファーウェイ", "Ηλεκτρονικά ΑΕ", "ATTN: C/O", "'; DROP TABLE x; --",
    'quoted "name", with comma', "new\nline", "Hua Wei", "SIS d.o.o.", "Almaz-Antey f.k.a. Almaz",
]  # fmt: skip


def word(random: Random) -> str:
    return "".join(random.choices(SYLLABLES, k=random.randint(2, 3))).capitalize()


def firm(random: Random) -> str:
    return f"{word(random)} {word(random)} {random.choice(TRADES)} {random.choice(FORMS)}"


def names_made() -> pa.Table:
    """Some 2,000 listed names of 1,500 entries, a third with an alias; a few in other scripts, some with an end."""
    random = Random(3)
    rows = []
    for number in range(1_500):
        entry = {
            "entity": f"made:{number:04}",
            "list": random.choice(["sdn", "entity_list", "uk"]),
            "kind": random.choice(["organisation", "organisation", "person", "vessel", ""]),
            "countries": random.sample(["CN", "RU", "IR", "AE"], random.randint(0, 2)),
            "addresses": ["12 Made Street, Dubai"] if number % 5 == 0 else [],
            "identifiers": [f"imo:{9_000_000 + number}"] if number % 7 == 0 else [],
        }
        rows.append({**entry, "name": firm(random), "name_kind": "name"})
        if number % 3 == 0:
            rows.append({**entry, "name": firm(random), "name_kind": "alias"})
    own = [
        "华为技术有限公司",
        "Алмаз-Антей",
        "شركة هواوي",
        "화웨이",
        "Huawei Technologies Co., Ltd.",
        "Almaz-Antey",
        "SIS DOO",
    ]
    rows += [
        {"entity": f"own:{i}", "list": "entity_list", "name": n, "name_kind": "name"}
        for i, n in enumerate(own)
    ]
    return pa.Table.from_pylist(
        rows,
        pa.schema(
            [(c, pa.string()) for c in ("entity", "list", "name", "name_kind", "kind")]
            + [(c, pa.list_(pa.string())) for c in ("countries", "addresses", "identifiers")]
        ),
    )


def changed(name: str, random: Random) -> str:
    """A listed name as somebody else writes it."""
    words = name.split() or [""]
    match random.randrange(6):
        case 0:
            return name.upper()
        case 1:
            return " ".join([words[0][:-2] + words[0][-2:][::-1], *words[1:]])
        case 2:
            return " ".join([*words[1:], words[0]])
        case 3:
            return " ".join(words[:-1])
        case 4:
            return f"ATTN: {name} (ex-{firm(random)})"
        case _:
            return name


def parties_from(listed: list[str], others: list[str]) -> pa.Table:
    """3,000 parties: listed names changed, unrelated ones, and traps, with some facts of every kind missing."""
    random = Random(7)
    names = [changed(n, random) for n in random.choices(listed, k=1_500)] + TRAPS
    names += random.choices(others, k=3_000 - len(names))
    random.shuffle(names)
    some: list[tuple[str, list[Any]]] = [
        ("kind", ["organisation", "", None, "person"]),
        ("country", ["CN", "RU", "", None, "US"]),
        ("address", [None, "", "12 Made St., Dubai", "Тверская 1, Москва", None]),
        ("identifiers", [None, [], ["imo:9000007", None, ""], ["tax:1"]]),
    ]
    rows = [
        {"id": f"party-{i:05}", "name": n, **{c: random.choice(vs) for c, vs in some}}
        for i, n in enumerate(names)
    ]
    return pa.Table.from_pylist(rows, PARTIES)


def bytes_of(candidates: pa.Table, *, numbered: bool = False) -> bytes:
    """Candidates as the bytes of an Arrow file, sorted; without row numbers unless they count through."""
    wanted = [f for f in CANDIDATES if numbered or f.name != "query"]
    table = pa.table([candidates.column(f.name).cast(f.type) for f in wanted], schema=pa.schema(wanted))
    table = table.combine_chunks().sort_by([(c, "ascending") for c in ("id", "entity", "name")])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


class Work:
    """A folder with an index and parties in it, and what plain screening says of them."""

    def __init__(self, folder: Path, names: pa.Table, parties: pa.Table) -> None:
        self.folder, self.parties = folder, parties
        self.path = folder / "lists.index"
        Index.build(names).save(self.path)
        self.index = Index.open(self.path)
        pq.write_table(parties, folder / "parties.parquet")
        self.plain = screen(parties, self.index)
        self.bytes = bytes_of(self.plain)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Work:
    names = names_made()
    others = Random(11)
    return Work(
        tmp_path_factory.mktemp("made"),
        names,
        parties_from(names["name"].to_pylist(), [firm(others) for _ in range(2_000)]),
    )


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """2,000 names of the Consolidated Screening List, parties changed from them and makers of network equipment."""
    records = read_shared("data/csl/csl-2022-05-16-full.csv.gz").records[::7]
    rows = [
        {"entity": f"csl:{i}", "list": r.list, "name": n, "kind": r.kind, "countries": r.countries}
        for i, r in enumerate(records)
        for n in (r.name, *(o.name for o in r.others))
    ][:2_000]
    makers = pa.csv.read_csv(shared("data/counterparties/ieee-oui-2022-10-08.csv.gz"))
    return Work(
        tmp_path_factory.mktemp("real"),
        pa.Table.from_pylist(rows),
        parties_from([r["name"] for r in rows], makers["Organization Name"].to_pylist()[::10]),
    )


def examples() -> dict[str, str]:
    """The examples of the page, by engine; DuckDB has two."""
    found: dict[str, str] = {}
    for title, body in re.findall(
        r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S
    ):
        for i, code in enumerate(re.findall(r"^```python\n(.*?)^```", body, re.M | re.S)):
            found[f"{title}{i + 1 if i else ''}"] = code
    return found


def run(example: str, work: Work, monkeypatch: pytest.MonkeyPatch) -> pa.Table:
    """What an example of the page finds."""
    monkeypatch.chdir(work.folder)
    space: dict[str, Any] = {}
    exec(compile(examples()[example], f"{PAGE.name}: {example}", "exec"), space)
    return space["candidates"]


def few(work: Work) -> tuple[pa.Table, pa.Table]:
    """The first parties, and their candidates as found among all."""
    return work.parties.slice(0, 200), work.plain.filter(pc.less(work.plain["query"], 200))


def test_the_parties_are_worth_screening(made: Work) -> None:
    levels = made.plain["level"].to_pylist()
    assert levels.count("hit") > 800
    assert levels.count("review") > 100
    assert len(set(made.plain["query"].to_pylist())) > 1_000
    assert len(made.index) > 2_000


def test_every_example_of_the_page_is_tested() -> None:
    assert sorted(examples()) == ["DuckDB", "DuckDB2", "Polars", "Spark"]


@pytest.mark.parametrize("size", [1, 100, 3_000])
def test_the_size_of_batches_changes_no_byte(made: Work, size: int) -> None:
    parties, wanted = few(made) if size == 1 else (made.parties, made.plain)
    batches = parties.to_batches(max_chunksize=size)
    found = pa.Table.from_batches(screen_batches(batches, made.path), CANDIDATES)
    assert bytes_of(found, numbered=True) == bytes_of(wanted, numbered=True)
    assert found["query"].to_pylist() == wanted["query"].to_pylist()


def test_batches_are_read_one_at_a_time(made: Work) -> None:
    read = []

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in made.parties.to_batches(max_chunksize=500):
            read.append(len(batch))
            yield batch

    stream = screen_batches(batches(), made.index, first=10_000)
    batch = next(stream)
    assert read == [500]
    assert pc.min(batch.column("query")).as_py() >= 10_000
    assert batch.schema.metadata == {b"index": made.index.digest.encode()}
    assert list(screen_batches([], made.index)) == []


def test_floor_and_faults_reach_every_batch(made: Work) -> None:
    batches = made.parties.to_batches(max_chunksize=700)
    found = pa.Table.from_batches(screen_batches(batches, made.index, floor="hit"), CANDIDATES)
    hits = made.plain.filter(pc.equal(made.plain["level"], "hit"))
    assert bytes_of(found, numbered=True) == bytes_of(hits, numbered=True)
    with pytest.raises(LawError, match="'name' is missing"):
        list(screen_batches([pa.record_batch({"title": ["x"]})], made.index))


@pytest.mark.parametrize("example", ["Polars", "DuckDB"])
def test_a_whole_table_or_stream_keeps_the_row_numbers(
    made: Work, example: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run(example, made, monkeypatch)
    assert bytes_of(found, numbered=True) == bytes_of(made.plain, numbered=True)


def test_a_function_in_a_query_finds_what_plain_screening_finds(
    made: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bytes_of(run("DuckDB2", made, monkeypatch)) == made.bytes


@pytest.mark.parametrize("example", ["Polars", "DuckDB", "DuckDB2"])
def test_an_example_finds_the_same_on_real_names(
    real: Work, example: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bytes_of(run(example, real, monkeypatch)) == real.bytes


def test_slices_of_a_polars_frame(made: Work) -> None:
    frame: Any = pl.from_arrow(made.parties)
    found = pl.concat(pl.DataFrame(screen(part.to_arrow(), made.index)) for part in frame.iter_slices(1_100))
    assert bytes_of(found.to_arrow()) == made.bytes


def test_a_streaming_polars_query_with_a_filter_behind(made: Work) -> None:
    """The filter is about the listed name; it must not reach the parties' names, which are in a column of that name."""
    frame: Any = pl.from_arrow(made.parties)
    found = (
        frame.lazy()
        .map_batches(
            lambda part: pl.DataFrame(screen(part.to_arrow(), made.index)),
            schema=pl.DataFrame(CANDIDATES.empty_table()).schema,
            streamable=True,
            predicate_pushdown=False,
            projection_pushdown=False,
            slice_pushdown=False,
        )
        .filter(pl.col("name") == "SIS DOO")
        .collect(engine="streaming")
    )
    assert bytes_of(found.to_arrow()) == bytes_of(made.plain.filter(pc.equal(made.plain["name"], "SIS DOO")))
    assert len(found) > 0


def test_threads_of_duckdb_change_no_byte(made: Work) -> None:
    """Parties in another order, through a query that four threads work on."""
    connection = duckdb.connect(config={"threads": 4, "preserve_insertion_order": False})
    connection.register("parties", made.parties)
    reader = connection.sql("FROM parties ORDER BY hash(id)").to_arrow_reader(333)
    found = pa.Table.from_batches(screen_batches(reader, made.path), CANDIDATES)
    assert bytes_of(found) == made.bytes


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A cluster of two workers, each a Java process of its own with a Python process of its own."""
    if not shutil.which("java"):
        pytest.skip("Spark needs Java, and there is no `java` here")
    for name in ("pyspark", "pandas"):
        if not find_spec(name):
            pytest.skip(f"Spark's mapInArrow needs {name}, which is not installed")
    import pyspark
    from pyspark.sql import SparkSession

    # A cluster writes its work folder into Spark's home; a home of links keeps it out of the installation.
    home = tmp_path_factory.mktemp("spark")
    for entry in Path(pyspark.__file__).parent.iterdir():
        (home / entry.name).symlink_to(entry)
    (home / "conf").mkdir()
    (home / "conf" / "log4j2.properties").write_text("rootLogger.level = off\n", encoding="utf-8")
    java = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # starting is most of the work
    settings = {
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": java,
        "spark.executor.memory": "1g",
        "spark.executor.extraJavaOptions": java,
        "spark.local.dir": str(home / "local"),
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.warehouse.dir": str(home / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(home))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("screening")
        session = builder.config(map=settings).getOrCreate()
        yield session
        session.stop()


def in_spark(spark: Any, work: Work, parties: pa.Table, parts: int, size: int) -> pa.Table:
    """What a cluster finds that splits the parties into so many parts and those into batches of such a size."""
    from pyspark.sql.pandas.types import from_arrow_schema

    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(size))
    screened = partial(screen_batches, index=work.path)
    frame = spark.createDataFrame(parties).repartition(parts)
    return frame.mapInArrow(screened, from_arrow_schema(CANDIDATES)).toArrow()


@pytest.mark.parametrize(("parts", "size"), [(2, 100), (1, 3_000), (7, 100)])
def test_the_parts_and_batches_of_a_spark_cluster_change_no_byte(
    made: Work, spark: Any, parts: int, size: int
) -> None:
    assert bytes_of(in_spark(spark, made, made.parties, parts, size)) == made.bytes


def test_a_spark_cluster_that_asks_one_by_one(made: Work, spark: Any) -> None:
    parties, wanted = few(made)
    assert bytes_of(in_spark(spark, made, parties, 2, 1)) == bytes_of(wanted)


def test_two_processes_of_the_cluster_took_part(made: Work, spark: Any) -> None:
    index = made.path

    def screened(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in screen_batches(batches, index):
            own = [pa.array([n] * len(batch), pa.int64()) for n in (os.getpid(), os.getppid())]
            columns = [*(batch.column(c) for c in ("id", "entity")), *own]
            yield pa.RecordBatch.from_arrays(columns, ["id", "entity", "worker", "parent"])

    parties = spark.createDataFrame(made.parties).repartition(2)
    found = parties.mapInArrow(screened, "id string, entity string, worker long, parent long").toArrow()
    workers, parents = (set(found[c].to_pylist()) for c in ("worker", "parent"))
    assert len(workers) == len(parents) == 2
    assert not (workers | parents) & {os.getpid(), os.getppid()}
    assert len(found) == len(made.plain)


def test_the_spark_example_finds_what_plain_screening_finds(
    made: Work, spark: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bytes_of(run("Spark", made, monkeypatch)) == made.bytes


def test_spark_finds_the_same_on_real_names(real: Work, spark: Any) -> None:
    assert bytes_of(in_spark(spark, real, real.parties, 2, 500)) == real.bytes
