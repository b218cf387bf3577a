"""The server beside yente: matches per second, latency, recall, decisions with proof, memory.

One run starts ``licet serve`` and yente (``server_peer.py``) in turn on this machine, over the same list,
asks both the same questions in the same format, and writes ``server.json``. ``docs/server-benchmark.md``
says what is measured and what came out. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from time import perf_counter, sleep
from typing import Any
from urllib.request import urlopen

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "screening"))

import numpy as np  # noqa: E402
from real import fold, shared  # noqa: E402
from sets import NINE, Query, entries, part  # noqa: E402

from columns_peers import environment  # noqa: E402
from server_load import HOST, Question, answers, load  # noqa: E402

CLIENTS = (1, 8, 32)
BATCH = 20
PEER = "yente"
PACKAGES = ("yente==5.5.0", "nomenklatura==4.10.0", "followthemoney==4.9.2", "rigour==2.1.2")
SCHEMATA = {"person": "Person", "organisation": "Organization", "vessel": "Vessel", "aircraft": "Airplane"}
RATES = (0.05, 0.01)
FASTER, P99 = 10, 50  # times the peer's matches per second; milliseconds at 8 clients


# -- the servers -----------------------------------------------------------------------------------


def prepared(folder: Path) -> tuple[Path, Path]:
    """A history with the whole list, and the same list as FollowTheMoney entities."""
    store, entities = folder / "lists.sqlite", folder / "entities.ftm.json"
    licet = str(Path(sys.executable).with_name("licet"))
    snapshot = str(shared() / "csl" / "csl-2026-07-31-compact.json.gz")
    for words in (["import", snapshot], ["export", "--as", "ftm", "--out", str(entities)]):
        subprocess.run([licet, "lists", *words, "--store", str(store)], check=True, capture_output=True)
    return store, entities


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


@contextmanager
def ours(folder: Path, store: Path, workers: int) -> Iterator[Server]:
    """``licet serve``, ready to match."""
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("licet")),
        "serve",
        "--port",
        str(port),
        "--workers",
        str(workers),
    ]
    command += ["--store", str(store), "--database", f"sqlite:///{folder / 'service.sqlite'}"]
    with Server.started("licet", command, port, {"LICET_RATE": "0"}, "/match/default") as server:
        yield server


@contextmanager
def peer(entities: Path, workers: int) -> Iterator[Server]:
    """yente, ready to match."""
    port = free_port()
    command = [str(environment(PEER, PACKAGES)), "-P", str(HERE / "server_peer.py"), str(entities)]
    command += ["--port", str(port), "--workers", str(workers)]
    with Server.started(PEER, command, port, {}, "/match/screening") as server:
        yield server


class Server:
    """A server in processes of its own."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], port: int, path: str) -> None:
        self.name, self.process, self.port, self.path = name, process, port, path
        self.ready_after = 0.0

    @classmethod
    @contextmanager
    def started(
        cls, name: str, command: list[str], port: int, variables: dict[str, str], path: str
    ) -> Iterator[Server]:
        """The server once it says that it is ready, stopped again afterwards."""
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(command, env=os.environ | variables, stdout=said, stderr=said)
            server = cls(name, process, port, path)
            try:
                begun = perf_counter()
                server._wait(said)
                server.ready_after = perf_counter() - begun
                yield server
            finally:
                for pid in reversed(server.processes()):
                    _end(pid)
                process.wait(30)

    def _wait(self, said: Any, most: float = 400) -> None:
        begun = perf_counter()
        while perf_counter() - begun < most:
            if self.process.poll() is not None:
                said.seek(0)
                raise SystemExit(f"{self.name} ended:\n{said.read()[-3000:].decode(errors='replace')}")
            try:
                with urlopen(f"http://{HOST}:{self.port}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                sleep(0.2)
        raise SystemExit(f"{self.name} is not ready after {most:.0f} s")

    def processes(self) -> list[int]:
        """The processes of the server, the first one first."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in task.read_text().split()]
        return found

    def memory(self) -> dict[str, float]:
        """MiB of all its processes: their sum, and with what they share counted once."""
        total = {"rss": 0.0, "pss": 0.0}
        for pid in self.processes():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            for name in total:
                total[name] += (
                    sum(float(x.split()[1]) for x in lines if x.lower().startswith(f"{name}:")) / 1024
                )
        return total

    def match(self, queries: Sequence[Query]) -> Question:
        """A question about names."""
        asked = {
            str(i): {"schema": SCHEMATA.get(q.kind, "LegalEntity"), "properties": {"name": [q.name]}}
            for i, q in enumerate(queries)
        }
        return Question.post(self.path, {"queries": asked}, len(queries))


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, 15)


# -- what is measured ------------------------------------------------------------------------------


def names(count: int) -> list[Query]:
    """Names to be asked: half made from listed names, half of firms and people that are on no list."""
    material, random = part("held"), Random(2026)
    listed = random.sample(material.queries, min(count // 2, len(material.queries)))
    others = random.sample([*material.negatives, *material.people], count // 2)
    return random.sample([*listed, *others], len(listed) + len(others))


def speed(server: Server, seconds: float) -> dict[str, Any]:
    """Matches per second and latency, one name in each request and many."""
    asked = names(8_000)
    single = [server.match([q]) for q in asked]
    many = [server.match(asked[i : i + BATCH]) for i in range(0, len(asked), BATCH)]
    load(server.port, single[:400], 8, seconds)
    result: dict[str, Any] = {"one": [], "many": []}
    for kind, questions in (("one", single), ("many", many)):
        for clients in CLIENTS:
            before = _stand_in(server)
            run = load(server.port, questions, clients, seconds)
            figures = run.figures() | _without(before, _stand_in(server), run.seconds)
            if run.failed:
                figures["first failure"] = run.failed[0]
            result[kind].append(figures)
            print(f"  {server.name:6} {kind:4} {figures}", flush=True)
    return result


def _stand_in(server: Server) -> float:
    """Seconds that the index in the place of the peer's search engine has worked so far."""
    if server.name != PEER:
        return 0.0
    found: dict[int, float] = {}
    for status, said in answers(server.port, [Question.get("/stand-in")] * 24, clients=8):
        if status == 200:
            found[said["pid"]] = said["seconds"]
    return sum(found.values())


def _without(before: float, after: float, seconds: float) -> dict[str, float]:
    return {"stand-in seconds": after - before} if after > before else {}


def recall(server: Server, every: int) -> dict[str, Any]:
    """What each finds of the labelled names at its own defaults, and at equal shares of false positives."""
    material = part("held")
    right_names = {e.entity: fold(e.name) for e in entries()}
    queries, negatives = list(material.queries)[::every], list(material.negatives[:3_000])[::every]
    results = _results(server, [*queries, *negatives])
    scores, matched, returned = (
        np.full(len(queries), -1.0),
        np.zeros(len(queries), bool),
        np.zeros(len(queries), bool),
    )
    for i, query in enumerate(queries):
        wanted = {right_names[e] for e in query.right}
        for found in results[i]:
            said = {fold(found["caption"]), *(fold(n) for n in found["properties"].get("name", ()))}
            if said & wanted:
                returned[i] = True
                matched[i] |= found["match"]
                scores[i] = max(scores[i], found["score"])
    rest = results[len(queries) :]
    best = np.array([max((f["score"] for f in found), default=-1.0) for found in rest])
    family = np.array([q.family for q in queries])
    nine = [family == f for f in NINE]
    told: dict[str, Any] = {
        "queries": len(queries),
        "negatives": len(rest),
        "returned": float(np.mean([returned[f].mean() for f in nine])),
        "matched": float(np.mean([matched[f].mean() for f in nine])),
        "negatives with a result": float(np.mean([bool(found) for found in rest])),
        "negatives with a match": float(np.mean([any(f["match"] for f in found) for found in rest])),
        "families": {f: float(returned[family == f].mean()) for f in dict.fromkeys(family.tolist())},
        "at": {},
    }
    for rate in RATES:
        cut = np.sort(best)[::-1][int(rate * len(best))]
        told["at"][str(rate)] = float(np.mean([(scores[f] > cut).mean() for f in nine]))
    return told


def _results(server: Server, queries: Sequence[Query]) -> list[list[dict[str, Any]]]:
    questions = [server.match(queries[i : i + BATCH]) for i in range(0, len(queries), BATCH)]
    found: list[list[dict[str, Any]]] = []
    for start, (status, said) in zip(
        range(0, len(queries), BATCH), answers(server.port, questions), strict=True
    ):
        if status != 200:
            raise SystemExit(f"{server.name}: {status} {said}")
        found += [said["responses"][str(i)]["results"] for i in range(len(queries[start : start + BATCH]))]
    return found


def decisions(server: Server, seconds: float) -> list[dict[str, Any]]:
    """Decisions per second, each with its proof and kept in the audit trail."""
    questions = [Question.post("/api/v1/decisions", act) for act in acts()]
    load(server.port, questions, 2, seconds)
    told = []
    for clients in CLIENTS:
        run = load(server.port, questions, clients, seconds)
        told.append(run.figures() | ({"first failure": run.failed[0]} if run.failed else {}))
        print(f"  {server.name:6} decisions {told[-1]}", flush=True)
    return told


def acts() -> list[dict[str, Any]]:
    """The acts of the example book, as ``POST /api/v1/decisions`` takes them."""
    from licet.intake.countries import countries_from
    from licet.intake.orders import read_orders
    from licet.regime import Regime

    regime = Regime.load()
    countries = countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
    book = read_orders(HERE.parent / "examples" / "orders-2019.csv", regime.vocabulary, countries)
    return [
        {
            "facts": {name: _plain(value) for name, value in act.facts.items()},
            "parties": [_party(party) for party in act.parties],
        }
        for act in book.acts
    ]


def _party(party: Any) -> dict[str, Any]:
    said = {n: getattr(party, n) for n in ("name", "country", "address", "same_as")}
    facts = {name.removeprefix("party."): _plain(value) for name, value in party.facts.items()}
    return {k: v for k, v in said.items() if v} | {"roles": sorted(party.roles)} | facts


def _plain(value: Any) -> Any:
    from licet.language.values import spoken

    if isinstance(value, frozenset):
        return sorted(value)
    return value if isinstance(value, bool | int | float | str) else spoken(value)


# -- what is told ----------------------------------------------------------------------------------


def targets(result: dict[str, Any]) -> dict[str, bool]:
    """Which targets were met."""
    mine, theirs = result["licet"], result[PEER]
    at8 = CLIENTS.index(8)
    faster = min(
        mine["speed"][kind][i]["per second"] / theirs["speed"][kind][i]["per second"]
        for kind in ("one", "many")
        for i in range(len(CLIENTS))
    )
    return {
        f"at least {FASTER} times the matches per second at every number of clients": faster >= FASTER,
        f"99 % below {P99} ms at 8 clients": mine["speed"]["one"][at8]["p99"] < P99,
        "recall of what is returned, equal or better": mine["recall"]["returned"]
        >= theirs["recall"]["returned"],
        **{
            f"recall at {rate} false positives, equal or better": mine["recall"]["at"][str(rate)]
            >= theirs["recall"]["at"][str(rate)]
            for rate in RATES
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=8, help="of each run of load")
    parser.add_argument("--workers", type=int, default=2, help="processes of either server")
    parser.add_argument("--every", type=int, default=1, help="recall over one in so many labelled names")
    parser.add_argument("--only", choices=["licet", PEER], help="one server alone")
    parser.add_argument("--json", type=Path, default=HERE / "server.json")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="licet-bench-"))
    result: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "workers": given.workers,
        "load before": os.getloadavg(),
    }
    try:
        store, entities = prepared(folder)
        for name in ("licet", PEER) if given.only is None else (given.only,):
            started = ours(folder, store, given.workers) if name == "licet" else peer(entities, given.workers)
            with started as server:
                told: dict[str, Any] = {"ready after": server.ready_after, "memory idle": server.memory()}
                told["speed"] = speed(server, given.seconds)
                told["recall"] = recall(server, given.every)
                if name == "licet":
                    told["decisions"] = decisions(server, given.seconds)
                told["memory"] = server.memory()
                print(f"  {name}: {told['recall']} {told['memory']}", flush=True)
                result[name] = told
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    result["load after"] = os.getloadavg()
    if given.only is None:
        result["targets"] = targets(result)
    given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for target, met in result.get("targets", {}).items():
        print(f"{'met   ' if met else 'MISSED'} {target}")
    return 0 if all(result.get("targets", {}).values()) else 1


if __name__ == "__main__":
    sys.exit(main())
