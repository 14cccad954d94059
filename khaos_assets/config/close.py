"""`[close]`: the periods of the books, and how a month is closed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from khaos_assets.config.section import Count, Section


class Calendar(Section):
    """Into which periods the books are cut. Calendar months, or weeks in quarters of a pattern."""

    pattern: Literal["months", "4-4-5", "4-5-4", "5-4-4"] = "months"
    year_starts: date | None = Field(default=None, description="first day of one fiscal year, of a pattern of weeks")
    year_named: int | None = Field(
        default=None, description="what that year is called; by default the year of its start"
    )
    long_years: list[int] = Field(default=[], description="years of 53 weeks: their last period has one more")

    @model_validator(mode="after")
    def _weeks_begin_somewhere(self) -> Self:
        if self.pattern != "months" and self.year_starts is None:
            raise ValueError(f"year_starts: the first day of one fiscal year is wanted for {self.pattern}")
        return self


Nominal = Literal[
    "sales", "accrued_income", "deferred_income", "cost_of_sales", "stock", "stock_variance", "sales_returns",
    "refunds_payable",
]  # fmt: skip
ControlAccount = Literal["stock", "vat", "deferred_income", "debtors"]


class Close(Section):
    """How a month is closed."""

    calendar: Calendar = Calendar()
    materiality_gbp: Decimal = Field(default=Decimal(50), ge=0, description="rows below it are totalled apart")
    slow_moving_days: Count = Field(default=180, description="no unit left for so long")
    stock_within_hours: Count = Field(default=12, description="how far from the cut-off stock may have been counted")
    prepaid_channels: list[str] = Field(default=["scayle"], description="channels whose orders are paid when placed")
    nominals: dict[Nominal, str] = Field(default={}, description="nominal codes that journals are proposed with")
    control_accounts: dict[ControlAccount, list[str]] = Field(
        default={}, description="accounts of the trial balance that the pack is compared with"
    )
