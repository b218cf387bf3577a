"""Machine formats: rows to a file or to standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from licet.intake import writing
from licet.language.errors import LicetError

BINARY = writing.BINARY
FORMATS = ("table", *writing.FORMATS)


class OutputError(LicetError):
    """The result cannot be written where or how it was asked for."""


def write(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: str, out: Path | None) -> None:
    """Write rows to a file, or to standard output where the format is text.

    Raises:
        OutputError: for a binary format without a file, or a file that cannot be written.
        WritingError: for a format whose extra is not installed.
    """
    if form in BINARY and out is None:
        raise OutputError(f"{form} is not text: say where it goes with --out FILE")
    # All of it first, so that a fault leaves no half of a file.
    data = b"".join(writing.written(rows, columns, form))
    try:
        if out is not None:
            out.write_bytes(data)
        else:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror}") from None
