"""YAML in which ``NO`` is Norway: only ``true`` and ``false`` are truth values.

YAML 1.1, which most readers still speak, turns ``NO``, ``on`` and ``off`` into booleans and
``3E001`` into a number. Law files are read with those rules taken out: a scalar is
text unless it is plainly a date, an integer, a decimal, ``true``, ``false`` or empty.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from licet.language.errors import LawError

_DEEPEST = 100


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """A safe loader with no implicit types but those added below, and no repeated keys."""


_Loader.yaml_implicit_resolvers = {}


def _add(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first))


_add("bool", "true|false", "tf")
_add("null", "~|null|", "~n\0")
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^$"), [""])
_add("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789")
_add("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", "-0123456789")
_add("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789")


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} is given twice", key_node.start_mark
            )
        seen.add(key)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read(text: str, where: str, first_line: int = 1) -> Any:
    """The data that ``text`` holds; faults name ``where``, the line and the column."""
    if _depth(text) > _DEEPEST:
        # The reader in C has no bottom: it would take the whole process with it.
        raise LawError(f"{where}: nested too deeply to be read")
    try:
        return yaml.load(text, _Loader)
    # Tags and odd keys make the reader's own constructors fail in several ways.
    except Exception as error:
        mark = getattr(error, "problem_mark", None)
        at = f", line {mark.line + first_line}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise LawError(f"{where}{at}: not readable as YAML: {problem}") from None


def _depth(text: str) -> int:
    """How deeply brackets and entries on one line are nested, at the most; quotes are not looked at."""
    deepest = depth = 0
    for mark in re.findall(r"[\[{\]}]", text):
        depth = depth + 1 if mark in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    runs = re.findall(r"(?:[-?:][ \t]+)+", text)
    return max([deepest, *(len(run) // 2 for run in runs)])


def read_file(path: Path) -> Any:
    """The data in a YAML file."""
    try:
        return read(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise LawError(f"{path.name}: not UTF-8 text at byte {error.start}") from None
