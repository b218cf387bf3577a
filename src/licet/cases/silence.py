"""Silence: in a worked case, what is not said is not so."""

from __future__ import annotations

from collections.abc import Mapping

from licet.language.values import Known
from licet.language.vocabulary import Vocabulary

# Facts a case may leave open: what they are is never concluded from silence.
NEVER_SILENT = frozenset(
    {
        "act.date",
        "act.action",
        "origin.country",
        "destination.country",
        "item.kind",
        "item.eccn",
        "item.us_origin",
        "party.name",
        "party.roles",
        "party.country",
    }
)


def with_silence(
    facts: Mapping[str, Known], vocabulary: Vocabulary, of_party: bool = False
) -> dict[str, Known]:
    """The facts, with every other fact a caller could have stated said not to be so."""
    full = dict(facts)
    for entry in vocabulary:
        if entry.source == "caller" and entry.of_party is of_party and entry.name not in NEVER_SILENT:
            full.setdefault(entry.name, entry.denied)
    return full
