"""Shops and their countries, warehouses, merchants, carriers, companies. Contract scayle, 3.1 and 3.5."""

from __future__ import annotations

from collections.abc import Callable

from khaos_assets.sandbox.scayle import lists
from khaos_assets.sandbox.scayle.calls import Call, Refused
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.rows import MERCHANTS, SHOPS, WAREHOUSES, Group, Record, Row, Shape, line


class Reference:
    """Reads of what all else refers to."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings

    def all_of(self, shape: Shape) -> Callable[[Call], bytes]:
        """GET of a whole entity, page by page."""
        return lambda call: lists.page(
            call, self.holdings.table(shape).group(), self.holdings.faults, lists.as_it_stands
        )

    def shop(self, call: Call) -> bytes:
        """GET /shops/{s}"""
        return line(self._shop(call.segments[0]))

    def countries(self, call: Call) -> bytes:
        """GET /shops/{s}/countries"""
        return self._inside(call, self._shop(call.segments[0]).get("countries") or [])

    def merchant(self, call: Call) -> bytes:
        """GET /merchants/{m}"""
        return self._merchant(call).line

    def merchant_warehouses(self, call: Call) -> bytes:
        """GET /merchants/{m}/warehouses: those whose `merchants` name it, by reference key or as objects."""
        own = self._merchant(call).reference
        every = (row.record() for row in self.holdings.table(WAREHOUSES).group())
        return self._inside(call, [w for w in every if own in {_reference(m) for m in w.get("merchants") or ()}])

    def shop_country(self, call: Call) -> Group:
        """The shop country that the path names, as orders are grouped by it. Raises Refused (404)."""
        shop, country = call.segments[0], call.segments[1].upper()
        known = {str(c.get("countryCode")).upper() for c in self._shop(shop).get("countries") or ()}
        if country not in known:
            raise Refused(404, "SHOP_COUNTRY_NOT_FOUND", f"shop {shop} has no country {country}")
        return (shop, country)

    def _shop(self, key: str) -> Record:
        for row in self.holdings.table(SHOPS).group():
            if row.reference == key:
                return row.record()
        raise Refused(404, "SHOP_NOT_FOUND", f"there is no shop {key}")

    def _merchant(self, call: Call) -> Row:
        found = self.holdings.table(MERCHANTS).get(call.identifier(0))
        if found is None:
            raise Refused(404, "MERCHANT_NOT_FOUND", f"there is no merchant {call.segments[0]}")
        return found

    def _inside(self, call: Call, records: list[Record]) -> bytes:
        rows = [Row(n, None, (), line(record)) for n, record in enumerate(records)]
        return lists.page(call, rows, self.holdings.faults, lists.as_it_stands)


def _reference(merchant: object) -> object:
    return merchant.get("referenceKey") if isinstance(merchant, dict) else merchant
