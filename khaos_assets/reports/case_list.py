"""What the ledger says of a night, for its reports: the work list and how it moved."""

from __future__ import annotations

from dataclasses import dataclass

from khaos_assets.cases.ledger import open_ledger
from khaos_assets.cases.movement import Movement, of_night
from khaos_assets.cases.worklist import WorkList, work_list
from khaos_assets.config import Night, Store


@dataclass(frozen=True)
class CaseList:
    """The list of one night, and how it came to be that."""

    work: WorkList
    movement: Movement


def read_case_list(store: Store, night: Night) -> CaseList | None:
    """The list of a night; None where the ledger has not recorded it. Raises LedgerError where it cannot be opened."""
    with open_ledger(store) as ledger:
        if all(r.night != night.date for r in ledger.nights()):
            return None
        return CaseList(work_list(ledger, night.date), of_night(ledger, night.date))
