"""Where acts in columns come from: tables, frames, relations and Parquet files, as a stream of batches.

Frames and relations of other libraries are taken by the Arrow interface that they share
(``__arrow_c_stream__``), so none of those libraries has to be loaded. No more than a batch or two is
held at a time, unless the source itself holds more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.language.errors import LicetError
from licet.language.vocabulary import Vocabulary

SIZE = 250_000
_TEXT = (pa.types.is_large_string, pa.types.is_string_view, pa.types.is_string)
_LIST = (pa.types.is_list, pa.types.is_large_list, pa.types.is_list_view, pa.types.is_large_list_view)
_INDEX = "__index_level_"  # how pandas passes on an index that nobody asked for


class ActsError(LicetError):
    """Columns that state no acts: the message names the column, the row and what was expected."""


def batches(source: Any, size: int = SIZE, vocabulary: Vocabulary | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a source in batches of at most ``size``, in order, their types evened out.

    Strings are ``string`` (or ``dictionary<int32, string>``), lists ``list``, instants microseconds.

    Args:
        source: an Arrow table, batch, reader or dataset; a Polars frame (lazy ones are run in pieces), a
            pandas frame, a DuckDB relation, or anything else that exports an Arrow stream; the path of a
            Parquet file or of a folder of them; acts, or record batches, one after the other.
        size: rows in a batch, at most.
        vocabulary: of what the acts state; needed where the source is acts.

    Raises:
        ActsError: when the source cannot be read, or is nothing of these.
    """
    if size < 1:
        raise ActsError(f"a batch of {size} rows: expected at least one")
    try:
        for batch in _stream(source, size, vocabulary):
            evened_ = evened(batch)
            for start in range(0, len(batch), size):
                yield evened_.slice(start, size)
    except (pa.ArrowException, OSError) as error:
        raise ActsError(f"{_called(source)}: cannot be read as acts: {error}") from None


def _stream(source: Any, size: int, vocabulary: Vocabulary | None) -> Iterator[pa.RecordBatch]:
    from pyarrow import dataset

    if isinstance(source, str | Path):
        source = _files(Path(source))
    if isinstance(source, dataset.Dataset):
        # A scan of all of it reads ahead of whoever takes long over a batch, until memory is full.
        for file in source.get_fragments():
            for piece in file.split_by_row_group() if hasattr(file, "split_by_row_group") else [file]:
                table = piece.to_table(schema=source.schema)
                yield from table.combine_chunks().to_batches(size)
    elif isinstance(source, pa.RecordBatchReader):
        yield from source
    elif isinstance(source, pa.RecordBatch | pa.Table):
        yield from source.to_batches() if isinstance(source, pa.Table) else [source]
    elif hasattr(source, "collect_batches"):
        for frame in source.collect_batches(chunk_size=size, maintain_order=True):
            yield from _stream(frame, size, vocabulary)
    elif hasattr(source, "__arrow_c_stream__"):
        yield from pa.RecordBatchReader.from_stream(source)
    elif isinstance(source, Iterable):
        yield from _listed(iter(source), size, vocabulary)
    else:
        raise ActsError(f"{_called(source)} is no source of acts: expected a table, a frame or Parquet")


def _listed(source: Iterator[Any], size: int, vocabulary: Vocabulary | None) -> Iterator[pa.RecordBatch]:
    """Acts, or record batches, one after the other."""
    from licet.act import Act
    from licet.columns.acts import to_arrow

    first = next(source, None)
    if first is None:
        return
    rest = chain([first], source)
    if isinstance(first, pa.RecordBatch):
        yield from rest
        return
    if not isinstance(first, Act):
        raise ActsError(f"a {type(first).__name__} is no act")
    if vocabulary is None:
        raise ActsError("acts become columns in the words of a vocabulary: pass vocabulary=")
    while some := list(islice(rest, size)):
        yield from to_arrow(some, vocabulary).combine_chunks().to_batches()


def _files(path: Path) -> Any:
    """A Parquet file, or the Parquet files of a folder; what is text of facts stays in dictionaries."""
    from pyarrow import dataset

    if not path.exists():
        raise ActsError(f"{path}: there is no such file or folder")
    if path.is_file() and not _is_parquet(path):
        raise ActsError(f"{path}: not a Parquet file; an order book in CSV or XLSX is read by licet.intake")
    found = _dataset(path, dataset.ParquetFileFormat())
    if path.is_dir() and not found.files:
        raise ActsError(f"{path}: the folder holds no Parquet file")
    words = {f.name for f in found.schema if "." in f.name and any(is_(f.type) for is_ in _TEXT)}
    form = dataset.ParquetFileFormat(
        read_options=dataset.ParquetReadOptions(dictionary_columns=words),
        default_fragment_scan_options=dataset.ParquetFragmentScanOptions(pre_buffer=False),
    )
    return _dataset(path, form)


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _dataset(path: Path, form: Any) -> Any:
    from pyarrow import dataset

    found = dataset.dataset(path, format=form, partitioning="hive" if path.is_dir() else None)
    # A column that only a later file has would be passed over, and its facts with it.
    schemas = [found.schema, *(part.physical_schema for part in found.get_fragments())]
    return found.replace_schema(pa.unify_schemas(schemas))


def evened(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch in few types, whoever wrote it."""
    fields = [field for field in batch.schema if not field.name.startswith(_INDEX)]
    columns = []
    for field in fields:
        column, kind = batch.column(field.name), _plain(field.type)
        columns.append(column if field.type == kind else column.cast(kind))
    return pa.RecordBatch.from_arrays(columns, [field.name for field in fields])


def _plain(kind: pa.DataType) -> pa.DataType:
    if any(is_(kind) for is_ in _TEXT):
        return pa.string()
    if any(is_(kind) for is_ in _LIST):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_dictionary(kind):
        return pa.dictionary(pa.int32(), _plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(f.name, _plain(f.type)) for f in kind])
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    return kind


def _called(source: Any) -> str:
    return str(source) if isinstance(source, str | Path) else f"a {type(source).__name__}"
