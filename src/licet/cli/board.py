"""The board: a decided book as tables people can read at a glance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from rich.console import Console
from rich.table import Table

from licet.decisions.book import Line, row_of
from licet.decisions.outcome import Outcome
from licet.regime import Regime

_STYLE = {
    Outcome.FORBIDDEN: "bold red",
    Outcome.LICENCE_REQUIRED: "red",
    Outcome.INDETERMINATE: "yellow",
}


def show_board(lines: Sequence[Line], regime: Regime, console: Console, every: bool = False) -> None:
    """Outcomes with lines and money; the reasons behind those that stop or wait; each line if asked."""
    console.print(_by_outcome(lines))
    groups = _by_reason(lines)
    if groups.row_count:
        console.print(groups)
    if every:
        console.print(_each(lines))
    questions = _questions(lines)
    if questions.row_count:
        console.print(questions)
    dates = sorted({str(line.as_of)[:10] for line in lines if line.decision})
    known = sorted({str(line.decision.clock.known_at)[:10] for line in lines if line.decision})
    span = f"{dates[0]} to {dates[-1]}" if dates else "no date"
    console.print(
        f"Law as of each line's date ({span}), as known on {', '.join(known) or 'no date'}; "
        f"law {regime.digest[:12]}, lists {regime.lists_digest[:12]}, "
        f"checked against published texts up to {regime.confirmed}. "
        f"Parties compared with: {regime.compared_with}. {regime.notice}"
    )


def _by_outcome(lines: Iterable[Line]) -> Table:
    table = Table(title="Outcomes", title_justify="left")
    for name, justify in (("outcome", "left"), ("lines", "right"), ("money at stake", "right")):
        table.add_column(name, justify="right" if justify == "right" else "left")
    grouped: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        grouped[line.decision.outcome if line.decision else "undecided"].append(line)
    for outcome in (*Outcome, "undecided"):
        if found := grouped.get(outcome):
            style = _STYLE.get(outcome, "green") if isinstance(outcome, Outcome) else "magenta"
            table.add_row(outcome.replace("_", " "), str(len(found)), money(found), style=style)
    return table


def _by_reason(lines: Iterable[Line], most: int = 40) -> Table:
    table = Table(title="Why, where it does not simply go ahead", title_justify="left")
    for name in ("outcome", "because of", "reviewed under"):
        table.add_column(name)
    table.add_column("lines", justify="right")
    table.add_column("money at stake", justify="right")
    grouped: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        decision = line.decision
        if decision is not None and decision.outcome is not Outcome.NO_LICENCE_REQUIRED:
            if decision.outcome is Outcome.NOT_SUBJECT:
                continue
            needs = ", ".join(dict.fromkeys(r.rule.known_as or r.rule.id for r in decision.explained))
            met = ", ".join(dict.fromkeys(a.label for a in decision.authorisations))
            why = f"{needs or 'scope'}{f'; {met}' if met and decision.outcome.clear else ''}"
            grouped[decision.outcome, why, (decision.review or "").replace("_", " ")].append(line)
    ranked = sorted(
        grouped.items(), key=lambda item: (list(Outcome).index(Outcome(item[0][0])), -len(item[1]))
    )
    for (outcome, why, review), found in ranked[:most]:
        table.add_row(outcome.replace("_", " "), why, review, str(len(found)), money(found))
    if len(ranked) > most:
        rest = [line for _, found in ranked[most:] for line in found]
        table.add_row("...", f"{len(ranked) - most} more reasons", "", str(len(rest)), money(rest))
    return table


def _each(lines: Iterable[Line]) -> Table:
    table = Table(title="Lines", title_justify="left")
    for name in ("row", "order", "date", "party", "outcome", "reason"):
        table.add_column(name)
    for line in lines:
        row = row_of(line)
        style = _STYLE.get(line.decision.outcome, "") if line.decision else "magenta"
        order = f"{row['order_id']}/{row['line']}" if row["line"] else str(row["order_id"])
        table.add_row(
            str(row["row"]), order, str(row["date"]), str(row["party"]),
            str(row["outcome"]).replace("_", " "), str(row["reason"]), style=style,
        )  # fmt: skip
    return table


def _questions(lines: Iterable[Line], most: int = 12) -> Table:
    table = Table(title="What to find out", title_justify="left")
    table.add_column("fact")
    table.add_column("question")
    table.add_column("lines waiting", justify="right")
    waiting: dict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        for question in line.decision.missing if line.decision else ():
            waiting[question.fact, question.ask] += 1
    for (fact, ask), count in sorted(waiting.items(), key=lambda item: -item[1])[:most]:
        table.add_row(fact, ask, str(count))
    return table


def money(lines: Iterable[Line]) -> str:
    """The value of the lines, added up by currency; lines without a value are said."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    unknown = 0
    for line in lines:
        try:
            value = Decimal(str(line.act.particulars.get("value") or ""))
            total[str(line.act.particulars.get("currency") or "?")] += value
        except InvalidOperation:
            unknown += 1
    text = ", ".join(f"{value:,.0f} {currency}" for currency, value in sorted(total.items()))
    return text + (f" + {unknown} without value" if unknown else "")
