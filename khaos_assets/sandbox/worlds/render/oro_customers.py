"""OroCommerce customers and the people who buy for them (contract orocommerce, 3.6). Persons here are invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from khaos_assets.sandbox.worlds.model import World
from khaos_assets.sandbox.worlds.organisations import Organisation
from khaos_assets.sandbox.worlds.render.orocommerce import seconds, to_many, to_one
from khaos_assets.sandbox.worlds.render.spelling import Record


def organisations_of(world: World, as_of: datetime) -> list[Organisation]:
    return sorted((o for o in world.organisations if o.created <= as_of), key=lambda o: o.number)


def customers(world: World, as_of: datetime) -> Iterator[Record]:
    found = organisations_of(world, as_of)
    children: dict[Organisation, list[str]] = {}
    for each in found:
        if each.parent is not None:
            children.setdefault(each.parent, []).append(str(each.number))
    for each in found:
        yield {
            "type": "customers",
            "id": str(each.number),
            "attributes": {
                "name": each.name,
                "externalId": None,
                "createdAt": seconds(each.created),
                "updatedAt": seconds(max(each.created, min(each.updated_at, as_of))),
            },
            "relationships": {
                "parent": to_one("customers", str(each.parent.number) if each.parent is not None else None),
                "children": to_many("customers", children.get(each, [])),
                "group": to_one("customergroups", str(each.group) if each.group is not None else None),
                "users": to_many("customerusers", [str(u.number) for u in each.users]),
                "internal_rating": to_one("accinternalratings", None),
                "paymentTerm": to_one("paymentterms", str(each.term) if each.term is not None else None),
                "taxCode": to_one("customertaxcodes", None),
            },
        }


def users(world: World, as_of: datetime) -> Iterator[Record]:
    for each in organisations_of(world, as_of):
        for user in each.users:
            first, _, last = user.name.partition(" ")
            yield {
                "type": "customerusers",
                "id": str(user.number),
                "attributes": {
                    "email": user.email,
                    "firstName": first,
                    "lastName": last,
                    "confirmed": True,
                    "enabled": user.enabled,
                    "isGuest": user.is_guest,
                    "createdAt": seconds(each.created),
                    "updatedAt": seconds(max(each.created, min(each.updated_at, as_of))),
                },
                "relationships": {"customer": to_one("customers", str(each.number))},
            }
