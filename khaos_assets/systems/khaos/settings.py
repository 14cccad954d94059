"""The section `[khaos]` of merchant.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from khaos_assets.config.settings import Count, SystemSettings, Transport


class Khaos(SystemSettings):
    soap_path: str = "/KhaosSIM.exe/soap/IKosWeb"
    namespace: str = "urn:KosWebIntf-IKosWeb"
    ca_file: Path | None = Field(default=None, description="private CA or pinned certificate; always verified")
    transport: Transport = Transport(concurrency=1)
    stock_chunk: Count = 50
    customer_chunk: Count = 50
    order_chunk: Count = 50
    order_enumeration: Literal["window", "companies"] = Field(
        default="window", description="window: by date, web orders, references; companies: every order, by company"
    )
    order_window_days: Count = 120
    delta_buffer_minutes: int = 15
    back_order_lowers_level: Literal["yes", "no", "unknown"] = "unknown"
    terms_hold_stages: list[int] = Field(default=[21])
    picking_stages: list[int] = Field(default=[12, 13, 14, 15, 16, 70, 71], description="picking or later")
    issued_stage: int = Field(default=70, description="the stage to which an invoice goes whose goods have left")
    waiting_date_stages: list[int] = Field(default=[17], description="future-dated: waiting is right")
    back_orderable: list[str] = Field(default=[])
    active_statuses: list[str] = Field(default=["Active"], description="company statuses of accounts in use")

    def sql_variables(self) -> dict[str, tuple[str, object]]:
        return {
            "khaos_issued_stage": ("BIGINT", self.issued_stage),
            "back_order_lowers_level": ("VARCHAR", self.back_order_lowers_level),
            "khaos_active_statuses": ("VARCHAR[]", self.active_statuses),
        }

    def sql_tables(self) -> dict[str, list[tuple[object, ...]]]:
        return {
            "back_orderable": [(c,) for c in self.back_orderable],
            "terms_hold_stage": [(s,) for s in self.terms_hold_stages],
            "picking_stage": [(s,) for s in self.picking_stages],
            "waiting_date_stage": [(s,) for s in self.waiting_date_stages],
        }
