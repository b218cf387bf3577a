"""Datasets: every list under its code, and the collections that clients ask for by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from licet.api.kept import kept
from licet.regime import Regime

DEFAULT = "default"
_TITLES = {
    DEFAULT: "Every list",
    "us_trade_csl": "US lists of the Consolidated Screening List",
}
# Under the name that OpenSanctions gives them.
_CONSOLIDATED = (
    "entity_list", "denied_persons", "unverified_list", "military_end_users", "sdn", "ssi", "cmic", "capta",
    "mbs", "fse", "plc", "isn", "dtc",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dataset:
    """A list, or a collection of lists; ``entities`` counts who was ever on them."""

    name: str
    title: str
    lists: tuple[str, ...]
    entities: int
    collection: bool


def narrowed(
    given: Dataset, include: Collection[str], exclude: Collection[str], regime: Regime
) -> frozenset[str]:
    """Lists of a dataset that are among those included, if any are named, and not among those excluded."""
    found = frozenset(given.lists)
    if include:
        found &= _lists_of(include, regime)
    return found - _lists_of(exclude, regime)


def _lists_of(names: Collection[str], regime: Regime) -> frozenset[str]:
    return frozenset(code for name in names if (d := dataset_of(name, regime)) for code in d.lists)


def dataset_of(name: str, regime: Regime) -> Dataset | None:
    """The dataset of that name."""
    return datasets(regime).get(name)


@kept
def datasets(regime: Regime) -> Mapping[str, Dataset]:
    """All datasets by name, collections first."""
    counted = regime.listings.finder.index.shown.group_by("list").aggregate([("entity", "count_distinct")])
    counts = dict(zip(counted["list"].to_pylist(), counted["entity_count_distinct"].to_pylist(), strict=True))
    codes = sorted({*counts, *(code for s in regime.snapshots for code in s.lists)})
    found = {}
    for name, lists in ((DEFAULT, codes), ("us_trade_csl", [c for c in codes if c in _CONSOLIDATED])):
        total = sum(counts.get(code, 0) for code in lists)
        found[name] = Dataset(name, _TITLES[name], tuple(lists), total, True)
    for code in codes:
        title = regime.lists[code].name if code in regime.lists else code
        found[code] = Dataset(code, title, (code,), counts.get(code, 0), False)
    return found
