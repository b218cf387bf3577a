"""Bytes to a table: which format they are in, told by what they hold and then by their name."""

from __future__ import annotations

from pathlib import PurePath

from licet.intake import columnar, delimited, workbook
from licet.intake.errors import IntakeError
from licet.intake.table import Recognise, Table

_OTHERS = {
    b"\xd0\xcf\x11\xe0": "an old or password-protected Excel file: save it as .xlsx without a password",
    b"%PDF": "a PDF: export the data as CSV UTF-8 or XLSX",
    b"\x1f\x8b": "compressed: unpack it first",
}


def read_table(data: bytes, name: str, recognise: Recognise) -> Table:
    """The table in ``data``; ``recognise`` counts the known column names in a row.

    Raises:
        IntakeError: when the file cannot be read at all or has no usable header.
    """
    checked(data, name)
    suffix = PurePath(name.replace("\0", "")).suffix.casefold()
    if data.startswith(b"PK") or suffix in (".xlsx", ".xlsm"):
        return workbook.read(data, name, recognise)
    if data.startswith(b"PAR1") or suffix in (".parquet", ".pq"):
        return columnar.read(data, name, recognise)
    return delimited.read(data, name, recognise)


def checked(data: bytes, name: str) -> None:
    """Refuses what cannot be a table, and what would unpack to far more than it is, before it is read.

    Raises:
        IntakeError: saying what it is and what to do.
    """
    for magic, what in _OTHERS.items():
        if data.startswith(magic):
            raise IntakeError(f"{name}: {what}")
    if data.startswith(b"PK"):
        workbook.check_size(data, name)
    elif data.startswith(b"PAR1"):
        columnar.check_size(data, name)
