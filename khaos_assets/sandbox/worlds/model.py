"""What a merchant really has and did, before any system shows it: items, customers, orders, invoices, dispatches.

Stock is a ledger: what lay at a place at the beginning, less what left. Khaos subtracts what it has sent, WAIR what it
has dispatched; whatever is planted on an order therefore moves the stock of the right side by itself.
Units are Decimal, money is Decimal in the currency named beside it, instants are aware UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from khaos_assets.sandbox.worlds.clock import WorldNight
from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.truth import Truth

if TYPE_CHECKING:
    from khaos_assets.sandbox.worlds.channel_orders import ChannelOrder
    from khaos_assets.sandbox.worlds.markets import Market
    from khaos_assets.sandbox.worlds.organisations import Organisation

SYSTEMS = ("khaos", "wair", "scayle", "orocommerce", "plytix", "pimberly")
CHANNELS = ("scayle", "orocommerce")
PIMS = ("plytix", "pimberly")

Place = str
"""A WAIR location id; for a Khaos site that no location is mapped to, the site's name."""


class Kind(StrEnum):
    SIMPLE = "simple"
    BUILD = "build"
    PACK = "pack"
    STYLE_PARENT = "style_parent"
    STYLE_CHILD = "style_child"
    SERVICE = "service"  # an item that is not stock controlled
    NON_STOCK = "non_stock"  # postage, manual and fee codes, configured as such


STOCKED = frozenset({Kind.SIMPLE, Kind.BUILD, Kind.STYLE_CHILD})


@dataclass(slots=True, eq=False)
class WairItem:
    """How WAIR knows an item."""

    sku: str
    style_id: str
    updated_at: datetime
    size: str | None = None
    colour: str | None = None
    barcode: str | None = None
    body_map: dict[str, Any] | None = None
    active: bool = True


