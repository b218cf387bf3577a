"""The measurement of screening: ``tune``, ``held``, ``pairs`` and ``speed``.

``tune`` is for everyday work: ours over the part anybody may look at, with the worst misses and the
worst false positives. ``held`` opens the part kept back, runs the peers beside ours, and writes
``docs/screening.md`` and ``results.json``: once per release.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("LICET_BENCH_CACHE") or Path(tempfile.gettempdir()) / "licet-screening-cache")
ROWS = ("exact", "order", "legal", "noise", "spacing", "drop", "typo1", "typo2", "translit")


def one_core() -> None:
    """Keep this process, and the libraries that would spread out, on one core."""
    for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "NOMENKLATURA_DUCKDB_THREADS"):
        os.environ.setdefault(name, "1")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def table(results: list[dict[str, Any]]) -> str:
    """Recall of every family at the three rates, engine by engine."""
    heads = [*ROWS, "macro", "former", "alias", "zh", "zh-known", "zh-published", "people"]
    lines = []
    for r in results:
        lines.append(
            f"{r['engine']} on {r['part']} ({r['set']}): {r['negatives']} negatives;"
            f" AUC pairs {r['auc_pairs']['value']:.3f} (persons {r['auc_pairs_person']['value']:.3f},"
            f" organisations {r['auc_pairs_organisation']['value']:.3f}),"
            f" siblings {r['auc_siblings']['value']:.3f}"
        )
        if "default" in r:
            d = r["default"]
            lines.append(f"  at its default {d['threshold']}: FPR {d['fpr']:.4f}, macro {d['macro']:.3f}")
        lines.append("  family        found    " + "".join(f"{float(k):>9.1%}" for k in r["rates"]))
        for head in heads:
            if head in next(iter(r["rates"].values())):
                found = r["found_at_all"].get(head)
                cells = "".join(f"{block[head]['value']:>9.3f}" for block in r["rates"].values())
                lines.append(f"  {head:13} {found if found is None else format(found, '.3f')!s:>6}   {cells}")
        cuts = "".join(f"{block['threshold']:>9.3f}" for block in r["rates"].values())
        lines.append(f"  {'threshold':13}         {cuts}\n")
    return "\n".join(lines)


def worst(searched: Any, runner: Any, count: int) -> str:
    """The misses nearest to being found and the false positives that score highest, with evidence."""
    import measure

    right = measure.right_scores(searched.queries, searched.found)
    negatives = measure.best_scores(searched.against)
    cut = measure.threshold(negatives, 0.01)
    names = {}
    from sets import listed

    for row in listed():
        names.setdefault(row.entity, row.name)
    lines = [f"threshold at 1 %: {cut:.3f}", "", "False positives:"]
    engine = runner.engine()
    top = [searched.negatives[i] for i in (-negatives).argsort(kind="stable")[:count]]
    lines += _shown(engine, top, names)
    for family in dict.fromkeys(q.family for q in searched.queries):
        missed = [
            (s, q) for s, q in zip(right, searched.queries, strict=True) if q.family == family and s <= cut
        ]
        missed.sort(key=lambda m: (-m[0], m[1].name))
        lines += ["", f"{family}: {len(missed)} missed at 1 %"]
        step = max(1, len(missed) // max(1, count // 2))
        lines += [
            f"  {s:8.3f}  {q.name}   [{q.kind}]"
            f" should meet: {q.source or [names[e] for e in sorted(q.right)][:2]}"
            for s, q in missed[::step][: count // 2]
        ]
    return "\n".join(lines)


def _shown(engine: Any, queries: list[Any], names: dict[str, str]) -> list[str]:
    result = engine.table(queries)
    lines, seen = [], set()
    for row in result.to_pylist():
        if row["query"] in seen:
            continue
        seen.add(row["query"])
        lines.append(
            f"  {row['score']:8.3f} {row['level']:6} {queries[row['query']].name}  ~  {row['name']}"
            f" ({row['list']})"
        )
        lines += [
            f"               {e['mine'] or '-'} ~ {e['theirs'] or '-'}: {e['by']},"
            f" one in {e['one_in'] or 0:.0f}, {e['points']:+.3f}"
            for e in row["evidence"]
        ]
    return lines


def operating(result: dict[str, Any]) -> str:
    """What the engine's own levels do, and whether ``one_in`` is what it says."""
    lines = ["levels: share with a hit / with a hit or a review"]
    lines += [f"  {name:13} {v['hit']:.4f} / {v['any']:.4f}" for name, v in result["levels"].items()]
    lines.append("calibration: a score read as one in N is reached by one in so many unlisted firms")
    lines += [
        f"  {said:>6}: {1 / v if v else float('inf'):8.0f}" for said, v in result["calibration"].items()
    ]
    return "\n".join(lines)


