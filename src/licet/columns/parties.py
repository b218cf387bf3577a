"""Parties in columns: which rows of party facts each act has, as words of bits.

A party is read and looked up once for each way it is written and each stretch of time in which
nothing turns for the listings it may have. What an entry says of the item, and what compares a
listing with the act, is added for each combination that occurs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.act import SUBSTANTIAL_ROLES, Act, Party
from licet.columns import acts
from licet.columns.coding import Codes, Column, Interned, grouped, mapped
from licet.columns.entries import turns_of
from licet.columns.layout import Layout, add_truth, grown
from licet.decisions.circumstances import (
    Row,
    covers,
    evened,
    listing_facts,
    look_up,
    refers_to,
    review,
    rows_of,
)
from licet.language import expression as e
from licet.language.evaluating import truth
from licet.language.instrument import Moment
from licet.language.values import Known, Truth, members
from licet.language.window import Clock, Stretches
from licet.parties.listing import Listing
from licet.regime import Regime

if TYPE_CHECKING:
    from licet.columns.signing import Signer

_OF_ITEM = ("listing.covers_item", "listing.review", "listing.refers_to")
_WHO = ("name", "country", "address", "same_as")
# Where a field of a party states a fact under another name.
_FACT_OF = {"name": "party.name", "country": "party.country", "roles": "party.roles"}
_GROUPS = "party.headquarters_groups"
_LOOKED_UP = ("party.headquarters", _GROUPS)
Words = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sets:
    """For each place among the parties of an act, which set of rows stands there; -1 for none.

    ``bases`` tell apart who the party is and what is listed of it, whatever its roles and the item.
    """

    by_place: list[Codes]
    bases: list[Codes]
    problems: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties of a batch one after the other: the act of each, its place there, what is said of it."""

    act: Codes
    place: Codes
    who: Codes
    own: Mapping[str, Codes]

    def of(self, which: Codes) -> Parties:
        """Some of them."""
        own = {name: codes[which] for name, codes in self.own.items()}
        return Parties(self.act[which], self.place[which], self.who[which], own)


@dataclass(frozen=True)
class Kind:
    """What the listings of a party come to in one stretch of time, before the item is looked at.

    ``words`` are those of each row; ``entries`` says which rows have an entry that asks about the item (as
    a number that is the same for the same entries, 0 for none); ``compared`` are the facts of each row
    that some comparison of two facts reads.
    """

    words: tuple[Words, ...]
    entries: int
    compared: tuple[tuple[Known, ...], ...]


