"""Which kinds of entity a dataset has, with all that these are kinds of."""

from __future__ import annotations

from collections.abc import Mapping

from licet.api.kept import kept
from licet.api.listed import directory
from licet.api.yente.datasets import Dataset
from licet.api.yente.model import Schema, schemata
from licet.lists.exporting import schema_of
from licet.regime import Regime


def types_of(dataset: Dataset, regime: Regime) -> list[Schema]:
    """Schemata that can be asked for."""
    used = {name for code in dataset.lists for name in _used(regime).get(code, ())}
    matchable = (schemata()[name] for name in used if schemata()[name].matchable)
    names = {kind for schema in matchable for kind in schema.kinds}
    return [schemata()[name] for name in sorted(names)]


@kept
def _used(regime: Regime) -> Mapping[str, frozenset[str]]:
    """Schemata by list."""
    kinds = directory(regime).kinds()
    shown = regime.listings.finder.index.shown
    found: dict[str, set[str]] = {}
    pairs = zip(shown.column("entity").to_pylist(), shown.column("list").to_pylist(), strict=True)
    for id_, code in set(pairs):
        found.setdefault(code, set()).update(schema_of(kind) for kind in kinds.get(id_, ()))
    return {code: frozenset(names) for code, names in found.items()}
