"""The report of a comparison: one HTML file that explains itself, without scripts, network or colour.

Everything is in the file. Whatever comes from a book, a law file or a scenario is escaped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licet.changes import figures, impact
from licet.changes.compare import Change, Comparison, View
from licet.changes.plots import style
from licet.changes.plots.rendering import Picture
from licet.changes.report_lines import changed_lines, scrolled
from licet.decisions.outcome import Outcome
from licet.language.values import spoken

if TYPE_CHECKING:
    from licet.changes.scenario import Scenario

_STYLE = Path(__file__).with_name("report.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SKIP = '<a class="skip" href="#answer">Skip to the answer</a>\n'
_TURNED = {
    "rule": "rule", "title": "title", "turned": "turned", "instrument": "by", "cite": "cited",
    "lines": "lines", "value": "value", "currency": "currency", "unvalued": "lines without value",
}  # fmt: skip
_REASONS = {
    "key": "reason", "lines_before": "lines before", "lines_after": "lines after", "before": "value before",
    "after": "value after", "currency": "currency",
}  # fmt: skip
_DUTIES = {
    "obligation": "duty", "turned": "turned", "lines": "lines", "value": "value", "currency": "currency",
    "unvalued": "lines without value",
}  # fmt: skip
_PAPERS = {
    "row": "row", "order_id": "order", "line": "line", "party": "party", "authorisation": "stood on",
    "certificate_by": "certified by", "ended_by": "ended by", "outcome": "outcome now",
    "now": "stands on now", "value": "value", "currency": "currency",
}  # fmt: skip
_QUESTIONS = {
    "about": "about whom", "ask": "question", "fact": "fact", "lines": "lines waiting",
    "new": "newly waiting", "value": "value", "currency": "currency", "unvalued": "lines without value",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScenarioNote:
    """What a reader must know of a scenario that one of the views lays over the law.

    ``says`` is what it changes, ``assumes`` what it takes for granted, ``readings`` how a phrase without
    legal meaning is taken, ``sources`` where the idea comes from; all in words.
    """

    title: str
    reason: str = ""
    says: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    digest: str = ""

    @classmethod
    def of(cls, scenario: Scenario) -> ScenarioNote:
        """The note of a scenario that was read from its file."""
        return cls(
            title=scenario.title,
            reason=scenario.reason,
            says=tuple(scenario.says()),
            assumes=tuple(scenario.assumes),
            readings=tuple(scenario.readings),
            sources=tuple(map(str, scenario.sources)),
            digest=scenario.digest,
        )


def pictures_of(comparison: Comparison) -> tuple[Picture, ...]:
    """The pictures that belong to every comparison: flows, and money by reason and by customer.

    Raises:
        PictureError: where the extra ``pictures`` is missing.
    """
    from licet.changes.plots import flows, money

    names = _names(comparison)
    rows = figures.money(comparison, ("reason", "party"))
    drawn = [flows(figures.flows(comparison), names)]
    drawn += [money(rows, by, names) for by in ("reason", "party") if any(r["by"] == by for r in rows)]
    return tuple(drawn)


def _names(comparison: Comparison) -> tuple[str, str]:
    """What tells the two views apart in few words: their laws, else their days, else what was known."""
    before, after = _views(comparison)
    if before.name != after.name:
        return before.name, after.name
    if before.on is not None and after.on is not None and before.on != after.on:
        return f"law of {spoken(before.on)}", f"law of {spoken(after.on)}"
    return f"known on {spoken(before.known)}", f"known on {spoken(after.known)}"


def report_html(
    comparison: Comparison,
    pictures: Sequence[Picture] = (),
    scenario_notes: Sequence[ScenarioNote] = (),
    title: str = "",
) -> str:
    """The report of a comparison as one self-contained HTML page.

    Args:
        pictures: drawn in their sections, their data in the appendix (see :func:`pictures_of`).
        scenario_notes: one for each scenario of the two views (see :meth:`ScenarioNote.of`).
    """
    title = title or f"What changes from {comparison.before.name} to {comparison.after.name}"
    names = {id(p): f"picture-{n}" for n, p in enumerate(pictures, 1)}

    def drawn(*kinds: str) -> str:
        chosen = [p for p in pictures if p.kind in kinds]
        return "".join(p.html(names[id(p)], f"data-{names[id(p)]}") for p in chosen)

    shown = {"flows", "money"}
    sections = [
        ("compared", "What was compared", _compared(comparison, scenario_notes)),
        ("answer", "The answer", _answer(comparison)),
        ("flows", "From outcome to outcome", drawn("flows") + _matrix(comparison)),
        ("why", "What turned them", _turned(comparison)),
        ("money", "Money by reason", drawn("money") + _reasons(comparison)),
        ("duties", "Duties that begin or lapse", _duties(comparison)),
        ("papers", "Certificates and general licences that die", _papers(comparison)),
        ("ask", "What to ask whom", _questions(comparison)),
        ("lines", "Every changed line", changed_lines(comparison)),
        ("more", "More pictures", drawn(*{p.kind for p in pictures} - shown)),
        ("data", "Appendix: data of the pictures", _data(pictures, names)),
    ]
    kept = [section for section in sections if section[2]]
    contents = "".join(f'<li><a href="#{name}">{escape(head)}</a></li>' for name, head, _ in kept)
    body = "".join(_section(*section) for section in kept)
    nav = f'<nav aria-label="Contents"><ul>{contents}</ul></nav>\n'
    return page(title, _notice(comparison), body, _footer(comparison), nav, _SKIP)


def page(title: str, notice: str, body: str, foot: str, nav: str = "", skip: str = "") -> str:
    """The frame of a page: everything in one file, which loads nothing.

    ``title`` and ``notice`` are text; the others are HTML already.
    """
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
{skip}<header>
<h1>{escape(title)}</h1>
<p class="notice">{escape(notice)}</p>
</header>
{nav}<main>
{body}</main>
<footer>
{foot}</footer>
</body>
</html>
"""


