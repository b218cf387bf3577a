"""Chinese lists: export control, attention, unreliable entities (JSON); countermeasures of all bodies (CSV).

Tested on the lists of the Ministry of Commerce of July 2026 in the JSON of the
security-export-control registry, and on OpenSanctions' table of counter-sanctions of
August 2026, which holds entries of the same lists with those of other bodies.
"""

from __future__ import annotations

from typing import cast

from licet.lists.record import Address, Kind, NameKind, Reading, Record
from licet.lists.sources.common import Row, data_file, date_of, parts, sheet, text_of
from licet.lists.sources.foreign import clean, country_in, identifiers, nationalities, not_whole, others
from licet.lists.sources.registry import leading_country, of_registry, registered

FORMAT = "cn-lists"
_NEEDED = ("Type", "QID", "Name", "Alias", "Chinese name", "Country", "List", "Date", "End date")


def recognises(head: bytes, name: str) -> bool:
    """Whether it is the registry's JSON with a Chinese list, or the table of counter-sanctions."""
    return registered(head, "cn-") or text_of(head[:200]).startswith(",".join(_NEEDED[:5]))


def read(data: bytes, name: str) -> Reading:
    """One record for each entry of the JSON, or for each row of the table."""
    text = text_of(data)
    if text.lstrip().startswith(("[", "{")):
        return of_registry(text, FORMAT)
    table = sheet(text)
    fatal = (*table.fatal, *not_whole(text, table.columns, _NEEDED))
    records = tuple(_record(row) for row in table.rows)
    lists = tuple(dict.fromkeys(record.list for record in records))
    return Reading(FORMAT, records, lists, len(table.rows), faults=table.faults, fatal=fatal)


def _record(row: Row) -> Record:
    terms = data_file("foreign_china.yaml")
    published, wrong = date_of(row["Date"], f"line {row.line}, Date", day_first=True)
    ends, wrong_end = date_of(row["End date"], f"line {row.line}, End date", day_first=True)
    main = clean(row["Name"])
    rest: list[tuple[str, NameKind]] = [(n, "alias") for n in parts(row["Alias"])]
    rest += ((n, "script") for n in parts(row["Chinese name"]))
    address = clean(row["Address"])
    return Record(
        list=terms["lists"].get(row["List"], terms["other"]),
        name=main or (rest[0][0] if rest else ""),
        kind=cast(Kind, terms["kinds"].get(row["Type"], "")),
        others=others(main, rest),
        addresses=(Address(address, leading_country(address) or country_in(address)),) if address else (),
        countries=nationalities(parts(row["Country"])),
        identifiers=identifiers([("wikidata", row["QID"])]),
        programmes=tuple(p for p in (row["Topics"],) if p),
        citations=parts(row["Source URL"]),
        published=published,
        ends=ends,
        notes=tuple(n for c in ("Summary", "Chinese summary") if (n := clean(row[c]))),
        publisher_list=", ".join(p for p in (row["Body"], row["List"]) if p),
        line=row.line,
        faults=tuple(f for f in (wrong, wrong_end, "" if main else "Name: empty") if f),
    )