@dataclass(slots=True, eq=False)
class Item:
    """A Khaos stock item, and what WAIR has of it (`wair` None: nothing)."""

    stock_id: str
    code: str
    kind: Kind
    description: str
    updated_at: datetime
    buy_price: Decimal | None = None
    buy_is_net: bool = True
    sell_price: Decimal | None = None
    web_price: Decimal | None = None
    sell_is_net: bool = False
    vat_percent: Decimal = Decimal(20)
    other_ref: str = ""
    barcode: str = ""
    department: str = "Gifts"
    web: bool = True
    discontinued: bool = False
    run_to_zero: bool = False
    weight_kg: str = ""
    max_display: Decimal | None = None
    """So many may be shown to customers at most."""
    parent: Item | None = None
    colour: str = ""
    size: str = ""
    nested: bool = False
    """A style parent whose children Khaos exports nested, with their headings."""
    links: list[tuple[Item, int, Decimal]] = field(default_factory=list)
    """Linked item, LINK_TYPE, LINK_VALUE (for a pack, type 3: quantity contained)."""
    build_potential: int | None = None
    on_order: Decimal = Decimal(0)
    wair: WairItem | None = None
    listings: dict[str, Listing] = field(default_factory=dict)
    """By channel and PIM: how it is known there."""
    first_night: int = 0
    opening: dict[Place, Decimal] = field(default_factory=dict)
    """Physical units before the first movement."""
    khaos_off: dict[str, Decimal] = field(default_factory=dict)
    """Per site: by how much Khaos's figure is off."""
    wair_off: dict[Place, Decimal] = field(default_factory=dict)
    allocated_off: dict[Place, Decimal] = field(default_factory=dict)
    available_off: dict[Place, Decimal] = field(default_factory=dict)
    """Per location: by how much WAIR's onHand, allocated and available are off (the first moves available along)."""
    touched: dict[Place, datetime] = field(default_factory=dict)
    """Per location: when WAIR's row last changed other than by a dispatch."""
    by_the_metre: bool = False
    """Sold in parts of a unit."""
    spelled_with_zeros: bool = False
    """WAIR sends this item's quantities as text with five decimals."""
    broken: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Entity (for stock: entity/place) → fields that break the wire contract; None = left out."""

    @property
    def stocked(self) -> bool:
        return self.kind in STOCKED


@dataclass(slots=True, eq=False)
class Foreign:
    """A SKU that only WAIR has, with its stock."""

    wair: WairItem
    on_hand: dict[Place, Decimal] = field(default_factory=dict)
    first_night: int = 0


@dataclass(slots=True, eq=False)
class Customer:
    code: str
    company_id: str
    name: str
    company_class: str
    country: str
    currency: str
    other_ref: str
    updated_at: datetime
    vat_number: str = ""
    on_stop: bool = False
    organisation: Organisation | None = None
    """Who it is on OroCommerce."""
    price_list: str = ""
    """The Khaos price list that is assigned to it."""
    terms: str = "Prepaid"
    email: str = ""
    postcode: str = ""


@dataclass(slots=True, eq=False)
class Line:
    """One order line; `item` None is a free-form line. `price` per unit, net or gross as `price_is_net` says."""

    item: Item | None
    quantity: Decimal
    price: Decimal
    price_is_net: bool
    tax_code: int = 1
    discount: Decimal = Decimal(0)
    description: str = ""
    pack_sort: str = ""
    key: int = 0


@dataclass(slots=True, eq=False)
class Invoice:
    """What Khaos sent of an order, at an instant. Units by item."""

    code: str
    at: datetime
    units: dict[Item, Decimal]
    courier: str
    tracking: str | None
    boxes: list[tuple[str | None, dict[Item, Decimal]]] = field(default_factory=list)
    """Parcels (tracking number, units), where it was packed in boxes."""


@dataclass(slots=True, eq=False)
class Dispatch:
    """A WAIR dispatch. A line names an item (in WAIR's spelling of it) and units."""

    dispatch_id: str
    reference: str
    location: Place
    carrier: str
    tracking: str | None
    at: datetime
    updated_at: datetime
    lines: list[tuple[Item, Decimal]]
    moves_stock: bool = True
    void_from: datetime | None = None
    """When it was voided: from then on it has no lines, and its units are back."""
    broken: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Order:
    """A Khaos sales order or credit note. It is open until its units are sent, unless it is cancelled."""

    code: str
    reference: str
    customer: Customer
    created: datetime
    site: str
    location: Place
    currency: str
    courier: str
    carrier: str
    lines: list[Line]
    site_on_lines: bool = False
    """The header names the default site, each line the one that the goods leave from."""
    delivery_gross: Decimal = Decimal(0)
    delivery_net: Decimal = Decimal(0)
    is_credit: bool = False
    cancelled_at: datetime | None = None
    waiting_stage: int = 12
    """The stage of what is not sent yet; 0 = no invoice yet."""
    stages: tuple[int, ...] = ()
    """Shown in turn, night by night, in place of those that goods usually go through from `waiting_stage` on."""
    unassigned: bool = False
    """No stock was found for it: its units are back orders."""
    invoices: list[Invoice] = field(default_factory=list)
    dispatches: list[Dispatch] = field(default_factory=list)
    broken: dict[str, Any] = field(default_factory=dict)
    totals: tuple[Decimal, Decimal] | None = None
    """Items net and gross, kept once the order is written."""
    prefix: str = ""
    """The channel's, with which `reference` begins."""
    channel: ChannelOrder | None = None
    """What the channel has of it, where it came from one."""

    @property
    def key(self) -> str:
        """The order reference as exceptions name it: without the channel's prefix."""
        return self.reference[len(self.prefix) :]

    def ordered(self) -> dict[Item, Decimal]:
        """Units per stocked item."""
        found: dict[Item, Decimal] = {}
        for line in self.lines:
            if line.item is not None and line.item.stocked:
                found[line.item] = found.get(line.item, Decimal(0)) + line.quantity
        return found

    def sent(self, as_of: datetime) -> dict[Item, Decimal]:
        """Units per item that Khaos had sent by then."""
        found: dict[Item, Decimal] = {}
        for invoice in self.invoices:
            if invoice.at <= as_of:
                for item, units in invoice.units.items():
                    found[item] = found.get(item, Decimal(0)) + units
        return found


@dataclass(slots=True)
class Transfer:
    transfer_id: str
    item: Item
    from_location: Place
    to_location: Place
    shipped: Decimal
    received: Decimal
    shipped_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class World:
    """Everything about one merchant, and what is planted in it."""

    name: str
    seed: int
    nights: list[WorldNight]
    sites: list[str]
    """Khaos sites; the first is the default."""
    locations: dict[Place, str]
    """WAIR location → Khaos site, for every location that is mapped."""
    couriers: dict[str, str]
    sizes: dict[str, str]
    arithmetic: dict[str, str]
    rates: dict[str, dict[str, Decimal]]
    origin: datetime
    """Before anything happened."""
    systems: tuple[str, ...] = ("khaos", "wair")
    """Those that this world has, in the order of SYSTEMS."""
    warehouses: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Channel → warehouse ("" where it has none) → the Khaos sites it sells from."""
    listings: dict[str, list[Listing]] = field(default_factory=dict)
    """Channel or PIM → everything it knows."""
    untracked: list[str] = field(default_factory=list)
    faults: list[dict[str, str | int | list[str]]] = field(default_factory=list)
    """What happens while it is read: switches of the simulators, each limited to a night."""
    unmapped: dict[str, list[str]] = field(default_factory=dict)
    """System and map (scayle/warehouse …) → values that are there and that no mapping has."""
    popups: list[Place] = field(default_factory=list)
    """WAIR locations without a mapping."""
    items: list[Item] = field(default_factory=list)
    foreign: list[Foreign] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    orphan_dispatches: list[Dispatch] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    markets: list[Market] = field(default_factory=list)
    channel_orders: list[ChannelOrder] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    """Customers of OroCommerce."""
    list_step: int = 1
    """One of so many goods stands on price lists."""
    shop_prices: dict[tuple[int, Item, str, int], Decimal] = field(default_factory=dict)
    """OroCommerce price list, item, unit, break → the price shown there in place of the list's."""
    branches: list[list[str]] = field(default_factory=list)
    """Khaos account codes that are configured as branches of one another."""
    back_orderable: list[str] = field(default_factory=list)
    case_pairs: list[Item] = field(default_factory=list)
    """Items that WAIR spells in another case since reality does."""
    non_commercial: tuple[str, ...] = ("Test", "Internal")
    buffer: Decimal = Decimal(2)
    backlog_records: int = 100
    """So many records of one kind may wait for their sync."""
    changes: dict[int, list[Callable[[], None]]] = field(default_factory=dict)
    truth: Truth = field(default_factory=Truth)
    counters: dict[str, int] = field(default_factory=dict)

    def places(self, site: str) -> list[Place]:
        """The WAIR locations of a site, sorted; the site itself where none is mapped."""
        return sorted(p for p, s in self.locations.items() if s == site) or [site]

    def mapped_sites(self) -> list[str]:
        return [s for s in self.sites if s in self.locations.values()]

    def number(self, name: str, start: int) -> int:
        """The next of a series of numbers."""
        self.counters[name] = self.counters.get(name, start - 1) + 1
        return self.counters[name]

    def on_night(self, night: int, change: Callable[[], None]) -> None:
        """Something that happens between the night before and `night`."""
        self.changes.setdefault(night, []).append(change)
