"""The real lists and the real names the labelled sets are made from, read plainly.

Nothing here comes from the engine: names are compared as folded words, and legal forms are taken
off with rigour's table, so that a label never rests on a rule that is being measured.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

from rigour.names import remove_org_types

HAN = "\u2f00-\u2fdf\u4e00-\u9fff"
CODES = {
    "CAP": "capta",
    "CMIC": "cmic",
    "DPL": "denied_persons",
    "DTC": "dtc",
    "EL": "entity_list",
    "ISN": "isn",
    "NS-MBS": "mbs",
    "MEU": "military_end_users",
    "PLC": "plc",
    "SDN": "sdn",
    "SSI": "ssi",
    "UVL": "unverified_list",
}
KINDS = {"Individual": "person", "Entity": "organisation", "Vessel": "vessel", "Aircraft": "aircraft"}


def shared() -> Path:
    """The folder of reference data (``LICET_SHARED``, or ``shared`` beside the checkout)."""
    given = os.environ.get("LICET_SHARED")
    folder = Path(given) if given else Path(__file__).resolve().parents[3] / "shared"
    if not folder.exists():
        raise SystemExit(f"{folder}: the reference data is not here (set LICET_SHARED to its folder)")
    return folder / "data"


def text(name: str) -> str:
    """A file of the reference data as text, unpacked."""
    data = (shared() / name).read_bytes()
    return (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8-sig")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the consolidated list, as published."""

    entity: str
    name: str
    aliases: tuple[str, ...]
    list: str
    kind: str
    countries: tuple[str, ...]


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """All 25,921 entries of the consolidated list of 2026-07-31, compound names as they stand."""
    data = json.loads(text("csl/csl-2026-07-31-compact.json.gz"))
    sources = [CODES[re.findall(r"\(([A-Z-]+)(?: List)?\)", s)[-1]] for s in data["tables"]["sources"]]
    return tuple(
        Entry(
            entity=f"csl:{i}",
            name=e["n"],
            aliases=tuple(dict.fromkeys(a for a in e.get("a", ()) if a and a != e["n"])),
            list=sources[e["s"]],
            kind=KINDS.get(e.get("t"), ""),
            countries=tuple(c for c in e.get("c", ()) if len(c) == 2),
        )
        for i, e in enumerate(data["entries"])
    )


@cache
def fold(name: str) -> str:
    """Words in small letters without accents, one blank between."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and "))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"['’`.]", "", plain)))


@cache
def core(name: str) -> str:
    """The folded name without legal forms; the folded name where nothing else would be left."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return fold(remove_org_types(plain)) or fold(name)


def pieces(name: str) -> list[str]:
    """The names inside a compound: of the affiliate, without what stands in brackets, and that by itself."""
    own = name.rpartition("Affiliated Entity:")[2]
    return [own, re.sub(r"\([^)]*\)", " ", own), *re.findall(r"\(([^)]+)\)", own)]


@lru_cache(maxsize=1)
def companies() -> tuple[str, ...]:
    """Names of real companies: network equipment makers, SEC filers, listed equities; one spelling each."""
    found: list[str] = []
    for day in ("2026-04-25", "2022-10-08"):
        rows = csv.DictReader(io.StringIO(text(f"counterparties/ieee-oui-{day}.csv.gz")))
        found += [r["Organization Name"].strip() for r in rows]
    found += [
        v["title"] for v in json.loads(text("counterparties/sec-company-tickers-2026-02-13.json.gz")).values()
    ]
    older = json.loads(text("counterparties/sec-company-tickers-2023-09-16.json.gz"))
    found += [row[older["columns"].index("title")] for row in older["data"]]
    rows = csv.DictReader(io.StringIO(text("counterparties/nasdaq-listed-2026-08-01.csv.gz")))
    found += [r["Company Name"] for r in rows if r["ETF"] != "Y"]
    one: dict[str, str] = {}
    for name in found:
        if name and name.casefold() != "private" and core(name):
            one.setdefault(core(name), name)
    return tuple(one[k] for k in sorted(one))


def persons() -> list[str]:
    """Invented people who are on no list, in Latin letters (the fixture of a peer)."""
    rows = csv.reader(io.StringIO(text("benchmarks/persons-negatives-us-50000.csv.gz")))
    return [r[0] for r in rows if r and re.fullmatch(r"[A-Za-z .'-]+", r[0]) and " " in r[0]]


