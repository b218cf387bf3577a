"""The text of one Entity List entry, taken apart: its name, other names, addresses and subordinates.

The regulation writes an entry as running text: ``Name, a.k.a., the following two aliases:``, a line with a
dash for each alias, then the addresses; subordinates and affiliates stand in the entry of their parent.
What cannot be told apart with certainty stays together, and a fault says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from licet.lists.record import NameKind, OtherName
from licet.lists.sources.entry_addresses import addresses_in, is_address, plain, word_list, words

_MARKER = re.compile(
    r"^(?:subordinate (?:institution|entity|institute)s?|affiliated (?:entity|entities)) ?:?\s*",
    re.IGNORECASE,
)
_INSIDE = re.compile(r"\s*\(?subordinate institution\)?\s*:\s*[—–-]?\s*", re.IGNORECASE)
_SHARED = re.compile(r"^The following addresses? appl(?:y|ies) to [^:]*:\s*", re.IGNORECASE)
_GROUP = re.compile(r"^The following (.+) entities:$", re.IGNORECASE)
_SUBORDINATES_FOLLOW = re.compile(r"[,;]?\s*and the following (\w+) subordinate \w+:\s*$", re.IGNORECASE)
_INCLUDES = re.compile(r",?\s+(?:and )?to include the following [^.:]*[.:]?\s*", re.IGNORECASE)
_FOLLOWING = re.compile(
    r"[,;]?\s*(?:\(?\b(?P<kind>[afd])[./]?[kb][./]?a\b\.?,?\s*)?(?:\b(?:and|as|including)\s+)?"
    r"(?:the )?follow(?:ing)?,?\s+(?:the following\s+)?(?P<count>[\w-]*?)\s*"
    r"alias(?:es)?\b(?:[^:—]*:|[^:—]*,)\s*"
    r"|[,;]?\s*\ba\.k\.a\.?,?\s+following (?P<few>\w+) alias(?:es)?:\s*",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"(?<![\w.])(?:also known as|formerly known as|([afd])[./][kb][./]a\b\.?),?\s*", re.IGNORECASE
)
_PARENTHESIS = re.compile(
    r",?\s*\((?=[^()]{0,4}(?:a\.k\.a|f\.k\.a|d/b/a|also known|formerly known))", re.IGNORECASE
)
_DASH = re.compile(r"^\s*[—–-]\s*(?=\S)")
_MORE = re.compile(r"(?:[;,]\s*(?:and|or)?|\s+and)\s*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One party of an entry.

    Args:
        name: the name it is listed under.
        others: aliases and former names, in order.
        addresses: as published, one each.
        notes: cross-references to addresses elsewhere.
        subordinate: whether it stands in the entry of another, as its subordinate or affiliate.
        parent: the name of that other, where the party's own lines say it.
        text: the published lines it was taken from.
    """

    name: str
    others: tuple[OtherName, ...] = ()
    addresses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    subordinate: bool = False
    parent: str = ""
    text: str = ""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """The parties of one entry, and addresses that its text gives to all of them."""

    entries: tuple[Entry, ...]
    shared: tuple[str, ...] = ()


@dataclass
class _Block:
    """The lines of one party."""

    head: str
    subordinate: bool
    parent: str = ""
    expected: int | None = None
    aliases: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    all_affiliates: bool = False

    @property
    def wants_alias(self) -> bool:
        """Whether the last alias announces another one, or fewer were seen than announced."""
        return bool(self.aliases) and bool(_MORE.search(self.aliases[-1])) and not self.rest


def take(lines: Sequence[str]) -> Taken:
    """The parties in the lines of one entry; a text in one line is cut at the dashes of its aliases first."""
    blocks, shared = _blocks(list(_cut(lines)))
    entries = tuple(_entry(block) for block in blocks)
    addresses = addresses_in(shared)[0]
    return Taken(
        tuple(replace(e, addresses=tuple(dict.fromkeys((*e.addresses, *addresses)))) for e in entries),
        addresses,
    )


