"""Where each variant stands: products carry their variants inside, calls name a variant by its own id or key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from khaos_assets.sandbox.scayle.calls import Identifier
from khaos_assets.sandbox.scayle.rows import Row, Table, line, parts

_LINES = msgspec.json.Decoder(list[msgspec.Raw])


class _Keys(msgspec.Struct):
    id: int
    referenceKey: str | None = None  # noqa: N815


class _Inside(msgspec.Struct):
    variants: list[_Keys] = []


_INSIDE = msgspec.json.Decoder(_Inside)


class Variants:
    """The variants of a night: which product each is part of."""

    def __init__(self, products: Table) -> None:
        self._products = products
        self._product_of: dict[int, int] = {}
        self._by_reference: dict[str, int] = {}
        self._reference_of: dict[int, str] = {}
        for row in products.group():
            for variant in _keys(row.line):
                self._product_of.setdefault(variant.id, row.id)
                if variant.referenceKey is not None:
                    self._by_reference.setdefault(variant.referenceKey, variant.id)
                    self._reference_of.setdefault(variant.id, variant.referenceKey)

    def id_of(self, identifier: Identifier) -> int | None:
        """The variant's id, or None where there is no such variant."""
        if identifier.reference is not None:
            return self._by_reference.get(identifier.reference)
        return identifier.id if identifier.id in self._product_of else None

    def reference_of(self, variant: int) -> str | None:
        """The variant's reference key."""
        return self._reference_of.get(variant)

    def product_of(self, variant: int) -> Row | None:
        """The product it is part of."""
        return self._products.get(Identifier(self._product_of[variant]))


def inside(product: bytes) -> dict[int, bytes]:
    """The lines of a product's variants by their id, in their order."""
    return {k.id: bytes(text) for k, text in zip(_keys(product), _lines(product), strict=False)}


def with_variants(product: bytes, lines: Iterable[bytes]) -> bytes:
    """The product with these variants instead of its own."""
    found: dict[str, Any] = {**parts(product)}
    found["variants"] = [msgspec.Raw(text) for text in lines]
    return line(found)


def with_part(text: bytes, name: str, rows: Iterable[bytes]) -> bytes:
    """An object's line with one more list."""
    return b'%s,"%s":[%s]}' % (text.rstrip()[:-1], name.encode(), b",".join(rows))


def _keys(product: bytes) -> list[_Keys]:
    """Of a product whose variants are not as they should be: none can be named."""
    try:
        return _INSIDE.decode(product).variants
    except msgspec.ValidationError:
        return []


def _lines(product: bytes) -> list[msgspec.Raw]:
    raw = parts(product).get("variants")
    return [] if raw is None else _LINES.decode(raw)
