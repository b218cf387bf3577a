"""A timeline drawn: lanes of bars over time, instruments as numbered marks, everything also in words.

Bars differ in shade and outline, marks in shape, so that neither colour nor a screen is needed. The
picture is made of the scene alone: the same scene gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import escape
from typing import Any

from licet.changes.plots.party_scene import Mark, Scene
from licet.changes.plots.rendering import PictureError

_WIDTH = 860
_LANE, _BAR, _NOTE = 36, 13, 13
_STRIP, _NEAR = 17, 26
# Where fewer pixels are left of a footnote's line, its name stands on the line.
_ROOM = 120
_LINE, _CUT = 16, 148
# Capitals take that much more room than other letters.
_CAPITAL, _LEAST_LABEL = 0.3, 40
_DARK, _LIKELY, _OPEN, _LINES, _NOTES = "#17406d", "#8fb3d6", "#ececec", "#b5b5b5", "#a3541c"
_EFFECT: dict[str, Any] = {"filled": True, "color": "black", "opacity": 1}
_PRINTED: dict[str, Any] = {
    "filled": True, "fill": "white", "stroke": "black", "strokeWidth": 1.2, "opacity": 1,
}  # fmt: skip
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_SCALE = 2.0
_CLIPS = re.compile(r"\bclip\d+\b")
_SPEAKING = re.compile(r' (?:role="graphics-[a-z]+"|aria-[a-z]+="[^"]*")')
# Below so many days the axis tells months, not only years.
_MONTHS = 900
_EPOCH = 719_163  # the day from which Vega counts, as Python numbers days


def _by(field: str, values: dict[str, Any]) -> dict[str, Any]:
    scale = {"domain": list(values), "range": list(values.values())}
    return {"field": field, "type": "nominal", "scale": scale, "legend": None}


_KINDS = {
    "color": _by("k", {"sure": _DARK, "likely": _LIKELY, "open": _OPEN}),
    "stroke": _by("k", {"sure": _DARK, "likely": _DARK, "open": "#333333"}),
    "strokeDash": _by("k", {"sure": [1, 0], "likely": [1, 0], "open": [4, 3]}),
}


def draw(scene: Scene, form: str) -> bytes:
    """The picture as ``.svg``, ``.png`` or ``.html``; the last stands alone, without scripts or network.

    Raises:
        PictureError: where the extra ``pictures`` is missing.
    """
    svg = svg_of(scene)
    match form:
        case ".svg":
            return svg.encode()
        case ".png":
            png: bytes = _converter().svg_to_png(svg, scale=_SCALE)
            return png
        case _:
            return _page(scene, svg).encode()


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError:
        raise PictureError("pictures need an extra: pip install 'licet[pictures]'") from None
    return vl_convert


def svg_of(scene: Scene) -> str:
    """The picture as SVG, with its title and its words inside.

    Raises:
        PictureError: where the extra ``pictures`` is missing.
    """
    svg: str = _converter().vegalite_to_svg(_spec(scene), vl_version="5.20")
    # The renderer numbers what it clips by all that it ever drew.
    numbers: dict[str, str] = {}
    svg = _CLIPS.sub(lambda m: numbers.setdefault(m[0], f"clip{len(numbers)}"), svg)
    # The picture speaks for itself as a whole; its many parts would each be read out, some without a word.
    head, _, body = _SPEAKING.sub("", svg).partition(">")
    words = f"<title>{escape(scene.title)}</title><desc>{escape(scene.summary)}</desc>"
    return f'{head} role="img">{words}{body}'


def _spec(scene: Scene) -> dict[str, Any]:
    """The picture in Vega-Lite: the timeline, and below it the key."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "white",
        "padding": 14,
        "title": {
            "text": _short(scene.title, 100), "subtitle": [_short(line, _CUT) for line in scene.caption],
            "anchor": "start", "fontSize": 16, "subtitleFontSize": 11, "offset": 12,
        },
        "vconcat": [_timeline(scene), _key(scene)],
        "resolve": {"scale": {"color": "independent", "stroke": "independent", "shape": "independent"}},
        "spacing": 10,
        "config": {"font": _FONT, "view": {"stroke": None}, "axis": {"labelFontSize": 11}},
    }  # fmt: skip


