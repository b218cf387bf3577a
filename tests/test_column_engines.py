"""Polars, DuckDB and Spark find for any program and any words what its specification says."""

from __future__ import annotations

import sys
from random import Random
from typing import Any as Anything

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.columns.engines import ENGINES, Engine, EngineError, engine
from licet.columns.program import (
    BITS,
    All,
    Any,
    Atom,
    First,
    Flag,
    Formula,
    IsTrue,
    IsUnknown,
    Lit,
    Not,
    Pack,
    Program,
    Ref,
    Step,
    evaluate,
)

# pandas is only asked for by Spark; nothing of it is used here.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

EMBEDDED = ["polars", "duckdb"]
# Names that an engine may trip over: capitals that differ, dots, quotes, patterns, words of SQL.
WORDS = ("select", "item.ECCN", "Item.eccn", '"', "`", "^w.*$")
TOP = 1 << (BITS - 1)


def drawn(random: Random, steps: int, levels: int = 6, widest: int = 4) -> Program:
    """A program of all forms, each level with steps that refer to earlier ones; every step reaches the result."""
    layers: list[list[str]] = [[]]
    made: list[Step] = []

    def leaf() -> Formula:
        refs = [name for layer in layers[:-1] for name in layer]
        match random.randrange(8):
            case 0:
                return Lit(random.choice([True, False, None]))
            case 1:
                return Flag(random.choice(WORDS), 1 << random.randrange(BITS))
            case 2 | 3 | 4 if refs:
                return Ref(random.choice(layers[-2] if random.random() < 0.5 else refs))
        bit = random.randrange(BITS)
        return Atom(random.choice(WORDS), 1 << bit, 1 << random.choice([bit - 1, bit - 2]) % BITS)

    def formula(depth: int) -> Formula:
        if not depth:
            return leaf()
        some = tuple(formula(depth - 1) for _ in range(random.randint(0, widest)))
        one = some[0] if some else leaf()
        return random.choice([All(some), Any(some), Not(one), IsTrue(one), IsUnknown(one), leaf()])

    for number in range(steps):
        if len(layers[-1]) >= -(-steps // levels):
            layers.append([])
        name = f"{random.choice('sS')}.{number}"
        step = formula(random.randrange(3))
        if len(layers) > 1 and random.random() < 0.5:
            step = random.choice([All, Any])((Ref(random.choice(layers[-2])), step))
        made.append(Step(name, step))
        layers[-1].append(name)
    layers.append([])
    outputs = []
    for at in range(0, steps, BITS // 2):
        refs = [Ref(step.name) for step in made[:steps][at : at + BITS // 2]]
        unknown = [IsUnknown(ref) for ref in refs]
        outputs.append(Step(f"pack {at}", Pack((*refs, *unknown))))
        outputs.append(
            Step(f"Pack {at}", First(tuple((f, random.randrange(99)) for f in (formula(1), *refs[:5])), -1))
        )
    last = Step("over numbers", First(((formula(2), TOP),), 7))
    steps_made = (*made, *outputs, last)
    return Program(WORDS, steps_made, tuple(step.name for step in (*outputs, last)))


def words(random: Random, rows: int) -> pa.Table:
    """Words with any of their bits set; some of them all or none."""
    numbers = [0, TOP, (1 << BITS) - 1]
    columns = [
        [random.choice(numbers) if random.random() < 0.1 else random.getrandbits(BITS) for _ in range(rows)]
        for _ in WORDS
    ]
    return pa.table([pa.array(column, pa.int64()) for column in columns], list(WORDS))


def specified(program: Program, table: pa.Table) -> pa.Table:
    """What the specification says, row by row."""
    rows = [evaluate(program, row) for row in table.to_pylist()]
    kinds = [(name, pa.int64()) for name in program.outputs]
    return pa.Table.from_pylist(rows, pa.schema(kinds))


def agree(runner: Engine, program: Program, table: pa.Table) -> None:
    found = runner.run(program, table)
    assert found.column_names == list(program.outputs)
    assert set(found.schema.types) <= {pa.int64()}
    assert not any(column.null_count for column in found.columns)
    assert found.to_pydict() == specified(program, table).to_pydict()


@pytest.mark.parametrize("name", EMBEDDED)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 40), rows=st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_an_engine_finds_what_is_specified(name: str, seed: int, steps: int, rows: int) -> None:
    random = Random(seed)
    agree(engine(name), drawn(random, steps), words(random, rows))


@pytest.mark.parametrize("name", EMBEDDED)
@pytest.mark.parametrize("rows", [0, 1, 5_000])
def test_few_rows_and_many_keep_their_order(name: str, rows: int) -> None:
    random = Random(rows)
    agree(engine(name), drawn(random, 12), words(random, rows))


CERTAIN = Program(
    WORDS,
    (
        Step("yes", All(())),
        Step("no", Any(())),
        Step("who knows", Lit(None)),
        Step("packed", Pack((Ref("yes"), Ref("no"), Ref("who knows"), Not(Ref("who knows"))))),
        Step("first", First(((Ref("who knows"), 1), (Ref("no"), 2), (Ref("yes"), 3)), 4)),
        Step("none", First((), TOP)),
        Step("empty", Pack(())),
    ),
    ("packed", "first", "none", "empty"),
)
FULL = Program(
    WORDS,
    (Step("all", Pack(tuple(Flag(WORDS[1], 1 << i) for i in range(BITS)))), Step("again", First((), -5))),
    ("all", "again"),
)


@pytest.mark.parametrize("name", EMBEDDED)
def test_what_is_certain_holds_for_every_row(name: str) -> None:
    for rows in (0, 1, 3):
        agree(engine(name), CERTAIN, words(Random(1), rows))
    assert engine(name).run(CERTAIN, words(Random(1), 1)).to_pylist()[0] == {
        "packed": 1, "first": 3, "none": TOP, "empty": 0,
    }  # fmt: skip


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_pack_of_all_bits_gives_the_word_back(name: str) -> None:
    table = words(Random(3), 200)
    found = engine(name).run(FULL, table)
    assert found["all"].to_pylist() == table[WORDS[1]].to_pylist()
    assert max(found["all"].to_pylist()) >= TOP


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_program_of_two_thousand_steps(name: str) -> None:
    random = Random(4)
    program = drawn(random, 2_000, levels=15)
    assert len(program.levels) > 12
    agree(engine(name), program, words(random, 40))


def test_a_step_that_nothing_needs_does_no_harm() -> None:
    program = Program(WORDS, (Step("idle", Lit(True)), *FULL.steps), FULL.outputs)
    for name in EMBEDDED:
        agree(engine(name), program, words(Random(5), 3))


def test_threads_of_duckdb_lose_no_order() -> None:
    from licet.columns.engines.duckdb_engine import DuckdbEngine

    table = words(Random(6), 300_000)
    assert DuckdbEngine(threads=4).run(FULL, table)["all"].equals(table[WORDS[1]])


def test_an_engine_that_is_not_there() -> None:
    with pytest.raises(EngineError, match="no engine 'abacus'; take one of polars, duckdb, spark"):
        engine("abacus")


@pytest.mark.parametrize("name", ENGINES)
def test_a_package_that_is_missing_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    package = {"spark": "pyspark"}.get(name, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EngineError, match=f"pip install {package}"):
        engine(name)


def test_spark_finds_what_is_specified(spark: Anything) -> None:
    from licet.columns.engines.spark_engine import SparkEngine

    random = Random(7)
    runner = SparkEngine(spark)
    agree(runner, CERTAIN, words(random, 3))
    agree(runner, FULL, words(random, 0))
    agree(runner, FULL, words(random, 1))
    agree(runner, drawn(random, 2_000, levels=15), words(random, 40))


def test_spark_runs_the_query_itself(spark: Anything) -> None:
    """One query for a batch of programs and rows; what is kept comes along under its name."""
    from licet.columns.engines.spark_engine import lowered, mapped

    random = Random(8)
    table = words(random, 300)
    frame = spark.createDataFrame(table.append_column("Row.number", pa.array(range(300)))).repartition(2)
    for program in (CERTAIN, FULL, drawn(random, 60)):
        for way in (lowered, mapped):
            found = way(program, frame, ["Row.number"]).toArrow().sort_by("Row.number")
            assert found.column_names == ["Row.number", *program.outputs]
            assert found["Row.number"].to_pylist() == list(range(300))
            assert found.drop_columns(["Row.number"]).to_pydict() == specified(program, table).to_pydict()
