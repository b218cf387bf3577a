"""Explanations of a score, feature by feature, out of the rows of evidence that the screening gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from licet.reviews.score import share

# What met, by the screening's own word for it.
FEATURES = {
    "same": "The same word in both names.",
    "legal form": "The same legal form, or one that means the same.",
    "abbreviation": "A word and its abbreviation or initial.",
    "spelling": "Words that differ by a few letters.",
    "sound": "Words that sound alike.",
    "script": "The same word in two scripts.",
    "translation": "A word and its translation.",
    "order": "The same words in another order.",
    "joined": "Words run together on one side.",
    "dropped": "A word that only one side has and that tells little.",
    "missing": "A word that only one side has.",
    "number": "Numbers, the same or in conflict.",
    "place": "Places, the same or in conflict.",
    "residue": "What is left of two names when all that met is taken away.",
    "country": "Countries, the same or in conflict.",
    "address": "Addresses that share a street or a place.",
    "identifier": "The same identifying number.",
}


def feature_of(by: str) -> str:
    """The name of a feature."""
    return by.replace(" ", "_")


def explanations(evidence: Iterable[Mapping[str, Any]], list_: str) -> dict[str, dict[str, Any]]:
    """What each feature brought, in shares of what a hit on that list needs."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in evidence:
        rows.setdefault(feature_of(row["by"]), []).append(row)
    return {
        name: {
            "score": share(sum(row["points"] for row in found), list_),
            "detail": "; ".join(_told(row) for row in found),
            "query": _side(found, "mine"),
            "candidate": _side(found, "theirs"),
        }
        for name, found in rows.items()
    }


def _side(rows: Iterable[Mapping[str, Any]], side: str) -> str | None:
    return " ".join(row[side] for row in rows if row[side]) or None


def _told(row: Mapping[str, Any]) -> str:
    mine, theirs = row["mine"] or "-", row["theirs"] or "-"
    words = mine if mine == theirs else f"{mine} / {theirs}"
    rare = f", 1 in {row['one_in']:,.0f}" if row["one_in"] and row["one_in"] >= 2 else ""
    return f"{words} ({row['points']:+.1f} points{rare})"
