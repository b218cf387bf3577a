"""One look for every picture: shades that order outcomes by severity, words, widths and amounts.

The shades darken with severity, so that a grey print keeps the order, and differ in hue along the axis
that the colour-blind still see; a label always says the same as the shade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from licet.decisions.outcome import Outcome

Row = Mapping[str, Any]
Columns = Mapping[str, str]

# The renderer carries the first; the others have the same widths in browsers.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
WIDTH = 720
INK, FAINT = "#111111", "#6b6b6b"
BEFORE, AFTER = "#ffffff", "#17406d"

SHADES: Mapping[str, str] = {
    Outcome.FORBIDDEN: "#161616",
    Outcome.LICENCE_REQUIRED: "#8f1730",
    Outcome.INDETERMINATE: "#a35200",
    Outcome.AUTHORISED_GENERAL_LICENCE: "#2f8dce",
    Outcome.AUTHORISED_LICENCE_EXCEPTION: "#62b19e",
    Outcome.AUTHORISED_SAVINGS_CLAUSE: "#b8b8f0",
    Outcome.NO_LICENCE_REQUIRED: "#d6e3b4",
    Outcome.NOT_SUBJECT: "#fcfcfc",
}
# Lines that could not be decided at all have no place in the order of severity.
_UNPLACED = "#8a8a8a"
_BRIEF = {
    Outcome.LICENCE_REQUIRED: "licence",
    Outcome.AUTHORISED_GENERAL_LICENCE: "general licence",
    Outcome.AUTHORISED_LICENCE_EXCEPTION: "exception",
    Outcome.AUTHORISED_SAVINGS_CLAUSE: "savings",
    Outcome.NO_LICENCE_REQUIRED: "none required",
}
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [14, 4], [4, 1], [10, 2, 2, 2, 2, 2], [1, 3])
_SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
_DARK = 0.18
_CAPITAL, _SMALL, _NARROW = 0.67, 0.53, 0.28


def shade(outcome: str) -> str:
    """The colour of an outcome, as ``#rrggbb``."""
    return SHADES.get(outcome, _UNPLACED)


def ink_on(colour: str) -> str:
    """Black or white, whichever can be read on the colour."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    return "#ffffff" if light < _DARK else INK


def dash(number: int) -> list[int]:
    """The pattern of the line with this number, so that lines differ without colour."""
    return _DASHES[number % len(_DASHES)]


def words(outcome: str) -> str:
    """An outcome as people say it."""
    return outcome.replace("_", " ")


def brief(outcome: str) -> str:
    """An outcome in the fewest words, for labels inside a picture that has a full legend."""
    return _BRIEF.get(outcome, words(outcome))  # type: ignore[call-overload, no-any-return]


def by_severity(outcomes: Iterable[str]) -> list[str]:
    """Each outcome once, the most restrictive first, what is no outcome last."""
    found = set(outcomes)
    return [o.value for o in Outcome if o in found] + sorted(found - set(Outcome))


def amount(value: float) -> str:
    """A number for a label: three digits and a scale (``13.2 M``, ``1.05 bn``)."""
    for unit, name in _SCALES:
        if abs(value) >= unit * 0.9995:
            return (
                f"{value / unit:.3g} {name}" if abs(value) < unit * 999.5 else f"{value / unit:,.0f} {name}"
            )
    return f"{value:.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.3g}"


def money_of(value: float, currency: str) -> str:
    """An amount with its currency."""
    return f"{amount(value)} {currency}".strip()


def counted(lines: int) -> str:
    """``1 line``, ``243 lines``."""
    return f"{lines:,} line{'' if lines == 1 else 's'}"


def wide(text: str, size: float = 11) -> float:
    """About how many pixels a text takes in the font of the pictures."""
    return size * sum(
        _NARROW if c in " .,:;'|ijl()[]" else _CAPITAL if c.isupper() or ord(c) > 0x2E80 else _SMALL
        for c in text
    )


def shortened(text: str, pixels: float, size: float = 11) -> str:
    """The text, cut with an ellipsis where it would be wider."""
    if wide(text, size) <= pixels:
        return text
    while text and wide(f"{text}…", size) > pixels:
        text = text[:-1]
    return f"{text.rstrip()}…"


def clipped(text: str, pixels: float, size: float = 11) -> str:
    """The text, cut in the middle where it would be wider: names often differ at their end."""
    if wide(text, size) <= pixels:
        return text
    head, tail = text[: len(text) // 2], text[len(text) // 2 :]
    while wide(f"{head}…{tail}", size) > pixels and (head or tail):
        head, tail = (head[:-1], tail) if len(head) >= len(tail) else (head, tail[1:])
    return f"{head.rstrip()}…{tail.lstrip()}"


def wrapped(text: str, pixels: float, most: int = 2, size: float = 11) -> list[str]:
    """The text in at most so many lines, broken between words; what does not fit is cut."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if wide(longer, size) <= pixels or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [clipped(line, pixels, size) for line in lines]


def cell(value: Any) -> str:
    """A value as a table shows it: thousands separated, blank for none."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
        case Sequence() if not isinstance(value, str):
            return "; ".join(map(cell, value))
    return words(str(value)) if value in SHADES else str(value)
