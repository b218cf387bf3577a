"""Time and memory of the whole law: ``load`` it, or decide and prove an order ``book`` under it.

Run by decision.py in a fresh process each time; prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any


def main(task: str, book: str = "") -> dict[str, Any]:
    result: dict[str, Any] = {"memory_of_python_mb": _peak()}
    begun, used = time.perf_counter(), time.process_time()
    from licet.regime import Regime

    imported = time.perf_counter() - begun
    regime = Regime.load()
    result |= {
        "rules": len(regime.book.rules),
        "import_s": imported,
        "import_and_load_s": time.perf_counter() - begun,
        "import_and_load_cpu_s": time.process_time() - used,
    }
    if task == "book":
        result |= _decided(regime, Path(book) if book else None)
    return result | {"peak_memory_mb": _peak()}


def _decided(regime: Any, book: Path | None) -> dict[str, Any]:
    from licet.decisions.book import decide_book

    acts, reading = _timed(lambda: _read(regime, book) if book else _made_up(regime))
    decisions, deciding = _timed(lambda: [x.decision for x in decide_book(acts, regime) if x.decision])
    proofs, proving = _timed(lambda: [decision.proof for decision in decisions])
    return {
        "book": book.name if book else "made-up acts",
        "acts": len(acts),
        "outcomes": dict(Counter(decision.outcome.value for decision in decisions)),
        "rules_told": sum(sum(1 for _ in proof.nodes) for proof in proofs),
        "read_s": reading,
        "decide_s": deciding,
        "prove_s": proving,
        "us_per_act_with_proof": (deciding + proving) / max(1, len(acts)) * 1e6,
    }


def _read(regime: Any, book: Path) -> list[Any]:
    from licet.intake import countries_from, read_orders

    tables = Path(regime.folder) / "us" / "ear" / "tables"
    return read_orders(book, regime.vocabulary, countries_from(tables / "countries.csv")).acts


def _made_up(regime: Any) -> list[Any]:
    from licet.act import Act

    names = ("Huawei Technologies Co., Ltd.", "Nordlicht Handels GmbH", "HiSilicon Technologies Co., Ltd")
    facts = {
        "act.action": "export",
        "origin.country": "US",
        "item.kind": "commodity",
        "item.us_origin": "yes",
    }
    return [
        Act.stating(
            regime.vocabulary,
            facts
            | {
                "act.date": date(2019, 1, 2) + timedelta(days=3 * n),
                "destination.country": ("CN", "DE", "HK")[n % 3],
                "item.eccn": ("EAR99", "5A991", "3A001.a.5", "5A002.a")[n % 4],
            },
            [{"name": names[n % 3], "roles": ["ultimate_consignee", "end_user"], "country": "CN"}],
        )
        for n in range(120)
    ]


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun


def _peak() -> float:
    """The most memory this process has held. Linux's own mark, as rusage keeps that of the parent."""
    try:
        text = Path("/proc/self/status").read_text()
        return int(text.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
