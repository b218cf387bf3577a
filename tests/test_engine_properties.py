"""The engine held to its definitions, on random rule books, facts and parties."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

import naive
import strategies as some
from licet.decisions.judge import Judge
from licet.decisions.outcome import Bounds, Outcome, conclude
from licet.language import expression as e
from licet.language import plain_yaml
from licet.language.compiling import compiled
from licet.language.errors import LawError
from licet.language.evaluating import truth
from licet.language.literate import rules_from
from licet.language.parsing import parse
from licet.language.rule import BASES, Rule
from licet.language.rulebook import Rulebook
from licet.language.values import ABSENT, PartlyKnown, Truth
from licet.language.verdicts import Verdicts
from licet.language.window import Window

# From the mildest to the strictest.
STRICTNESS = [o for o in reversed(Outcome) if o is not Outcome.INDETERMINATE]
NESTED = 'some party (party.text == "[i]")'


def force_of(book: Rulebook) -> list[Truth]:
    return list(book.in_force(some.CLOCK).truths)


def reading_of(book: Rulebook, facts: Any, rows: Any) -> naive.Reading:
    force = {r.id: naive.in_force(r.windows, some.TODAY) for r in book}
    return naive.Reading(tuple(book), force, facts, rows)


def judged(book: Rulebook, force: Any, facts: Any, rows: Any) -> tuple[Outcome, Bounds]:
    _, demands, in_scope = Judge(book, some.SCOPE).weigh(force, facts, rows)
    return conclude(demands, in_scope)


def family(outcome: str) -> str:
    return "authorised" if outcome.startswith("authorised") else str(outcome)


def book_of(*rules: Rule) -> Rulebook:
    return some.Book.of(rules, some.VOCABULARY)


def rule(id: str, effect: str, when: str = "true", **more: Any) -> Rule:  # noqa: A002
    window = Window(None, None, "84 FR 1")
    return Rule(id, id, "15 CFR 744.11", parse(when), (window,), effect, **more)


def situation(when: str, **facts: Any) -> tuple[Rulebook, Any, Any]:
    """A book of one requirement, and facts of the act."""
    return book_of(rule("r", "requires", when)), {f"act.{name}": value for name, value in facts.items()}, []


def learning(before: Any, after: Any, *rules: Rule) -> tuple[Rulebook, Any, Any]:
    """A book, with what is known before and after learning more."""
    book = book_of(*rules)
    return book, (force_of(book), before, []), (force_of(book), after, [])


def lifts(basis: str, when: str = "true") -> Rule:
    return rule(basis, "authorises", when, authorises=("r",), basis=basis)


def excepts(basis: str, when: str = "true") -> Rule:
    return rule(f"x {basis}", "excepts", when, exception_to=("r",), basis=basis)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Rulebook, Any, Any]:
    """A book, and facts and parties for it."""
    book = draw(some.books())
    return book, *draw(some.acts(book))


@st.composite
def discoveries(draw: st.DrawFn, bases: tuple[str, ...] = BASES) -> tuple[Rulebook, Any, Any]:
    """A book that never asks what is known, with (force, facts, rows) before and after learning more."""
    book = draw(some.books(bases, known=False))
    facts, rows = draw(some.acts(book))
    force = force_of(book)
    more = draw(some.learnt_force(force)), draw(some.learnt(facts)), [draw(some.learnt(row)) for row in rows]
    return book, (force, facts, rows), more


# Verdicts -----------------------------------------------------------------------------------


@settings(max_examples=120)
@given(situations())
@example(situation('act.codes under ("3A001",)', codes=PartlyKnown(frozenset(), frozenset({"3A001.a"}))))
@example(
    situation('act.codes under ("3A001",)', codes=PartlyKnown(frozenset({"3A001"}), frozenset({"EAR99"})))
)
@example(situation("act.date in (2019-05-16,)", date=some.INSTANTS[0]))
@example((book_of(rule("r", "requires", NESTED, per_party=True)), {}, [{"party.text": "[i]"}]))
def test_compiled_specified_and_naive_verdicts_agree(case: Any) -> None:
    """Every rule and derived fact comes to the same, compiled, as specified, and by the definitions."""
    book, facts, rows = case
    force = force_of(book)
    specified = Verdicts.specified(book, force, facts, rows)
    fast = dict(zip(book.order, compiled(book)(force, facts, rows), strict=True))
    reading = reading_of(book, facts, rows)
    for r in book:
        places = range(len(rows)) if r.per_party else [None]
        by_definition = [reading.stands(r, row) for row in places]
        for verdict in (fast[r.id], specified.of[r.id]):
            assert (verdict if r.per_party else [verdict]) == by_definition, r
    for name in book.conclusions:
        if book.is_row_fact(name):
            by_definition = [reading.fact(name, row) for row in range(len(rows))]
            assert fast[f"= {name}"] == by_definition == [row[name] for row in specified.rows]
        else:
            assert fast[f"= {name}"] is specified.facts[name] is reading.fact(name, None)


@settings(max_examples=100)
@given(some.windows())
def test_windows_have_force_as_they_say(windows: Any) -> None:
    """A rule is in force on a day exactly as its governing window says, on every day around."""
    book = book_of(Rule("r", "r", "15 CFR 744.11", e.TRUE, windows, "requires"))
    for n in range(-12, 12):
        day = some.TODAY + timedelta(days=n)
        clock = type(some.CLOCK)(day, date.max, some.CLOCK.zone)
        assert book.in_force(clock).truths[0] is naive.in_force(windows, day)


# Outcomes -----------------------------------------------------------------------------------


@settings(max_examples=120)
@given(situations())
def test_outcome_is_the_naive_outcome(case: Any) -> None:
    """The judge comes to the outcome that the definitions come to, at once or by weighing.

    It may leave open which authorisation is relied on where every way things may lie leads to
    the same: the definitions are read by trying all of them, the judge looks at bounds.
    """
    book, facts, rows = case
    force = force_of(book)
    known = facts if some.SCOPE in book.conclusions else {**facts, some.SCOPE: True}
    by_definition = naive.outcome(reading_of(book, known, rows), some.SCOPE)
    outcome = judged(book, force, facts, rows)[0]
    assert Judge(book, some.SCOPE).outcome(force, facts, rows) is outcome
    if outcome != by_definition:
        assert (outcome, family(by_definition)) == (Outcome.INDETERMINATE, "authorised")


@settings(max_examples=120)
@given(discoveries())
@example(
    learning(
        {"act.flag": None},
        {"act.flag": True},
        rule("r", "requires"),
        excepts(""),
        excepts("savings_clause", "act.flag"),
    )
)
@example(
    learning(
        {"act.flag": None},
        {"act.flag": True},
        rule("r", "requires"),
        lifts("exclusion"),
        lifts("general_licence", "act.flag"),
    )
)
def test_learning_more_never_turns_one_certain_outcome_into_another(discovery: Any) -> None:
    """What is certain stays so as more is known; the other way round, forgetting can only open it.

    Only which authorisation is named may become another one, as a further one is found.
    ``is known`` is left out: it asks about knowledge itself, so its answer turns by design.
    """
    book, before, after = discovery
    first, second = judged(book, *before)[0], judged(book, *after)[0]
    if first is not Outcome.INDETERMINATE:
        assert family(second) == family(first)


@settings(max_examples=80)
@given(st.sampled_from(BASES).flatmap(lambda basis: discoveries((basis,))))
def test_with_one_kind_of_authorisation_certain_outcomes_stay_exactly(discovery: Any) -> None:
    """Where a book knows authorisations of one basis only, a certain outcome never changes at all."""
    book, before, after = discovery
    first, second = judged(book, *before)[0], judged(book, *after)[0]
    assert first in (Outcome.INDETERMINATE, second)


@settings(max_examples=120)
@given(discoveries())
@example(
    learning(
        {},
        {"act.flag": False, "act.other": True},
        rule("r", "requires"),
        lifts("general_licence", "act.flag"),
        lifts("licence_exception", "act.other"),
    )
)
@example(
    learning(
        {},
        {"act.flag": True, "act.other": True},
        rule("r", "requires", "act.flag"),
        lifts("general_licence", "act.other"),
        lifts("savings_clause"),
    )
)
@example(
    learning(
        {},
        {"act.flag": True, "act.other": False},
        rule("r", "requires"),
        lifts("exclusion", "act.flag"),
        lifts("general_licence", "act.other"),
    )
)
def test_bounds_hold_whatever_is_learnt(discovery: Any) -> None:
    """Whatever is learnt of an act whose outcome is open, what it comes to lies within the bounds."""
    book, before, after = discovery
    bounds, outcome = judged(book, *before)[1], judged(book, *after)[0]
    if outcome is not Outcome.INDETERMINATE and judged(book, *before)[0] is Outcome.INDETERMINATE:
        mildest, found, strictest = map(STRICTNESS.index, (bounds.mildest, outcome, bounds.strictest))
        assert mildest <= found <= strictest


# Absence ------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(st.data())
def test_what_is_absent_is_not_unknown(data: st.DataObject) -> None:
    """Every condition has an answer where everything it reads is stated or known to be absent."""
    node = data.draw(some.conditions(in_row=True))
    facts = {}
    for name in e.facts(node):
        stated = data.draw(some.values(name) | st.just(ABSENT))
        facts[name] = ABSENT if isinstance(stated, PartlyKnown) else stated
    assert truth(node, facts, [facts]) is not None


# Text ---------------------------------------------------------------------------------------


def soup(words: str, *others: str) -> st.SearchStrategy[str]:
    """Text that is almost in a language: its words in any order, with arbitrary text between them."""
    piece = st.sampled_from([*words.split(), *others]) | st.text(max_size=3)
    return st.text(max_size=40) | st.lists(piece, max_size=12).map("".join)


@settings(max_examples=300)
@given(some.written())
def test_a_printed_condition_reads_back_as_itself(node: e.Condition) -> None:
    """``parse(show(c)) == c`` for every condition, whatever stands in its texts and numbers."""
    assert parse(e.show(node)) == node


@settings(max_examples=100)
@given(some.conditions(concluded=len(some.DERIVED), in_row=True))
def test_a_well_typed_condition_reads_back_as_itself(node: e.Condition) -> None:
    """The same for conditions over the vocabulary, nested ``some party`` included."""
    assert parse(e.show(node)) == node


CONDITIONS = soup(
    "a a.b 1 -2.5 1e3 0x1F 1j true false True None ( ) (( )) [ ] , == != < <= * ** @ % \\ # ; : := lambda"
    ' "a" \'b\' """ f"{a}" b"a" "\\ud800" "\\x" \'\\N{ 2019-05-16 2019-99-99 _D20190516 some_party(',
    *(" ", "\n", "\t", "\r", "\0", "\ud800", " in ", " not in ", " and ", " or ", " not ", " if ", " else "),
    *(" starts with ", " under ", " is known", " is none", " is not unknown", "some party ("),
)


