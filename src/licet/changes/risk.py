"""Revenue at risk by quarter: the value of acts that a change stops, as a range under stated assumptions.

A range, never a forecast: shares and days come from a file that says where each of them comes from,
and the low end of a range has been wrong before (see ``docs/impact.md``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

from licet.changes.compare import Change, Comparison
from licet.changes.impact import Row, value_of
from licet.decisions.decide import Decision
from licet.decisions.outcome import Outcome
from licet.language import plain_yaml
from licet.language.errors import LicetError
from licet.language.rule import POLICIES
from licet.tables.dated import digest

SHIPPED = Path(str(resources.files("licet"))) / "changes" / "risk-assumptions.yaml"
RANGE, FORECAST = ("low", "central", "high"), "Range, not a forecast."


class AssumptionError(LicetError):
    """A file of assumptions does not say what it has to."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """Three values of one quantity, with their source; ``guessed`` where there is none to speak of."""

    low: Decimal
    central: Decimal
    high: Decimal
    source: str
    guessed: bool = False

    def of(self, name: str) -> Decimal:
        """The value by its name, one of low, central and high."""
        value: Decimal = getattr(self, name)
        return value


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What becomes of acts that are stopped: the share ``lost``, and the days a licence takes (``late``)."""

    title: str
    warning: str
    lost: tuple[tuple[str, str, Assumed], ...]
    late: Assumed
    digest: str

    @classmethod
    def read(cls, path: Path = SHIPPED) -> Assumptions:
        """The assumptions in a YAML file; by default those that come with Licet.

        Raises:
            AssumptionError: naming the file and the entry, for anything missing or out of its range.
        """
        given = plain_yaml.read_file(path)
        if not isinstance(given, dict) or not {"title", "warning", "lost", "late"} <= given.keys():
            raise AssumptionError(f"{path.name}: expected title, warning, lost and late")
        lost = tuple(_share(entry, path.name, place) for place, entry in enumerate(given["lost"], 1))
        late = _assumed(given["late"], f"{path.name}: late", most=None)
        return cls(str(given["title"]), str(given["warning"]), lost, late, digest(path))

    def share(self, decision: Decision) -> Assumed:
        """The share that is lost of an act that came out so.

        Raises:
            AssumptionError: where none of the entries fits.
        """
        outcome, review = decision.outcome.value, decision.review or ""
        for named, policy, share in self.lost:
            if named == outcome and policy in ("", review):
                return share
        raise AssumptionError(f"no share is assumed for {outcome} (review: {review or 'not determined'})")

    @property
    def says(self) -> str:
        """Which assumptions these are, in a line."""
        return f"{self.title} ({self.digest[:12]})"


def at_risk(comparison: Comparison, assumptions: Assumptions) -> list[Row]:
    """By quarter of the acts' own dates and by currency: what a change puts at risk, low, central and high.

    ``low``, ``central`` and ``high`` are what never comes; ``late_...`` is what comes on top of that with
    a licence, but in a later quarter. ``exposed`` is the whole value of the acts that went ahead
    before and do not after, ``freed`` that of acts that go the other way; nothing is set off.
    """
    found: dict[tuple[str, str], list[Change]] = {}
    for change in comparison.changes:
        if change.before.outcome.clear is not change.after.outcome.clear:
            key = quarter(change.act.facts.get("act.date")), value_of(change.act)[1]
            found.setdefault(key, []).append(change)
    return [
        {
            "quarter": when,
            "currency": currency,
            **_added(changes, assumptions),
            "assumptions": assumptions.says,
        }
        for (when, currency), changes in sorted(found.items())
    ]


def quarter(day: Any) -> str:
    """The quarter of a day, as ``2019-Q3``."""
    return f"{day.year}-Q{(day.month + 2) // 3}" if isinstance(day, date) else "no date"


def _added(changes: Sequence[Change], assumptions: Assumptions) -> Row:
    stopped = [change for change in changes if not change.after.outcome.clear]
    values = [(change, value_of(change.act)[0]) for change in stopped]
    row: Row = {
        "lines": len(stopped),
        "unvalued": sum(value is None for _, value in values),
        "exposed": float(sum(value or 0 for _, value in values)),
    }
    for name in RANGE:
        lost = [(value or 0) * assumptions.share(change.after).of(name) for change, value in values]
        late = [
            (value or 0) - gone if _slips(change, assumptions.late.of(name)) else Decimal(0)
            for (change, value), gone in zip(values, lost, strict=True)
        ]
        row[name] = round(float(sum(lost)), 2)
        row[f"late_{name}"] = round(float(sum(late)), 2)
    freed = [value_of(change.act)[0] for change in changes if change.after.outcome.clear]
    return row | {"freed_lines": len(freed), "freed": float(sum(value or 0 for value in freed))}


def _slips(change: Change, days: Decimal) -> bool:
    """Whether an act that waits so many days for its licence leaves its quarter."""
    own = change.act.facts.get("act.date")
    if change.after.outcome is not Outcome.LICENCE_REQUIRED or not isinstance(own, date):
        return False
    return quarter(own + timedelta(days=int(days))) != quarter(own)


def _share(entry: Any, name: str, place: int) -> tuple[str, str, Assumed]:
    where = f"{name}: lost, entry {place}"
    if not isinstance(entry, dict) or entry.get("outcome") not in set(Outcome):
        raise AssumptionError(f"{where}: expected an outcome, one of {', '.join(Outcome)}")
    review = str(entry.get("review", ""))
    if review and review not in POLICIES:
        raise AssumptionError(
            f"{where}: {review!r} is no review policy; expected one of {', '.join(POLICIES)}"
        )
    return str(entry["outcome"]), review, _assumed(entry, where, most=1)


def _assumed(entry: Mapping[str, Any], where: str, most: int | None) -> Assumed:
    try:
        low, central, high = (Decimal(str(entry[name])) for name in RANGE)
    except (KeyError, ArithmeticError, TypeError):
        raise AssumptionError(f"{where}: expected numbers for low, central and high") from None
    if not 0 <= low <= central <= high or (most is not None and high > most):
        limit = f", none above {most}" if most is not None else ""
        raise AssumptionError(f"{where}: expected 0 <= low <= central <= high{limit}")
    if not entry.get("source"):
        raise AssumptionError(f"{where}: say where the numbers come from (source)")
    return Assumed(low, central, high, str(entry["source"]), entry.get("assumption") is True)
