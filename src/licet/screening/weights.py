"""What words and ways of meeting are worth: ``data/engine_weights.yaml`` as arrays in parts of points."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from licet.language import plain_yaml
from licet.language.errors import LawError
from licet.screening.roles import BY, PARTS, ROLES
from licet.screening.shapes import Array, Weights, frozen
from licet.screening.words import DATA

PAIR = (
    "order",
    "form same",
    "form differs",
    "form missing",
    "place conflict",
    "number conflict",
    "trade conflict",
    "name conflict",
    "person conflict",
    "each conflict",
    "each person conflict",
    "person spared",
    "initial",
    "residue",
    "country same",
    "country differs",
    "address word",
    "address most",
    "address least",
    "identifier same",
    "identifier differs",
    "kind differs",
    "share mine",
    "share theirs",
    "bend",
    "slope",
    "rare",
    "rare likeness",
    "doubt",
    "hit beyond",
    "exact enough",
)


def _column(data: dict[str, Any], names: tuple[str, ...], section: str) -> Array:
    unknown = set(data) - set(names)
    if unknown:
        raise LawError(
            f"engine_weights.yaml: {section}: {sorted(unknown)[0]!r} is not one of {', '.join(names)}"
        )
    return np.array([round(float(data.get(n, 0)) * PARTS) for n in names], np.int32)


def from_data(data: dict[str, Any]) -> Weights:
    """Weights from the sections of the file."""
    missing = set(PAIR) - set(data["pair"])
    if missing:
        raise LawError(f"engine_weights.yaml: pair: {sorted(missing)[0]!r} is missing")
    return frozen(
        Weights(
            value=_column(data["value"], ROLES, "value"),
            mine=_column(data["mine"], ROLES, "mine"),
            theirs=_column(data["theirs"], ROLES, "theirs"),
            like=_column(data["like"], BY, "like"),
            alike=_column(data["alike"], BY, "alike"),
            pair=_column(data["pair"], PAIR, "pair"),
            cost_easing=np.round(np.linspace(0, 1, PARTS + 1) ** float(data["cost easing"]) * PARTS).astype(
                np.int32
            ),
            rarest=np.array([round(float(data["rarest"]) * PARTS)], np.int32),
        )
    )


@cache
def weights() -> Weights:
    """The weights of this release."""
    return from_data(plain_yaml.read_file(DATA / "engine_weights.yaml"))
