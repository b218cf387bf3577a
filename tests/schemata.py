"""The FollowTheMoney schemata as ``licet.api.yente`` keeps them, read from the real model.

``python tests/schemata.py`` writes them again, for another version of the package.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from followthemoney import model, registry
from followthemoney.schema import Schema


def schemata() -> dict[str, Any]:
    """Everything that the API needs to know of the model."""
    return {
        "schemata": {name: _schema(model.schemata[name]) for name in sorted(model.schemata)},
        "groups": dict(sorted((t.group, t.plural) for t in registry.types if t.group)),
        "topics": dict(sorted(registry.topic.names.items())),
        "risks": sorted(registry.topic.RISKS),
    }


def _schema(schema: Schema) -> dict[str, Any]:
    own = (p for p in schema.properties.values() if p.schema == schema)
    return {
        "label": schema.label,
        "plural": schema.plural,
        "is": sorted(s.name for s in schema.schemata),
        "matchable": schema.matchable,
        "matches": sorted(s.name for s in schema.matchable_schemata),
        "featured": schema.featured,
        "properties": {
            p.name: [p.label, p.type.name, *(["hidden"] if p.hidden else [])]
            for p in sorted(own, key=lambda p: p.name)
            if not p.stub
        },
        "reverse": {
            p.name: [p.label, p.reverse.qname]
            for p in sorted(
                (p for p in schema.properties.values() if p.schema == schema and p.stub), key=lambda p: p.name
            )
        },
    }


def text() -> str:
    """As it stands in the file: one line for each schema."""
    told = schemata()
    lines = (
        f"  {json.dumps(n)}: {json.dumps(s, ensure_ascii=False)}" for n, s in told.pop("schemata").items()
    )
    rest = (f"{json.dumps(n)}: {json.dumps(v, ensure_ascii=False)}" for n, v in told.items())
    return "{\n" + ",\n".join([*rest, '"schemata": {\n' + ",\n".join(lines) + "\n}"]) + "\n}\n"


if __name__ == "__main__":
    folder = files("licet.api.yente")
    (folder / "schemata.json").write_text(text(), encoding="utf-8")  # type: ignore[attr-defined]
