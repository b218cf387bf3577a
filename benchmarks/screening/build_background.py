"""Count in how many real names of the world each word stands, for the lexicon of the screening engine.

Run from the checkout, with the folder of reference data beside it::

    python benchmarks/screening/build_background.py ../shared/data

It writes two tables into the package. ``background.csv.gz``: words of the names of
network equipment makers (IEEE) and listed firms (SEC, NASDAQ), of invented persons
(two test sets of their own) and of places (UN/LOCODE) and postal addresses (IEEE);
words seen fewer than three times are left out. ``equivalents.csv.gz``: which words
spell the same personal name, as rigour groups them (Wikidata, CC0), for the words
that the persons counted and the listed persons bear.

The chance of an unseen word is measured, not assumed: of the words of listed names of
one length that the background does not hold three times, how often does it hold them?
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from licet.screening.lexicon import DATA, words
from licet.screening.rarity import LEAST_SEEN, LONGEST
from licet.screening.scripts import latin

# A given name borne by this many spellings tells nothing; the widest groups are single Chinese syllables.
WIDEST = 120
# What romanisations of one name differ in; each is tried both ways.
RESPELT = """
kh/h kh/k gh/g ou/u oo/u u/o i/y ee/i e/a q/k q/g dj/j dzh/j g/j g/h w/v ss/s mm/m dd/d ll/l nn/n tt/t
rr/r aa/a ph/f c/k sh/ch ch/tch z/s x/ks th/t dh/d ei/ey ai/ay iy/i iy/y yy/y ii/iy ij/iy ia/iya ia/ya
yu/iu ya/a ye/e yo/io h/ ie/i ie/iye eo/e ae/e oe/o ue/u ts/tz ts/c zh/j j/y o/a
"""


def opened(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="") as file:
        yield from file


def organisations(data: Path) -> Iterator[str]:
    folder = data / "counterparties"
    for name in ("ieee-oui-2026-04-25.csv.gz", "ieee-oui-2022-10-08.csv.gz"):
        for row in csv.DictReader(opened(folder / name)):
            yield row["Organization Name"]
    for name in ("sec-company-tickers-2023-09-16.json.gz", "sec-company-tickers-2026-02-13.json.gz"):
        yield from _titles(json.loads(gzip.decompress((folder / name).read_bytes())))
    for row in csv.DictReader(opened(folder / "nasdaq-listed-2026-08-01.csv.gz")):
        yield row["Company Name"]


def _titles(value: Any) -> Iterator[str]:
    """The company names in either shape: one list per column, or records by number."""
    if "columns" in value:
        at = value["columns"].index("title")
        yield from (row[at] for row in value["data"])
    else:
        yield from (record["title"] for record in value.values())


def persons(data: Path) -> Iterator[str]:
    folder = data / "benchmarks"
    for row in csv.DictReader(opened(folder / "persons-negatives-us-50000.csv.gz")):
        yield row["full_name"]
    with (folder / "persons-negatives-global-1000.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["full_name"]


def places(data: Path) -> Iterator[str]:
    folder = data / "counterparties"
    for row in csv.DictReader(opened(folder / "un-locode-2014.csv.gz")):
        yield row["NameWoDiacritics"] or row["Name"] or ""
    for row in csv.DictReader(opened(folder / "ieee-oui-2026-04-25.csv.gz")):
        yield row["Organization Address"] or ""


def listed(data: Path, kind: str = "") -> Iterator[str]:
    """The names and aliases of the consolidated list; of one kind of party if asked."""
    raw = json.loads(gzip.decompress((data / "csl" / "csl-2026-07-31-compact.json.gz").read_bytes()))
    for entry in raw["entries"]:
        if entry.get("t", "").casefold().startswith(kind):
            yield entry["n"]
            yield from entry.get("a", ())


def listed_elsewhere(data: Path) -> Iterator[str]:
    """Names of persons on lists of other publishers, in every script they are published in."""
    folder = data / "foreign-lists"
    for row in csv.DictReader(opened(folder / "eu-269-2014-2026-08.csv.gz")):
        yield from (value for key, value in row.items() if value and key and "name" in key.casefold())
    table = csv.DictReader(opened(folder / "opensanctions-ua-war-sanctions-2026-03-13.targets.simple.csv.gz"))
    for row in table:
        if row["schema"] == "Person":
            yield row["name"]
            yield from row["aliases"].split(";")


def counted(names: Iterable[str]) -> tuple[int, Counter[str]]:
    """How many distinct names, and in how many of them each word stands."""
    distinct = {words(name) for name in names if name}
    distinct.discard(())
    return len(distinct), Counter(word for name in distinct for word in set(name))


def unseen(vocabulary: Iterable[str], counts: Counter[str]) -> dict[int, float]:
    """By length of word: how often the background holds a listed word that it does not hold three times."""
    held: dict[int, list[int]] = defaultdict(list)
    for word in vocabulary:
        if counts[word] < LEAST_SEEN:
            held[min(len(word), LONGEST)].append(counts[word])
    overall = [count for found in held.values() for count in found]
    level = sum(overall) / len(overall)
    # Twenty words' worth of the level of all lengths steadies the lengths that few words have.
    return {n: (sum(held[n]) + 20 * level) / (len(held[n]) + 20) for n in range(1, LONGEST + 1)}


def write(path: Path, lines: Iterable[str]) -> None:
    # No time stamp: the same input makes the same bytes.
    path.write_bytes(gzip.compress("\n".join(lines).encode("utf-8"), 9, mtime=0))


def background(data: Path) -> Iterator[str]:
    kinds = [counted(names(data)) for names in (organisations, persons, places)]
    vocabulary = {word for name in listed(data) for word in words(name)}
    yield "word,organisation,person,place"
    yield ",".join(["names", *(str(total) for total, _ in kinds)])
    guesses = [unseen(vocabulary, counts) for _, counts in kinds]
    for n in range(1, LONGEST + 1):
        yield ",".join([f"#{n}", *(f"{guess[n]:.4f}" for guess in guesses)])
    seen = {word for _, counts in kinds for word in counts if counts[word] >= LEAST_SEEN}
    for word in sorted(word for word in seen if word.isascii()):
        yield ",".join([word, *(str(counts[word]) for _, counts in kinds)])


def respelt(word: str) -> set[str]:
    """Other spellings the word may have, by one usual change of romanisation each."""
    found = {word + "h", word + "e", word + "a", word.rstrip("hea")}
    for one, other in (pair.split("/") for pair in RESPELT.split()):
        for old, new in ((one, other), (other, one)):
            if old:
                found.update(word[:at] + new + word[at + len(old) :] for at in finds(word, old))
    return {spelling for spelling in found if len(spelling) > 1}


def finds(word: str, part: str) -> Iterator[int]:
    at = word.find(part)
    while at >= 0:
        yield at
        at = word.find(part, at + 1)


def equivalents(data: Path) -> Iterator[str]:
    from rigour.names import NameTypeTag, SymbolCategory, analyze_names

    _, counts = counted(persons(data))
    borne = {word for word in counts if counts[word] >= 2}
    for names in (listed(data, "individual"), listed_elsewhere(data)):
        borne |= {word for name in names for reading in latin(name) for word in words(reading)}
    spelt: dict[str, set[str]] = defaultdict(set)
    for word in sorted(borne):
        if 1 < len(word) < 25 and word.isascii() and word.isalpha():
            for spelling in {word, *respelt(word)}:
                for name in analyze_names(NameTypeTag.PER, [spelling]):
                    for symbol in name.symbols:
                        if symbol.category in (SymbolCategory.NAME, SymbolCategory.NICK):
                            spelt[f"{symbol.category}:{symbol.id}"].add(spelling)
    groups = {frozenset(found) for found in spelt.values() if 2 <= len(found) <= WIDEST}
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, group in enumerate(sorted(sorted(group) for group in groups), 1):
        for word in group:
            numbers[word].append(number)
    for word in sorted(numbers):
        yield f"{word},{' '.join(map(str, numbers[word]))}"


if __name__ == "__main__":
    source = Path(sys.argv[1])
    write(DATA / "background.csv.gz", background(source))
    write(DATA / "equivalents.csv.gz", equivalents(source))