def paragraphs(lines: Iterable[str]) -> str:
    """A paragraph for each line of text."""
    return "".join(f"<p>{escape(line)}</p>\n" for line in lines)


def _section(name: str, head: str, body: str) -> str:
    labelled = f'<section id="{name}" aria-labelledby="{name}-head" tabindex="-1">'
    return f'{labelled}\n<h2 id="{name}-head">{escape(head)}</h2>\n{body}</section>\n'


# -- what was compared, and the answer -----------------------------------------------------------------


def _compared(comparison: Comparison, notes: Sequence[ScenarioNote]) -> str:
    facts = [("Lines", f"{comparison.lines:,}")]
    facts += [
        (f"{word}: {v.name}", v.says) for word, v in zip(("Before", "After"), _views(comparison), strict=True)
    ]
    same = len({v.regime.compared_with for v in _views(comparison)}) == 1
    for view in _views(comparison)[: 1 if same else 2]:
        whose = "Parties compared with" if same else f"Parties compared with, {view.name}"
        facts.append((whose, view.regime.compared_with))
    told = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>\n" for name, text in facts)
    return f"<dl>\n{told}</dl>\n" + "".join(map(_scenario, notes))


def _scenario(note: ScenarioNote) -> str:
    parts = [
        ("What it changes", note.says),
        ("What it assumes", note.assumes),
        ("How it is read", note.readings),
        ("Where the idea comes from", note.sources),
        ("Digest", (note.digest,) if note.digest else ()),
    ]
    told = "".join(
        f"<dt>{name}</dt>{''.join(f'<dd>{escape(x)}</dd>' for x in texts)}\n"
        for name, texts in parts
        if texts
    )
    reason = f"<p>{escape(note.reason)}</p>\n" if note.reason else ""
    return f"<h3>Scenario, not law: {escape(note.title)}</h3>\n{reason}<dl>\n{told}</dl>\n"


def _answer(comparison: Comparison) -> str:
    turned = [change for change in comparison.changes if change.turns]
    other = len(comparison.changes) - len(turned)
    first = f"{len(turned):,} of {style.counted(comparison.lines)} come out otherwise"
    first += f" and {other:,} keep their outcome on other terms." if other else "."
    groups = {
        "now need a licence or are forbidden": [c for c in turned if _stopped(c.after.outcome)],
        "are left open for want of facts": [c for c in turned if c.after.outcome is Outcome.INDETERMINATE],
        "may now go ahead": [c for c in turned if c.after.outcome.clear and not c.before.outcome.clear],
        "still may, on other grounds": [
            c for c in turned if c.after.outcome.clear and c.before.outcome.clear
        ],
    }
    parts = [f"{_stake(own)} {word}" for word, own in groups.items() if own]
    second = f" {'; '.join(parts)}." if parts else " No outcome turns."
    third = _main_cause(comparison)
    undecided = len(comparison.undecided)
    left = f"<p>{style.counted(undecided)} could not be decided (see below).</p>\n" if undecided else ""
    return f'<p class="answer">{escape(first + second + third)}</p>\n{left}'


def _main_cause(comparison: Comparison) -> str:
    lines: dict[tuple[str, str, str], int] = defaultdict(int)
    for change in comparison.changes:
        for key in {(c.title or c.rule, c.turned, c.instrument) for c in change.causes}:
            lines[key] += 1
    if not lines:
        return ""
    (name, turned, by), count = max(lines.items(), key=lambda item: item[1])
    return f" What turns most of them ({style.counted(count)}): {name} {turned}{f', by {by}' if by else ''}."


