"""Variants: products carry them inside, calls name them by their own id or reference key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from khaos_assets.sandbox.scayle.calls import Identifier
from khaos_assets.sandbox.scayle.rows import Table, line, parts

_INSIDE: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    msgspec.defstruct("Inside", [("variants", list[msgspec.Raw], msgspec.field(default_factory=list))])
)


class _Keys(msgspec.Struct):
    id: int
    referenceKey: str | None = None  # noqa: N815


_KEYS = msgspec.json.Decoder(_Keys)


class Variants:
    """The variants of a night by their names."""

    def __init__(self, products: Table) -> None:
        self._by_reference: dict[str, int] = {}
        self._reference_of: dict[int, str | None] = {}
        for row in products.group():
            for variant, _ in _variants(row.line):
                if variant is None:
                    continue
                self._reference_of.setdefault(variant.id, variant.referenceKey)
                if variant.referenceKey is not None:
                    self._by_reference.setdefault(variant.referenceKey, variant.id)

    def id_of(self, identifier: Identifier) -> int | None:
        """The variant's id, or None where there is no such variant."""
        if identifier.reference is not None:
            return self._by_reference.get(identifier.reference)
        return identifier.id if identifier.id in self._reference_of else None

    def reference_of(self, variant: int) -> str | None:
        """The variant's reference key."""
        return self._reference_of.get(variant)


def inside(product: bytes) -> list[tuple[int | None, bytes]]:
    """The lines of a product's variants in their order, each with its id; None where that cannot be read."""
    return [(None if keys is None else keys.id, bytes(text)) for keys, text in _variants(product)]


def with_variants(product: bytes, lines: Iterable[bytes]) -> bytes:
    """The product with these variants instead of its own."""
    found: dict[str, Any] = {**parts(product)}
    found["variants"] = [msgspec.Raw(text) for text in lines]
    return line(found)


def with_part(text: bytes, name: str, rows: Iterable[bytes]) -> bytes:
    """An object's line with one more list."""
    return b'%s,"%s":[%s]}' % (text.rstrip()[:-1], name.encode(), b",".join(rows))


def _variants(product: bytes) -> Iterator[tuple[_Keys | None, msgspec.Raw]]:
    """Of a product whose variants are not a list there are none; one whose keys are broken has no name."""
    try:
        lines = _INSIDE.decode(product).variants
    except msgspec.ValidationError:
        return
    for text in lines:
        try:
            yield _KEYS.decode(text), text
        except msgspec.ValidationError:
            yield None, text
