"""A party's restrictions as lanes of bars over time; what was only announced stands apart, as not law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from licet.changes.plots.rendering import Part, Picture, library, nothing, specification
from licet.changes.plots.style import FAINT, INK, WIDTH, Row, clipped, wide, words
from licet.changes.plots.times import Span, axis, day, known, ms, span_of

COLUMNS = {
    "party": "party", "list": "list", "what": "what", "from": "from", "through": "through", "by": "by",
    "state": "state",
}  # fmt: skip
_CAPTION = (
    "Filled: in force. Pale: authorised meanwhile. Dashed: uncertain. Diamonds: announced only, not law. "
    "Arrows: still so, or since a day not known."
)
_STATES = {
    "listed": ("#17406d", "#17406d", [1, 0]),
    "licensed": ("#a9c9e6", "#17406d", [1, 0]),
    "uncertain": ("#f2f2f2", "#333333", [4, 3]),
    "announced": ("#ffffff", "#a3541c", [1, 0]),
}
_LANE, _DOWN, _BAR, _HEAD = 40, 16, 13, 24
_EDGE, _THIN = 0.05, 3


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What holds between the same days by the same instrument: one bar, however many things it is."""

    row: Row
    what: tuple[str, ...]

    @property
    def told(self) -> str:
        """What it is, in the words of the first, with how many more."""
        return f"{self.what[0]} and {len(self.what) - 1} more" if len(self.what) > 1 else self.what[0]


@dataclass(slots=True)
class _Lane:
    """Stretches that follow each other without overlap, at a height from the top."""

    whose: str
    stretches: list[_Stretch]
    top: float = 0

    @property
    def label(self) -> str:
        """Whose it is and what, from the first stretch to the last, with the instruments."""
        first, last = self.stretches[0].told, self.stretches[-1].told
        told = first if first == last else f"{first}, then {last}"
        by = "; ".join(dict.fromkeys(str(s.row["by"]) for s in self.stretches if s.row["by"]))
        return f"{self.whose}{told}{f' ({by})' if by else ''}"


def timeline(rows: Iterable[Row], title: str = "") -> Picture:
    """What a party was under, when, and by which instrument.

    ``rows`` have ``party``, ``list``, ``what``, ``from``, ``through`` (``None``: still), ``by`` and
    ``state``: ``listed``, ``licensed``, ``announced`` or ``uncertain``.
    """
    table = tuple(rows)
    parties = list(dict.fromkeys(str(row["party"]) for row in table))
    title = title or f"Restrictions over time{f': {parties[0]}' if len(parties) == 1 else ''}"
    if not any(known(row["from"]) or known(row["through"]) for row in table):
        return nothing("timeline", title, _CAPTION, "No restriction with a known day was found.", COLUMNS)
    span = span_of([(row["from"], row["through"]) for row in table], _EDGE)
    lanes, heads, height = _lanes(table, len(parties) > 1)
    summary = _summary(table)
    return Picture(
        kind="timeline",
        title=title,
        caption=_CAPTION,
        summary=summary,
        spec=specification([_chart(lanes, heads, height, span)], title, _CAPTION, summary),
        table=table,
        columns=COLUMNS,
    )


def _lanes(table: Sequence[Row], several: bool) -> tuple[list[_Lane], list[tuple[float, str]], float]:
    """Lanes by party and list; what was only announced below, under its own heading."""
    law = [row for row in table if row["state"] != "announced"]
    said = [row for row in table if row["state"] == "announced"]
    lanes: list[_Lane] = []
    heads, top = [], 0.0
    for head, rows in (("Restrictions and what was authorised", law), ("Announced only: not law", said)):
        if rows:
            heads.append((top, head))
            top += _HEAD
        for lane in _packed(_stretches(rows), several):
            lane.top = top
            lanes.append(lane)
            top += _LANE
    return lanes, heads, top + 4


