"""What the back-office API offers: which types, by what they are filtered and sorted, what may be done with their rows.

Contract orocommerce, sections 3 and 5. Fields marked `assumed` are those the contract marks [A]; the switch
`assumed_filters_off` takes them away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

SYSTEM = "orocommerce"
Path = tuple[str, ...]


class Kind(Enum):
    """What a field holds, and so which operators it takes and how a value is read."""

    NUMBER = "integer"
    TEXT = "string"
    TIME = "datetime"
    LINK = "relationship"


@dataclass(frozen=True)
class Field:
    """By what a list can be filtered; all but relationships can be sorted by too. `several`: takes a comma list."""

    kind: Kind
    at: Path
    several: bool = False
    any_case: bool = False
    assumed: bool = False
    through: str | None = None
    """The type whose rows have this field: rows here are taken by their relationship (`at`) to such rows."""

    @property
    def sortable(self) -> bool:
        return self.kind is not Kind.LINK and self.through is None


ID = Field(Kind.NUMBER, ("id",), several=True)
TEXT_ID = Field(Kind.TEXT, ("id",), several=True)
"""Ids that are no numbers take no ranges, so there is no keyset over them."""


@dataclass(frozen=True)
class Resource:
    """One type. `fields` beside `id`; `required` names the filter no list is given without."""

    type: str
    fields: Mapping[str, Field] = field(default_factory=dict[str, Field])
    required: str | None = None
    whole: bool = False
    """Its list is one answer: no paging, no sorting, no count, no single row."""
    on_list: tuple[str, ...] = ("GET",)
    on_row: tuple[str, ...] = ("GET",)
    settable_links: tuple[str, ...] = ()
    """Relationships with an update route of their own."""
    read_only: frozenset[str] = frozenset()
    """Attributes and relationships whose sent values are ignored without a word."""
    numbers: Mapping[str, int | None] = field(default_factory=dict[str, int | None])
    """Attributes that must be numbers when written; how many decimals their text is given (None: as few as need be)."""
    needed: tuple[str, ...] = ()
    """What a new row must have: attributes, then relationships."""
    ids: Field = ID

    def filters(self) -> dict[str, Field]:
        """All fields its list can be filtered by."""
        return {**({} if self.whole else {"id": self.ids}), **self.fields}


TIMES = frozenset({"createdAt", "updatedAt"})


def _text(name: str, *, any_case: bool = False) -> Field:
    return Field(Kind.TEXT, ("attributes", name), several=True, any_case=any_case)


def _time(name: str, *, assumed: bool = False) -> Field:
    return Field(Kind.TIME, ("attributes", name), assumed=assumed)


def _link(name: str, *, several: bool = True, assumed: bool = False) -> Field:
    return Field(Kind.LINK, ("relationships", name), several=several, assumed=assumed)


_RESOURCES = (
    Resource(
        "products",
        {
            "sku": _text("sku"),
            "createdAt": _time("createdAt", assumed=True),
            "updatedAt": _time("updatedAt", assumed=True),
        },
        on_row=("GET", "PATCH"),
        read_only=TIMES,
    ),
    Resource("productnames"),
    Resource("productunitprecisions"),
    Resource(
        "inventorylevels",
        {
            "product": _link("product"),
            "product.sku": Field(
                Kind.TEXT, ("relationships", "product"), several=True, assumed=True, through="products"
            ),
            "externalId": _text("externalId"),
        },
        on_list=("GET", "PATCH"),
        on_row=("GET", "PATCH"),
        read_only=frozenset({"product", "productUnitPrecision", "warehouse", "externalId"}),
        numbers={"quantity": None},
    ),
    Resource("warehouses"),
    Resource(
        "orders",
        {
            "identifier": _text("identifier", any_case=True),
            "poNumber": _text("poNumber", any_case=True),
            "externalId": _text("externalId"),
            "createdAt": _time("createdAt"),
            "updatedAt": _time("updatedAt"),
        },
        on_row=("GET", "PATCH"),
        settable_links=("shippingStatus",),
        read_only=TIMES
        | {"internalStatus", "status", "currency", "createdBy", "external", "subtotalValue", "totalValue"}
        | {"totalDiscountsAmount", "discount", "shippingDiscount", "orderSubtotals"},
    ),
    Resource(
        "orderlineitems",
        {
            "createdAt": _time("createdAt"),
            "updatedAt": _time("updatedAt"),
            "customer": Field(Kind.LINK, ("relationships", "orders"), several=True, through="orders"),
        },
    ),
    Resource("ordersubtotals", {"order": _link("order", several=False)}, required="order", whole=True),
    Resource(
        "ordershippingtrackings",
        {"orders": _link("orders", assumed=True)},
        on_list=("GET", "POST"),
        needed=("method", "number", "orders"),
    ),
    Resource("orderdiscounts", {"order": _link("order", assumed=True)}),
    Resource(
        "customers",
        {"externalId": _text("externalId"), "createdAt": _time("createdAt"), "updatedAt": _time("updatedAt")},
        on_row=("GET", "PATCH"),
        read_only=TIMES,
    ),
    Resource(
        "customerusers",
        {"createdAt": _time("createdAt", assumed=True), "updatedAt": _time("updatedAt", assumed=True)},
    ),
    Resource("pricelists"),
    Resource(
        "productprices",
        {"priceList": _link("priceList", several=False)},
        required="priceList",
        on_list=("GET", "POST"),
        on_row=("GET", "PATCH", "DELETE"),
        read_only=frozenset({"priceList"}),
        numbers={"quantity": None, "value": 4},
        needed=("quantity", "value", "currency", "priceList", "product", "unit"),
        ids=TEXT_ID,
    ),
)

RESOURCES: dict[str, Resource] = {r.type: r for r in _RESOURCES}
"""The types this simulator knows. Any other type that a world has a file of can be read, and filtered by its id."""
