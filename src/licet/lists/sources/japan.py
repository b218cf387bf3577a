"""Lists of the Japanese Ministry of Economy, Trade and Industry: end users, and parties named over Russia.

Tested on the end-user list of 2026 in the JSON of the security-export-control registry,
and on the texts of the lists of parties in Russia and in third countries of September 2025.
"""

from __future__ import annotations

from licet.lists.record import Reading
from licet.lists.sources import japan_text
from licet.lists.sources.common import text_of
from licet.lists.sources.registry import of_registry, registered

FORMAT = "jp-meti"


def recognises(head: bytes, name: str) -> bool:
    """Whether it is the registry's JSON with a Japanese list, or the text of a designation."""
    return registered(head, "jp-") or japan_text.recognises(text_of(head[:4096]))


def read(data: bytes, name: str) -> Reading:
    """One record for each entry of the JSON, or for each numbered item of the text."""
    text = text_of(data)
    if japan_text.recognises(text[:4096]):
        return japan_text.read(text, FORMAT)
    return of_registry(text, FORMAT)