@settings(max_examples=400)
@given(CONDITIONS)
@example('a == "\\n"')
@example('a == "\\ud800"')
@example("a < 1e999")
@example("a == 0x1" + "0" * 5000)
@example("0x1" + "0" * 5000)
def test_a_condition_is_read_or_refused(text: str) -> None:
    """``parse`` either refuses a text with a LawError or makes a condition that reads back as itself."""
    try:
        node = parse(text)
    except LawError:
        return
    assert parse(e.show(node)) == node


YAML = soup(
    "a b: - -- --- ... ? : , [ ] { } & * &a *a ! !! | > ' \" % @ ` # ~ true no 1 -1.5 2019-05-16 2019-99-99"
    " !!int !!float !!bool !!null !!timestamp !!binary !!set !!omap !!pairs !!map !!seq !!str !x [a]:",
    *("\n", "\n  ", " ", ": ", "- ", "? ", "{a: b}: c", "<<: ", "\t", "\0", "\ud800", "9" * 5000),
)


@settings(max_examples=400)
@given(YAML)
@example("!!int")
@example("!!bool x")
@example("!!timestamp x")
@example("[a]: b")
def test_yaml_is_read_or_refused(text: str) -> None:
    """``plain_yaml.read`` never raises anything but a LawError."""
    with suppress(LawError):
        plain_yaml.read(text, "a.yaml")


