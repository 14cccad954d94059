"""Wire records of the WAIR stock and dispatch feed (contract wair, sections 3.4 to 3.7). All instants are UTC."""

from __future__ import annotations

from datetime import datetime

import msgspec

from khaos_assets.systems.wire import Record, Units


class BodyMap(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    code: str | None = None
    size: str | None = None
    displayed: bool
    reason: str | None = None


class Item(Record, kw_only=True, frozen=True, rename="camel"):
    """One SKU. Key sku_id. Rows are never deleted; active false is withdrawn."""

    sku_id: str
    style_id: str
    size: str | None = None
    colour: str | None = None
    barcode: str | None = None
    body_map: BodyMap | None = None
    active: bool
    updated_at: datetime


class Stock(Record, kw_only=True, frozen=True, rename="camel"):
    """One SKU at one location. Key (location_id, sku_id). Units; on_hand and available may be negative."""

    location_id: str
    sku_id: str
    on_hand: Units
    allocated: Units
    available: Units
    updated_at: datetime


class DispatchLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    sku_id: str
    quantity: Units


class Dispatch(Record, kw_only=True, frozen=True, rename="camel"):
    """One parcel or consignment. Key dispatch_id. Voided: no lines. carrier_service "" = none."""

    dispatch_id: str
    order_reference: str
    location_id: str
    carrier_service: str
    tracking_number: str | None
    dispatched_at: datetime
    lines: list[DispatchLine]
    updated_at: datetime


class Transfer(Record, kw_only=True, frozen=True, rename="camel"):
    """One SKU of one transfer between locations. Key (transfer_id, sku_id)."""

    transfer_id: str
    from_location_id: str
    to_location_id: str
    sku_id: str
    quantity_shipped: Units
    quantity_received: Units
    shipped_at: datetime | None = None
    updated_at: datetime
