"""The section `[pimberly]` of merchant.toml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from khaos_assets.config.settings import Count, Transport
from khaos_assets.systems.product_data import ProductData, as_json


class Pimberly(ProductData):
    base_url: str = "https://pimber.ly/api/v2.2"
    transport: Transport = Transport(concurrency=16, attempts=6)
    view: Literal["feed", "channel"] = Field(default="feed", description="what the key belongs to")
    page_size: Count = Field(default=200, le=1000)
    identifiers_page_size: Count = Field(default=1000, le=1000, description="rows per page of identifiers only")
    single_reads: int = Field(default=200, ge=0, description="products asked one by one, at most, in one read")
    hierarchy_of: Literal["named", "all"] = Field(
        default="named", description="whose parents and items are asked for: those that rows name, or all products"
    )
    stage_attribute: str = "lifecycleStage"
    ready_stages: list[str] = Field(default=["Released", "Live"])
    live_stages: list[str] = Field(default=["Live"])
    archived_stages: list[str] = Field(default=["Withdrawn"])
    type_attribute: str = "Product Type"
    parent_types: list[str] = Field(default=["Product"], description="values of the type that are style parents")
    parents_attribute: str = "Parents"
    items_attribute: str = "Items"
    bundle_attributes: list[str] = Field(default=[], description="product sets that are packs")
    linked_attributes: list[str] = Field(default=[], description="product sets without quantity meaning")

    @property
    def wanted(self) -> frozenset[str]:
        """Names of the attributes that are compared, or say what a product is: others are not kept."""
        states = {self.stage_attribute, self.type_attribute}
        return frozenset(states | {*self.product_sets} | {a.attribute for a in self.attributes.values()})

    @property
    def product_sets(self) -> list[str]:
        """Attributes that name other products."""
        sets = [self.parents_attribute, self.items_attribute, *self.bundle_attributes, *self.linked_attributes]
        return list(dict.fromkeys(sets))

    def sql_variables(self) -> dict[str, tuple[str, object]]:
        return {
            "pimberly_view": ("VARCHAR", self.view),
            "pimberly_stage_attribute": ("VARCHAR", self.stage_attribute),
            "pimberly_ready_stages": as_json(self.ready_stages),
            "pimberly_live_stages": as_json(self.live_stages),
            "pimberly_archived_stages": as_json(self.archived_stages),
            "pimberly_type_attribute": ("VARCHAR", self.type_attribute),
            "pimberly_parent_types": as_json(self.parent_types),
            "pimberly_parents_attribute": ("VARCHAR", self.parents_attribute),
            "pimberly_items_attribute": ("VARCHAR", self.items_attribute),
            "pimberly_bundle_attributes": as_json(self.bundle_attributes),
            "pimberly_linked_attributes": as_json(self.linked_attributes),
        }

    def sql_tables(self) -> dict[str, list[tuple[object, ...]]]:
        return self.product_tables("pimberly")
