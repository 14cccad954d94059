"""MAP-01: values without a mapping. Decided: `systems` is wair>khaos for couriers, locations and Khaos sites alike.

The amount is the net value (items and delivery) of open orders that carry the value; a dispatch of an order that is
done carries none. Stock at a location without a mapping belongs to no site.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from khaos_assets.sandbox.worlds.amounts import order_net, to_penny
from khaos_assets.sandbox.worlds.clock import london_time
from khaos_assets.sandbox.worlds.orders import new_order, priced_line
from khaos_assets.sandbox.worlds.plant.choices import idle_item, live_item, tracked_order, tracked_part
from khaos_assets.sandbox.worlds.plant.field import Field, NotEnoughError
from khaos_assets.sandbox.worlds.plant.registry import plants

_SERVICES = ("DX-EXPRESS", "YODEL-48", "PARCELFORCE-9", "TUFFNELLS-ND", "UPS-STD", "FEDEX-IE")
_PLACES = ("POPUP-LDN", "OUTLET-YRK", "FAIR-BHM", "POPUP-BTH")
_SITES = ("Returns Quarantine", "Photo Studio", "Overflow Store", "Trade Counter")


@plants("MAP-01", usual=4, order=2)
def without_a_mapping(field: Field, n: int) -> None:
    """In turn: courier of a finished order, location, courier of an open order, Khaos site."""
    makers = (_courier, _location, _courier_of_open_order, _site)
    for i in range(n):
        makers[i % len(makers)](field, i // len(makers))


def _new(names: tuple[str, ...], n: int) -> str:
    return names[n] if n < len(names) else f"{names[n % len(names)]}-{n}"


def _report(field: Field, key: str, nights: list[int], amount: Decimal, note: str) -> None:
    field.truth.exception(nights, "MAP-01", "wair>khaos", key, amount=amount, note=note)


def _courier(field: Field, n: int) -> None:
    order = field.order(tracked_order)
    service = _new(_SERVICES, 2 * n)
    order.dispatches[0].carrier = service
    _report(field, f"courier/{service}", list(field.always()), Decimal("0.00"), "a courier service of a finished order")


def _courier_of_open_order(field: Field, n: int) -> None:
    try:
        order = field.order(tracked_part)
    except NotEnoughError:
        _courier(field, n + 20)
        return
    service = _new(_SERVICES, 2 * n + 1)
    order.dispatches[0].carrier = service
    amount = to_penny(order_net(field.world, order))
    _report(
        field,
        f"courier/{service}",
        list(field.always()),
        amount,
        f"a courier service of order {order.reference}, still open",
    )


def _location(field: Field, n: int) -> None:
    place = _new(_PLACES, n)
    field.world.popups.append(place)
    for i in range(3):
        field.item(live_item).opening[place] = Decimal(4 + i)
    _report(
        field, f"location/{place}", list(field.always()), Decimal("0.00"), "stock at a WAIR location that no site has"
    )


def _site(field: Field, n: int) -> None:
    """A Khaos site no location is mapped to, with some stock and one open order."""
    world = field.world
    site = _new(_SITES, n)
    item = field.item(idle_item)  # before anything is changed: where there is none, nothing is planted
    world.sites.append(site)
    customer = next(c for c in world.customers if c.company_class == "Retail")
    created = london_time(world.nights[0].date - timedelta(days=4), 10, 30)
    order = new_order(world, field.rng, customer, created)
    order.site = order.location = site
    order.lines.append(priced_line(world, order, item, Decimal(2)))
    item.opening[site] = Decimal(9)
    field.use(order)
    amount = to_penny(order_net(world, order))
    _report(
        field, f"site/{site}", list(field.always()), amount, f"a Khaos site without a location; order {order.reference}"
    )
