"""Which call a raw path is: its operation, its rate limit scope, its variable segments.

Routing is on the raw path: a reference key may hold `%2F`, and decoding first would mislead (contract scayle, 2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

BASE = "/api/admin/v1"
_ORDER = "/shops/{}/countries/{}/orders"

TABLE = {
    "GET /shops": "globalRead",
    "GET /shops/{}": "globalRead",
    "GET /shops/{}/countries": "globalRead",
    "GET /warehouses": "globalRead",
    "GET /merchants": "globalRead",
    "GET /merchants/{}": "globalRead",
    "GET /merchants/{}/warehouses": "globalRead",
    "GET /carriers": "globalRead",
    "GET /companies": "globalRead",
    "GET /products": "productRead",
    "GET /products/{}": "productRead",
    "GET /products/{}/variants": "productRead",
    "GET /products/{}/variants/{}": "productRead",
    "GET /variants/{}/stocks": "stocksRead",
    "GET /variants/{}/prices": "pricesRead",
    f"GET {_ORDER}": "ordersRead",
    f"GET {_ORDER}/{{}}": "ordersRead",
    f"GET {_ORDER}/{{}}/status": "ordersRead",
    f"GET {_ORDER}/{{}}/invoices": "ordersRead",
    f"GET {_ORDER}/{{}}/invoices/{{}}": "ordersRead",
    "GET /shops/{}/countries/{}/customers": "customersRead",
    "GET /shops/{}/countries/{}/customers/{}": "customersRead",
    "POST /variants/{}/stocks": "stocksWrite",
    "PUT /variants/{}/stocks/sellableWithoutStock": "stocksWrite",
    "POST /variants/{}/prices": "pricesWrite",
    "DELETE /variants/{}/prices/{}": "pricesWrite",
    "POST /fulfillment/shipments": "fulfillmentWrite",
    "POST /fulfillment/cancellations": "fulfillmentWrite",
    "POST /fulfillment/return-items": "fulfillmentWrite",
    f"POST {_ORDER}": "ordersWrite",
    f"DELETE {_ORDER}/{{}}": "ordersWrite",
    f"PUT {_ORDER}/{{}}/reference-key": "ordersWrite",
    f"PATCH {_ORDER}/{{}}/billing-status": "ordersWrite",
    f"POST {_ORDER}/{{}}/payment/manual-capture": "ordersWrite",
    "POST /warehouses": "globalWrite",
    "DELETE /warehouses/{}": "globalWrite",
    "GET /reservations": "globalRead",
    "POST /reservations": "reservationsWrite",
    "DELETE /reservations/{}": "reservationsWrite",
    "POST /products/bulk-requests": "productWrite",
    "POST /variants/prices/bulk-requests": "pricesWrite",
    "POST /variants/stocks/bulk-requests": "stocksWrite",
    "GET /bulk-requests": "globalRead",
    "GET /bulk-requests/{}/status": "globalRead",
    "GET /bulk-requests/{}/operations/{}/status": "globalRead",
    "PUT /bulk-requests/{}/cancel": "globalWrite",
    "GET /webhooks/events": "globalRead",
    "GET /webhooks/subscriptions": "globalRead",
    "GET /webhooks/subscriptions/{}": "globalRead",
    "POST /webhooks/subscriptions": "globalWrite",
    "DELETE /webhooks/subscriptions/{}": "globalWrite",
}
"""Operation → its scope. An operation is a method and a path whose variable segments are `{}`."""


class Route(NamedTuple):
    """What a request is for."""

    operation: str
    scope: str
    segments: tuple[str, ...]

    @property
    def entity(self) -> str:
        """The last fixed segment of its path, such as `orders`."""
        return _ENTITIES[self.operation]


@dataclass
class _Node:
    """One segment of the paths: what may follow, and the operations that end here by method."""

    fixed: dict[str, _Node] = field(default_factory=dict[str, "_Node"])
    variable: _Node | None = None
    ends: dict[str, str] = field(default_factory=dict[str, str])


def _tree() -> _Node:
    root = _Node()
    for operation in TABLE:
        method, path = operation.split(" ")
        node = root
        for segment in path.split("/")[1:]:
            if segment == "{}":
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.fixed.setdefault(segment, _Node())
        node.ends[method] = operation
    return root


_TREE = _tree()
_ENTITIES = {operation: re.findall(r"/([^/{}]+)", operation)[-1] for operation in TABLE}


def find(method: str, raw_path: str) -> Route | None:
    """The route of a raw path below the base path, its segments still encoded; None where there is nothing.

    >>> find("GET", "/variants/key%3DA%2F1/stocks").segments
    ('key%3DA%2F1',)
    """
    segments: list[str] = []
    node = _TREE
    for segment in raw_path.split("/")[1:]:
        if (following := node.fixed.get(segment)) is not None:
            node = following
        elif node.variable is not None and segment:
            node = node.variable
            segments.append(segment)
        else:
            return None
    operation = node.ends.get(method)
    return None if operation is None else Route(operation, TABLE[operation], tuple(segments))
