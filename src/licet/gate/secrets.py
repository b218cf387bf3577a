"""Secrets never reach a log: whatever looks like one is struck out before a line is written."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

_NAMES = re.compile(r"password|secret|token|authorization|cookie|csrf|api.?key|subscription.?key", re.I)
_VALUES = re.compile(
    r"licet_[a-z0-9]+_[A-Za-z0-9_-]+"  # a key of ours
    r"|whsec_[A-Za-z0-9+/=_-]+"  # a webhook's secret
    r"|(?<=://)[^/@\s:]+:[^/@\s]+(?=@)"  # name and password in a URL
    r"|(?i:(?<=bearer )|(?<=apikey ))\S+"
    r"|(?:(?<=[?&]token=)|(?<=[?&]code=)|(?<=[?&]state=))[^&\s\"']+"
)
STRUCK = "[secret]"


def without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An event of the log with every secret struck out (a processor of structlog)."""
    for name, value in event.items():
        if _NAMES.search(name):
            event[name] = STRUCK
        elif isinstance(value, str):
            event[name] = struck_out(value)
    return event


def struck_out(text: str) -> str:
    """A text with everything that looks like a secret struck out."""
    return _VALUES.sub(STRUCK, text)
