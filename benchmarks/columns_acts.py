"""What the columns benchmark scales: acts, as a Parquet file of any length, and law, of any number of rules.

``python benchmarks/columns_acts.py FILE --rows 1000000 [--missing 0.05]``

The acts are those of ``acts.py``: same vocabulary, same shares, but drawn column by column. Part
``i`` of the rows has a seed of its own, so that a shorter file is the beginning of a longer one.
In the same way a smaller law is the beginning of a larger one.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from acts import EXCEPTIONS, FIRST, LAST, PURPOSES, Facts

RULES = Path(__file__).parent / "rules"
PART = 250_000
BLOCK = 20
DAY = pa.date32()
CHOICE = pa.dictionary(pa.int8(), pa.string())
SCHEMA = pa.schema(
    {
        "act.date": DAY,
        "act.contract_date": DAY,
        "act.certified": pa.bool_(),
        "act.purpose": CHOICE,
        "act.claimed": CHOICE,
        "act.eligible": pa.bool_(),
        "destination.embargoed": pa.bool_(),
        "item.in_us": pa.bool_(),
        "item.us_origin": pa.bool_(),
        "item.us_content_pct": pa.float64(),
        "item.direct_product": pa.bool_(),
        "item.published": pa.bool_(),
        "item.on_chart": pa.bool_(),
        "consignee.listed": pa.bool_(),
        "consignee.footnote": pa.float64(),
        "consignee.in_group": pa.bool_(),
        "consignee.excepted": pa.bool_(),
    }
)

# -- acts ------------------------------------------------------------------------------------


def write_acts(path: Path, rows: int, seed: int = 2019, missing: float = 0.0) -> Path:
    """``rows`` acts in a Parquet file, one part in memory at a time; gives back the path."""
    with pq.ParquetWriter(path, SCHEMA) as writer:
        for batch in batches(rows, seed, missing):
            writer.write_batch(batch)
    return path


def random_table(rows: int, seed: int = 2019, missing: float = 0.0) -> pa.Table:
    """The same acts as a table."""
    return pa.Table.from_batches(batches(rows, seed, missing), SCHEMA)


def batches(rows: int, seed: int, missing: float) -> Iterator[pa.RecordBatch]:
    """The acts in parts of ``PART`` rows, of which the last may be shorter."""
    for number, start in enumerate(range(0, rows, PART)):
        yield _part(np.random.default_rng([seed, number]), missing).slice(0, rows - start)


def facts_of(table: pa.Table) -> list[Facts]:
    """The acts as plain dicts, for what decides one at a time."""
    return table.to_pylist()  # type: ignore[no-any-return]


def _part(draw: np.random.Generator, missing: float) -> pa.RecordBatch:
    """``PART`` acts; any fact but the day of the act is unknown in a share ``missing`` of them."""

    def chance(share: float) -> np.ndarray:
        return draw.random(PART) < share

    def day(first: date, last: date) -> np.ndarray:
        return np.datetime64(first, "D") + draw.integers(0, (last - first).days, PART, endpoint=True)

    def choice(values: tuple[str, ...], chosen: np.ndarray) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(chosen.astype(np.int8)), list(values))

    listed = chance(0.6)
    columns = {
        "act.date": day(FIRST, LAST),
        "act.contract_date": day(date(2018, 1, 1), date(2020, 6, 30)),
        "act.certified": chance(0.7),
        "act.purpose": choice(PURPOSES, draw.integers(0, len(PURPOSES), PART)),
        "act.claimed": choice(EXCEPTIONS, draw.integers(0, len(EXCEPTIONS), PART) * chance(0.6)),
        "act.eligible": chance(0.6),
        "destination.embargoed": chance(0.15),
        "item.in_us": chance(0.25),
        "item.us_origin": chance(0.25),
        "item.us_content_pct": draw.integers(0, 60, PART).astype(np.float64),
        "item.direct_product": chance(0.2),
        "item.published": chance(0.1),
        "item.on_chart": chance(0.3),
        "consignee.listed": listed,
        "consignee.footnote": (listed & chance(0.5)).astype(np.float64),
        "consignee.in_group": listed & chance(0.7),
        "consignee.excepted": listed & chance(0.3),
    }
    return pa.record_batch([_with_gaps(columns[f.name], f, missing, draw) for f in SCHEMA], schema=SCHEMA)


def _with_gaps(
    column: np.ndarray | pa.Array, field: pa.Field, missing: float, draw: np.random.Generator
) -> pa.Array:
    array = column if isinstance(column, pa.Array) else pa.array(column, field.type)
    if not missing or field.name == "act.date":
        return array
    return pa.compute.if_else(pa.array(draw.random(PART) < missing), pa.scalar(None, field.type), array)


# -- law -------------------------------------------------------------------------------------


def scaled_rules(count: int, folder: Path, seed: int = 2019) -> Path:
    """A made-up law of ``count`` rules over the benchmark's facts, written like ``rules/``; gives the folder.

    It consists of blocks of twenty rules built alike (scope and its exception, three
    requirements, a licence exception with bars, a general licence in dated windows, an
    exclusion) with thresholds, purposes and days of their own, so that more rules are more of
    the same and turn on more days.

    Raises:
        ValueError: when ``count`` is not a whole number of blocks.
    """
    if count % BLOCK or count <= 0:
        raise ValueError(f"{count} rules: expected a multiple of {BLOCK}")
    folder.mkdir(parents=True, exist_ok=True)
    words = [(RULES / "facts.yaml").read_text(encoding="utf-8")]
    for number in range(count // BLOCK):
        draw = random.Random(f"{seed} {number}")
        (folder / f"block-{number:04}.md").write_text(_block(number, draw), encoding="utf-8")
        words += [
            f'b{number}.{name}: {{type: flag, source: rule, ask: "{name} of block {number}?"}}\n'
            for name in ("caught", "open")
        ]
    (folder / "facts.yaml").write_text("".join(words), encoding="utf-8")
    return folder


def _block(n: int, draw: random.Random) -> str:
    purposes = draw.sample(PURPOSES, 4)
    claim = draw.choice(EXCEPTIONS[1:])
    share, low = draw.randrange(20, 50), draw.randrange(5, 20)
    signed = _day(draw, date(2018, 6, 1), date(2020, 3, 1))
    old = "- {from: 1996-03-25, by: old}"
    since = f"- {{from: {_day(draw, FIRST, LAST)}, by: new}}"
    turns = sorted(_day(draw, FIRST, LAST) for _ in range(6))
    spans = "\n".join(
        f"- {{from: {a}, through: {b - timedelta(days=1)}, by: span}}" for a, b in pairwise(turns) if a < b
    )
    rules = [
        (f"concludes: b{n}.caught", "item.in_us", old),
        (f"concludes: b{n}.caught", "item.us_origin", old),
        (f"concludes: b{n}.caught", f"item.us_content_pct > {share}", old),
        (f"concludes: b{n}.caught", f"item.us_content_pct > {low} and destination.embargoed", old),
        (f"concludes: b{n}.caught", "item.direct_product and consignee.footnote == 1", since),
        (f"exception to: [{', '.join(f'{n}({i})' for i in range(1, 6))}]", "item.published", old),
        ("concludes: subject", f"b{n}.caught", old),
        ("requires: licence", f"b{n}.caught and item.on_chart", old),
        ("requires: licence", f"b{n}.caught and consignee.listed", old),
        ("requires: licence", f'b{n}.caught and item.on_chart and act.purpose == "{purposes[3]}"', since),
        (
            f"authorises: [{n}(8), {n}(9), {n}(10)]\nbasis: licence_exception",
            'act.claimed != "nothing" and act.eligible',
            old,
        ),
        (f"exception to: {n}(11)", "destination.embargoed", old),
        (f"exception to: {n}(12)", f'act.claimed == "{claim}"', old),
        (f"exception to: {n}(11)", "consignee.listed and not consignee.excepted", old),
        (
            f"concludes: b{n}.open",
            "consignee.in_group and act.certified and not destination.embargoed",
            spans,
        ),
        *(
            (
                f"authorises: {n}(9)\nbasis: general_licence",
                f'b{n}.open and act.purpose == "{purpose}" and act.contract_date <= {signed}',
                spans,
            )
            for purpose in purposes[:3]
        ),
        (
            f"exception to: {n}(9)\nbasis: exclusion",
            f'consignee.in_group and act.purpose == "{purposes[0]}"',
            since,
        ),
        (f"exception to: {n}(10)", f"not consignee.listed and act.contract_date <= {signed}", since),
    ]
    return f"# Block {n}\n" + "".join(
        f"\n```rule\nrule: {n}({i})\ntitle: Rule {i} of block {n}\ncite: made up\n{effect}\nwhen: {when}\n"
        f"in force:\n{windows}\n```\n"
        for i, (effect, when, windows) in enumerate(rules, start=1)
    )


def _day(draw: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=draw.randint(0, (last - first).days))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=2019)
    parser.add_argument("--missing", type=float, default=0.0)
    write_acts(**vars(parser.parse_args()))
