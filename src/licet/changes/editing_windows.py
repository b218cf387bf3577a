"""Edits of windows: rules that run longer, shorter, earlier or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from licet.changes.edited_listings import ended
from licet.changes.editing import STRUCK, Draft, Touch
from licet.changes.targets import own_versions
from licet.language.instrument import Moment, day
from licet.language.rule import Rule
from licet.language.window import Window
from licet.regime import Regime

_DAY = timedelta(days=1)
_KINDS = {"requires": "requirement", "forbids": "prohibition", "excepts": "exception", "concludes": "rule"}


def named(rule: Rule) -> str:
    """A rule as it is spoken of: ``the requirement 744.11(a) (Entity List licence requirement)``."""
    kind = rule.basis.replace("_", " ") or _KINDS.get(rule.effect, "rule")
    said = rule.id if rule.id.startswith(kind) else f"{kind} {rule.id}"
    return f"the {said} ({rule.title})"


def spoken_last(last: date | None) -> str:
    """A last day in words."""
    return "without end" if last is None else f"through {last}"


def begins(window: Window) -> date:
    """The first day of a window."""
    return date.min if window.start is None else day(window.start)


def ends(window: Window) -> date:
    """The last day of a window, far away while it is open."""
    return window.last_day() or date.max


def cut(window: Window, last: date, by: str) -> Window | None:
    """The window ended after ``last`` by an instrument; ``None`` if it would not have begun."""
    if begins(window) > last:
        return None
    return window if ends(window) <= last else replace(window, struck=last + _DAY, struck_by=by)


def called(window: Window) -> str:
    """A window by its name, or else by its first day."""
    return window.name or str(begins(window))


@dataclass(frozen=True, slots=True)
class MoveEnd:
    """Extend or end one window of each rule, by name, first day or instrument."""

    place: str
    by: str
    verb: str
    rules: tuple[str, ...]
    window: str
    through: date | None
    phase = 1

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """The last day of the window."""
        said = f"is {self.verb}ed {spoken_last(self.through)}"
        for rule in self.rules:
            here = f"{rule}, window {self.window}"
            yield Touch(here, "last day", f"{self.verb} {self.through}", said, self.place)
            yield Touch(
                rule, "windows", "one by one", f"has its window {self.window} {self.verb}ed", self.place
            )

    def says(self, regime: Regime) -> Iterator[str]:
        """Each rule with its old and its new last day."""
        for rule in (regime.book[r] for r in self.rules):
            window = next(w for w in rule.windows if self.window == called(w))
            old = spoken_last(window.last_day())
            yield f"{named(rule)}: window {self.window} runs {spoken_last(self.through)} instead of {old}"

    def apply(self, draft: Draft) -> None:
        """A window is ended by the hypothesis; an extension is a window of its own that follows."""
        for rule in self.rules:
            windows: list[Window] = []
            for window in draft.rules[rule].windows:
                if called(window) != self.window:
                    windows.append(window)
                elif self.verb == "end" and self.through is not None:
                    windows.append(cut(window, self.through, self.by) or window)
                else:
                    windows += [window, _following(window, self.through, self.by)]
            draft.windows(rule, windows, self.by)


@dataclass(frozen=True, slots=True)
class LetRun:
    """Let rules run through a day, however many windows that takes: later ones fall away."""

    place: str
    by: str
    rules: tuple[str, ...]
    through: date | None
    phase = 1

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """All windows of each rule together."""
        for rule in self.rules:
            does = f"is let run {spoken_last(self.through)}"
            yield Touch(rule, "windows", f"through {self.through}", does, self.place)

    def says(self, regime: Regime) -> Iterator[str]:
        """Each rule with its old and its new last day."""
        for rule in (regime.book[r] for r in self.rules):
            last = max(map(ends, rule.windows))
            old = spoken_last(None if last == date.max else last)
            yield f"{named(rule)} runs {spoken_last(self.through)} instead of {old}"

    def apply(self, draft: Draft) -> None:
        """Cut what lasts longer; let what ended last go on."""
        for rule in self.rules:
            windows = list(draft.rules[rule].windows)
            if self.through is not None:
                kept = (cut(w, self.through, self.by) for w in windows)
                windows = [w for w in kept if w is not None]
            last = max(windows, key=ends, default=None)
            if last is not None and ends(last) < (self.through or date.max):
                windows.append(_following(last, self.through, self.by))
            draft.windows(rule, windows, self.by)


def _following(window: Window, through: date | None, by: str) -> Window:
    """The window that goes on where another ended."""
    last = window.last_day()
    start = window.start if last is None else last + _DAY
    return Window(start=start, through=through, by=by, name=f"{called(window)}, extended")


@dataclass(frozen=True, slots=True)
class AddWindow:
    """Put rules in force for further days."""

    place: str
    by: str
    rules: tuple[str, ...]
    start: Moment
    through: date | None
    name: str
    phase = 1

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """A window that begins on that day."""
        span = f"from {self.start} {spoken_last(self.through)}"
        for rule in self.rules:
            yield Touch(f"{rule}, window from {self.start}", "span", span, f"is added {span}", self.place)
            yield Touch(rule, "windows", "one by one", f"gets a window {span}", self.place)

    def says(self, regime: Regime) -> Iterator[str]:
        """Each rule with the days it gets."""
        for rule in (regime.book[r] for r in self.rules):
            yield f"{named(rule)} is also in force from {self.start} {spoken_last(self.through)}"

    def apply(self, draft: Draft) -> None:
        """Add it; where windows overlap the one that begins later governs, as always."""
        window = Window(self.start, self.through, self.by, self.name)
        for rule in self.rules:
            draft.windows(rule, [*draft.rules[rule].windows, window], self.by)


@dataclass(frozen=True, slots=True)
class StrikeWindow:
    """Take a window out as if it had never been."""

    place: str
    by: str
    rules: tuple[str, ...]
    window: str
    phase = 1

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """The window."""
        for rule in self.rules:
            yield Touch(f"{rule}, window {self.window}", STRUCK, "", "is struck", self.place)
            yield Touch(rule, "windows", "one by one", f"loses its window {self.window}", self.place)

    def says(self, regime: Regime) -> Iterator[str]:
        """Each rule with the window it loses."""
        for rule in (regime.book[r] for r in self.rules):
            yield f"{named(rule)} never has its window {self.window}"

    def apply(self, draft: Draft) -> None:
        """Leave it out."""
        for rule in self.rules:
            draft.windows(rule, [w for w in draft.rules[rule].windows if called(w) != self.window], self.by)


@dataclass(frozen=True, slots=True)
class StrikeRule:
    """End rules from a day on."""

    place: str
    by: str
    rules: tuple[str, ...]
    start: Moment
    phase = 2

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """The whole rule."""
        for rule in self.rules:
            yield Touch(rule, STRUCK, str(self.start), f"is struck from {self.start}", self.place)

    def says(self, regime: Regime) -> Iterator[str]:
        """Each rule and its end."""
        for rule in (regime.book[r] for r in self.rules):
            yield f"{named(rule)} is struck from {self.start}"

    def apply(self, draft: Draft) -> None:
        """Cut every window on the day before."""
        for rule in self.rules:
            kept = (cut(w, day(self.start) - _DAY, self.by) for w in draft.rules[rule].windows)
            draft.windows(rule, [w for w in kept if w is not None], self.by)


@dataclass(frozen=True, slots=True)
class NeverIssued:
    """Undo an instrument: its windows and listings never were, and what it struck stands."""

    place: str
    by: str
    instrument: str
    phase = 0

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """Every window and listing that it made."""
        does = f"falls with {self.instrument}, which is never issued"
        for rule in regime.book:
            for window in rule.windows:
                if window.by == self.instrument:
                    yield Touch(f"{rule.id}, window {called(window)}", STRUCK, "", does, self.place)
                    yield Touch(rule.id, "windows", "one by one", "has windows that " + does, self.place)
        for listing, versions in own_versions(regime).items():
            if any(v.by == self.instrument for v in versions):
                yield Touch(f"listing {listing}", STRUCK, "", does, self.place)

    def says(self, regime: Regime) -> Iterator[str]:
        """What goes and what comes back, window by window."""
        title = regime.instruments[self.instrument].title if self.instrument in regime.instruments else ""
        yield f"{self.instrument} ({title}) is never issued"
        told: dict[str, list[str]] = {}
        for rule in regime.book:
            for window in rule.windows:
                if window.by == self.instrument:
                    told.setdefault(f"window {called(window)} never is", []).append(rule.id)
                elif window.struck_by == self.instrument:
                    runs = f"window {called(window)} runs {spoken_last(window.through)}"
                    told.setdefault(runs, []).append(rule.id)
        for what, rules in told.items():
            yield f"{what}: {'; '.join(rules)}"
        gone = sum(v.by == self.instrument for vs in own_versions(regime).values() for v in vs)
        if gone:
            yield f"{gone} listings made by it never are"

    def apply(self, draft: Draft) -> None:
        """Take out what it made; let stand what it struck."""
        for rule in list(draft.rules.values()):
            kept = [w for w in rule.windows if w.by != self.instrument]
            undone = [
                replace(w, struck=None, struck_by="") if w.struck_by == self.instrument else w for w in kept
            ]
            draft.windows(rule.id, undone, self.by)
        public = draft.instruments[self.by].public
        for listing in own_versions(draft.regime):
            versions = draft.listing(listing)
            if any(v.by == self.instrument for v in versions):
                draft.versions[listing] = tuple(
                    ended(v, day(v.start) - _DAY, self.by, public) if v.by == self.instrument else v
                    for v in versions
                )