def _stretches(rows: Iterable[Row]) -> list[_Stretch]:
    """Rows that differ only in what they are about, as one."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        key = tuple(row[k] for k in ("party", "list", "state", "from", "through", "by"))
        found.setdefault(key, []).append(row)
    return [_Stretch(own[0], tuple(dict.fromkeys(str(r["what"]) for r in own))) for own in found.values()]


def _packed(stretches: Iterable[_Stretch], several: bool) -> list[_Lane]:
    """Authorisations of one list that follow each other share a lane; everything else has its own."""
    lanes: list[_Lane] = []
    for one in sorted(stretches, key=_rank):
        whose = f"{one.row['party']}, " if several else ""
        whose += f"{words(one.row['list'])}: " if one.row["list"] else ""
        shared = (lane for lane in lanes if one.row["state"] == "licensed" and _follows(one, lane, whose))
        if lane := next(shared, None):
            lane.stretches.append(one)
        else:
            lanes.append(_Lane(whose, [one]))
    return lanes


def _rank(stretch: _Stretch) -> tuple[str, bool, date]:
    return str(stretch.row["party"]), stretch.row["state"] == "licensed", _start(stretch)


def _start(stretch: _Stretch) -> date:
    return known(stretch.row["from"]) or date.min


def _follows(stretch: _Stretch, lane: _Lane, whose: str) -> bool:
    last = lane.stretches[-1]
    ends = known(last.row["through"])
    same = lane.whose == whose and last.row["state"] == stretch.row["state"]
    return same and ends is not None and _start(stretch) > ends


def _chart(lanes: Sequence[_Lane], heads: Sequence[tuple[float, str]], height: float, span: Span) -> Part:
    alt = library()
    found = [(lane.top, stretch) for lane in lanes for stretch in lane.stretches]
    bars = [_bar(s, top, span) for top, s in found if s.row["state"] != "announced"]
    points = [_point(s.row, top) for top, s in found if s.row["state"] == "announced"]
    still = [{"at": bar["end"], "y": bar["y"] + _BAR / 2} for bar in bars if bar["through"] == "still"]
    since = [{"at": bar["at"], "y": bar["y"] + _BAR / 2} for bar in bars if bar["from"] == "not known"]
    x = alt.X("at:T", scale=span.scale(), axis=axis(span))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))
    rectangles = alt.Chart(alt.Data(values=bars), width=WIDTH, height=height)
    diamonds = alt.Chart(alt.Data(values=points))
    return alt.layer(
        *_words(lanes, heads, y),
        rectangles.mark_bar(strokeWidth=1.2, clip=True).encode(
            x=x, x2="end:T", y=y, y2="y2:Q", tooltip=["what:N", "state:N", "from:N", "through:N"], **_kinds()
        ),
        rectangles.mark_text(align="left", dx=4, dy=_BAR / 2, fontSize=9.5, color=INK).encode(
            x=x, y=y, text="inside:N"
        ),
        diamonds.mark_point(shape="diamond", size=90, filled=True, strokeWidth=1.6, opacity=1).encode(
            x=x, y=y, **_kinds()
        ),
        *(
            alt.Chart(alt.Data(values=rows))
            .mark_point(shape=shape, size=70, filled=True, color=INK, opacity=1, xOffset=offset)
            .encode(x=x, y=y)
            for rows, shape, offset in ((still, "triangle-right", 7), (since, "triangle-left", -7))
        ),
    )


def _kinds() -> dict[str, Any]:
    """Fill, outline and dashes of every state."""
    alt = library()
    fills, outlines, dashes = zip(*_STATES.values(), strict=True)
    scales = [alt.Scale(domain=list(_STATES), range=list(kind)) for kind in (fills, outlines, dashes)]
    return {
        "color": alt.Color("state:N", legend=None, scale=scales[0]),
        "stroke": alt.Stroke("state:N", legend=None, scale=scales[1]),
        "strokeDash": alt.StrokeDash("state:N", legend=None, scale=scales[2]),
    }


def _words(lanes: Sequence[_Lane], heads: Sequence[tuple[float, str]], y: Any) -> Iterator[Part]:
    """Labels over their bars and headings over their lanes, legible where lines of the axis pass."""
    alt = library()
    labels = [{"y": lane.top + 6, "text": clipped(lane.label, WIDTH)} for lane in lanes]
    titles = [{"y": top + 10, "text": head} for top, head in heads]
    for rows, weight, colour in ((labels, "normal", INK), (titles, "bold", FAINT)):
        chart = alt.Chart(alt.Data(values=rows)).encode(x=alt.value(0), y=y, text="text:N")
        common = {"align": "left", "fontSize": 11, "fontWeight": weight}
        yield chart.mark_text(**common, stroke="white", strokeWidth=4)
        yield chart.mark_text(**common, color=colour)


def _bar(stretch: _Stretch, top: float, span: Span) -> dict[str, Any]:
    """A bar, its open ends at the edges; one too thin to be seen is drawn a little wider."""
    row = stretch.row
    start, end = span.clipped(row["from"], row["through"])
    right = max(ms(end, 1), ms(start) + span.per_pixel * _THIN)
    room = (right - ms(start)) / span.per_pixel - 6
    return {
        "at": ms(start), "end": right, "y": top + _DOWN, "y2": top + _DOWN + _BAR, "state": row["state"],
        "from": str(known(row["from"]) or "not known"), "through": str(known(row["through"]) or "still"),
        "what": "; ".join(stretch.what),
        "inside": stretch.told if row["state"] == "licensed" and wide(stretch.told, 9.5) <= room else "",
    }  # fmt: skip


def _point(row: Row, top: float) -> dict[str, Any]:
    return {"at": ms(day(row["from"])), "y": top + _DOWN + _BAR / 2, "state": row["state"]}


def _summary(table: Sequence[Row]) -> str:
    """How many restrictions, since when, what is still so, and what was only announced."""
    law = [row for row in table if row["state"] in ("listed", "uncertain")]
    said = [row for row in table if row["state"] == "announced"]
    days = [d for row in law if (d := known(row["from"])) is not None]
    still = sum(1 for row in law if known(row["through"]) is None)
    licensed = sum(1 for row in table if row["state"] == "licensed")
    text = f"{_many(len(law), 'stretch', 'stretches')} of restriction"
    text += f" since {min(days)}, {still} of them still open" if days else ""
    text += f"; {_many(licensed, 'stretch', 'stretches')} under an authorisation" if licensed else ""
    return text + (f". {_many(len(said), 'announcement', 'announcements')} changed no law." if said else ".")


def _many(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
