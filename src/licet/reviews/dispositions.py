"""Dispositions: what persons decided about a party and a listing, with reason, name, and until when.

A match restricts and counts at once. A clear relieves: it needs the signature of a second person,
ends on a day, and rests on what both records said; when either says something else, the pair is
open again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib import resources

from licet.language import plain_yaml
from licet.language.errors import LicetError
from licet.lists.packing import DamagedError
from licet.lists.store import Store
from licet.reviews.ledger import Ledger, StoreLedger
from licet.reviews.said import Said, even

_VERDICTS = ("match", "cleared", "signed", "withdrawn")


class DispositionError(LicetError):
    """A disposition cannot be taken, or an export is not what was exported."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many days a clear holds by default, and at the most."""

    clear: timedelta
    most: timedelta


@cache
def limits() -> Limits:
    """The limits in ``limits.yaml``."""
    text = resources.files(__package__).joinpath("limits.yaml").read_text(encoding="utf-8")
    data = plain_yaml.read(text, "limits.yaml")
    return Limits(timedelta(days=data["clear_days"]), timedelta(days=data["clear_days_most"]))


@dataclass(frozen=True, slots=True)
class Pair:
    """A party and a listing with what each says now; ``party`` is what its file calls it."""

    party: str
    listing: str
    party_said: Said
    listing_said: Said


@dataclass(frozen=True, slots=True)
class Disposition:
    """One act of one person about a pair, as it is kept.

    Args:
        hash: of this row and of the hash before it.
        verdict: ``match``, ``cleared``, ``signed`` (a clear, by a second person) or ``withdrawn``.
        at: the instant, in UTC.
        until: the last day of a clear; empty for others.
        about: the hash of the clear that is signed; empty for others.
    """

    hash: str
    verdict: str
    at: str
    person: str
    reason: str
    until: str
    about: str
    party: str
    party_digest: str
    party_said: str
    listing: str
    listing_digest: str
    listing_said: str

    def hashed(self, before: str) -> str:
        """The hash that this row has behind one with the hash ``before``."""
        said = asdict(self) | {"hash": before}
        return sha256(json.dumps(said, ensure_ascii=True, sort_keys=True).encode()).hexdigest()

    @property
    def day(self) -> date:
        """The day of the act."""
        return datetime.fromisoformat(self.at).date()


COLUMNS = tuple(f.name for f in fields(Disposition))


