"""What changed between two snapshots of the same lists, entity by entity and field by field.

Only lists that both sides cover are compared, and between two formats only fields that both
fill; what is left out is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from licet.lists.identity import countries_of, match
from licet.lists.record import Address, Identifier, OtherName, Reading, Record
from licet.lists.snapshot import by_list

Kind = Literal["added", "removed", "changed"]
COLUMNS = (
    "list",
    "change",
    "name",
    "countries",
    "field",
    "before",
    "after",
    "same_by",
    "id_before",
    "id_after",
)
_NOT_SAID = frozenset({"list", "line", "faults", "published_id", "published_name", "publisher_list"})
FIELDS = tuple(f.name for f in fields(Record) if f.name not in _NOT_SAID)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: what to call it, its format, and the records of each list it covers."""

    label: str
    format: str
    lists: Mapping[str, Sequence[Record]]

    @classmethod
    def of(cls, label: str, reading: Reading) -> Side:
        """A file as a side."""
        return cls(label, reading.format, by_list(reading.records, reading.lists))


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with the values only the one side has and those only the other has."""

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """An entity that came, went or changed; ``by`` is the sign that it is the same on both sides."""

    list: str
    kind: Kind
    before: Record | None
    after: Record | None
    by: str = ""
    fields: tuple[FieldChange, ...] = ()

    @property
    def record(self) -> Record:
        """The newer record there is."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Diff:
    """A comparison.

    Args:
        before: what the earlier side is called.
        after: what the later side is called.
        lists: what was compared.
        left_out: for each list only one side covers, which side that is.
        not_compared: for each list the fields that only one of the two formats fills.
        changes: in the order of lists; removed, added, changed.
        same: entities of each list that say the same on both sides.
        doubts: for each list, entries that share a name and were not taken for one entity.
    """

    before: str
    after: str
    lists: tuple[str, ...]
    left_out: Mapping[str, str]
    not_compared: Mapping[str, tuple[str, ...]]
    changes: tuple[Change, ...]
    same: Mapping[str, int]
    doubts: Mapping[str, tuple[str, ...]]

    def of(self, list_: str, kind: Kind) -> tuple[Change, ...]:
        """The changes of one kind in one list."""
        return tuple(c for c in self.changes if c.list == list_ and c.kind == kind)

    def counts(self) -> dict[str, dict[str, int]]:
        """For each list the number of entities added, removed, changed and the same."""
        found = Counter((c.list, c.kind) for c in self.changes)
        kinds: tuple[Kind, ...] = ("added", "removed", "changed")
        return {code: {**{k: found[code, k] for k in kinds}, "same": self.same[code]} for code in self.lists}


def diff(before: Side, after: Side, only: Sequence[str] = ()) -> Diff:
    """Compare two sides, in all lists both cover or in those of ``only``."""
    asked = [code for code in sorted({*before.lists, *after.lists}) if not only or code in only]
    lists = tuple(c for c in asked if c in before.lists and c in after.lists)
    left_out = {c: before.label if c in before.lists else after.label for c in asked if c not in lists}
    changes: list[Change] = []
    same: dict[str, int] = {}
    doubts: dict[str, tuple[str, ...]] = {}
    not_compared: dict[str, tuple[str, ...]] = {}
    for code in lists:
        old, new = before.lists[code], after.lists[code]
        compared = [f for f in FIELDS if before.format == after.format or _filled(f, old) == _filled(f, new)]
        not_compared |= {code: missing} if (missing := tuple(f for f in FIELDS if f not in compared)) else {}
        matching = match(old, new)
        pairs = [
            (p, change) for p in matching.pairs if (change := _changed(old[p.before], new[p.after], compared))
        ]
        changes += [Change(code, "removed", old[place], None) for place in matching.only_before]
        changes += [Change(code, "added", None, new[place]) for place in matching.only_after]
        changes += [Change(code, "changed", old[p.before], new[p.after], p.by, change) for p, change in pairs]
        same[code] = len(matching.pairs) - len(pairs)
        doubts |= {code: found} if (found := tuple(d.why for d in matching.doubts)) else {}
    return Diff(before.label, after.label, lists, left_out, not_compared, tuple(changes), same, doubts)


def _filled(field: str, records: Sequence[Record]) -> bool:
    return any(getattr(r, field) for r in records)


def _changed(before: Record, after: Record, compared: Sequence[str]) -> tuple[FieldChange, ...]:
    if before.digest == after.digest:
        return ()
    return tuple(c for field in compared if (c := _field(field, before, after)) is not None)


def _field(field: str, before: Record, after: Record) -> FieldChange | None:
    old, new = (countries(r) if field == "countries" else _values(getattr(r, field)) for r in (before, after))
    lost, gained = tuple(v for v in old if v not in new), tuple(v for v in new if v not in old)
    return FieldChange(field, lost, gained) if lost or gained else None


def countries(record: Record) -> tuple[str, ...]:
    """Its countries, in addresses or apart."""
    return tuple(sorted(countries_of(record)))


def _values(value: object) -> tuple[str, ...]:
    """The values of a field as texts, blanks made even."""
    match value:
        case None | "":
            return ()
        case tuple():
            return tuple(dict.fromkeys(text for item in value for text in _values(item)))
        case OtherName(name, kind):
            return (f"{' '.join(name.split())}{'' if kind == 'alias' else f' ({kind})'}",)
        case Address(text, country):
            return (" ".join(f"{text}{f' [{country}]' if country else ''}".split()),)
        case Identifier(kind, number):
            return (f"{kind}:{number}",)
    return (" ".join(str(value).split()),)


def rows(found: Diff) -> Iterator[dict[str, Any]]:
    """One row of :data:`COLUMNS` for each entity that came or went and for each field that changed."""
    for change in found.changes:
        head = {
            "list": change.list,
            "change": change.kind,
            "name": change.record.name,
            "countries": ";".join(countries(change.record)),
            "same_by": change.by,
            "id_before": change.before.published_id if change.before else "",
            "id_after": change.after.published_id if change.after else "",
        }
        for field in change.fields or (FieldChange("", (), ()),):
            yield {
                **head,
                "field": field.field,
                "before": "; ".join(field.before),
                "after": "; ".join(field.after),
            }


def as_data(found: Diff) -> dict[str, Any]:
    """The whole comparison as plain data, for JSON."""
    return {
        "before": found.before,
        "after": found.after,
        "counts": found.counts(),
        "left_out": dict(found.left_out),
        "not_compared": {code: list(names) for code, names in found.not_compared.items()},
        "doubts": {code: list(said) for code, said in found.doubts.items()},
        "changes": [
            {
                "list": c.list,
                "change": c.kind,
                "name": c.record.name,
                "countries": list(countries(c.record)),
                "same_by": c.by,
                "fields": {f.field: {"before": list(f.before), "after": list(f.after)} for f in c.fields},
            }
            for c in found.changes
        ],
    }
