"""Who buys: retail and trade customers at home and abroad, test accounts and the merchant's own departments."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from khaos_assets.sandbox.worlds import vocabulary as words
from khaos_assets.sandbox.worlds.model import Customer, World
from khaos_assets.sandbox.worlds.positions import is_open

HOUSE_ACCOUNT = "HOUSE"


def make_customers(world: World, rng: Random, count: int) -> None:
    """80 % retail, 14 % trade, a few test and internal accounts; one in ten retail customers lives in the euro area."""
    for _ in range(max(count - 6, 12)):
        is_trade = rng.random() < 0.15
        abroad = not is_trade and rng.random() < 0.1
        country = rng.choice(("Germany", "France", "EIRE", "Netherlands")) if abroad else "United Kingdom"
        number = world.number("customer", 1001)
        name = f"{rng.choice(words.ADJECTIVES)} {rng.choice(words.COMPANIES)} Ltd" if is_trade else person(number)
        add_customer(world, f"C{number:06d}", name, "Trade" if is_trade else "Retail", country)
    special_accounts(world)
    for customer in rng.sample(world.customers, max(1, len(world.customers) // 60)):
        customer.on_stop = customer.company_class == "Trade"


def special_accounts(world: World) -> None:
    """Accounts that are not commerce, and the house account for sales without a customer."""
    for n in range(1, 4):
        add_customer(world, f"TEST{n:02d}", f"Test account {n}", "Test", "United Kingdom")
    for name in ("Marketing", "Photography"):
        add_customer(world, f"INT{name[:4].upper()}", f"{name} department", "Internal", "United Kingdom")
    add_customer(world, HOUSE_ACCOUNT, "House account", "Retail", "United Kingdom")


def add_customer(world: World, code: str, name: str, company_class: str, country: str) -> Customer:
    """A customer; those in the euro area are billed in euros, all others in pounds."""
    _, _, currency, _ = words.COUNTRIES.get(country, ("", "", "GBP", False))
    serial = world.number("company", 5001)
    customer = Customer(
        code=code,
        company_id=f"{serial}_" if serial % 13 == 0 else str(serial),
        name=name,
        company_class=company_class,
        country=country,
        currency="EUR" if currency == "EUR" else "GBP",
        other_ref=f"web-{serial}" if company_class == "Retail" else "",
        updated_at=world.nights[0].as_of - timedelta(days=serial % 200 + 2, minutes=serial % 600),
        vat_number=f"GB{serial:09d}" if company_class == "Trade" else "",
        price_list="Trade" if company_class == "Trade" else "",
        terms="30 days" if company_class == "Trade" else "Prepaid",
        email=f"{code.lower()}@example.com",
        postcode=f"ZZ{serial % 97 + 1} {serial // 97 % 9 + 1}ZZ",
    )
    world.customers.append(customer)
    return customer


def person(number: int) -> str:
    return f"{words.FIRST[number % len(words.FIRST)]} {words.FAMILY[number // 7 % len(words.FAMILY)]}"


def release_holds(world: World) -> None:
    """An account with goods on the way is not on stop: such an order would be stuck."""
    for order in world.orders:
        if order.customer.on_stop and is_open(order, max(order.created, world.nights[0].as_of)):
            order.customer.on_stop = False
