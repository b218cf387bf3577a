"""Facts of generated acts: drawn as numbers, kept as numbers, and turned into columns at the end.

A fact that is a day is kept as a count of days, any other as the place of its text among all texts
that the mix has for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.generating.mix import Choice, DaysBefore, MixError, Spec
from licet.language.values import ABSENT
from licet.language.vocabulary import Entry, Vocabulary

_FINE = 1 << 16  # shares of what is missing are as fine as this
BLANK = -(10**6)
NONE = BLANK + 1  # of a day: known that there is none
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Domain:
    """What the cells of one fact can be: days, or one of some texts."""

    entry: Entry
    texts: tuple[str, ...]
    is_day: bool

    def drawn(
        self, spec: Spec, count: int, rng: np.random.Generator, anchors: Mapping[str, Codes] | None = None
    ) -> Codes:
        """So many cells; days are counted back from the anchors."""
        if isinstance(spec, DaysBefore):
            back = rng.integers(spec.least, spec.most, count, dtype=np.int32, endpoint=True)
            days = (anchors or {})[spec.anchor] - back
            return np.where(days > NONE, days, BLANK).astype(np.int32)
        codes = np.array([self._code(text) for text in spec.texts], np.int32)
        if len(codes) == 1:
            return np.full(count, codes[0], np.int32)
        return codes[np.searchsorted(np.cumsum(spec.shares)[:-1], rng.random(count), side="right")]

    def _code(self, text: str | None) -> int:
        if text is None:
            return BLANK
        return NONE if self.is_day else self.texts.index(text)

    def column(self, cells: Codes, vocabulary: Vocabulary) -> pa.Array:
        """The cells as a column of the fact's own type, or as text where that cannot say them."""
        blank = cells == BLANK
        if self.is_day:
            return self._days(cells, blank)
        values = [vocabulary.stated(self.entry.name, text) for text in self.texts]
        places = np.where(blank, 0, cells)
        if self.entry.type == "flag":
            return pa.array(np.array(values, bool)[places], mask=blank)
        if self.entry.type == "number" and ABSENT not in values:
            return pa.array(np.array(values, float)[places], mask=blank)
        if self.entry.type == "set":
            sets = pa.array([sorted(v) for v in values], pa.list_(pa.string()))  # type: ignore[arg-type]
            return sets.take(pa.array(places, pa.int32(), mask=blank))
        return self.words(cells)

    def words(self, cells: Codes) -> pa.Array:
        """The cells as text, as a person would write them."""
        blank = cells == BLANK
        if self.is_day:
            return self._days(cells, blank).cast(pa.string())
        places = pa.array(np.where(blank, 0, cells), pa.int32(), mask=blank)
        return pa.DictionaryArray.from_arrays(places, pa.array(self.texts, pa.string()))

    def _days(self, cells: Codes, blank: npt.NDArray[np.bool_]) -> pa.Array:
        none = cells == NONE
        days = pa.array(cells, pa.int32(), mask=blank | none).cast(pa.date32())
        if "none" not in self.texts:
            return days
        return pc.if_else(pa.array(none), "none", days.cast(pa.string()))


def domains(specs: Iterable[Mapping[str, Spec]], vocabulary: Vocabulary) -> dict[str, Domain]:
    """The domain of every fact that some of the specifications state, in the order of the vocabulary."""
    texts: dict[str, dict[str, None]] = {}
    days: set[str] = set()
    for facts in specs:
        for name, spec in facts.items():
            found = texts.setdefault(name, {})
            if isinstance(spec, Choice):
                found.update(dict.fromkeys(t for t in spec.texts if t is not None))
            else:
                days.add(name)
    for name in sorted(days):
        if set(texts[name]) - {"none"} or vocabulary[name].type != "date":
            raise MixError(f"{name}: expected days, or none")
    return {
        name: Domain(vocabulary[name], tuple(texts[name]), name in days)
        for name in vocabulary.entries
        if name in texts
    }


def lost(rng: np.random.Generator, shape: tuple[int, ...], share: float) -> npt.NDArray[np.bool_]:
    """Cells that nobody filled in: each for itself, with that share."""
    return rng.integers(0, _FINE, shape, dtype=np.uint16) < round(_FINE * share)


def blanked(cells: Codes, rng: np.random.Generator, share: float) -> Codes:
    """The cells, with that share of them left blank."""
    return np.where(lost(rng, cells.shape, share), BLANK, cells).astype(np.int32)
