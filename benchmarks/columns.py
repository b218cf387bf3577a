"""Many acts in columns: every engine, two peers, twenty scenarios against one, cost against rows and rules.

``python benchmarks/columns.py [--rows 10000000] [--parts ABCD] [--json FILE] [--quick]`` measures, each in
a fresh process:

A. the whole law over a generated book, 5 percent of facts missing, in every engine and act by act;
B. eighteen rules that OpenFisca-core and PolicyEngine-core can hold too, over acts with nothing missing;
C. twenty scenarios over ``--rows`` acts of the book against one;
D. cost against rows and against rules, with exponents fitted to it.

It fails when an engine disagrees (2) or a target is missed (1).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib.metadata import version
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from columns_acts import RULES, scaled_rules, write_acts
from columns_peers import ONE_THREAD, PACKAGES, agreement, run_peer

HERE = Path(__file__).parent
SEED, MISSING, ROW_GROUP = 7, 0.05, 131_072
MASTER = "local[2]"
SCENARIOS = 20
RULE_COUNTS = (60, 200, 600)
TIMES_OPENFISCA, TIMES_ONE, STEEPEST = 3.0, 2.0, 1.1
VERSIONS = ("numpy", "pyarrow", "polars", "duckdb", "sqlglot", "pyspark")
Found = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How many acts everything gets."""

    scenarios: int
    book: int = 1_000_000
    duckdb: int = 100_000
    spark: int = 200_000
    single: int = 2_000
    subset: int = 1_000_000
    rows: tuple[int, ...] = (10_000, 100_000, 1_000_000, 10_000_000)
    rules: int = 100_000
    rounds: int = 3

    @classmethod
    def quick(cls, scenarios: int) -> Sizes:
        """A hundredth of everything: to see that it works, not for its figures."""
        return cls(scenarios // 100, 10_000, 5_000, 5_000, 500, 10_000, (1_000, 3_000, 10_000), 2_000, 1)


@dataclass(frozen=True)
class Bench:
    """Where files are made, what is said while it runs, and what was found."""

    folder: Path
    sizes: Sizes
    console: Console
    found: Found = field(default_factory=dict)

    def task(self, about: str, **options: Any) -> Found:
        """What ``columns_tasks.py`` finds, in a process of its own on one thread.

        Raises:
            RuntimeError: when it fails, with the end of what it said.
        """
        self.console.log(about)
        variables = os.environ | ONE_THREAD | {"POLARS_MAX_THREADS": "1"}
        command = [sys.executable, str(HERE / "columns_tasks.py"), json.dumps(options)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
        if ended.returncode:
            raise RuntimeError(f"{about}\n{ended.stderr.strip()[-2000:]}")
        return json.loads(ended.stdout.splitlines()[-1])  # type: ignore[no-any-return]

    def book(self, rows: int) -> str:
        """The first acts of the generated book, as a file."""
        whole, path = self.folder / "book.parquet", self.folder / f"book-{rows}.parquet"
        if not whole.exists():
            longest = max(self.sizes.book, self.sizes.scenarios)
            self.console.log(f"generating {longest:,} acts")
            licet = Path(sys.executable).with_name("licet")
            command = [str(licet), "generate", str(whole), "--lines", str(longest)]
            command += ["--seed", str(SEED), "--missing", str(MISSING)]
            subprocess.run(command, check=True, capture_output=True)
        if not path.exists():
            with pq.ParquetFile(whole) as file, pq.ParquetWriter(path, file.schema_arrow) as writer:
                for batch in file.iter_batches(ROW_GROUP):
                    writer.write_batch(batch.slice(0, rows))
                    rows -= batch.num_rows
                    if rows <= 0:
                        break
        return str(path)

    def complete(self, rows: int) -> str:
        """So many acts for the eighteen rules, nothing missing."""
        path = self.folder / f"complete-{rows}.parquet"
        return str(path if path.exists() else write_acts(path, rows))


def main() -> int:
    options = _options()
    console = Console(width=120)
    sizes = Sizes.quick(options.rows) if options.quick else Sizes(options.rows)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), sizes, console)
        bench.found["machine"] = {"cores": os.cpu_count(), "load_at_start": os.getloadavg()}
        bench.found["versions"] = {name: version(name) for name in VERSIONS} | {
            "licet": version("licet"),
            "python": platform.python_version(),
        }
        agreed = bench.found["agreement"] = agreements(bench)
        if any(one["agreeing"] != one["acts"] for one in agreed.values()):
            console.print(agreed)
            return 2
        for name in (name for name in PARTS if name[0] in options.parts):
            bench.found[name] = PARTS[name](bench)
            show(console, name, bench.found[name])
        bench.found["machine"]["load_at_end"] = os.getloadavg()
    targets = bench.found["targets"] = verdict(bench.found)
    show_targets(console, targets)
    if options.json:
        options.json.write_text(json.dumps(_rounded(bench.found), indent=1) + "\n", encoding="utf-8")
    return 0 if all(target["met"] for target in targets) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000_000, help="acts for the twenty scenarios")
    parser.add_argument("--parts", default="ABCD", help="which of the four parts")
    parser.add_argument("--json", type=Path, default=HERE / "columns.json", help="where results are written")
    parser.add_argument("--quick", action="store_true", help="a hundredth of everything")
    return parser.parse_args()


