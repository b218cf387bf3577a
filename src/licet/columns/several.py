"""Several laws over one book: acts are read once, and what laws share is worked out once.

Scenarios that edit rules read the same of every act, so their rules run over the same patterns, as one
program in which only what an edit touches is said again. Those with other lists are signed apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from licet.columns.coding import Codes
from licet.columns.concluding import OUTCOMES, outcome_alone
from licet.columns.deciding import laid_out, matrix
from licet.columns.engines import Engine
from licet.columns.engines import engine as engine_of
from licet.columns.layout import Layout
from licet.columns.lowering import Lowering
from licet.columns.patterns import Matrix
from licet.columns.program import Program
from licet.columns.signing import Signer
from licet.language.instrument import Moment
from licet.language.rulebook import Rulebook
from licet.regime import Regime


@dataclass(slots=True)
class _Together:
    """Regimes over the same tables and lists: what signs for them, and what came of each pattern."""

    names: tuple[str, ...]
    signer: Signer
    outcomes: Matrix
    first: int = 0


class Several:
    """Decides batches by several regimes at once: the outcomes alone."""

    def __init__(
        self,
        regimes: Mapping[str, Regime],
        as_of: Moment | None = None,
        known_at: Moment | None = None,
        unrelieved: bool = False,
        engine: Engine | None = None,
    ) -> None:
        self.engine, self.unrelieved = engine or engine_of("polars"), unrelieved
        self.scopes = {name: regime.scope for name, regime in regimes.items()}
        alike: dict[tuple[int, ...], dict[str, Regime]] = {}
        for name, regime in regimes.items():
            read = (id(regime.listings), id(regime.destinations), id(regime.control_list))
            alike.setdefault(read, {})[name] = regime
        self._groups = [
            _Together(
                tuple(own),
                Signer(next(iter(own.values())), [r.book for r in own.values()], as_of, known_at),
                np.zeros((0, len(own)), np.int64),
            )
            for own in alike.values()
        ]

    def outcomes(self, batch: pa.RecordBatch) -> dict[str, Codes]:
        """For each regime the place in ``OUTCOMES`` of what comes of every act; -1 where nothing does."""
        found: dict[str, Codes] = {}
        for group in self._groups:
            signed = group.signer.sign(batch)
            new = np.zeros((group.signer.patterns.count - signed.new, len(group.names)), np.int64)
            scopes = tuple(self.scopes[name] for name in group.names)
            for laid in laid_out(group.signer, group.signer.patterns.since(signed.new)):
                program = _program(
                    group.signer.books, group.signer.layout, laid.slots, scopes, self.unrelieved
                )
                new[laid.which] = matrix(self.engine.run(program, laid.words))
            first = group.signer.patterns.first
            if first > group.first:
                # What came of patterns that are forgotten is forgotten with them.
                group.first, group.outcomes = first, new[:0]
            group.outcomes = np.concatenate([group.outcomes, new])
            nothing = np.full((1, len(group.names)), -1, np.int64)
            at = np.where(signed.patterns < 0, -1, signed.patterns - first)
            every = np.concatenate([group.outcomes, nothing])[at]
            found |= {name: every[:, i] for i, name in enumerate(group.names)}
        return found


@lru_cache(maxsize=32)
def _program(
    books: Sequence[Rulebook], layout: Layout, slots: int, scopes: Sequence[str], unrelieved: bool
) -> Program:
    """One program for several books; an output a book."""
    low: Lowering | None = None
    outputs = []
    for number, (book, scope) in enumerate(zip(books, scopes, strict=True)):
        low = Lowering(book, layout, slots, unrelieved, shared=low, prefix=f"{number}: ")
        outputs.append(outcome_alone(low, scope))
    assert low is not None
    return low.program(tuple(outputs))


def names_of(codes: Codes) -> list[str | None]:
    """Outcomes by their places in ``OUTCOMES``."""
    return [OUTCOMES[code].value if code >= 0 else None for code in codes.tolist()]
