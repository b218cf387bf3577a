"""A published list is opened, decompressed and read by the one reader that recognises it."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from licet.lists.record import Reading

# Asked in this order: formats whose beginning says most come first.
READERS = (
    "csl_csv",
    "csl_json",
    "bis_entity_csv",
    "legacy_feeds",
    "names_only",
    "ecfr",
    "federal_register",
    "dpl",
    "ofac_csv",
    "ofac_xml",
    "us_json",
    "us_csv",
    "uk",
    "eu",
    "eu_fsf",
    "un",
    "japan",
    "china",
    "followthemoney",
)
_HEAD = 65536
_GZIP = b"\x1f\x8b"


class Reader(Protocol):
    """What every module of ``licet.lists.sources`` that reads a format offers."""

    FORMAT: str

    def recognises(self, head: bytes, name: str) -> bool:
        """Whether the first 64 KiB and the file's name are of this format."""

    def read(self, data: bytes, name: str) -> Reading:
        """The whole file; damage is told in the reading."""


class UnknownFormatError(ValueError):
    """No reader recognises the file; the message says what was seen and which formats are known."""


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader, in the order in which they are asked."""
    return tuple(cast(Reader, import_module(f"licet.lists.sources.{name}")) for name in READERS)


def read_file(path: Path) -> Reading:
    """The list in a file; see ``read_bytes``."""
    return read_bytes(path.read_bytes(), path.name)


def read_bytes(data: bytes, name: str) -> Reading:
    """The list in ``data``, which may be gzip-compressed.

    Args:
        name: the file's name; some formats are told apart by it.

    Raises:
        UnknownFormatError: no reader recognises it, or nothing is in it.
    """
    broken = ""
    if data.startswith(_GZIP):
        data, broken = _decompressed(data)
        name = name.removesuffix(".gz")
    head = data[:_HEAD]
    found = next((reader for reader in readers() if reader.recognises(head, name)), None)
    if found is None:
        raise UnknownFormatError(_unknown(data, name, broken))
    reading = found.read(data, name)
    return replace(reading, fatal=(broken, *reading.fatal)) if broken else reading


def _decompressed(data: bytes) -> tuple[bytes, str]:
    """The content, as far as it goes, and what is wrong with the compression."""
    try:
        return gzip.decompress(data), ""
    except (EOFError, OSError, zlib.error):
        pass
    told = f"the compressed file is damaged or breaks off after {len(data)} bytes; fetch it again"
    machine = zlib.decompressobj(wbits=31)
    pieces: list[bytes] = []
    try:
        for start in range(0, len(data), 4096):
            pieces.append(machine.decompress(data[start : start + 4096]))
    except zlib.error:
        pass
    return b"".join(pieces), told


def _unknown(data: bytes, name: str, broken: str) -> str:
    seen = f"begins with {data[:60]!r}" if data else "has nothing in it"
    known = ", ".join(reader.FORMAT for reader in readers())
    damage = f"{broken}; " if broken else ""
    return f"{name}: {damage}no list format known here: it {seen}. Known formats: {known}"
