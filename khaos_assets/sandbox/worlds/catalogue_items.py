"""The goods of a seeded merchant: simple items, styles with sizes and colours, packs, builds, services, postage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

from khaos_assets.sandbox.worlds import vocabulary as words
from khaos_assets.sandbox.worlds.model import Item, Kind, WairItem, World
from khaos_assets.sandbox.worlds.near import nearest

NON_STOCK = {"POST": "Postage", "CARRIAGE": "Carriage", "M": "Manual adjustment", "GIFTWRAP": "Gift wrapping"}
_CODE_FORMS: tuple[Callable[[str, int], str], ...] = (
    lambda p, n: f"{p}-{n:04d}",
    lambda p, n: f"{p}{n:04d}",
    lambda p, n: f"{p}-{n:04d}",
    lambda p, n: f"{p} {n}/GR",
    lambda p, n: f"00{n:05d}{p[0]}",
    lambda p, n: f"{p}-{n:04d}",
    lambda p, n: f"{n:05d}-{p}",
    lambda p, n: f"{p}É-{n}",
)


class Catalogue:
    """Makes items with codes that stay apart even when blanks, zeros and punctuation are taken out."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world = world
        self.rng = rng
        self.taken = {nearest(i.code) for i in world.items}
        self._serial = 100

    def code(self, prefix: str) -> str:
        """A new code; every eighth looks awkward (blanks, slashes, leading zeros, letters outside ASCII)."""
        while True:
            self._serial += self.rng.randint(1, 3)
            code = self.rng.choice(_CODE_FORMS)(prefix, self._serial)
            if nearest(code) not in self.taken:
                self.taken.add(nearest(code))
                return code

    def item(self, kind: Kind, code: str, description: str, department: str) -> Item:
        """An item with prices, references and stock nowhere; in WAIR where WAIR carries its kind."""
        world, rng = self.world, self.rng
        serial = world.number("stock_id", 10001)
        sell = Decimal(rng.randint(199, 8999)).scaleb(-2)
        item = Item(
            stock_id=f"{serial}" if serial % 9 else f"A{serial}",
            code=code,
            kind=kind,
            description=description,
            department=department,
            updated_at=world.nights[0].as_of - timedelta(days=rng.randint(3, 300), minutes=rng.randint(0, 1400)),
            sell_price=sell,
            web_price=(sell * Decimal("0.9")).quantize(Decimal("0.01")) if rng.random() < 0.25 else None,
            sell_is_net=rng.random() < 0.15,
            buy_price=(sell * Decimal(rng.randint(28, 52)) / 100).quantize(
                Decimal("0.0001" if rng.random() < 0.1 else "0.01")
            ),
            buy_is_net=rng.random() < 0.92,
            vat_percent=Decimal(0) if department == "Books" else Decimal(20),
            other_ref=f"SUP{serial}/{rng.randint(10, 99)}" if rng.random() < 0.6 else "",
            barcode=barcode(serial),
            weight_kg=str(Decimal(rng.randint(5, 400)).scaleb(-2)),
            spelled_with_zeros=rng.random() < 0.03,
            run_to_zero=rng.random() < 0.02,
            by_the_metre=kind is Kind.SIMPLE and serial % 60 == 0,
        )
        if item.stocked:
            put_in_wair(item)
        world.items.append(item)
        return item

    def described(self) -> tuple[str, str]:
        """A description and its department."""
        department = self.rng.choice(list(words.GOODS))
        noun = self.rng.choice(words.GOODS[department])
        return f"{self.rng.choice(words.ADJECTIVES)} {noun}", department


def barcode(serial: int) -> str:
    """A GTIN-13 in the range for use inside a company; some begin with zeros, as UPC codes do."""
    body = f"{'00' if serial % 11 == 0 else '20'}{serial:010d}"
    weights = sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(body))
    return f"{body}{-weights % 10}"


def put_in_wair(item: Item) -> None:
    """WAIR knows the item by its stock code, exactly."""
    item.wair = WairItem(
        sku=item.code,
        style_id=f"ST-{item.parent.stock_id if item.parent else item.stock_id}",
        updated_at=item.updated_at + timedelta(minutes=7),
        size=item.size or None,
        colour=item.colour or None,
        barcode=item.barcode or None,
    )