class State(StrEnum):
    """How a pair stands on a day."""

    OPEN = "open"
    AWAITING = "awaiting second signature"
    CLEARED = "cleared"
    MATCH = "match"
    EXPIRED = "expired"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a pair on a day, what it rests on, why in words, and the clear that could be signed."""

    state: State
    by: Disposition | None = None
    because: str = ""
    waiting: Disposition | None = None


class Dispositions:
    """All dispositions of a ledger: that of a history's store, or another."""

    def __init__(self, kept_in: Store | Ledger) -> None:
        self._ledger: Ledger = StoreLedger(kept_in) if isinstance(kept_in, Store) else kept_in
        self._read: tuple[object, Book] | None = None

    def all(self) -> tuple[Disposition, ...]:
        """Every disposition, in order.

        Raises:
            DamagedError: if a row is not what was written.
        """
        return self.book().rows

    def book(self) -> Book:
        """Every disposition, found by pair; it stays as it is while the ledger grows.

        Raises:
            DamagedError: if a row is not what was written.
        """
        now = self._ledger.changes()
        if self._read is None or self._read[0] != now:
            rows = tuple(Disposition(*row) for row in self._ledger.rows(COLUMNS))
            if broken := _broken(rows):
                raise DamagedError(f"{self._ledger.name}: {broken}; bring it back from a copy")
            self._read = now, Book.of(rows)
        return self._read[1]

    def match(self, pair: Pair, *, person: str, reason: str, at: datetime) -> Disposition:
        """The party is the listed one; counts at once."""
        return self._take("match", pair, person, reason, at)

    def clear(
        self, pair: Pair, *, person: str, reason: str, at: datetime, until: date | None = None
    ) -> Disposition:
        """The party is not the listed one; counts once another person has signed, through ``until``.

        Raises:
            DispositionError: if ``until`` is past or too far away, or a person or reason is missing.
        """
        today = _utc(at).date()
        last = until or today + limits().clear
        if not today <= last <= today + limits().most:
            raise DispositionError(
                f"a clear through {last} is not possible; give a day from {today} to {today + limits().most}"
            )
        return self._take("cleared", pair, person, reason, at, until=last.isoformat())

    def sign(self, hash_: str, *, person: str, at: datetime, reason: str = "") -> Disposition:
        """A second person agrees to a clear, which then counts.

        Raises:
            DispositionError: if it is no clear that waits for a signature, or it is the same person's.
        """
        with self._ledger.transaction():
            clear = self._one(hash_)
            later = self.all()
            later = later[later.index(clear) + 1 :]
            same = [d for d in later if (d.party, d.listing) == (clear.party, clear.listing)]
            stopped = any(d.verdict in ("match", "withdrawn") or d.about == clear.hash for d in same)
            if clear.verdict != "cleared" or stopped:
                raise DispositionError(f"{hash_}: not a clear that waits for a signature")
            if even(person) == even(clear.person):
                raise DispositionError(f"{hash_}: {clear.person} cleared it; another person has to sign")
            if _utc(at).date().isoformat() > clear.until:
                raise DispositionError(f"{hash_}: it ended on {clear.until}; clear the pair again")
            signed = replace(clear, verdict="signed", until="", about=clear.hash)
            return self._write(signed, person, reason, at)

    def withdraw(self, hash_: str, *, person: str, reason: str, at: datetime) -> Disposition:
        """Whatever was decided about the pair of a disposition no longer counts; the pair is open."""
        with self._ledger.transaction():
            taken = replace(self._one(hash_), verdict="withdrawn", until="", about="")
            return self._write(taken, person, reason, at)

    def standing(self, pair: Pair, on: date) -> Standing:
        """How a pair stands on a day: by dispositions until then, and by what both sides say now."""
        return self.book().standing(pair, on)

    def matched(self) -> tuple[tuple[str, str], ...]:
        """Party and listing of every pair that anybody ever called a match."""
        return tuple(dict.fromkeys((d.party, d.listing) for d in self.all() if d.verdict == "match"))

    def export(self) -> list[dict[str, str]]:
        """Every disposition as plain data, in order, with its hash."""
        return [asdict(d) for d in self.all()]

    def replay(self, rows: Sequence[Mapping[str, str]]) -> int:
        """Write the rows of an export that are not here yet; gives their number.

        Raises:
            DispositionError: if a row is not what was exported, or other rows are here.
        """
        try:
            given = tuple(Disposition(**{name: str(row[name]) for name in COLUMNS}) for row in rows)
        except KeyError as error:
            raise DispositionError(f"the export has no column {error.args[0]!r}; export it again") from None
        if broken := _broken(given):
            raise DispositionError(f"the export was changed or is not whole: {broken}")
        with self._ledger.transaction():
            here = self.all()
            common = min(len(here), len(given))
            if [d.hash for d in here[:common]] != [d.hash for d in given[:common]]:
                raise DispositionError(
                    "other dispositions are here than in the export; bring it into a store without any"
                )
            for new in given[common:]:
                self._ledger.add(asdict(new))
        return max(0, len(given) - len(here))

    def _take(
        self, verdict: str, pair: Pair, person: str, reason: str, at: datetime, until: str = ""
    ) -> Disposition:
        said = (pair.party_said, pair.listing_said)
        new = Disposition(
            "", verdict, "", "", "", until, "",
            pair.party, said[0].digest, said[0].json, pair.listing, said[1].digest, said[1].json,
        )  # fmt: skip
        with self._ledger.transaction():
            return self._write(new, person, reason, at)

    def _write(self, new: Disposition, person: str, reason: str, at: datetime) -> Disposition:
        person, reason = person.strip(), reason.strip()
        if not person or not (reason or new.verdict == "signed"):
            raise DispositionError("whoever decides gives both a name and a reason")
        here = self.all()
        instant = _utc(at).isoformat(timespec="seconds")
        if here and instant < here[-1].at:
            raise DispositionError(
                f"{instant} is before the last disposition ({here[-1].at}); mend the clock"
            )
        row = replace(new, at=instant, person=person, reason=reason)
        row = replace(row, hash=row.hashed(here[-1].hash if here else ""))
        self._ledger.add(asdict(row))
        return row

    def _one(self, hash_: str) -> Disposition:
        found = [d for d in self.all() if d.hash.startswith(hash_.casefold())]
        if len(found) != 1 or len(hash_) < 6:
            raise DispositionError(
                f"{hash_!r} is the start of {len(found)} dispositions; see: licet dispositions list"
            )
        return found[0]


