"""One decision in Licet and in three other engines, on the same rules and the same acts.

``python benchmarks/decision.py [--json FILE]`` checks that all engines agree on every act,
times them in turns, and measures the whole law. It fails when an engine disagrees (2) or a
target is missed (1): with proof no slower than the fastest other engine, without proof at
least ten times faster.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import peers
from acts import Facts, random_acts
from ours import Ours

HERE = Path(__file__).parent
BOOK = HERE.parent / "examples" / "orders-2019.csv"
TIMES_FASTER = 10


def main() -> int:
    options = _options()
    acts = random_acts(options.acts, options.seed)
    ours, others = Ours(), peers.everyone()
    if problem := disagreement(ours, others, acts):
        print(problem, file=sys.stderr)
        return 2
    required = sum(ours.required(facts) for facts in acts)
    print(
        f"{len(ours.book.rules)} rules, {len(acts):,} acts, {required:,} need a licence; all engines agree."
    )
    rows = timings(ours, others, acts, options.rounds)
    fastest = min((r for r in rows if r["rival"]), key=lambda r: r["us"])
    targets = verdict(rows, fastest)
    law = {task: whole_law(task, options.rounds) for task in ("load", "book")}
    show(rows, fastest, targets, law)
    if options.json:
        about = {"python": platform.python_version(), "machine": platform.machine(), "acts": len(acts)}
        found = about | {"engines": rows, "fastest_peer": fastest["engine"], "targets": targets, "law": law}
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0 if all(t["met"] for t in targets) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--acts", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5, help="every engine's best of so many rounds")
    parser.add_argument("--seed", type=int, default=2019)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


# -- agreement -------------------------------------------------------------------------


def disagreement(ours: Ours, others: Iterable[peers.Peer], acts: list[Facts]) -> str:
    """The first act on which some engine says something else than ours, or nothing."""
    expected = [ours.required(facts) for facts in acts]
    answers = {peer.name: [peer.decide(peer.convert(facts)) for facts in acts] for peer in others}
    answers["clingo, all acts in one grounding"] = peers.clingo_all(acts)
    answers["ours, every rule proved"] = [_says_required(ours.proved(facts)) for facts in acts]
    answers["ours, as a proof is shown"] = [_says_required(ours.summary(facts)) for facts in acts]
    for name, given in answers.items():
        differing = [n for n, (a, b) in enumerate(zip(expected, given, strict=True)) if a is not b]
        if differing:
            first = acts[differing[0]]
            return f"{name} disagrees on {len(differing)} of {len(acts)} acts, first on {first}"
    return ""


def _says_required(decided: Any) -> bool:
    return bool(decided[0] == "licence_required")


# -- time ------------------------------------------------------------------------------


def timings(ours: Ours, others: list[peers.Peer], acts: list[Facts], rounds: int) -> list[dict[str, Any]]:
    """Microseconds of CPU a decision, from the plain dict of facts; the best of all rounds."""
    ready = {peer.name: [peer.convert(facts) for facts in acts] for peer in others}
    # name -> (from the plain dict, from what was converted beforehand)
    runs: dict[str, tuple[Callable[[], None], Callable[[], None] | None]] = {
        "ours, without proof": (lambda: _each(ours.required, acts), None),
        "ours, without proof, from cold": (lambda: ours.from_cold(acts), None),
        "ours, every rule proved": (lambda: _each(ours.proved, acts), None),
        "ours, every rule proved and told": (lambda: _each(ours.told, acts), None),
        "ours, proof as shown": (lambda: _each(ours.summary, acts), None),
    }
    for peer in others:
        runs[peer.name] = (
            lambda peer=peer: _each(lambda facts: peer.decide(peer.convert(facts)), acts),
            lambda peer=peer: _each(peer.decide, ready[peer.name]),
        )
    runs["clingo, all acts in one grounding"] = (lambda: _ignore(peers.clingo_all(acts)), None)
    best: dict[tuple[str, int], float] = {}
    for _ in range(rounds):
        for name, pair in runs.items():
            for which, run in enumerate(pair):
                if run is not None:
                    spent = _cpu(run) / len(acts) * 1e6
                    best[name, which] = min(spent, best.get((name, which), spent))
    rivals = {peer.name for peer in others if peer.rival}
    return [
        {"engine": name, "us": best[name, 0], "us_converted": best.get((name, 1)), "rival": name in rivals}
        for name in runs
    ]


def _each(decide: Callable[[Any], Any], given: list[Any]) -> None:
    # Results are let go at once: keeping thousands of proofs would time the garbage collector.
    for one in given:
        decide(one)


def _ignore(_: Any) -> None:
    return None


def _cpu(run: Callable[[], None]) -> float:
    gc.collect()
    begun = time.process_time()
    run()
    return time.process_time() - begun


def verdict(rows: list[dict[str, Any]], fastest: dict[str, Any]) -> list[dict[str, Any]]:
    """Our two targets, each against the fastest peer in this very run."""
    us = {row["engine"]: row["us"] for row in rows}
    proved, bare = us["ours, every rule proved"], us["ours, without proof"]
    return [
        {
            "target": f"with proof no slower than {fastest['engine']}",
            "limit_us": fastest["us"],
            "us": proved,
            "met": proved <= fastest["us"],
        },
        {
            "target": f"without proof {TIMES_FASTER} times faster than {fastest['engine']}",
            "limit_us": fastest["us"] / TIMES_FASTER,
            "us": bare,
            "met": bare <= fastest["us"] / TIMES_FASTER,
        },
    ]


# -- the whole law -----------------------------------------------------------------------


def whole_law(task: str, rounds: int) -> dict[str, Any]:
    """What whole_law.py measures, in the quickest of so many fresh processes."""
    command = [sys.executable, str(HERE / "whole_law.py"), task]
    if task == "book" and BOOK.exists():
        command.append(str(BOOK))
    found = []
    for _ in range(rounds):
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            return {"error": ended.stderr.strip().split("\n")[-1]}
        found.append(json.loads(ended.stdout))
    return min(
        found, key=lambda one: one["import_and_load_s"] + one.get("decide_s", 0) + one.get("prove_s", 0)
    )


# -- telling -------------------------------------------------------------------------------


def show(
    rows: list[dict[str, Any]],
    fastest: dict[str, Any],
    targets: list[dict[str, Any]],
    law: dict[str, dict[str, Any]],
) -> None:
    print("\nMicroseconds of CPU a decision (input conversion included; without it in brackets)\n")
    for row in sorted(rows, key=lambda r: r["us"]):
        bare = "" if row["us_converted"] is None else f"({row['us_converted']:,.1f})"
        ratio = row["us"] / fastest["us"]
        print(f"  {row['engine']:<42}{row['us']:>9,.1f} {bare:>10}{ratio:>9.2f} x")
    print(f"\n  1 x = {fastest['engine']}, the fastest of the others; none of them gives a proof")
    print("  A bare formula is no rule book, and one grounding of all acts is a batch: neither counts.\n")
    for target in targets:
        sign = "met   " if target["met"] else "MISSED"
        print(f"  {sign} {target['target']}: {target['us']:,.1f} of {target['limit_us']:,.1f} us")
    print()
    for task, found in law.items():
        print(f"  {task}: " + "; ".join(f"{key} {_plain(value)}" for key, value in found.items()))


def _plain(value: Any) -> str:
    return f"{value:,.3g}" if isinstance(value, float) and value < 1000 else str(value)


if __name__ == "__main__":
    sys.exit(main())
