"""One measurement of the columns benchmark in a process of its own, which ``columns.py`` starts.

``python benchmarks/columns_tasks.py '{"task": "columns", "acts": "BOOK.parquet"}'`` prints one JSON object.

CPU is user and system time of the process and its ended children (``getrusage``), in three parts:

- *start*: interpreter, modules, law;
- *first use*: a first ``FIRST`` acts (``FIRST_SINGLE`` where acts are decided one by one) decided and
  forgotten, by which programs are spelled, functions compiled and names indexed;
- *run*: all acts from the Parquet file to their decisions in Arrow, nothing remembered of any act.

Spark's processes do not end before they are asked about, so that theirs is read from ``/proc``, which only
Linux has: of every process of the tree its own ticks and those of children that it saw end.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from columns_peers import cpu_seconds
from ours import KNOWN_AT, Ours
from whole_law import _peak as peak_mb

# Enough to meet every number of parties that is common: programs are spelled for each.
FIRST = 20_000
FIRST_SINGLE = 1_000
LARGE = 1_000_000
# Scenarios that edit rules and windows and leave tables and lists as they are: which parameter moves, and
# to how many values of its own range.
MIX: tuple[tuple[str, str, int], ...] = (
    ("tgl-extended", "through", 7),
    ("de-minimis-10", "percent", 5),
    ("de-minimis-10-all-content", "percent", 2),
    ("tgl-not-extended", "", 1),
    ("general-merchandise", "", 1),
    ("general-merchandise-widely-available", "", 1),
    ("choke-points", "", 1),
    ("programmable-chips-not-for-5g", "", 1),
    ("choke-points-programmable-logic", "", 1),
)


def main(given: str) -> dict[str, Any]:
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    options = json.loads(given)
    return TASKS[options.pop("task")](**options) | {"peak_mb": peak_mb()}


# -- what is measured ----------------------------------------------------------------------------


def columns(acts: list[str], engine: str = "polars", rules: str = "", rounds: int = 1) -> dict[str, Any]:
    """Files of acts decided with reasons, each by a decider that has seen nothing; the best of the rounds.

    ``rules`` is a folder of rules that stand alone; else the whole law decides.
    """
    from licet.columns.deciding import Decider

    regime = bare_regime(Path(rules)) if rules else whole_law()
    runner = engine_named(engine)
    start = cpu_seconds()
    decided(Decider(regime, engine=runner), beginning(acts[0]))
    first_use = cpu_seconds() - start
    runs = []
    for path in acts:
        tries = [one_run(Decider(regime, engine=runner), path) for _ in range(rounds)]
        runs.append(min(tries, key=lambda run: run["cpu_run"]))
    return {"rules": len(regime.book.rules), "cpu_start": start, "cpu_first_use": first_use, "runs": runs}


def single(acts: str, rows: int) -> dict[str, Any]:
    """So many acts decided one by one, with everything that columns tell, questions included."""
    from licet import decide
    from licet.columns.acts import acts_of
    from licet.decisions.circumstances import look_up

    regime = whole_law()
    some = pq.ParquetFile(acts).read_row_group(0).slice(0, FIRST_SINGLE + rows)
    first, given = (
        list(acts_of(part, regime.vocabulary)) for part in (some[:FIRST_SINGLE], some[FIRST_SINGLE:])
    )
    start = cpu_seconds()
    look_up(first, regime)
    for act in first:
        _ = decide(act, regime).missing
    first_use = cpu_seconds() - start
    gc.collect()
    begun = cpu_seconds()
    look_up(given, regime)
    for act in given:
        found = decide(act, regime)
        _ = found.missing, found.review, found.obligations, found.explained
    spent = cpu_seconds() - begun
    run = {"rows": len(given), "cpu_run": spent, "rows_per_cpu_second": len(given) / spent}
    return {"cpu_start": start, "cpu_first_use": first_use, "runs": [run]}


def spark(acts: str, small: str, master: str) -> dict[str, Any]:
    """A file decided by the Spark job, results written; CPU of the JVM and of its Python workers counts."""
    from licet.columns.engines.spark_engine import session
    from licet.columns.spark_job import Job, Law, decide_parquet

    opened = session(master)
    start = tree_cpu_seconds()
    with tempfile.TemporaryDirectory() as folder:
        decide_parquet(Path(small), Path(folder) / "small", Job(Law()), master)
        first_use = tree_cpu_seconds() - start
        begun, clock = tree_cpu_seconds(), perf_counter()
        outcomes = decide_parquet(Path(acts), Path(folder) / "all", Job(Law()), master)
        spent, wall = tree_cpu_seconds() - begun, perf_counter() - clock
    rows, memory = sum(outcomes.values()), sum(map(_peak_of, tree()))
    opened.stop()
    run = {"rows": rows, "cpu_run": spent, "wall_run": wall, "rows_per_cpu_second": rows / spent}
    return {
        "cpu_start": start,
        "cpu_first_use": first_use,
        "runs": [run],
        "peak_mb_of_all_processes": memory,
    }


def several(acts: str, count: int) -> dict[str, Any]:
    """The outcomes of a file under so many edited laws at once, or under the law as it is for one."""
    from licet.columns.several import Several

    law = whole_law()
    regimes = {"law": law} if count == 1 else edited(law)
    if len(regimes) != count:
        raise ValueError(f"{count} scenarios: expected 1 or {len(regimes)}")
    start = cpu_seconds()
    Several(regimes).outcomes(beginning(acts)[0])
    first_use = cpu_seconds() - start
    gc.collect()
    laws, rows, turned = Several(regimes), 0, Counter[str]()
    begun, clock = cpu_seconds(), perf_counter()
    for batch in large_batches(acts):
        outcomes = laws.outcomes(batch)
        rows += batch.num_rows
        baseline = next(iter(outcomes.values()))
        for name, codes in outcomes.items():
            turned[name] += int((codes != baseline).sum())
    spent, wall = cpu_seconds() - begun, perf_counter() - clock
    run = {"rows": rows, "cpu_run": spent, "wall_run": wall, "rows_per_cpu_second": rows / spent}
    return {
        "scenarios": count,
        "cpu_start": start,
        "cpu_first_use": first_use,
        "runs": [run],
        # How many acts come out otherwise than under the first: that the laws do differ.
        "otherwise_than_the_first": dict(turned),
    }


def agreement(acts: str) -> dict[str, Any]:
    """On how many acts the columns say of the bare rules what the single-act engine says."""
    from columns_acts import RULES, facts_of
    from licet.columns.deciding import Decider

    one, table = Ours(), pq.read_table(acts)
    expected = [one.required(facts) for facts in facts_of(table)]
    decider = Decider(bare_regime(RULES), engine=engine_named("polars"))
    given = [
        outcome == "licence_required"
        for batch in batches(acts)
        for outcome in decider.decide(batch).column("outcome").to_pylist()
    ]
    same = sum(a is b for a, b in zip(expected, given, strict=True))
    return {"acts": len(expected), "agreeing": same, "required": sum(expected)}


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "columns": columns,
    "single": single,
    "spark": spark,
    "several": several,
    "agreement": agreement,
}

# -- law -----------------------------------------------------------------------------------------


def whole_law() -> Any:
    """The law that comes with Licet."""
    from licet.regime import Regime

    return Regime.load()


def bare_regime(rules: Path) -> Any:
    """A regime of the rules in a folder and nothing else: no tables, no lists."""
    from licet.parties.listing import Listings
    from licet.regime import Regime
    from licet.tables.control_list import ControlList
    from licet.tables.destinations import Destinations

    return Regime(
        name="the benchmark's rules",
        zone=ZoneInfo("UTC"),
        knowledge=KNOWN_AT,
        confirmed=KNOWN_AT,
        scope="subject",
        notice="",
        ownership=50.0,
        book=Ours(rules).book,
        destinations=Destinations({}, {}, {}, {}, "US"),
        control_list=ControlList({}, {}, ()),
        listings=Listings({}),
    )


def edited(law: Any) -> dict[str, Any]:
    """The law under every scenario of ``MIX``, by what it is called.

    Raises:
        ValueError: when one of them brings lists or tables of its own.
    """
    from licet.changes.parameters import values_from
    from licet.changes.scenario import Scenario, find
    from licet.changes.sweeping import sweep

    found: dict[str, Any] = {}
    for name, parameter, count in MIX:
        scenario = Scenario.read(find(name), law)
        if not parameter:
            found[name] = scenario.over(law)
            continue
        own = next(p for p in scenario.parameters if p.name == parameter)
        every = values_from(own.range)
        some = [every[i * (len(every) - 1) // (count - 1)] for i in range(count)]
        found |= {f"{name} {value}": regime for value, regime in sweep(scenario, parameter, some, law)}
    shared = ("listings", "destinations", "control_list")
    for name, regime in found.items():
        if any(getattr(regime, part) is not getattr(law, part) for part in shared):
            raise ValueError(f"{name}: brings tables or lists of its own")
    return found


def engine_named(name: str) -> Any:
    """An engine on one thread (Polars is told by ``POLARS_MAX_THREADS``)."""
    if name == "duckdb":
        from licet.columns.engines.duckdb_engine import DuckdbEngine

        return DuckdbEngine(threads=1)
    from licet.columns.engines import engine

    return engine(name)


# -- acts ----------------------------------------------------------------------------------------


def batches(path: str) -> Iterator[pa.RecordBatch]:
    """The acts of a file as ``decide_all`` reads them."""
    from licet.columns.acts import batches as read

    return read(path)


def beginning(path: str) -> list[pa.RecordBatch]:
    """The first acts of a file in one batch."""
    return [next(batches(path)).slice(0, FIRST)]


def large_batches(path: str) -> Iterator[pa.RecordBatch]:
    """The acts of a file in batches of ``LARGE``, whatever its row groups are."""
    held: list[pa.RecordBatch] = []
    for batch in batches(path):
        room = LARGE - sum(one.num_rows for one in held)
        held.append(batch.slice(0, room))
        if batch.num_rows >= room:
            yield pa.concat_batches(held)
            held = [batch.slice(room)]
    if sum(one.num_rows for one in held):
        yield pa.concat_batches(held)


def one_run(decider: Any, path: str) -> dict[str, Any]:
    """All acts of a file decided; what that took."""
    gc.collect()
    begun, clock = cpu_seconds(), perf_counter()
    rows, outcomes = decided(decider, batches(path))
    spent, wall = cpu_seconds() - begun, perf_counter() - clock
    return {
        "rows": rows,
        "cpu_run": spent,
        "wall_run": wall,
        "rows_per_cpu_second": rows / spent,
        "patterns": decider.signer.patterns.count,
        "results": len(decider.by_book.results),
        "outcomes": outcomes,
    }


def decided(decider: Any, given: Any) -> tuple[int, dict[str, int]]:
    """How many acts there are, and how many come to each outcome."""
    rows, outcomes = 0, Counter[str]()
    for batch in given:
        found = decider.decide(batch)
        rows += found.num_rows
        for count in found.column("outcome").value_counts().to_pylist():
            outcomes[count["values"] or "undecided"] += count["counts"]
    return rows, dict(outcomes)


# -- processes -----------------------------------------------------------------------------------


def tree() -> list[int]:
    """This process and all that descend from it, by their numbers."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (stat := _stat(int(folder.name))):
            parents[int(folder.name)] = int(stat[1])
    found = [os.getpid()]
    for process in found:
        found.extend(child for child, parent in parents.items() if parent == process)
    return found


def tree_cpu_seconds() -> float:
    """CPU seconds of this process and of all that descend from it, those that ended included."""
    ticks = sum(int(tick) for process in tree() for tick in _stat(process)[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(process: int) -> list[str]:
    """What Linux tells of a process, from its state on; nothing when it has gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _peak_of(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return 0.0


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
