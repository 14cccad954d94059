"""What a night recorded as evidence of a case: read from the published copy, so that a decision can keep it."""

from __future__ import annotations

import duckdb

from khaos_assets.config import Store
from khaos_assets.warehouse.publishing import published_copy


def evidence_of(store: Store, case_key: str) -> str | None:
    """The evidence (JSON text) of the newest night that shows a case; None where no finished night does."""
    copy = published_copy(store)
    if copy is None:
        return None
    with duckdb.connect(str(copy), read_only=True) as db:
        found = db.execute(
            "SELECT evidence FROM exception WHERE case_key = ? ORDER BY night DESC LIMIT 1", [case_key]
        ).fetchone()
    return None if found is None else found[0]
