"""The DOCUMENTED pushes: whole objects, upserted by id, all of a call or nothing. Contract section 5.1.

A body is an array of objects, one object, or an object around an array; the vendor's wrapper names are not published.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from starlette.responses import Response

from khaos_assets.sandbox.wair import answers
from khaos_assets.sandbox.wair.holdings import Change, Holdings
from khaos_assets.sandbox.wair.tables import ITEMS, STOCK, TRANSFERS, Key, Record, Shape

BATCH = ("Batch/start", "Batch/stop")
_BODY = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(frozen=True)
class Resource:
    """What can be pushed: the spellings of each part of its key, its quantities, and the feed that shows it."""

    key: tuple[tuple[str, ...], ...]
    quantities: tuple[str, ...] = ()
    shape: Shape | None = None
    needs: tuple[str, ...] = ()

    def key_of(self, row: Record) -> Key | None:
        """The key, or None where a part is missing or empty."""
        parts = [next((row[n] for n in names if row.get(n) not in (None, "")), None) for names in self.key]
        return None if None in parts else tuple(str(p) for p in parts)


_ID = ("id",)
RESOURCES = {
    "Locations": Resource((("locationId", "id"),)),
    "Items": Resource((("skuId",),), shape=ITEMS),
    "Sizes": Resource((_ID,)),
    "Colors": Resource((_ID,)),
    "Stock": Resource((("locationId",), ("skuId",)), ("quantity",), STOCK),
    "StockMutations": Resource((_ID,), ("quantity",), needs=("locationId", "skuId")),
    "StockNotForReplenishment": Resource((_ID,)),
    "Sales": Resource((("id", "saleId"),)),
    "Transfers": Resource((("transferId", "id"), ("skuId",)), ("quantityShipped", "quantityReceived"), TRANSFERS),
    "PurchaseOrders": Resource((("id", "purchaseOrderId"),)),
    "Prepacks": Resource((("id", "prepackId", "skuId"),)),
}


@dataclass(frozen=True)
class Push:
    """One accepted call: its rows, and whether they replace the set."""

    resource: str
    rows: tuple[Record, ...]
    full: bool = False
    last_part: bool = True

    def keys(self) -> list[Key]:
        found = (RESOURCES[self.resource].key_of(row) for row in self.rows)
        return [k for k in found if k is not None]


def answer(holdings: Holdings, name: str, asked: Mapping[str, str], body: bytes) -> Response:
    """200 without a body, or 400 with what was wrong."""
    if name in BATCH:
        return _batch(holdings, name)
    try:
        rows = list(_rows(name, _BODY.decode(body)))
    except (msgspec.DecodeError, InvalidOperation, ValueError) as e:
        return answers.error(400, "body", str(e))
    flags = {k.lower(): v.lower() == "true" for k, v in asked.items()}
    full, more = flags.get("fullload", False), flags.get("morerecordsavailable", False)
    wrong = [(n, *found) for n, row in enumerate(rows) for found in _wrong(RESOURCES[name], row)]
    if partial := holdings.faults.take("wair", "partial_400", path=f"/api/v1/{name}"):
        applied = partial.get("rows", wrong[0][0] if wrong else len(rows) // 2)
        bad = {n for n, _, _ in wrong}
        part = tuple(row for n, row in enumerate(rows[:applied]) if n not in bad)
        _apply(holdings, Push(name, part))
        found = [(f"[{n}].{f}", m) for n, f, m in wrong] or [(f"[{applied}]", "refused as switched on")]
        return answers.errors(400, found)
    if wrong:
        return answers.errors(400, [(f"[{n}].{f}", m) for n, f, m in wrong])
    _apply(holdings, Push(name, tuple(rows), full, not more))
    return Response(status_code=200)


def _batch(holdings: Holdings, name: str) -> Response:
    opening = name == BATCH[0]
    if not opening and not holdings.batch_open:
        return answers.error(400, "batch", "no batch is open")
    holdings.batch_open = opening
    holdings.journal.write("wair", f"POST /{name}", {})
    if not opening:
        _end_loads(holdings)
    return Response(status_code=200)


def _end_loads(holdings: Holdings) -> None:
    """A full load whose last part never came changes nothing more, unless `full_load_truncates` is on."""
    for name, keys in list(holdings.loads.items()):
        if holdings.faults.take("wair", "full_load_truncates"):
            gone = holdings.write(lambda _, n=name, k=frozenset(keys): _drop(holdings, n, k))
            holdings.note(f"POST /{name}", gone, fullLoad=True)
    holdings.loads.clear()


def _apply(holdings: Holdings, push: Push) -> None:
    ended = None
    if push.full:
        named = holdings.loads.setdefault(push.resource, set())
        named.update(push.keys())
        if push.last_part:
            ended = frozenset(holdings.loads.pop(push.resource))

    def change(at: str) -> list[Change]:
        changes = [c for row in push.rows for c in _one(holdings, push.resource, row, at)]
        return changes if ended is None else changes + _drop(holdings, push.resource, ended)

    holdings.note(f"POST /{push.resource}", holdings.write(change), **({"fullLoad": True} if push.full else {}))


def _drop(holdings: Holdings, name: str, named: Collection[Key]) -> list[Change]:
    """A full load replaces the set: what it did not name goes."""
    shape = RESOURCES[name].shape
    if shape is not None:
        gone = holdings.table(shape).keep_only(set(named))
    else:
        known = holdings.pushed.get(name, {})
        gone = [k for k in known if k not in named]
        holdings.pushed[name] = {k: v for k, v in known.items() if k in named}
    return [{"key": "/".join(k), "before": None, "after": None, "dropped": True} for k in gone]


def _one(holdings: Holdings, name: str, row: Record, at: str) -> list[Change]:
    """What one pushed object changes."""
    match name:
        case "Stock":
            return _set_stock(holdings, str(row["locationId"]), str(row["skuId"]), _decimal(row["quantity"]), at)
        case "StockMutations":
            return _mutate_stock(holdings, row, at)
        case "Items":
            return holdings.put(ITEMS, _item(holdings, row), at)
        case "Transfers":
            return holdings.put(TRANSFERS, _transfer(row), at)
        case _:
            key = RESOURCES[name].key_of(row)
            return [] if key is None else holdings.keep(name, key, row)


def _set_stock(holdings: Holdings, location: str, sku: str, on_hand: Decimal, at: str) -> list[Change]:
    """A posted level makes a correcting mutation for its pair and leaves all others alone."""
    before = holdings.table(STOCK).get((location, sku)) or {}
    allocated = _decimal(before.get("allocated", 0))
    row = {"locationId": location, "skuId": sku, "onHand": on_hand, "allocated": before.get("allocated", 0)}
    changes = holdings.put(STOCK, before | row | {"available": on_hand - allocated, "updatedAt": ""}, at)
    mutation = on_hand - _decimal(before.get("onHand", 0))
    return [c | {"mutation": mutation} for c in changes]


def _mutate_stock(holdings: Holdings, row: Record, at: str) -> list[Change]:
    """Signed, once per id; the same id with another quantity corrects the first."""
    known = holdings.pushed.get("StockMutations", {}).get((str(row["id"]),), {})
    changes = holdings.keep("StockMutations", (str(row["id"]),), row)
    moved = _decimal(row["quantity"]) - _decimal(known.get("quantity", 0))
    if not changes:
        return []
    location, sku = str(row["locationId"]), str(row["skuId"])
    before = holdings.table(STOCK).get((location, sku)) or {}
    return changes + _set_stock(holdings, location, sku, _decimal(before.get("onHand", 0)) + moved, at)


def _item(holdings: Holdings, row: Record) -> Record:
    """A pushed SKU as the items feed shows it. The body map is not the ERP's to push: it stays as it was."""
    sku = str(row["skuId"])
    before = holdings.table(ITEMS).get((sku,)) or {}
    return {
        "skuId": sku,
        "styleId": row.get("styleId") or sku,
        "size": _label(holdings, "Sizes", row.get("sizeId"), row.get("size")),
        "colour": _label(holdings, "Colors", row.get("colorId"), row.get("colour")),
        "barcode": row.get("barcode"),
        "bodyMap": before.get("bodyMap"),
        "active": row.get("active", True),
        "updatedAt": "",
    }


