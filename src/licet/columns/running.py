"""Running: a book of any size decided part by part into a folder, and gone on with after a stop.

Part ``n`` holds the decisions of the ``n``-th batch of acts. A part is there whole or not at all, so a run
that was killed decides only what is missing; ``run.json`` says what the parts are decisions of.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from licet.columns.deciding import Decider
from licet.columns.sources import SIZE, batches
from licet.language.errors import LicetError

MANIFEST = "run.json"
_END = 1 << 16


class RunError(LicetError):
    """A run that cannot be gone on with: the message says what is different and how to mend it."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a run stands: acts read, and of those decided now; the table of the part that was made or found."""

    acts: int
    decided: int
    part: Path


def run(
    source: Path,
    out: Path,
    decider: Decider,
    keep: Sequence[str] = (),
    size: int = SIZE,
    each: Callable[[pa.RecordBatch, pa.Table], None] | None = None,
) -> Iterator[Done]:
    """Decide the acts of a Parquet file or folder into the folder ``out``, yielding after every part.

    Parts that are already there are left as they are. ``each`` is given every batch with its decisions,
    those of earlier runs included.

    Raises:
        RunError: when ``out`` holds the parts of another run.
        ActsError: when the source cannot be read as acts.
    """
    out.mkdir(parents=True, exist_ok=True)
    _same_job(out, job(source, decider, keep, size))
    acts = decided = 0
    for number, batch in enumerate(batches(source, size)):
        part = out / f"part-{number:06d}.parquet"
        acts += batch.num_rows
        if not part.exists():
            found = decider.decide(batch, keep)
            _write(found, part)
            decided += batch.num_rows
            if each is not None:
                each(batch, found)
        elif each is not None:
            each(batch, pq.read_table(part))
        yield Done(acts, decided, part)


def count(source: Path) -> int:
    """How many acts a Parquet file or folder holds."""
    from pyarrow import dataset

    found: int = dataset.dataset(source, format="parquet").count_rows()
    return found


def job(source: Path, decider: Decider, keep: Sequence[str], size: int) -> dict[str, Any]:
    """What a run decides, and by what: two runs of one job make the same parts."""
    files = [source] if source.is_file() else sorted(source.rglob("*.parquet"))
    marks = {path.relative_to(source.parent).as_posix(): _mark(path) for path in files}
    about = {key: value for key, value in decider.metadata.items() if key != "notice"}
    return {"acts": marks, "size": size, "keep": list(keep), "unrelieved": decider.unrelieved, **about}


def _mark(path: Path) -> str:
    """The size of a file and a digest of its end, where a Parquet file says what it holds."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - _END, 0))
        return f"{size}:{hashlib.sha256(file.read()).hexdigest()}"


def _same_job(out: Path, wanted: dict[str, Any]) -> None:
    manifest = out / MANIFEST
    if not manifest.exists():
        if any(out.glob("part-*.parquet")):
            raise RunError(f"{out}: holds parts but no {MANIFEST}; choose another folder, or empty this one")
        _replace(manifest, (json.dumps(wanted, indent=1) + "\n").encode())
        return
    found = json.loads(manifest.read_text(encoding="utf-8"))
    other = [name for name in wanted if found.get(name) != wanted[name]]
    if other:
        raise RunError(
            f"{out}: holds a run over other {', '.join(other)}; choose another folder, or empty this one"
        )


def _write(table: pa.Table, part: Path) -> None:
    beside = part.with_suffix(".unfinished")
    pq.write_table(table, beside)
    os.replace(beside, part)


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_suffix(".unfinished")
    beside.write_bytes(data)
    os.replace(beside, path)
