"""Terms of an entry: its free text turned into conditions of the law's own language.

What is read: which items the licence requirement covers, which exception stays open, and
which review policy applies to which items. The phrases and their meanings are data
(``terms.yaml``). A text is read only if every word of it is: any other is kept as it stands,
covers nothing surely and reviews nothing surely, so that the decision is left open and shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from licet.language import expression as e
from licet.language import plain_yaml
from licet.language.expression import Condition
from licet.language.rule import POLICIES
from licet.parties.phrases import Found, Phrase, even, phrase

UNREAD = "unread"
BY_REFERENCE = "by_reference"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which items a requirement covers; ``covers`` ``None`` where the text was not understood.

    ``allows`` is the licence exception that the entry itself leaves open, if any; ``sections``
    are those of the regulations it names, ``footnotes`` the numbers of footnotes that ran into
    the text.
    """

    text: str
    covers: Condition | None
    allows: str = ""
    sections: tuple[str, ...] = ()
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One review policy and the items it is for.

    ``policy`` is one of the law's policies; ``by_reference`` where the entry only names the
    ``sections`` whose policy applies; ``unread`` where the text was not understood.
    """

    policy: str
    applies: Condition
    text: str
    sections: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phrases:
    """Everything in ``terms.yaml``."""

    spellings: tuple[tuple[str, str], ...]
    footnotes: Mapping[str, frozenset[str]]
    items: tuple[Phrase, ...]
    between_items: tuple[Phrase, ...]
    requirement: Mapping[str, tuple[Phrase, ...]]
    unsettled: frozenset[str]
    review: Mapping[str, tuple[Phrase, ...]]
    between_policies: tuple[Phrase, ...]

    @classmethod
    def load(cls, path: Path) -> Phrases:
        """The phrases of a file such as ``terms.yaml``."""
        data = plain_yaml.read_file(path)
        words = {key: data[key] for key in ("between sections", "exceptions")}

        def made(given: Iterable[Any]) -> tuple[Phrase, ...]:
            return tuple(phrase({"phrase": g} if isinstance(g, str) else g, words) for g in given)

        requirement, review = dict(data["requirement"]), dict(data["review"])
        unsettled = requirement.pop("unsettled")
        for key in ("apart", "apart ends"):
            review[key] = [review[key]]
        return cls(
            spellings=tuple((s["printed"], s["read"]) for s in data["spellings"]),
            footnotes={f["mark"]: frozenset(map(str, f["beside"])) for f in data["footnotes"]},
            items=made(data["items"]),
            between_items=made(data["between items"]),
            requirement={key: made(given) for key, given in requirement.items()},
            unsettled=frozenset(map(str, unsettled)),
            review={key: made(given) for key, given in review.items()},
            between_policies=made(data["between policies"]),
        )


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """The phrases that come with Licet."""
    return Phrases.load(Path(str(resources.files("licet"))) / "parties" / "terms.yaml")


@lru_cache(maxsize=4096)
def scope_of(text: str) -> Scope:
    """The scope that a licence-requirement text sets."""
    return _Requirement(text).scope() or Scope(text, None)


@lru_cache(maxsize=4096)
def review_terms(text: str) -> tuple[Term, ...]:
    """The policies that a review-policy text sets, in the order in which they are tried."""
    if not text.strip():
        return ()
    if text in POLICIES:
        return (Term(text, e.TRUE, text),)
    return _Policy(text).terms() or (Term(UNREAD, e.TRUE, text),)


class _Reading:
    """A text being read from the left; ``at`` is the place of the first word not yet read."""

    def __init__(self, text: str) -> None:
        self.text, self.phrases = text, phrases()
        self.words = even(text, self.phrases.spellings) + " "
        self.at = 0

    @property
    def done(self) -> bool:
        return self.at >= len(self.words.rstrip())

    def take(self, among: Iterable[Phrase]) -> tuple[Phrase, Found] | None:
        """The first of some phrases that stands here, read."""
        for candidate in among:
            if (found := candidate.at(self.words, self.at)) is not None:
                self.at = found.end
                return candidate, found
        return None

    def skip(self, among: Iterable[Phrase]) -> None:
        found = tuple(among)
        while self.take(found):
            pass

    def items(self) -> Condition | None:
        """Kinds of items one after the other; nothing is read where there is none."""
        kinds: list[Condition] = []
        while True:
            before = self.at
            self.skip(self.phrases.between_items)
            taken = self.take(self.phrases.items)
            if taken is None:
                self.at = before
                break
            kinds.append(taken[0].condition(taken[1]))
        return None if not kinds else kinds[0] if len(kinds) == 1 else e.Or(tuple(kinds))


class _Requirement(_Reading):
    """A licence-requirement text: which items, then what adds to them or takes away."""

    def scope(self) -> Scope | None:
        kinds = self.phrases.requirement
        first = self.take(kinds["items"])
        if first is None:
            return None
        limits: list[Condition] = []
        sections: list[str] = []
        marks: list[str] = []
        allows = ""
        while not self.done:
            if taken := self.take(kinds["only"]):
                limits.append(taken[0].condition(taken[1]))
            elif taken := self.take(kinds["except"]):
                out = self.items() if taken[0].then_items else taken[0].condition(taken[1])
                if out is None:
                    return None
                limits.append(e.Not(out))
            elif taken := self.take((*kinds["see"], *kinds["stays"])):
                allows = taken[1].exception or allows
                sections += taken[1].sections
                marks += taken[1].marks
            elif not self.take(kinds["besides"]):
                return None
        if not self.footed(marks, sections) or (self.phrases.unsettled & set(sections) and not limits):
            return None
        base = first[0].condition(first[1])
        parts = tuple(part for part in (base, *limits) if part != e.TRUE)
        covers = e.And(parts) if len(parts) > 1 else parts[0] if parts else e.TRUE
        return Scope(self.text, covers, allows, tuple(dict.fromkeys(sections)), tuple(dict.fromkeys(marks)))

    def footed(self, marks: Iterable[str], sections: Iterable[str]) -> bool:
        """Whether every footnote mark stands beside a section that its footnote is about."""
        named = set(sections)
        return all(self.phrases.footnotes.get(mark, frozenset()) & named for mark in marks)


class _Policy(_Reading):
    """A review-policy text: policies, each with the items it is for, and sections referred to."""

    def terms(self) -> tuple[Term, ...] | None:
        found: list[tuple[str, Condition]] = []
        sections: list[str] = []
        while not self.done:
            self.skip(self.phrases.between_policies)
            if taken := self.take(self.phrases.review["see"]):
                sections += taken[1].sections
                if taken[1].marks:
                    return None
            elif taken := self.take(self.phrases.review["policies"]):
                found += self.policy(taken[0].policy)
            else:
                return None
        named = tuple(dict.fromkeys(sections))
        some = [pair for pair in found if pair[1] != e.TRUE]
        rest = [pair for pair in found if pair[1] == e.TRUE]
        if len(rest) > 1:
            # Two policies for everything: which of them is meant cannot be said.
            return None
        if not rest and named:
            rest = [(BY_REFERENCE, e.TRUE)]
        return tuple(Term(policy, applies, self.text, named) for policy, applies in (*some, *rest))

    def policy(self, policy: str) -> Iterator[tuple[str, Condition]]:
        """One policy with the items it is for, and what another is said to apply to instead."""
        items = self.items()
        if items is None:
            self.take(self.phrases.review["rest"])
        before = self.at
        if self.take(self.phrases.review["apart"]):
            out = self.items()
            ended = self.take(self.phrases.review["apart ends"])
            instead = self.take(self.phrases.review["policies"])
            if out is not None and ended and instead:
                yield instead[0].policy, out
            else:
                self.at = before
        yield policy, e.TRUE if items is None else items
