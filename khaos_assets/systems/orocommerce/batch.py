"""Many rows in one call: PATCH of a list, worked off later by the shop (contract orocommerce, 5).

What became of a row is told by the errors of the operation; a row without one is read back by the caller.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from khaos_assets.systems.orocommerce.client import OroClient
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import Answer, TransportError
from khaos_assets.systems.write import LOOKS, Acked, Indeterminate, Outcome, Refused, answered, read_as

REFUSALS = frozenset({400, 403, 404, 405, 409, 413})
PAGE = 1000


class _State(msgspec.Struct, frozen=True):
    status: str


class _Operation(msgspec.Struct, frozen=True):
    attributes: _State


class _Told(msgspec.Struct, frozen=True):
    data: _Operation


class _Place(msgspec.Struct, frozen=True):
    pointer: str = ""


class _Problem(msgspec.Struct, frozen=True):
    status: int | str = 0
    title: str = ""
    source: _Place | None = None


class _Error(msgspec.Struct, frozen=True):
    attributes: _Problem


class _Errors(msgspec.Struct, frozen=True):
    data: list[_Error]


async def changed_together(
    client: OroClient, operation: str, type_: str, rows: Sequence[Mapping[str, object]]
) -> list[Outcome]:
    """Send rows (id, attributes) as one batch and wait for its end; what became of each, in their order."""
    data = [{"meta": {"update": True}, "type": type_, **row} for row in rows]
    answer = await answered(client.write(operation, "PATCH", f"/{type_}", {"data": data}, {202, *REFUSALS}))
    if not isinstance(answer, Answer):
        return [answer] * len(rows)
    if answer.status in REFUSALS:
        return [Refused(f"{operation} answered {answer.status}")] * len(rows)
    number = answer.headers.get("Content-Location", "").rstrip("/").rpartition("/")[2]
    if not number:
        return [Indeterminate("the batch was accepted without a place to ask after it")] * len(rows)
    try:
        if not await _ended(client, number):
            return [Indeterminate(f"batch {number} was accepted and did not end")] * len(rows)
        return await _outcomes(client, number, len(rows))
    except (ReadFailed, TransportError) as e:
        return [Indeterminate(f"batch {number} was accepted, and cannot be asked after: {e}")] * len(rows)


async def _ended(client: OroClient, number: str) -> bool:
    for seconds in LOOKS:
        await asyncio.sleep(seconds)
        answer = await client.get("GET /asyncoperations/{id}", f"/asyncoperations/{number}", {})
        if read_as(answer, _Told).data.attributes.status in ("success", "failed"):
            return True
    return False


async def _outcomes(client: OroClient, number: str, rows: int) -> list[Outcome]:
    """A row without an error counts as done until it is read back; one that the shop itself broke at proves nothing."""
    outcomes: list[Outcome] = [Acked()] * rows
    path = f"/asyncoperations/{number}/errors"
    for page in range(1, rows + 2):
        params = {"page[number]": page, "page[size]": PAGE}
        found = read_as(await client.get("GET /asyncoperations/{id}/errors", path, params), _Errors).data
        for problem in (e.attributes for e in found):
            place = (problem.source.pointer if problem.source else "").split("/")[2:3]
            why = f"batch {number}: {problem.status} {problem.title}"
            if not place or not place[0].isdigit() or int(place[0]) >= rows:
                return [Indeterminate(why)] * rows  # it is not said of which row
            outcomes[int(place[0])] = Refused(why) if int(problem.status) < 500 else Indeterminate(why)
        if len(found) < PAGE:
            break
    return outcomes
