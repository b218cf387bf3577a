"""Several laws over one book: acts are read once, and only their patterns are decided again.

Scenarios that edit rules read the same of every act, so twenty of them cost little more than one. Those
with other lists are signed apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from licet.columns.coding import Codes
from licet.columns.concluding import OUTCOMES
from licet.columns.deciding import BookDecider
from licet.columns.engines import Engine
from licet.columns.engines import engine as engine_of
from licet.columns.signing import Signer
from licet.language.instrument import Moment
from licet.regime import Regime


@dataclass(frozen=True, slots=True)
class _Together:
    """Regimes over the same tables and lists, by name, and what signs and decides for them."""

    signer: Signer
    by_name: Mapping[str, BookDecider]


class Several:
    """Decides batches by several regimes at once."""

    def __init__(
        self,
        regimes: Mapping[str, Regime],
        as_of: Moment | None = None,
        known_at: Moment | None = None,
        unrelieved: bool = False,
        engine: Engine | None = None,
    ) -> None:
        engine = engine or engine_of("polars")
        alike: dict[tuple[int, ...], dict[str, Regime]] = {}
        for name, regime in regimes.items():
            read = (id(regime.listings), id(regime.destinations), id(regime.control_list))
            alike.setdefault(read, {})[name] = regime
        self._groups = []
        for own in alike.values():
            first = next(iter(own.values()))
            signer = Signer(first, [regime.book for regime in own.values()], as_of, known_at)
            by_name = {
                name: BookDecider(regime.book, signer.layout, regime.scope, engine, unrelieved)
                for name, regime in own.items()
            }
            self._groups.append(_Together(signer, by_name))

    def outcomes(self, batch: pa.RecordBatch) -> dict[str, Codes]:
        """For each regime the place in ``Outcome`` of what comes of every act; -1 where nothing does."""
        found: dict[str, Codes] = {}
        for group in self._groups:
            signed = group.signer.sign(batch)
            for place, (name, book) in enumerate(group.by_name.items()):
                results = book.results_of(signed, group.signer, place)
                found[name] = np.append(book.outcomes, -1)[results]
        return found

    def decisions(self, batch: pa.RecordBatch) -> dict[str, pa.Table]:
        """For each regime the decisions of a batch, in the columns of :data:`FIELDS`."""
        found: dict[str, pa.Table] = {}
        for group in self._groups:
            signed = group.signer.sign(batch)
            for place, (name, book) in enumerate(group.by_name.items()):
                found[name] = pa.table(book.told(book.results_of(signed, group.signer, place)))
        return found


def names_of(codes: Codes) -> list[str | None]:
    """Outcomes by their places in ``Outcome``."""
    return [OUTCOMES[code].value if code >= 0 else None for code in codes.tolist()]
