"""Lines of a book as columns of numbers, before they are turned into acts or cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from licet.generating.facts import Codes

Flags = npt.NDArray[np.bool_]
NOBODY, UNNAMED = -1, -2


@dataclass(frozen=True)
class Lines:
    """A block of lines, each column one value a line; what is of parties has one value a line and role.

    ``who`` is the customer, NOBODY or UNNAMED, ``lead`` the first role in which the same party takes
    part, ``named`` whether its name is stated, ``address`` whether its address is.
    """

    order: npt.NDArray[np.int64]
    line: npt.NDArray[np.int64]
    day: Codes
    item: Codes
    quantity: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    currency: Codes
    end_use: Codes
    facts: Mapping[str, Codes]
    who: Codes
    lead: Codes
    named: Flags
    spelling: Codes
    country: Codes
    address: Flags
    party_facts: Mapping[str, Codes]

    def __len__(self) -> int:
        return len(self.day)

    def head(self, count: int) -> Lines:
        """The first so many lines."""
        parts: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name, part in parts.items():
            parts[name] = {k: v[:count] for k, v in part.items()} if isinstance(part, dict) else part[:count]
        return Lines(**parts)
