"""The journal of fetches: a line for each, beside the history, appended and never changed.

It remembers what servers said of a file (ETag, Last-Modified), so that the next time they need to
send it only if it has changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from licet.lists.store import HistoryError


@dataclass(frozen=True, slots=True)
class Marks:
    """What the server said of one file of the copy that is here."""

    etag: str = ""
    modified: str = ""


class Journal:
    """The lines of a journal, as far as they were written."""

    def __init__(self, store: Path) -> None:
        """The journal beside a store; there need not be one yet."""
        self.path = store.with_name(store.name + ".fetches.jsonl")
        self.lines = self._read()

    def _read(self) -> list[dict[str, Any]]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise HistoryError(f"{self.path}: cannot be read ({error}); bring it back from a copy") from None
        found = []
        for line in text.splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                # Whoever wrote it was stopped in the middle; all it costs is one more fetch.
                continue
            if isinstance(said, dict):
                found.append(said)
        return found

    def add(self, line: Mapping[str, Any]) -> None:
        """Append a line, whole and on the disk when this returns."""
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as file:
                if file.tell() and not self._ends_in_newline():
                    text = "\n" + text
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise HistoryError(f"{self.path}: cannot be written: {error.strerror}") from None
        self.lines.append(json.loads(text))

    def _ends_in_newline(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() == b"\n"

    def marks(self, source: str, snapshots: Collection[str]) -> dict[str, Marks]:
        """By address, the marks of the last copy of a source that is in the history.

        Args:
            source: the label of the publication.
            snapshots: SHA-256 of every snapshot there is.
        """
        taken = self._taken(source, snapshots)
        return {f["address"]: Marks(f["etag"], f["modified"]) for f in taken.get("files", ())}

    def snapshot(self, source: str, snapshots: Collection[str]) -> str:
        """SHA-256 of that copy's snapshot; empty if there is none."""
        return str(self._taken(source, snapshots).get("snapshot", ""))

    def seen_otherwise(self, source: str, sha256: str) -> date | None:
        """The last day on which the publisher still served other bytes than these; None if not known."""
        served = [x for x in self.lines if x.get("source") == source and x.get("sha256")]
        return date.fromisoformat(served[-1]["on"]) if served and served[-1]["sha256"] != sha256 else None

    def _taken(self, source: str, snapshots: Collection[str]) -> dict[str, Any]:
        mine = (x for x in reversed(self.lines) if x.get("source") == source)
        return next((x for x in mine if x.get("snapshot") in snapshots), {})
