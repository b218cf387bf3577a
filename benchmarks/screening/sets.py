"""The labelled sets: queries with the entries that would be right, and real names that are on no list.

Two parts that share no entity and no negative: ``tune`` (seed 1), for everybody, and ``held``
(seed 2), opened once per release. A name belongs to a part by a hash, so the parts stay apart when
sizes change. A query is right when the entity it was made from, or another entry that bears the
same name, is found.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import combinations
from random import Random

import vary
from real import Entry, chinese_names, companies, core, entries, fold, half, persons, pieces

SEEDS = {"tune": 1, "held": 2}
PER_FAMILY = 400
NEGATIVES = 7_500
NINE = ("exact", "order", "legal", "noise", "spacing", "drop", "typo1", "typo2", "translit")
# Scope and affiliates written into a name: such a name stands in the index, but nobody writes it.
COMPOUND = re.compile(r"affiliated entity|thereof|following|address \d|subsidiar|successor|, and any", re.I)


@dataclass(frozen=True, slots=True)
class Query:
    """A name to screen; ``right`` holds the entities that count as found (none for a negative)."""

    name: str
    kind: str
    family: str
    right: frozenset[str] = frozenset()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One listed name, as an index takes it."""

    entity: str
    list: str
    name: str
    name_kind: str
    kind: str
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names, and whether they name one party."""

    mine: str
    theirs: str
    kind: str
    same: bool
    group: str


@dataclass(frozen=True, slots=True)
class Part:
    """One half of the material, complete."""

    name: str
    queries: tuple[Query, ...]
    aliases: tuple[Query, ...]
    negatives: tuple[Query, ...]
    people: tuple[Query, ...]
    siblings: tuple[Pair, ...]

    @property
    def digest(self) -> str:
        """A hash of everything in the part, for caches and reports."""
        text = repr((self.queries, self.aliases, self.negatives, self.people, self.siblings))
        text = re.sub(r"frozenset\(\{([^}]*)\}\)", lambda m: str(sorted(m[1].split(", "))), text)
        return sha256(text.encode()).hexdigest()[:16]


def listed(*, aliases: bool = True) -> list[Listed]:
    """Every listed name; with ``aliases`` false only the primary names."""
    return [
        Listed(e.entity, e.list, name, "name" if i == 0 else "alias", e.kind, e.countries)
        for e in entries()
        for i, name in enumerate((e.name, *e.aliases) if aliases else (e.name,))
    ]


@lru_cache(maxsize=1)
def bearers() -> dict[str, frozenset[str]]:
    """Folded listed name -> entities that bear it."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in listed():
        found[fold(row.name)].add(row.entity)
    return {k: frozenset(v) for k, v in found.items()}


@lru_cache(maxsize=1)
def _primary() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for e in entries():
        found[fold(e.name)].add(e.entity)
    return {k: frozenset(v) for k, v in found.items()}


@lru_cache(maxsize=1)
def listed_words() -> Counter[str]:
    """In how many listed names each word stands."""
    return Counter(w for row in listed() for w in set(fold(row.name).split()))


@lru_cache(maxsize=1)
def everyday() -> frozenset[str]:
    """Words that many real companies use: no romanisation of anything."""
    count = Counter(w for name in companies() for w in set(fold(name).split()))
    return frozenset(w for w, n in count.items() if n >= 6)


def _seems(entry: Entry) -> str:
    """The kind a generator needs for an untyped entry: persons stand on two of the lists, without comma."""
    if entry.kind or entry.list not in ("denied_persons", "dtc", "isn"):
        return entry.kind or "organisation"
    parts = fold(entry.name).split()
    plain = 2 <= len(parts) <= 4 and not vary.legal_form(entry.name) and not set(parts) & _business()
    return "person" if plain else "organisation"


@lru_cache(maxsize=1)
def _business() -> frozenset[str]:
    """Words of names that the list itself types as organisations, five times or more."""
    count = Counter(w for e in entries() if e.kind == "organisation" for w in set(fold(e.name).split()))
    return frozenset(w for w, n in count.items() if n >= 5)


def _drawn(pool: list[Entry], part: str, family: str) -> Iterable[tuple[Entry, Random]]:
    random = Random(f"{SEEDS[part]} {family}")
    return ((e, random) for e in random.sample(pool, len(pool)))


