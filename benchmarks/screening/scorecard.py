"""The published scorecard: figures into ``results.json``, tables into ``docs/screening.md``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
PAGE = HERE.parents[1] / "docs" / "screening.md"
NAMES = {"licet": "Licet", "nomenklatura": "nomenklatura `logic-v2`", "rapidfuzz": "RapidFuzz `token_set`"}
NINE = ("exact", "order", "legal", "noise", "spacing", "drop", "typo1", "typo2", "translit")
BESIDE = ("former", "alias", "zh", "zh-known", "zh-published")


def store(**parts: Any) -> dict[str, Any]:
    """Put new figures beside those that are kept; returns all."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept |= parts
    kept["versions"] = {
        p: version(p) for p in ("licet", "nomenklatura", "rigour", "rapidfuzz", "numba", "numpy")
    }
    RESULTS.write_text(json.dumps(_short(kept), indent=1) + "\n", encoding="utf-8")
    return kept


def _short(value: Any) -> Any:
    """Figures to five places: more would be noise, and would change with every run."""
    match value:
        case float():
            return float(f"{value:.5g}")
        case dict():
            return {k: _short(v) for k, v in value.items()}
        case list():
            return [_short(v) for v in value]
        case _:
            return value


def _rows(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _plain(share: dict[str, float] | None) -> str:
    return f"{share['value']:.3f}" if share else "-"


def _ranged(share: dict[str, float] | None) -> str:
    return f"{share['value']:.3f} ({share['low']:.3f} to {share['high']:.3f})" if share else "-"


def summary(kept: dict[str, Any]) -> str:
    """Means and pair sets, engine by engine, with intervals."""
    held = kept["held"]
    lines: list[tuple[str, Callable[[dict[str, Any]], dict[str, float] | None]]] = []
    for rate in ("0.05", "0.01", "0.001"):
        said = f"{float(rate):.1%}".replace(".0%", "%").replace("%", " %")
        lines.append((f"mean of nine families, {said}", lambda r, rate=rate: r["rates"][rate]["macro"]))
        lines.append((f"held-out aliases, {said}", lambda r, rate=rate: r["rates"][rate].get("alias")))
        lines.append((f"Chinese script, {said}", lambda r, rate=rate: r["rates"][rate].get("zh")))
        lines.append((f"former names, {said}", lambda r, rate=rate: r["rates"][rate].get("former")))
    lines.append(("AUC, nomenklatura's labelled pairs", lambda r: r["auc_pairs"]))
    lines.append(("AUC, siblings", lambda r: r["auc_siblings"]))
    rows = [[said, *(_ranged(take(r)) for r in held)] for said, take in lines]
    return _rows(["", *(NAMES[r["engine"]] for r in held)], rows)


def families(kept: dict[str, Any]) -> str:
    """Recall of every family at each rate."""
    blocks = []
    for rate in ("0.05", "0.01", "0.001"):
        said = f"{float(rate):.1%}".replace(".0%", "%").replace("%", " %")
        rows = []
        for family in (*NINE, *BESIDE):
            cells = [_ranged(r["rates"][rate].get(family)) for r in kept["held"]]
            rows.append([family, *cells])
        rows.append(
            ["invented persons above", *(_plain(r["rates"][rate].get("people")) for r in kept["held"])]
        )
        blocks.append(
            f"At {said} false positives:\n\n"
            + _rows(["family", *(NAMES[r["engine"]] for r in kept["held"])], rows)
        )
    return "\n\n".join(blocks)


def sizes(kept: dict[str, Any]) -> str:
    """How many queries and negatives stand behind the figures."""
    held = kept["held"]
    rows = [[f, *(str(r["queries"].get(f, "-")) for r in held)] for f in (*NINE, "former", *BESIDE[2:])]
    rows.append(["negatives", *(str(r["negatives"]) for r in held)])
    digests = ", ".join(sorted({r["set"] for r in held}))
    return (
        _rows(["queries", *(NAMES[r["engine"]] for r in held)], rows) + f"\n\nDigest of the set: `{digests}`."
    )


def levels(kept: dict[str, Any]) -> str:
    """Our own levels and calibration on the part held back."""
    ours = next(r for r in kept["held"] if r["engine"] == "licet")
    rows = [[k, f"{v['hit']:.3f}", f"{v['any']:.3f}"] for k, v in ours["levels"].items()]
    said = [
        [f"one in {k}", f"one in {1 / v:.0f}" if v else "none of them"]
        for k, v in ours["calibration"].items()
    ]
    first = _rows(["", "with a hit", "with a hit or a review"], rows)
    return first + "\n\n" + _rows(["score read as", "unlisted firms that reach it"], said)


def speeds(kept: dict[str, Any]) -> str:
    """Throughput, latency and memory."""
    speed = kept.get("speed")
    if not speed:
        return "Not measured yet."
    rows = []
    for size in (k for k in speed if k.isdigit()):
        build, batch = speed[size]["build"], speed[size]["batch"]
        rows.append(
            [
                f"{build['names']:,}",
                f"{batch['firms per second']:,.0f}",
                f"{batch['distinct per second']:,.0f}",
                f"{batch['cpu seconds']:.2f}",
                f"{batch['open seconds'] * 1000:.0f} ms",
                f"{batch['peak MiB']:.0f} MiB",
                f"{build['seconds']:.1f} s",
                f"{build['MiB']:.0f} MiB",
            ]
        )
    head = ["listed names", "firms/s", "distinct firms/s", "39,191 firms, s", "index opens in", "peak memory"]
    parts = [_rows([*head, "index built in", "index on disk"], rows)]
    if one := speed.get("single"):
        parts.append(
            f"One firm per call, {one['calls']:,} calls, by the clock: median {one['clock']['p50']:.2f} ms,"
            f" 99 % below {one['clock']['p99']:.2f} ms, longest {one['clock']['longest']:.2f} ms;"
            f" by CPU time: median {one['cpu']['p50']:.2f} ms, 99 % below {one['cpu']['p99']:.2f} ms."
        )
    if peer := speed.get("nomenklatura"):
        parts.append(
            f"nomenklatura `logic-v2` behind its blocker, same run, {peer['firms']:,} firms of the same"
            f" registry: {peer['firms per second']:.0f} firms per second, {peer['peak MiB']:.0f} MiB;"
            f" index built in {peer['build seconds']:.1f} s."
            f" Ours, over distinct firms: {speed['times']:,.0f} times."
        )
    parts.append(f"Machine: {speed['machine']}. Everything on one core.")
    return "\n\n".join(parts)


def write(kept: dict[str, Any]) -> None:
    """Put the tables between their markers in the page; the prose around them stays as it is."""
    page = PAGE.read_text(encoding="utf-8")
    tables = {"speed": speeds}
    if "held" in kept:
        tables |= {"summary": summary, "families": families, "levels": levels, "sizes": sizes}
    for name, make in tables.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)", re.S)
        if not pattern.search(page):
            raise SystemExit(f"{PAGE}: no place for the table `{name}` (markers missing)")
        page = pattern.sub(lambda m, said=make(kept): f"{m[1]}\n{said}\n\n{m[2]}", page)  # noqa: B008
    versions = ", ".join(f"{k} {v}" for k, v in kept["versions"].items() if k != "licet")
    page = re.sub(
        r"<!-- versions -->.*?<!-- end versions -->",
        f"<!-- versions -->{versions}<!-- end versions -->",
        page,
    )
    PAGE.write_text(page, encoding="utf-8")
