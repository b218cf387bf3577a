"""The control list: what an ECCN's paragraph is controlled for, and which exceptions it allows.

A control or an exception whose own text depends on something that the ECCN does not say is
*open*: unknown until somebody states ``item.controls``. An ECCN given without
its paragraph leaves open whatever only some of its paragraphs carry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from licet.language.expression import is_under
from licet.language.values import ABSENT, Known, PartlyKnown, members
from licet.language.window import Clock
from licet.tables.dated import DatedRow, Remembered, read_csv, read_dated

BASKET = "EAR99"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an entry: which paragraphs, which control or exception, and on what it depends."""

    eccn: str
    unless: tuple[str, ...]
    what: str
    value: float | None
    depends: str

    def reach(self, eccn: str) -> bool | None:
        """Whether the line reaches an item classified ``eccn``; ``None`` where that leaves it open."""
        if is_under(eccn, self.unless):
            return False
        if is_under(eccn, (self.eccn,)):
            partly_excluded = any(is_under(x, (eccn,)) for x in self.unless)
            return None if self.depends or partly_excluded else True
        return None if is_under(self.eccn, (eccn,)) else False


@dataclass(frozen=True, slots=True)
class ControlList:
    """Lines of controls and of exceptions by five-character ECCN, and supplement 2 to Part 744."""

    controls: Mapping[str, tuple[Line, ...]]
    exceptions: Mapping[str, tuple[Line, ...]]
    military_list: tuple[DatedRow, ...]
    _found: Remembered[dict[str, Known]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_found", Remembered(self.military_list, {}))

    @classmethod
    def load(cls, folder: Path) -> ControlList:
        """From ``eccn-controls.csv``, ``eccn-exceptions.csv`` and ``supplement-2-744.csv``."""
        listed = tuple(read_dated(folder / "supplement-2-744.csv"))
        return cls(
            _lines(folder / "eccn-controls.csv", "column"),
            _lines(folder / "eccn-exceptions.csv", "exception"),
            listed,
        )

    def stretch(self, clock: Clock) -> Hashable:
        """What all views of time share in which the list says the same."""
        return self._found.stretch(clock)

    def facts(self, eccn: Known, clock: Clock, stated: Known = None) -> Mapping[str, Known]:
        """Table facts of an item; ``stated`` reasons for control take the place of the table's."""
        found = self._found.get(eccn, clock, lambda: self._facts(eccn, clock))
        if isinstance(stated, frozenset | PartlyKnown):
            return found | {"item.controls": stated, "item.beyond_at": _beyond_at(stated)}
        return found

    def _facts(self, eccn: Known, clock: Clock) -> dict[str, Known]:
        controls = self.controls_of(eccn)
        return {
            "item.controls": controls,
            "item.beyond_at": _beyond_at(controls),
            "item.exceptions": self.exceptions_of(eccn),
            "item.lvs_limit_usd": self.lvs_limit(eccn),
            "item.in_supplement_2": self.in_military_list(eccn, clock),
        }

    def controls_of(self, eccn: Known) -> frozenset[str] | PartlyKnown | None:
        """Columns and other reasons for control; ``None`` where the list has no such entry."""
        if eccn == BASKET:
            return members(())
        lines = self.controls.get(eccn[:5]) if isinstance(eccn, str) else None
        return None if lines is None else _gathered(lines, str(eccn))

    def exceptions_of(self, eccn: Known) -> frozenset[str] | PartlyKnown | None:
        """Symbols of the list-based exceptions that the entry allows."""
        if eccn == BASKET:
            return members(())
        if not isinstance(eccn, str) or eccn[:5] not in self.controls:
            return None
        return _gathered(self.exceptions.get(eccn[:5], ()), eccn)

    def lvs_limit(self, eccn: Known) -> Known:
        """The LVS limit in US dollars; absent where the entry has none."""
        if not isinstance(eccn, str) or (eccn != BASKET and eccn[:5] not in self.controls):
            return None
        lines = [line for line in self.exceptions.get(eccn[:5], ()) if line.what == "LVS"]
        limits = {line.value for line in lines if line.reach(eccn) is not False}
        if not limits:
            return ABSENT
        return limits.pop() if len(limits) == 1 else None

    def in_military_list(self, eccn: Known, clock: Clock) -> bool | None:
        """Whether supplement 2 to Part 744 names the ECCN on that day."""
        if eccn == BASKET:
            return False
        if not isinstance(eccn, str):
            return None
        listed = tuple(row.cells["eccn"] for row in self.military_list if row.holds(clock, {}))
        if is_under(eccn, listed):
            return True
        return None if any(is_under(code, (eccn,)) for code in listed) else False


def _gathered(lines: Iterable[Line], eccn: str) -> frozenset[str] | PartlyKnown:
    reached = [(line.what, line.reach(eccn)) for line in lines]
    sure = members(what for what, reach in reached if reach)
    open_ = members(what for what, reach in reached if reach is None) - sure
    return PartlyKnown(sure, open_) if open_ else sure


def _beyond_at(controls: frozenset[str] | PartlyKnown | None) -> bool | None:
    match controls:
        case None:
            return None
        case PartlyKnown(sure, open_):
            if any(not c.startswith("AT") for c in sure):
                return True
            return None if any(not c.startswith("AT") for c in open_) else False
    return any(not c.startswith("AT") for c in controls)


def _lines(path: Path, what: str) -> dict[str, tuple[Line, ...]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for _, row in read_csv(path):
        unless = tuple(x for x in row["except"].split(";") if x)
        value = float(row["value"]) if row.get("value") else None
        found[row["eccn"][:5]].append(Line(row["eccn"], unless, row[what], value, row["condition"]))
    return {eccn: tuple(lines) for eccn, lines in found.items()}
