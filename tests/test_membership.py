"""Membership of the Huawei family on every day, as known then and later; and of others through snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from licet.decisions.dossier_family import Family, families, family_of
from licet.language.instrument import Moment
from licet.lists.effect import PublishedRules
from licet.lists.history import History
from licet.lists.membership import membership
from licet.parties.listing import Listing, Listings
from licet.parties.names import even
from licet.regime import Regime
from listed import read_shared, reading

EASTERN = ZoneInfo("America/New_York")
FIRST, LAST = date(2019, 5, 14), date(2020, 8, 18)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
LATER = date(2026, 7, 31)
FILES = (
    ("data/csl/csl-2022-05-16-full.csv.gz", date(2022, 5, 16)),
    ("data/csl/csl-2026-07-31-compact.json.gz", date(2026, 7, 31)),
)
LISTS = ("entity_list", "military_end_users", "cmic")


def expected(on: date) -> int:
    if on < date(2019, 5, 16):
        return 0
    if on < date(2019, 8, 19):
        return 69
    return 115 if on < date(2020, 8, 17) else 153


def huawei(regime: Regime, as_of: Moment, known_at: Moment) -> Family:
    return family_of(regime, "huawei", regime.clock(as_of, known_at))


def names(family: Family) -> set[str]:
    return {m.listing.name for m in family.members if m.truth}


@pytest.mark.parametrize("then", [True, False], ids=["known that day", "known in 2026"])
def test_the_count_is_right_on_every_day(regime: Regime, then: bool) -> None:
    counts = [(on, huawei(regime, on, on if then else LATER)) for on in DAYS]
    assert {on: family.count(True) for on, family in counts} == {on: expected(on) for on in DAYS}
    assert all(family.count(None) == 0 for _, family in counts)


def test_named_members_come_on_their_days(regime: Regime) -> None:
    first_day = {
        "HiSilicon Technologies Co., Ltd": date(2019, 5, 16),
        "HiSilicon Optoelectronics Co., Ltd.": date(2019, 5, 16),
        "Hui Tong Business Ltd.": date(2019, 8, 19),
        "Shanghai HiSilicon Technologies Co., Ltd.": date(2019, 8, 19),
        "Centre for Integrated Photonics Ltd.": date(2019, 8, 19),
    }
    for on in DAYS:
        for known in (on, LATER):
            present = names(huawei(regime, on, known))
            assert {n for n in first_day if n in present} == {n for n, d in first_day.items() if d <= on}, on


def test_nobody_leaves_and_each_rule_adds_its_own(regime: Regime) -> None:
    by_day = {on: names(huawei(regime, on, on)) for on in DAYS}
    assert all(by_day[a] <= by_day[b] for a, b in pairwise(DAYS))
    last = huawei(regime, LAST, LATER)
    assert {by: len(m) for by, m in last.by_rule.items()} == {
        "84 FR 22961": 69,
        "84 FR 43493": 46,
        "85 FR 51596": 38,
    }


@pytest.mark.parametrize(
    ("as_of", "known_at", "count"),
    [
        (datetime(2019, 5, 16, 16, 14, tzinfo=EASTERN), LATER, 0),
        (datetime(2019, 5, 16, 16, 15, tzinfo=EASTERN), LATER, 69),
        (datetime(2019, 5, 16, 20, 14, tzinfo=ZoneInfo("UTC")), LATER, 0),
        (datetime(2019, 5, 16, 20, 15, tzinfo=ZoneInfo("UTC")), LATER, 69),
        # A night in China is still the day before in Washington.
        (datetime(2019, 8, 19, 11, 0, tzinfo=ZoneInfo("Asia/Shanghai")), LATER, 69),
        (datetime(2019, 8, 19, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai")), LATER, 115),
        # Nobody could read the rule before it was displayed; then everybody could, days before it was printed.
        (date(2019, 5, 20), datetime(2019, 5, 16, 16, 0, tzinfo=EASTERN), 0),
        (date(2019, 5, 20), datetime(2019, 5, 16, 16, 15, tzinfo=EASTERN), 69),
        (date(2019, 5, 20), date(2019, 5, 15), 0),
        # What came later was not known, however late the day asked about.
        (date(2020, 8, 18), date(2019, 8, 18), 69),
        (date(2020, 8, 18), date(2019, 8, 19), 115),
        (date(2020, 8, 18), date(2020, 8, 16), 115),
        # It is known in advance of no day on which it had no effect.
        (date(2019, 5, 15), LATER, 0),
    ],
)
def test_instants_and_what_was_public(regime: Regime, as_of: Moment, known_at: Moment, count: int) -> None:
    family = huawei(regime, as_of, known_at)
    assert family.count(True) == count
    assert len(family.members) + family.later == 153


def test_families_are_those_of_the_table(regime: Regime) -> None:
    assert {"huawei", "zte"} <= set(families(regime))
    empty = family_of(regime, "nobody", regime.clock(LATER, LATER))
    assert (empty.members, empty.later, empty.truth) == ((), 0, False)


# With the real lists beside the table


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Bureau's part of the consolidated lists of 2022 and 2026, as a history."""
    path = tmp_path_factory.mktemp("membership") / "lists.sqlite"
    with History.open(path, create=True) as history:
        for name, on in FILES:
            whole = read_shared(name)
            part = [r for r in whole.records if r.list in LISTS]
            history.add(
                reading(part, LISTS, format=whole.format),
                sha256=sha256(name.encode()).hexdigest(),
                file=Path(name).name,
                day=on,
                known=on,
            )
    return path


