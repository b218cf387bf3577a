"""A picture: a Vega-Lite specification with its caption, its answer in words and its data.

It renders itself (SVG, PNG, a fragment of HTML, notebooks) without a network and, in HTML, without
scripts. The same rows give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from licet.changes.plots.style import FAINT, FONT, INK, WIDTH, Columns, Row, cell, wrapped
from licet.language.errors import LicetError

# A chart of Altair, which is loaded only when something is drawn.
Part = Any
_MIME = "application/vnd.vegalite.v6+json"
_VERSION = "6.4"
_LINE = 15
_NUMBER = ' class="number"'
_ROLES = re.compile(r'(<g [^<>]*?) role="graphics-\w+" aria-roledescription="[^"<>]*"')


class PictureError(LicetError):
    """A picture cannot be drawn."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What answers one question: ``spec`` draws it, ``summary`` says it, ``table`` has the data.

    ``kind`` is the question it answers ("flows", "money", ...). ``columns`` maps the keys of the rows
    in ``table`` to headings; ``notes`` are the numbered marks in words. ``summary`` is one or two
    sentences that serve as a text alternative.
    """

    title: str
    caption: str
    summary: str
    spec: dict[str, Any]
    table: tuple[Row, ...]
    columns: Columns
    notes: tuple[str, ...] = ()
    kind: str = ""

    def to_json(self) -> str:
        """The Vega-Lite specification, for any Vega-Lite renderer."""
        return json.dumps(self.spec, ensure_ascii=False, indent=1)

    def svg(self) -> str:
        """The picture as SVG with title and description inside.

        Raises:
            PictureError: where the extra ``pictures`` is missing.
        """
        described = f"<title>{escape(self.title)}</title><desc>{escape(self.summary)}</desc>"
        return self._svg("", ' role="img"', described)

    def png(self, scale: float = 2.0) -> bytes:
        """The picture as PNG, ``scale`` pixels to the point.

        Raises:
            PictureError: where the extra ``pictures`` is missing.
        """
        drawn: bytes = _converter().svg_to_png(self._svg("", "", ""), scale=scale)
        return drawn

    def html(self, name: str = "picture", data: str | None = None) -> str:
        """A ``figure`` for a page: the SVG inline, the summary below it, the data folded away.

        ``name`` must be the figure's own within the page. ``data`` is the id of a place in the page
        that has :meth:`data_html`, which is then linked to instead of folded away.
        """
        drawn = self._svg(f"{name}-", "", "")
        # A page has one picture and its summary; the roles of its strokes would each want a name.
        head, _, body = _ROLES.sub(r"\1", drawn).partition(">")
        named = f'role="img" aria-labelledby="{name}-title" aria-describedby="{name}-summary"'
        svg = f'{head} {named}><title id="{name}-title">{escape(self.title)}</title>{body}'
        link = f' <a href="#{data}">Data of this picture</a>' if data else ""
        folded = f"<details><summary>Data of this picture</summary>\n{self.data_html()}</details>\n"
        return (
            f'<figure id="{name}" class="picture">\n{svg}\n'
            f'<figcaption><span id="{name}-summary">{escape(self.summary)}</span>{link}</figcaption>\n'
            f"{'' if data else folded}</figure>\n"
        )

    def data_html(self) -> str:
        """The data as an HTML table, and the numbered marks as a list."""
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        listed = f'<ul class="notes">{notes}</ul>\n' if notes else ""
        return table_html(self.title, self.table, self.columns) + listed

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """What notebooks show: the page's figure, or the specification where they draw it themselves."""
        return {_MIME: self.spec, "text/html": self.html(), "text/plain": f"{self.title}. {self.summary}"}

    def _svg(self, prefix: str, attributes: str, inside: str) -> str:
        svg: str = _converter().vegalite_to_svg(self.spec, vl_version=_VERSION)
        # The renderer numbers what it clips by all that it ever drew; a page holds several pictures.
        numbers: dict[str, str] = {}
        svg = re.sub(
            r'(id="|url\(#)((?:clip|gradient_)\w+)',
            lambda m: m[1] + numbers.setdefault(m[2], f"{prefix}part{len(numbers)}"),
            svg,
        )
        head, _, body = svg.partition(">")
        return f"{head}{attributes}>{inside}{body}"


def table_html(caption: str, rows: Iterable[Row], columns: Columns) -> str:
    """Rows as an HTML table with a caption and headings that say their scope."""
    kept = list(rows)
    numbers = {key for key in columns if any(isinstance(row.get(key), int | float) for row in kept)}
    heads = "".join(
        f'<th scope="col"{_NUMBER if key in numbers else ""}>{escape(title)}</th>'
        for key, title in columns.items()
    )
    body = "".join(f"<tr>{_cells(row, columns)}</tr>\n" for row in kept)
    return (
        f"<table><caption>{escape(caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{body}</tbody></table>\n"
    )


def _cells(row: Row, columns: Columns) -> str:
    first, *rest = columns
    told = "".join(
        f"<td{_NUMBER if isinstance(row.get(key), int | float) else ''}>{escape(cell(row.get(key)))}</td>"
        for key in rest
    )
    return f'<th scope="row">{escape(cell(row.get(first)))}</th>{told}'


def specification(
    parts: Iterable[Part], title: str, caption: str, summary: str, spacing: int = 10
) -> dict[str, Any]:
    """The parts of a picture below each other, under one title, checked against Vega-Lite's schema."""
    alt = library()
    chart = alt.vconcat(*parts, spacing=spacing).properties(
        title=alt.TitleParams(
            text=wrapped(title, WIDTH, 2, 16),
            subtitle=wrapped(caption, WIDTH, 4),
            anchor="start", fontSize=16, subtitleFontSize=11, subtitleColor=FAINT, offset=10,
        ),
        background="white",
        padding=12,
        description=summary,
    )  # fmt: skip
    chart = chart.resolve_scale(color="independent", x="independent", y="independent")
    chart = chart.configure(
        font=FONT,
        aria=False,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(labelFontSize=11, titleFontSize=11, titleFontWeight="normal", gridOpacity=0.4),
        legend=alt.LegendConfig(labelFontSize=11, labelLimit=0, titleFontSize=11, symbolStrokeWidth=0.8),
    )
    made: dict[str, Any] = chart.to_dict()
    return made


def written(lines: list[str], width: int = WIDTH) -> Part:
    """Lines of text as a part of a picture: a key, or why nothing is drawn."""
    alt = library()
    height = _LINE * max(len(lines), 1)
    rows = [{"at": _LINE * n + 8, "text": line} for n, line in enumerate(lines)]
    return (
        alt.Chart(alt.Data(values=rows), width=width, height=height)
        .mark_text(align="left", fontSize=11, color=INK)
        .encode(
            x=alt.value(0),
            y=alt.Y("at:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False)),
            text=alt.Text("text:N"),
        )
    )


def nothing(kind: str, title: str, caption: str, why: str, columns: Columns) -> Picture:
    """The picture of no rows: it says so instead of showing empty axes."""
    spec = specification([written([why])], title, caption, why)
    return Picture(title, caption, why, spec, (), columns, kind=kind)


def library() -> Any:
    """Altair, which makes the specifications.

    Raises:
        PictureError: where the extra ``pictures`` is missing.
    """
    try:
        import altair
    except ImportError:
        raise PictureError("pictures need an extra: pip install 'licet[pictures]'") from None
    return altair


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError:
        raise PictureError("pictures need an extra: pip install 'licet[pictures]'") from None
    return vl_convert
