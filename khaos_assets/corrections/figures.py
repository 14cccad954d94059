"""Figures that values were made of, asked for again just before the values are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khaos_assets.corrections.plan import PlanItem
from khaos_assets.systems.write import same


async def figures_moved(items: Mapping[int, PlanItem], clients: Mapping[str, Any]) -> dict[int, str]:
    """Items (by place) whose value was made of figures that are otherwise now, and how.

    Each system is asked once for all. Raises ReadFailed or TransportError.
    """
    asked = [(place, figure) for place, item in items.items() for figure in item.made_of]
    found: dict[int, str] = {}
    for name in sorted({figure.source for _, figure in asked}):
        mine = [(place, figure, figure.open()) for place, figure in asked if figure.source == name]
        source = type(mine[0][2])
        seen = await source.current(clients[source.system], [s for _, _, s in mine])
        for (place, figure, _), now in zip(mine, seen, strict=True):
            if not same(now, figure.value):
                of = "/".join(figure.target.values())
                found[place] = f"{name} of {of} is {now}, and was {figure.value} when it was planned"
    return found
