"""How functions are compiled: for numba, without holding the interpreter's lock, kept on disk between runs.

``inner`` and ``bare`` are called by compiled code alone, ``outer`` by Python too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

Compiled = Callable[..., Any]

_KEPT = {"cache": True, "nogil": True, "no_cfunc_wrapper": True}
# Its published types leave out some options.
_njit: Any = numba.njit


def inner(function: Compiled) -> Compiled:
    """Compiles a function that only compiled code calls; nothing is made for Python to call it by."""
    compiled: Compiled = _njit(**_KEPT, no_cpython_wrapper=True)(function)
    return compiled


def bare(function: Compiled) -> Compiled:
    """As ``inner``, for a function that makes no arrays: then none of those it is handed need be counted."""
    compiled: Compiled = _njit(**_KEPT, no_cpython_wrapper=True, _nrt=False)(function)
    return compiled


def outer(function: Compiled) -> Compiled:
    """Compiles a function for Python to call."""
    compiled: Compiled = _njit(**_KEPT)(function)
    return compiled
