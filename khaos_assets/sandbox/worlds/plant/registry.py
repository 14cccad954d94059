"""Which code is planted by which function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from khaos_assets.sandbox.worlds.plant.field import Field

Planter = Callable[["Field", int], None]


@dataclass(frozen=True)
class Plant:
    """One way to plant a code: its function, usual number, the nights and systems it needs; scarce subjects first."""

    function: Planter
    usual: int
    nights: int
    order: int
    needs: frozenset[str]

    @property
    def name(self) -> str:
        """What sets it apart from the code's other ways."""
        return self.function.__name__


PLANTS: dict[str, list[Plant]] = {}


def plants(
    code: str, *, usual: int, nights: int = 1, order: int = 5, needs: Iterable[str] = ("wair",)
) -> Callable[[Planter], Planter]:
    """Mark a function as one that plants `code` in worlds with all systems it `needs`. A lower `order` chooses its
    subjects earlier. A code may have several: what is asked of it is shared out among those that the world allows."""

    def mark(function: Planter) -> Planter:
        PLANTS.setdefault(code, []).append(Plant(function, usual, nights, order, frozenset(needs)))
        return function

    return mark


def plantable(code: str, systems: Iterable[str]) -> list[Plant]:
    """The ways to plant a code in a world of these systems, in the order in which they were written."""
    there = frozenset(systems)
    return [p for p in PLANTS.get(code, []) if p.needs <= there]
