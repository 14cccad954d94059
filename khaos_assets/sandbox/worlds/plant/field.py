"""Where planting happens: unused subjects, the undisturbed figures of each night, and when a difference stands.

Every item and every order is handed out once. Nothing else may change an item that was handed out, so what the figures
of the undisturbed world say about it stays true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, TypeVar

from khaos_assets.sandbox.worlds.model import Customer, Item, Order, World
from khaos_assets.sandbox.worlds.near import nearest
from khaos_assets.sandbox.worlds.positions import Positions
from khaos_assets.sandbox.worlds.stock import ensure_stock
from khaos_assets.sandbox.worlds.truth import Truth

if TYPE_CHECKING:
    from khaos_assets.sandbox.worlds.plant.syncs import Run

T = TypeVar("T", Item, Order)


class PlantError(ValueError):
    """What was asked to be planted cannot be: the text names the code and what is possible."""


class NotEnoughError(PlantError):
    """The world has too few unused subjects of the kind needed."""


@dataclass(frozen=True)
class Span:
    """On which nights a difference stands: from `first` to before `end` (None: to the last)."""

    first: int
    end: int | None
    count: int

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.count if self.end is None else self.end))


class Field:
    """The world as planters see it."""

    def __init__(self, world: World, figures: list[Positions], wished: frozenset[str] = frozenset()) -> None:
        self.world = world
        self.truth: Truth = world.truth
        self.figures = figures
        self.wished = wished
        """Codes whose number was asked for: no other code may bring them along."""
        self.rng = Random(f"{world.seed}/plant")
        self.nights = [n.as_of for n in world.nights]
        self.codes = {i.code for i in world.items}
        self.nearest = {nearest(c) for c in self.codes} | {nearest(i.other_ref) for i in world.items if i.other_ref}
        self._used: set[Item | Order | Customer] = set()
        self._shuffled: dict[type, list[Item] | list[Order]] = {}
        self._pools: dict[object, Iterator[Item | Order]] = {}
        on_orders = {x.item for o in world.orders for x in o.lines}
        self._idle = {i for i in world.items if i not in on_orders}
        self._linked = {x for i in world.items for x, _, _ in i.links} | {i for i in world.items if i.links}
        self.runs: list[Run] = []
        self.backlogs = 0
        """So many syncs have more records waiting than may."""
        """Planted partial syncs, told last of all."""
        self.credited = {o.reference for o in world.orders if o.is_credit}
        """References that have a credit note."""
        self.notes: dict[str, list[Order]] = {}
        for order in world.orders:
            if order.is_credit:
                self.notes.setdefault(order.reference, []).append(order)
        self._sold = {(o.channel, x.item) for o in world.channel_orders for x in o.lines}
        self._back_ordered = {x.item for o in world.orders if o.unassigned for x in o.lines}

    def begin(self, code: str) -> None:
        """The draws of each code depend on its name alone, so another number of one code moves no other's."""
        self.rng = Random(f"{self.world.seed}/plant/{code}")

    # Subjects

    def item(self, wanted: Callable[[Field, Item], bool]) -> Item:
        """An unused item; from now on it is used."""
        return self._take(self.world.items, Item, wanted, lambda i: i not in self._used)

    def order(self, wanted: Callable[[Field, Order], bool], *, alone: bool = False) -> Order:
        """An unused order none of whose items is used; from now on it is used and they are (but for `alone`)."""
        order = self._take(self.world.orders, Order, wanted, self._is_free)
        if not alone:
            self.use(*order.ordered())
        return order

    def use(self, *subjects: Item | Order | Customer) -> None:
        self._used.update(subjects)

    def put_back(self, item: Item) -> None:
        """It was not what was wanted: others may use it (the same question will not find it again)."""
        self._used.discard(item)

    def _is_free(self, order: Order) -> bool:
        return order not in self._used and self.has_unused_items(order)

    def _take(
        self, everything: Iterable[T], kind: type[T], wanted: Callable[..., bool], is_free: Callable[[T], bool]
    ) -> T:
        if kind not in self._shuffled:
            rows = list(everything)
            Random(f"{self.world.seed}/{kind.__name__}").shuffle(rows)
            self._shuffled[kind] = rows  # type: ignore[assignment]
        # One pass over the shuffled rows per question: what was used is never free again.
        pool = self._pools.setdefault(wanted, (x for x in self._shuffled[kind] if wanted(self, x)))
        for subject in pool:
            if is_free(subject):  # type: ignore[arg-type]
                self._used.add(subject)
                return subject  # type: ignore[return-value]
        raise NotEnoughError(f"the world has no further {kind.__name__.lower()} for it ({_words(wanted)})")

    def is_idle(self, item: Item) -> bool:
        """On no order at all."""
        return item in self._idle

    def is_sold_on(self, item: Item, channel: str) -> bool:
        """On an order of that channel."""
        return (channel, item) in self._sold

    def is_linked(self, item: Item) -> bool:
        """It is part of a pack, or linked to or from another item."""
        return item in self._linked

    def is_unused(self, subject: Item | Order | Customer) -> bool:
        return subject not in self._used

    def has_unused_items(self, order: Order) -> bool:
        return not any(x.item in self._used for x in order.lines if x.item and x.item.stocked)

    def is_back_ordered(self, item: Item) -> bool:
        """Its physical stock cannot be derived."""
        return item in self._back_ordered

    # Figures of the undisturbed world

    def steady(self, item: Item, site: str) -> bool:
        """Neither physical nor open units change from night to night."""
        return len({(f.physical(item, site), f.level(item, site)) for f in self.figures}) == 1

    def open_units(self, item: Item, site: str) -> list[Decimal]:
        """Open units per night."""
        return [f.open.get((item, site), Decimal(0)) for f in self.figures]

    def warehouse(self, channel: str, n: int) -> str:
        """The channel's warehouses in turn."""
        keys = list(self.world.warehouses[channel])
        return keys[n % len(keys)]

    def sites_of(self, channel: str, warehouse: str) -> list[str]:
        """The Khaos sites a warehouse sells from."""
        return self.world.warehouses[channel][warehouse]

    def scope(self, site: str) -> str:
        """The WAIR locations of a site as they stand in a scope."""
        return "+".join(self.world.places(site))

    def place(self, site: str) -> str:
        return self.world.places(site)[0]

    def stock_up(self, item: Item, place: str, units: int) -> None:
        """Let at least so many units be there, free, every night, on both sides; then it is displayed as well."""
        self.display(item)
        ensure_stock(item, place, units, self.figures)

    def display(self, *items: Item) -> None:
        """It can be sold on some night, so WAIR displays it."""
        for item in items:
            body = item.wair.body_map if item.wair else None
            if body is not None and not body["displayed"]:
                body["displayed"], body["reason"] = True, None

    def site(self, n: int) -> str:
        """The mapped sites in turn: the default one, which two locations serve, comes every third time."""
        sites = self.world.mapped_sites()
        return sites[n % len(sites)]

    def single_site(self, n: int) -> str:
        """The mapped sites with one location in turn (all mapped sites where there is none)."""
        sites = self.world.mapped_sites()
        single = [s for s in sites if len(self.world.places(s)) == 1] or sites
        return single[n % len(single)]

    # Nights

    def span(self, n: int) -> Span:
        """Of five differences three stand every night, one is new on the last, one is mended by then."""
        count = len(self.nights)
        if count == 1 or n % 5 in (0, 1, 3):
            return Span(0, None, count)
        return Span(count - 1, None, count) if n % 5 == 2 else Span(0, count - 1, count)

    def always(self) -> Span:
        return Span(0, None, len(self.nights))

    def last(self) -> Span:
        """Stands on the last night only."""
        return Span(len(self.nights) - 1, None, len(self.nights))

    def during(self, span: Span, change: Callable[[datetime], None], undo: Callable[[datetime], None]) -> None:
        """Let `change` happen when the span begins and `undo` when it ends; each is told a plausible instant."""
        self.world.on_night(span.first, lambda: change(self.moment(span.first)))
        if span.end is not None:
            end = span.end
            self.world.on_night(end, lambda: undo(self.moment(end)))

    def moment(self, night: int) -> datetime:
        """An instant between the night before and `night`, well outside every grace."""
        return self.nights[night] - timedelta(hours=9, minutes=17 * (night + 1))

    def visible(self, at: datetime, end: datetime | None = None) -> list[int]:
        """The nights by which something had happened and (where `end` is given) was not yet mended."""
        return [n for n, t in enumerate(self.nights) if at <= t and (end is None or end > t)]


def _words(wanted: Callable[..., bool]) -> str:
    return (wanted.__doc__ or wanted.__name__.replace("_", " ")).strip().rstrip(".")
