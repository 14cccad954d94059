"""What the writes of Khaos share: a call that is sent once, a document that is read back (contract khaos, 5 and 6).

A Fault does not say what was done, so it proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.client import KhaosClient
from khaos_assets.systems.khaos.fields import Element
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import Halted, OriginRefused, TransportError
from khaos_assets.systems.write import Acked, Indeterminate, Outcome, Refused


async def exported(client: KhaosClient, call: soap.Call) -> Element:
    """The document that a call exports. Raises ReadFailed, TransportError."""
    try:
        return soap.document_of(soap.read_answer(await client.send(call)))
    except soap.Unreadable as e:
        raise ReadFailed(e.fault, f"{call.method}: {e}") from e


async def sent_once(client: KhaosClient, call: soap.Call) -> Element | Refused | Indeterminate:
    """The result of a call that changes something, or what its failure means. Raises Halted."""
    try:
        return soap.read_answer(await client.send(call, repeatable=False))
    except Halted:
        raise
    except OriginRefused as e:
        return Refused(str(e))
    except (TransportError, soap.Unreadable) as e:
        return Indeterminate(str(e))


async def carried_out(client: KhaosClient, method: str, key: str, arguments: Mapping[str, soap.Argument]) -> Outcome:
    """One call of the extension, and what its one result says."""
    result = await sent_once(client, soap.Call(method, {**arguments, "ClientRef": key}))
    if not isinstance(result, Element):
        return result
    results = soap.member(result, "Results")
    said = [soap.properties(r) for r in soap.items(results)] if results is not None else []
    if len(said) != 1 or said[0].get("ClientRef") not in (key, None):
        return Indeterminate(f"{method} answered {len(said)} results where one is due")
    match said[0].get("Result"):
        case "APPLIED" | "ALREADY_APPLIED":
            return Acked()
        case "REFUSED":
            return Refused(f"{method}: {said[0].get('Reason') or 'no reason given'}")
        case other:
            return Indeterminate(f"{method} answered {other}")
