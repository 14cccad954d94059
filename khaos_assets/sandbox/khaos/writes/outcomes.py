"""What came of one record of a write, and the memory of client references (contract khaos, section 5, extension)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation

LONGEST_CLIENT_REF = 50


class Reason(StrEnum):
    """The stable words of the extension."""

    UNKNOWN_CODE = "UNKNOWN_CODE"
    DUPLICATE_REF = "DUPLICATE_REF"
    STAGE_NOT_ALLOWED = "STAGE_NOT_ALLOWED"
    AMBIGUOUS_INVOICE = "AMBIGUOUS_INVOICE"
    FIELD_NOT_WRITABLE = "FIELD_NOT_WRITABLE"
    VALUE_INVALID = "VALUE_INVALID"
    CLIENT_REF_REUSED = "CLIENT_REF_REUSED"
    TOTAL_MISMATCH = "TOTAL_MISMATCH"


class Refused(Exception):
    """A record is not taken; nothing was done for it. `stock` = the item may not be sold (switch `business_fault`)."""

    def __init__(self, reason: Reason, text: str, *, stock: bool = False) -> None:
        super().__init__(text)
        self.reason = reason
        self.stock = stock


@dataclass(frozen=True)
class Outcome:
    """One entry of `.Results[]`; `code` is what Khaos calls the record, `entry` the documented result entry."""

    ref: str
    result: str
    reason: str = ""
    text: str = ""
    client_ref: str = ""
    code: str = ""
    entry: Any = None

    def wire(self) -> dict[str, str]:
        """As a TUpdateItem."""
        return {
            "Ref": self.ref,
            "Result": self.result,
            "Reason": self.reason,
            "ClientRef": self.client_ref,
            "Code": self.code,
        }


def applied(ref: str, *, code: str = "", entry: Any = None) -> Outcome:
    return Outcome(ref, "APPLIED", code=code, entry=entry)


def already(ref: str, *, code: str = "") -> Outcome:
    return Outcome(ref, "ALREADY_APPLIED", code=code)


def once(khaos: Installation, ref: str, client_ref: str, asked: Any, do: Callable[[], Outcome]) -> Outcome:
    """Do it unless this reference has done it. Same reference, same content: ALREADY_APPLIED with the first result;
    same reference, other content: refused. What was refused is not remembered: nothing was done."""
    if khaos.switches.take("forget_client_ref") is not None:
        khaos.client_refs.clear()
    if len(client_ref) > LONGEST_CLIENT_REF:
        return Outcome(ref, "REFUSED", Reason.VALUE_INVALID, "ClientRef is too long", client_ref)
    if client_ref in khaos.client_refs:
        before, first = khaos.client_refs[client_ref]
        if before != asked:
            return Outcome(ref, "REFUSED", Reason.CLIENT_REF_REUSED, "ClientRef has other content", client_ref)
        return Outcome(ref, "ALREADY_APPLIED", client_ref=client_ref, code=first.code, entry=first.entry)
    try:
        done = do()
    except Refused as e:
        if e.stock:
            raise
        return Outcome(ref, "REFUSED", e.reason, str(e), client_ref)
    outcome = Outcome(ref, done.result, done.reason, done.text, client_ref, done.code, done.entry)
    if client_ref:
        khaos.client_refs[client_ref] = (asked, outcome)
    return outcome