@dataclass(frozen=True, slots=True)
class Book:
    """Dispositions found by the party's name in its file, by what it says, and by listing."""

    rows: tuple[Disposition, ...]
    by_party: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    by_said: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: tuple[Disposition, ...]) -> Book:
        """From rows in order."""
        by_party: dict[tuple[str, str], list[int]] = defaultdict(list)
        by_said: dict[tuple[str, str], list[int]] = defaultdict(list)
        for place, d in enumerate(rows):
            by_party[d.party, d.listing].append(place)
            by_said[d.party_digest, d.listing].append(place)
        return cls(rows, *({k: tuple(v) for k, v in found.items()} for found in (by_party, by_said)))

    def about(self, pair: Pair) -> tuple[Disposition, ...]:
        """Every disposition about a pair, in order: the party under this name, or one that says the same."""
        same = self.by_said.get((pair.party_said.digest, pair.listing), ())
        called = self.by_party.get((pair.party, pair.listing), ())
        return tuple(self.rows[place] for place in sorted({*same, *called}))

    def standing(self, pair: Pair, on: date) -> Standing:
        """How a pair stands on a day."""
        return _standing(pair, [d for d in self.about(pair) if d.day <= on], on)


def _standing(pair: Pair, rows: Sequence[Disposition], on: date) -> Standing:
    governing: Disposition | None = None
    waiting: dict[str, Disposition] = {}
    for d in rows:
        match d.verdict:
            case "match":
                # Whoever says that it is the listed one stops clears on their way.
                governing, waiting = d, {}
            case "cleared":
                waiting[d.hash] = d
            case "signed":
                governing = waiting.pop(d.about, governing)
            case _:
                governing, waiting = None, {}
    last = next(reversed(waiting.values()), None)
    asked = None if last is None else _cleared(pair, last, State.AWAITING, on)
    signable = last if asked is not None and asked.state is State.AWAITING else None
    if governing is not None and governing.verdict == "match":
        return Standing(State.MATCH, governing, _changed(pair, governing), signable)
    ruled = None if governing is None else _cleared(pair, governing, State.CLEARED, on)
    found = [s for s in (ruled, asked) if s is not None]
    good = (s for s in found if s.state in (State.CLEARED, State.AWAITING))
    return replace(next(good, found[-1] if found else Standing(State.OPEN)), waiting=signable)


def _cleared(pair: Pair, clear: Disposition, good: State, on: date) -> Standing:
    if changed := _changed(pair, clear):
        return Standing(State.REOPENED, clear, changed)
    if on.isoformat() > clear.until:
        return Standing(State.EXPIRED, clear, f"cleared through {clear.until}")
    return Standing(good, clear, f"through {clear.until}")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which one side of a pair says otherwise than when something was decided about it."""

    side: str
    field: str
    then: tuple[str, ...]
    now: tuple[str, ...]


def differences(pair: Pair, d: Disposition) -> tuple[Difference, ...]:
    """What either side says otherwise than when the pair was decided."""
    sides = (
        ("party", pair.party_said, d.party_digest, d.party_said),
        ("listing", pair.listing_said, d.listing_digest, d.listing_said),
    )
    return tuple(
        Difference(side, name, then.fields.get(name, ()), now.fields.get(name, ()))
        for side, now, digest, text in sides
        if now.digest != digest
        for then in (Said.from_json(text),)
        for name in now.differs(then)
    )


def _changed(pair: Pair, d: Disposition) -> str:
    """The same in few words."""
    found = differences(pair, d)
    sides = {side: [f.field for f in found if f.side == side] for side in ("party", "listing")}
    return "; ".join(f"{side} changed: {', '.join(names)}" for side, names in sides.items() if names)


def _broken(rows: Iterable[Disposition]) -> str:
    """The first row that is not what was written, in words."""
    before = ""
    clears: dict[str, Disposition] = {}
    for number, d in enumerate(rows, 1):
        if d.verdict not in _VERDICTS or d.hash != d.hashed(before):
            return f"disposition {number} is not what was written"
        if d.verdict == "signed":
            clear = clears.get(d.about)
            if clear is None or even(clear.person) == even(d.person):
                return f"disposition {number} signs nothing that this person may sign"
        if d.verdict == "cleared":
            clears[d.hash] = d
        before = d.hash
    return ""


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise DispositionError(f"{at} has no time zone; give one")
    return at.astimezone(UTC)