def _timeline(scene: Scene) -> dict[str, Any]:
    levels = _levels(scene)
    strip = (max(levels.values(), default=-1) + 1) * _STRIP
    top = strip + (24 if levels else 0) + 16
    heights = [_LANE + (_NOTE * len(lane.notes)) for lane in scene.lanes]
    height = top + sum(heights) + 6
    x: dict[str, Any] = {
        "field": "x", "type": "temporal", "axis": _axis(scene),
        "scale": {"type": "utc", "domain": [_ms(d) for d in scene.span], "nice": False},
    }  # fmt: skip
    shapes, words = _lanes(scene, top, heights, x)
    layers = [
        *_marked(scene, levels, strip, height, x),
        *shapes,
        *_now(scene, strip + (24 if levels else 0), height, x),
        *words,
    ]
    return {"width": _WIDTH, "height": height, "layer": layers}


def _axis(scene: Scene) -> dict[str, Any]:
    """Years; months too where the whole picture is of a few years."""
    common = {"title": None, "grid": True, "gridOpacity": 0.35, "labelOverlap": "greedy", "labelBound": True}
    if (scene.span[1] - scene.span[0]).days > _MONTHS:
        return {**common, "format": "%Y", "tickCount": "year"}
    return {**common, "format": "%b %Y", "tickCount": 8}


def _lanes(scene: Scene, top: int, heights: list[int], x: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The bars and lines of every lane, and the words that go over everything."""
    bars: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    at = top
    for lane, height in zip(scene.lanes, heights, strict=True):
        # The days matter more than the end of a long name.
        wide = int(_CAPITAL * sum(map(str.isupper, lane.label)))
        label = _short(lane.label, max(_CUT - 10 - len(lane.detail) - wide, _LEAST_LABEL))
        words.append({"y": at + 6, "t": _short(f"{label}: {lane.detail}", _CUT)})
        low = at + 14 + _BAR
        for bar in lane.bars:
            kind = "open" if bar.truth is None else "likely" if lane.likely else "sure"
            bars.append({"x": _ms(bar.start), "x2": _ms(bar.end, 1), "y": at + 14, "y2": low, "k": kind})
        for place, (name, since) in enumerate(lane.notes):
            if ends := [bar.end for bar in lane.bars if bar.end >= since]:
                room = "left" if _pixel(scene, since) > _ROOM else "in"
                notes.append({
                    "x": _ms(since), "x2": _ms(max(ends), 1), "y": low + 7 + place * _NOTE,
                    "t": name, "room": room,
                })  # fmt: skip
        at += height
    y = _y(scene, heights, top)
    shapes = [
        {
            "data": {"values": bars},
            "mark": {"type": "bar", "clip": True},
            "encoding": {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}, **_KINDS},
        },
        {
            "data": {"values": notes},
            "mark": {"type": "rule", "strokeWidth": 3, "color": _NOTES, "clip": True},
            "encoding": {"x": x, "x2": {"field": "x2"}, "y": y},
        },
    ]
    inside = [n for n in notes if n["room"] == "in"]
    beside = [n for n in notes if n["room"] == "left"]
    texts = [
        *_text(beside, x, y, align="right", dx=-4, fontSize=10, color=_NOTES),
        *_text(inside, x, y, align="left", dx=4, fontSize=10, color=_NOTES),
        *_text(words, {"value": 0}, y, align="left", fontSize=11, color="#111111"),
    ]
    return shapes, texts


def _text(
    rows: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any], **mark: Any
) -> Iterator[dict[str, Any]]:
    """Text that stays legible where lines pass behind it."""
    encoding = {"x": x, "y": y, "text": {"field": "t"}}
    halo = {**mark, "type": "text", "stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}
    yield {"data": {"values": rows}, "mark": halo, "encoding": encoding}
    yield {"data": {"values": rows}, "mark": {**mark, "type": "text"}, "encoding": encoding}


def _marked(
    scene: Scene, levels: dict[int, int], strip: int, height: int, x: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Diamonds where instruments have effect, circles where they were printed, a line down from each."""
    if not scene.marks:
        return
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [height, 0], "nice": False}}
    rows = [
        {"x": _ms(m.on), "y": levels[m.number] * _STRIP + 8, "y2": height, "t": str(m.number)}
        for m in scene.marks
    ]
    printed = [{"x": _ms(m.printed), "y": strip + 10} for m in scene.marks if m.printed is not None]
    names = [{"y": 8, "t": "has effect"}, {"y": strip + 10, "t": "published"}]
    yield {
        "data": {"values": rows},
        "mark": {"type": "rule", "color": _LINES, "strokeWidth": 1},
        "encoding": {"x": x, "y": y, "y2": {"field": "y2"}},
    }
    yield {
        "data": {"values": rows},
        "mark": {"type": "point", "shape": "diamond", "size": 70, **_EFFECT},
        "encoding": {"x": x, "y": y},
    }
    yield {
        "data": {"values": printed},
        "mark": {"type": "point", "shape": "circle", "size": 45, "clip": True, **_PRINTED},
        "encoding": {"x": x, "y": y},
    }
    yield {
        "data": {"values": rows},
        "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 11, "fontWeight": "bold"},
        "encoding": {"x": x, "y": y, "text": {"field": "t"}},
    }
    yield {
        "data": {"values": names},
        "mark": {"type": "text", "align": "right", "dx": -6, "fontSize": 10, "color": "#333333"},
        "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "t"}},
    }


