"""Whether the engines in columns agree with ``decide`` on a generated book, act by act, reasons included.

    python benchmarks/agreement.py BOOK.parquet [--engines polars,duckdb,spark]

Every act is decided by ``licet.decide`` and compared in every column: outcome, bounds, review, requirements,
obligations, rules that stand and are open, what authorises what, and what is missing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import licet
from licet.columns.acts import acts_of
from licet.columns.deciding import Decider
from licet.columns.engines import engine
from licet.columns.sources import batches
from licet.decisions.circumstances import look_up

KEPT = "order_id"


def expected(act: licet.Act, regime: licet.Regime) -> dict[str, Any]:
    """What the columns are to say of an act."""
    found = licet.decide(act, regime)
    rules = [r for r in regime.book.order if r in regime.book.rules]
    verdicts = {r: found.verdicts.somewhere(r) for r in rules}
    return {
        "outcome": found.outcome.value,
        "mildest": found.bounds.mildest.value,
        "strictest": found.bounds.strictest.value,
        "review": found.review,
        "requirements": list(dict.fromkeys(r.rule.id for r in found.explained)),
        "obligations": list(found.obligations),
        "stands": [r for r, verdict in verdicts.items() if verdict],
        "open": [r for r, verdict in verdicts.items() if verdict is None],
        "authorised": {(r.rule.id, a.rule.id) for r in found.requirements for a in r.authorised_by},
        "missing": {(q.fact, q.party) for q in found.missing},
        "problem": None,
    }


def said(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the columns in the same shape."""
    pairs = {(x["requirement"], x["authorisation"]) for x in row["authorised"] or ()}
    return row | {"authorised": pairs, "missing": {(x["fact"], x["party"]) for x in row["missing"] or ()}}


def decided(name: str, book: Path, regime: licet.Regime, size: int) -> Iterator[list[dict[str, Any]]]:
    """The decisions of one engine, batch by batch."""
    if name == "spark":
        from licet.columns.spark_job import Job, Law, decide_parquet

        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "decided"
            decide_parquet(book, out, Job(Law(), keep=(KEPT, "line")), "local-cluster[2,1,2048]")
            table = pq.read_table(out)
        keys = list(zip(table.column(KEPT).to_pylist(), table.column("line").to_pylist(), strict=True))
        place = {key: i for i, key in enumerate(keys)}
        if len(place) < len(keys):
            raise SystemExit("the book has lines that cannot be told apart")
        table = table.drop_columns([KEPT, "line"])
        for batch in batches(book, size):
            own = zip(batch.column(KEPT).to_pylist(), batch.column("line").to_pylist(), strict=True)
            yield table.take(pa.array([place[key] for key in own])).to_pylist()
        return
    decider = Decider(regime, engine=engine(name))
    for batch in batches(book, size):
        yield decider.decide(batch).to_pylist()


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("book", type=Path)
    ask.add_argument("--engines", default="polars,duckdb,spark")
    ask.add_argument("--size", type=int, default=125_000)
    given = ask.parse_args()
    regime = licet.Regime.load()
    names = given.engines.split(",")
    streams = [decided(name, given.book, regime, given.size) for name in names]
    acts, outcomes, differ = 0, Counter[str](), Counter[str]()
    begun = time.process_time()
    for batch, *rows in zip(batches(given.book, given.size), *streams, strict=True):
        acts_here = list(acts_of(batch, regime.vocabulary))
        look_up(acts_here, regime)
        for i, act in enumerate(acts_here):
            want = expected(act, regime)
            for name, own in zip(names, rows, strict=True):
                if said(own[i]) != want:
                    differ[name] += 1
                    if differ[name] <= 3:
                        print(
                            name,
                            acts + i,
                            {k: (own[i][k], want[k]) for k in want if said(own[i])[k] != want[k]},
                        )
            outcomes[want["outcome"]] += 1
        acts += batch.num_rows
        print(f"{acts:,} acts, {dict(differ) or 'none differs'}", file=sys.stderr, flush=True)
    result = {"acts": acts, "engines": names, "differ": {name: differ[name] for name in names}}
    print(json.dumps(result | {"outcomes": dict(outcomes), "cpu_s": round(time.process_time() - begun)}))
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
