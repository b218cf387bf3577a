"""Lint: what is wrong, or looks wrong, with a rule book that can be loaded.

Words, types and targets are checked when a book is loaded; here are the mistakes that a book
can be loaded with: citations nobody can look up, windows that leave gaps or name no
instrument, exceptions that can never meet their target, YAML that others would misread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from licet.language import citation
from licet.language.instrument import day
from licet.language.rule import Rule
from licet.language.rulebook import Rulebook
from licet.language.window import overlap

# What YAML 1.1 or 1.2 readers take for a truth value or a number where we read text.
_TRUTHS = re.compile(
    r"(?:^|[\[{,:\-]\s)\s*(yes|no|on|off|y|n|Yes|No|On|Off|YES|NO|ON|OFF|Y|N)\s*(?=$|[,\]}:#])"
)
_NUMBERS = re.compile(r"(?:^|[\[{,:\-]\s)\s*([0-9]+[eE][0-9]+)\s*(?=$|[,\]}:#])")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: where, and what."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


def findings(book: Rulebook) -> Iterator[Finding]:
    """Everything to mend in the rules of a book."""
    for rule in book:
        where = f"{rule.where}: rule {rule.id}"
        for problem in (*_citation(rule), *_instruments(rule, book), *_gaps(rule), *_meetings(rule, book)):
            yield Finding(where, problem)
    for instrument in book.instruments.values():
        if not instrument.title or (
            instrument.binding and instrument.kind != "codified text" and not instrument.published
        ):
            yield Finding(f"instrument {instrument.id}", "needs a title and the day of its publication")
        if instrument.confidence not in ("confirmed", "mixed", "memory"):
            yield Finding(f"instrument {instrument.id}", f"confidence {instrument.confidence!r} is not known")


def _citation(rule: Rule) -> Iterator[str]:
    if not citation.parses(rule.cite):
        yield f"the citation {rule.cite!r} cannot be read"
    if not rule.prose:
        yield "no words stand above the rule"


def _instruments(rule: Rule, book: Rulebook) -> Iterator[str]:
    for window in rule.windows:
        for by in (window.by, window.struck_by):
            if by and by not in book.instruments:
                yield f"the instrument {by!r} is in no instruments file"
        if (window.struck is None) != (not window.struck_by):
            yield "a window that is struck names the day and the instrument"
        instrument = book.instruments.get(window.by)
        if instrument is not None and not instrument.binding:
            yield f"{window.by} is an {instrument.kind} and binds nobody"
        effective = instrument.effective if instrument else None
        if effective and window.start and day(window.start) < day(instrument.applicable_from or effective):  # type: ignore[union-attr]
            yield f"starts on {window.start}, before its instrument {window.by} takes effect ({effective})"


def _gaps(rule: Rule) -> Iterator[str]:
    ordered = sorted(rule.windows, key=lambda w: day(w.start) if w.start else date.min)
    for before, after in pairwise(ordered):
        last = before.last_day()
        if after.start is None or before.start == after.start:
            yield f"two windows start on {after.start}"
        elif last is not None and day(after.start) > last + timedelta(days=1):
            yield f"no window between {last} and {after.start}; say in two rules what is meant to be two"
    for window in rule.windows:
        last = window.last_day()
        if window.start is not None and last is not None and day(window.start) > last:
            yield f"the window from {window.start} ends before it starts"


def _meetings(rule: Rule, book: Rulebook) -> Iterator[str]:
    for target in (*rule.exception_to, *rule.authorises):
        if not any(overlap(a, b) for a in rule.windows for b in book[target].windows):
            yield f"is never in force together with {target}"


def yaml_traps(path: Path, shown: str) -> Iterator[Finding]:
    """Unquoted words that other YAML readers take for truth values or numbers: ``NO``, ``on:``, ``3E001``."""
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(_yaml_lines(text, path.suffix == ".md"), 1):
        bare = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'', '""', line.split(" #")[0])
        for pattern in (_TRUTHS, _NUMBERS):
            for match in pattern.finditer(bare):
                yield Finding(
                    f"{shown}:{number}", f"{match[1]!r} needs quotes: other readers do not take it for text"
                )


def _yaml_lines(text: str, markdown: bool) -> Iterator[str]:
    inside, folded = not markdown, -1
    for line in text.splitlines():
        if markdown and line.startswith("```"):
            inside = line.startswith("```rule")
            yield ""
            continue
        indent = len(line) - len(line.lstrip())
        if folded >= 0 and line.strip() and indent <= folded:
            folded = -1
        # Block scalars, conditions and prose properties are text whatever they hold.
        if (
            not inside
            or folded >= 0
            or re.match(r"\s*(- )?(when|raised when|title|note|ask|case|why|comment):", line)
        ):
            yield ""
        else:
            yield line
        if inside and re.search(r":\s*[>|][+-]?\s*$", line):
            folded = indent
