"""The order calls of one read, and what they gave: orders by id and by reference, and who owns them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.read import Decoded, ReadContext
from khaos_assets.systems.scayle import fields, scrub
from khaos_assets.systems.scayle.bundles import Bundles
from khaos_assets.systems.scayle.client import SYSTEM, ScayleClient, key_segment
from khaos_assets.systems.scayle.countries import alpha_2
from khaos_assets.systems.scayle.records import Shop
from khaos_assets.systems.scayle.walk.lists import CursorList, PageWrong
from khaos_assets.systems.transport import Answer, BodyBroken

SCOPE = "ordersRead"
DETAIL = "GET O/{o}"


@dataclass(frozen=True, order=True)
class Market:
    """One country of one shop, as its path is spelled."""

    shop: str
    country: str

    @property
    def path(self) -> str:
        return f"/shops/{quote(self.shop, safe='')}/countries/{quote(self.country, safe='')}/orders"

    @property
    def owner(self) -> tuple[str, str]:
        """In the one spelling that owners are compared in."""
        return self.shop, alpha_2(self.country)


def markets_of(shops: Decoded) -> list[Market]:
    rows = shops.tables["shops"]
    if isinstance(rows, Sequence):
        return sorted(Market(s.shop_key, s.country_code) for s in rows if isinstance(s, Shop))
    return sorted(Market(s["shop_key"], s["country_code"]) for s in rows.to_pylist())


class OrderGlance(msgspec.Struct, rename="camel"):
    """What is looked at of a row of the list: all but the id may be missing."""

    id: int
    reference_key: Any = None


class _Owner(msgspec.Struct, rename="camel"):
    shop_key: str
    country_code: str


class _Owned(msgspec.Struct, rename="camel"):
    id: int
    shop_country: _Owner
    reference_key: str | None = None
    updated_at: Any = None


class _Identified(msgspec.Struct):
    id: Any


_OWNED = msgspec.json.Decoder(_Owned)
_ID = msgspec.json.Decoder(_Identified)


class OrderCalls:
    """Reads orders, each once, and keeps what is needed to tell which were found."""

    def __init__(self, context: ReadContext, markets: list[Market]) -> None:
        self.markets = markets
        self.gone: set[int] = set()
        """Listed, and answered 404 when asked for by id."""
        self.foreign: set[int] = set()
        """Of shops or countries that are not among the markets."""
        self.asked: dict[str, bool] = {}
        """Reference, without the channel's prefix → whether an order bears it."""
        self.old: set[int] = set()
        """Known by the list only."""
        self.unknown_fields: set[str] = set()
        self._context = context
        self._client: ScayleClient = context.client
        self._bundles = Bundles(context.landing, DETAIL, context.progress)
        self._read: set[int] = set()
        self._references: set[str] = set()
        self._old_references: set[str] = set()
        self._changed: dict[int, str] = {}
        self._owners = {m.owner: m for m in markets}

    def listed(self, market: Market) -> CursorList:
        return CursorList(
            market.path,
            "GET O",
            "id",
            SCOPE,
            glance=OrderGlance,
            remember=lambda row: row,
            keep=scrub.order_list,
        )

    def references(self) -> set[str]:
        """References of all orders that were read."""
        return set(self._references)

    def note_old(self, order: int, reference: object) -> None:
        """An order that is known by the list only."""
        self.old.add(order)
        self._old_references.add(reference if isinstance(reference, str) and reference else str(order))

    def was_asked(self, order: int) -> bool:
        """Whether this order was read, is not there, or need not be read."""
        return order in self._read or order in self.gone or order in self.old

    def unchanged(self, order: int, since: datetime) -> bool:
        """Whether an order that was read is known not to have changed since an instant."""
        try:
            changed = datetime.fromisoformat(self._changed[order])
        except (KeyError, ValueError):
            return False
        return changed.tzinfo is not None and changed < since

    async def read(self, market: Market, order: int) -> None:
        """One order by its id, landed; one that is answered 404 is asked for again."""
        body = await self._detail(market, str(order), order) or await self._detail(market, str(order), order)
        if body is None:
            self.gone.add(order)
            self._bundles.add(order, None)
        else:
            self._keep(order, body)

    async def ask(self, reference: str) -> tuple[Market, int] | None:
        """Find out whether some order bears this reference. Its market and id, where no list had given it."""
        if reference in self._references or reference in self._old_references:
            self.asked[reference] = True
            return None
        segments = [key_segment(reference)] + ([reference] if reference.isascii() and reference.isdigit() else [])
        for market in self.markets:
            for segment in segments:
                body = await self._detail(market, segment, None)
                order = None if body is None else _ID.decode(body).id
                if body is not None and isinstance(order, int) and _reference(order, _about(body)) == reference:
                    self.asked[reference] = True
                    return self._found(order, body)
        self.asked[reference] = False
        self._bundles.add(reference, None)
        return None

    def in_list_of(self, market: Market) -> Callable[[int], Awaitable[bool]]:
        """Whether an id is that of an order that this market's list should show."""

        async def exists(order: int) -> bool:
            body = await self._detail(market, str(order), order)
            about = None if body is None else _about(body)
            return about is not None and self._market(about) == market

        return exists

    def close(self) -> None:
        """Land what still waits."""
        self._bundles.close()

    def _found(self, order: int, body: bytes) -> tuple[Market, int] | None:
        if order in self._read:
            return None
        self._keep(order, body)
        about = _about(body)
        owner = None if about is None else self._market(about)
        return None if owner is None else (owner, order)

    def _keep(self, order: int, body: bytes) -> None:
        """Land an order; one that belongs to no market stays as evidence only."""
        self._read.add(order)
        self.unknown_fields |= fields.unknown([body], fields.ORDER)
        kept = scrub.order_detail(body)
        about = _about(kept)
        if about is not None and self._market(about) is None:
            self.foreign.add(order)
            self._bundles.add(order, body, kept=kept, counts=False)
            return
        if about is not None and isinstance(about.updated_at, str):
            self._changed[order] = about.updated_at
        self._references.add(_reference(order, about))
        self._bundles.add(order, body, kept=kept)

    def _market(self, about: _Owned) -> Market | None:
        owner = about.shop_country
        return self._owners.get((owner.shop_key, alpha_2(owner.country_code)))

    async def _detail(self, market: Market, segment: str, order: int | None) -> bytes | None:
        """The body of one order, None for 404. `order`: the id that it must have."""

        def check(answer: Answer) -> None:
            try:
                found = _ID.decode(answer.body).id
            except NOT_JSON as e:
                self._context.landing.land_unreadable(
                    answer.body, operation=DETAIL, selector=f"of {segment}", why=type(e).__name__
                )
                raise BodyBroken(SYSTEM, DETAIL, "not the JSON of an order", status=200) from e
            if order is not None and found != order:
                raise PageWrong(DETAIL, "wrong_order", "another order was answered than was asked for")

        answer = await self._client.get(f"{market.path}/{segment}", operation=DETAIL, scope=SCOPE, check=check)
        return None if answer is None else answer.body


def _about(body: bytes) -> _Owned | None:
    """Whose order it is, and its reference; None where that cannot be read: its record is set aside."""
    try:
        return _OWNED.decode(body)
    except NOT_JSON:
        return None


def _reference(order: int, about: _Owned | None) -> str:
    return (about.reference_key if about is not None else None) or str(order)
