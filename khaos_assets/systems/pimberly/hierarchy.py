"""The reads of parents and items: products asked for their neighbours by name (contract pimberly, 3.3 and 3.4).

Neither list is paged, and "none" is a 404. Asked are the products whose rows name parents or items, or that the rows of
others name as such; or, where configured, all. Answers are small and many: a hundred are landed to a file, each as it
came.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow as pa

from khaos_assets.systems.arrow import to_arrow
from khaos_assets.systems.aside import database_aside
from khaos_assets.systems.concurrency import side_by_side
from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.pimberly.asking import Pages
from khaos_assets.systems.pimberly.client import SYSTEM, PimberlyClient, product_path
from khaos_assets.systems.pimberly.listing import PEEK
from khaos_assets.systems.pimberly.pages import PageReader, Row, names_in
from khaos_assets.systems.pimberly.products import shown
from khaos_assets.systems.pimberly.records import Item, Parent, Product
from khaos_assets.systems.pimberly.settings import Pimberly
from khaos_assets.systems.read import Decoded, Proof, Quarantined, ReadContext, ReadFailed, Reason, WalkNotes
from khaos_assets.systems.read import Pages as LandedPages
from khaos_assets.systems.transport import Answer, BodyBroken
from khaos_assets.systems.wire import Record

BATCH = 100
Neighbours = dict[str, set[str]]


@dataclass(frozen=True)
class Relation:
    """One of the two lists: its name in the path, and the record of one neighbour."""

    part: str
    record: Callable[[str, str], Record]

    @property
    def operation(self) -> str:
        return f"GET /products/{{primaryId}}/{self.part}"


PARENTS = Relation("parents", lambda product, parent: Parent(product=product, parent=parent))
ITEMS = Relation("items", lambda product, item: Item(product=product, item=item))


class _Neighbour(msgspec.Struct):
    data: list[msgspec.Raw]


class _Line(msgspec.Struct):
    """One answer of a landed batch; `answer` is null where there was none (404)."""

    of: str
    status: int
    answer: msgspec.Raw


_ANSWER = msgspec.json.Decoder(_Neighbour)
_LINE = msgspec.json.Decoder(_Line)
_ROW = msgspec.json.Decoder(Row)


async def walk_neighbours(relation: Relation, context: ReadContext) -> WalkNotes:
    """Ask every product that has, or may have, such neighbours. Raises ReadFailed and TransportError."""
    section = context.settings.of(Pimberly)
    products = to_arrow((await context.result("products")).tables["products"], Product)
    listed = set(products["primary_id"].to_pylist())
    claimed = _claimed(relation, products, section)
    may_have = claimed.keys() | _parents_by_type(relation, products, section)
    asked = listed if section.hierarchy_of == "all" else listed & may_have
    asking = _Asking(relation, context)
    await asking.ask(sorted(asked))
    # A 404 where the rows say otherwise is asked again.
    await asking.ask(sorted(p for p in asked if claimed.get(p) and not asking.answers[p]), again=True)
    notes = asking.notes
    notes.end_recognised_by = f"{len(asked)} products asked and answered; neither list is paged"
    differing = [p for p in sorted(asked) if asking.answers[p] != claimed.get(p, set())]
    if differing:
        detail = (
            f"{len(differing)} products have other {relation.part} than the rows of the list say: {shown(differing)}"
        )
        notes.remarks.append(Reason(fault="hierarchy_differs", detail=detail))
    if section.hierarchy_of == "all":
        notes.proof = Proof.COUNTED
    elif not differing:
        notes.proof = Proof.TWO_PASS
    pages = Pages(asking.client, context.landing, PageReader(section.view), section.wanted)
    if not (await pages.ask(PEEK, None)).rows:
        raise ReadFailed("list_vanished", "the list of products is gone: no 404 says anything any more")
    notes.clock_offset_ms = asking.client.transport.clock_offset_ms
    return notes


def _claimed(relation: Relation, products: pa.Table, section: Pimberly) -> Neighbours:
    """Product → neighbours, by the attributes of the rows on both sides."""
    found: Neighbours = defaultdict(set)
    upwards = relation is PARENTS
    for attribute, own_side in ((section.parents_attribute, upwards), (section.items_attribute, not upwards)):
        for product, names in _sets(products, attribute):
            for name in names:
                found[product if own_side else name].add(name if own_side else product)
    return found


def _parents_by_type(relation: Relation, products: pa.Table, section: Pimberly) -> set[str]:
    """Products that are style parents by their type: they may have items, whatever their rows name."""
    if relation is PARENTS:
        return set()
    types = set(section.parent_types)
    return {product for product, values in _sets(products, section.type_attribute) if types.intersection(values)}


def _sets(products: pa.Table, attribute: str) -> list[tuple[str, list[str]]]:
    """Primary id and the values of one attribute, of each product that has it."""
    with database_aside() as connection:
        connection.register("products", products)
        rows = connection.execute(
            """
            SELECT primary_id, found.kind, found.value
            FROM (SELECT primary_id, unnest(attributes) AS found FROM products)
            WHERE found.name = ? AND found.value IS NOT NULL
            """,
            [attribute],
        ).fetchall()
    return [(product, names_in(value.encode()) if kind == "list" else [value]) for product, kind, value in rows]


class _Asking:
    """Asks products one by one, a batch at a time, landing each batch."""

    def __init__(self, relation: Relation, context: ReadContext) -> None:
        self.client: PimberlyClient = context.client
        self.notes = WalkNotes(proof=Proof.OVERLAP_ONLY)
        self.answers: Neighbours = {}
        self._relation = relation
        self._context = context

    async def ask(self, products: list[str], *, again: bool = False) -> None:
        """Answers of these products; those of an earlier call are replaced."""
        self.notes.rereads += len(products) if again else 0
        for begin in range(0, len(products), BATCH):
            batch = products[begin : begin + BATCH]
            answers = await side_by_side(self._one(product) for product in batch)
            await asyncio.to_thread(self._land, batch, answers)
            self._context.progress(len(batch))

    async def _one(self, product: str) -> Answer:
        operation = self._relation.operation

        def check(answer: Answer) -> None:
            try:
                _ANSWER.decode(answer.body)
            except NOT_JSON as e:
                raise BodyBroken(SYSTEM, operation, f"not the whole JSON of a list: {e}", status=200) from e

        path = product_path(product, f"/{self._relation.part}")
        return await self.client.get(operation, path, expect={200, 404}, check=check)

    def _land(self, products: list[str], answers: list[Answer]) -> None:
        lines: list[bytes] = []
        for product, answer in zip(products, answers, strict=True):
            kept = answer.body if answer.status == 200 else b"null"
            lines.append(msgspec.json.encode(_Line(product, answer.status, msgspec.Raw(kept))))
            self.answers[product] = {name for name, _ in _rows(lines[-1])[1] if name is not None}
        self._context.landing.land(
            b"\n".join(lines),
            received=b"".join(answer.body for answer in answers),
            operation=self._relation.operation,
            selector=f"{len(products)} products",
            asked={"part": self._relation.part},
            suffix="ndjson",
            rows=sum(len(self.answers[p]) for p in products),
            first_key=products[0],
            last_key=products[-1],
        )


def _rows(line: bytes) -> tuple[str, list[tuple[str | None, bytes]]]:
    """The product of a landed line, and primary id and text of each neighbour."""
    read = _LINE.decode(line)
    rows = [] if read.status != 200 else _ANSWER.decode(read.answer).data
    return read.of, [(_primary(bytes(raw)), bytes(raw)) for raw in rows]


def _primary(raw: bytes) -> str | None:
    try:
        return _ROW.decode(raw).primary_id
    except NOT_JSON:
        return None


def decode_neighbours(relation: Relation, pages: LandedPages, notes: WalkNotes) -> Decoded:  # noqa: ARG001
    """One record per product and neighbour; the last answer of each product counts."""
    answers: dict[str, tuple[int, list[tuple[str | None, bytes]]]] = {}
    for page in pages.pages:
        if page.asked.get("part") == relation.part:
            for line in pages.body(page).split(b"\n"):
                product, rows = _rows(line)
                answers[product] = (page.number, rows)
    records: dict[tuple[str, str], Record] = {}
    aside: list[Quarantined] = []
    for product, (number, rows) in answers.items():
        for place, (name, raw) in enumerate(rows):
            if name is not None:
                records[product, name] = relation.record(product, name)
                continue
            text: dict[str, Any] = {"of": product, "row": raw.decode(errors="replace")[:1900]}
            aside.append(
                Quarantined(
                    key=f"{number}:{product}/{place}",
                    key_readable=False,
                    page=number,
                    row=place,
                    field="primaryId",
                    reason="neither primaryId nor Primary ID is a text or a number",
                    raw=msgspec.json.encode(text).decode(),
                )
            )
    return Decoded(tables={relation.part: list(records.values())}, quarantined=aside)
