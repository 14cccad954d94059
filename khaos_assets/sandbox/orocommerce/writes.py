"""The documented writes to single rows. Contract orocommerce, section 5.

What has no write there is ignored or refused here as it says.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.orocommerce import creations
from khaos_assets.sandbox.orocommerce.bodies import Sent, link_id, merged, one, one_link
from khaos_assets.sandbox.orocommerce.problems import bad_data, denied, not_found
from khaos_assets.sandbox.orocommerce.resources import RESOURCES, SYSTEM, Resource
from khaos_assets.sandbox.orocommerce.shop import Change, Shop
from khaos_assets.sandbox.orocommerce.tables import Row, Table, plain_number
from khaos_assets.sandbox.orocommerce.views import ORDER, STOCK

PRICE = "productprices"
SWITCHES = frozenset({"status_management", "stock_moved", "child_moves_order"})
Step = Callable[[str], list[Change]]


class Writes:
    """The writes of one shop. `shown` gives the rows of a type as they are shown now."""

    def __init__(self, shop: Shop, shown: Callable[[str], Table], faults: Faults) -> None:
        self.shop = shop
        self.shown = shown
        self.faults = faults
        self._created = 0

    def update(self, type_: str, id_: str, body: bytes) -> None:
        """PATCH of a row. Raises Problem."""
        self._exists(type_, id_)
        step = self.step(RESOURCES[type_], one(body, RESOURCES[type_], id_))
        self.stock_moves("before", type_, id_)
        self.shop.note(f"PATCH /{type_}", self.shop.write(step))
        self.stock_moves("after", type_, id_)

    def step(self, resource: Resource, wanted: Sent) -> Step:
        """What a checked update will do. Raises Problem."""
        id_ = str(wanted.id)
        shown = self._exists(resource.type, id_)
        read_only = resource.read_only
        if resource.type == ORDER:
            self._is_open(shown)
            if self.faults.active(SYSTEM, "status_management"):
                read_only -= {"status"}
        after = merged(shown, wanted, resource, read_only)
        if resource.type == PRICE:
            creations.check_price(after, self.shown, wanted.pointer)
        # Only what was sent is stored: what a switch shows of the rest is not the row's own.
        parts = [
            (p, {n: after[p][n] for n in names if n not in read_only})
            for p, names in (("attributes", wanted.attributes), ("relationships", wanted.relationships))
        ]

        def step(at: str) -> list[Change]:
            before = self.shop.table(resource.type).get(id_)
            if before is None:
                return []
            new = before | {part: before.get(part, {}) | values for part, values in parts}
            return self.shop.put(resource.type, new, at)

        return step

    def set_link(self, type_: str, id_: str, name: str, body: bytes) -> None:
        """PATCH of one relationship."""
        shown = self._exists(type_, id_)
        if type_ == ORDER:
            self._is_open(shown)
        data = one_link(body)
        known = shown.get("relationships", {}).get(name, {}).get("data")
        if known is not None and known["type"] != data["type"]:
            raise bad_data("Not acceptable entity type.", "/data/type")

        def step(at: str) -> list[Change]:
            before = self.shop.table(type_).get(id_)
            if before is None:
                return []
            links = before.get("relationships", {}) | {name: {"data": data}}
            return self.shop.put(type_, before | {"relationships": links}, at)

        self.shop.note(f"PATCH /{type_}/relationships/{name}", self.shop.write(step))

    def create(self, type_: str, body: bytes) -> str:
        """POST of a row; returns its id."""
        resource = RESOURCES[type_]
        wanted = one(body, resource, None)
        self._created += 1
        new = creations.new_row(resource, wanted, self._created, self.shown)
        orders = creations.orders_of(new)
        for order in orders:
            self._is_open(self._exists(ORDER, order))
        if type_ == PRICE:
            creations.check_price(new, self.shown, "/data")
        moves = self.faults.active(SYSTEM, "child_moves_order") is not None

        def step(at: str) -> list[Change]:
            changes = self.shop.put(type_, new, at)
            for order in orders:
                self._show_parcel(order, new, at, moves=moves)
            return changes

        self.shop.note(f"POST /{type_}", self.shop.write(step))
        return str(new["id"])

    def _show_parcel(self, id_: str, tracking: Row, at: str, *, moves: bool) -> None:
        """The order shows its new parcel; whether its change time moves is not known, so a switch decides."""
        order = self.shop.table(ORDER).get(id_)
        if order is None:
            return
        known = order.get("relationships", {})
        parcels = [*(known.get("shippingTrackings", {}).get("data") or []), {k: tracking[k] for k in ("type", "id")}]
        new = order | {"relationships": known | {"shippingTrackings": {"data": parcels}}}
        self.shop.put(ORDER, new, at, moves=moves)

    def delete(self, type_: str, id_: str) -> None:
        """DELETE of a row."""
        self._exists(type_, id_)
        self.shop.note(f"DELETE /{type_}", self.shop.write(lambda _: self.shop.drop(type_, id_)))

    def stock_moves(self, when: str, type_: str, id_: str) -> None:
        """A checkout takes stock just before or after our write. It is nobody's request: no journal knows it."""
        if type_ != STOCK:
            return
        named = "when" if when == "after" else None
        moved = self.faults.take(SYSTEM, "stock_moved", named=named, key=id_, when=when)
        if moved is None:
            return
        by = Decimal(str(moved.get("by", 1)))

        def step(at: str) -> list[Change]:
            before = self.shop.table(STOCK).get(id_)
            if before is None:
                return []
            left = plain_number(Decimal(str(before["attributes"]["quantity"])) - by)
            return self.shop.put(STOCK, before | {"attributes": before["attributes"] | {"quantity": left}}, at)

        self.shop.write(step)

    def _exists(self, type_: str, id_: str) -> Row:
        table = self.shown(type_)
        if id_ in table.withheld:
            raise denied("No access to the entity.")
        found = table.get(id_)
        if found is None:
            raise not_found()
        return found

    def _is_open(self, order: Row) -> None:
        if link_id(order.get("relationships", {}), "internalStatus") == "closed":
            raise denied("The closed order cannot be changed.")
