"""An e-mail, a name, a phone number and a street in every record of a world, and looking for them in every file."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

EMAIL, NAME, PHONE, STREET = "canary@quillfeather.example", "Quillfeather", "01632 960777", "77 Quillfeather Row"
CANARIES = tuple(text.encode() for text in (EMAIL, NAME, PHONE, STREET))

Record = dict[str, Any]


def _khaos_customer(record: Record) -> None:
    contact = {"FORENAME": NAME, "SURNAME": NAME, "EMAIL": EMAIL, "TEL": PHONE}
    address = {
        "ADDR1": STREET,
        "TOWN": "Leeds",
        "POSTCODE": "ZZ1 1ZZ",
        "TEL": PHONE,
        "CONTACTS": {"CONTACT": [contact]},
    }
    record["ADDRESSES"] = {"ADDRESS": [{"ADDRTYPE": "1", "INACTIVE": "0", **address}]}
    if record["COMPANY_CLASS"] == "Retail":
        record["COMPANY_NAME"] = NAME
    record |= {"WEB_USER": EMAIL, "WEB_PASSWORD": NAME, "AGENT_NAME": NAME}


def _khaos_order(record: Record) -> None:
    record["COMPANY_NAME"]["#text"] = NAME
    if "CANCELLED" in record:
        record["CANCELLED"]["USER_NAME"] = NAME


def _khaos_lines(record: Record) -> None:
    person = {"IFORENAME": NAME, "ISURNAME": NAME, "IADDR1": STREET, "IEMAIL": EMAIL, "ITEL": PHONE}
    record["CUSTOMER_DETAIL"] |= {"COMPANY_NAME": NAME, "ADDRESSES": {"INVADDR": person}}
    for line in record["ORDER_ITEMS"]["ORDER_ITEM"]:
        line["EXTENDED_DESC"] = f"Engraved: {NAME}"


def _scayle_order(record: Record) -> None:
    recipient = {"firstName": NAME, "lastName": NAME, "gender": "n", "title": None, "type": "personal"}
    address = {"recipient": recipient, "street": STREET, "phone": PHONE, "zipCode": "ZZ1 1ZZ", "countryCode": "GBR"}
    record["address"] = {"billing": address, "shipping": address, "forward": None}
    record["customer"] = {"id": 1, "firstName": NAME, "lastName": NAME, "email": EMAIL, "phone": PHONE}


def _oro_order(record: Record) -> None:
    record["attributes"] |= {"customerNotes": f"call {NAME} on {PHONE}, {STREET}", "poNumber": EMAIL}


def _oro_user(record: Record) -> None:
    record["attributes"] |= {"email": EMAIL, "firstName": NAME, "lastName": NAME}


def _plytix(record: Record) -> None:
    audit = {"type": "USER", "name": NAME, "email": EMAIL}
    record |= {"created_user_audit": audit, "modified_user_audit": audit}
    record["attributes"]["made_by"] = f"{NAME}, {STREET}, {PHONE}"


def _pimberly(record: Record) -> None:
    record |= {"Designer": f"{NAME}, {STREET}, {PHONE}", "Designer Contact": EMAIL}


def _wair(record: Record) -> None:
    record["recipient"] = {"name": NAME, "email": EMAIL, "phone": PHONE, "street": STREET}


PLANTED: dict[str, Callable[[Record], None]] = {
    "khaos/customers": _khaos_customer,
    "khaos/sales_orders": _khaos_order,
    "khaos/order_lines": _khaos_lines,
    "scayle/orders": _scayle_order,
    "orocommerce/orders": _oro_order,
    "orocommerce/customerusers": _oro_user,
    "plytix/products": _plytix,
    "pimberly/products": _pimberly,
    "wair/dispatches": _wair,
}


def plant(world: Path) -> None:
    """Put them into every record that may speak of a person, and of each other system into one kind of record."""
    for entity, change in PLANTED.items():
        for file in world.glob(f"nights/*/{entity}.ndjson"):
            records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            for record in records:
                change(record)
            file.write_text("".join(f"{json.dumps(r, ensure_ascii=False)}\n" for r in records), encoding="utf-8")


def found_in(folder: Path) -> dict[str, list[str]]:
    """Files below a folder that hold a canary, packed or not, in tables too; with the canaries they hold."""
    found: dict[str, list[str]] = {}
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        held = {c.decode() for content in contents(file) for c in CANARIES if c in content}
        if held:
            found[str(file.relative_to(folder))] = sorted(held)
    return found


def contents(file: Path) -> Iterator[bytes]:
    """The bytes of a file, and what is inside them."""
    body = file.read_bytes()
    yield body
    if body[:2] == b"\x1f\x8b":
        yield gzip.decompress(body)
    elif body[:3] == b"BZh":
        yield bz2.decompress(body)
    elif zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    elif body[:4] == b"PAR1":
        yield json.dumps(pq.read_table(io.BytesIO(body)).to_pylist(), default=str, ensure_ascii=False).encode()
    elif body[8:12] == b"DUCK":
        yield from _tables(file)
    elif body[:15] == b"SQLite format 3":
        with closing(sqlite3.connect(file)) as db:
            yield "\n".join(db.iterdump()).encode()


def _tables(file: Path) -> Iterator[bytes]:
    with closing(duckdb.connect(str(file), read_only=True)) as db:
        for schema, table in db.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
            rows = db.execute(f'SELECT to_json(t)::VARCHAR FROM "{schema}"."{table}" AS t').fetchall()
            yield "\n".join(re.sub(r"\\u00e9", "é", text) for (text,) in rows).encode()
