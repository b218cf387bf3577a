"""XML as publishers send it: parsed without entities, without the network and within bounds, never raising.

A document that is not well-formed is read as far as it goes, and that is said; where it also
lacks the end of its first element, it is not whole.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed document.

    Args:
        root: its first element; None where nothing could be read.
        faults: what is wrong though the document is whole.
        fatal: what shows that it is not.
    """

    root: Any | None
    faults: tuple[str, ...] = ()
    fatal: tuple[str, ...] = ()


def _parser(recover: bool) -> Any:
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=recover
    )


def tree_of(data: bytes) -> Tree:
    """The document in ``data``."""
    bare = data.strip()
    if not bare:
        return Tree(None, fatal=("the file is empty; expected an XML document",))
    try:
        return Tree(etree.fromstring(bare, _parser(False)))
    except (etree.XMLSyntaxError, ValueError) as error:
        where, what = _told(error)
    try:
        root = etree.fromstring(bare, _parser(True))
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return Tree(None, fatal=(f"{where}: not readable as XML: {what}",))
    name = _qualified(root)
    if not re.search(rf"</{re.escape(name)}\s*>$".encode(), bare):
        said = f"{where}: the document breaks off before the end of <{name}>: {what}; fetch it again"
        return Tree(root, fatal=(said,))
    said = f"{where}: not well-formed XML: {what}; what could be read was read"
    return Tree(root, faults=(said,))


def _told(error: Exception) -> tuple[str, str]:
    line, column = getattr(error, "position", (0, 0))
    what = (getattr(error, "msg", None) or str(error)).split(", line ")[0]
    return f"line {line}, column {column}", what


def _qualified(element: Any) -> str:
    return f"{element.prefix}:{local(element)}" if element.prefix else local(element)


def local(element: Any) -> str:
    """The element's name without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def all_of(element: Any, name: str) -> Iterator[Any]:
    """Every element of that name below, whatever its namespace."""
    return (e for e in element.iter() if local(e) == name)


def children(element: Any, name: str) -> list[Any]:
    """The children of that name."""
    return [e for e in element if local(e) == name]


def child_text(element: Any, name: str) -> str:
    """The text of the first child of that name."""
    found = children(element, name)
    return text_in(found[0]) if found else ""


def text_in(element: Any) -> str:
    """All text below an element, in one line."""
    return _SPACE.sub(" ", "".join(element.itertext())).strip()


def lines_in(
    element: Any, breaks: Container[str], blocks: Container[str] = (), marks: Container[str] = ()
) -> list[str]:
    """The text of a cell in lines.

    ``breaks`` end a line, ``blocks`` are lines of their own; ``marks`` (footnotes, raised letters)
    close up to the text before them.
    """
    said: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        name = local(node)
        if event == "start":
            if name in blocks:
                said.append("\n")
            if name in marks:
                said[:] = ["".join(said).rstrip(" ")]
            said.append(_SPACE.sub(" ", node.text or ""))
        elif event == "end" and (name in breaks or name in blocks):
            said.append("\n")
        if event != "start" and node is not element:
            said.append(_SPACE.sub(" ", node.tail or ""))
    lines = (_SPACE.sub(" ", line).strip() for line in "".join(said).split("\n"))
    return [line for line in lines if line]
