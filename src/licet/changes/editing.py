"""Edits: what a scenario does to a regime, each a value that says what it touches, does it, and tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import combinations
from typing import Protocol

from licet.changes.edited_listings import edited
from licet.changes.scenario_file import ScenarioError
from licet.changes.targets import own_versions
from licet.language.errors import LicetError
from licet.language.instrument import Instrument
from licet.language.rule import Rule
from licet.language.rulebook import Rulebook
from licet.language.vocabulary import Entry, Vocabulary
from licet.language.window import Window
from licet.parties.listing import Listing
from licet.regime import Regime

STRUCK = "struck"


@dataclass(frozen=True, slots=True)
class Touch:
    """One thing an edit lays hands on: ``aspect`` of ``target`` becomes ``value``.

    What is ``struck`` can be touched in no other way.
    """

    target: str
    aspect: str
    value: str
    does: str
    place: str

    def contradicts(self, other: Touch) -> bool:
        """Whether both cannot be done."""
        if self.target != other.target:
            return False
        if self.aspect == other.aspect:
            return self.value != other.value
        if STRUCK in (self.aspect, other.aspect):
            return True
        # A condition is either written anew or mended in places.
        return {self.aspect.partition(":")[0], other.aspect.partition(":")[0]} == {"condition", "text"}


class Edit(Protocol):
    """One entry under ``change``; ``phase`` orders edits, so that the order of scenarios does not matter."""

    @property
    def phase(self) -> int:
        """When it is done: windows before texts, texts before new rules, listings last."""

    @property
    def place(self) -> str:
        """File and line."""

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """Everything it lays hands on."""

    def says(self, regime: Regime) -> Iterator[str]:
        """What it changes, in words."""

    def apply(self, draft: Draft) -> None:
        """Do it to the draft."""


@dataclass
class Draft:
    """A regime in the making; the one it was taken from stays as it is.

    ``latest`` is, for a rule whose text was amended, the id of its latest text; ``versions`` are the
    changed listings; ``void`` is what a law in force forbade.
    """

    regime: Regime
    rules: dict[str, Rule]
    words: dict[str, Entry]
    instruments: dict[str, Instrument]
    latest: dict[str, str] = field(default_factory=dict)
    versions: dict[str, tuple[Listing, ...]] = field(default_factory=dict)
    void: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, regime: Regime, instruments: Iterable[Instrument]) -> Draft:
        """A draft of a regime to which hypothetical instruments were added."""
        added = {i.id: i for i in instruments}
        return cls(
            regime, dict(regime.book.rules), dict(regime.vocabulary.entries), {**regime.instruments, **added}
        )

    def windows(self, rule_id: str, windows: Sequence[Window], by: str) -> None:
        """Give a rule other windows."""
        rule = self.rules[rule_id]
        if tuple(windows) != rule.windows:
            self.rules[rule_id] = replace(rule, windows=tuple(windows), digest=marked(rule.digest, by))

    def listing(self, listing_id: str) -> tuple[Listing, ...]:
        """The versions of one of the law's own listings, as they are now."""
        return self.versions.get(listing_id, own_versions(self.regime).get(listing_id, ()))

    def result(self, digests: Mapping[str, str]) -> Regime:
        """The edited regime; ``digests`` are those of the scenarios, by name."""
        book = Rulebook.of(self.rules.values(), Vocabulary(self.words), self.instruments)
        own = self.regime.own
        return replace(
            self.regime,
            book=book,
            listings=edited(self.regime.listings, self.versions),
            own=own and edited(own, self.versions),
            files={**self.regime.files, **{f"scenarios/{name}": sha for name, sha in digests.items()}},
            roll_digest=self._roll(digests),
        )

    def _roll(self, digests: Mapping[str, str]) -> str:
        """The digest of the listings, once any of them was changed."""
        if not self.versions:
            return self.regime.roll_digest
        text = "\n".join([self.regime.lists_digest, *sorted(digests.values())])
        return sha256(text.encode()).hexdigest()


def contradiction(touches: Iterable[Touch]) -> ScenarioError | None:
    """The first two touches that cannot both be done, as an error that names both places."""
    of: dict[str, list[Touch]] = {}
    for touch in touches:
        of.setdefault(touch.target, []).append(touch)
    for group in of.values():
        for first, second in combinations(group, 2):
            if first.contradicts(second):
                return ScenarioError(
                    f"{second.place}: {second.target} {second.does} here, and {first.does} at {first.place}: "
                    "these contradict each other; keep one of them"
                )
    return None


def applied(
    edits: Iterable[Edit], regime: Regime, instruments: Sequence[Instrument], digests: Mapping[str, str]
) -> Regime:
    """The regime with the edits done and the hypothetical instruments in it.

    Raises:
        ScenarioError: if two edits contradict each other, or the law they leave cannot be meant.
    """
    edits = sorted(edits, key=lambda edit: edit.phase)
    if (clash := contradiction(t for edit in edits for t in edit.touches(regime))) is not None:
        raise clash
    draft = Draft.of(regime, instruments)
    try:
        for edit in edits:
            edit.apply(draft)
        for by, why in draft.void.items():
            draft.instruments[by] = replace(draft.instruments[by], note="; ".join(dict.fromkeys(why)))
        return draft.result(digests)
    except ScenarioError:
        raise
    except LicetError as error:
        raise ScenarioError(str(error)) from None


def marked(digest: str, by: str) -> str:
    """The digest of a rule that an instrument has edited."""
    return sha256(f"{digest} {by}".encode()).hexdigest()[:16]
