"""Edits of texts: rules amended or added, and words that the vocabulary does not have yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from licet.changes.editing import Draft, Touch, marked
from licet.changes.editing_windows import begins, cut, ends, named
from licet.changes.scenario_file import ScenarioError, nearest
from licet.language import expression as e
from licet.language.instrument import Moment, day
from licet.language.parsing import parse
from licet.language.rule import Review, Rule
from licet.language.vocabulary import Entry
from licet.language.window import Window
from licet.regime import Regime


@dataclass(frozen=True, slots=True)
class Amend:
    """Give a rule another text from a day on: a condition, parts of one, or a review policy.

    The old text ends on the day before; the new one is a rule of its own, to which everything
    that names the old one then refers as well.
    """

    place: str
    by: str
    rule: str
    start: Moment
    when: str = ""
    texts: tuple[tuple[str, str], ...] = ()
    reviews: tuple[Review, ...] = ()
    phase = 3

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """The condition, each text replaced in it, the review policy."""
        yield Touch(self.rule, "from", str(self.start), f"is amended from {self.start}", self.place)
        if self.when:
            yield Touch(self.rule, "condition", self.when, "gets a new condition", self.place)
        for old, new in self.texts:
            yield Touch(self.rule, f"text: {old}", new, f"has {old!r} replaced by {new!r}", self.place)
        if self.reviews:
            yield Touch(self.rule, "review", str(self.reviews), "gets another review policy", self.place)

    def says(self, regime: Regime) -> Iterator[str]:
        """What it reads from then on."""
        head = f"{named(regime.book[self.rule])}, from {self.start}"
        if self.when:
            yield f"{head}: applies when {e.show(parse(self.when, self.place))}"
        for old, new in self.texts:
            yield f"{head}: '{new}' instead of '{old}'"
        if self.reviews:
            told = (
                r.policy.replace("_", " ") + ("" if r.when == e.TRUE else f" when {e.show(r.when)}")
                for r in self.reviews
            )
            yield f"{head}: reviewed under {'; else '.join(told)}"

    def apply(self, draft: Draft) -> None:
        """End the old text; begin the new one."""
        old = draft.rules[draft.latest.get(self.rule, self.rule)]
        file, _, line = self.place.rpartition(":")
        new = replace(
            old,
            id=self._id(old, draft),
            title=self._title(old, draft),
            when=self._condition(old),
            reviews=self.reviews or old.reviews,
            windows=tuple(self._windows(old)),
            file=file,
            line=int(line),
            digest=marked(old.digest, f"{self.by} {self.place}"),
        )
        if old.id != new.id:
            kept = (cut(w, day(self.start) - timedelta(days=1), self.by) for w in old.windows)
            draft.windows(old.id, [w for w in kept if w is not None], self.by)
            _referred(draft, old.id, new.id, self.by)
        draft.rules[new.id] = new
        draft.latest[self.rule] = new.id

    def _id(self, old: Rule, draft: Draft) -> str:
        """Amendments of one rule from one day on are one new text."""
        return old.id if self.rule in draft.latest else f"{old.id}, as amended"

    def _title(self, old: Rule, draft: Draft) -> str:
        """The title of the new text: a number or a date in the old one may no longer be what it says."""
        if (self.when or self.texts) and re.search(r"\d", old.title):
            return draft.instruments[self.by].title
        return old.title if self.rule in draft.latest else f"{old.title}, as amended"

    def _condition(self, old: Rule) -> e.Condition:
        if self.when:
            return parse(self.when, self.place)
        text = e.show(old.when)
        for before, after in self.texts:
            if before not in text:
                raise ScenarioError(
                    f"{self.place}: {before!r} is not in the condition of {self.rule}, which reads: {text}"
                )
            text = text.replace(before, after)
        return parse(text, self.place)

    def _windows(self, old: Rule) -> Iterator[Window]:
        for window in old.windows:
            if ends(window) >= day(self.start):
                later = begins(window) >= day(self.start)
                yield window if later else replace(window, start=self.start, by=self.by)


def _referred(draft: Draft, old: str, new: str, by: str) -> None:
    """Let every rule that lifts or excepts the old text do the same to the new one."""
    for rule in list(draft.rules.values()):
        if old in rule.authorises or old in rule.exception_to:
            draft.rules[rule.id] = replace(
                rule,
                authorises=(*rule.authorises, *((new,) if old in rule.authorises else ())),
                exception_to=(*rule.exception_to, *((new,) if old in rule.exception_to else ())),
                digest=marked(rule.digest, by),
            )


@dataclass(frozen=True, slots=True)
class AddRule:
    """Add a rule to the book."""

    place: str
    rule: Rule
    phase = 4

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """Its id."""
        yield Touch(self.rule.id, "text", self.rule.digest, "is added", self.place)

    def says(self, regime: Regime) -> Iterator[str]:
        """Its title and condition."""
        window = self.rule.windows[0]
        yield f"new: {named(self.rule)} from {window.start}, when {e.show(self.rule.when)}"

    def apply(self, draft: Draft) -> None:
        """Add it; what it lifts or excepts includes later texts of the same rules."""
        if self.rule.id in draft.rules and draft.rules[self.rule.id].digest != self.rule.digest:
            raise ScenarioError(f"{self.place}: there is a rule {self.rule.id} already; amend it instead")
        for target in (*self.rule.authorises, *self.rule.exception_to):
            if target not in draft.rules and "*" not in target:
                raise ScenarioError(f"{self.place}: no rule {target!r}{nearest(target, draft.rules)}")
        draft.rules[self.rule.id] = replace(
            self.rule,
            authorises=_with_latest(self.rule.authorises, draft),
            exception_to=_with_latest(self.rule.exception_to, draft),
        )


def _with_latest(ids: tuple[str, ...], draft: Draft) -> tuple[str, ...]:
    return tuple(dict.fromkeys(x for i in ids for x in (i, draft.latest.get(i, i))))


@dataclass(frozen=True, slots=True)
class AddWord:
    """Add a fact that acts may state; nothing in the law as it stands reads it."""

    place: str
    entry: Entry
    phase = 0

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """The word."""
        yield Touch(f"the word {self.entry.name}", "meaning", repr(self.entry), "is added", self.place)

    def says(self, regime: Regime) -> Iterator[str]:
        """The word and what is asked."""
        yield f"new fact {self.entry.name}, unknown unless stated: {self.entry.ask}"

    def apply(self, draft: Draft) -> None:
        """Add it to the vocabulary."""
        if draft.words.get(self.entry.name, self.entry) != self.entry:
            raise ScenarioError(f"{self.place}: the vocabulary has {self.entry.name} already")
        draft.words[self.entry.name] = self.entry
