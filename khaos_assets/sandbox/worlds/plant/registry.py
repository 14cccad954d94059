"""Which code is planted by which function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from khaos_assets.sandbox.worlds.plant.field import Field

Planter = Callable[["Field", int], None]


@dataclass(frozen=True)
class Plant:
    """How one code is planted: the function, the usual number, the nights it needs; the scarce subjects come first."""

    function: Planter
    usual: int
    nights: int
    order: int


PLANTS: dict[str, Plant] = {}


def plants(code: str, *, usual: int, nights: int = 1, order: int = 5) -> Callable[[Planter], Planter]:
    """Mark a function as the one that plants `code`. A lower `order` chooses its subjects earlier."""

    def mark(function: Planter) -> Planter:
        PLANTS[code] = Plant(function, usual, nights, order)
        return function

    return mark
