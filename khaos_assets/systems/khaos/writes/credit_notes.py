"""Credit notes, by the assumed extension (contract khaos, 5: ImportCreditNote)."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import msgspec
from lxml import etree

from khaos_assets.systems.khaos.client import KhaosClient
from khaos_assets.systems.khaos.writes.asking import carried_out
from khaos_assets.systems.khaos.writes.lines import Line
from khaos_assets.systems.khaos.writes.references import total_of, under_reference
from khaos_assets.systems.write import Outcome, Repeat, Write


class CreditNoteWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A credit note for units of one invoice; stock stays as it is. Nothing undoes it.

    The value is what the credit notes of the order's reference come to, with VAT, in its currency; None without any.
    """

    system: ClassVar[str] = "khaos"
    name: ClassVar[str] = "khaos.credit_note"
    says: ClassVar[str] = "ImportCreditNote"
    of_item: ClassVar[bool] = False
    assumed: ClassVar[bool] = True
    money: ClassVar[bool] = True
    repeat: ClassVar[Repeat] = Repeat.KEYED
    reversible: ClassVar[bool] = False
    reference: str
    order: str
    invoice: str
    company: str
    currency: str
    """Empty: that of the system."""
    day: str
    """ISO 8601, London."""
    lines: str
    """JSON, as `Line`."""

    async def current(self, client: KhaosClient) -> str | None:
        found = [total_of(row) for row in await under_reference(client, self.reference, credit_notes=True)]
        return f"{abs(sum(found, Decimal(0))):f}" if found else None

    async def put(self, client: KhaosClient, value: str, key: str) -> Outcome:  # noqa: ARG002 (the lines come to it)
        notes = etree.Element("CREDIT_NOTES")
        note = etree.SubElement(notes, "CREDIT_NOTE")
        said = {
            "ASSOCIATED_REF": self.reference, "SORDER_CODE": self.order, "INVOICE_CODE": self.invoice,
            "COMPANY_CODE": self.company, "CREDIT_DATE": self.day, "CURRENCY_CODE": self.currency, "REASON": "Refund",
        }  # fmt: skip
        for name, text in said.items():
            etree.SubElement(note, name).text = text
        items = etree.SubElement(note, "ITEMS")
        for line in msgspec.json.decode(self.lines, type=list[Line]):
            line.write(etree.SubElement(items, "ITEM"), "QTY", RETURN_TO_STOCK="0")
        document = etree.tostring(notes, encoding="unicode")
        return await carried_out(client, "ImportCreditNote", key, {"CreditNotes": document})