class RowSets:
    """The sets of rows met so far, each a tuple of rows, each a tuple of words."""

    def __init__(self, regime: Regime, layout: Layout) -> None:
        self.regime, self.layout, self.vocabulary = regime, layout, layout.vocabulary
        self.sets: Interned[tuple[Words, ...]] = Interned()
        self._kind_of: list[int] = []
        self._kinds: Interned[Kind] = Interned()
        self._columns: dict[str, Column[Any]] = {}
        self._who: Interned[tuple[str | None, ...]] = Interned()
        self._turns: list[int] = []
        self._turning: Interned[frozenset[Moment]] = Interned([frozenset()])
        self._within: dict[int, Interned[Hashable]] = {}
        self._base_of: dict[tuple[int, int], int] = {}
        self._entries: Interned[tuple[Listing | None, ...]] = Interned([()])
        self._said: Interned[tuple[Any, ...]] = Interned()
        self._compared: Interned[tuple[Truth, ...]] = Interned()
        self._pairs = [node for node in layout.pairs if layout.row_pair(node)]
        self._listed: Interned[tuple[Words, ...]] = Interned()
        self._tables_of: dict[str, dict[int, Codes]] = {}
        self._memos: dict[str, dict[tuple[int, ...], int]] = defaultdict(dict)
        self._masks_of: dict[Hashable, dict[int, int]] = {}

    def of(
        self, people: pa.Array | None, count: int, codes: Mapping[str, Codes], dates: Codes, signer: Signer
    ) -> Sets:
        """The sets of rows of every act of a batch.

        ``codes`` are those of the facts of the acts, ``dates`` the codes of their moments.
        """
        problems: dict[int, str] = {}
        parties = self._parties(people, count, problems)
        parties = parties.of(np.flatnonzero(signer.are_dated(dates[parties.act])))
        if not len(parties.act):
            return Sets([], [], problems)
        date = dates[parties.act]
        self._prepare(parties.who)
        base = self._based(parties.who, date, signer)
        kind = np.array(self._kind_of, np.int64)[base]
        keys = [kind, self._of_item(kind, parties.act, codes, signer)]
        for node in self._pairs:
            keys.append(self._of_pair(node, kind, parties, codes, signer))
        listed = mapped(tuple(keys), self._set, self._memos["set"])
        own = self._own(parties, date, signer)
        number = mapped((listed, *own), self._joined, self._memos["joined"])
        places = range(int(parties.place.max()) + 1)
        return Sets(
            [_at_place(p, number, parties, count) for p in places],
            [_at_place(p, base, parties, count) for p in places],
            problems,
        )

    # -- who takes part --------------------------------------------------------------------------

    def _parties(self, people: pa.Array | None, count: int, problems: dict[int, str]) -> Parties:
        nobody = self._who.code((None,) * len(_WHO))
        act, place, who = _none(), _none(), _none()
        own: dict[str, Codes] = {"party.roles": _none()}
        if people is not None and len(flat := people.flatten()):
            sizes = pc.list_value_length(people).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
            act = np.repeat(np.arange(count), sizes)
            place = np.arange(len(act)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            fields = dict(zip((f.name for f in flat.type), flat.flatten(), strict=True))
            who = self._named(fields, len(act))
            own = self._stated(fields, act, problems)
        # Somebody receives it, though nobody has said who.
        roles = self._column("party.roles")
        receiving = np.array([_receives(value) for value in roles.values], bool)
        receives = np.zeros(count, bool)
        receives[act[receiving[own["party.roles"]]]] = True
        alone = np.flatnonzero(~receives)
        last = np.bincount(act, minlength=count)[alone]
        own = {name: np.append(column, np.zeros(len(alone), np.int64)) for name, column in own.items()}
        own["party.roles"][len(act) :] = roles.code(members(SUBSTANTIAL_ROLES[:1]))
        who = np.append(who, np.full(len(alone), nobody, np.int64))
        return Parties(np.append(act, alone), np.append(place, last), who, own)

    def _named(self, fields: Mapping[str, pa.Array], count: int) -> Codes:
        """Who each party is said to be: its name, country, address, and whom the name means."""
        columns = [self._column(name) for name in _WHO]
        codes = [
            column.encode(fields[name]) if name in fields else np.zeros(count, np.int64)
            for name, column in zip(_WHO, columns, strict=True)
        ]
        return mapped(
            tuple(codes),
            lambda *row: self._who.code(tuple(c.values[i] for c, i in zip(columns, row, strict=True))),
        )

    def _stated(
        self, fields: Mapping[str, pa.Array], act: Codes, problems: dict[int, str]
    ) -> dict[str, Codes]:
        """What else is said of each party, fact by fact."""
        nothing = np.zeros(len(act), np.int64)
        own = {"party.roles": nothing}
        for field_name, column in fields.items():
            name = _FACT_OF.get(field_name, field_name)
            if "." in name and (name in self.layout.facts or name in _LOOKED_UP or name == "party.roles"):
                codes = self._column(name).encode(column)
                earlier = own.get(name, nothing)
                own[name] = np.where(codes > 0, codes, earlier) if field_name == name else np.where(
                    earlier > 0, earlier, codes
                )  # fmt: skip
                wrong = self._column(name).problems
                for i in np.flatnonzero(np.isin(codes, list(wrong))).tolist() if wrong else ():
                    problems.setdefault(int(act[i]), wrong[int(codes[i])])
        return own

    def _column(self, name: str) -> Column[Any]:
        if name not in self._columns:
            self._columns[name] = Column(partial(self._read, name), None)
        return self._columns[name]

    def _read(self, name: str, cell: Any) -> Known:
        if "." not in name or name == "party.name":
            return cell if isinstance(cell, str) and cell.strip() else None
        known = acts.known(cell, self.vocabulary[name], "")
        if name == "party.roles":
            # Nobody takes part as nothing: no role stated is a role unknown.
            return known if isinstance(known, frozenset) and known else None
        return evened({name: known}, self.regime)[name]

    def _prepare(self, who: Codes) -> None:
        """Look up at once whoever has not been looked up, and find out when their listings turn."""
        new = [self._party(i) for i in range(len(self._turns), len(self._who))]
        look_up((Act(parties=(party,)) for party in new), self.regime)
        for party in new:
            listings = self.regime.listings.versions
            versions = (v for i in self._candidates(party) for v in listings.get(i, ()))
            moments = frozenset(m for version in versions for m in turns_of(version) if m is not None)
            self._turns.append(self._turning.code(moments))

    def _party(self, who: int) -> Party:
        name, country, address, same_as = self._who.values[who]
        return Party(name, members(()), country, address, same_as)

    def _candidates(self, party: Party) -> Iterable[str]:
        if party.same_as is not None and party.same_as in self.regime.listings.versions:
            return (party.same_as,)
        if party.name is None or party.same_as == "none":
            return ()
        code = self.regime.destinations.code(party.country)
        found = self.regime.listings.find(party.name, code if isinstance(code, str) else None, party.address)
        return [candidate.listing for candidate in found]

    # -- what is listed of them -----------------------------------------------------------------

    def _based(self, who: Codes, date: Codes, signer: Signer) -> Codes:
        """The listings of each party on its date."""
        turning = np.array(self._turns, np.int64)[who]
        stretch = np.zeros(len(who), np.int64)
        for number in np.unique(turning[turning > 0]).tolist():
            at = np.flatnonzero(turning == number)
            stretch[at] = signer.at(date[at], f"turns {number}", self._stretch_of(number))
        groups, first = grouped((who, stretch), len(who))
        found = np.empty(len(first), np.int64)
        for i, (one, within, on) in enumerate(
            zip(who[first].tolist(), stretch[first].tolist(), date[first].tolist(), strict=True)
        ):
            if (one, within) not in self._base_of:
                self._base_of[one, within] = len(self._kind_of)
                self._kind_of.append(self._kind(self._party(one), signer.clock(on)))
            found[i] = self._base_of[one, within]
        return found[groups]

    def _stretch_of(self, number: int) -> Callable[[Clock], int]:
        stretches = Stretches(self._turning.values[number])
        within: Interned[Hashable] = self._within.setdefault(number, Interned())
        return lambda clock: within.code(stretches.of(clock.as_of, clock.zone))

    def _kind(self, party: Party, clock: Clock) -> int:
        rows = rows_of(party, self.regime, clock)
        facts = [listing_facts(row, {}, clock, self.regime) for row in rows]
        asking = tuple(row.listing for row in rows)
        entries = self._entries.code(asking) if any(asking) else 0
        compared = tuple(tuple(own.get(name) for name in self._compared_of) for own in facts)
        words = tuple(self._words(row, own) for row, own in zip(rows, facts, strict=True))
        return self._kinds.code(Kind(words, entries, compared))

    def _of_item(self, kind: Codes, act: Codes, codes: Mapping[str, Codes], signer: Signer) -> Codes:
        """What the entries say of the item, as a number of what they can say."""
        entries = np.array([one.entries for one in self._kinds.values], np.int64)[kind]
        said = np.full(len(kind), -1, np.int64)
        asked = np.flatnonzero(entries)
        if len(asked):
            facts = [name for name in self.layout.scope_facts if name in codes]
            keys = [codes[name][act[asked]] for name in facts]
            memo = self._memos[str(facts)]
            said[asked] = mapped((entries[asked], *keys), partial(self._say, facts, signer), memo)
        return said

    def _say(self, names: list[str], signer: Signer, entries: int, *codes: int) -> int:
        facts = {n: signer.column(n).values[c] for n, c in zip(names, codes, strict=True)}
        return self._said.code(
            tuple(
                None if v is None else (covers(v, facts), review(v, facts), refers_to(v, facts))
                for v in self._entries.values[entries]
            )
        )

    def _of_pair(
        self, node: e.Condition, kind: Codes, parties: Parties, codes: Mapping[str, Codes], signer: Signer
    ) -> Codes:
        """What a comparison of two facts, at least one of them of a row, comes to."""
        keys, columns = [kind], {}
        for name in dict.fromkeys(e.facts(node)):
            if name in codes:
                keys.append(codes[name][parties.act])
                columns[name] = signer.column(name)
            elif name in parties.own:
                keys.append(parties.own[name])
                columns[name] = self._column(name)
        memo = self._memos[f"{e.show(node)} {list(columns)}"]
        return mapped(tuple(keys), partial(self._compare, node, columns), memo)

    def _compare(self, node: e.Condition, columns: dict[str, Column[Known]], kind: int, *codes: int) -> int:
        facts = {name: column.values[c] for (name, column), c in zip(columns.items(), codes, strict=True)}
        rows = (dict(zip(self._compared_of, row, strict=True)) for row in self._kinds.values[kind].compared)
        return self._compared.code(tuple(truth(node, {**facts, **row}) for row in rows))

    def _set(self, kind_number: int, said: int, *compared: int) -> int:
        kind = self._kinds.values[kind_number]
        of_item = self._said.values[said] if said >= 0 else (None,) * len(kind.words)
        truths = [self._compared.values[c] for c in compared]
        rows = []
        for i, words in enumerate(kind.words):
            masks = dict(enumerate(words))
            for name, value in zip(_OF_ITEM, of_item[i] or (), strict=False):
                self._add(masks, name, value)
            for node, holds in zip(self._pairs, truths, strict=True):
                add_truth(masks, self.layout.pairs[node], holds[i])
            rows.append(tuple(masks.values()))
        return self._listed.code(tuple(rows))

    def _words(self, row: Row, facts: Mapping[str, Known]) -> Words:
        """The words of a listing; what it says of an item is added to them when there is one."""
        masks = dict.fromkeys(range(len(self.layout.row_words)), 0)
        listing = row.listing
        marks = {
            "present": True, "named": row.party.name is not None, "sure": row.sure,
            "listed": listing is not None,
        }  # fmt: skip
        held = [self.layout.marks[name] for name, holds in marks.items() if holds]
        if listing is not None and listing.scope.covers is not None:
            held += [self.layout.asks[name] for name in dict.fromkeys(e.facts(listing.scope.covers))]
        for bits in held:
            masks[bits.word] |= bits.true
        for name, value in facts.items():
            # Without an entry nothing is asked of the item, and what is so is so for every item.
            if listing is None or name not in _OF_ITEM:
                self._add(masks, name, value)
        return tuple(masks.values())

    def _add(self, masks: dict[int, int], name: str, value: Known) -> None:
        if name in self.layout.facts:
            key = (name, value.__class__, value)
            found = self._masks_of.get(key)
            if found is None:
                found = self._masks_of[key] = self.layout.facts[name].masks(value)
            for word, mask in found.items():
                masks[word] |= mask

    @cached_property
    def _compared_of(self) -> tuple[str, ...]:
        """The facts of listings that some comparison of two facts reads."""
        names = dict.fromkeys(name for node in self._pairs for name in e.facts(node))
        return tuple(name for name in names if name.startswith("listing."))

    # -- what is said of them ------------------------------------------------------------------------

    def _own(self, parties: Parties, date: Codes, signer: Signer) -> list[Codes]:
        """What a party says of itself, as words of its rows."""
        own = dict(parties.own)
        headquarters = own.get("party.headquarters")
        if headquarters is not None and _GROUPS in self.layout.facts:
            stretch = signer.at(date, "destinations", signer.destinations_stretch)
            keys = (headquarters, own.get(_GROUPS, np.zeros(len(date), np.int64)), stretch)
            groups, first = grouped(keys, len(date))
            found = [
                own_groups or self._groups_of(place, signer.clock(on))
                for place, own_groups, on in zip(
                    headquarters[first].tolist(), keys[1][first].tolist(), date[first].tolist(), strict=True
                )
            ]
            own[_GROUPS] = np.array(found, np.int64)[groups]
        words = [np.zeros(len(date), np.int64) for _ in self.layout.row_words]
        for name, column in own.items():
            if name in self.layout.facts:
                fact = self.layout.facts[name]
                tables = self._tables_of.setdefault(name, dict.fromkeys(fact.words, _none()))
                for word, table in grown(tables, fact, self._column(name).values).items():
                    words[word] |= table[column]
        return words

    def _groups_of(self, headquarters: int, clock: Clock) -> int:
        place = self._column("party.headquarters").values[headquarters]
        return self._column(_GROUPS).code(self.regime.destinations.facts(place, clock)["destination.groups"])

    def _joined(self, listed: int, *own: int) -> int:
        rows = self._listed.values[listed]
        return self.sets.code(tuple(tuple(a | b for a, b in zip(row, own, strict=True)) for row in rows))


def _receives(roles: Known) -> bool:
    return not isinstance(roles, frozenset) or bool(roles & set(SUBSTANTIAL_ROLES))


def _at_place(wanted: int, numbers: Codes, parties: Parties, count: int) -> Codes:
    """What stands at one place among the parties of every act; -1 for nothing."""
    here = np.full(count, -1, np.int64)
    at = parties.place == wanted
    here[parties.act[at]] = numbers[at]
    return here


def _none() -> Codes:
    return np.zeros(0, np.int64)
