"""Terms of an entry: its free text turned into conditions of the law's own language.

What is read: which items the licence requirement covers, and which review policy applies
to which items. A text that does not fit is kept as it stands, covers nothing surely and
reviews nothing surely: the decision is then indeterminate and shows the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from licet.language import expression as e
from licet.language.expression import Condition
from licet.language.parsing import parse
from licet.language.rule import POLICIES

UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which items a requirement covers; ``covers`` ``None`` where the text was not understood.

    ``allows`` is the licence exception that the entry itself leaves open, if any.
    """

    text: str
    covers: Condition | None
    allows: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One review policy and the items it is for; ``unread`` where the text was not understood."""

    policy: str
    applies: Condition
    text: str


_CODE = re.compile(r"\b[0-9][a-e][0-9]{3}(?:\.[a-z0-9]+)*\b")
_ECCN = re.compile(r"\b[0-9][A-E][0-9]{3}(?:\.[a-z0-9]+)*\b")

# Phrases of entries, each with the condition it stands for. The wording of entries varies
# in number, case and stops only; the phrase is looked for after those are evened out.
_ITEMS: tuple[tuple[str, str], ...] = (
    (r"items needed to detect, identify or treat infectious disease", "item.for_infectious_disease"),
    (
        r"items for us government supported use in the international space station( \(iss\))?",
        "item.for_space_station",
    ),
    (r"items made for 200 mm wafer production at a 200 mm facility", "item.for_200mm_wafers"),
    (r"(items )?uniquely required .*(advanced|nodes?|nm|nanomet|euv)", "item.for_advanced_node"),
    (
        r"ear99 items (described )?in the note to (eccn )?1a995|certain ear99 items",
        'item.eccn == "EAR99" and item.note_to_1a995',
    ),
    (r"ear99( items)?", 'item.eccn == "EAR99"'),
    (r"(items on the )?(ccl|commerce control list)( items)?", 'item.eccn != "EAR99"'),
    (r"(food|medicine|medical)", "item.medical_or_food"),
)
_SCOPES: tuple[tuple[str, str], ...] = (
    (r"all items subject to the ear", "true"),
    (
        r"(items|commodities|software|technology)?.*\b(on|in) the (ccl|commerce control list),? and "
        r"(other )?ear99 items.*supp(lement|\.) (no\.? ?)?7 to part 746",
        'item.eccn != "EAR99" or item.in_supplement_7_746',
    ),
    (r"(all )?items (on|in) the (ccl|commerce control list)", 'item.eccn != "EAR99"'),
    (r"(all )?items in supplement (no\.? )?2 to part 744", "item.in_supplement_2"),
)
_ALLOWED = re.compile(
    r"(?:this licen[cs]e requirement may be overcome by |\b(?:except|but|however|and)?,?\s*(?:that )?)"
    r"(?:licen[cs]e )?(?:exception )?\b(gov|tmp|rpl|tsu|avs)\b.*$"
)
_NAMED: tuple[tuple[str, str], ...] = (
    (r"policy of denial", "policy_of_denial"),
    (r"presumption of denial", "presumption_of_denial"),
    (r"presumption of approval", "presumption_of_approval"),
    (r"case by case( basis)?|case by case review", "case_by_case"),
)


def _even(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[-_]", " ", text.casefold())).strip(" .;,")


@lru_cache(maxsize=1024)
def scope_of(text: str) -> Scope:
    """The scope that a licence-requirement text sets."""
    plain = re.sub(r"^for ", "", _even(text))
    allowed = _ALLOWED.search(plain)
    if allowed:
        plain = plain[: allowed.start()].strip(" .;,(")
    allows = allowed[1].upper() if allowed else ""
    plain = re.sub(r"\s*\(see .*\)$", "", plain).strip(" .;,")
    for pattern, condition in _SCOPES:
        if re.fullmatch(pattern, plain):
            return Scope(text, parse(condition), allows)
    codes = tuple(_ECCN.findall(text))
    if codes and re.fullmatch(r"(items |eccns? |classified |under |and |or |,|\.|[0-9a-z.]+|\s)+", plain):
        return Scope(text, e.Under(e.Fact("item.eccn"), codes))
    return Scope(text, None)


@lru_cache(maxsize=1024)
def review_terms(text: str) -> tuple[Term, ...]:
    """The policies that a review-policy text sets, in the order in which they are tried."""
    if not text:
        return ()
    if text in POLICIES:
        return (Term(text, e.TRUE, text),)
    terms: list[Term] = []
    rest: list[Term] = []
    for part in re.split(r";|\.\s", text):
        if not part.strip(" ."):
            continue
        term = _term(part.strip(), text)
        (rest if term.applies == e.TRUE else terms).append(term)
    return (*terms, *rest)


def _term(part: str, whole: str) -> Term:
    plain = _even(part)
    named = next(((p, n) for p, n in _NAMED if re.search(p, plain)), None)
    if named is None:
        return Term(UNREAD, e.TRUE, whole)
    about = re.sub(named[0], "", plain, count=1)
    about = re.sub(r"^(license review |on a |a |for |of |to )+", "", about.strip(" ,:"))
    if not about or re.fullmatch(
        r"(for )?(all |any |every)?(other|others|everything else|otherwise)( items)?", about
    ):
        return Term(named[1], e.TRUE, part)
    condition = _items(about)
    return Term(UNREAD, e.TRUE, whole) if condition is None else Term(named[1], condition, part)


def _items(about: str) -> Condition | None:
    if re.fullmatch(r"(for )?(all )?items subject to the ear|all items", about):
        return e.TRUE
    found: list[Condition] = []
    rest = about
    for pattern, condition in _ITEMS:
        if re.search(pattern, rest):
            found.append(parse(condition))
            rest = re.sub(pattern, " ", rest)
    # Phrases first: the note to an entry is named by an ECCN that is not itself in scope.
    codes = tuple(code.upper()[:5] + code[5:] for code in _CODE.findall(rest))
    if codes:
        found.insert(0, e.Under(e.Fact("item.eccn"), codes))
        rest = _CODE.sub(" ", re.sub(r"\beccns?\b", " ", rest))
    leftover = re.sub(
        r"\b(and|or|items?|the|for|in|note|to|certain|controlled|under|classified|as)\b|[,\s]", "", rest
    )
    if not found or len(leftover) > 12:
        return None
    return found[0] if len(found) == 1 else e.Or(tuple(found))
