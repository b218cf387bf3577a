"""FollowTheMoney entities out of JSON: nested ones are taken out and leave their id behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from licet.lists.record import Kind
from licet.lists.sources.common import data_file
from licet.lists.sources.foreign import clean

_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity: its schema and, under each property, its values in the order of the file.

    Args:
        target: whether the file lists it, where the file says so.
        line: the line on which it stands.
    """

    id: str
    schema: str
    properties: dict[str, list[str]]
    caption: str = ""
    datasets: tuple[str, ...] = ()
    target: bool | None = None
    last_change: str = ""
    line: int = field(default=0, compare=False)

    def first(self, name: str) -> str:
        """The first value of a property; empty without one."""
        return next(iter(self.properties.get(name, ())), "")

    def all(self, *names: str) -> list[str]:
        """The values of several properties, each once, in order."""
        return list(dict.fromkeys(value for name in names for value in self.properties.get(name, ())))


def kind_of(schema: str) -> Kind | None:
    """What a schema stands for; None for links, documents and whatever cannot be listed by itself."""
    kinds: dict[str, Kind] = data_file("foreign_followthemoney.yaml")["kinds"]
    return kinds.get(schema)


def in_codes(countries: Iterable[str]) -> tuple[str, ...]:
    """Upper-case codes of two letters; ``cn-xz`` and ``suhh`` begin with theirs, ``zz`` is none."""
    none = data_file("foreign_followthemoney.yaml")["no_country"]
    codes = (c.strip().upper()[:2] for c in countries if c.strip().casefold() not in none)
    return tuple(
        dict.fromkeys(code for code in codes if len(code) == 2 and code.isascii() and code.isalpha())
    )


def gathered(value: dict[str, Any], line: int, found: dict[str, Entity], depth: int = 0) -> str:
    """Adds an entity and those within it to ``found``; a sentence where it is none."""
    ident, schema, properties = (value.get(key) for key in ("id", "schema", "properties"))
    if not (isinstance(ident, str) and isinstance(schema, str) and isinstance(properties, dict)):
        return f"line {line}: no entity; expected an object with id, schema and properties"
    if depth > _DEEPEST:
        return f"line {line}: entities nested deeper than {_DEEPEST} were not read"
    wrong = ""
    said: dict[str, list[str]] = {}
    for name, values in properties.items():
        for one in values if isinstance(values, list) else [values]:
            if isinstance(one, dict):
                # An entity within another is no target by standing there.
                wrong = gathered({"target": False, **one}, line, found, depth + 1) or wrong
                one = one.get("id")
            if isinstance(one, str) and (text := clean(one)):
                said.setdefault(clean(name), []).append(text)
    datasets = value.get("datasets")
    target = value.get("target")
    entity = Entity(
        clean(ident),
        schema,
        said,
        clean(caption) if isinstance(caption := value.get("caption"), str) else "",
        tuple(clean(d) for d in datasets if isinstance(d, str)) if isinstance(datasets, list) else (),
        target if isinstance(target, bool) else None,
        clean(change) if isinstance(change := value.get("last_change"), str) else "",
        line,
    )
    before = found.get(entity.id)
    found[entity.id] = entity if before is None else _merged(before, entity)
    return wrong


def _merged(before: Entity, after: Entity) -> Entity:
    """Two pieces of one entity, as nested files repeat them."""
    names = dict.fromkeys([*before.properties, *after.properties])
    both = {
        n: list(dict.fromkeys([*before.properties.get(n, []), *after.properties.get(n, [])])) for n in names
    }
    return Entity(
        before.id,
        before.schema,
        both,
        before.caption or after.caption,
        tuple(dict.fromkeys([*before.datasets, *after.datasets])),
        before.target or after.target if before.target is not False else after.target,
        max(before.last_change, after.last_change),
        before.line,
    )