def _family(
    part: str,
    family: str,
    pool: list[Entry],
    make: Callable[[Entry, Random], str | None],
    size: int = PER_FAMILY,
) -> list[Query]:
    found: list[Query] = []
    for entry, random in _drawn(pool, part, family):
        if len(found) == size:
            break
        name = make(entry, random)
        if name and fold(name):
            right = bearers()[fold(entry.name)] | {entry.entity}
            found.append(Query(name, entry.kind, family, frozenset(right), entry.name))
    return found


def _reserved(part: str) -> list[str]:
    """Real names kept out of the negatives: new names of renamed parties, carriers after ``C/O``."""
    return [n for n in companies() if half(n) == part and sha256(n.encode()).digest()[1] < 16]


def _queries(part: str) -> list[Query]:
    pool = [
        e
        for e in entries()
        if half(e.name) == part
        and e.kind != "aircraft"
        and len(e.name) <= 100
        and not COMPOUND.search(e.name)
    ]
    others = _reserved(part)
    plain = {f: getattr(vary, f) for f in ("exact", "order", "legal", "spacing", "drop", "typo1", "typo2")}
    found: list[Query] = []
    for family in NINE:
        if family == "noise":
            make = lambda e, r: vary.noise(e.name, _seems(e), r, r.choice(others), part)  # noqa: E731
        elif family == "translit":
            make = lambda e, r: vary.translit(e.name, _seems(e), r, e.countries, everyday())  # noqa: E731
        else:
            make = lambda e, r, change=plain[family]: change(e.name, _seems(e), r)  # noqa: E731
        found += _family(part, family, pool, make)

    def renamed(entry: Entry, random: Random) -> str | None:
        kind = _seems(entry)
        if kind == "person":
            return None
        new = (
            " ".join(random.sample(vary.words()["vessel_words"], 2))
            if kind == "vessel"
            else random.choice(others)
        )
        return vary.former(entry.name, kind, random, new, part)

    found += _family(part, "former", pool, renamed)
    chinese = [c for c in chinese_names() if half(c[0]) == part]
    return found + [Query(c, "organisation", f"zh-{origin}", right, "") for c, right, origin in chinese]


def _aliases(part: str) -> list[Query]:
    """A random alias as query; only for an index of primary names."""
    pool = [e for e in entries() if half(e.name) == part and e.aliases and e.kind != "aircraft"]
    found = []
    for entry, random in _drawn(pool, part, "alias"):
        alias = random.choice(entry.aliases)
        if len(found) < PER_FAMILY and fold(alias) != fold(entry.name) and len(entry.name) <= 120:
            right = _primary()[fold(entry.name)] | _primary().get(fold(alias), frozenset())
            found.append(Query(alias, entry.kind, "alias", right, entry.name))
    return found


@lru_cache(maxsize=1)
def _cores() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Listed names without legal form: all; those that make a name theirs that holds them; less a letter."""
    found = {core(piece) for row in listed() for piece in pieces(row.name)} - {""}
    inside = {c for c in found if len(c.split()) > 1 or (len(c) >= 5 and listed_words()[c] <= 60)}
    joined = (c.replace(" ", "") for c in found)
    return (
        frozenset(found),
        frozenset(inside),
        frozenset(d for c in joined if len(c) >= 8 for d in _shorter(c)),
    )


def _shorter(word: str) -> set[str]:
    """A word and all words that lack one of its letters: two that meet are at most one slip apart."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def is_listed(name: str) -> bool:
    """Whether a name without its legal form is a listed name (to one slip of the pen), or contains one."""
    every, inside, shorter = _cores()
    parts = core(name).split()
    spans = (
        " ".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, min(len(parts), i + 12) + 1)
    )
    joined = "".join(parts)
    near = len(joined) >= 8 and not shorter.isdisjoint(_shorter(joined))
    return near or core(name) in every or fold(name) in bearers() or any(s in inside for s in spans)


@lru_cache(maxsize=1)
def _company_words() -> Counter[str]:
    return Counter(w for name in companies() for w in set(core(name).split()))


