"""Prose: Markdown of the law files as HTML in which nothing but what we write ourselves is markup."""

from __future__ import annotations

import re
from collections.abc import Container
from html import escape
from itertools import count
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_CLASSES = {
    "paragraph_open": "govuk-body",
    "bullet_list_open": "govuk-list govuk-list--bullet",
    "ordered_list_open": "govuk-list govuk-list--number",
    "table_open": "govuk-table",
    "link_open": "govuk-link",
}
_REGION = '<div class="licet-wide" tabindex="0" role="region" aria-label="Table {}">'
_READER = MarkdownIt("commonmark", {"html": False}).enable("table")


def prose(text: str, below: int = 1, rules: Container[str] = ()) -> Markup:
    """Markdown as HTML; HTML in it is shown as text.

    Args:
        below: the level of the heading that it stands under; its own begin with the next.
        rules: ids of rules; where one stands between backticks it becomes a link to its page.
    """
    tokens = _READER.parse(text)
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = below + 1 - min(levels, default=1)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            level = min(6, int(token.tag[1]) + shift)
            token.tag = f"h{level}"
            token.attrSet("class", f"govuk-heading-{'m' if level == 2 else 's'}")
        elif token.type in _CLASSES:
            token.attrSet("class", _CLASSES[token.type])
        for inner in token.children or ():
            _linked(inner, rules)
    html: str = _READER.renderer.render(tokens, _READER.options, {})
    number = count(1)
    # A wide table scrolls by itself, with a keyboard too.
    html = re.sub("<table", lambda _: f"{_REGION.format(next(number))}<table", html)
    return Markup(html.replace("</table>", "</table></div>"))


def _linked(token: Token, rules: Container[str]) -> None:
    if token.type in _CLASSES:
        token.attrSet("class", _CLASSES[token.type])
    if token.type == "code_inline" and token.content in rules:
        address = f"/law/rule/{quote(token.content)}"
        token.type = "html_inline"
        token.content = f'<a class="govuk-link" href="{address}"><code>{escape(token.content)}</code></a>'
