"""Notes: what is worth saying of many rows, said once for each column."""

from __future__ import annotations

from licet.intake.table import listed


class Notes:
    """Collects remarks on single rows of one file and groups equal ones."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._rows: dict[tuple[str, str], list[int]] = {}
        self._first: dict[tuple[str, str], str] = {}

    def add(self, row: int, column: str, kind: str, text: str) -> None:
        """Notes ``text`` of a row; of several notes of one kind on a column the first is shown."""
        self._rows.setdefault((column, kind), []).append(row)
        self._first.setdefault((column, kind), text)

    def said(self) -> list[str]:
        """One sentence for each column and kind, in the order in which they came up."""
        said = []
        for (column, kind), rows in self._rows.items():
            example = "for example " if len(rows) > 1 else ""
            said.append(
                f"{self._file}, {listed(rows)}, column {column}: {example}{self._first[column, kind]}"
            )
        return said
