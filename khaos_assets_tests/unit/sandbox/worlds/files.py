"""A world's files as a reader with no other knowledge sees them: records per entity, figures, dates, instants.

Shares nothing with the world maker but the format in docs/sandbox.md.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Record = dict[str, Any]
LONDON = ZoneInfo("Europe/London")
_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?\Z")


def is_decimal(value: Any) -> bool:
    return not isinstance(value, bool) and (isinstance(value, (int, Decimal)) or bool(_DECIMAL.match(str(value))))


def fraction(value: Any) -> Fraction | None:
    """The number of an element, with or without attributes; None where it is empty or absent."""
    if isinstance(value, dict):
        value = value.get("#text")
    return None if value in (None, "") else Fraction(str(value))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def end_of_day(text: str) -> datetime:
    """The end of a London day written DD/MM/YYYY."""
    day = datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=LONDON)
    return (day + timedelta(days=1)).astimezone(UTC)


def is_date(text: str) -> bool:
    try:
        datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=LONDON)
    except ValueError:
        return False
    return True


def is_instant(text: Any) -> bool:
    try:
        instant(str(text))
    except ValueError:
        return False
    return True


@dataclass
class NightFiles:
    """One night, with what broke the wire contract set aside."""

    date: str
    as_of: datetime
    records: dict[str, list[Record]]
    broken: list[str]
    truth: list[Record]

    def of(self, name: str) -> list[Record]:
        return self.records.get(name, [])

    @property
    def systems(self) -> set[str]:
        return {name.split("/")[0] for name, rows in self.records.items() if rows}


def read_world(path: Path) -> tuple[Record, list[NightFiles]]:
    """The configuration and the nights of a world."""
    merchant = tomllib.loads((path / "merchant.toml").read_text(encoding="utf-8"), parse_float=Decimal)
    world = tomllib.loads((path / "world.toml").read_text(encoding="utf-8"))
    return merchant, [_night(path / "nights" / str(n["date"]), n) for n in world["nights"]]


def _night(folder: Path, night: Record) -> NightFiles:
    records: dict[str, list[Record]] = {}
    for file in sorted(folder.glob("*/*.ndjson")):
        records[f"{file.parent.name}/{file.stem}"] = _lines(file)
    broken: list[str] = []
    for name, (key, fault) in _CONTRACT.items():
        good: list[Record] = []
        for record in records.get(name, []):
            if fault(record):
                broken.append(f"{_READS.get(name, name)}/{key(record)}")
            else:
                good.append(record)
        records[name] = good
    return NightFiles(str(night["date"]), night["as_of"], records, broken, _lines(folder / "truth.ndjson"))


def _lines(file: Path) -> list[Record]:
    return [json.loads(x, parse_float=Decimal) for x in file.read_text(encoding="utf-8").splitlines()]


_READS = {"orocommerce/inventorylevels": "orocommerce/inventory_levels"}
"""Files whose read has another name."""
_CONTRACT: dict[str, Any] = {
    "wair/stock": (
        lambda r: f"{r['locationId']}/{r['skuId']}",
        lambda r: not all(is_decimal(r.get(k, "")) for k in ("onHand", "allocated", "available")),
    ),
    "wair/items": (lambda r: r["skuId"], lambda r: "active" not in r),
    "wair/dispatches": (
        lambda r: r["dispatchId"],
        lambda r: not is_instant(r["dispatchedAt"]) or not isinstance(r["trackingNumber"], (str, type(None))),
    ),
    "scayle/stocks": (
        lambda r: f"{r['variantId']}/{r['warehouseReferenceKey']}/{r['merchantReferenceKey']}",
        lambda r: not isinstance(r["quantity"], int),
    ),
    "orocommerce/inventorylevels": (
        lambda r: r["id"],
        lambda r: not is_decimal(r["attributes"]["quantity"]),
    ),
    "plytix/products": (
        lambda r: r["id"],
        lambda r: not isinstance(r["gtin"], (str, type(None))) or not isinstance(r["num_variations"], int),
    ),
    "pimberly/products": (lambda r: r["id"], lambda r: not is_instant(r["dateCreated"])),
    "khaos/stock_items": (
        lambda r: r["STOCK_CODE"],
        lambda r: not all(_number_or_empty(r[k]) for k in ("BUY_PRICE", "SELL_PRICE", "SELL_PRICE_WEB")),
    ),
    "khaos/stock_levels": (lambda r: f"{r['@CODE']}/{r['_site']}", lambda r: not _number_or_empty(r["LEVEL"])),
    "khaos/sales_orders": (
        lambda r: r["@SORDER_CODE"],
        lambda r: not is_date(r["DATE_CREATED"]) or not all(i["@INVOICE_STAGE_ID"].isdigit() for i in invoices(r)),
    ),
}


def _number_or_empty(value: Any) -> bool:
    text = value.get("#text") if isinstance(value, dict) else value
    return text in (None, "") or is_decimal(text)


def as_list(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    return value if isinstance(value, list) else [value]


def sent_units(order: Record) -> dict[str, Fraction]:
    """Units sent per stock code, from the invoice lines."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    for invoice in invoices(order):
        for line in as_list((invoice.get("INVOICE_ITEMS") or {}).get("INVOICE_ITEM")):
            found[line["@STOCK_CODE"]] += Fraction(line["@QTY_SENT"])
    return {k: v for k, v in found.items() if v}


def invoices(order: Record) -> list[Record]:
    return as_list((order["INVOICES"] or {}).get("INVOICE")) if order["INVOICES"] else []
