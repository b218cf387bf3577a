"""The variations: one change made to one listed name, as real documents change it.

Every function takes a name (and what it needs to know of it) and a random generator, and returns
the changed name, or nothing where the change does not apply. Written from the description of the
families alone, without sight of any engine's rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import yaml
from real import fold

Variation = Callable[[str, str, Random], str | None]


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """The words of ``words.yaml``."""
    text = Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)  # every word a string, also "off"


def natural(name: str) -> str:
    """``LAST, First`` as ``First LAST``."""
    last, _, first = name.partition(", ")
    return f"{first} {last}" if first else name


def exact(name: str, kind: str, random: Random) -> str | None:
    """The name in capital letters."""
    return name.upper()


def order(name: str, kind: str, random: Random) -> str | None:
    """A person turned round; any other name with its first word at the end."""
    if kind == "person" and name.count(", ") == 1:
        return natural(name)
    parts = name.split()
    if len(parts) < 2 or (kind == "person" and len(parts) < 2):
        return None
    return " ".join([*parts[1:], parts[0]])


def _tokens(name: str) -> list[tuple[str, int, int]]:
    """Words with their places, dots and brackets left out of the word."""
    found = re.finditer(r"[^\s,;\"]+", name)
    return [(re.sub(r"[.()'’]", "", m[0]).casefold(), m.start(), m.end()) for m in found]


@lru_cache(maxsize=1)
def _forms() -> list[tuple[tuple[str, ...], list[str]]]:
    """Each spelling of a legal form as words, with the other spellings of its group; longest first."""
    found = [
        (tuple(t for t, _, _ in _tokens(s) if t), group) for group in words()["legal_forms"] for s in group
    ]
    return sorted(found, key=lambda f: -len(f[0]))


def legal_form(name: str) -> tuple[int, int, list[str]] | None:
    """Where a legal form stands at the end or the beginning of a name, and its group of spellings."""
    tokens = [t for t in _tokens(name) if t[0]]
    for form, group in _forms():
        n = len(form)
        if n >= len(tokens):
            continue
        if tuple(t[0] for t in tokens[-n:]) == form:
            return tokens[-n][1], tokens[-1][2], group
        if tuple(t[0] for t in tokens[:n]) == form:
            return 0, tokens[n - 1][2], group
    return None


def legal(name: str, kind: str, random: Random) -> str | None:
    """The legal form written in another way, or (one time in three) left out."""
    found = legal_form(name) if kind in ("organisation", "") else None
    if not found:
        return None
    start, end, group = found
    others = [s for s in group if fold(s) != fold(name[start:end])] or [
        s for s in group if s != name[start:end]
    ]
    new = "" if random.random() < 1 / 3 or not others else random.choice(others)
    changed = f"{name[:start]}{new}{name[end:]}".strip(" ,-")
    return changed if len(fold(changed).replace(" ", "")) >= 4 and changed != name else None


def noise(name: str, kind: str, random: Random, other: str, part: str) -> str | None:
    """What trade documents write before or after a name; ``other`` stands after ``C/O``."""
    kept = kind if kind in words()["noise"] else "organisation"
    more = words()["held_only"]["noise"][kept] if part == "held" else []
    template = random.choice(words()["noise"][kept] + more)
    return template.format(
        n=natural(name) if kind == "person" else name,
        box=random.randint(100, 9999),
        small=random.randint(2, 9),
        digits=random.randint(10**7, 10**10),
        city=random.choice(words()["cities"]),
        other=other,
    )


def spacing(name: str, kind: str, random: Random) -> str | None:
    """Two words joined, or one word of eight letters or more cut."""
    parts = name.split()
    long = [i for i, p in enumerate(parts) if len(re.sub(r"\W", "", p)) >= 8 and p.isalpha()]
    joints = [i for i in range(len(parts) - 1) if parts[i].isalpha() and parts[i + 1][:1].isalpha()]
    if long and (not joints or random.random() < 0.5):
        i = random.choice(long)
        cut = random.randint(3, len(parts[i]) - 3)
        parts[i] = f"{parts[i][:cut]} {parts[i][cut:]}"
    elif joints:
        i = random.choice(joints)
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    else:
        return None
    return " ".join(parts)


@lru_cache(maxsize=1)
def _form_words() -> frozenset[str]:
    return frozenset(w for form, _ in _forms() for w in form) | {"of", "and", "the", "&", "-"}


def drop(name: str, kind: str, random: Random) -> str | None:
    """One word, not the first, left out of four or more; two words beside the legal form must remain."""
    parts = name.split()
    if len(parts) < 4:
        return None
    del parts[random.randint(1, len(parts) - 1)]
    left = " ".join(parts).rstrip(" ,")
    return left if sum(w not in _form_words() for w, _, _ in _tokens(left)) >= 2 else None


def _slip(word: str, random: Random) -> str:
    """One typing error: two letters swapped, one left out, doubled or replaced."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    while True:
        i = random.randrange(len(word))
        match random.choice(("swap", "drop", "double", "replace")):
            case "swap" if i + 1 < len(word):
                new = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
            case "drop":
                new = word[:i] + word[i + 1 :]
            case "double":
                new = word[:i] + word[i] + word[i:]
            case _:
                letter = random.choice(letters)
                new = word[:i] + (letter.upper() if word[i].isupper() else letter) + word[i + 1 :]
        if new.casefold() != word.casefold():
            return new


