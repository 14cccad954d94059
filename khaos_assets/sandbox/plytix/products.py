"""The products of one account. Each is kept as its line of JSON beside the few fields that lists need, so that every
number goes out with its own digits and a page costs one join.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from khaos_assets.sandbox.changes import hash_of

Record = dict[str, Any]

RECORD: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record, float_hook=Decimal)
LINE = msgspec.json.Encoder(decimal_format="number")


class Product(NamedTuple):
    """One product; instants as sortable text (UTC, "" where there is none)."""

    id: str
    sku: str
    created: str
    modified: str
    status: str
    parent: str
    variations: int
    line: bytes

    @classmethod
    def of(cls, record: Record) -> Product:
        """From a record in the shape of a single product (contract 3.2). Empty attributes leave here."""
        filled = {k: v for k, v in (record.get("attributes") or {}).items() if v is not None}
        record = {k: v for k, v in record.items() if k != "_parent_id" or v} | {"attributes": filled}
        variations = record.get("num_variations") or 0
        line = LINE.encode(record)
        return cls(
            str(record.get("id") or f"?{hash_of(line)}"),
            str(record.get("sku", "")),
            sortable(str(record.get("created") or "")),
            sortable(str(record.get("modified") or "")),
            str(record.get("status") or ""),
            str(record.get("_parent_id") or ""),
            variations if isinstance(variations, int) else 0,
            line,
        )

    def record(self) -> Record:
        """The product as a dict; numbers with a point are Decimal."""
        return RECORD.decode(self.line)


class _Slim(msgspec.Struct, gc=False):
    id: str
    sku: str
    created: str | None = None
    modified: str | None = None
    status: str | None = None
    parent: str | None = msgspec.field(default=None, name="_parent_id")
    variations: int = msgspec.field(default=0, name="num_variations")


_SLIM = msgspec.json.Decoder(_Slim)


def read(line: bytes) -> Product:
    """From a line of a world's file; only what lists need is looked at."""
    if b"null" in line:
        return Product.of(RECORD.decode(line))
    try:
        slim = _SLIM.decode(line)
    except msgspec.ValidationError:  # a planted defect: it still has its place in the list
        return Product.of(RECORD.decode(line))
    return Product(
        slim.id,
        slim.sku,
        sortable(slim.created or ""),
        sortable(slim.modified or ""),
        slim.status or "",
        slim.parent or "",
        slim.variations,
        line,
    )


class Products:
    """Products by id, in the order in which they were made. `version` grows with every change."""

    def __init__(self, rows: Iterable[Product]) -> None:
        self._rows = {p.id: p for p in rows}
        self._prepared: dict[str, Any] = {}
        self._skus = _Index(self._rows, lambda p: p.sku)
        self._parents = _Index(self._rows, lambda p: p.parent)
        self.version = 0

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: str) -> Product | None:
        """The product with this id."""
        return self._rows.get(key)

    def put(self, product: Product) -> None:
        """Insert a product, or replace the one with its id."""
        old = self._rows.get(product.id)
        self._rows[product.id] = product
        for index in (self._skus, self._parents):
            index.replace(old, product)
        self._touched()

    def remove(self, key: str) -> None:
        """Take a product away; one that is not there is borne."""
        if (old := self._rows.pop(key, None)) is not None:
            for index in (self._skus, self._parents):
                index.replace(old, None)
            self._touched()

    def rows(self) -> list[Product]:
        """All of them, oldest first."""
        return self._keep("rows", lambda: list(self._rows.values()))

    def places(self) -> dict[str, int]:
        """Where each product stands among `rows`, by id."""
        return self._keep("places", lambda: {k: n for n, k in enumerate(self._rows)})

    def by_sku(self) -> list[Product]:
        """All of them in the order of their SKU."""
        return self._keep("by_sku", lambda: sorted(self.rows(), key=lambda p: p.sku))

    def by_created(self) -> tuple[Sequence[str], Sequence[Product]]:
        """Creation instants in order, and the products in the same order."""

        def prepare() -> tuple[list[str], list[Product]]:
            rows = sorted(self.rows(), key=lambda p: p.created)
            return [p.created for p in rows], rows

        return self._keep("by_created", prepare)

    def with_sku(self, sku: str) -> Product | None:
        """The product with exactly this SKU."""
        return next((self._rows[k] for k in self._skus.get(sku)), None)

    def variants(self, parent: str) -> list[Product]:
        """The variants of a product, in the order in which they became that."""
        return [self._rows[k] for k in self._parents.get(parent)] if parent else []

    def _keep(self, name: str, prepare: Callable[[], Any]) -> Any:
        if name not in self._prepared:
            self._prepared[name] = prepare()
        return self._prepared[name]

    def _touched(self) -> None:
        self.version += 1
        self._prepared.clear()


class _Index:
    """Ids by something else that products have; made when first asked for, then kept up."""

    def __init__(self, rows: Mapping[str, Product], value: Callable[[Product], str]) -> None:
        self._rows, self._value = rows, value
        self._ids: dict[str, dict[str, None]] | None = None

    def get(self, value: str) -> Iterable[str]:
        if self._ids is None:
            self._ids = {}
            for product in self._rows.values():
                self._ids.setdefault(self._value(product), {})[product.id] = None
        return self._ids.get(value, ())

    def replace(self, old: Product | None, new: Product | None) -> None:
        before, after = (None if p is None else self._value(p) for p in (old, new))
        if self._ids is None or before == after:
            return
        if old is not None and before is not None:
            del self._ids[before][old.id]
        if new is not None and after is not None:
            self._ids.setdefault(after, {})[new.id] = None


def sortable(instant: str) -> str:
    """An ISO instant as text that sorts by time: UTC, microseconds, no zone; naive is UTC; "" if unreadable.

    >>> sortable("2026-11-20T02:00:00.123000+00:00"), sortable("2026-11-20")
    ('2026-11-20T02:00:00.123000', '2026-11-20T00:00:00.000000')
    """
    if len(instant) == 32 and instant[10] == "T" and instant[19] == "." and instant.endswith("+00:00"):
        return instant[:26]
    try:
        parsed = datetime.fromisoformat(instant)
    except ValueError:
        return ""
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def instant(at: datetime) -> str:
    """An aware instant as v1 prints it: UTC, six digits that hold milliseconds, +00:00."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "000+00:00")
