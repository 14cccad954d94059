"""The customers of OroCommerce: an organisation per trade account, with users, group and terms; guests, and one branch.

The organisation's id is kept in the OTHER_REF of its Khaos account.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from khaos_assets.sandbox.worlds.customers import person

if TYPE_CHECKING:
    from khaos_assets.sandbox.worlds.model import Customer, World

PRICE_LISTS = {1: "Trade", 2: "Trade Gold"}
"""OroCommerce price list, and customer group, by id → Khaos price list."""
TERMS = {1: "30 days", 2: "60 days"}
"""OroCommerce payment term → Khaos TermsDesc."""


@dataclass(slots=True, eq=False)
class User:
    """Somebody who may sign in. Invented."""

    number: int
    name: str
    email: str
    enabled: bool = True
    is_guest: bool = False


@dataclass(slots=True, eq=False)
class Organisation:
    """A customer of OroCommerce."""

    number: int
    name: str
    created: datetime
    updated_at: datetime
    group: int | None = 1
    term: int | None = 1
    account: Customer | None = None
    """The Khaos account that holds its id."""
    parent: Organisation | None = None
    users: list[User] = field(default_factory=list)


def add_organisations(world: World, rng: Random) -> None:
    """One for each trade account; users of accounts on stop are disabled; some guests who only looked around, and an
    organisation that left long ago, are on no account and miss none."""
    trade = [c for c in world.customers if c.company_class == "Trade"]
    for customer in trade:
        if rng.random() < 0.25:
            customer.price_list = PRICE_LISTS[2]
        if rng.random() < 0.15:
            customer.terms = TERMS[2]
        organisation = add_organisation(world, customer.name, customer.updated_at - timedelta(days=40))
        join(organisation, customer)
        for _ in range(rng.choice((1, 1, 2))):
            add_user(world, organisation, enabled=not customer.on_stop)
    for n in range(max(2, len(trade) // 25)):
        guest = add_organisation(world, f"Guest {n + 1}", world.nights[0].as_of - timedelta(days=3 + n % 9, hours=7))
        guest.group = guest.term = None
        add_user(world, guest).is_guest = True
    gone = add_organisation(world, "Former Emporium Ltd", world.origin - timedelta(days=400))
    add_user(world, gone, enabled=False)


def add_organisation(world: World, name: str, created: datetime) -> Organisation:
    """A new one, without account and users."""
    found = Organisation(world.number("organisation", 101), name, created, created + timedelta(days=1))
    world.organisations.append(found)
    return found


def join(organisation: Organisation, customer: Customer) -> None:
    """Both know one another, and agree about group and terms."""
    organisation.account, customer.organisation = customer, organisation
    customer.other_ref = str(organisation.number)
    organisation.group = next(n for n, name in PRICE_LISTS.items() if name == customer.price_list)
    organisation.term = next(n for n, text in TERMS.items() if text == customer.terms)


def add_user(world: World, organisation: Organisation, *, enabled: bool = True) -> User:
    number = world.number("customer user", 2001)
    user = User(number, person(number), f"buyer{number}@example.com", enabled)
    organisation.users.append(user)
    return user
