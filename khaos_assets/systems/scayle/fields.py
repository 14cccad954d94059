"""Names that the contract gives to the fields of each record (contract scayle, 3.1 to 3.6), read here or not.

A field beyond them is ignored, but a person should hear of it: the interface has changed.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.read import Reason


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


WAREHOUSE = _names("id referenceKey merchants shopCountries")
PRODUCT = _names(
    """id referenceKey state problems name master attributes images merchantReferenceKeys customData isComposite
    variants"""
)
VARIANT = _names("id referenceKey ean attributes prices stocks isComposite relatedVariants")
STOCK = _names(
    """quantity warehouseReferenceKey merchantReferenceKey changedAt sellableWithoutStock
    expectedAvailabilityAt"""
)
PRICE = _names(
    """key price oldPrice recommendedRetailPrice buyingPrice tax currencyCode countryCode groupKey promotionKey
    unitPrice validFrom validTo merchantReferenceKey"""
)
ORDER = _names(
    """id referenceKey publicKey basketKey status detailedStatus currencyCode shopCountry address customer channel items
    packages payment cost shipping vouchers voucher promotion membershipDiscount loyaltyCard createdAt updatedAt
    confirmedAt invoicedAt"""
)
SAMPLE = 5

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def unknown(rows: Iterable[msgspec.Raw | bytes], known: frozenset[str]) -> set[str]:
    """Names of fields that are not among the known ones."""
    found: set[str] = set()
    for raw in rows:
        try:
            found |= _OBJECT.decode(raw).keys() - known
        except NOT_JSON:
            continue
    return found


def remark(names: set[str]) -> list[Reason]:
    """That such fields were met; nothing where there are none."""
    if not names:
        return []
    detail = f"fields that the contract does not name: {', '.join(sorted(names)[:SAMPLE])}"
    return [Reason(fault="unknown_fields", detail=detail)]