def make_items(world: World, rng: Random, count: int) -> None:
    """About a third of the goods in styles, 3 % packs, 2 % builds, the rest simple; postage and services included."""
    catalogue = Catalogue(world, rng)
    for code, description in list(NON_STOCK.items())[: max(1, min(4, count // 10))]:
        postage(catalogue, code, description)
    services = count // 300
    packs, builds = max(2, count * 3 // 100), max(2, count // 50)
    in_styles = count * 35 // 100
    while in_styles > 0:
        in_styles -= style(catalogue, min(in_styles, rng.randint(5, 13)))
    simple = count - len(world.items) - packs - builds - services
    for _ in range(max(simple, 1)):
        description, department = catalogue.described()
        catalogue.item(Kind.SIMPLE, catalogue.code(department[:3].upper()), description, department)
    for _ in range(services):
        item = catalogue.item(Kind.SERVICE, catalogue.code("SVC"), "Engraving service", "Services")
        item.web = False
    parts = [i for i in world.items if i.kind is Kind.SIMPLE]
    for _ in range(builds):
        build(catalogue)
    for _ in range(packs):
        pack(catalogue, rng.sample(parts, min(len(parts), rng.randint(2, 3))))
    _retire(parts, rng)
    for item in rng.sample(parts, len(parts) // 20):
        item.links.append((rng.choice(parts), rng.choice((1, 2, 4)), Decimal(0)))


def postage(catalogue: Catalogue, code: str, description: str) -> Item:
    """A non-stock code: Khaos needs it on order lines, nobody stocks it."""
    catalogue.taken.add(nearest(code))
    item = catalogue.item(Kind.NON_STOCK, code, description, "Non-stock")
    item.web, item.other_ref, item.barcode, item.web_price = False, "", "", None
    return item


def style(catalogue: Catalogue, size: int) -> int:
    """A style parent and its children in colours and sizes; about 60 % are exported nested. Returns the items made."""
    rng = catalogue.rng
    department = rng.choice(list(words.STYLES))
    name = f"{rng.choice(words.ADJECTIVES)} {rng.choice(words.STYLES[department])}"
    code = catalogue.code(department[:3].upper())
    parent = catalogue.item(Kind.STYLE_PARENT, code, name, department)
    parent.barcode, parent.web_price, parent.nested = "", None, rng.random() < 0.6
    mapped = rng.random() < 0.75
    made = 0
    for colour, label in _variants(rng, department):
        if made >= max(size - 1, 1):
            break
        suffix = f"{colour[:3].upper()}-{label}"
        if nearest(f"{code}-{suffix}") in catalogue.taken:
            continue
        catalogue.taken.add(nearest(f"{code}-{suffix}"))
        child = catalogue.item(Kind.STYLE_CHILD, f"{code}-{suffix}", f"{name} {colour} {label}", department)
        child.parent, child.colour, child.size = parent, colour, label
        child.sell_is_net, child.buy_is_net = parent.sell_is_net, parent.buy_is_net
        child.vat_percent, child.web_price = parent.vat_percent, None
        child.sell_price = None if rng.random() < 0.5 else parent.sell_price
        child.buy_price, child.run_to_zero = parent.buy_price, False
        put_in_wair(child)
        if mapped and child.wair is not None:
            body = words.BODY_MAP_LABELS[label] if rng.random() < 0.7 else label
            body = body if body in catalogue.world.sizes else words.BODY_MAP_LABELS[label]
            child.wair.body_map = {"code": f"BM-{department.upper()}", "size": body, "displayed": True, "reason": None}
        made += 1
    return made + 1


def _variants(rng: Random, department: str) -> Iterator[tuple[str, str]]:
    sizes = words.SHOE_SIZES if department == "Footwear" else words.CLOTHING_SIZES
    colours = rng.sample(words.COLOURS, 3)
    return ((c, s) for c in colours for s in sizes)


def build(catalogue: Catalogue) -> Item:
    """An item put together from others: stocked by itself, with more that could be built."""
    description, department = catalogue.described()
    item = catalogue.item(Kind.BUILD, catalogue.code("BLD"), f"{description} Hamper", department)
    item.build_potential = catalogue.rng.randint(1, 9)
    return item


def pack(catalogue: Catalogue, parts: list[Item]) -> Item:
    """A pack moves with its children and is never stocked; every other one has no cost of its own."""
    rng = catalogue.rng
    code = catalogue.code("PCK")
    item = catalogue.item(Kind.PACK, code, f"{parts[0].description} Set", parts[0].department)
    item.vat_percent = parts[0].vat_percent
    item.links = [(p, 3, Decimal(rng.randint(1, 3))) for p in parts]
    if len(catalogue.world.items) % 2:
        item.buy_price = None
    return item


def _retire(parts: list[Item], rng: Random) -> None:
    """Some items are discontinued (withdrawn in WAIR, or never there), some are not for the web."""
    for item in rng.sample(parts, len(parts) // 30):
        item.discontinued = True
        if item.wair is not None and rng.random() < 0.5:
            item.wair.active = False
        else:
            item.wair = None
    for item in rng.sample(parts, len(parts) // 25):
        if not item.discontinued:
            item.web = False
            if rng.random() < 0.5:
                item.wair = None
