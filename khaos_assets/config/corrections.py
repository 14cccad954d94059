"""The section `[corrections]` of `merchant.toml`: what may be written, how much at once, who lets it go."""

from __future__ import annotations

from decimal import Decimal
from fnmatch import fnmatchcase

from pydantic import Field

from khaos_assets.config.section import Count, Section


class Caps(Section):
    """What one plan may do at most. A plan beyond any of them is refused as a whole."""

    items: Count = 500
    sku_share_percent: Decimal = Field(default=Decimal(10), ge=0, description="of all stock codes of Khaos")
    units: Decimal = Field(default=Decimal(5000), ge=0)
    gbp: Decimal = Field(default=Decimal(25000), ge=0, description="amounts of its cases, without sign")
    price_move_percent: Decimal = Field(default=Decimal(25), ge=0, description="of the price that stands there")


class AutoApproval(Section):
    """Plans that need no person: all their items are of these codes, each below so many pounds."""

    codes: list[str] = Field(min_length=1, description='"STK-04", or a family: "STK-*"')
    below_gbp: Decimal = Field(gt=0)


class Corrections(Section):
    """What may be written to other systems. Nothing is, unless it is named."""

    writes: list[str] = Field(default=[], description='documented writes that are on: "scayle.stock", "orocommerce.*"')
    assumed_writes: list[str] = Field(
        default=[], description="writes that no vendor text documents, on where they were proven on this installation"
    )
    batches: list[str] = Field(
        default=[], description="writes that go many in a call, after the canary, where the system takes batches"
    )
    caps: Caps = Caps()
    plan_hours: Count = Field(default=12, description="a plan that is older is not approved any more")
    approval_hours: Count = Field(default=4, description="an approval that is older is not used any more")
    canary: list[Count] = Field(default=[1, 10], description="so many go first, each write apart; then the rest")
    policy: list[AutoApproval] = Field(default=[], description="plans that are approved without a person")

    def allows(self, write: str, *, assumed: bool) -> bool:
        return any(fnmatchcase(write, p) for p in (self.assumed_writes if assumed else self.writes))

    def goes_in_batches(self, write: str) -> bool:
        return any(fnmatchcase(write, p) for p in self.batches)
