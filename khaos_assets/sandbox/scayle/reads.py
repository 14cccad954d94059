"""Every read of the API: which operation answers it."""

from __future__ import annotations

from collections.abc import Callable

from khaos_assets.sandbox.scayle.calls import Call
from khaos_assets.sandbox.scayle.catalogue import Catalogue
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.orders import Orders
from khaos_assets.sandbox.scayle.reference import Reference
from khaos_assets.sandbox.scayle.rows import CARRIERS, COMPANIES, MERCHANTS, SHOPS, WAREHOUSES
from khaos_assets.sandbox.scayle.views import Views

INVOICE = "GET /shops/{}/countries/{}/orders/{}/invoices/{}"
"""The one read that answers with a PDF."""

Read = Callable[[Call], bytes]


def reads(holdings: Holdings, views: Views) -> dict[str, Read]:
    """Operation → what gives its body. All raise Refused."""
    reference, catalogue = Reference(holdings), Catalogue(holdings, views)
    orders = Orders(holdings, views, reference)
    below = "GET /shops/{}/countries/{}"
    return {
        "GET /shops": reference.all_of(SHOPS),
        "GET /shops/{}": reference.shop,
        "GET /shops/{}/countries": reference.countries,
        "GET /warehouses": reference.all_of(WAREHOUSES),
        "GET /merchants": reference.all_of(MERCHANTS),
        "GET /merchants/{}": reference.merchant,
        "GET /merchants/{}/warehouses": reference.merchant_warehouses,
        "GET /carriers": reference.all_of(CARRIERS),
        "GET /companies": reference.all_of(COMPANIES),
        "GET /products": catalogue.products,
        "GET /products/{}": catalogue.product,
        "GET /products/{}/variants": catalogue.variants,
        "GET /products/{}/variants/{}": catalogue.variant,
        "GET /variants/{}/stocks": catalogue.stocks,
        "GET /variants/{}/prices": catalogue.prices,
        f"{below}/orders": orders.orders,
        f"{below}/orders/{{}}": orders.order,
        f"{below}/orders/{{}}/status": orders.status,
        f"{below}/orders/{{}}/invoices": orders.invoices,
        INVOICE: orders.invoice,
        f"{below}/customers": orders.customers,
        f"{below}/customers/{{}}": orders.customer,
    }
