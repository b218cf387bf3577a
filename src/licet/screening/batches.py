"""Screens a stream of batches of parties: a file of any size, or the share of one worker of a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from licet.screening.index import Index
from licet.screening.screen import CANDIDATES, screen


def screen_batches(
    batches: Iterable[pa.RecordBatch],
    index: Index | str | Path,
    *,
    as_of: date | None = None,
    known_at: date | None = None,
    floor: Literal["review", "hit"] = "review",
    first: int = 0,
) -> Iterator[pa.RecordBatch]:
    """The candidates of each batch in turn; no more than one batch is held at a time.

    Args:
        batches: parties, with columns as in ``screen``.
        index: the listed names, or the file they are saved in. The file's name travels to another
            process where the index itself need not: it is opened, and so mapped, where the parties are read.
        as_of, known_at, floor: as in ``screen``.
        first: number of the first party.

    Yields:
        Rows as from ``screen``, schema ``CANDIDATES``; ``query`` counts from ``first`` through all batches.
        A cluster that splits its rows counts in each part anew: there only ``id`` names a party.

    Raises:
        LawError: a column is missing or of another type, or the file is no index.
    """
    listed = index if isinstance(index, Index) else Index.open(index)
    for batch in batches:
        found = screen(batch, listed, as_of=as_of, known_at=known_at, floor=floor)
        query = pc.add(found.column("query"), pa.scalar(first, pa.int64()))
        first += len(batch)
        yield from found.set_column(0, CANDIDATES.field("query"), query).to_batches()
