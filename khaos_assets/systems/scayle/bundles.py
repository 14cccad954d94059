"""Many small answers in one file: where SCAYLE has no list, each variant and each order is a call of its own.

A file for each of a hundred thousand answers would be most of a night's disk accesses and all of its inodes. A bundle
keeps every answer as it came, with what was asked and the SHA-256 of the body as received.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator

import msgspec

from khaos_assets.systems.read import LandedPage, Landing, Pages

ANSWERS = 500
"""Answers in one bundle."""


class Bundled(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer. `body` null: 404, SCAYLE does not know the key."""

    key: int | str
    received: str
    """SHA-256 of the body as it came; "" where there was none."""
    body: msgspec.Raw
    counts: bool = True
    """False: kept as evidence, but no record of this read (an order of another shop)."""


class Bundles:
    """Collects the answers of one kind of call and lands them; `close` lands the rest."""

    def __init__(self, landing: Landing, operation: str, progress: Callable[[int], None]) -> None:
        self._landing = landing
        self._operation = operation
        self._progress = progress
        self._waiting: list[Bundled] = []

    def add(self, key: int | str, received: bytes | None, *, kept: bytes | None = None, counts: bool = True) -> None:
        """One answer; `received` None for 404, `kept` what stays of it where personal fields were removed."""
        body = b"null" if received is None else received if kept is None else kept
        sha = "" if received is None else hashlib.sha256(received).hexdigest()
        self._waiting.append(Bundled(key=key, received=sha, body=msgspec.Raw(body), counts=counts))
        self._progress(1)
        if len(self._waiting) >= ANSWERS:
            self.close()

    def close(self) -> None:
        if not self._waiting:
            return
        answers, self._waiting = self._waiting, []
        body = msgspec.json.encode(answers)
        self._landing.land(
            body,
            packed=gzip.compress(body, compresslevel=3, mtime=0),
            operation=self._operation,
            selector=f"{len(answers)} calls, {answers[0].key} to {answers[-1].key}",
            asked={"bundle": True},
            suffix="json",
            rows=len(answers),
            first_key=str(answers[0].key),
            last_key=str(answers[-1].key),
        )


_DECODER = msgspec.json.Decoder(list[Bundled])


def bundled(pages: Pages) -> Iterator[tuple[LandedPage, Bundled]]:
    """All bundled answers of a read, in the order in which they were landed."""
    for page in pages.pages:
        if page.asked.get("bundle"):
            for answer in _DECODER.decode(pages.body(page)):
                yield page, answer
