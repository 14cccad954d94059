"""The section `[wair]` of merchant.toml."""

from __future__ import annotations

from pydantic import Field

from khaos_assets.config.settings import SystemSettings, Transport


class Wair(SystemSettings):
    feed_extension: bool = Field(default=False, description="off until a capability check confirmed it here")
    transport: Transport = Transport(concurrency=8)
    page_size: int = Field(default=5000, ge=2, le=5000)
    allow_empty: list[str] = Field(default=[], description="entities that may lawfully be empty")
    stock_for_every_active_item: bool = Field(
        default=True, description="each active item has a stock row at each mapped location (0 where none)"
    )
    carries_kinds: list[str] = Field(default=["simple", "build", "style_child"])
    untracked_services: list[str] = Field(default=[], description="carrier services without tracking, or collection")

    def sql_tables(self) -> dict[str, list[tuple[object, ...]]]:
        return {
            "untracked_service": [(c,) for c in self.untracked_services],
            "carried_kind": [("wair", k) for k in self.carries_kinds],
        }
