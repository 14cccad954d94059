"""What a request body says, checked against the type it is for. Contract orocommerce, sections 5 and 6."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from khaos_assets.sandbox.orocommerce.problems import ErrorObject, Problem, bad_data
from khaos_assets.sandbox.orocommerce.resources import Resource
from khaos_assets.sandbox.orocommerce.tables import Row, plain_number

_BODY = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(frozen=True)
class Sent:
    """One object of a body: what is to become of a row. `pointer` says where in the body it stands."""

    id: str | None
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    relationships: dict[str, Any] = field(default_factory=dict[str, Any])
    update: bool = False
    pointer: str = "/data"


def decoded(body: bytes) -> dict[str, Any]:
    """The body as a dict. Raises Problem 400."""
    if not body.strip():
        raise Problem(400, ErrorObject("bad request http exception", "The request data should not be empty."))
    try:
        found = _BODY.decode(body)
    except (msgspec.DecodeError, InvalidOperation) as e:
        raise Problem(400, ErrorObject("bad request http exception", f"Invalid JSON: {e}")) from e
    if not isinstance(found, dict) or "data" not in found:
        raise bad_data("The primary data object should exist.", "/data")
    return found


def one(body: bytes, resource: Resource, id_: str | None) -> Sent:
    """The one object of a body; its type and id must be those of the address (409)."""
    found = sent(decoded(body)["data"], resource, "/data")
    if id_ is not None and found.id != id_:
        if found.id is None:
            raise bad_data("The identifier should not be empty.", "/data/id")
        raise _conflict("The 'id' property of the primary data object should match 'id' parameter", "/data/id")
    return found


def sent(data: Any, resource: Resource, pointer: str) -> Sent:
    """One object. Raises Problem 400, or 409 where it is of another type."""
    if not isinstance(data, dict):
        raise bad_data("The data object should be an object.", pointer)
    if data.get("type") != resource.type:
        text = "The 'type' property of the primary data object should match the requested resource"
        raise _conflict(text, f"{pointer}/type")
    # An empty object may come as [] from a PHP client.
    attributes, relationships, meta = (data.get(n) or {} for n in ("attributes", "relationships", "meta"))
    for name, part in (("attributes", attributes), ("relationships", relationships)):
        if not isinstance(part, dict):
            raise bad_data(f"The '{name}' property should be an object.", f"{pointer}/{name}")
    for name, link in relationships.items():
        if not isinstance(link, dict) or "data" not in link:
            raise bad_data("The relationship should have 'data' property", f"{pointer}/relationships/{name}")
    update = isinstance(meta, dict) and meta.get("update") is True
    return Sent(str(data["id"]) if data.get("id") is not None else None, attributes, relationships, update, pointer)


def one_link(body: bytes) -> dict[str, str]:
    """The target of a body that sets a to-one relationship. Raises Problem 400."""
    data = decoded(body)["data"]
    if not isinstance(data, dict) or not isinstance(data.get("type"), str) or data.get("id") is None:
        raise bad_data("The data object should have 'type' and 'id' properties.", "/data")
    return {"type": data["type"], "id": str(data["id"])}


def merged(before: Row, wanted: Sent, resource: Resource, read_only: frozenset[str]) -> Row:
    """The row as it is to be: what is left out stays, what is read-only is ignored. Raises Problem 400."""
    attributes = {n: v for n, v in wanted.attributes.items() if n not in read_only}
    relationships = {n: v for n, v in wanted.relationships.items() if n not in read_only}
    known = before.get("attributes", {}), before.get("relationships", {})
    for part, new, old in zip(("attributes", "relationships"), (attributes, relationships), known, strict=True):
        if extra := [n for n in new if n not in old]:
            text = f'This form should not contain extra fields: "{extra[0]}".'
            raise bad_data(text, f"{wanted.pointer}/{part}/{extra[0]}", "extra fields constraint")
    numbers = {n: number(v, n, resource, wanted.pointer) for n, v in attributes.items() if n in resource.numbers}
    shown = {n: _as_before(known[0].get(n), v) for n, v in numbers.items()}
    return before | {"attributes": known[0] | attributes | shown, "relationships": known[1] | relationships}


def number(value: Any, name: str, resource: Resource, pointer: str) -> str:
    """A number, or its text, as the API spells it. Raises Problem 400."""
    place = f"{pointer}/attributes/{name}"
    if value is None or value == "":
        raise bad_data("This value should not be blank.", place, "not blank constraint")
    try:
        found = None if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite():
        raise bad_data("This value should be of type numeric.", place, "type constraint")
    places = resource.numbers[name]
    return plain_number(found) if places is None else f"{found:.{places}f}"


def link_id(relationships: Mapping[str, Any], name: str) -> str | None:
    """The id a to-one relationship leads to."""
    data = relationships.get(name, {}).get("data")
    return str(data["id"]) if isinstance(data, dict) and "id" in data else None


def _as_before(before: Any, text: str) -> Any:
    """A quantity of stock is text, that of a price a number."""
    if before is None or isinstance(before, str):
        return text
    return int(text) if text.lstrip("-").isdigit() else Decimal(text)


def _conflict(detail: str, pointer: str) -> Problem:
    return Problem(409, ErrorObject("conflict constraint", detail, pointer=pointer))