def _now(scene: Scene, top: int, height: int, x: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A rule at the day asked about, and a broken one where less was known then; none beyond the span."""
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [height, 0], "nice": False}}
    days = [(scene.as_of, f"as of {scene.as_of}", [1, 0])]
    if scene.known_at < scene.as_of:
        days.append((scene.known_at, f"known at {scene.known_at}", [5, 3]))
    for at, text, dash in days:
        if not scene.span[0] <= at <= scene.span[1]:
            continue
        late = _pixel(scene, at) > _WIDTH * 0.8
        row = [{"x": _ms(at), "y": top + 4, "y2": height, "t": text}]
        yield {
            "data": {"values": row},
            "mark": {"type": "rule", "strokeWidth": 1.6, "color": "black", "strokeDash": dash},
            "encoding": {"x": x, "y": y, "y2": {"field": "y2"}},
        }
        yield {
            "data": {"values": row},
            "mark": {"type": "text", "align": "right" if late else "left", "dx": -5 if late else 5,
                     "dy": 2, "fontSize": 11, "fontStyle": "italic"},
            "encoding": {"x": x, "y": y, "text": {"field": "t"}},
        }  # fmt: skip


def _key(scene: Scene) -> dict[str, Any]:
    """What the shapes mean, and the numbered instruments with their days."""
    lines = [_short(f"{m.number}  {m.text}", _CUT) for m in scene.marks]
    height = _LINE * (len(lines) + 2)
    scale = {"domain": [height, 0], "nice": False}
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": scale}
    wide = {"domain": [0, _WIDTH], "nice": False}
    x = {"field": "x", "type": "quantitative", "axis": None, "scale": wide}
    swatches = [(0, _DARK, "in force", "sure"), (90, _LIKELY, "in force, likely match", "likely"),
                (255, _OPEN, "not known whether in force", "open")]  # fmt: skip
    boxes = [{"x": at, "x2": at + 18, "y": 4, "y2": 14, "k": kind} for at, _, _, kind in swatches]
    words = [{"x": at + 23, "y": 9, "t": text} for at, _, text, _ in swatches]
    words += [{"x": 460, "y": 9, "t": "has effect"}, {"x": 555, "y": 9, "t": "published"}]
    words += [{"x": 660, "y": 9, "t": "footnote applies"}]
    words += [{"x": 0, "y": _LINE * (n + 1) + 12, "t": text} for n, text in enumerate(lines)]
    text = {"type": "text", "align": "left", "fontSize": 11}
    return {
        "width": _WIDTH,
        "height": height,
        "layer": [
            {
                "data": {"values": boxes},
                "mark": "bar",
                "encoding": {
                    "x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}, **_KINDS,
                },
            },
            {
                "data": {"values": [{"x": 635, "x2": 655, "y": 9}]},
                "mark": {"type": "rule", "strokeWidth": 3, "color": _NOTES},
                "encoding": {"x": x, "x2": {"field": "x2"}, "y": y},
            },
            *(_symbol(at, shape, x, y) for at, shape in ((450, "diamond"), (545, "circle"))),
            {"data": {"values": words}, "mark": text, "encoding": {"x": x, "y": y, "text": {"field": "t"}}},
        ],
    }  # fmt: skip


def _symbol(at: int, shape: str, x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    mark = {"type": "point", "shape": shape, "size": 60, **(_EFFECT if shape == "diamond" else _PRINTED)}
    return {"data": {"values": [{"x": at, "y": 9}]}, "mark": mark, "encoding": {"x": x, "y": y}}


def _levels(scene: Scene) -> dict[int, int]:
    """For each numbered mark the row of the strip on which its number stands clear of the others."""
    ends: list[float] = []
    found: dict[int, int] = {}
    for mark in scene.marks:
        at = _pixel(scene, mark.on)
        level = next((n for n, end in enumerate(ends) if at >= end), len(ends))
        ends[level : level + 1] = [at + _NEAR]
        found[mark.number] = level
    return found


def _pixel(scene: Scene, at: date) -> float:
    first, last = scene.span
    return _WIDTH * (at - first).days / max((last - first).days, 1)


def _y(scene: Scene, heights: list[int], top: int) -> dict[str, Any]:
    scale = {"domain": [top + sum(heights) + 6, 0], "nice": False}
    return {"field": "y", "type": "quantitative", "axis": None, "scale": scale}


def _ms(at: date, after: int = 0) -> int:
    """Milliseconds since 1970 of the beginning of a day, or of the one after it."""
    return (at.toordinal() + after - _EPOCH) * 86_400_000


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def _page(scene: Scene, svg: str) -> str:
    """One page that stands alone: title, picture, the same in words and as a table."""
    lanes = "".join(f"<li>{escape(lane.label)}: {escape(lane.detail)}</li>" for lane in scene.lanes)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(scene.title)}</title>
<style>
body {{ font: 15px/1.45 {_FONT}; margin: 1.5rem auto; max-width: 60rem; padding: 0 1rem; color: #111; }}
figure {{ margin: 0; overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: 13px; }}
th, td {{ border-bottom: 1px solid #bbb; padding: .25rem .6rem .25rem 0; }}
th, td {{ text-align: left; vertical-align: top; }}
</style>
</head>
<body>
<h1>{escape(scene.title)}</h1>
<p>{escape(" ".join(scene.caption))}</p>
<figure>{svg}<figcaption>Timeline of listings; the same in words and as a table below.</figcaption></figure>
<h2>In words</h2>
<ul>{lanes}</ul>
{_instruments(scene.marks)}
<h2>Data</h2>
{_table(scene.columns, scene.rows)}
</body>
</html>
"""


def _instruments(marks: Iterable[Mark]) -> str:
    items = "".join(f"<li>{escape(m.text)}</li>" for m in marks)
    return f"<h2>Instruments</h2>\n<ol>{items}</ol>" if items else ""


def _table(columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"