def rare(name: str) -> set[str]:
    """The words of a name that almost name somebody: in forty listed names and sixty companies at most."""
    return {
        w
        for w in core(name).split()
        if len(w) >= 4 and w.isalpha() and 1 <= listed_words()[w] <= 40 and _company_words()[w] <= 60
    }


def _negatives(part: str) -> list[Query]:
    """Real companies on no list: half share a rare word with a listed name, half are as they come."""
    kept = set(_reserved(part))
    pool = [n for n in companies() if half(n) == part and n not in kept and not is_listed(n)]
    random = Random(f"{SEEDS[part]} negatives")
    random.shuffle(pool)
    hard = [n for n in pool if rare(n)][: NEGATIVES // 2]
    taken = set(hard)
    plain = [n for n in pool if n not in taken and not rare(n)][: NEGATIVES - len(hard)]
    both = [Query(n, "organisation", "hard") for n in hard] + [
        Query(n, "organisation", "plain") for n in plain
    ]
    return random.sample(both, len(both))


def natural_share(part: str) -> float:
    """How many of a part's unlisted firms share a rare word with a listed name, as firms come."""
    pool = [n for n in companies() if half(n) == part and not is_listed(n)]
    return sum(bool(rare(n)) for n in pool) / len(pool)


def _people(part: str, size: int = 2000) -> list[Query]:
    """Invented people, as a second look at false positives; names that are listed are left out."""
    free = [n for n in dict.fromkeys(persons()) if half(n) == part and fold(n) not in bearers()]
    return [Query(n, "person", "people") for n in Random(f"{SEEDS[part]} people").sample(free, size)]


def _siblings(part: str) -> list[Pair]:
    """One party under two published names that differ, against two firms with the same distinctive word.

    Both sides are real and published. The firms are the closest there are: of all pairs with one
    distinctive word and something of its own in either name, those that share most of their words.
    One of the two at least is listed; two listed firms stand on one list, which names a party once.
    """
    random = Random(f"{SEEDS[part]} siblings")
    mine = [
        e
        for e in entries()
        if half(e.name) == part and _seems(e) == "organisation" and len(e.name) <= 80
        if not COMPOUND.search(e.name)
    ]
    same: list[Pair] = []
    groups: dict[str, list[tuple[str, str, frozenset[str]]]] = defaultdict(list)
    for e in mine:
        everything = frozenset(core(n) for n in (e.name, *e.aliases))
        for word in sorted(rare(e.name)):
            groups[word].append((e.name, e.list, everything))
            close = [a for a in e.aliases if word in core(a).split() and core(a) != core(e.name)]
            if close:
                same.append(Pair(random.choice(close), e.name, "organisation", True, "siblings"))
                break
    for name in companies():
        if half(name) == part and not is_listed(name):
            for word in sorted(rare(name)):
                if word in groups:
                    groups[word].append((name, "", frozenset([core(name)])))
    different: dict[tuple[str, str], float] = {}
    for word, group in groups.items():
        for (a, list_a, names_a), (b, list_b, names_b) in combinations(group[:60], 2):
            if not list_a or (list_b and list_b != list_a):
                continue  # two lists may name one party twice; two firms on no list may be one
            left, right = set(core(a).split()) - {word}, set(core(b).split()) - {word}
            if left - right and right - left and names_a.isdisjoint(names_b):
                different[a, b] = len(left & right) / len(left | right) + random.random() / 100
    best = sorted(different, key=lambda k: -different[k])
    seen: Counter[str] = Counter()
    kept: list[Pair] = []
    for a, b in best:  # no name more than twice, or one great family would be the whole set
        if len(kept) < PER_FAMILY and max(seen[a], seen[b]) < 2:
            seen[a] += 1
            seen[b] += 1
            kept.append(Pair(a, b, "organisation", False, "siblings"))
    return random.sample(same, min(PER_FAMILY, len(same))) + kept


@lru_cache(maxsize=2)
def part(name: str) -> Part:
    """One part, built anew from the reference data; the same on every machine."""
    return Part(
        name,
        tuple(_queries(name)),
        tuple(_aliases(name)),
        tuple(_negatives(name)),
        tuple(_people(name)),
        tuple(_siblings(name)),
    )
