"""Impact: a comparison added up: what turned by which rule, duties, certificates, and what to ask whom.

Values stand in the particulars of an act. Currencies are kept apart and never added; lines without
a value are counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from licet.act import Act
from licet.changes.compare import Change, Comparison
from licet.decisions.decide import Authorisation, Decision
from licet.decisions.outcome import Outcome
from licet.decisions.telling import reason
from licet.language import expression as e
from licet.language.values import spoken

Row = dict[str, Any]

CERTIFICATE = "certificate.by"
_DIGITS = 18
CHANGE_COLUMNS = (
    "row", "order_id", "line", "date", "party", "item", "before", "after", "could_be", "because", "rules",
    "instruments", "cites", "reason_before", "reason_after", "review_before", "review_after",
    "obligations_begin", "obligations_lapse", "ask", "value", "currency", "as_of_before", "as_of_after",
)  # fmt: skip


def value_of(act: Act) -> tuple[Decimal | None, str]:
    """What an act is worth, and in which currency: no value where none is stated or it is no number."""
    stated = str(act.particulars.get("value") or "")
    currency = str(act.particulars.get("currency") or "")
    try:
        value = Decimal(stated)
    except InvalidOperation:
        return None, currency
    # Sums of money have no more digits than this; what has is no sum of money.
    counts = value.is_finite() and abs(value.adjusted()) <= _DIGITS
    return (value, currency or "?") if counts else (None, currency)


def staked(acts: Iterable[Act]) -> Iterator[Row]:
    """Lines and money of some acts, a row for each currency; ``unvalued`` lines are among ``lines``."""
    lines: dict[str, int] = defaultdict(int)
    total: dict[str, Decimal] = defaultdict(Decimal)
    unvalued: dict[str, int] = defaultdict(int)
    for act in acts:
        value, currency = value_of(act)
        lines[currency] += 1
        total[currency] += value or 0
        unvalued[currency] += value is None
    for currency in sorted(lines):
        yield {
            "lines": lines[currency],
            "value": float(total[currency]),
            "currency": currency,
            "unvalued": unvalued[currency],
        }


def row_number(change: Change) -> int | str:
    """The row of the file where the act was read from one, else its place in the book."""
    return change.act.source.rpartition("row ")[2] or change.number


def customer(act: Act) -> str:
    """Who an act is done with: the purchaser, else who receives it, else the first party named."""
    for role in ("purchaser", "ultimate_consignee", "end_user", "releasee"):
        for party in act.parties:
            if role in party.roles and party.name:
                return party.name
    return next((p.name for p in act.parties if p.name), "a party not named")


def item(act: Act) -> str:
    """What an act is about: the caller's own number of the item, else its description, else its ECCN."""
    told = act.particulars.get("item_id") or act.particulars.get("description")
    return str(told or spoken(act.facts.get("item.eccn")))


def reviewed(decision: Decision) -> str:
    """The review policy of an act: ``open`` where what is unknown decides it, blank where none is needed."""
    asked = any(r.remains is not False and r.rule.effect == "requires" for r in decision.requirements)
    return decision.review or ("open" if asked else "")


# -- rows --------------------------------------------------------------------------------------------


def changed_lines(comparison: Comparison) -> list[Row]:
    """One row for each change, in the order of :data:`CHANGE_COLUMNS`."""
    return [_changed(change) for change in comparison.changes]


def _changed(change: Change) -> Row:
    before, after, causes = change.before, change.after, change.causes
    bounds = after.bounds
    told = {name: change.act.particulars.get(name, "") for name in ("order_id", "line", "value", "currency")}
    row: Row = {
        **told,
        "row": row_number(change),
        "date": spoken(change.act.facts.get("act.date")),
        "party": customer(change.act),
        "item": item(change.act),
        "before": before.outcome.value,
        "after": after.outcome.value,
        "could_be": "" if bounds.mildest is bounds.strictest else f"{bounds.mildest} to {bounds.strictest}",
        "because": "; ".join(f"{c.rule} {c.turned}: {c.because}" for c in causes),
        "rules": "; ".join(dict.fromkeys(c.rule for c in causes)),
        "instruments": "; ".join(dict.fromkeys(c.instrument for c in causes if c.instrument)),
        "cites": "; ".join(dict.fromkeys(c.cite for c in causes)),
        "reason_before": reason(before),
        "reason_after": reason(after),
        "review_before": reviewed(before),
        "review_after": reviewed(after),
        "obligations_begin": "; ".join(_less(after.obligations, before.obligations)),
        "obligations_lapse": "; ".join(_less(before.obligations, after.obligations)),
        "ask": "; ".join(q.fact + (f" ({q.about})" if q.about else "") for q in after.missing),
        "as_of_before": spoken(before.clock.as_of),
        "as_of_after": spoken(after.clock.as_of),
    }
    return {name: row[name] for name in CHANGE_COLUMNS}


