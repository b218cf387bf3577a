"""Fetching values of properties of listed parties into the columns of a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from licet.api.reconcile.shapes import Fetch, Fetched
from licet.api.restrictions import Restriction
from licet.api.yente.asking import View
from licet.api.yente.documents import Document, documents_of
from licet.api.yente.model import caption, schemata

_IN_WORDS = {True: "in force", False: "not in force", None: "not known"}


@dataclass(frozen=True, slots=True)
class Ours:
    """A property that the lists say, one value for each list."""

    label: str
    value: Callable[[Restriction], str]


OURS: Mapping[str, Ours] = {
    "licet:status": Ours("Restriction status", lambda r: f"{r.list}: {_IN_WORDS[r.in_force]}"),
    "licet:since": Ours("Listed since", lambda r: r.since or ""),
    "licet:through": Ours("Listed through", lambda r: r.through or ""),
    "licet:requirement": Ours("Licence requirement", lambda r: r.requirement),
    "licet:policy": Ours("Licence review policy", lambda r: r.review_policy),
    "licet:consequence": Ours("Consequence", lambda r: r.means),
    "licet:citations": Ours("Citations", lambda r: "; ".join(r.citations)),
}


def extension(asked: Fetch, view: View) -> dict[str, Any]:
    """The values, row by row; an id that nobody has gets an empty row."""
    documents = documents_of(view.regime)
    names: dict[str, str] = {}
    rows: dict[str, dict[str, list[dict[str, str]]]] = {}
    for id_ in asked.ids:
        document = documents.named(id_, view.clock)
        rows[id_] = {}
        for wanted in asked.properties if document else ():
            assert document is not None
            found = _values(document, wanted)
            if found is not None:
                names[wanted.id], values = found
                rows[id_][wanted.id] = [{"str": value} for value in values]
    return {"meta": [{"id": id_, "name": name} for id_, name in names.items()], "rows": rows}


def _values(document: Document, wanted: Fetched) -> tuple[str, list[str]] | None:
    """What a property is called and its values; None where such entities have none of that name."""
    if ours := OURS.get(wanted.id):
        label, values = ours.label, [value for r in document.restrictions if (value := ours.value(r))]
    else:
        schema = schemata()[document.entity["schema"]]
        known = schema.properties.get(wanted.id.rpartition(":")[2])
        if known is None:
            return None
        label, values = known.label, list(document.entity["properties"].get(known.name, ()))
        if wanted.settings.render == "caption":
            values = [caption(known.type, value) for value in values]
    return label, values[: wanted.settings.limit] if wanted.settings.limit > 0 else values
