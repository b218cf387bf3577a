"""Differences of lists: exact against sets made by hand from the raw files, and every deviation explained."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.lists.diff import COLUMNS, Diff, Side, as_data, countries, diff, rows
from licet.lists.importing import read_published
from licet.lists.record import Address, OtherName, Record
from listed import read_shared, reading, record
from shared_reference import shared


def side(label: str, *records: Record, **said: Any) -> Side:
    return Side.of(label, reading(records, **said))


def raw(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig", "replace")


def plain(text: str) -> str:
    return " ".join(text.split())


def entry_side(name: str) -> Side:
    return Side.of(name, read_shared(name))


def explained(
    found: Diff, list_: str, key: Callable[[Record], Any], before: Counter[Any], after: Counter[Any]
) -> list[tuple[Any, Any]]:
    """Hold a comparison against two bags of keys from the raw files; gives the renamed, old and new.

    What came and went by hand is what came and went by us, and both keys of every entity whose key
    changed; nothing that came has the key of something that went.
    """
    added = Counter(key(c.record) for c in found.of(list_, "added"))
    removed = Counter(key(c.record) for c in found.of(list_, "removed"))
    changed = [(key(c.before), key(c.after)) for c in found.of(list_, "changed") if c.before and c.after]
    renamed = [(old, new) for old, new in changed if old != new]
    came, went = added + Counter(new for _, new in renamed), removed + Counter(old for old, _ in renamed)
    assert not added & removed
    assert after - before == came - went
    assert before - after == went - came
    return renamed


# Real lists


@pytest.fixture(scope="module")
def sdn() -> tuple[Diff, list[dict[str, list[str]]], list[dict[str, set[str]]]]:
    """The comparison of 2019 and 2021, and of each year the raw main rows and countries of addresses by number."""
    sides, mains, places = [], [], []
    for day in ("2019-01-04", "2021-07-07"):
        parts = {"main": "sdn", "alt": "alt", "add": "add"}
        paths = {role: shared(f"data/ofac/sdn-{day}-{end}.csv.gz") for role, end in parts.items()}
        sides.append(Side.of(day, read_published(paths).reading))
        cells = {
            role: [r for r in csv.reader(io.StringIO(raw(p))) if len(r) > 1] for role, p in paths.items()
        }
        mains.append({row[0]: row for row in cells["main"]})
        found: dict[str, set[str]] = {number: set() for number in mains[-1]}
        for row in cells["add"]:
            found[row[0]] |= {row[4].strip()} - {"-0-"}
        places.append(found)
    return diff(*sides), mains, places


def test_sdn_numbers_of_2019_and_2021(sdn: Any) -> None:
    """By hand: 1,858 numbers came and 261 went."""
    found, (old, new), _ = sdn
    came = {c.record.published_id for c in found.of("sdn", "added")}
    went = {c.record.published_id for c in found.of("sdn", "removed")}
    assert (came, went) == (new.keys() - old.keys(), old.keys() - new.keys())
    assert (len(came), len(went)) == (1858, 261)


def test_sdn_names_of_2019_and_2021(sdn: Any) -> None:
    found, (old, new), _ = sdn
    bags = [Counter(plain(row[1]) for row in rows.values()) for rows in (old, new)]
    renamed = explained(found, "sdn", lambda r: r.name, *bags)
    kept = old.keys() & new.keys()
    assert sorted(renamed) == sorted(
        (plain(old[n][1]), plain(new[n][1])) for n in kept if old[n][1] != new[n][1]
    )
    assert len(renamed) == 20


def test_sdn_countries_of_2019_and_2021(sdn: Any) -> None:
    """Countries are those of addresses, of nationality in the remarks, and flags of vessels."""
    found, (old, new), (before, after) = sdn
    by_hand = {n for n in old.keys() & new.keys() if before[n] != after[n]}
    changed = {c.before.published_id: c for c in found.of("sdn", "changed")}
    ours = {n for n, c in changed.items() if any(f.field == "countries" for f in c.fields)}
    for number in by_hand - ours:
        c = changed[number]
        assert countries(c.before) == countries(c.after), "the remarks already said so"
        assert re.search(r"nationality|citizen", old[number][11])
    for number in ours - by_hand:
        assert old[number][9] != new[number][9], "only the flag changed"
    assert (len(by_hand), len(ours), len(by_hand & ours)) == (26, 24, 19)


def test_denied_persons_of_2019_and_2022() -> None:
    """The key is name and country as the Bureau writes them; 168 rows came and 133 went."""
    files = [shared(f"data/dpl/dpl-{day}.txt") for day in ("2019-06-29", "2022-09-07")]
    by_hand = [list(csv.DictReader(io.StringIO(raw(f)), delimiter="\t")) for f in files]
    sides = [Side.of(f.name, read_published({"main": f}).reading) for f in files]
    keyed: dict[int, tuple[str, str]] = {}
    for s, table in zip(sides, by_hand, strict=True):
        for r, row in zip(s.lists["denied_persons"], table, strict=True):
            keyed[id(r)] = (plain(row["Name"]), row["Country"])
    bags = [Counter((plain(row["Name"]), row["Country"]) for row in table) for table in by_hand]
    found = diff(*sides)
    renamed = explained(found, "denied_persons", lambda r: keyed[id(r)], *bags)
    assert ((bags[1] - bags[0]).total(), (bags[0] - bags[1]).total()) == (168, 133)
    assert len(found.of("denied_persons", "added")) == 168 - len(renamed)
    assert len(found.of("denied_persons", "removed")) == 133 - len(renamed)
    assert len(renamed) == 2


def test_entity_list_of_2022_and_2026() -> None:
    """The key is name and countries as published; those whose key changed are the same by their words."""
    old = [
        r
        for r in csv.DictReader(io.StringIO(raw(shared("data/csl/csl-2022-05-16-full.csv.gz"))))
        if "(EL)" in r["source"]
    ]
    whole = json.loads(raw(shared("data/csl/csl-2026-07-31-compact.json.gz")))
    new = [e for e in whole["entries"] if "(EL)" in whole["tables"]["sources"][e["s"]]]
    assert (len(old), len(new)) == (2001, 3420)
    # Where the address ends without a code: in the name of the country or of its capital.
    spelt = {"China": "CN", "Hong Kong": "HK", "Iran": "IR", "Rabat": "MA"}

    def of_address(text: str) -> str:
        last = text.strip().rsplit(",", 1)[-1].strip()
        return spelt.get(last, last if re.fullmatch("[A-Z]{2}", last) else "")

    bags = [
        Counter(
            (plain(r["name"]), frozenset(map(of_address, r["addresses"].split(";"))) - {""}) for r in old
        ),
        Counter((plain(e["n"]), frozenset(c for c in e.get("c", ()) if len(c) == 2)) for e in new),
    ]
    found = diff(
        entry_side("data/csl/csl-2022-05-16-full.csv.gz"),
        entry_side("data/csl/csl-2026-07-31-compact.json.gz"),
        ["entity_list"],
    )

    def key(r: Record) -> Any:
        return plain(r.published_name or r.name), frozenset(countries(r))

    renamed = explained(found, "entity_list", key, *bags)
    counts = found.counts()["entity_list"]
    assert counts["added"] - counts["removed"] == 3420 - 2001
    assert counts["removed"] < 60
    assert len(renamed) < 110
    for (name, here), (other, there) in renamed:
        assert not (here and there) or here & there, "nobody is found again in another country"
        words, others = (set(re.findall(r"\w+", n.casefold())) for n in (name, other))
        assert 2 * len(words & others) >= min(len(words), len(others)), (name, other)
    ran_in = [(name, other) for (name, _), (other, _) in renamed if name.startswith(f"{other}, ")]
    assert ("Wuhan Huawei Investment Co., Ltd., Wuhan, Hubei", "Wuhan Huawei Investment Co., Ltd.") in ran_in
    assert len(ran_in) > 20


# Made lists


def test_added_removed_and_changed_field_by_field() -> None:
    stays = record("Stays", "CN", published_id="1")
    before = record(
        "Alpha", "CN", policy="Case by case", citations=("1 FR 1",), addresses=(Address("Road 1", "CN"),)
    )
    after = record(
        "ALPHA", "CN", policy="Denial", citations=("1 FR 1", "2 FR 2"), others=(OtherName("Aleph", "former"),)
    )
    found = diff(
        side("a", stays, before, record("Goes", "IR")),
        side("b", after, replace(stays, published_id="2"), record("Comes", "RU")),
    )
    assert found.counts() == {"made": {"added": 1, "removed": 1, "changed": 1, "same": 1}}
    (change,) = found.of("made", "changed")
    assert {f.field: (f.before, f.after) for f in change.fields} == {
        "name": (("Alpha",), ("ALPHA",)),
        "others": ((), ("Aleph (former)",)),
        "addresses": (("Road 1 [CN]",), ()),
        "policy": (("Case by case",), ("Denial",)),
        "citations": ((), ("2 FR 2",)),
    }
    flat = list(rows(found))
    assert [(r["change"], r["name"], r["field"]) for r in flat[:3]] == [
        ("removed", "Goes", ""),
        ("added", "Comes", ""),
        ("changed", "ALPHA", "name"),
    ]
    assert all(tuple(sorted(r)) == tuple(sorted(COLUMNS)) for r in flat)
    assert json.loads(json.dumps(as_data(found)))["changes"][-1]["fields"]["policy"]["after"] == ["Denial"]


def test_only_lists_on_both_sides_are_compared_and_the_others_are_said() -> None:
    first = side("a", record("A", list_="one"), record("B", list_="two"), lists=("one", "two"))
    second = side("b", record("B", list_="two"), record("C", list_="three"), lists=("two", "three", "one"))
    found = diff(first, second)
    assert found.lists == ("one", "two")
    assert found.left_out == {"three": "b"}
    assert [c.record.name for c in found.changes] == ["A"], "a list that is covered and empty was emptied"
    assert diff(first, second, ["two"]).left_out == {}


def test_between_formats_a_field_nobody_could_fill_is_no_change() -> None:
    rich = side("a", record("A", "CN", addresses=(Address("Road 1", "CN"),), policy="Denial"), format="rich")
    poor = side("b", record("A", "CN", policy="Denial"), format="poor")
    found = diff(rich, poor)
    assert found.changes == ()
    assert found.not_compared == {"made": ("addresses",)}
    assert [c.fields[0].field for c in diff(rich, replace(poor, format="rich")).changes] == ["addresses"]
