"""The section `[plytix]` of merchant.toml."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from khaos_assets.config.settings import Count, Transport
from khaos_assets.systems.product_data import ProductData, as_json

MOST_ATTRIBUTES = 50
"""In one search (contract plytix, 3.1); `id` and `sku` are free of charge."""
SYSTEM_ATTRIBUTES = ("label", "gtin", "status", "created", "modified", "product_level")
"""Asked for in every search of products."""


class Plytix(ProductData):
    auth_url: str = Field(default="", description="where it signs in; else that of Plytix, or the server of base_url")
    base_url: str = "https://pim.plytix.com"
    transport: Transport = Transport(
        concurrency=4, request_windows=[(20, 10), (2000, 3600)], longest_wait_seconds=3700, attempts=6
    )
    page_size: Count = Field(default=100, ge=6, le=100)
    single_reads: int = Field(default=100, ge=0, description="products asked one by one, at most, in one read")
    ready_statuses: list[str] = Field(default=["Completed"], description="as the wire words them")
    archived_statuses: list[str] = Field(default=["Archived"])
    search_hides: bool = Field(default=False, description="the search leaves some products out (archived ones)")
    live_attribute: str = Field(default="", description="boolean attribute: shown to customers")
    bundle_relationships: list[str] = Field(default=[], description="labels of relationships that are packs")
    linked_relationships: list[str] = Field(default=[], description="labels of relationships without quantity meaning")
    allow_empty: list[str] = Field(default=[], description="entities that may lawfully be empty")

    @model_validator(mode="after")
    def _fits_one_search(self) -> Self:
        if len(self.asked) > MOST_ATTRIBUTES:
            raise ValueError(f"{len(self.asked)} attributes and relationships; one search gives {MOST_ATTRIBUTES}")
        return self

    @property
    def labels(self) -> list[str]:
        """Labels of the customer's own attributes that are read, sorted."""
        live = {self.live_attribute} if self.live_attribute else set[str]()
        return sorted({a.attribute for a in self.attributes.values()} | live)

    @property
    def relationships(self) -> list[str]:
        """Labels of the relationships that are read."""
        return [*self.bundle_relationships, *self.linked_relationships]

    @property
    def asked(self) -> list[str]:
        """The attributes of a search of products, as the wire names them."""
        own = (f"attributes.{label}" for label in self.labels)
        return [*SYSTEM_ATTRIBUTES, *own, *(f"relationships.{label}" for label in self.relationships)]

    def sql_variables(self) -> dict[str, tuple[str, object]]:
        return {
            "plytix_ready_statuses": as_json(self.ready_statuses),
            "plytix_archived_statuses": as_json(self.archived_statuses),
            "plytix_live_attribute": ("VARCHAR", self.live_attribute),
            "plytix_bundle_relationships": as_json(self.bundle_relationships),
        }

    def sql_tables(self) -> dict[str, list[tuple[object, ...]]]:
        return self.product_tables("plytix")
