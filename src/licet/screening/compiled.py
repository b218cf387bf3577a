"""How functions are compiled: for numba, without holding the interpreter's lock, kept on disk between runs.

``inner`` and ``bare`` are called by compiled code alone, ``outer`` by Python too. What is kept is
kept under the digest of all code of the screening: numba itself would notice a change in the file
of a function, but not in the files of the functions it calls.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from platformdirs import user_cache_path

Compiled = Callable[..., Any]

_KEPT = {"cache": True, "nogil": True, "no_cfunc_wrapper": True, "error_model": "numpy"}
# Its published types leave out some options.
_njit: Any = numba.njit
_config: Any = numba.config


@cache
def code_digest() -> str:
    """A digest over every Python file of the screening: the same code, the same scores."""
    total = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


@cache
def _kept_in() -> str:
    """The folder of what is compiled: beside the code, else where the platform keeps such things."""
    beside = Path(__file__).parent / "__pycache__"
    usual = beside if os.access(beside if beside.exists() else beside.parent, os.W_OK) else None
    return str((usual or user_cache_path("licet", appauthor=False)) / f"kernels-{code_digest()}")


def _compiled(function: Compiled, **options: Any) -> Compiled:
    before = _config.CACHE_DIR
    _config.CACHE_DIR = _kept_in()
    try:
        compiled: Compiled = _njit(**_KEPT, **options)(function)
    finally:
        _config.CACHE_DIR = before
    return compiled


def inner(function: Compiled) -> Compiled:
    """Compiles a function that only compiled code calls; nothing is made for Python to call it by."""
    return _compiled(function, no_cpython_wrapper=True)


def bare(function: Compiled) -> Compiled:
    """As ``inner``, for a function that makes no arrays: then none of those it is handed need be counted."""
    return _compiled(function, no_cpython_wrapper=True, _nrt=False)


def outer(function: Compiled) -> Compiled:
    """Compiles a function for Python to call."""
    return _compiled(function)
