"""Generated books as files: Parquet in row groups, or an order book in CSV, written as they are drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.generating.book import Book
from licet.generating.mix import MixError, text
from licet.generating.shapes import DATE, VALUE, as_acts, as_order_book
from licet.version import __version__

_DISTINCT = {"order_id", "value", VALUE}
ROW_GROUP = 8  # blocks
SUFFIXES = (".parquet", ".csv")


def write(
    book: Book, lines: int, out: Path, progress: Callable[[int], object] = lambda written: None
) -> None:
    """Write the first ``lines`` lines of a book; ``progress`` is told how many more were written.

    The file is there only once it is whole. What it was made from stands in the metadata of a Parquet
    file: seed, share of missing facts, and the digests of the mix and of the law.

    Raises:
        MixError: for another suffix than .parquet or .csv, or where the file cannot be written.
    """
    if out.suffix not in SUFFIXES:
        raise MixError(f"{out.name}: expected a name that ends in {' or '.join(SUFFIXES)}")
    part = out.with_name(f"{out.name}.part")
    try:
        with _WRITERS[out.suffix](part, book) as write_block:
            for block in book.blocks(lines):
                write_block(block)
                progress(len(block))
        part.replace(out)
    except OSError as error:
        raise MixError(f"{out}: cannot be written: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)


def about(book: Book) -> dict[str, str]:
    """What a book was made from, for whoever wants to make it again."""
    return {
        "licet.version": __version__,
        "licet.seed": str(book.seed),
        "licet.missing": str(book.missing),
        "licet.mix": hashlib.sha256(text().encode()).hexdigest(),
        "licet.law": book.regime.digest,
    }


@contextmanager
def _parquet(path: Path, book: Book) -> Iterator[Callable[[Any], None]]:
    from pyarrow import parquet

    schema = as_acts(book.block(0).head(0), book).schema.with_metadata(about(book))
    # Numbers that hardly repeat gain nothing from a dictionary, nor shuffled values from their bounds.
    repeated = [path for f in schema if f.name not in _DISTINCT for path in _leaves(f.name, f.type)]
    options = {"use_dictionary": repeated, "write_statistics": [DATE], "compression": "zstd"}
    with parquet.ParquetWriter(path, schema, **options) as writer:
        kept: list[pa.RecordBatch] = []

        def flush() -> None:
            if kept:
                writer.write_table(pa.Table.from_batches(kept, schema))
                kept.clear()

        def write_block(block: Any) -> None:
            kept.append(as_acts(block, book).cast(schema))
            if len(kept) == ROW_GROUP:
                flush()

        yield write_block
        flush()


def _leaves(path: str, kind: pa.DataType) -> Iterator[str]:
    """How Parquet calls the columns in which a column of that type is kept."""
    if pa.types.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", field.type)
    else:
        yield path


@contextmanager
def _csv(path: Path, book: Book) -> Iterator[Callable[[Any], None]]:
    from pyarrow import csv

    schema = as_order_book(book.block(0).head(0), book).schema
    with csv.CSVWriter(path, schema) as writer:
        yield lambda block: writer.write_batch(as_order_book(block, book))


_WRITERS = {".parquet": _parquet, ".csv": _csv}
