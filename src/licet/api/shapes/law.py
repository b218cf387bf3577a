"""The law as it is encoded: rules beside their paraphrase, instruments, the calendar, words, coverage."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from licet.api.shapes.about import About
from licet.api.shapes.decisions import Truth
from licet.api.times import said
from licet.cases.coverage import sources
from licet.language.expression import show
from licet.language.instrument import Instrument, Moment
from licet.language.rule import Rule
from licet.language.vocabulary import Entry
from licet.language.window import Clock, Standing, Window
from licet.regime import Regime


class StandingShape(BaseModel):
    """Whether a rule is in force on a day, and why."""

    in_force: Truth
    because: str

    @classmethod
    def of(cls, standing: Standing) -> StandingShape:
        """The shape of a standing."""
        return cls(in_force=standing.truth, because=standing.because)


class RuleShape(BaseModel):
    """A rule in short."""

    id: str
    title: str
    cite: str
    known_as: str
    effect: str = Field(description="What follows: concludes, requires, forbids; blank for the rest.")
    per_party: bool = Field(description="Whether it is read for each party.")
    encoded: bool = Field(description="False where it is only written down, and leaves answers open.")
    sources: str = Field(description="How well sources bear it out: confirmed, mixed or memory.")
    standing: StandingShape

    @classmethod
    def of(cls, rule: Rule, regime: Regime, clock: Clock) -> RuleShape:
        """The shape of a rule on a day."""
        return cls(
            id=rule.id,
            title=rule.title,
            cite=rule.cite,
            known_as=rule.known_as,
            effect=rule.effect,
            per_party=rule.per_party,
            encoded=rule.encoded,
            sources=sources(rule, regime),
            standing=StandingShape.of(regime.book.standing(rule, clock)),
        )


class RulesShape(BaseModel):
    """Rules of the law, in its order."""

    about: About
    rules: list[RuleShape]


class WindowShape(BaseModel):
    """Days, both included, on which a rule has force, and by which instrument."""

    name: str
    since: str | None = Field(alias="from", description="Null for since ever.")
    through: str | None = Field(description="Null while open.")
    by: str
    struck: str | None
    struck_by: str
    state: str
    note: str

    @classmethod
    def of(cls, window: Window) -> WindowShape:
        """The shape of a window."""
        made = {
            "name": window.name,
            "from": said(window.start),
            "through": said(window.through),
            "by": window.by,
            "struck": said(window.struck),
            "struck_by": window.struck_by,
            "state": window.state,
            "note": window.note,
        }
        return cls.model_validate(made)


class ReviewShape(BaseModel):
    """A review policy, and when it is the one that applies."""

    policy: str
    when: str


class OneRule(BaseModel):
    """A rule beside its paraphrase, with everything that bears on it."""

    about: About
    rule: RuleShape
    prose: str = Field(description="The paraphrase.")
    condition: str
    concludes: str
    authorises: list[str]
    basis: str
    exception_to: list[str]
    reviews: list[ReviewShape]
    obligations: list[str]
    windows: list[WindowShape]
    excepted_by: list[RuleShape]
    lifted_by: list[RuleShape]
    note: str
    digest: str

    @classmethod
    def of(cls, rule: Rule, regime: Regime, clock: Clock, told: About) -> OneRule:
        """The shape of a rule, its exceptions, and the authorisations that lift it."""
        book = regime.book
        beside = [
            [RuleShape.of(book[other], regime, clock) for other in ids.get(rule.id, ())]
            for ids in (book.exceptions, book.lifters)
        ]
        return cls(
            about=told,
            rule=RuleShape.of(rule, regime, clock),
            prose=rule.prose,
            condition=show(rule.when),
            concludes=rule.concludes,
            authorises=list(rule.authorises),
            basis=rule.basis,
            exception_to=list(rule.exception_to),
            reviews=[ReviewShape(policy=r.policy, when=show(r.when)) for r in rule.reviews],
            obligations=list(rule.obligations),
            windows=[WindowShape.of(window) for window in rule.windows],
            excepted_by=beside[0],
            lifted_by=beside[1],
            note=rule.note,
            digest=rule.digest,
        )


class StateShape(BaseModel):
    """A state of an instrument from a day on."""

    since: str | None
    state: str
    note: str


class InstrumentShape(BaseModel):
    """What makes or changes law, or only announces it, with its several days."""

    id: str
    title: str
    kind: str
    also: list[str]
    binding: bool = Field(description="False for announcements, bills and the like: they change no answer.")
    state: str = Field(description="Its state on the day asked for.")
    announced: str | None
    displayed: str | None
    published: str | None
    effective: str | None
    applicable_from: str | None
    public: str | None
    states: list[StateShape]
    confidence: str
    note: str

    @classmethod
    def of(cls, found: Instrument, on: Moment) -> InstrumentShape:
        """The shape of an instrument on a day."""
        return cls(
            id=found.id,
            title=found.title,
            kind=found.kind,
            also=list(found.also),
            binding=found.binding,
            state=found.state_on(on),
            announced=said(found.announced),
            displayed=said(found.displayed),
            published=said(found.published),
            effective=said(found.effective),
            applicable_from=said(found.applicable_from),
            public=said(found.public),
            states=[StateShape(since=said(s.since), state=s.state, note=s.note) for s in found.timeline()],
            confidence=found.confidence,
            note=found.note,
        )


class InstrumentsShape(BaseModel):
    """Instruments."""

    about: About
    instruments: list[InstrumentShape]


class OneInstrument(BaseModel):
    """An instrument, the rules that have force by it, and the listings that it made."""

    about: About
    instrument: InstrumentShape
    rules: list[str]
    listings: list[str]


class TurnShape(BaseModel):
    """Something that begins or ends on a day, and the instrument behind it."""

    day: date
    what: str
    by: str
    title: str
    state: str


class CalendarShape(BaseModel):
    """Every day on which an answer can change, and why; announcements too, which change none."""

    about: About
    turns: list[TurnShape]


class WordShape(BaseModel):
    """A fact of the vocabulary."""

    name: str
    type: str
    source: str = Field(description="Whether the caller states it, or tables, lists or rules give it.")
    ask: str
    values: list[str]
    unit: str
    optional: bool

    @classmethod
    def of(cls, entry: Entry) -> WordShape:
        """The shape of a word."""
        return cls(
            name=entry.name,
            type=entry.type,
            source=entry.source,
            ask=entry.ask,
            values=list(entry.values),
            unit=entry.unit,
            optional=entry.optional,
        )


class VocabularyShape(BaseModel):
    """The only words that acts and rules may use."""

    about: About
    facts: list[WordShape]


class CoverageShape(BaseModel):
    """What is encoded, how sure, how tested, and what is not there."""

    about: About
    rules: int
    encoded: int
    instruments: int
    listings: int
    page: str = Field(description="The coverage page, in Markdown.")
