"""The section `[scayle]` of merchant.toml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from khaos_assets.config.settings import Count, SystemSettings, Transport

PER_MINUTE = {
    "globalRead": 1000, "productRead": 1000, "stocksRead": 2500, "pricesRead": 2500, "ordersRead": 1000,
    "stocksWrite": 2500, "pricesWrite": 300, "fulfillmentWrite": 300,
}  # fmt: skip
"""The vendor's defaults (contract scayle, section 6)."""


class Scayle(SystemSettings):
    transport: Transport = Transport(concurrency=16, retry_budget=200)
    page_size: int = Field(default=100, ge=2, le=100)
    requests_per_minute: dict[str, Count] = Field(
        default=PER_MINUTE, description="per scope, where the answers themselves tell no limit"
    )
    order_window_days: Count = Field(default=120, description="older orders are known by the list only")
    gap_reads: int = Field(
        default=5000, ge=0, description="ids that a list does not show and that are asked for one by one"
    )
    nested: list[Literal["stocks", "prices"]] = Field(
        default=[], description="what the product list shows of its variants, so that not each is asked for it"
    )
    allow_empty: list[str] = Field(default=[], description="entities that may lawfully be empty")
    active_states: list[str] = Field(default=["live", "problem"], description="product states that count as ready")
    live_states: list[str] = Field(default=["live"], description="product states that can be bought")
    carries_kinds: list[str] = Field(default=["simple", "build", "style_child", "pack"])

    def sql_variables(self) -> dict[str, tuple[str, object]]:
        return {
            "scayle_active_states": ("VARCHAR[]", self.active_states),
            "scayle_live_states": ("VARCHAR[]", self.live_states),
        }

    def sql_tables(self) -> dict[str, list[tuple[object, ...]]]:
        return {"carried_kind": [("scayle", k) for k in self.carries_kinds]}