def _cut(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        for piece in re.split(r"(?<=[:;,dD])\s+(?=—\S)|(?<=:)(?=—\S)", " ".join(line.split())):
            if piece:
                yield piece


def _blocks(lines: list[str]) -> tuple[list[_Block], list[str]]:
    """The lines of each party, and the addresses that all of them share."""
    blocks: list[_Block] = []
    shared: list[str] = []
    subordinate = affiliates = in_shared = dashed = False
    group = ""
    for line in lines:
        if found := _GROUP.match(line):
            group, dashed = found[1], True
            continue
        if found := _SHARED.match(line):
            in_shared, line = True, line[found.end() :]
        if in_shared:
            shared.append(line)
            continue
        if found := _MARKER.match(line):
            rest = line[found.end() :]
            if found[0].lower().startswith("affiliated") and rest and not found[0].rstrip().endswith(":"):
                rest = ""  # A firm whose name begins with the word.
            elif found[0].rstrip().endswith(":") or not rest or found[0].lower().startswith("sub"):
                affiliates = found[0].lower().startswith("affiliated")
                subordinate = True
                if rest:
                    blocks.append(_started(rest, True, affiliates))
                else:
                    blocks.append(_Block("", True, all_affiliates=affiliates))
                continue
        last = blocks[-1] if blocks else None
        if last is None or not last.head:
            if last is not None:
                blocks.pop()
            blocks.append(_started(_DASH.sub("", line), subordinate or bool(group), affiliates))
            blocks[-1].parent = group
        elif _DASH.match(line) and (found := _INSIDE.search(last.head)) and found.end() == len(last.head):
            blocks[-1] = _started(last.head + " " + _DASH.sub("", line), subordinate, affiliates)
        elif _DASH.match(line):
            said = _DASH.sub("", line)
            nested = _FOLLOWING.search(said)
            if dashed and (nested or last.rest or len(last.aliases) >= (last.expected or 0)):
                blocks.append(_started(said, True, False))
                blocks[-1].parent = group
            else:
                last.aliases.append(said)
            if _SUBORDINATES_FOLLOW.search(said):
                dashed = True
        elif last.all_affiliates and _closed(last):
            blocks.append(_started(line, True, True))
        elif last.wants_alias and not is_address(line):
            last.aliases.append(line)
        else:
            last.rest.append(line)
    return [b for b in blocks if b.head], shared


def _closed(block: _Block) -> bool:
    """Whether an affiliate's lines are complete, so that the next line is the next affiliate."""
    if block.rest:
        return not _MORE.search(block.rest[-1])
    if block.expected is None:
        return True
    return bool(block.aliases) and not block.wants_alias and bool(_alias(block.aliases[-1])[1])


def _started(line: str, subordinate: bool, affiliates: bool) -> _Block:
    met = _FOLLOWING.search(line)
    if met is None:
        return _Block(line, subordinate, all_affiliates=affiliates)
    block = _Block(line[: met.end()], subordinate, expected=_number(met["count"] or met["few"]))
    block.all_affiliates = affiliates
    if tail := line[met.end() :].strip():
        # No more pieces than are announced: what follows the last alias is its address.
        most = max(0, (block.expected or 1) - 1)
        pieces = re.split(r"(?<=;)\s+(?=and\s+-|-|and [A-Z])", tail, maxsplit=most) if most else [tail]
        block.aliases += [_DASH.sub("", a) for a in pieces]
        block.aliases = [re.sub(r"^and\s+-?", "", a) for a in block.aliases]
    return block


def _number(word: str | None) -> int:
    said = (word or "one").casefold()
    if said.isdigit() and len(said) < 4:
        return int(said)
    known = word_list("numbers")
    return known.index(said) if said in known else 1


def _entry(block: _Block) -> Entry:
    met = _FOLLOWING.search(block.head)
    rest = list(block.rest)
    faults: list[str] = []
    others: list[OtherName] = []
    if met is not None:
        name, others = _named(block.head[: met.start()])
    else:
        head = block.head
        alone = head.endswith(",") and rest
        name, more, address = _name_and_address(head.rstrip(", ") if alone else head, whole=bool(alone))
        others = list(more)
        rest[:0] = [address] if address else []
    for place, alias in enumerate(block.aliases):
        ends = place == len(block.aliases) - 1
        own, tail = _alias(alias)
        if tail and not ends and not is_address(tail):
            own, tail = alias, ""
        if ends and not tail and not rest and "," in own:
            own, tail = split_name(own)
        said, former = _named(_without_stop(_MORE.sub("", own).strip(" ;")))
        others += [OtherName(said), *former] if said else former
        if tail:
            rest.insert(0, tail)
    if met is not None and block.expected and len(block.aliases) != block.expected:
        faults.append(f"aliases: {block.expected} are announced, {len(block.aliases)} follow")
    addresses, notes = addresses_in(rest)
    parent = block.parent
    if inside := _INSIDE.search(name):
        parent, name = name[: inside.start()], name[inside.end() :]
    if not addresses:
        name = _without_stop(name)
    unique = tuple(dict.fromkeys(o for o in others if o.name and o.name != name))
    text = "\n".join([block.head, *("—" + a for a in block.aliases), *block.rest])
    subordinate = block.subordinate or bool(parent)
    return Entry(name, unique, addresses, notes, subordinate, parent, text, tuple(faults))


def _without_stop(text: str) -> str:
    """Without the full stop of the sentence; the stop of an abbreviation stays."""
    last = text.rsplit(" ", 1)[-1].strip("().,'").casefold()
    kept = last in words("abbreviations") or re.search(r"\w\.\w", last)
    return text if kept else text.rstrip(" .")


def _named(text: str) -> tuple[str, list[OtherName]]:
    """A name without the aliases that stand in brackets behind it, and these."""
    text = _INCLUDES.sub("", text).strip(" ,;")
    others: list[OtherName] = []
    while opened := _PARENTHESIS.search(text):
        closed = _closing(text, opened.end() - 1)
        others += _listed(text[opened.end() : closed])
        text = (text[: opened.start()] + text[closed + 1 :]).strip(" ,")
    return text, others


def _closing(text: str, opened: int) -> int:
    depth = 0
    for place in range(opened, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place
    return len(text)


def _listed(text: str) -> list[OtherName]:
    """Names after ``a.k.a.`` and ``f.k.a.``, parted by these or by semicolons."""
    found: list[OtherName] = []
    kind: NameKind = "alias"
    place = 0
    for met in [*_ALSO.finditer(text), None]:
        said = text[place : met.start() if met else len(text)]
        pieces = said.split(";")
        if (
            len(pieces) == 1
            and met is None
            and not found
            and not any(_is_form(p) for p in said.split(",")[1:])
        ):
            pieces = re.split(r",\s+and\s+|,\s+|\s+and\s+", said)
        found += [OtherName(n, kind) for p in pieces if (n := _MORE.sub("", p).strip(" ,;"))]
        if met is not None:
            kind = "former" if (met[1] or met[0][:1]).casefold() == "f" else "alias"
            place = met.end()
    return found


def _name_and_address(text: str, *, whole: bool) -> tuple[str, list[OtherName], str]:
    """Name, other names and address of a head without an announced list of aliases."""
    address = ""
    opened = _PARENTHESIS.search(text)
    if opened:
        closed = _closing(text, opened.end() - 1)
        name, others = _named(text[: closed + 1])
        return name, others, text[closed + 1 :].strip(" ,;")
    if also := _ALSO.search(text):
        rest = text[also.end() :]
        ended = re.match(r"([^.,]{3,})\.\s+(?=\S)", rest)
        alias, address = (
            (ended[1], rest[ended.end() :]) if ended else split_name(rest) if not whole else (rest, "")
        )
        kind: NameKind = "former" if (also[1] or also[0][:1]).casefold() == "f" else "alias"
        return (
            text[: also.start()].strip(" ,("),
            [OtherName(alias.strip(" ,)"), kind)] if alias else [],
            address,
        )
    name = text
    if not whole:
        name, address = split_name(text)
    plain, others = _named(name)
    return plain, others, address


def split_name(text: str) -> tuple[str, str]:
    """The name at the beginning of ``Name, Ltd., Street 1, Town``, and what follows it.

    Legal forms and parts of an institution stay with the name; the first other piece is taken to
    begin the address.
    """
    inside = _INSIDE.search(text)
    start = inside.end() if inside else 0
    pieces = re.split(r"(?<!\d),\s*|,\s+", text[start:])
    taken = 1
    while taken < len(pieces) and (
        _is_form(pieces[taken])
        or _is_part(pieces[taken], pieces[0])
        or (taken == 1 and len(pieces) > 2 and _is_works(pieces[taken]))
        or _opened(pieces[:taken])
    ):
        taken += 1
    name = ", ".join(pieces[:taken])
    return (text[:start] + name).strip(" ,"), ", ".join(pieces[taken:]).strip()


def _is_form(piece: str) -> bool:
    """Whether the piece is a legal form, or begins with the end of one: ``Ltd. Chengdu Institute``."""
    said = plain(piece)
    first = said.split(" ", 1)[0].strip(".")
    return said in words("legal_forms") or (first in ("ltd", "inc", "llc") and not re.search(r"\d", said))


def _is_part(piece: str, of: str) -> bool:
    """Whether the piece names a part of an institution: ``Institute of X``, or ``X Institute`` of one."""
    said, known = plain(piece), words("institution_words")
    if re.search(r"\d", said):
        return False
    inside = any(re.search(rf"\b{re.escape(word)}\b", plain(of)) for word in known)
    return any(said.startswith(word + " ") for word in known) or (inside and said.rsplit(" ", 1)[-1] in known)


def _is_works(piece: str) -> bool:
    """Whether the piece ends as the name of a works does: ``711 Aircraft Repair Plant (711 ARZ)``."""
    said = plain(re.sub(r"[(“\"][^()“”\"]*[)”\"]", "", piece))
    return said.rsplit(" ", 1)[-1] in words("works")


def _opened(pieces: Sequence[str]) -> bool:
    """Whether a bracket is still open."""
    text = "".join(pieces)
    return text.count("(") > text.count(")")


def _alias(text: str) -> tuple[str, str]:
    """An alias, and the address that runs on behind it in the same line."""
    if found := _INCLUDES.search(text):
        return text[: found.start()], text[found.end() :]
    for met in re.finditer(r"(?<=[^\s.])\.(?:\s+|(?=\d))(?=\S)", text):
        before = text[: met.start()].rsplit(" ", 1)[-1].strip("().,'").casefold()
        after = text[met.end() :]
        short = before in words("abbreviations") or len(before) == 1 or re.fullmatch(r"(?:\w\.)+\w", before)
        if is_address(after) or (not short and len(after) > 3) or ("," in after and before in ("ltd", "inc")):
            return text[: met.start() + (1 if short else 0)], after
    return text, ""
