"""What was accepted as it stood when a night was recorded: by whom, why, until when, at what value."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from khaos_assets.cases import tables
from khaos_assets.cases.events import Kind
from khaos_assets.cases.ledger import Ledger, LedgerError, recorded
from khaos_assets.cases.movement import basis_and_side
from khaos_assets.rules.basis import Basis

ENDS = (Kind.ACCEPTED, Kind.REOPENED, Kind.RESOLVED, Kind.FALSE_POSITIVE)
"""What makes a case accepted, and what makes it something else."""


@dataclass(frozen=True)
class Accepted:
    """A difference that somebody lives with. GBP; `until` is a night, `at` aware UTC."""

    case_key: str
    code: str
    systems: str
    record_key: str
    scope: str
    owner: str
    basis: Basis
    amount_gbp: Decimal | None
    by: str
    proposed_by: str
    reason: str
    note: str
    at: datetime
    until: date


def accepted_at(ledger: Ledger, night: date) -> list[Accepted]:
    """What was accepted when a night was recorded, by code and record. Raises LedgerError where it was not."""
    event, case = tables.event, tables.case
    with ledger.engine.connect() as connection:
        mine = [r for r in recorded(connection) if r.night == night]
        if not mine:
            raise LedgerError(f"the ledger has no night {night}")
        newest = (
            sa.select(event.c.case_key, sa.func.max(event.c.seq).label("seq"))
            .where(event.c.kind.in_([k.value for k in ENDS]), event.c.seq <= mine[-1].last_seq)
            .group_by(event.c.case_key)
            .subquery()
        )
        rows = connection.execute(
            sa.select(event, case.c.code, case.c.systems, case.c.record_key, case.c.scope, case.c.owner)
            .join(newest, newest.c.seq == event.c.seq)
            .join(case, case.c.case_key == event.c.case_key)
            .where(event.c.kind == Kind.ACCEPTED.value)
            .order_by(case.c.code, case.c.record_key, event.c.case_key)
        ).mappings()
        found: list[Accepted] = []
        for row in rows:
            body = json.loads(row["body"])
            amount = body["amount_gbp"]
            found.append(
                Accepted(
                    row["case_key"], row["code"], row["systems"], row["record_key"], row["scope"], row["owner"],
                    basis_and_side(row["code"], row["systems"], 0)[0], None if amount is None else Decimal(amount),
                    row["actor"], body.get("proposed_by") or "", body["reason"], body["note"], row["at"],
                    date.fromisoformat(body["until"]),
                )
            )  # fmt: skip
    return found