def turned_rules(comparison: Comparison) -> list[Row]:
    """Why: rules and how they turned, by which instrument, with the lines and money each bears on.

    A line that two rules turned counts for both, so these rows do not add up to the book.
    """
    found: dict[tuple[str, ...], dict[int, Change]] = {}
    for change in comparison.changes:
        for cause in change.causes:
            key = (cause.rule, cause.title, cause.turned, cause.instrument, cause.cite)
            found.setdefault(key, {})[change.number] = change
    named = ("rule", "title", "turned", "instrument", "cite")
    instruments = {**comparison.before.regime.instruments, **comparison.after.regime.instruments}
    rows = [
        {
            **dict(zip(named, key, strict=True)),
            "instrument_title": instruments[key[3]].title if key[3] in instruments else "",
            **stake,
        }
        for key, changes in found.items()
        for stake in staked(c.act for c in changes.values())
    ]
    return sorted(rows, key=lambda row: -row["lines"])


def obligations(comparison: Comparison) -> list[Row]:
    """Duties that begin or lapse, each with the lines and money it goes with."""
    turned: dict[tuple[str, str], list[Act]] = {}
    for change in comparison.pairs:
        before, after = change.before.obligations, change.after.obligations
        for word, these in (("begins", _less(after, before)), ("lapses", _less(before, after))):
            for text in these:
                turned.setdefault((word, text), []).append(change.act)
    return [
        {"turned": word, "obligation": text, **stake}
        for (word, text), acts in sorted(turned.items())
        for stake in staked(acts)
    ]


def certificates(comparison: Comparison) -> list[Row]:
    """Papers that die: authorisations relied on before that stood on a certificate or a general licence.

    ``now`` is what the act stands on instead, if anything; an extension of the same text kills none.
    """
    rows = []
    for change in comparison.pairs:
        kept = {(a.rule.id, a.party) for a in change.after.authorisations}
        for relied in change.before.authorisations:
            by = _certified(change.before, relied)
            if (relied.rule.id, relied.party) in kept or not (by or relied.basis == "general_licence"):
                continue
            rows.append(_dead(change, relied, by))
    return rows


def _dead(change: Change, relied: Authorisation, by: str) -> Row:
    ended = [c.instrument for c in change.causes if c.rule == relied.rule.id and c.instrument]
    value, currency = value_of(change.act)
    now = [a.label for a in change.after.authorisations]
    return {
        "row": row_number(change),
        "order_id": change.act.particulars.get("order_id", ""),
        "line": change.act.particulars.get("line", ""),
        "party": relied.party or customer(change.act),
        "authorisation": relied.label,
        "certificate_by": by,
        "ended_by": "; ".join(dict.fromkeys(ended)),
        "outcome": change.after.outcome.value,
        "now": "; ".join(dict.fromkeys(now)),
        "value": None if value is None else float(value),
        "currency": currency,
    }


def _certified(decision: Decision, relied: Authorisation) -> str:
    """Who certified, where the authorisation asks for a certificate and one was stated."""
    stated = decision.act.facts.get(CERTIFICATE)
    return stated if CERTIFICATE in e.facts(relied.rule.when) and isinstance(stated, str) else ""


def questions(comparison: Comparison) -> list[Row]:
    """What to ask whom: facts missing after the change, by fact and whom it is about.

    ``new`` counts the lines for which it was not missing before.
    """
    waiting: dict[tuple[str, str, str], list[tuple[Change, bool]]] = {}
    for change in comparison.pairs:
        asked = {q.key for q in change.before.missing}
        for question in change.after.missing:
            key = (question.fact, question.about, question.ask)
            waiting.setdefault(key, []).append((change, question.key not in asked))
    rows = [
        {"fact": fact, "about": about, "ask": ask, "new": sum(new for _, new in found), **stake}
        for (fact, about, ask), found in waiting.items()
        for stake in staked(change.act for change, _ in found)
    ]
    return sorted(rows, key=lambda row: (-row["lines"], row["fact"], row["about"]))


def set_against(sums: Iterable[Row], by: str) -> list[Row]:
    """Money before against money after, from the rows of :func:`licet.changes.figures.money`.

    By outcome all of it; by reason what differs; by party, item and week what is stopped or open and
    differs, since the whole is the same on both sides. The largest difference comes first.
    """
    found: dict[tuple[str, str], Row] = {}
    for row in sums:
        whole = by in ("outcome", "reason")
        if row["by"] != by or not (whole or not Outcome(row["outcome"]).clear):
            continue
        blank = {"lines_before": 0, "value_before": 0.0, "lines_after": 0, "value_after": 0.0}
        own = found.setdefault(
            (row["key"], row["currency"]), {"key": row["key"], **blank, "currency": row["currency"]}
        )
        own[f"lines_{row['side']}"] += row["lines"]
        own[f"value_{row['side']}"] += row["value"]
    rows = [row for _, row in sorted(found.items()) if by == "outcome" or _differs(row)]
    return rows if by == "week" else sorted(rows, key=lambda r: -abs(r["value_after"] - r["value_before"]))


def _differs(row: Row) -> bool:
    before, after = ((row[f"lines_{side}"], row[f"value_{side}"]) for side in ("before", "after"))
    return bool(before != after)


def stops(change: Change) -> bool:
    """Whether an act turns to forbidden or licence required."""
    return change.turns and change.after.outcome in (Outcome.FORBIDDEN, Outcome.LICENCE_REQUIRED)


def _less(these: tuple[str, ...], those: tuple[str, ...]) -> list[str]:
    return [text for text in these if text not in those]