def _label(holdings: Holdings, resource: str, key: Any, given: Any) -> Any:
    """The words of a size or colour: its pushed description, else its code, else its id."""
    known = holdings.pushed.get(resource, {}).get((str(key),), {})
    return given if key is None else known.get("description") or known.get("code") or key


def _transfer(row: Record) -> Record:
    return {
        "transferId": row.get("transferId", row.get("id")),
        "fromLocationId": row.get("fromLocationId", ""),
        "toLocationId": row.get("toLocationId", ""),
        "skuId": row["skuId"],
        "quantityShipped": _decimal(row.get("quantityShipped", 0)),
        "quantityReceived": _decimal(row.get("quantityReceived", 0)),
        "shippedAt": row.get("shippedAt"),
        "updatedAt": "",
    }


def _wrong(resource: Resource, row: Record) -> Iterator[tuple[str, str]]:
    if resource.key_of(row) is None:
        yield "+".join(names[0] for names in resource.key), "is required"
    yield from ((name, "is required") for name in resource.needs if row.get(name) in (None, ""))
    for name in resource.quantities:
        if name in row or name == "quantity":
            try:
                _decimal(row.get(name))
            except ValueError as e:
                yield name, str(e)


def _decimal(value: Any) -> Decimal:
    """A number or its text. Raises ValueError."""
    try:
        number = None if isinstance(value, bool) or value is None else Decimal(str(value))
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise ValueError(f"{value!r} is not a decimal number")
    return number


def _rows(name: str, body: Any) -> Iterator[Record]:
    """The objects of a body, whatever stands around them; SKUs out of item > style > SKU, with their style."""
    if isinstance(body, list):
        for part in body:
            yield from _rows(name, part)
        return
    if not isinstance(body, dict):
        raise ValueError("objects are expected")
    inside = [v for v in body.values() if isinstance(v, list) and all(isinstance(x, dict) for x in v) and v]
    if RESOURCES[name].key_of(body) is not None or not inside:
        yield body
        return
    outer = {k: body[k] for k in ("styleId",) if k in body}
    for part in inside:
        yield from ({**outer, **row} for row in _rows(name, part))
