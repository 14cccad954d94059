"""What came for each key so far, by a fingerprint of its content: enough to see gaps, contradictions and changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from lxml import etree

from khaos_assets.systems.khaos.fields import Element


@dataclass
class _Came:
    round: int
    content: bytes
    contradicts: bool = False


class Seen:
    """Keys with the content that came last. Khaos compares codes without case, so a key is found folded as well."""

    def __init__(self) -> None:
        self._came: dict[str, _Came] = {}
        self._folded: dict[str, str] = {}

    def note(self, key: str, round_: int, element: Element) -> None:
        """`element` came for `key` in this round; two contents in one round contradict each other."""
        content = fingerprint(element)
        before = self._came.get(key)
        if before is None or before.round < round_:
            self._came[key] = _Came(round_, content)
            self._folded[key.casefold()] = key
        elif before.round == round_ and before.content != content:
            before.contradicts = True

    def lacking(self, keys: Iterable[str]) -> list[str]:
        """The keys for which nothing came yet."""
        return [k for k in keys if k not in self._came and k.casefold() not in self._folded]

    def contradicting(self) -> list[str]:
        return [k for k, came in self._came.items() if came.contradicts]

    def came_in(self, round_: int, keys: Iterable[str]) -> list[str]:
        """The keys that were answered in this round."""
        found = ((k, self._came.get(self._folded.get(k.casefold(), k))) for k in keys)
        return [k for k, came in found if came is not None and came.round == round_]


def fingerprint(element: Element) -> bytes:
    """A hash of an element as it came (order of children included)."""
    return blake2b(etree.tostring(element, with_tail=False), digest_size=16).digest()
