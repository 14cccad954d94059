"""A plan: what is to be written where, from what to what, on which evidence. Its id is the hash of its text.

Whatever must never be written cannot be constructed, whether it comes from SQL or from a stored text: an item that
rests on a side without a complete, fresh and undiminished snapshot, an item without a value, a price of nothing, a
financial field of Khaos.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal

import msgspec

from khaos_assets.corrections import CorrectionError
from khaos_assets.systems.write import Details, Source, Write, installed_details, installed_sources, installed_writes

PROTECTED = frozenset(
    {"cost", "price", "sell_price", "web_price", "tax_code", "vat", "credit_limit", "terms", "discount", "price_list"}
)
"""Fields of Khaos that finance owns: no plan writes them."""


class Unproven(CorrectionError):
    """An item rests on a read that is not proven complete and fresh."""


class Unwritable(CorrectionError):
    """A value or a field that is never written."""


class Ground(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A snapshot that items rest on, as its certificate and the night's FEED codes leave it."""

    read: str
    """`<system>/<entity>`."""
    snapshot: str
    """The content hash of its certificate."""
    verdict: str
    feed: tuple[str, ...] = ()
    """FEED-01, FEED-02, FEED-03, where one stands on it."""

    @property
    def firm(self) -> bool:
        return self.verdict.startswith("COMPLETE") and bool(self.snapshot) and not self.feed


class Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure that an item's value was made of, as the night saw it. It must still be so when the item is sent."""

    source: str
    """A name of `installed_sources`."""
    target: dict[str, str]
    value: str | None

    def open(self) -> Source:
        """The figure, ready to be asked for. Raises msgspec.ValidationError for a target that is not its own."""
        return msgspec.convert(self.target, installed_sources()[self.source])


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an item's details are asked for when it is sent. They are not part of the plan."""

    source: str
    """A name of `installed_details`."""
    target: dict[str, str]

    def open(self) -> Details:
        """Ready to be asked for. Raises msgspec.ValidationError for a target that is not its own."""
        return msgspec.convert(self.target, installed_details()[self.source])


class PlanItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value of one record. Values are text as the write reads them back; `amount_gbp` is that of the case."""

    case_key: str
    code: str
    """The rule whose case it puts right."""
    write: str
    """A name of `installed_writes`."""
    target: dict[str, str | None]
    """The fields of the write: what names the record on the wire."""
    record: str
    """What people call it: a SKU, an order."""
    field: str
    before: str | None
    """What must stand there still; None: nothing."""
    after: str
    units: Decimal | None = None
    amount_gbp: Decimal | None = None
    floor: Decimal | None = None
    """Of a price: what it must not be below (the cost, in its currency and on its basis)."""
    made_of: tuple[Figure, ...] = ()
    details: Asked | None = None
    rests_on: tuple[str, ...]
    evidence: dict[str, str | None] = {}

    def __post_init__(self) -> None:
        write = installed_writes().get(self.write)
        if write is None:
            raise Unwritable(f"{self.write}: no system has such a write")
        if not self.after.strip():
            raise Unwritable(f"{self.record}: {self.field} would be written empty")
        if write.system == "khaos" and self.field.lower() in PROTECTED:
            raise Unwritable(f"{self.record}: {self.field} of Khaos is a financial field and never written")
        if not self.rests_on:
            raise Unproven(f"{self.record}: it rests on no snapshot")
        if write.money:
            price = Decimal(self.after)
            if price <= 0:
                raise Unwritable(f"{self.record}: a price of {self.after} is never written")
            if self.floor is not None and price < self.floor:
                raise Unwritable(f"{self.record}: a price of {self.after} is below its cost of {self.floor}")
        self.open()
        for figure in self.made_of:
            figure.open()
        if self.details is not None:
            self.details.open()

    @property
    def system(self) -> str:
        return self.write.split(".")[0]

    def open(self) -> Write:
        """The write, ready to be sent. Raises msgspec.ValidationError for a target that is not its own."""
        return msgspec.convert(self.target, installed_writes()[self.write])


class LeftOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case that the plan does not touch, and why."""

    case_key: str
    code: str
    record: str
    why: str
    amount_gbp: Decimal | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that one approval is of. Items are in the order in which they are applied."""

    merchant: str
    night: str
    made_at: datetime
    planner: str
    ground: tuple[Ground, ...]
    items: tuple[PlanItem, ...]
    left_out: tuple[LeftOut, ...] = ()
    skus: int
    """Stock codes that Khaos has: of these the shares are."""
    takes_back: str | None = None
    """The plan whose effect it undoes."""

    def __post_init__(self) -> None:
        firm = {g.read for g in self.ground if g.firm}
        for item in self.items:
            if not firm.issuperset(item.rests_on):
                lacking = ", ".join(sorted(set(item.rests_on) - firm))
                raise Unproven(f"{item.code} {item.record}: nothing is corrected from {lacking}: not proven complete")

    @property
    def text(self) -> bytes:
        """Canonical JSON: sorted keys, nothing between them, money and units as decimal text."""
        return msgspec.json.encode(self, order="sorted")

    @property
    def plan_id(self) -> str:
        return hashlib.sha256(self.text).hexdigest()


def read_plan(text: bytes, plan_id: str) -> Plan:
    """A stored plan. Raises CorrectionError where its text is not the one that was named."""
    try:
        plan = msgspec.json.decode(text, type=Plan)
    except msgspec.ValidationError as e:
        raise CorrectionError(f"plan {plan_id}: it is no plan that may be applied: {e}") from e
    if plan.plan_id != plan_id:
        raise CorrectionError(f"plan {plan_id}: its text was changed; nothing is applied. Plan anew")
    return plan
