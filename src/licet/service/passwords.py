"""Passwords are kept as Argon2 hashes, and looking one up takes as long for names that nobody has."""

from __future__ import annotations

from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from licet.language.errors import LicetError

LEAST: Final = 12
MOST: Final = 256
_DISTINCT = 5

_hasher = PasswordHasher()
# Each takes tens of megabytes while it is worked out; a flood of sign-ins must not take them all at once.
_places = BoundedSemaphore(4)


class PasswordError(LicetError):
    """A password that is not good enough, with what would be."""


def check(password: str, name: str) -> None:
    """Refuse what is too easily guessed.

    Raises:
        PasswordError: if it is short, overlong, hardly varied, or holds the name.
    """
    if len(password) < LEAST:
        raise PasswordError(f"a password has at least {LEAST} characters; several words are easy to remember")
    if len(password) > MOST:
        raise PasswordError(f"a password has at most {MOST} characters")
    if len(set(password)) < _DISTINCT:
        raise PasswordError(f"a password has at least {_DISTINCT} different characters")
    if len(name) > 2 and name.casefold() in password.casefold():
        raise PasswordError("a password does not hold the name that one signs in with")


def chosen(password: str, name: str) -> str:
    """The hash to keep of a password that somebody chose.

    Raises:
        PasswordError: if it is too easily guessed.
    """
    check(password, name)
    return hashed(password)


def hashed(password: str) -> str:
    """The hash to keep."""
    with _places:
        return _hasher.hash(password)


def agrees(kept: str | None, password: str) -> bool:
    """Whether a password is the one whose hash is kept; without one, the same work for the answer no."""
    try:
        with _places:
            _hasher.verify(kept or _nobody(), password[:MOST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody")