def _stake(changes: Iterable[Change]) -> str:
    rows = list(impact.staked(change.act for change in changes))
    money = ", ".join(f"{style.cell(round(r['value']))} {r['currency']}" for r in rows if r["value"])
    return f"{style.counted(sum(r['lines'] for r in rows))}{f' ({money})' if money else ''}"


def _stopped(outcome: Outcome) -> bool:
    return outcome in (Outcome.FORBIDDEN, Outcome.LICENCE_REQUIRED)


# -- tables --------------------------------------------------------------------------------------------


def _matrix(comparison: Comparison) -> str:
    """Every flow as a table: outcomes before down, outcomes after across."""
    cells: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in figures.flows(comparison):
        cells[row["before"], row["after"]].append(row)
    before, after = (style.by_severity(pair[side] for pair in cells) for side in (0, 1))
    heads = "".join(f'<th scope="col">{escape(style.words(o))}</th>' for o in after)
    body = "".join(
        f'<tr><th scope="row">{escape(style.words(one))}</th>'
        + "".join(_flow(cells.get((one, two), []), one == two) for two in after)
        + "</tr>\n"
        for one in before
    )
    caption = f"Down: {comparison.before.name}. Across: {comparison.after.name}. Grey: the outcome stays."
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="Table of flows"><table class="matrix">'
        f"<caption>{escape(caption)}</caption>\n<thead><tr><td></td>{heads}</tr></thead>\n"
        f"<tbody>\n{body}</tbody></table></div>\n"
    )


def _flow(rows: Sequence[Any], same: bool) -> str:
    kind = ' class="same"' if same else ""
    if not rows:
        return f"<td{kind}></td>"
    money = [f"{style.cell(round(r['value']))} {escape(r['currency'])}" for r in rows if r["value"]]
    return f"<td{kind}>{'<br>'.join([style.counted(sum(r['lines'] for r in rows)), *money])}</td>"


def _turned(comparison: Comparison) -> str:
    rows = impact.turned_rules(comparison)
    note = "<p>A line that two rules turned counts for both; the rows do not add up to the book.</p>\n"
    return note + scrolled("Rules that turned, by the lines they bear on", rows, _TURNED) if rows else ""


def _reasons(comparison: Comparison) -> str:
    """Reasons whose money or lines differ, side by side."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in figures.money(comparison, ("reason",)):
        key = row["key"], row["currency"]
        blank = {"lines_before": 0, "lines_after": 0, "before": 0.0, "after": 0.0}
        own = found.setdefault(key, {"key": style.words(key[0]), "currency": key[1], **blank})
        own[f"lines_{row['side']}"] += row["lines"]
        own[row["side"]] += row["value"]
    rows = [r for r in found.values() if (r["lines_before"], r["before"]) != (r["lines_after"], r["after"])]
    rows.sort(key=lambda r: -abs(r["lines_after"] - r["lines_before"]))
    return (
        scrolled("Reasons that change; those that stay the same are left out", rows, _REASONS) if rows else ""
    )


def _duties(comparison: Comparison) -> str:
    rows = impact.obligations(comparison)
    return scrolled("Duties and the lines they go with", rows, _DUTIES) if rows else "<p>None.</p>\n"


def _papers(comparison: Comparison) -> str:
    rows = impact.certificates(comparison)
    return scrolled("Authorisations that no longer hold", rows, _PAPERS) if rows else "<p>None.</p>\n"


def _questions(comparison: Comparison) -> str:
    rows = impact.questions(comparison)
    for row in rows:
        row["about"] = row["about"] or "the act itself"
    none = "<p>Nothing that is unknown bears on an outcome.</p>\n"
    return scrolled("Facts that are missing after the change", rows, _QUESTIONS) if rows else none


# -- the end -------------------------------------------------------------------------------------------


def _data(pictures: Sequence[Picture], names: dict[int, str]) -> str:
    return "".join(
        f'<div id="data-{names[id(p)]}" class="wide" tabindex="0" role="region" '
        f'aria-label="{escape(f"Data: {p.title}")}">{p.data_html()}</div>\n'
        for p in pictures
    )


def _views(comparison: Comparison) -> tuple[View, View]:
    return comparison.before, comparison.after


def _notice(comparison: Comparison) -> str:
    return " ".join(dict.fromkeys(view.regime.notice for view in _views(comparison)))


def _footer(comparison: Comparison) -> str:
    told = dict.fromkeys(
        f"{view.says}; checked against published texts up to {view.regime.confirmed}."
        for view in _views(comparison)
    )
    return paragraphs((*told, _notice(comparison)))
