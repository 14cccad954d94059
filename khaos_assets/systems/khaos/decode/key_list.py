"""The key lists: which stock items and companies there are, and when each was last updated (contract 3.2 and 3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.calls import askable
from khaos_assets.systems.khaos.fields import Element


@dataclass(frozen=True)
class Key:
    """One row: the code, when it was last updated (text as it came, London local), its style parent if any."""

    code: str
    last_updated: str | None
    parent_code: str | None = None


Keys = Mapping[str, Key]
"""A key list by exact code."""


def read_list(result: Element, code: str) -> list[Key]:
    """The rows of a TStockList or TCompanyList; `code` names the column of the code.

    Raises Unreadable "count_mismatch" where Count is not the number of rows: the list was cut on the way.
    """
    count = soap.properties(result).get("Count")
    listed = soap.member(result, "List")
    rows = [soap.properties(r) for r in soap.items(listed)] if listed is not None else []
    if count is None or not count.strip().isdigit() or int(count) != len(rows):
        raise soap.Unreadable("count_mismatch", f"Count is {count}, the list has {len(rows)} rows")
    keys: list[Key] = []
    for row in rows:
        text = row.get(code)
        if text is None:
            raise soap.Unreadable("key_missing", f"a row of the key list has no {code}")
        keys.append(Key(text, row.get("LastUpdated"), row.get("ParentCode")))
    return keys


def by_code(rows: list[Key]) -> Keys:
    """By code; where a code is repeated, the row with the later stamp counts."""
    found: dict[str, Key] = {}
    for row in rows:
        if row.code not in found or (found[row.code].last_updated or "") < (row.last_updated or ""):
            found[row.code] = row
    return found


def split_askable(keys: Keys) -> tuple[list[str], list[str]]:
    """Codes that can be asked for, and those that cannot (a comma); both in the order of the list."""
    codes = list(keys)
    return [c for c in codes if askable(c)], [c for c in codes if not askable(c)]
