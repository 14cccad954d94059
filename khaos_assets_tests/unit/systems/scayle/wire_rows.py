"""A small SCAYLE shop in wire shape, as its contract shows it. Persons in it are invented."""

from __future__ import annotations

from typing import Any

WAREHOUSES = ("GB-HUB", "EU-HUB")
COUNTRIES = ("GB", "DE")
PRODUCTS = range(501, 517)


def shops() -> list[dict[str, Any]]:
    return [{"shopKey": "hl", "countries": [{"countryCode": c} for c in COUNTRIES]}]


def warehouses() -> list[dict[str, Any]]:
    return [
        {"id": n, "referenceKey": key, "merchants": [], "shopCountries": [{"shopKey": "hl", "countryCode": "GB"}]}
        for n, key in enumerate(WAREHOUSES, 1)
    ]


def variants_of(product: int) -> list[int]:
    """Every product has one variant, or two."""
    return [product * 10 + n for n in range(1 + product % 2)]


def sku(variant: int) -> str:
    return f"SKU {variant}/A"


def products() -> list[dict[str, Any]]:
    return [
        {"id": p, "referenceKey": f"P-{p}", "state": "live" if p % 5 else "draft", "problems": [],
         "name": {"en_GB": f"Product {p}"}, "master": {"referenceKey": f"ST-{p // 4}", "categories": {"paths": []}},
         "attributes": [], "images": [], "merchantReferenceKeys": ["main"], "customData": {}, "isComposite": False,
         "variants": [
             {"id": v, "referenceKey": sku(v), "ean": f"0{v:012d}", "attributes": [], "isComposite": False}
             for v in variants_of(p)
         ]}
        for p in PRODUCTS
    ]  # fmt: skip


VARIANTS = [v for p in PRODUCTS for v in variants_of(p)]


def stocks() -> list[dict[str, Any]]:
    return [
        {"variantId": v, "quantity": v % 7, "warehouseReferenceKey": w, "merchantReferenceKey": "main",
         "changedAt": f"2026-11-{10 + v % 9:02d}T12:00:00+01:00", "sellableWithoutStock": v % 11 == 0,
         "expectedAvailabilityAt": None}
        for v in VARIANTS for w in WAREHOUSES
    ]  # fmt: skip


def prices() -> list[dict[str, Any]]:
    return [
        {"variantId": v, "key": f"1-{v}", "price": 1190, "oldPrice": None, "recommendedRetailPrice": None,
         "buyingPrice": None, "tax": 19, "currencyCode": "EUR", "countryCode": "DE", "groupKey": None,
         "promotionKey": None, "unitPrice": None, "validFrom": "2026-01-01T00:00:00+01:00", "validTo": None,
         "merchantReferenceKey": "main"}
        for v in VARIANTS
    ]  # fmt: skip


def item(number: int, variant: int, **fields: Any) -> dict[str, Any]:
    price = {"withTax": 1190, "withoutTax": 1000, "undiscountedWithTax": 1190, "undiscountedWithOutTax": 1000,
             "overrideWithTax": 0, "overrideWithoutTax": 0, "tax": {"vat": {"amount": 190.0, "rate": 0.19}},
             "appliedReductions": []}  # fmt: skip
    return {
        "id": number, "key": f"I{number}", "variant": {"id": variant, "referenceKey": sku(variant), "stock": {}},
        "product": {"id": variant // 10}, "merchant": {"id": 1, "referenceKey": "main"}, "warehouseId": 1,
        "packageId": None, "status": "available", "price": price, "promotions": [], "createdAt": None,
        "updatedAt": None, "delegatedAt": None, "shippedAt": None, "cancelledAt": None, "returnedAt": None,
        "customData": {"engraving": "For Jane Doe"},
    } | fields  # fmt: skip


def order(number: int, country: str = "GB", **fields: Any) -> dict[str, Any]:
    at = f"2026-11-{1 + number % 18:02d}T09:{number % 60:02d}:00+00:00"
    person = {"firstName": "Jane", "lastName": "Doe", "countryCode": "GBR", "street": "Test Street"}
    return {
        "id": number, "referenceKey": f"W{number}" if number % 4 else None, "publicKey": f"p{number}", "basketKey": "b",
        "status": "invoice_completed", "currencyCode": "GBP",
        "detailedStatus": {k: {"code": f"{k}_open", "name": "Jane"} for k in ("order", "shipping", "billing")},
        "shopCountry": {"id": 1, "shopKey": "hl", "countryCode": country},
        "address": {"billing": person, "shipping": person, "forward": None},
        "customer": {"id": 9, "email": "jane.doe@example.com"}, "channel": "web",
        "items": [item(number * 10, VARIANTS[number % len(VARIANTS)]), item(number * 10 + 1, VARIANTS[0])],
        "packages": [], "payment": [{"amount": 2780, "key": "card", "transactionKey": "t-Doe", "isGiftCard": False}],
        "cost": {"withTax": 2618, "withoutTax": 2200, "costCapture": 2618, "tax": {"vat": {"amount": 418.0}},
                 "appliedReductions": [], "hasExternalPrices": False,
                 "appliedFees": [{"amount": {"withTax": 238, "withoutTax": 200}, "category": "delivery", "key": "std",
                                  "option": None, "tax": {"vat": {"amount": 38.0, "rate": 0.19}}}]},
        "shipping": {"policy": "least_packages"}, "vouchers": [], "membershipDiscount": None, "loyaltyCard": None,
        "createdAt": at, "updatedAt": at, "confirmedAt": at, "invoicedAt": None,
    } | fields  # fmt: skip


ORDERS = {"GB": range(9000, 9014), "DE": range(9014, 9018)}


def orders() -> list[dict[str, Any]]:
    return [order(n, country) for country, numbers in ORDERS.items() for n in numbers]


def records() -> dict[str, list[dict[str, Any]]]:
    """Everything of one night by `scayle/<file>`."""
    return {
        "scayle/shops": shops(),
        "scayle/warehouses": warehouses(),
        "scayle/products": products(),
        "scayle/stocks": stocks(),
        "scayle/prices": prices(),
        "scayle/orders": orders(),
    }
