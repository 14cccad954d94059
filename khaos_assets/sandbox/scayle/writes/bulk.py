"""Bulk requests: many writes in one call, whose ends are told later. Contract scayle, 5.

The operations are done in their order when the request comes; what is told of them lags behind: the first look finds
the request being processed (half of it), the next finds its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import msgspec

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.scayle import lists
from khaos_assets.sandbox.scayle.bodies import records, required
from khaos_assets.sandbox.scayle.calls import Call, Refused
from khaos_assets.sandbox.scayle.routes import BASE
from khaos_assets.sandbox.scayle.rows import Record, line
from khaos_assets.sandbox.scayle.write import Done

LARGEST = 100_000
ALLOWED = {
    "POST /products/bulk-requests": "/products",
    "POST /variants/prices/bulk-requests": "/variants/{}/prices",
    "POST /variants/stocks/bulk-requests": "/variants/{}/stocks",
}
"""Bulk call → what the paths of its operations begin with."""

NEW, PROCESSING, PROCESSED, CANCELLED, FAILED = "new", "processing", "processed", "cancelled", "failed"


@dataclass
class Request:
    """One bulk request: the key and the answer of each operation, and how often it was looked at."""

    key: int
    answers: list[tuple[str, int, msgspec.Raw]]
    looks: int = 0
    cancelled: bool = False

    def look(self) -> Record:
        """Its status, as one more look finds it."""
        self.looks += 1
        return self.status()

    def status(self) -> Record:
        total = len(self.answers)
        done = (0, total // 2, total)[min(self.looks, 2)]
        failed = sum(status >= 400 for _, status, _ in self.answers[:done])
        state = CANCELLED if self.cancelled else (NEW, PROCESSING, PROCESSED)[min(self.looks, 2)]
        # The contract's words, and beside them those of the vendor's SDK examples.
        progress = {"total": total, "processed": done, "failedOperations": failed}
        return {
            "key": self.key,
            "status": state,
            "progress": progress | {"totalOperations": total, "processedOperations": done},
        }


class Bulk:
    """The bulk requests of one tenant, over all nights. `perform` does one operation and raises Refused."""

    def __init__(self, faults: Faults, perform: Callable[[Call], Done]) -> None:
        self.faults = faults
        self.perform = perform
        self._requests: dict[int, Request] = {}
        self._keys = count(1)

    def start(self, call: Call) -> Done:
        """POST …/bulk-requests: answers with the key of the request."""
        if call.operation.startswith("POST /variants/stocks") and self.faults.active("scayle", "bulk_stock_off"):
            raise Refused(404, "ROUTE_NOT_FOUND", "stock is not a bulk resource")
        operations = records(call.record(), "operations")
        if len(operations) > LARGEST:
            raise Refused(413, "TOO_MANY_OPERATIONS", f"{LARGEST} operations may run at a time")
        keys = [required(o, "key", str) for o in operations]
        if len(set(keys)) < len(keys):
            raise Refused(400, "INVALID_OPERATIONS", "the keys of the operations must differ")
        partial = self.faults.take("scayle", "bulk_partial", **call.match)
        spoiled = _spoiled(keys, partial) if partial else set()
        answers = [(k, *self._one(call, o, k in spoiled)) for k, o in zip(keys, operations, strict=True)]
        request = self._requests[key] = Request(key := next(self._keys), answers)
        return Done(201, line({"key": request.key}))

    def all(self, _: Call) -> bytes:
        """GET /bulk-requests: the whole list, without a cursor."""
        return lists.whole(line(r.status()) for r in self._requests.values())

    def status(self, call: Call) -> bytes:
        """GET /bulk-requests/{k}/status"""
        return line(self._request(call).look())

    def operation_status(self, call: Call) -> bytes:
        """GET /bulk-requests/{k}/operations/{op}/status"""
        request = self._request(call)
        whole = request.status()
        for place, (key, status, body) in enumerate(request.answers):
            if key == call.segments[1]:
                is_done = place < whole["progress"]["processed"]
                state = (FAILED if status >= 400 else PROCESSED) if is_done else NEW
                shown = {"key": key, "status": state, "bulkRequest": whole}
                return line(shown | {"response": {"statusCode": status, "body": body}} if is_done else shown)
        raise Refused(404, "OPERATION_NOT_FOUND", f"request {request.key} has no operation {call.segments[1]!r}")

    def cancel(self, call: Call) -> Done:
        """PUT /bulk-requests/{k}/cancel: what has been done stays."""
        request = self._request(call)
        request.cancelled = request.looks < 2
        return Done(200, line(request.status()))

    def _request(self, call: Call) -> Request:
        found = self._requests.get(call.identifier(0).id or 0)
        if found is None:
            raise Refused(404, "BULK_REQUEST_NOT_FOUND", f"there is no bulk request {call.segments[0]}")
        return found

    def _one(self, call: Call, operation: Record, is_spoiled: bool) -> tuple[int, msgspec.Raw]:
        """Status and body of one operation."""
        try:
            if is_spoiled:
                raise Refused(500, "INTERNAL_ERROR", "failed as switched on")
            done = self._performed(call, operation)
        except Refused as e:
            error = {"errorKey": e.key, "message": e.message, "context": {}}
            return e.status, msgspec.Raw(line({"errors": [error]}))
        return done.status, msgspec.Raw(done.content or b"null")

    def _performed(self, call: Call, operation: Record) -> Done:
        url, method = required(operation, "url", str), required(operation, "method", str).upper()
        raw = "/" + url.partition("?")[0].removeprefix(BASE).lstrip("/")
        meant = Call.to(method, raw, body=line(operation.get("body")))
        if meant is None or not meant.operation.partition(" ")[2].startswith(ALLOWED[call.operation]):
            raise Refused(404, "ROUTE_NOT_FOUND", f"{method} {raw} is not an operation of this bulk request")
        return self.perform(meant)


def _spoiled(keys: list[str], parameters: dict[str, Any]) -> set[str]:
    """Named by `keys`, or every second one (`every`)."""
    if (named := parameters.get("keys")) is not None:
        return set(named)
    every = parameters.get("every", 2)
    return set(keys[every - 1 :: every])