# -- what is measured ----------------------------------------------------------------------------


def agreements(bench: Bench) -> dict[str, Found]:
    """Whether all say of 2,000 acts what the single-act engine says."""
    ours = bench.task("do all agree on 2,000 acts?", task="agreement", acts=bench.complete(2_000))
    peers = {
        f"{name} {_manner(plain)}": agreement(name, plain=plain)
        for name in PACKAGES
        for plain in (True, False)
    }
    return {"ours in columns": ours} | peers


def whole_law(bench: Bench) -> Found:
    """A: rows per CPU second of every engine over the whole law."""
    sizes = bench.sizes
    polars = bench.task("A: polars", task="columns", acts=[bench.book(sizes.book)])
    duckdb = bench.task("A: duckdb", task="columns", acts=[bench.book(sizes.duckdb)], engine="duckdb")
    small = bench.book(1_000)
    acts = bench.book(sizes.spark)
    spark = bench.task(f"A: spark, {MASTER}", task="spark", acts=acts, small=small, master=MASTER)
    few = bench.book(sizes.duckdb)
    single = bench.task("A: act by act", task="single", acts=few, rows=sizes.single)
    return {
        "polars, one thread": polars,
        "duckdb, one thread": duckdb,
        f"spark {MASTER}": spark,
        "licet.decide, questions included": single,
    }


def subset(bench: Bench) -> Found:
    """B: the eighteen rules, ours with reasons beside two peers without."""
    sizes = bench.sizes
    acts, rounds = bench.complete(sizes.subset), sizes.rounds
    ours = bench.task("B: ours", task="columns", acts=[acts], rules=str(RULES), rounds=rounds)
    found: Found = {"ours, with reasons": ours}
    for name in PACKAGES:
        for plain in (True, False):
            bench.console.log(f"B: {name} {_manner(plain)}")
            peer = run_peer(name, Path(acts), sizes.subset, rounds, plain=plain)
            spent = {task: peer["cpu"][task] for task in ("read", "prepare", "calculate")}
            run = {
                "rows": peer["rows"],
                "cpu_run": sum(spent.values()),
                "rows_per_cpu_second": peer["rows_per_cpu_second"],
                "cpu": spent,
            }
            start = peer["cpu"]["import"] + peer["cpu"]["declare"]
            found[f"{name} {_manner(plain)}"] = {
                "cpu_start": start,
                "cpu_first_use": 0.0,
                "runs": [run],
                "peak_mb": peer["peak_mb"],
                "versions": peer["versions"],
                "ours_times_faster": _rate(ours) / peer["rows_per_cpu_second"],
            }
    return found


def scenarios(bench: Bench) -> Found:
    """C: twenty edited laws over the book against the law as it is; outcomes alone."""
    acts = bench.book(bench.sizes.scenarios)
    one, many = (
        bench.task(f"C: {n} at {bench.sizes.scenarios:,} acts", task="several", acts=acts, count=n)
        for n in (1, SCENARIOS)
    )
    cpu = [found["runs"][0]["cpu_run"] for found in (one, many)]
    first = [found["cpu_first_use"] + found["runs"][0]["cpu_run"] for found in (one, many)]
    many |= {"times_one": cpu[1] / cpu[0], "times_one_with_first_use": first[1] / first[0]}
    return {"one law": one, f"{SCENARIOS} scenarios": many}


