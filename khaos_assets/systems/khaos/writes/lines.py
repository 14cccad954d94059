"""Lines of orders and credit notes in the import vocabulary (contract khaos, 5)."""

from __future__ import annotations

import msgspec
from lxml import etree

from khaos_assets.systems.khaos.fields import Element


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of one code at one price."""

    code: str
    quantity: str
    price: str
    """Of one unit, in the order's currency."""
    net: bool
    """Without VAT, else with it: any rate but the standard one needs it so."""
    tax: str
    """Khaos's code of the rate."""

    def write(self, into: Element, quantity: str, **more: str) -> None:
        """Its elements; `quantity` is what the vocabulary calls that."""
        price = "PRICE_NET" if self.net else "PRICE_GRS"
        said = {"STOCK_CODE": self.code, quantity: self.quantity, price: self.price, "TAX_RATE": self.tax}
        for name, text in (said | more).items():
            etree.SubElement(into, name).text = text
