"""Passwords: what a good one is, its hash, and checking one in the same time whether its person exists or not."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 12, 200
"""Characters."""
AT_ONCE = 4
"""So many are computed at a time: each takes 64 MiB, and nobody shall fill this machine by guessing."""


class BadPassword(ValueError):
    """A new password that will not do; the text says why, without it."""


class Passwords:
    """argon2id, RFC 9106's choice for 64 MiB unless told otherwise."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._turn = BoundedSemaphore(AT_ONCE)

    @cached_property
    def _nobodys(self) -> str:
        """What a password is compared with where there is no person."""
        return self._hasher.hash("nobody has this password")

    def hashed(self, password: str, *, name: str) -> str:
        """The hash of a new password. Raises BadPassword."""
        text = _plain(password)
        if len(text) < SHORTEST:
            raise BadPassword(f"a password has at least {SHORTEST} characters; a sentence is a good one")
        if max(len(text), len(password)) > LONGEST:
            raise BadPassword(f"a password has at most {LONGEST} characters")
        if len(set(text)) < 5 or name.lower() in text.lower():
            raise BadPassword("that is too easy to guess: take several words that do not hold your name")
        return self.hashed_again(text)

    def hashed_again(self, password: str) -> str:
        """The hash with the parameters of now of a password that somebody has."""
        with self._turn:
            return self._hasher.hash(_plain(password))

    def fits(self, password: str, stored: str | None) -> bool:
        """Whether it is the password of this hash. Without one the answer is no, and takes as long."""
        text = _plain(password[: LONGEST + 1])
        with self._turn:
            nobodys = self._nobodys
            try:
                return self._hasher.verify(stored or nobodys, text) and stored is not None
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than those of now."""
        return self._hasher.check_needs_rehash(stored)


def _plain(password: str) -> str:
    """The same letters are the same password, however a keyboard composes them. Half a surrogate is a question mark."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode("utf-8")