def _typos(name: str, count: int, random: Random) -> str | None:
    parts = name.split()
    fit = [i for i, p in enumerate(parts) if len(re.sub(r"\W", "", p)) >= 4 and p[:1].isalpha()]
    if len(fit) < count:
        return None
    for i in random.sample(fit, count):
        word = re.match(r"\w+", parts[i])[0]  # type: ignore[index]
        parts[i] = _slip(word, random) + parts[i][len(word) :]
    return " ".join(parts)


def typo1(name: str, kind: str, random: Random) -> str | None:
    """One word of four letters or more mistyped."""
    return _typos(name, 1, random)


def typo2(name: str, kind: str, random: Random) -> str | None:
    """Two words mistyped."""
    return _typos(name, 2, random)


def _romanised(word: str, rules: list[list[str]], random: Random) -> str | None:
    """The word with one rule applied once, in either direction, where it fits."""
    both = [(a, b) for rule in rules for a, b in (rule, rule[::-1])]
    random.shuffle(both)
    for old, new in both:
        first = "^" if "^" in old + new else ""
        last = "$" if "$" in old + new else ""
        old, new = old.strip("^$"), new.strip("^$")
        pattern = f"{first}{re.escape(old)}{last}"
        if new == old * 2:  # one letter is written double only between vowels
            pattern = f"(?<=[aeiou]){pattern}(?=[aeiou])"
        elif old == "h":  # no letter of its own in ch, sh, zh
            pattern = f"(?<![cgkpstz]){pattern}"
        places = list(re.finditer(pattern, word.casefold()))
        if places:
            at = random.choice(places)
            changed = word.casefold()[: at.start()] + new + word.casefold()[at.end() :]
            if word.isupper():
                return changed.upper()
            return changed.capitalize() if word[:1].isupper() else changed
    return None


def translit(
    name: str,
    kind: str,
    random: Random,
    countries: tuple[str, ...] = (),
    common: frozenset[str] = frozenset(),
) -> str | None:
    """One or two romanisation rules, of the country's languages, on words that are not everyday English."""
    regions = [r for r, members in words()["regions"].items() if set(members) & set(countries)]
    rules = [rule for r in regions or ["other"] for rule in words()["romanisation"][r]]
    parts = name.split()
    fit = [
        i
        for i, p in enumerate(parts)
        if len(p) >= 4 and re.fullmatch(r"[^\W\d_][\w'’-]+,?", p) and fold(p) not in common | _form_words()
    ]
    random.shuffle(fit)
    wanted, done = random.randint(1, 2), 0
    for i in fit:
        word = re.search(r"[^\W\d_]+", parts[i])
        new = _romanised(word[0], rules, random) if word and len(word[0]) >= 4 else None
        if word and new:
            parts[i] = parts[i].replace(word[0], new, 1)
            done += 1
        if done == wanted:
            break
    return " ".join(parts) if done else None


def former(name: str, kind: str, random: Random, new: str, part: str) -> str | None:
    """A new name that carries the listed one as its former name."""
    key = "former_vessel" if kind == "vessel" else "former"
    more = words()["held_only"][key] if part == "held" else []
    return random.choice(words()[key] + more).format(x=new, y=name)