def growth(bench: Bench) -> Found:
    """D: CPU of warm runs against rows, of both laws, and against rules."""
    sizes = bench.sizes
    longest = max(sizes.book, sizes.scenarios)
    few = [bench.complete(rows) for rows in sizes.rows]
    eighteen = bench.task("D: rows, 18 rules", task="columns", acts=few, rules=str(RULES))
    every = [bench.book(rows) for rows in sizes.rows if rows <= longest]
    whole = bench.task("D: rows, whole law", task="columns", acts=every)
    found = {"rows, 18 rules": _fitted(eighteen), "rows, whole law": _fitted(whole)}
    runs, first_uses = [], []
    for count in RULE_COUNTS:
        rules = scaled_rules(count, bench.folder / f"rules-{count}")
        one = bench.task(
            f"D: {count} rules", task="columns", acts=[bench.complete(sizes.rules)], rules=str(rules)
        )
        runs.append(one["runs"][0] | {"rules": count})
        first_uses.append(one["cpu_first_use"])
    found["rules"] = {
        "runs": runs,
        "exponent": exponent(RULE_COUNTS, [run["cpu_run"] for run in runs]),
        "cpu_first_use_of_each": first_uses,
        "exponent_of_first_use": exponent(RULE_COUNTS, first_uses),
    }
    return found


PARTS = {"A whole law": whole_law, "B equal subset": subset, "C scenarios": scenarios, "D growth": growth}


def _fitted(task: Found) -> Found:
    runs = task["runs"]
    return task | {"exponent": exponent([run["rows"] for run in runs], [run["cpu_run"] for run in runs])}


def exponent(sizes: Any, costs: Any) -> float:
    """The power of the size with which cost grows: the slope of a line through the logarithms."""
    slope, _ = np.polyfit([log(size) for size in sizes], [log(cost) for cost in costs], 1)
    return float(slope)


def verdict(found: Found) -> list[Found]:
    """The targets of what was measured, each with its figure."""
    targets = []
    if peers := found.get("B equal subset"):
        for manner in ("plain", "tuned"):
            figure = peers[f"openfisca {manner}"]["ours_times_faster"]
            name = f"at least {TIMES_OPENFISCA:g} times OpenFisca {manner}"
            targets.append({"target": name, "figure": figure, "met": figure >= TIMES_OPENFISCA})
    if laws := found.get("C scenarios"):
        figure = laws[f"{SCENARIOS} scenarios"]["times_one"]
        name = f"{SCENARIOS} scenarios under {TIMES_ONE:g} times one"
        targets.append({"target": name, "figure": figure, "met": figure < TIMES_ONE})
    for name, one in found.get("D growth", {}).items():
        figure = one["exponent"]
        targets.append(
            {"target": f"exponent of {name} under {STEEPEST}", "figure": figure, "met": figure < STEEPEST}
        )
    return targets


def _manner(plain: bool) -> str:
    return "plain" if plain else "tuned"


def _rate(found: Found) -> float:
    return float(found["runs"][0]["rows_per_cpu_second"])


# -- telling -------------------------------------------------------------------------------------


def show(console: Console, title: str, found: Found) -> None:
    """One part as a table: a line a run, CPU in seconds."""
    table = Table(title=title)
    for head in ("", "rows", "start", "first use", "run", "rows per CPU s", "patterns", "peak MB"):
        table.add_column(head, justify="right" if head else "left", no_wrap=True)
    notes = []
    for name, one in found.items():
        notes += [f"{name}: {key.replace('_', ' ')} {one[key]:.3g}" for key in NOTES if key in one]
        for run in one["runs"]:
            table.add_row(
                f"{name} ({run['rules']})" if "rules" in run else name,
                f"{run['rows']:,}",
                _plain(one.get("cpu_start")),
                _plain(one.get("cpu_first_use")),
                _plain(run["cpu_run"]),
                f"{run['rows_per_cpu_second']:,.0f}",
                f"{run['patterns']:,}" if "patterns" in run else "",
                _plain(one.get("peak_mb_of_all_processes", one.get("peak_mb"))),
            )
    console.print(table, *notes, sep="\n")


NOTES = ("ours_times_faster", "times_one", "times_one_with_first_use", "exponent", "exponent_of_first_use")


def show_targets(console: Console, targets: list[Found]) -> None:
    """Every target with its figure."""
    for target in targets:
        console.print(f"{'met   ' if target['met'] else 'MISSED'} {target['target']}: {target['figure']:.3g}")


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"


def _rounded(found: Any) -> Any:
    """The same with four significant figures: more is noise."""
    match found:
        case dict():
            return {key: _rounded(value) for key, value in found.items()}
        case list() | tuple():
            return [_rounded(value) for value in found]
        case float():
            return float(f"{found:.4g}")
    return found


if __name__ == "__main__":
    pa.set_cpu_count(1)
    sys.exit(main())