def cases(runner: Any) -> str:
    """Names that cost somebody money, each with what must come of it."""
    import csv

    from sets import Query

    with (HERE / "cases.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    result = runner.engine().table([Query(r["query"], r["kind"], "case") for r in rows]).to_pylist()
    lines = ["cases:"]
    for i, row in enumerate(rows):
        met = [r for r in result if r["query"] == i and row["listed"].casefold() in r["name"].casefold()]
        best = max(met, key=lambda r: r["score"], default=None)
        level = best["level"] if best else "nothing"
        good = {"hit": level == "hit", "review": level != "nothing", "no hit": level != "hit"}[
            row["expected"]
        ]
        said = f"{level} {best['score']:.2f} {best['name']}" if best else level
        lines.append(
            f"  {'ok   ' if good else 'WRONG'} {row['query']}: {row['expected']} {row['listed']}; got {said}"
        )
    return "\n".join(lines)


def tune(args: argparse.Namespace) -> None:
    from assess import assessed

    results = []
    for name in args.engines:
        start = perf_counter()
        result, searched, runner = assessed(name, "tune", args.cache)
        result["seconds"] = perf_counter() - start
        results.append(result)
        print(table([result]), f"({result['seconds']:.0f} s)\n", flush=True)
        if name == "licet":
            print(operating(result), "\n")
            print(cases(runner), "\n")
            if args.worst:
                print(worst(searched, runner, args.worst))
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def held(args: argparse.Namespace) -> None:
    from assess import assessed

    results = []
    for name in args.engines:
        result, _, _ = assessed(name, "held", args.cache)
        results.append(result)
        print(table([result]), flush=True)
    if {"licet", "nomenklatura"} <= set(args.engines):
        import scorecard

        kept = scorecard.store(held=results)
        scorecard.write(kept)


def pairs(args: argparse.Namespace) -> None:
    import measure
    import numpy as np
    from assess import Runner, labelled_pairs
    from sets import part

    material = part("tune")
    for name in args.engines:
        runner = Runner(name, args.cache)
        own = labelled_pairs()
        truth = np.array([p[3] for p in own])
        scores = runner.compare([p[:3] for p in own])
        siblings = runner.compare([(p.mine, p.theirs, p.kind) for p in material.siblings])
        same = np.array([p.same for p in material.siblings])
        print(name, "pairs", measure.auc_share(scores, truth), "siblings", measure.auc_share(siblings, same))
        if args.worst:
            order = np.argsort(scores)
            print("  true pairs that score lowest:")
            for i in [i for i in order if truth[i]][: args.worst]:
                print(f"    {scores[i]:8.3f} {own[i][0]} ~ {own[i][1]} [{own[i][2]}]")
            print("  false pairs that score highest:")
            for i in [i for i in order[::-1] if not truth[i]][: args.worst]:
                print(f"    {scores[i]:8.3f} {own[i][0]} ~ {own[i][1]} [{own[i][2]}]")
            order = np.argsort(siblings)
            print("  one party, lowest:")
            for i in [i for i in order if same[i]][: args.worst]:
                print(f"    {siblings[i]:8.3f} {material.siblings[i].mine} ~ {material.siblings[i].theirs}")
            print("  siblings, highest:")
            for i in [i for i in order[::-1] if not same[i]][: args.worst]:
                print(f"    {siblings[i]:8.3f} {material.siblings[i].mine} ~ {material.siblings[i].theirs}")


def speed(args: argparse.Namespace) -> None:
    import scorecard
    import speed as measured

    result = measured.run(args.sizes, peers=not args.ours)
    print(json.dumps(result, indent=1))
    if args.write:
        scorecard.write(scorecard.store(speed=result))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for what peers found")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, call in (("tune", tune), ("held", held), ("pairs", pairs)):
        sub = commands.add_parser(name)
        sub.set_defaults(call=call)
        every = ["licet", "nomenklatura", "rapidfuzz"]
        sub.add_argument(
            "--engines", nargs="+", choices=every, default=every if name == "held" else every[:1]
        )
        if name != "held":
            sub.add_argument("--worst", type=int, default=20, help="how many to show")
            sub.add_argument("--json", type=Path)
    sub = commands.add_parser("speed")
    sub.set_defaults(call=speed)
    sub.add_argument("--ours", action="store_true", help="without the peer")
    sub.add_argument("--sizes", nargs="*", type=int, default=[57_157, 550_000, 2_000_000])
    sub.add_argument("--write", action="store_true", help="into results.json and docs/screening.md")
    args = parser.parse_args()
    logging.disable(logging.INFO)
    one_core()
    args.call(args)


if __name__ == "__main__":
    main()
