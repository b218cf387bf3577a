"""Throughput, latency and memory, each measured in a process of its own pinned to one core.

The firms are the 39,191 registrations of network equipment makers, as they stand (a name may occur
more than once, as in any order book; distinct names are measured besides). Rates are by CPU time of the
one core, which other work on the machine does not touch; seconds by the clock stand beside them. Longer
lists are the real one and decoys: the front of one real name and the back of another, so that words
repeat as they do in life, if somewhat more often.
"""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

HERE = Path(__file__).resolve().parent
PEER_SAMPLE = 4_000


def firms() -> list[str]:
    """The 39,191 names of the registry of 2026-04-25, in its order."""
    from real import text

    rows = csv.DictReader(io.StringIO(text("counterparties/ieee-oui-2026-04-25.csv.gz")))
    return [r["Organization Name"].strip() for r in rows]


def decoys(count: int) -> list[Any]:
    """So many listed names that nobody listed: two real names, cut and joined."""
    from real import companies
    from sets import Listed, listed

    random = Random(20261121)
    names = [*companies(), *(r.name for r in listed() if len(r.name) < 80)]
    made = []
    for i in range(count):
        a, b = random.choice(names).split(), random.choice(names).split()
        name = " ".join([*a[: max(1, (len(a) + 1) // 2)], *b[len(b) // 2 :]])
        made.append(Listed(f"decoy:{i}", "decoy", name, "name", "organisation", ()))
    return made


def queries(names: Sequence[str]) -> list[Any]:
    """Firms as parties."""
    from sets import Query

    return [Query(n, "organisation", "speed") for n in names]


def peak() -> float:
    """Greatest memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def build(size: int, path: Path) -> dict[str, Any]:
    """Build and save an index of so many names."""
    from engines import names_table
    from sets import listed

    from licet.screening import Index

    rows = listed()
    rows += decoys(max(0, size - len(rows)))
    names = names_table(rows)
    start = perf_counter()
    Index.build(names).save(path)
    seconds = perf_counter() - start
    files = [f for f in (path.rglob("*") if path.is_dir() else [path]) if f.is_file()]
    return {
        "names": len(rows),
        "seconds": seconds,
        "MiB": sum(f.stat().st_size for f in files) / 2**20,
        "peak MiB": peak(),
    }


def batch(path: Path, limit: int) -> dict[str, Any]:
    """Open an index and screen the firms, every candidate explained."""
    import pyarrow as pa

    from licet.screening import Index, screen

    names = firms()[:limit] if limit else firms()
    distinct = list(dict.fromkeys(names))
    table = pa.table({"name": names, "kind": ["organisation"] * len(names)})
    apart = pa.table({"name": distinct, "kind": ["organisation"] * len(distinct)})
    start = perf_counter()
    index = Index.open(path)
    opened = perf_counter() - start
    start = perf_counter()
    screen(table.slice(0, 1), index)
    first = perf_counter() - start
    rounds = []
    for _ in range(3):
        start, cpu = perf_counter(), process_time()
        result = screen(table, index)
        rounds.append((process_time() - cpu, perf_counter() - start))
    cpu = process_time()
    screen(apart, index)
    apart_seconds = process_time() - cpu
    seconds, clock = min(rounds)
    levels = result.column("level").to_pylist()
    queries_hit = {q for q, v in zip(result.column("query").to_pylist(), levels, strict=True) if v == "hit"}
    return {
        "firms": len(names),
        "open seconds": opened,
        "first call seconds": first,
        "cpu seconds": seconds,
        "clock seconds": clock,
        "firms per second": len(names) / seconds,
        "distinct": len(distinct),
        "distinct per second": len(distinct) / apart_seconds,
        "candidates": result.num_rows,
        "hits": levels.count("hit"),
        "firms with a hit": len(queries_hit),
        "firms with any": len(set(result.column("query").to_pylist())),
        "peak MiB": peak(),
    }


def single(path: Path, count: int) -> dict[str, Any]:
    """One firm at a time, milliseconds per call."""
    import pyarrow as pa

    from licet.screening import Index, screen

    index = Index.open(path)
    names = Random(5).sample(sorted(set(firms())), count)
    tables = [pa.table({"name": [n], "kind": ["organisation"]}) for n in names]
    for table in tables[:100]:
        screen(table, index)
    clock, cpu = [], []
    for table in tables[100:]:
        start, spent = perf_counter(), process_time()
        screen(table, index)
        cpu.append((process_time() - spent) * 1000)
        clock.append((perf_counter() - start) * 1000)
    return {"calls": len(clock), "clock": _at(clock), "cpu": _at(cpu)}


def _at(taken: list[float]) -> dict[str, float]:
    """Milliseconds that half, nine in ten and 99 in 100 calls stay below, and the longest."""
    taken = sorted(taken)
    at = {f"p{p}": taken[min(len(taken) - 1, int(len(taken) * p / 100))] for p in (50, 90, 99)}
    return {**at, "longest": taken[-1]}


def peer(count: int) -> dict[str, Any]:
    """nomenklatura ``logic-v2`` behind its blocker, firms drawn from the same registry, one batch."""
    import logging

    from engines import Nomenklatura
    from sets import listed

    logging.disable(logging.INFO)
    engine = Nomenklatura()
    engine.batch = count
    start = perf_counter()
    engine.build(listed())
    built = perf_counter() - start
    names = Random(5).sample(sorted(set(firms())), count)
    cpu = process_time()
    engine.search(queries(names))
    seconds = process_time() - cpu
    return {
        "firms": count,
        "build seconds": built,
        "cpu seconds": seconds,
        "firms per second": count / seconds,
        "peak MiB": peak(),
    }


def apart(*words: Any) -> dict[str, Any]:
    """A measurement in a new process on one core."""
    done = subprocess.run(
        [sys.executable, str(HERE / "speed.py"), *map(str, words)], capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"speed {' '.join(map(str, words))} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def run(sizes: Sequence[int], *, peers: bool) -> dict[str, Any]:
    """Everything, in turn."""
    result: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    }
    with tempfile.TemporaryDirectory() as folder:
        for i, size in enumerate(sizes):
            path = Path(folder) / f"index-{size}"
            result[str(size)] = {"build": apart("build", size, path), "batch": apart("batch", path, 0)}
            if i == 0:
                result["single"] = apart("single", path, 2_100)
    if peers:
        result["nomenklatura"] = apart("peer", PEER_SAMPLE)
        ours = result[str(sizes[0])]["batch"]
        result["times"] = ours["distinct per second"] / result["nomenklatura"]["firms per second"]
    return result


def main() -> None:
    from run import one_core

    one_core()
    what, *words = sys.argv[1:]
    match what:
        case "build":
            made = build(int(words[0]), Path(words[1]))
        case "batch":
            made = batch(Path(words[0]), int(words[1]))
        case "single":
            made = single(Path(words[0]), int(words[1]))
        case _:
            made = peer(int(words[0]))
    print(json.dumps(made))


if __name__ == "__main__":
    main()
