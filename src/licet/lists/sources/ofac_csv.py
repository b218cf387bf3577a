"""OFAC's lists as CSV without a header: main file, aliases, addresses and further remarks, keyed by number.

Each file can be read alone; ``join`` makes whole entries of the four. ``-0-`` stands for an empty
cell and 0x1A for the end.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from licet.lists.record import Address, Identifier, OtherName, Reading, Record
from licet.lists.sources import ofac_words
from licet.lists.sources.common import Row, Sheet, parts, sheet, text_of
from licet.lists.sources.us_countries import country

FORMAT = "ofac-csv"

_EMPTY = "-0-"
_END = b"\x1a"
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "main": (
        "key", "name", "type", "programme", "title", "call sign", "vessel type",
        "tonnage", "gross tonnage", "flag", "owner", "remarks",
    ),
    "alt": ("key", "number", "type", "name", "remarks"),
    "add": ("key", "number", "address", "city", "country", "remarks"),
    "comments": ("key", "remarks"),
}  # fmt: skip
_KNOWN_BY = {len(columns): part for part, columns in _COLUMNS.items()}


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the four files."""

    which: str
    table: Sheet

    @property
    def by_key(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.table.rows:
            found[row["key"]].append(row)
        return found


def recognises(head: bytes, name: str) -> bool:
    """Whether the first rows have a number first and as many cells as one of the four files."""
    return bool(_which(head[:8192]))


def _which(head: bytes) -> str:
    """Which of the four files this is, by its first whole row; empty for none."""
    first = text_of(head).lstrip().split("\n", 1)[0]
    if not re.match(r"\d{1,6},", first):
        return ""
    try:
        cells = next(csv.reader([first]), [])
    except csv.Error:
        return ""
    which = _KNOWN_BY.get(len(cells), "")
    quoted = '"' in first or _EMPTY in first
    kinds = {"main": r"(-0-|individual|vessel|aircraft|entity)?\s*", "alt": r"[afn]ka\s*", "add": r"(?s:.)*"}
    if which in kinds and not (quoted and re.fullmatch(kinds[which], cells[2])):
        return ""
    return which if quoted else ""


def read(data: bytes, name: str) -> Reading:
    """One file by itself.

    The main file gives entries without aliases and addresses; the file of aliases gives entries
    under their first alias (but not that of the other lists, since it does not say which list);
    addresses and comments name nobody and give none. Only the main file covers lists.
    """
    part = _part(data, _which(data[:8192]))
    consolidated = ofac_words.is_consolidated(name)
    faults = [*part.table.faults, *_unended(data)]
    records: Iterable[Record] = ()
    if part.which == "main":
        records = _entries(part, {}, {}, {}, consolidated)
    elif part.which:
        faults.append(
            f"this file holds only the {_SAYS[part.which]} of entries that stand in the main file; "
            "join it with that for whole entries"
        )
        if part.which == "alt" and not consolidated:
            records = _aliases(part)
    lists = ofac_words.codes(consolidated) if part.which == "main" else ()
    fatal = (*_fatal(part, name), *([cut] if (cut := _cut(part)) else []))
    return Reading(FORMAT, tuple(records), lists, len(part.table.rows), faults=tuple(faults), fatal=fatal)


_SAYS = {"alt": "aliases", "add": "addresses", "comments": "overflowing remarks"}


def join(
    main: bytes, alt: bytes = b"", add: bytes = b"", comments: bytes = b"", name: str = "sdn"
) -> Reading:
    """Whole entries from the four files, already decompressed; ``rows`` counts the main file.

    ``name`` is the name of the main file, which says whether these are the lists other than SDN.
    A part left empty is not missed; aliases and addresses of entries that the main file lacks are a fault.
    """
    found = {
        which: _part(data, which)
        for which, data in (("main", main), ("alt", alt), ("add", add), ("comments", comments))
        if data or which == "main"
    }
    consolidated = ofac_words.is_consolidated(name)
    keyed = {which: part.by_key for which, part in found.items()}
    known = keyed["main"].keys()
    records = tuple(
        _entries(
            found["main"], keyed.get("alt", {}), keyed.get("add", {}), keyed.get("comments", {}), consolidated
        )
    )
    faults = [f"{which}: {fault}" for which, part in found.items() for fault in part.table.faults]
    given = {"main": main, "alt": alt, "add": add, "comments": comments}
    faults += [f"{which}: {fault}" for which in found for fault in _unended(given[which])]
    for which, rows in keyed.items():
        if strangers := [key for key in rows if key not in known]:
            faults.append(
                f"{which}: rows of {len(strangers)} entries that the main file lacks, the first "
                f"{strangers[0]}; the files are not of the same day"
            )
    fatal: list[str] = []
    for which, part in found.items():
        fatal += (f"{which}: {fault}" for fault in _fatal(part, which))
        if cut := _cut(part):
            # Cut within the mark of an empty cell, in the last entry there is: nothing known is missing.
            whole = which != "main" and _last_key(part) == _last_key(found["main"])
            (faults if whole else fatal).append(f"{which}: {cut}")
    lists, counted = ofac_words.codes(consolidated), len(found["main"].table.rows)
    return Reading(FORMAT, records, lists, counted, faults=tuple(faults), fatal=tuple(fatal))


def _last_key(part: _Part) -> str:
    return part.table.rows[-1]["key"] if part.table.rows else ""


def _part(data: bytes, which: str) -> _Part:
    return _Part(
        which, sheet(text_of(data), columns=_COLUMNS.get(which, _COLUMNS["main"])) if which else Sheet((), ())
    )


def _fatal(part: _Part, name: str) -> tuple[str, ...]:
    """Why the file is not whole."""
    if not part.which:
        return (f"{name}: line 1 is no row of an OFAC file; expected a number and 2, 5, 6 or 12 cells",)
    found = list(part.table.fatal)
    if not part.table.rows and not found:
        found.append("the file has no rows; an empty list is not taken for a list that has been emptied")
    for row in part.table.rows:
        if not row["key"].isdigit():
            found.append(f"line {row.line}, column 'key': {row['key'][:40]!r} is not a number of an entry")
            break
    return tuple(found)


def _unended(data: bytes) -> list[str]:
    """What there is to say where the publisher's mark for the end is missing."""
    if not data.strip() or data.rstrip(b" \r\n").endswith(_END):
        return []
    return ["the mark 0x1A that OFAC puts at the end is missing; a file cut between two rows looks the same"]


def _cut(part: _Part) -> str:
    """Where the last cell holds only the beginning of the mark for an empty one; empty if it does not."""
    if not part.table.rows:
        return ""
    last, column = part.table.rows[-1], part.table.columns[-1]
    if len(last[column]) >= len(_EMPTY):
        return ""
    return (
        f"line {last.line}, column {column!r}: the row ends in {last[column]!r} where {_EMPTY!r} or a text "
        "is expected; the file breaks off, fetch it again"
    )


def _entries(
    main: _Part,
    alt: Mapping[str, Sequence[Row]],
    add: Mapping[str, Sequence[Row]],
    comments: Mapping[str, Sequence[Row]],
    consolidated: bool,
) -> Iterable[Record]:
    for row in main.table.rows:
        key = row["key"]
        said = _cell(row, "remarks") + "".join(_cell(more, "remarks") for more in comments.get(key, ()))
        record = _entry(row, said, alt.get(key, ()), add.get(key, ()))
        if record is not None:
            yield from ofac_words.on_lists(record, said, consolidated)


def _entry(row: Row, said: str, alt: Sequence[Row], add: Sequence[Row]) -> Record | None:
    name = _cell(row, "name")
    if not name:
        return None
    understood = ofac_words.remarks(said)
    aliases = [one for other in alt if (one := _alias(other))]
    flag, sign = _cell(row, "flag"), _cell(row, "call sign")
    faults = []
    if flag and not country(flag):
        faults.append(f"line {row.line}, flag: {flag!r} is no country that is known")
    signs = [Identifier("call_sign", sign)] if sign else []
    owner = _cell(row, "owner")
    labelled = [(label, _cell(row, label)) for label in ("title", "vessel type", "tonnage", "gross tonnage")]
    codes = [country(flag), *understood.countries]
    return Record(
        "sdn",
        name,
        kind=ofac_words.kind_of(_cell(row, "type")),
        others=tuple(dict.fromkeys([*aliases, *understood.others])),
        addresses=tuple(dict.fromkeys(a for other in add if (a := _address(other)))),
        countries=tuple(dict.fromkeys(code for code in codes if code)),
        identifiers=(*understood.identifiers, *signs),
        programmes=programmes(_cell(row, "programme")),
        related=(*understood.related, *([owner] if owner else [])),
        birth=understood.birth,
        notes=(*(f"{label}: {text}" for label, text in labelled if text), *understood.notes),
        published_id=row["key"],
        publisher_list="SDN",
        line=row.line,
        faults=tuple(faults),
    )


def programmes(text: str) -> tuple[str, ...]:
    """``SDGT] [IFSR`` is two."""
    return parts(text.replace("] [", ";").strip("[] "))


def _cell(row: Row, column: str) -> str:
    said = row[column]
    return "" if said == _EMPTY else said


def _alias(row: Row) -> OtherName | None:
    name = _cell(row, "name")
    return OtherName(name, "former" if row["type"].casefold() == "fka" else "alias") if name else None


def _address(row: Row) -> Address | None:
    said = [text for column in ("address", "city", "country") if (text := _cell(row, column))]
    return Address(", ".join(said), country(_cell(row, "country"))) if said else None


def _aliases(part: _Part) -> Iterable[Record]:
    """Entries of which only the aliases are known, under the first of them."""
    for key, rows in part.by_key.items():
        names = tuple(dict.fromkeys(alias for row in rows if (alias := _alias(row))))
        if names:
            yield Record(
                "sdn",
                names[0].name,
                others=names[1:],
                notes=(f"known by its aliases only; its name is in the main file under {key}",),
                published_id=key,
                publisher_list="SDN",
                line=rows[0].line,
            )
