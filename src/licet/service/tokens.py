"""Random tokens, of which only digests are kept: what they open cannot be opened with what is stored."""

from __future__ import annotations

import secrets
import string
from hashlib import sha256
from hmac import digest

_ALPHABET = string.ascii_letters + string.digits


def new_token(length: int = 43) -> str:
    """Letters and digits that nobody guesses: 43 of them are 256 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def digest_of(token: str) -> str:
    """What is kept of a token. It needs no salt and no slow hash: it is as random as it is long."""
    return sha256(token.encode()).hexdigest()


def derived(token: str, purpose: str) -> str:
    """Another token that only somebody who has the first one can make."""
    return digest(token.encode(), purpose.encode(), "sha256").hex()
