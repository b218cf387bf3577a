"""Importing: published files into the history, each judged against what is already there.

The day of the data comes from the file, else from its name, else from the person who imports it;
never from the clock.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

from licet.lists.history import History, HistoryError
from licet.lists.record import Reading
from licet.lists.snapshot import Finding, Snapshot
from licet.lists.soundness import inspect

_GZIP = b"\x1f\x8b"
_ROLES = {"alt": "alt", "add": "add", "comments": "comments"}
# sdn.csv with alt.csv and sdn_comments.csv, cons_prim.csv with cons_alt.csv; perhaps a day in between.
_PART = re.compile(r"(?:sdn(?=_))?(?P<list>.*?)[-_]?(?P<part>sdn|prim|main|alt|add|comments)")
_DAY = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Published:
    """A published file, or several that belong together, read: ``sha256`` is of the bytes as published."""

    file: str
    sha256: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one published file.

    Args:
        published: the file.
        day: the day of its data.
        snapshot: where it is in the history; None if it was refused.
        new: whether it was not there before.
        findings: what was noticed, the refusals first.
    """

    published: Published
    day: date
    snapshot: Snapshot | None
    new: bool
    findings: tuple[Finding, ...]


def read_published(group: Mapping[str, Path]) -> Published:
    """Read what :func:`together` gave.

    Raises:
        HistoryError: if a file cannot be opened or no reader knows its format.
    """
    from licet.lists.reading import UnknownFormatError, read_bytes
    from licet.lists.sources import ofac_csv

    names = " + ".join(path.name for path in group.values())
    try:
        files = {role: path.read_bytes() for role, path in group.items()}
        digests = sorted(sha256(data).hexdigest() for data in files.values())
        if len(files) == 1:
            return Published(names, digests[0], read_bytes(files["main"], names))
        parts = {role: _plain(data, group[role].name) for role, data in files.items()}
        reading = ofac_csv.join(**parts, name=group["main"].name.removesuffix(".gz"))
    except OSError as error:
        raise HistoryError(f"{error.filename}: cannot be read: {error.strerror}") from None
    except UnknownFormatError as error:
        raise HistoryError(str(error)) from None
    return Published(names, sha256("".join(digests).encode()).hexdigest(), reading)


def _plain(data: bytes, name: str) -> bytes:
    try:
        return gzip.decompress(data) if data.startswith(_GZIP) else data
    except (EOFError, OSError, zlib.error):
        raise HistoryError(f"{name}: the compressed file is damaged or breaks off; fetch it again") from None


def together(paths: Sequence[Path]) -> list[dict[str, Path]]:
    """Files that are one list: each by itself as ``main``, but for OFAC's parts, told by their names."""
    groups: dict[tuple[Path, str], dict[str, Path]] = {}
    alone: list[dict[str, Path]] = []
    for path in dict.fromkeys(paths):
        stem, _, suffix = path.name.casefold().partition(".")
        met = _PART.fullmatch(stem) if suffix.startswith("csv") else None
        group = groups.setdefault((path.parent, met["list"] or ""), {}) if met else None
        role = _ROLES.get(met["part"], "main") if met else "main"
        if group is None or role in group:
            alone.append({"main": path})
        else:
            group[role] = path
    joined = [group for group in groups.values() if "main" in group]
    parts = [{"main": path} for group in groups.values() if "main" not in group for path in group.values()]
    order = {path: place for place, path in enumerate(paths)}
    return sorted([*joined, *parts, *alone], key=lambda g: min(order[p] for p in g.values()))


def import_published(
    history: History,
    file: Published,
    *,
    known: date | None = None,
    part: bool = False,
    forced_by: str = "",
    forced_why: str = "",
    tick: Callable[[int], None] | None = None,
) -> Imported:
    """Put a file into the history unless it is refused.

    Args:
        history: where it goes.
        file: what :func:`read_published` read.
        known: the day it became public or was seen; by default the day in its name or of its data.
        part: whether it is only a sample or a part, which adds entries and ends none.
        forced_by: who insists on a file that is refused; kept with it for good.
        forced_why: why.
        tick: called with the number of entries done.

    Raises:
        HistoryError: if nothing says of which day the data is.
    """
    named = day_in_name(file.file)
    day = file.reading.dated or named or known
    if day is None:
        raise HistoryError(
            f"{file.file}: neither the file nor its name says of which day the data is; add --known DAY"
        )
    # A name with a later day says when the file was taken.
    seen = known or max(day, named or day)
    present = next((s for s in history.snapshots() if s.sha256 == file.sha256), None)
    if present is not None:
        return Imported(file, present.day, present, False, present.findings)
    # A part covers no list.
    reading = replace(file.reading, lists=()) if part else file.reading
    findings = inspect(reading, day, history.snapshots())
    refused = any(f.refused for f in findings)
    if refused and not forced_by:
        return Imported(file, day, None, False, findings)
    added = history.add(
        reading,
        sha256=file.sha256,
        file=file.file,
        day=day,
        known=seen,
        findings=findings,
        # Nobody needs to insist on a sound file, and then nothing was forced.
        forced_by=forced_by if refused else "",
        forced_why=forced_why if refused else "",
        tick=tick,
    )
    return Imported(file, day, added.snapshot, added.new, findings)


def day_in_name(name: str) -> date | None:
    """The day a file's name gives, as ``csl-2022-05-16-full.csv``; None if it gives none or several."""
    found = set()
    for year, _, month, day in _DAY.findall(name):
        try:
            found.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None
