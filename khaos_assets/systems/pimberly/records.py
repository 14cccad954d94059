"""Wire records of Pimberly (contract pimberly, sections 3.1 to 3.4). All instants are UTC."""

from __future__ import annotations

from datetime import date, datetime

from khaos_assets.systems.attributes import Attribute
from khaos_assets.systems.wire import Record


class Product(Record, kw_only=True, frozen=True):
    """A product as the key's view shows it. Key id (internal); primary_id is the SKU, as text."""

    id: str
    primary_id: str
    date_updated: datetime | None
    date_created: datetime | None
    attributes: list[Attribute]
    """Every other value of the row, life-cycle stage and hierarchy included. An empty attribute is not in it."""


class ProductAsked(Record, kw_only=True, frozen=True):
    """A product of an earlier night that the list no longer shows, asked for by its primary id when it was missed."""

    id: str
    primary_id: str
    found: bool
    missing_since: date


class Parent(Record, kw_only=True, frozen=True):
    """One parent of one product, by primary ids. Key (product, parent)."""

    product: str
    parent: str


class Item(Record, kw_only=True, frozen=True):
    """One child of one product, by primary ids. Key (product, item)."""

    product: str
    item: str