@pytest.fixture(scope="module")
def listed(store: Path) -> Regime:
    return Regime.load().with_history(store)


def versions(regime: Regime) -> Iterator[Listing]:
    for found in regime.listings.versions.values():
        yield from found


def test_the_counts_are_the_same_with_the_real_lists_beside(listed: Regime) -> None:
    for on in DAYS:
        for known in (on, LATER):
            assert huawei(listed, on, known).count(True) == expected(on)


def test_no_name_of_the_family_is_listed_twice(listed: Regime) -> None:
    """Neither under a name that says so, nor by one of the three rules that listed nobody else."""
    rules = [(84, 22961, 22975), (84, 43493, 43502), (85, 51596, 51629)]
    own = {v.id for v in versions(listed) if v.family == "huawei"}
    for version in versions(listed):
        if version.id in own or version.list != "entity_list":
            continue
        # An alias may name it: a firm listed later in its own right is known as a department of it.
        assert not {"huawei", "hisilicon"} & set(even(version.name)), version.name
        volume, _, page = version.by.partition(" FR ")
        assert not any(volume == str(v) and a <= int(page or 0) <= b for v, a, b in rules), version


def on_list(regime: Regime, name: str, on: date, known: date = LATER) -> bool | None:
    """Whether any sure candidate of that name was on the Entity List."""
    clock = regime.clock(on, known)
    answers = {
        v.in_force(clock)
        for c in regime.listings.find(name)
        if c.sure
        for v in regime.listings.versions[c.listing]
        if v.list == "entity_list" and v.known(clock)
    }
    return True if True in answers else None if None in answers else False


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Semiconductor Manufacturing International Corporation", date(2020, 12, 18)),
        ("Semiconductor Manufacturing International (Shenzhen) Corporation", date(2020, 12, 18)),
        ("SMIC Holdings Limited", date(2020, 12, 18)),
        ("Hangzhou Hikvision Digital Technology Co., Ltd.", date(2019, 10, 9)),
        ("Dahua Technology", date(2019, 10, 9)),
        ("HiSilicon Technologies Co., Ltd.", date(2019, 5, 16)),
    ],
)
def test_firms_with_known_rules_start_on_the_day_of_effect(listed: Regime, name: str, first: date) -> None:
    assert on_list(listed, name, first - timedelta(days=1)) is False
    assert on_list(listed, name, first) is True
    assert on_list(listed, name, LATER) is True


@pytest.fixture(scope="module")
def by_snapshots_alone(store: Path) -> Listings:
    """What the lists would say if the law's own table had nobody on it."""
    regime = Regime.load()
    rules = PublishedRules.load(
        regime.folder / "us" / "ear" / "tables" / "rules-published.csv", regime.instruments
    )
    with History.open(store) as history:
        return Listings.of(membership(history, Listings({}), rules).listings)


@pytest.mark.parametrize(
    ("word", "start"),
    [
        ("Semiconductor Manufacturing International (Beijing) Corporation", date(2020, 12, 18)),
        ("Hangzhou Hikvision Digital Technology Co., Ltd.", date(2019, 10, 9)),
    ],
)
def test_snapshots_alone_give_the_day_of_effect_where_the_rule_is_known(
    by_snapshots_alone: Listings, regime: Regime, word: str, start: date
) -> None:
    found = [
        v
        for several in by_snapshots_alone.versions.values()
        for v in several
        if v.list == "entity_list" and even(v.name) == even(word)
    ]
    for on, truth in ((start - timedelta(days=1), False), (start, True), (LATER, True)):
        clock = regime.clock(on, LATER)
        answers = {v.in_force(clock) for v in found if v.known(clock)}
        assert (True in answers, None in answers) == (truth, False)
    assert all(v.evidence for v in found)


def test_namesakes_that_one_rule_listed_are_not_taken_for_each_other(listed: Regime) -> None:
    """Sibling institutes differ by a number or a town and stand on one page; each is itself."""
    for name in (
        "Semiconductor Manufacturing International (Tianjin) Corporation",
        "China Electronics Technology Group Corporation 13th Research Institute (CETC 13)",
    ):
        (best, *_) = listed.listings.find(name)
        assert even(listed.listings.versions[best.listing][0].name) == even(name)
