"""Law files: Markdown a lawyer reads, with a fenced ``rule`` block under the words it encodes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from markdown_it import MarkdownIt

from licet.language import expression as e
from licet.language import plain_yaml
from licet.language.errors import LawError
from licet.language.instrument import moment_from
from licet.language.parsing import parse
from licet.language.rule import BASES, POLICIES, Review, Rule
from licet.language.window import Window

_EFFECTS = {"concludes": "concludes", "requires": "requires", "forbids": "forbids"}
_KEYS = frozenset(
    [
        "rule",
        "title",
        "cite",
        "label",
        "concludes",
        "requires",
        "forbids",
        "authorises",
        "exception_to",
        "basis",
        "for_each",
        "known_as",
        "when",
        "raised_when",
        "review",
        "obligations",
        "encoded",
        "note",
        "confidence",
        "in_force",
    ]
)
_WINDOW_KEYS = frozenset(["from", "through", "by", "name", "struck", "struck_by", "state", "note"])
_STATES = ("in force", "suspended", "uncertain")


def rules_in(path: Path, shown: str = "") -> Iterator[Rule]:
    """The rules of one law file, in their order; ``shown`` is how the file is named in messages."""
    yield from rules_from(path.read_text(encoding="utf-8"), shown or path.name)


def rules_from(text: str, file: str) -> Iterator[Rule]:
    """The rules in the Markdown ``text``, each with the prose that stands above it."""
    lines = text.splitlines()
    after, prose = 0, ""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "fence" and token.info.strip() == "rule":
            start, end = token.map or [0, 0]
            # Words that stand above several blocks are meant for all of them.
            prose = "\n".join(lines[after:start]).strip() or prose
            after = end
            yield _Block(token.content, file, start + 1, prose).rule()


class _Block:
    """One rule block on its way to a rule."""

    def __init__(self, text: str, file: str, line: int, prose: str) -> None:
        self.file, self.line, self.prose, self.text = file, line, prose, text
        self.where = f"{file}:{line}"
        data = plain_yaml.read(text, file, line + 1)
        if not isinstance(data, dict):
            raise LawError(f"{self.where}: a rule block holds 'name: value' lines")
        self.data = {re.sub(r"\s+", "_", str(key)): value for key, value in data.items()}
        if len(self.data) < len(data):
            raise LawError(f"{self.where}: a property is given twice")
        self.id = str(self.data.get("rule") or "")
        if not self.id:
            raise self.error("a rule needs its id: 'rule: 744.11(a)'")
        self.where = f"{file}:{line}: rule {self.id}"
        for key in self.data.keys() - _KEYS:
            raise self.error(f"unknown property {key!r}; known are {', '.join(sorted(_KEYS))}")

    def error(self, message: str) -> LawError:
        return LawError(f"{self.where}: {message}")

    def words(self, key: str) -> str:
        return " ".join(str(self.data.get(key) or "").split())

    def names(self, key: str) -> tuple[str, ...]:
        given = self.data.get(key) or ""
        items = given if isinstance(given, list) else str(given).split(";")
        return tuple(str(item).strip() for item in items if str(item).strip())

    def condition(self, key: str, text: object) -> e.Condition:
        return parse(str(text), f"{self.where}: {key}")

    def rule(self) -> Rule:
        for key in ("title", "cite"):
            if not self.words(key):
                raise self.error(f"a rule needs a {key}")
        when = self.data.get("when")
        raised = self.data.get("raised_when")
        return Rule(
            id=self.id,
            title=self.words("title"),
            cite=self.words("cite"),
            when=e.TRUE if when is None else self.condition("when", when),
            windows=tuple(self.windows()),
            effect=self.effect(),
            concludes=self.words("concludes"),
            authorises=self.names("authorises"),
            exception_to=self.names("exception_to"),
            basis=self.basis(),
            label=self.words("label"),
            known_as=self.words("known_as"),
            per_party=self.per_party(),
            reviews=tuple(self.reviews()),
            obligations=self.names("obligations"),
            raised=None if raised is None else self.condition("raised when", raised),
            encoded=self.data.get("encoded", True) is not False,
            note=self.words("note"),
            confidence=self.words("confidence") or "confirmed",
            file=self.file,
            line=self.line,
            prose=self.prose,
            digest=hashlib.sha256(self.text.encode()).hexdigest()[:16],
        )

    def effect(self) -> str:
        found = [effect for key, effect in _EFFECTS.items() if key in self.data]
        if "authorises" in self.data:
            found.append("authorises")
        elif "exception_to" in self.data:
            found.append("excepts")
        if len(found) != 1:
            raise self.error(
                "a rule does exactly one thing: concludes, requires, forbids, authorises or exception to"
            )
        return found[0]

    def basis(self) -> str:
        basis = self.words("basis")
        if basis and basis not in BASES:
            raise self.error(f"basis {basis!r} is not one of {', '.join(BASES)}")
        if "authorises" in self.data and not basis:
            raise self.error(f"what authorises needs a basis: {', '.join(BASES)}")
        return basis

    def per_party(self) -> bool:
        given = self.words("for_each")
        if given not in ("", "party"):
            raise self.error(f"a rule can be read 'for each: party', not {given!r}")
        return given == "party"

    def reviews(self) -> Iterator[Review]:
        given = self.data.get("review")
        for item in given if isinstance(given, list) else [given] if given else []:
            if isinstance(item, str):
                item = {"policy": item}
            if not isinstance(item, dict):
                raise self.error(f"review: expected a policy, or 'policy' and 'when', found {item!r}")
            policy = str(item.get("policy") or "")
            if policy not in POLICIES and "." not in policy:
                raise self.error(
                    f"review policy {policy!r} is neither one of {', '.join(POLICIES)} nor a fact"
                )
            when = item.get("when")
            yield Review(policy, e.TRUE if when is None else self.condition("review", when))

    def windows(self) -> Iterator[Window]:
        given = self.data.get("in_force")
        if not isinstance(given, list) or not given:
            raise self.error(
                "a rule needs at least one window: 'in force: [{from: 2019-05-20, by: 84 FR 23468}]'"
            )
        for item in given:
            yield self.window(item)

    def window(self, item: object) -> Window:
        if not isinstance(item, dict):
            raise self.error(f"window: expected '{{from: DAY, by: INSTRUMENT}}', found {item!r}")
        data = {re.sub(r"\s+", "_", str(key)): value for key, value in item.items()}
        for key in data.keys() - _WINDOW_KEYS:
            raise self.error(f"unknown window property {key!r}")
        for key in ("through", "struck"):
            if data.get(key) is not None and not isinstance(data[key], date):
                raise self.error(f"window: {key} {data[key]!r} is not a day")
        state = str(data.get("state") or "in force")
        if state not in _STATES:
            raise self.error(f"window: state {state!r} is not one of {', '.join(_STATES)}")
        if not data.get("by"):
            raise self.error("a window names its instrument: by")
        return Window(
            start=moment_from(data.get("from"), self.where),
            through=data.get("through"),
            by=str(data["by"]),
            name=str(data.get("name") or ""),
            struck=data.get("struck"),
            struck_by=str(data.get("struck_by") or ""),
            state=state,
            note=str(data.get("note") or ""),
        )