def half(key: str) -> str:
    """``tune`` or ``held``: the half a name belongs to for ever, by a hash of its folded core."""
    return "held" if sha256(core(key).encode()).digest()[0] & 1 else "tune"


def _apart(field: str) -> tuple[str, list[str]]:
    """An entry such as ``Name (名称)`` as its Latin text and its Chinese names."""
    field = unicodedata.normalize("NFKC", field)
    chinese = re.findall(rf"(?<![^\s(;])[{HAN}][{HAN}0-9() ]*[{HAN})]", field)
    latin = re.sub(rf"\(?[{HAN}][{HAN}0-9() ]*\)?", " ", field).strip(" ();,")
    return latin, [
        re.sub(r"\s", "", c).strip("()") if c.count("(") != c.count(")") else re.sub(r"\s", "", c)
        for c in chinese
    ]


def _published_chinese() -> list[tuple[str, list[str]]]:
    """Chinese names with the Latin names the same published entry gives (METI, EU, OFAC)."""
    found: list[tuple[str, list[str]]] = []
    for e in json.loads(text("foreign-lists/jp-meti-end-user-list-2026-07-20.json.gz")):
        place = " ".join(e["addresses"])
        if not any(c in place for c in ("China", "Hong Kong", "Taiwan")):
            continue
        parts = [_apart(f) for f in (e["entity_name"], *e["aliases"], *e["addresses"])]
        found += [(_rewritten(c, place), [p[0] for p in parts]) for p in parts for c in p[1]]
    for name in ("eu-833-2014-annexes", "eu-269-2014"):
        for row in csv.DictReader(io.StringIO(text(f"foreign-lists/{name}-2026-08.csv.gz"))):
            fields = ";".join(row[k] for k in ("name", "alias", "weakAlias", "previousName")).split(";")
            parts = [_apart(f) for f in fields]
            found += [(c, [p[0] for p in parts]) for p in parts for c in p[1]]
    for e in json.loads(text("us-lists-2026-07-09/ofac_nscmic.json"))["entities"]:
        found += [(a, [e["name"], *e["aliases"]]) for a in e["aliases"] if re.search(f"[{HAN}]", a)]
    return [(c, latin) for c, latin in found if len(c) > 3]


@lru_cache(maxsize=1)
def _writing() -> tuple[Callable[[str], str], dict[int, str]]:
    """Traditional to simplified, and Japanese to traditional forms, from opencc's tables."""
    import opencc

    table = (Path(opencc.__file__).parent / "dictionary" / "JPVariants.txt").read_text(encoding="utf-8")
    back = {
        ord(new): old
        for old, news in (r.split("\t") for r in table.splitlines() if r)
        for new in news.split()
    }
    return opencc.OpenCC("t2s").convert, back


def _rewritten(chinese: str, place: str) -> str:
    """METI writes Japanese forms of the characters; the body itself writes those of its own country."""
    simplified, back = _writing()
    own = chinese.translate(back)
    return own if "Hong Kong" in place or "Taiwan" in place else simplified(own)


def chinese_names() -> list[tuple[str, frozenset[str], str]]:
    """Chinese name, entities that bear one of its Latin names, and where the pair is from."""
    bearers: dict[str, set[str]] = {}
    for e in entries():
        for name in (e.name, *e.aliases):
            for piece in pieces(name):
                if len(core(piece)) > 3:
                    bearers.setdefault(core(piece), set()).add(e.entity)
    here = Path(__file__).with_name("chinese.csv").read_text(encoding="utf-8")
    known = [
        (r["chinese"], [r["listed"], re.sub(r"\([^)]*\)", " ", r["listed"])], "known")
        for r in csv.DictReader(io.StringIO(here))
    ]
    published = [(c, latin, "published") for c, latin in _published_chinese()]
    found: dict[str, tuple[set[str], str]] = {}
    for chinese, latin, origin in (*known, *published):
        met = set().union(*(bearers.get(core(n), set()) for n in latin if core(n)))
        if 0 < len(met) <= 6:  # more share a place or a parent's short name, which is no name of the body
            found.setdefault(chinese, (set(), origin))[0].update(met)
    return [(c, frozenset(met), origin) for c, (met, origin) in sorted(found.items())]
