"""Wire records of Plytix (contract plytix, sections 3.1 to 3.5). All instants are UTC."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from khaos_assets.systems.attributes import Attribute
from khaos_assets.systems.wire import Record, Units


class RelatedProduct(msgspec.Struct, frozen=True, kw_only=True):
    """`quantity` in pieces; None where the relationship carries none."""

    product_id: str
    quantity: Units | None = None


class RelationshipOf(msgspec.Struct, frozen=True, kw_only=True):
    """The related products of one kind. Its name is `label` or `relationship_label`, whichever the reply has."""

    relationship_id: str
    label: str | None = None
    relationship_label: str | None = None
    related_products: list[RelatedProduct]


class Product(Record, kw_only=True, frozen=True):
    """A single, a parent or a variant. Key id; sku is unique. `attributes`: those that were asked for and not empty."""

    id: str
    sku: str
    label: str | None = None
    gtin: str | None = None
    status: str
    created: datetime
    modified: datetime
    parent_id: str | None = msgspec.field(default=None, name="_parent_id")
    num_variations: int = 0
    product_level: int | None = None
    """0 single, 1 parent, 2 variant, 3 sub-variant."""
    attributes: list[Attribute] = msgspec.field(default_factory=list)
    relationships: list[RelationshipOf] = msgspec.field(default_factory=list)


class ProductAsked(Record, kw_only=True, frozen=True):
    """A product of an earlier night that the list no longer shows, asked for by its id on the first such night."""

    id: str
    sku: str
    """As it was last seen."""
    found: bool
    missing_since: date
    """The first night on which the list did not show it."""


class Variant(Record, kw_only=True, frozen=True):
    """A variant as the search for variants gives it. Key id."""

    id: str
    sku: str
    parent_id: str | None = msgspec.field(default=None, name="_parent_id")
    status: str
    modified: datetime


class FamilyAttribute(msgspec.Struct, frozen=True, kw_only=True):
    """`attribute_level`: parent_level, variant_level or no_level."""

    id: str
    name: str | None = None
    label: str | None = None
    attribute_level: str | None = None


class Family(Record, kw_only=True, frozen=True):
    """A product family and its member attributes. Key id."""

    id: str
    name: str
    total_products: int = 0
    total_attributes: int = 0
    total_models: int = 0
    created: datetime | None = msgspec.field(default=None, name="_created_at")
    modified: datetime | None = None
    attributes: list[FamilyAttribute] = msgspec.field(default_factory=list)


class Relationship(Record, kw_only=True, frozen=True):
    """One product related to another. Key (product_id, relationship_id, related_id)."""

    product_id: str
    relationship_id: str
    label: str
    related_id: str
    quantity: Units | None
