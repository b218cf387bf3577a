"""The entries under ``change``, read into edits and checked against the law that they edit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

import yaml

from licet.changes.editing import Edit
from licet.changes.editing_listings import AddListing, Delist, SetFootnote
from licet.changes.editing_texts import AddRule, AddWord, Amend
from licet.changes.editing_windows import (
    AddWindow,
    LetRun,
    MoveEnd,
    NeverIssued,
    StrikeRule,
    StrikeWindow,
    begins,
    called,
    ends,
)
from licet.changes.scenario_file import Part, ScenarioError, nearest, words
from licet.changes.targets import FAMILY, instrument_named, listings_named, rules_named
from licet.language import expression as e
from licet.language import plain_yaml
from licet.language.errors import LicetError
from licet.language.instrument import Instrument, Moment, day
from licet.language.literate import rules_from
from licet.language.parsing import parse
from licet.language.rule import POLICIES, Review
from licet.language.vocabulary import Vocabulary
from licet.language.window import Window
from licet.parties.listing import Listing
from licet.parties.terms import review_terms, scope_of
from licet.regime import Regime

THIS = "this scenario"


@dataclass
class Reader:
    """Reads entries of one scenario; ``aims`` collects what they are aimed at, in the words of the file."""

    regime: Regime
    instrument: Instrument
    start: Moment
    public: Moment
    aims: dict[str, Part] = field(default_factory=dict)

    def edits(self, change: Part) -> Iterator[Edit]:
        """The edits of every entry; a mistake names its line."""
        for entry in change.items():
            if not isinstance(entry.value, dict):
                raise entry.error(f"an edit begins with one of {', '.join(VERBS)}")
            found = [verb for verb in VERBS if verb in entry]
            if len(found) != 1:
                first = next(iter(entry.value), "")
                hint = nearest(first, VERBS)
                raise entry.error(
                    f"an edit begins with exactly one of {', '.join(VERBS)}; found {first!r}{hint}"
                )
            reading, known, needed = VERBS[found[0]]
            entry.fields((found[0], *known), (found[0], *needed), found[0])
            yield from reading(self, entry, found[0])

    def rules(self, part: Part) -> tuple[str, ...]:
        found: list[str] = []
        for item in part.items():
            self.aims.setdefault(item.word(), item)
            found += rules_named(item, self.regime)
        return tuple(dict.fromkeys(found))

    def listings(self, part: Part) -> tuple[str, ...]:
        found: list[str] = []
        for item in part.items():
            self.aims.setdefault(item.word(), item)
            found += listings_named(item, self.regime)
        return tuple(dict.fromkeys(found))

    def since(self, entry: Part) -> Moment:
        part = entry.get("from")
        return self.start if part is None else part.moment()

    def windows(self, entry: Part, rules: Part) -> Iterator[tuple[str, Window]]:
        """The window meant of each rule: by name, first day or instrument, else the one that ends last."""
        said = entry.get("window")
        for rule in self.rules(rules):
            windows = self.regime.book[rule].windows
            if said is None:
                yield rule, max(windows, key=ends)
                continue
            word = said.word()
            found = [w for w in windows if word in (w.name, str(begins(w)), w.by)]
            if len(found) != 1:
                has = ", ".join(f"{called(w)} ({w.by})" for w in windows)
                raise said.error(f"{rule} has {len(found) or 'no'} window {word!r}; its windows are {has}")
            yield rule, found[0]


def _move_end(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    through = entry["through"].last_day()
    for rule, window in reader.windows(entry, entry[verb]):
        now = ends(window)
        span = f"the window {called(window)} of {rule}"
        if (through or date.max) < begins(window):
            raise entry["through"].error(
                f"{span} would end on {through}, before it begins on {begins(window)}; "
                "to take it out: strike window"
            )
        if verb == "extend" and (through or date.max) <= now:
            raise entry["through"].error(f"{span} runs through {now} already; to shorten it: end")
        if verb == "end" and (through or date.max) >= now:
            raise entry["through"].error(f"{span} ends on {now} already; to lengthen it: extend")
        yield MoveEnd(entry.place, reader.instrument.id, verb, (rule,), called(window), through)


def _let_run(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    yield LetRun(entry.place, reader.instrument.id, reader.rules(entry[verb]), entry["through"].last_day())


def _add_window(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    through = entry["through"].last_day() if "through" in entry else None
    start = reader.since(entry)
    _ordered(entry, start, through)
    name = entry["name"].word() if "name" in entry else ""
    yield AddWindow(entry.place, reader.instrument.id, reader.rules(entry[verb]), start, through, name)


def _ordered(entry: Part, start: Moment, through: date | None) -> None:
    if through is not None and through < day(start):
        raise entry["through"].error(f"the window ends on {through}, before it begins on {start}")


def _strike_window(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    for rule, window in reader.windows(entry, entry[verb]):
        yield StrikeWindow(entry.place, reader.instrument.id, (rule,), called(window))


def _strike_rule(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    yield StrikeRule(entry.place, reader.instrument.id, reader.rules(entry[verb]), reader.since(entry))


def _never_issued(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    for item in entry[verb].items():
        reader.aims.setdefault(item.word(), item)
        yield NeverIssued(item.place, reader.instrument.id, instrument_named(item, reader.regime))


def _amend(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    kinds = [key for key in ("when", "replace", "review") if key in entry]
    if not kinds or {"when", "replace"} <= set(kinds):
        raise entry.error("amend needs 'when' (a new condition), 'replace' (old: new) or 'review'")
    texts: tuple[tuple[str, str], ...] = ()
    if "replace" in entry:
        if not isinstance(entry["replace"].value, dict):
            raise entry["replace"].error("replace holds 'old text: new text' lines")
        given = ((old, new.word()) for old, new in entry["replace"].value.items())
        texts = tuple((old, new) for old, new in given if old != new)
    when = _condition_text(entry["when"]) if "when" in entry else ""
    reviews = tuple(_reviews(entry.get("review")))
    for rule in reader.rules(entry[verb]):
        # A parameter may take the value that the law has: then there is nothing to amend.
        if when or texts or reviews:
            yield Amend(entry.place, reader.instrument.id, rule, reader.since(entry), when, texts, reviews)


def _condition_text(part: Part) -> str:
    _condition(part)
    return part.word()


def _condition(part: Part) -> e.Condition:
    try:
        return parse(part.word(), f"{part.place}: condition")
    except LicetError as error:
        raise ScenarioError(str(error)) from None


def _reviews(part: Part | None) -> Iterator[Review]:
    for item in part.items() if part is not None else ():
        policy, when = item, None
        if isinstance(item.value, dict):
            given = item.fields(("policy", "when"), ("policy",), "a review")
            policy, when = given["policy"], given.get("when")
        word = policy.word().replace(" ", "_") if "." not in policy.word() else policy.word()
        if word not in POLICIES and "." not in word:
            raise policy.error(f"{policy.word()!r} is no review policy{nearest(word, POLICIES)}")
        yield Review(word, e.TRUE if when is None else _condition(when))


def _add_rule(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    part = entry[verb]
    text = part.value if isinstance(part.value, str) else _as_block(part)
    line = part.begins + 1 if isinstance(part.value, str) else part.begins
    try:
        data = plain_yaml.read(text, part.file, line)
        if isinstance(data, dict) and "in force" not in data:
            text = f"{text.rstrip()}\nin force:\n- {{from: {_iso(reader.start)}, by: {THIS}}}\n"
        # Blank lines in front let every message name the line in the scenario's own file.
        rules = list(rules_from("\n" * (line - 2) + f"```rule\n{text}\n```\n", part.file))
    except LicetError as error:
        raise ScenarioError(str(error)) from None
    for rule in rules:
        mine = (replace(w, by=reader.instrument.id) if w.by == THIS else w for w in rule.windows)
        made = replace(rule, windows=tuple(mine))
        for window in made.windows:
            if window.by not in reader.regime.instruments and window.by != reader.instrument.id:
                raise part.error(f"no instrument {window.by!r}; write 'by: {THIS}'")
            if window.start is not None and window.through is not None and window.through < day(window.start):
                raise part.error(f"a window ends on {window.through}, before it begins on {window.start}")
        yield AddRule(part.place, made)


def _iso(moment: Moment) -> str:
    return moment.isoformat()


def _as_block(part: Part) -> str:
    return yaml.safe_dump(part.plain(), allow_unicode=True, sort_keys=False, width=10_000)


def _add_word(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    name = entry[verb].word()
    given = {key: part.plain() for key, part in entry.value.items() if key != verb}
    try:
        made = Vocabulary.from_data({name: given | {"source": "caller"}}, entry.place)
    except LicetError as error:
        raise ScenarioError(str(error)) from None
    yield AddWord(entry.place, made[name])


_LISTING = ("id", "list", "name", "also", "country", "family", "items", "review", "note")


def _add_listing(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    given = entry[verb].fields(_LISTING, ("id", "list", "name", "items"), "a listing")
    told = {key: part.word() for key, part in given.items() if key != "also"}
    lists = reader.regime.vocabulary["listing.list"].values
    if told["list"] not in lists:
        raise given["list"].error(f"no list {told['list']!r}{nearest(told['list'], lists)}")
    scope = scope_of(told["items"])
    if scope.covers is None:
        raise given["items"].error(
            f"{told['items']!r} is not understood; write for example: all items subject to the EAR"
        )
    through = entry["through"].last_day() if "through" in entry else None
    start = reader.since(entry)
    _ordered(entry, start, through)
    yield AddListing(
        entry.place,
        Listing(
            id=told["id"],
            list=told["list"],
            name=told["name"],
            also=tuple(words(given.get("also"))),
            country=told.get("country", ""),
            address="",
            family=told.get("family", ""),
            start=start,
            through=through,
            by=reader.instrument.id,
            amended_by=(),
            scope=scope,
            terms=review_terms(told.get("review", "")),
            footnotes=(),
            note=told.get("note", ""),
            public=reader.public,
        ),
    )


def _delist(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    yield Delist(
        entry.place,
        reader.instrument.id,
        _spoken(entry[verb]),
        reader.listings(entry[verb]),
        reader.since(entry),
        reader.public,
        entry["certified"].flag() if "certified" in entry else False,
    )


def _set_footnote(reader: Reader, entry: Part, verb: str) -> Iterator[Edit]:
    yield SetFootnote(
        entry.place,
        reader.instrument.id,
        _spoken(entry["of"]),
        reader.listings(entry["of"]),
        entry[verb].word(),
        entry["since"].moment() if "since" in entry else reader.start,
    )


def _spoken(part: Part) -> str:
    names = ", ".join(words(part))
    return f"the {names}" if names.startswith(FAMILY) else names


_Reading = Callable[[Reader, Part, str], Iterator[Edit]]
VERBS: dict[str, tuple[_Reading, tuple[str, ...], tuple[str, ...]]] = {
    "add rule": (_add_rule, (), ()),
    "strike rule": (_strike_rule, ("from",), ()),
    "amend": (_amend, ("from", "when", "replace", "review"), ()),
    "add window": (_add_window, ("from", "through", "name"), ()),
    "strike window": (_strike_window, ("window",), ("window",)),
    "extend": (_move_end, ("window", "through"), ("through",)),
    "end": (_move_end, ("window", "through"), ("through",)),
    "let run": (_let_run, ("through",), ("through",)),
    "never issued": (_never_issued, (), ()),
    "add listing": (_add_listing, ("from", "through"), ()),
    "delist": (_delist, ("from", "certified"), ()),
    "set footnote": (_set_footnote, ("of", "since"), ("of",)),
    "add word": (_add_word, ("type", "ask", "values", "unit", "optional"), ("type", "ask")),
}
