"""How functions are compiled: for numba, without holding the interpreter's lock, kept on disk between runs.

``inner`` is called by compiled code alone, ``outer`` by Python too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])

_KEPT = {"cache": True, "nogil": True, "no_cfunc_wrapper": True}


def inner(function: F) -> F:
    """Compiles a function that only compiled code calls; nothing is made for Python to call it by."""
    compiled: F = numba.njit(**_KEPT, no_cpython_wrapper=True)(function)
    return compiled


def outer(function: F) -> F:
    """Compiles a function for Python to call."""
    compiled: F = numba.njit(**_KEPT)(function)
    return compiled
