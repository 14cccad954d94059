"""Bulk requests: many writes in one call, whose ends are told later (contract scayle, 3.9 and 5)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.scayle.client import CursorRefused, ScayleClient
from khaos_assets.systems.transport import Answer, TransportError
from khaos_assets.systems.write import LOOKS, Acked, Indeterminate, Outcome, Refused, answered, read_as

REFUSALS = frozenset({400, 401, 403, 404, 413, 422})
ENDED = frozenset({"processed", "failed", "cancelled", "aborted"})


class _Started(msgspec.Struct, frozen=True):
    key: int | str


class _Progress(msgspec.Struct, frozen=True):
    failedOperations: int = 0  # noqa: N815 (exact wire words)


class _Status(msgspec.Struct, frozen=True):
    status: str
    progress: _Progress = _Progress()


class _Response(msgspec.Struct, frozen=True):
    statusCode: int = 0  # noqa: N815


class _Operation(msgspec.Struct, frozen=True):
    status: str
    response: _Response | None = None


async def posted_together(
    client: ScayleClient, resource: str, scope: str, posts: Sequence[tuple[str, str, object]]
) -> list[Outcome]:
    """Send posts (key, path, body) as one bulk request and wait for its end; what became of each, in their order."""
    operations = [{"key": key, "url": path, "method": "POST", "headers": {}, "body": body} for key, path, body in posts]
    content = msgspec.json.Encoder(decimal_format="number").encode({"callbacks": [], "operations": operations})
    says, path = f"POST {resource}/bulk-requests", f"{resource}/bulk-requests"
    answer = await answered(
        client.write("POST", path, content, operation=says, scope=scope, expect={200, 201, 202, *REFUSALS})
    )
    if not isinstance(answer, Answer):
        return [answer] * len(posts)
    if answer.status in REFUSALS:
        return [Refused(f"{says} answered {answer.status}")] * len(posts)
    try:
        key = read_as(answer, _Started).key
        end = await _ended(client, f"/bulk-requests/{key}/status")
        if end is None:
            return [Indeterminate(f"bulk request {key} was accepted and did not end")] * len(posts)
        if end.status == "processed" and end.progress.failedOperations == 0:
            return [Acked()] * len(posts)
        return [await _one(client, f"/bulk-requests/{key}/operations/{own}/status") for own, _, _ in posts]
    except (ReadFailed, TransportError, CursorRefused) as e:
        return [Indeterminate(f"the bulk request was accepted, and cannot be asked after: {e}")] * len(posts)


async def _ended(client: ScayleClient, path: str) -> _Status | None:
    for seconds in LOOKS:
        await asyncio.sleep(seconds)
        answer = await client.get(path, operation="GET /bulk-requests/{k}/status", scope="globalRead")
        told = read_as(answer, _Status) if answer is not None else None
        if told is not None and told.status in ENDED:
            return told
    return None


async def _one(client: ScayleClient, path: str) -> Outcome:
    operation = "GET /bulk-requests/{k}/operations/{op}/status"
    answer = await client.get(path, operation=operation, scope="globalRead")
    told = read_as(answer, _Operation) if answer is not None else None
    if told is None or told.response is None:
        return Indeterminate("the bulk request does not tell what became of it")
    status = told.response.statusCode
    if 400 <= status < 500:
        return Refused(f"the bulk request answered {status} for it")
    return Acked() if 200 <= status < 300 else Indeterminate(f"the bulk request answered {status} for it")
