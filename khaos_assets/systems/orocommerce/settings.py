"""The section `[orocommerce]` of merchant.toml."""

from __future__ import annotations

from pydantic import Field

from khaos_assets.config.settings import Count, SystemSettings, Transport


class OroCommerce(SystemSettings):
    auth_url: str = Field(default="", description="where the token comes from; else the origin of base_url")
    transport: Transport = Transport(concurrency=8)
    page_size: Count = Field(default=1000, description="a lower maximum of the shop is found out and kept to")
    warehouses: bool = Field(default=False, description="Enterprise edition: stock levels name their warehouse")
    carries_kinds: list[str] = Field(default=["simple", "pack", "build", "style_child", "style_parent"])

    def sql_tables(self) -> dict[str, list[tuple[object, ...]]]:
        return {"carried_kind": [("orocommerce", k) for k in self.carries_kinds]}
