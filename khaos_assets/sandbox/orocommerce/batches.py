"""Many rows in one call: `PATCH /inventorylevels` with a list. Contract orocommerce, section 5.

It is done later (202, and an operation to ask after) or, with `X-Mode: sync`, at once, all or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.orocommerce import bodies
from khaos_assets.sandbox.orocommerce.conditions import wire_time
from khaos_assets.sandbox.orocommerce.problems import ErrorObject, Problem, bad_data, not_found
from khaos_assets.sandbox.orocommerce.resources import RESOURCES, SYSTEM
from khaos_assets.sandbox.orocommerce.shop import Change, Shop
from khaos_assets.sandbox.orocommerce.tables import Row
from khaos_assets.sandbox.orocommerce.writes import Writes

OPERATIONS, ERRORS = "asyncoperations", "asyncoperationerrors"
SWITCHES = frozenset({"batch_partial", "batch_stuck"})
LARGEST_SYNC, LARGEST_INCLUDED = 100, 50
Step = Callable[[str], list[Change]]
Refused = tuple[int, ErrorObject]


@dataclass
class Operation:
    """One accepted batch. `polls`: how often it is still asked after in vain (None: for ever)."""

    id: str
    type: str
    at: str
    rows: list[Any]
    status: str = "new"
    polls: int | None = 0
    failed: list[int] = field(default_factory=list[int])
    refused: list[Refused] = field(default_factory=list[Refused])
    written: int = 0

    def row(self) -> Row:
        """The operation as a row."""
        done = self.status == "success"
        counts = {"readCount": len(self.rows), "writeCount": self.written, "errorCount": len(self.refused)}
        summary = {"aggregateTime": 0, **counts, "createCount": 0, "updateCount": self.written}
        progress = {"success": 1, "running": 0.5}.get(self.status)
        times = {"createdAt": self.at, "updatedAt": self.at, "elapsedTime": 0}
        attributes = {"status": self.status, "progress": progress, **times, "entityType": self.type}
        return {"type": OPERATIONS, "id": self.id, "attributes": attributes | {"summary": summary if done else None}}

    def errors(self) -> list[Row]:
        """Its errors as rows; their status is a number."""
        return [
            {"type": ERRORS, "id": f"{self.id}-1-{n}", "attributes": error.shown(status)}
            for n, (status, error) in enumerate(self.refused, 1)
        ]


class Batches:
    """The batches of one shop and of its one user. Operations outlive the night."""

    def __init__(self, shop: Shop, writes: Writes, faults: Faults) -> None:
        self.shop = shop
        self.writes = writes
        self.faults = faults
        self._operations: dict[str, Operation] = {}

    def accept(self, type_: str, body: bytes) -> Row:
        """Take a batch; returns its operation as it is then: new. The rows are written at once, unless switched
        otherwise. Raises Problem."""
        rows = _rows(bodies.decoded(body))
        operation = Operation(str(len(self._operations) + 1), type_, wire_time(self.shop.world.as_of), rows)
        self._operations[operation.id] = operation
        if partial := self.faults.take(SYSTEM, "batch_partial", entity=type_):
            operation.failed = [int(n) for n in partial.get("rows", range(1, len(rows), 2))]
        shown = operation.row()
        if stuck := self.faults.take(SYSTEM, "batch_stuck", entity=type_):
            operation.status, operation.polls = str(stuck.get("status", "new")), stuck.get("polls")
        else:
            self._process(operation)
        return shown

    def at_once(self, type_: str, body: bytes) -> list[Row]:
        """All rows, or none and Problem 400; returns them as they are shown then, with the id they were sent under."""
        rows, included = _rows(found := bodies.decoded(body)), found.get("included") or []
        for pointer, sent, most in (("/data", rows, LARGEST_SYNC), ("/included", included, LARGEST_INCLUDED)):
            if len(sent) > most:
                text = "The data limit for the synchronous operation exceeded."
                more = f"The maximum number of records that can be processed by the synchronous operation is {most}."
                raise bad_data(f"{text} {more}", pointer)
        steps, refused = self._steps(type_, rows, ())
        if refused:
            raise Problem(400, *(error for _, error in refused))
        self._write(type_, steps)
        ids = [str(r["id"]) for r in rows]
        return [(self.writes.shown(type_).get(i) or {}) | {"meta": {"dataId": i}} for i in ids]

    def operation(self, id_: str) -> Row:
        """An operation, asked after. Raises Problem 404."""
        found = self._find(id_)
        if found.status not in ("success", "failed") and found.polls is not None:
            if found.polls <= 0:
                self._process(found)
            found.polls -= 1
        return found.row()

    def errors(self, id_: str) -> list[Row]:
        """The errors of an operation. Raises Problem 404."""
        return self._find(id_).errors()

    def _find(self, id_: str) -> Operation:
        if id_ not in self._operations:
            raise not_found()
        return self._operations[id_]

    def _process(self, operation: Operation) -> None:
        steps, refused = self._steps(operation.type, operation.rows, operation.failed)
        self._write(operation.type, steps)
        operation.status, operation.refused, operation.written = "success", refused, len(steps)

    def _write(self, type_: str, steps: list[tuple[str, Step]]) -> None:
        for id_, _ in steps:
            self.writes.stock_moves("before", type_, id_)
        self.shop.note(f"PATCH /{type_}", self.shop.write(lambda at: [c for _, step in steps for c in step(at)]))
        for id_, _ in steps:
            self.writes.stock_moves("after", type_, id_)

    def _steps(self, type_: str, rows: list[Any], failed: Any) -> tuple[list[tuple[str, Step]], list[Refused]]:
        """What the rows will do, and the errors of those that cannot."""
        steps: list[tuple[str, Step]] = []
        refused: list[Refused] = []
        for n, data in enumerate(rows):
            pointer = f"/data/{n}"
            try:
                if n in failed:
                    raise Problem(500, ErrorObject("runtime exception", "as switched on", pointer=pointer))
                wanted = bodies.sent(data, RESOURCES[type_], pointer)
                if not wanted.update or wanted.id is None:
                    raise bad_data("The create action is not allowed.", pointer)
                steps.append((wanted.id, self.writes.step(RESOURCES[type_], wanted)))
            except Problem as e:
                errors = (ErrorObject(x.title, x.detail, pointer=x.pointer or pointer) for x in e.errors)
                refused += ((e.status, x) for x in errors)
        return steps, refused


def _rows(body: dict[str, Any]) -> list[Any]:
    data = body["data"]
    if not isinstance(data, list):
        raise bad_data("The primary data object collection should be an array", "/data")
    if not data:
        raise bad_data("The primary data object collection should not be empty", "/data")
    return data
