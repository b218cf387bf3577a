"""Publications: where each list is published, and whether a program or a person fetches it.

The addresses are data (``publishers.yaml``); another file of the same form may stand in for it,
for a mirror of one's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from licet.language import plain_yaml
from licet.language.errors import LicetError

_DATASET = "{dataset}"


class PublisherError(LicetError):
    """The file of addresses does not say what is needed, or a source is asked for that it does not have."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file of a publication: its address, the name it is kept under, and which part of the list it is."""

    address: str
    name: str
    part: str = "main"


@dataclass(frozen=True, slots=True)
class Issue:
    """Where the day of the newest issue stands: an address, and the pattern whose group is the day."""

    address: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One publication; see the head of ``publishers.yaml`` for what each word means.

    ``dataset`` is the part of a catalogue that was asked for.
    """

    code: str
    title: str
    publisher: str
    lists: tuple[str, ...]
    page: str
    cadence: str
    licence: str
    checked: str
    format: str = ""
    files: tuple[PublishedFile, ...] = ()
    types: tuple[str, ...] = ()
    issue: Issue | None = None
    token: str = ""
    checksum: str = ""
    asked: bool = False
    how: str = ""
    stale_after: int | None = None
    most_mib: int = 256
    dataset: str = ""

    @property
    def label(self) -> str:
        """As it is asked for: the code, and the data set of a catalogue."""
        return f"{self.code}:{self.dataset}" if self.dataset else self.code


_KEYS = {f.name for f in fields(Publication)} - {"code", "dataset"}
_NEEDED = {f.name for f in fields(Publication) if f.default is MISSING} - {"code"}


def publications(path: Path | None = None) -> dict[str, Publication]:
    """Every publication by its code, from ``path`` or else from the file that comes with Licet.

    Raises:
        PublisherError: naming the file, the publication and what is wrong with it.
    """
    where = "publishers.yaml" if path is None else str(path)
    try:
        text = (path or resources.files("licet.lists").joinpath(where)).read_text(encoding="utf-8")
    except OSError as error:
        raise PublisherError(f"{path}: cannot be read: {error.strerror}") from None
    data = plain_yaml.read(text, where)
    if not isinstance(data, dict):
        raise PublisherError(f"{where}: expected a mapping from codes to publications")
    return {str(code): _publication(str(code), said, where) for code, said in data.items()}


def _publication(code: str, said: Any, where: str) -> Publication:
    if not isinstance(said, dict):
        raise PublisherError(f"{where}: {code}: expected a mapping")
    if wrong := sorted(map(str, said.keys() - _KEYS)):
        raise PublisherError(f"{where}: {code}: no such word: {', '.join(wrong)}; see the head of the file")
    if lacking := sorted(_NEEDED - said.keys()):
        raise PublisherError(f"{where}: {code}: missing: {', '.join(lacking)}")
    if not said.get("files") and not said.get("how"):
        raise PublisherError(f"{where}: {code}: say either 'files' for a program or 'how' for a person")
    try:
        return Publication(
            code=code,
            **{
                **said,
                "lists": tuple(map(str, said["lists"])),
                "types": tuple(said.get("types", ())),
                "files": tuple(_file(one) for one in said.get("files", ())),
                "issue": Issue(**said["issue"]) if "issue" in said else None,
            },
        )
    except (TypeError, KeyError, ValueError) as error:
        raise PublisherError(f"{where}: {code}: not understood ({error}); see the head of the file") from None


def _file(said: Mapping[str, str]) -> PublishedFile:
    parts = urlsplit(said["address"])
    if not parts.hostname or parts.port == 0:
        raise ValueError(f"{said['address']} is no address")
    return PublishedFile(**{"name": parts.path.rpartition("/")[2], **said})


def choose(
    known: Mapping[str, Publication], sources: Iterable[str] = (), lists: Iterable[str] = ()
) -> list[Publication]:
    """The publications asked for by name or by list; without either, all but those that wait to be asked for.

    Raises:
        PublisherError: for a source or a list that no publication has, naming those there are.
    """
    asked, covering = list(dict.fromkeys(sources)), list(dict.fromkeys(lists))
    if not asked and not covering:
        return [p for p in known.values() if not p.asked]
    found = {p.label: p for p in (_named(known, source) for source in asked)}
    for code in covering:
        having = [p for p in known.values() if code in p.lists and not p.asked]
        if not having:
            codes = sorted({c for p in known.values() if not p.asked for c in p.lists})
            raise PublisherError(f"no publication covers {code!r}; there are {', '.join(codes)}")
        found |= {p.label: p for p in having}
    return list(found.values())


def _named(known: Mapping[str, Publication], source: str) -> Publication:
    code, _, dataset = source.partition(":")
    if code not in known:
        raise PublisherError(f"no source {code!r}; there are {', '.join(known)}")
    publication = known[code]
    takes = any(_DATASET in f.address for f in publication.files)
    if takes and not re.fullmatch(r"[a-z0-9_]+", dataset):
        raise PublisherError(f"{code} is a catalogue: say which data set, as {code}:NAME")
    if dataset and not takes:
        raise PublisherError(f"{code} is one list, not a catalogue: write {code}")
    said = {f.name: getattr(publication, f.name) for f in fields(publication)}
    return Publication(**{**said, "dataset": dataset})
