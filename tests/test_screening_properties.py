"""What holds for every name: nothing is lost, nothing but the pair counts, nothing breaks."""

from __future__ import annotations

import random
from functools import cache

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.screening import Index, compare, screen
from licet.screening.index import conform
from licet.screening.roles import PARTS
from licet.screening.screen import PARTIES, meet

PIECES = [
    "huawei",
    "hua",
    "wei",
    "technologies",
    "technology",
    "tech",
    "shanghai",
    "beijing",
    "kalinka",
    "kalinca",
    "orlov",
    "orlovsky",
    "steel",
    "tubes",
    "wires",
    "co",
    "ltd",
    "llc",
    "ooo",
    "jsc",
    "gmbh",
    "ivan",
    "ivanov",
    "petrov",
    "petrovskiy",
    "i",
    "s",
    "al",
    "bin",
    "of",
    "the",
    "3",
    "5",
    "plant",
    "bank",
    "gazprom",
    "gazprombank",
    "neft",
    "marine",
    "networks",
    "hisilicon",
    "hisillicon",
    "trading",
    "group",
    "grp",
    "intl",
    "international",
    "ex",
    "formerly",
    "attn",
    "branch",
    "zeta",
    "qx",
    "zyxogen",
    "华为",
    "技术",
    "Ростех",
    "мухаммад",
    "mohammed",
    "muhammad",
    "first",
    "1st",
    "one",
]
names = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(" ".join)
kinds = st.sampled_from(["", "person", "organisation", "vessel"])
calm = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def listed(rows: list[tuple[str, str]]) -> pa.Table:
    return pa.table(
        {
            "entity": [f"e{i}" for i in range(len(rows))],
            "list": ["sdn" if i % 2 else "entity_list" for i in range(len(rows))],
            "name": [name for name, _ in rows],
            "kind": [kind for _, kind in rows],
        }
    )


@cache
def big() -> Index:
    draw = random.Random(11)
    rows = [
        (" ".join(draw.choices(PIECES, k=draw.randint(1, 6))), draw.choice(["", "person", "organisation"]))
        for _ in range(1500)
    ]
    return Index.build(listed(rows))


def brute(party: pa.Table, index: Index) -> dict[str, tuple[float, int]]:
    """Every entity with its points and level, from weighing all pairs."""
    found, *_ = meet(conform(party, PARTIES, ("name",)), index, None, None, True)
    entities = index.shown.column("entity").to_pylist()
    return {entities[f["row"]]: (f["points"] / PARTS, int(f["level"])) for f in found}


@calm
@given(names, kinds, st.sampled_from([None, "CN"]))
def test_no_hit_is_lost_against_a_full_scan(name: str, kind: str, country: str | None) -> None:
    party = pa.table({"name": [name], "kind": [kind], "country": pa.array([country], pa.string())})
    found = {r["entity"]: (r["score"], r["level"]) for r in screen(party, big()).to_pylist()}
    full = {e: (p, ("", "review", "hit")[lv]) for e, (p, lv) in brute(party, big()).items() if lv}
    assert found == full


@calm
@given(st.lists(st.tuples(names, kinds), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_batch_and_order_do_not_count(rows: list[tuple[str, str]], turn: random.Random) -> None:
    parties = pa.table({"name": [n for n, _ in rows], "kind": [k for _, k in rows]})
    together = screen(parties, big()).to_pylist()
    order = list(range(len(rows)))
    turn.shuffle(order)
    turned = screen(parties.take(pa.array(order)), big()).to_pylist()
    for place, i in enumerate(order):
        alone = screen(parties.slice(i, 1), big()).to_pylist()
        for r in alone:
            r["query"] = None
        for many, at in ((together, i), (turned, place)):
            assert [{**r, "query": None} for r in many if r["query"] == at] == alone


@calm
@given(names, names, kinds)
def test_a_pair_scores_alike_alone_and_in_a_list(mine: str, theirs: str, kind: str) -> None:
    others = [(" ".join(p), kind) for p in (PIECES[:5], PIECES[5:9], PIECES[20:26])]
    index = Index.build(listed([(theirs, kind), *others]))
    found = brute(pa.table({"name": [mine], "kind": [kind]}), index)
    assert found["e0"][0] == compare(mine, theirs, kind).points


@calm
@given(names, names, kinds)
def test_case_does_not_count(mine: str, theirs: str, kind: str) -> None:
    assert compare(mine, theirs, kind).points == compare(mine.upper(), theirs.title(), kind).points


@calm
@given(names, names, kinds)
def test_rows_add_up_exactly(mine: str, theirs: str, kind: str) -> None:
    found = compare(mine, theirs, kind)
    assert found.points == sum(e.points for e in found.evidence)
    assert (found.points * PARTS).is_integer()
    assert found.one_in >= 1


@calm
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_it(mine: str, theirs: str) -> None:
    found = compare(mine, theirs)
    assert found.points == sum(e.points for e in found.evidence)
    screen(pa.table({"name": [mine.encode("utf-8", "replace").decode()]}), big())


def test_odd_texts_do_not_break_it() -> None:
    odd = [
        "",
        "\0",
        "\ud800",
        "x" * 1_000_000,
        "a " * 100_000,
        "🚢" * 1000,
        "e\u0301" * 500,
        "\u202eabc",
        "'" * 99,
        ".a.b.c.",
    ]
    for text in odd:
        for other in odd:
            compare(text, other)
    raw = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xed\xa0")]
    )
    assert len(screen(pa.table({"name": raw}), big())) >= 0


@calm
@given(st.one_of(names, st.text(min_size=1, max_size=40)), kinds)
def test_a_name_finds_itself(name: str, kind: str) -> None:
    name = name.encode("utf-8", "replace").decode()
    itself = compare(name, name, kind)
    if any(c.isascii() and c.isalnum() for c in name):
        assert itself.points > 0
        assert all(e.points >= 0 or e.by == "residue" for e in itself.evidence)


def test_a_listed_name_finds_itself() -> None:
    index = big()
    shown = index.shown.select(["entity", "name"]).slice(0, 300)
    found = screen(pa.table({"name": shown.column("name")}), index).to_pylist()
    met = {(r["query"], r["entity"]) for r in found}
    lost = [
        n
        for i, (e, n) in enumerate(zip(*(c.to_pylist() for c in shown.columns), strict=True))
        if (i, e) not in met
    ]
    assert not lost
