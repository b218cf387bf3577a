"""Acts as columns of Arrow: one row an act, one column a fact, its parties in a list.

A column with the name of a fact states it: in its own type (flag bool, number float64, date date32,
set list of strings, else string), or as text that the vocabulary reads, so that ``none`` is known to be
absent; null is unknown. What neither can say exactly is ``struct<value, none>``: the value as it stands, or
that there is none. ``parties`` is a list of structs (:data:`PARTY` and party facts by their full name).
Any other column is a particular; one that could be taken for a fact lies in the struct ``particulars``.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

from licet.act import Act, Party
from licet.columns.sources import ActsError, batches
from licet.language.errors import FactError
from licet.language.values import ABSENT, Known, PartlyKnown, members
from licet.language.vocabulary import Entry, Vocabulary

__all__ = ["PARTY", "ActsError", "Stated", "act_at", "acts_of", "batches", "checked", "known", "to_arrow"]

PARTIES, PARTICULARS = "parties", "particulars"
WORDS = pa.dictionary(pa.int32(), pa.string())
PARTY = {
    "name": pa.string(),
    "roles": pa.list_(pa.string()),
    "country": pa.string(),
    "address": pa.string(),
    "same_as": pa.string(),
    "reference": pa.string(),
}
_OWN = {"flag": pa.bool_(), "number": pa.float64(), "date": pa.date32(), "set": pa.list_(pa.string())}
_NUMBERS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
_FITTING: dict[str, tuple[Callable[[pa.DataType], bool], ...]] = {
    "flag": (pa.types.is_boolean,),
    "number": _NUMBERS,
    "date": (pa.types.is_date, pa.types.is_timestamp),
    "set": (pa.types.is_list, pa.types.is_large_list),
}
_TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
_CANNOT = object()


@dataclass(frozen=True, slots=True)
class Stated:
    """What the columns of a table state: facts of the act, of its parties, and particulars."""

    facts: tuple[str, ...] = ()
    party_facts: tuple[str, ...] = ()
    particulars: tuple[str, ...] = ()


# Reading ---------------------------------------------------------------------------------


def checked(schema: pa.Schema, vocabulary: Vocabulary) -> Stated:
    """What the columns state, once it is sure that each can be read.

    Raises:
        ActsError: for a column that is repeated, misspelt, of another type, concluded by rules, or of a
            party where the act is meant, and the other way round.
    """
    for name, times in Counter(schema.names).items():
        if times > 1:
            raise ActsError(f"the column {name} is there {times} times")
    facts, particulars = [], []
    party_facts: tuple[str, ...] = ()
    for field in schema:
        if field.name == PARTIES:
            party_facts = _checked_parties(field.type, vocabulary)
        elif "." in field.name or field.name in vocabulary:
            _entry(field.name, vocabulary, field.type, of_party=False)
            facts.append(field.name)
        elif field.name != PARTICULARS:
            particulars.append(field.name)
        elif not pa.types.is_struct(field.type):
            raise ActsError(f"the column {PARTICULARS} is {field.type}; expected a struct, or no such column")
    return Stated(tuple(facts), party_facts, tuple(particulars))


def act_at(table: pa.Table | pa.RecordBatch, row: int, vocabulary: Vocabulary) -> Act:
    """The act in a row, counted from 0.

    Raises:
        ActsError: when a column cannot be read (see :func:`checked`), or a cell says nothing usable.
    """
    return next(acts_of(table.slice(row, 1), vocabulary, row))


def acts_of(table: pa.Table | pa.RecordBatch, vocabulary: Vocabulary, first: int = 0) -> Iterator[Act]:
    """All acts of a table, in order; ``first`` is the number of its first row in messages.

    Raises:
        ActsError: as :func:`act_at`, when it comes to such a row.
    """
    stated = checked(table.schema, vocabulary)
    cells = {name: table.column(name).to_pylist() for name in table.schema.names}
    people = cells.get(PARTIES) or [None] * table.num_rows
    beside = cells.get(PARTICULARS) or [None] * table.num_rows
    for i in range(table.num_rows):
        where = f"row {first + i}"
        facts = {
            name: value
            for name in stated.facts
            if (value := known(cells[name][i], vocabulary[name], where)) is not None
        }
        particulars = {name: cells[name][i] for name in stated.particulars} | (beside[i] or {})
        parties = [
            _party(given, stated.party_facts, vocabulary, f"{where}, party {number}")
            for number, given in enumerate(people[i] or (), 1)
        ]
        kept = {name: cell for name, cell in particulars.items() if cell is not None}
        yield Act(facts, tuple(parties), kept)


def known(cell: Any, entry: Entry, where: str) -> Known:
    """The value that a cell states."""
    match cell:
        case {"none": True}:
            return ABSENT
        case {"value": str() as text} if entry.type not in _OWN:
            return text  # as it stands, whatever the vocabulary would make of it
        case {"value": inner}:
            return known(inner, entry, where)
        case datetime() if cell.tzinfo is None and cell.time() == time():
            cell = cell.date()  # how data frames write a day
        case list() if None in cell:
            raise ActsError(f"{where}: {entry.name}: a member of the set is null; leave out what is unknown")
    try:
        return entry.read(cell)
    except FactError as error:
        raise ActsError(f"{where}: {error}") from None


def _party(given: Mapping[str, Any], names: Sequence[str], vocabulary: Vocabulary, where: str) -> Party:
    if given is None:
        raise ActsError(f"{where}: is null; leave it out, or state a party without a name")
    roles = given.get("roles")
    entry = vocabulary.entries.get("party.roles")
    if entry is not None:
        roles = known(roles, entry, where)
    return Party(
        # Nobody is called nothing: a blank name is a party nobody has named.
        name=_said(given, "name"),
        roles=members(roles) if isinstance(roles, list | frozenset) else members(()),
        country=_said(given, "country"),
        address=_said(given, "address"),
        same_as=_said(given, "same_as"),
        facts={n: k for n in names if (k := known(given[n], vocabulary[n], where)) is not None},
        reference=str(given.get("reference") or ""),
    )


def _said(given: Mapping[str, Any], key: str) -> str | None:
    text = given.get(key)
    return text if isinstance(text, str) and text.strip() else None


def _checked_parties(kind: pa.DataType, vocabulary: Vocabulary) -> tuple[str, ...]:
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    if not is_list or not pa.types.is_struct(kind.value_type):
        expected = f"a list of structs ({', '.join(PARTY)}, ...)"
        raise ActsError(f"the column {PARTIES} is {kind}; expected {expected}")
    facts = []
    for field in kind.value_type:
        if field.name in PARTY:
            if not (_words(field.type) or (field.name == "roles" and pa.types.is_list(field.type))):
                raise ActsError(f"{PARTIES}: {field.name} is {field.type}; expected {PARTY[field.name]}")
        elif "." in field.name:
            _entry(field.name, vocabulary, field.type, of_party=True)
            facts.append(field.name)
        else:
            near = difflib.get_close_matches(field.name, [*PARTY, *vocabulary.entries], 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ActsError(f"{PARTIES}: {field.name!r} says nothing of a party{hint}")
    return tuple(facts)


def _entry(name: str, vocabulary: Vocabulary, kind: pa.DataType | None, of_party: bool) -> Entry:
    """The entry of a fact that a column may state."""
    try:
        entry = vocabulary[name]
    except FactError as error:
        raise ActsError(f"the column {error}") from None
    if entry.source == "rule":
        raise ActsError(f"the column {name} is concluded by the law and cannot be stated")
    if entry.of_party and not of_party:
        raise ActsError(f"the column {name} belongs to a party: state it in {PARTIES}")
    if of_party and not entry.of_party:
        raise ActsError(f"{PARTIES}: {name} belongs to the act: give it a column of its own")
    if kind is not None and not _fits(kind, entry):
        expected = _OWN.get(entry.type, pa.string())
        raise ActsError(f"the column {name} is {kind}; expected {expected} ({entry.type}) or text")
    return entry


def _fits(kind: pa.DataType, entry: Entry) -> bool:
    if pa.types.is_struct(kind):
        names = {field.name for field in kind}
        return names == {"value", "none"} and _fits(kind.field("value").type, entry)
    return _words(kind) or any(fits(kind) for fits in _FITTING.get(entry.type, ()))


def _words(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(is_(kind) for is_ in _TEXT)


# Writing ---------------------------------------------------------------------------------


def to_arrow(acts: Iterable[Act], vocabulary: Vocabulary) -> pa.Table:
    """Acts as a table from which :func:`act_at` makes the same acts, but for their ``source``.

    Facts and particulars that are ``None`` are as if they had not been stated.

    Raises:
        ActsError: for a fact that cannot be stated exactly (one that is partly known, for example), and for
            particulars of one name that are of several types.
    """
    given = list(acts)
    columns: dict[str, pa.Array] = {}
    for name in _named((act.facts for act in given), vocabulary):
        entry = _entry(name, vocabulary, None, of_party=False)
        columns[name] = _column([act.facts.get(name) for act in given], entry)
    columns[PARTIES] = _parties([act.parties for act in given], vocabulary)
    kept: dict[str, pa.Array] = {}
    for name in dict.fromkeys(name for act in given for name in act.particulars):
        taken = "." in name or name in vocabulary or name in (PARTIES, PARTICULARS)
        (kept if taken else columns)[name] = _particular(name, [a.particulars.get(name) for a in given])
    if kept:
        columns[PARTICULARS] = pa.StructArray.from_arrays(list(kept.values()), list(kept))
    return pa.table(columns)


def _named(stated: Iterable[Mapping[str, Known]], vocabulary: Vocabulary) -> list[str]:
    """All names stated, in the order of the vocabulary; those it does not know last."""
    found = dict.fromkeys(name for facts in stated for name in facts)
    return [n for n in vocabulary.entries if n in found] + [n for n in found if n not in vocabulary]


def _parties(given: Sequence[tuple[Party, ...]], vocabulary: Vocabulary) -> pa.Array:
    everyone = [party for parties in given for party in parties]
    arrays = {
        name: pa.array([_part(party, name) for party in everyone], kind) for name, kind in PARTY.items()
    }
    for name in _named((party.facts for party in everyone), vocabulary):
        entry = _entry(name, vocabulary, None, of_party=True)
        arrays[name] = _column([party.facts.get(name) for party in everyone], entry)
    ends = [0]
    for parties in given:
        ends.append(ends[-1] + len(parties))
    people = pa.StructArray.from_arrays(list(arrays.values()), list(arrays))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), people)


def _part(party: Party, name: str) -> Any:
    return sorted(party.roles) if name == "roles" else getattr(party, name) or None


def _particular(name: str, values: list[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError) as error:
        raise ActsError(f"the particular {name!r} is not of one simple type: {error}") from None


def _column(values: list[Known], entry: Entry) -> pa.Array:
    """The values in their own type; else as text; else each with whether it is absent beside it."""
    distinct = dict.fromkeys(values)
    distinct.pop(None, None)
    own = _OWN.get(entry.type, pa.string())
    beside = pa.string() if entry.type == "date" else own
    forms: tuple[tuple[pa.DataType, Callable[[Known, Entry], Any]], ...] = (
        (own, _typed),
        (pa.string(), _text),
        (pa.struct({"value": beside, "none": pa.bool_()}), _beside),
    )
    for kind, say in forms:
        said = {value: say(value, entry) for value in distinct}
        if all(_same(said[value], value, entry) for value in distinct):
            said[None] = None
            column = pa.array([said[value] for value in values], kind)
            return column.cast(WORDS) if kind == pa.string() else column
    row, value = next(
        (row, value)
        for row, value in enumerate(values)
        if value is not None and not _same(_beside(value, entry), value, entry)
    )
    why = "only partly known" if isinstance(value, PartlyKnown) else f"no {entry.type} that can be stated"
    raise ActsError(f"{entry.name}: {value} (number {row} of those given) is {why}")


def _same(said: Any, value: Known, entry: Entry) -> bool:
    try:
        return said is not _CANNOT and known(said, entry, "") == value
    except ActsError:
        return False


def _typed(value: Known, entry: Entry) -> Any:
    match value, entry.type:
        case bool(), "flag":
            return value
        case frozenset(), "set":
            return sorted(value)
        case ((int() | float()), "number"):
            return float(value)
        case date(), "date" if not isinstance(value, datetime):
            return value
        case str(), "text" | "code" | "choice":
            return value
    return _CANNOT


def _text(value: Known, entry: Entry) -> Any:
    match value:
        case PartlyKnown():
            return _CANNOT
        case frozenset():
            return " ".join(sorted(value))
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return format(Decimal(repr(value)), "f")
        case date():
            return value.isoformat()
    return "none" if value is ABSENT else str(value)


def _beside(value: Known, entry: Entry) -> Any:
    if value is ABSENT:
        return {"value": None, "none": True}
    inner = _text(value, entry) if entry.type == "date" else _typed(value, entry)
    return _CANNOT if inner is _CANNOT else {"value": inner, "none": False}