RULE = {
    "rule": "744.11(a)", "title": "A rule", "cite": "15 CFR 744.11(a)", "requires": "licence",
    "when": "a or b", "in force": "[{from: 2019-05-16, by: 84 FR 1}]",
}  # fmt: skip
KEYS = (
    *RULE, "label", "authorises", "concludes", "forbids", "exception to", "basis", "for each", "known as",
    "raised when", "review", "obligations", "encoded", "note", "confidence", "in_force", "bogus",
)  # fmt: skip
ODD = (
    "", "~", "true", "no", "1", "-1.5", "2019-05-16", "2019-05-16T16:15-04:00", "text", "a and", "a; b", "party",
    "exclusion", "case_by_case", "!!timestamp x", "[]", "[1]", "[[a]]", "[a, 1]", "[~]", "{}", "[{}]", "{a: b}",
    "[{[a]: b}]", "{policy: [a]}", "[{policy: a.b, when: x}]", "[{from: 2019-05-16, by: 84 FR 1}]",
    "[{from: [a], by: 1}]", "[{by: 84 FR 1, state: gone}]", "[{through: x, by: a}]",
)  # fmt: skip


def law_file(odd: Mapping[str, str]) -> str:
    """Markdown with one rule block, in which some properties hold something odd."""
    block = "\n".join(f"{key}: {value}" for key, value in (RULE | odd).items())
    return f"# A section\n\n```rule\n{block}\n```\n"


law_files = st.dictionaries(
    st.sampled_from(KEYS), st.sampled_from(ODD) | st.text(max_size=8), max_size=3
).map(law_file)
MARKDOWN = soup(
    "# > - ``` ~~~rule <!--", "```rule\n", "```\n", "rule: a\n", "title: b\n", "\n", "    ", "\u2028"
)


@settings(max_examples=300)
@given(law_files | MARKDOWN)
@example(law_file({"review": "5"}))
@example(law_file({"in force": "[always]"}))
def test_a_law_file_is_read_or_refused(text: str) -> None:
    """``rules_from`` never raises anything but a LawError, whatever stands in the Markdown."""
    with suppress(LawError):
        list(rules_from(text, "a.md"))
