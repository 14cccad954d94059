"""PIM-01, 02, 03, 07 and 08: what a PIM says of an item, and Khaos does not, or the other way round.

Decided: an attribute that is new on a later night is inside its lag there, so PIM-02 stands from the first night on;
what was deleted in a PIM is inside the lag on the first night without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

from khaos_assets.sandbox.worlds.amounts import cost, to_penny
from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.listings import LIVE, WITHDRAWN
from khaos_assets.sandbox.worlds.model import PIMS, Item
from khaos_assets.sandbox.worlds.plant.field import Field
from khaos_assets.sandbox.worlds.plant.listed import Wanted, listed_in, new_listing, said, steady_alone_on
from khaos_assets.sandbox.worlds.plant.registry import plants_in
from khaos_assets.sandbox.worlds.plant.stock import at_cost
from khaos_assets.sandbox.worlds.product_data import MANDATORY, facts

_ZERO = Decimal(0)
_COMPARED = ("description", "weight", "long_description", "height", "country_of_origin", "width", "depth")


@plants_in("PIM-01", PIMS, usual=4)
def attribute_missing(field: Field, pim: str, n: int) -> None:
    """A ready product lacks one mandatory attribute, or two."""
    for i in range(n):
        listing = field.item(listed_in(pim)).listings[pim]
        names = MANDATORY[pim]
        lacking = {names[i % len(names)]} | ({names[(i + 1) % len(names)]} if i % 3 == 2 else set[str]())
        span = field.span(i)
        field.during(span, _shows(listing, dict.fromkeys(lacking)), _shows(listing, {}))
        field.truth.exception(
            span,
            "PIM-01",
            f"{pim}>khaos",
            listing.sku,
            field="+".join(sorted(lacking)),
            note=f"lacks {', '.join(sorted(lacking))}",
        )
        for name in sorted(lacking & set(_COMPARED)):
            field.truth.decoy(span, "PIM-02", f"{pim}>khaos", listing.sku, note=f"PIM-01 explains {name}")


def _shows(listing: Listing, values: Mapping[str, object], at: datetime | None = None) -> Callable[[datetime], None]:
    def change(moment: datetime) -> None:
        listing.shows, listing.updated_at = values, at or moment

    return change


@plants_in("PIM-02", PIMS, usual=6)
def attribute_differs(field: Field, pim: str, n: int) -> None:
    """Each field in turn, every seventh time two at once; one in five is mended by the last night."""
    left = n
    for i in range(n):
        names = [_COMPARED[i % len(_COMPARED)]] + ([_COMPARED[(i + 2) % len(_COMPARED)]] if i % 7 == 6 else [])
        names = names[:left]
        left -= len(names)
        if not names:
            break
        item = field.item(listed_in(pim))
        values = {name: other_value(item, name) for name in names}
        listing, span = item.listings[pim], field.span(i if i % 5 != 2 else 0)
        since = field.nights[0] - timedelta(hours=30 + i % 12)
        field.during(span, _shows(listing, values, since), _shows(listing, {}))
        for name in names:
            note = f"{name} changed in the PIM, not in Khaos"
            field.truth.exception(span, "PIM-02", f"{pim}>khaos", listing.sku, field=name, note=note)


def differ_in(field: Field, listing: Listing, names: Sequence[str], since: datetime) -> None:
    """Let these fields be others in the PIM, from the first night on."""
    assert listing.item is not None
    values = {name: other_value(listing.item, name) for name in names}
    field.during(field.always(), _shows(listing, values, since), _shows(listing, {}))


def other_value(item: Item, name: str) -> object:
    """Another value of the same kind."""
    value = facts(item)[name] or ""
    if isinstance(value, Decimal):
        return value + Decimal("0.5")
    return "VN" if name == "country_of_origin" else f"{value} (new)"


@plants_in("PIM-03", PIMS, usual=3, nights=2, order=3)
def overwritten(field: Field, pim: str, n: int) -> None:
    """The PIM shows another cost than Khaos, lawfully; on the last night Khaos has it."""
    night = len(field.nights) - 1
    for i in range(n):
        item = field.item(_with_net_cost(pim))
        old = item.buy_price or _ZERO
        new = old + Decimal("0.35") + i
        listing = item.listings[pim]
        listing.shows = {"cost": new}
        field.stock_up(item, field.place(field.site(i)), 4)

        def overwrite(item: Item = item, new: Decimal = new) -> None:
            item.buy_price, item.updated_at = new, field.moment(night)

        field.world.on_night(night, overwrite)
        units = sum((field.figures[night].physical(item, s) for s in field.world.mapped_sites()), _ZERO)
        field.truth.exception(
            [night],
            "PIM-03",
            f"khaos>{pim}",
            item.code,
            field="cost",
            amount=to_penny(abs(Fraction(new) - (cost(item) or 0)) * Fraction(units)),
            note=f"the cost was {old}, the PIM's {new} took its place",
        )


@cache
def _with_net_cost(pim: str) -> Wanted:
    def wanted(field: Field, item: Item) -> bool:
        whole = item.buy_price is not None and item.buy_price == item.buy_price.quantize(Decimal("0.01"))
        return steady_alone_on(pim)(field, item) and item.buy_is_net and whole

    return said(wanted, f"a simple item with a net cost that is live in {pim}")


@plants_in("PIM-07", PIMS, usual=3, order=3)
def archived(field: Field, pim: str, n: int) -> None:
    """Archived days ago, still sold by Khaos; one in five is put back by the last night."""
    for i in range(n):
        item = field.item(steady_alone_on(pim))
        field.stock_up(item, field.place(field.site(i)), i % 3 * 2)
        listing, span = item.listings[pim], field.span(i if i % 5 != 2 else 0)
        field.during(
            span,
            _becomes(listing, WITHDRAWN[pim], field.nights[0] - timedelta(days=2, hours=i)),
            _becomes(listing, LIVE[pim]),
        )
        units = sum((field.figures[0].physical(item, s) for s in field.world.mapped_sites()), _ZERO)
        amount, pair = at_cost(item, units), f"{pim}>khaos"
        field.truth.exception(span, "PIM-07", pair, item.code, field="active", amount=amount, note="archived")
        field.truth.decoy(span, "SKU-03", f"khaos>{pim}", item.code, note="PIM-07 explains it")


def _becomes(listing: Listing, state: str, at: datetime | None = None) -> Callable[[datetime], None]:
    def change(moment: datetime) -> None:
        listing.state, listing.updated_at = state, at or moment
        listing.is_live = state == LIVE[listing.system]

    return change


@plants_in("PIM-07", PIMS, usual=1, nights=3, order=3)
def deleted(field: Field, pim: str, n: int) -> None:
    """Gone from the PIM since the second night: inside the lag that night, open on the next."""
    for i in range(n):
        item = field.item(steady_alone_on(pim))
        item.listings[pim].last_night = 0
        field.stock_up(item, field.place(field.site(i)), 3)
        units = sum((field.figures[0].physical(item, s) for s in field.world.mapped_sites()), _ZERO)
        amount, pair = at_cost(item, units), f"{pim}>khaos"
        nights = range(2, len(field.nights))
        field.truth.exception(nights, "PIM-07", pair, item.code, field="active", amount=amount, note="deleted")
        field.truth.decoy([1], "PIM-07", pair, item.code, note="deleted since yesterday")
        field.truth.decoy(range(1, len(field.nights)), "SKU-03", f"khaos>{pim}", item.code, note="PIM-07 explains it")


@plants_in("PIM-08", PIMS, usual=3, order=3)
def live_too_early(field: Field, pim: str, n: int) -> None:
    """Live in the PIM, unknown to Khaos."""
    for i in range(n):
        listing = new_listing(field, pim, f"PRE-{field.world.number('too_early', 2001)}")
        listing.is_live = True
        span = field.span(i)
        listing.first_night = span.first
        if span.first:
            listing.created_at = listing.updated_at = field.moment(span.first)
        if span.end is not None:
            at = field.moment(span.end)
            field.world.on_night(span.end, lambda x=listing, at=at: _becomes(x, WITHDRAWN[pim])(at))
        pair = f"khaos>{pim}"
        field.truth.exception(span, "PIM-08", pair, listing.sku, field="live", note="live before Khaos knows it")
        field.truth.decoy(span, "SKU-01", pair, listing.sku, note="PIM-08 explains it")
