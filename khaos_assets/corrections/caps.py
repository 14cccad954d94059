"""Hard limits of a plan. One that is exceeded refuses the whole plan: nothing is trimmed to fit.

Not here: what a single item may be (`plan.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from khaos_assets.config.corrections import Caps
from khaos_assets.corrections import CorrectionError
from khaos_assets.corrections.plan import Plan, PlanItem

ZERO = Decimal(0)


class OverCap(CorrectionError):
    """The plan exceeds a cap of merchant.toml."""


class Use(msgspec.Struct, frozen=True):
    """How much of one cap a plan uses."""

    cap: str
    """The key below [corrections.caps]."""
    used: Decimal
    limit: Decimal

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit


def uses(plan: Plan, caps: Caps) -> list[Use]:
    """Each cap with what the plan uses of it. Units and pounds without sign; prices move by percent of what stands."""
    records = {i.record for i in plan.items if i.open().of_item}
    share = Decimal(100 * len(records)) / plan.skus if plan.skus else Decimal(100 * bool(records))
    return [
        Use("items", Decimal(len(plan.items)), Decimal(caps.items)),
        Use("sku_share_percent", share.quantize(Decimal("0.01")), caps.sku_share_percent),
        Use("units", sum((abs(i.units or ZERO) for i in plan.items), ZERO), caps.units),
        Use("gbp", sum((abs(i.amount_gbp or ZERO) for i in plan.items), ZERO), caps.gbp),
        Use("price_move_percent", max(_moves(plan.items), default=ZERO), caps.price_move_percent),
    ]


def refuse_over(plan: Plan, caps: Caps) -> None:
    """Raises OverCap that names every cap exceeded."""
    over = [f"{u.cap}: {u.used} where {u.limit} is allowed" for u in uses(plan, caps) if u.exceeded]
    if over:
        what = f"the plan is refused as a whole: {'; '.join(over)} (corrections.caps)"
        raise OverCap(f"{what}; `--code` and `--system` narrow what is planned")


def _moves(items: Iterable[PlanItem]) -> Iterable[Decimal]:
    for item in items:
        if item.open().money and item.before is not None:
            before, after = Decimal(item.before), Decimal(item.after)
            # From nothing, any price is a move without measure.
            yield abs(after - before) * 100 / before if before > 0 else Decimal("Infinity")
