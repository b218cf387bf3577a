"""The quarantine: refused files, kept aside with the reason for a person to look at."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

from licet.lists.publishers import Publication
from licet.lists.store import HistoryError


def keep(store: Path, source: Publication, files: Sequence[Path], why: Sequence[str], on: date) -> Path:
    """Keep files under their publisher's names in a folder beside the store, whole or not at all.

    The same files of the same source are kept once. ``why.txt`` says what was wrong and how to insist.

    Raises:
        HistoryError: if nothing can be written there.
    """
    digest = sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    name = f"{source.label.replace(':', '-')}-{digest[:12]}"
    final = store.with_name(store.name + ".refused") / name
    if final.exists():
        return final
    part = final.with_name(f".{name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for path in files:
            shutil.copyfile(path, part / path.name)
        kept = [final / path.name for path in files]
        (part / "why.txt").write_text(_why(store, source, kept, why, on), encoding="utf-8")
        part.rename(final)
    except OSError as error:
        raise HistoryError(f"{final}: a refused file cannot be kept there: {error.strerror}") from None
    return final


def _why(store: Path, source: Publication, kept: Sequence[Path], why: Sequence[str], on: date) -> str:
    call = shlex.join(
        ["licet", "lists", "import", *map(str, kept), "--store", str(store), "--known", str(on)]
    )
    return "\n".join(
        [
            f"{source.label}: {source.title}, {source.publisher}",
            *(f"from {file.address}" for file in source.files),
            f"fetched {on}, refused:",
            *(f"- {reason}" for reason in why),
            "",
            f"Compare it with {source.page}. If it is right after all:",
            f"{call} --force REASON --by NAME",
            "",
        ]
    )
