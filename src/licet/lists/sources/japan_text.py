"""The text of a Japanese designation: numbered items with names in Japanese and Latin, and an address.

The text comes from a printed page, so that lines break anywhere and an item may begin right
behind the last letter of the one before. Items are found by counting: after item 9 comes the
next place where a 10 stands before Japanese writing.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from licet.lists.record import Address, NameKind, Reading, Record
from licet.lists.sources.common import data_file, date_of
from licet.lists.sources.foreign import clean, country_in, others

_JAPANESE = "\u3041-\u30ff\u4e00-\u9fff\uff66-\uff9f"
_ADDRESS = re.compile(r"所\s*在\s*地\s*[:：]")
_ALSO = re.compile(r"(?m)^別称\s*[:：]")
_BRACKETS = re.compile(r"（([^（）]*)）|\((別称[^()]*)\)")
_ALIASES = re.compile(
    r",?\s*(?:a\.k\.a\.?,?\s*)?(?:the\s*)?follow(?:ing)?\s*(\w+?)?\s*alias(?:es)?\s*[:：]?|,?\s*a\.k\.a\.?,?",
    re.I,
)
_DASH = r"\s*(?:and\b,?\s*)?[-—–]?\s*"
_AND = re.compile(r"[、､;；]|及び|並びに")


def recognises(text: str) -> bool:
    """Whether the beginning of a text is that of a designation."""
    return "外務省告示" in text and "指定日" in text


def read(text: str, form: str) -> Reading:
    """One record for each numbered item; ``rows`` is the number of the last one."""
    terms = data_file("foreign_japan.yaml")
    preamble = _ADDRESS.split(text, maxsplit=1)[0]
    listed = next((code for word, code in terms["lists"].items() if word in re.sub(r"\s", "", preamble)), "")
    items, missing = _items(text)
    fatal = [f"item {number}: not found after item {number - 1}" for number in missing]
    fatal += [] if items else ["no numbered item; expected '1 ' and a name in Japanese"]
    if items and not _ADDRESS.search(items[-1][2]):
        fatal.append(f"item {items[-1][0]}: no address at the end; the file breaks off inside it")
    faults = [] if listed else ["the designation is not one that is known; list code jp_other"]
    records = tuple(_record(n, line, body, listed or "jp_other") for n, line, body in items)
    if records and not any(address.country for address in records[-1].addresses):
        faults.append(f"item {items[-1][0]}: the last address names no country; the file may break off in it")
    dated = _dated(preamble)
    return Reading(
        form, records, (listed or "jp_other",), len(items) + len(missing), dated, tuple(faults), tuple(fatal)
    )


def _dated(preamble: str) -> date | None:
    met = re.search(r"最終更新日\s*[:：]\s*(\d{4})\s*年\s*(\d\d?)\s*月\s*(\d\d?)\s*日", preamble)
    return date_of(f"{met[1]}-{met[2]}-{met[3]}", "")[0] if met else None


def _items(text: str) -> tuple[list[tuple[int, int, str]], list[int]]:
    """Number, line and text of every item; and the numbers that are missing in between."""
    text = re.sub(r"[０-９]", lambda m: unicodedata.normalize("NFKC", m[0]), text)
    starts: list[tuple[int, int, int]] = []
    missing: list[int] = []
    at, number = 0, 1
    while True:
        near = [(ahead, met) for ahead in range(3) if (met := _start(text, number + ahead, at))]
        if not near:
            break
        ahead, met = near[0]
        missing += range(number, number + ahead)
        number += ahead
        starts.append((number, met.start(), met.end()))
        # An item has an address; the number of the next one cannot stand before it.
        address = _ADDRESS.search(text, met.end())
        at, number = (address.end() if address else met.end()), number + 1
    ends = [*(start for _, start, _ in starts[1:]), *([len(text)] if starts else [])]
    whole = [
        (n, text.count("\n", 0, begin) + 1, text[first:end])
        for (n, begin, first), end in zip(starts, ends, strict=True)
    ]
    return whole, missing


def _start(text: str, number: int, at: int) -> re.Match[str] | None:
    """The place behind ``at`` where this number begins a line or follows a letter, before Japanese."""
    named = rf"(?=[^\n]{{0,60}}[{_JAPANESE}])"
    pattern = rf"(?m)^\s*{number}(?!\d)[ \u3000]*{named}|(?<=[A-Za-z.)]){number}[ \u3000]+{named}"
    return re.compile(pattern).search(text, at)


def _record(number: int, line: int, body: str, listed: str) -> Record:
    head, *rest = _ADDRESS.split(body, maxsplit=1)
    named, *also = _ALSO.split(head, maxsplit=1)
    faults: list[str] = []
    brackets = [native or latin for native, latin in _BRACKETS.findall(named)]
    japanese, latin = _titles(_BRACKETS.sub("", named))
    main, said = _latin_names(latin, faults)
    native = [japanese, *(name for bracket in brackets for name in _native_names(bracket))]
    native += [name for block in also for name in _both(block)]
    names: list[tuple[str, NameKind]] = [(name, "alias") for name in (*said, *native) if name]
    name = main or (names[0][0] if names else "")
    addresses = tuple(
        Address(text, country_in(text))
        for piece in re.split(r";\s*(?:and\s+)?", _joined(rest[0]) if rest else "")
        if (text := piece.strip(" ."))
    )
    return Record(
        list=listed,
        name=name,
        kind="organisation",
        others=others(name, names),
        addresses=addresses,
        published_id=str(number),
        line=line,
        faults=tuple(faults if main else [*faults, "no Latin name; the Japanese one is taken"]),
    )


def _joined(text: str) -> str:
    """Lines of one text put together again: a hyphen at the end joins, Japanese writing needs no blank."""
    whole = ""
    for line in (clean(piece) for piece in text.split("\n")):
        tight = whole.endswith("-") or (whole and line and _native(whole[-1]) and _native(line[0]))
        whole += line if tight or not whole else f" {line}"
    return whole.strip()


def _native(character: str) -> bool:
    return re.match(rf"[{_JAPANESE}「」・、､〜]", character) is not None


def _titles(named: str) -> tuple[str, str]:
    """The Japanese name and the text of the Latin one."""
    lines = [line for line in named.strip().split("\n") if line.strip()]
    count = next((n for n, line in enumerate(lines) if not any(map(_native, line))), len(lines))
    first, latin = lines[:count], lines[count:]
    # One or two Latin words end a Japanese name ("レーザーチップス FZCO"); more begin the Latin one.
    tail = re.split(rf"[{_JAPANESE}」]", first[-1])[-1] if first else ""
    if not first or (latin and len(tail.split()) < 3 and not re.match(r"\s*[-—–]", latin[0])):
        return _joined("\n".join(first)), "\n".join(latin)
    # Both names stand in one line: the Latin one begins behind the last Japanese character.
    whole = _joined("\n".join(first))
    if not any(map(_native, whole)):
        return "", whole
    end = max(place for place, character in enumerate(whole) if _native(character)) + 1
    return whole[:end].strip(), "\n".join([whole[end:].strip(), *latin])


def _latin_names(text: str, faults: list[str]) -> tuple[str, list[str]]:
    """The Latin name and its aliases; the text says how many there are, and is taken at its word."""
    met = _ALIASES.search(text)
    if met is None:
        return _joined(text).strip(" ."), []
    name, said, block = text[: met.start()], met[1] or "", text[met.end() :].replace("；", ";")
    counted = data_file("foreign_japan.yaml")["counts"].get(said.casefold())
    # A line may begin with a dash that belongs to a word; the number of aliases says whether it does.
    found = _pieces(block, rf";{_DASH}")
    if counted is not None and counted != len(found):
        by_line = _pieces(block, rf";{_DASH}|\n\s*[-—–]\s*")
        found = by_line if len(by_line) == counted else found
    if counted is not None and counted != len(found):
        faults.append(f"aliases: {counted} announced, {len(found)} found")
    return _joined(name).strip(" ."), found


def _pieces(block: str, bullet: str) -> list[str]:
    whole = re.sub(rf"^{_DASH}", "", block.strip())
    joined = (re.sub(r",? and,?$", "", _joined(piece).strip(" .;,")) for piece in re.split(bullet, whole))
    return [piece for piece in joined if piece and piece != "and"]


def _native_names(bracket: str) -> list[str]:
    """The names in a bracket behind the Japanese name: ``別称、A及びB`` or the name in Chinese."""
    whole = re.sub(r"^別称[、:：]?", "", _joined(bracket))
    return [name for piece in _AND.split(whole) if (name := clean(piece))]


def _both(block: str) -> list[str]:
    """Names parted by semicolons, Japanese ones first; between the two only a line ends."""
    lines = [line for line in block.strip().split("\n") if line.strip()]
    last = max((n for n, line in enumerate(lines) if any(map(_native, line))), default=-1)
    native = _native_names("\n".join(lines[: last + 1]))
    latin = _joined("\n".join(lines[last + 1 :]))
    return [*native, *(name for piece in latin.split(";") if (name := piece.strip(" .")))]
