"""The columns of an exceptions export: their order, their kind, and their text (interface: "Exceptions export").

Not here: which rows are exported (`export.py`), how a cell looks in a workbook (`workbook/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds. Only TEXT can carry somebody else's words, so only TEXT needs a guard in a spreadsheet."""

    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    UNITS = "units"
    MONEY = "money"


@dataclass(frozen=True)
class Column:
    """One exported column, named as in the table `exception`."""

    name: str
    kind: Kind = Kind.TEXT

    def as_text(self) -> str:
        """SQL for its exact text: decimals without padding, instants ISO 8601 UTC, NULL stays NULL."""
        match self.kind:
            case Kind.UNITS:
                return f"regexp_replace(CAST({self.name} AS VARCHAR), '\\.?0+$', '')"
            case Kind.INSTANT:
                wall = f"make_timestamp(epoch_us({self.name}))"
                fraction = f"epoch_us({self.name}) % 1000000"
                return (
                    f"CASE WHEN {fraction} = 0 THEN strftime({wall}, '%Y-%m-%dT%H:%M:%SZ') "
                    f"ELSE strftime({wall}, '%Y-%m-%dT%H:%M:%S.%fZ') END"
                )
            case Kind.TEXT:
                return self.name
            case _:
                return f"CAST({self.name} AS VARCHAR)"

    def as_safe_text(self) -> str:
        """SQL for text that no spreadsheet takes for a formula: a quote before = + - @ tab CR LF, on text only."""
        if self.kind is not Kind.TEXT:
            return self.as_text()
        return (
            f"CASE WHEN regexp_matches({self.name}, '^[=+\\-@\\t\\r\\n]') THEN '''' || {self.name} ELSE {self.name} END"
        )


EXPORT: tuple[Column, ...] = (
    Column("night", Kind.DATE),
    Column("code"),
    Column("case_key"),
    Column("state"),
    Column("severity"),
    Column("owner"),
    Column("systems"),
    Column("entity"),
    Column("record_key"),
    Column("scope"),
    Column("counterpart_key"),
    Column("field"),
    Column("expected_value"),
    Column("actual_value"),
    Column("reason"),
    Column("units", Kind.UNITS),
    Column("amount", Kind.MONEY),
    Column("currency"),
    Column("amount_gbp", Kind.MONEY),
    Column("observed_at", Kind.INSTANT),
    Column("as_of", Kind.INSTANT),
    Column("expected_snapshot"),
    Column("actual_snapshot"),
    Column("suppressed_by"),
    Column("correction"),
    Column("evidence"),
)

# A total order, so that neither the number of workers nor the order of rows shows in a file. Qualified: the stored
# values are meant, not the exported texts of the same names.
EXPORT_ORDER = (
    "exception.night, exception.code, exception.systems, exception.record_key, exception.scope, exception.field, "
    "exception.case_key, exception.counterpart_key NULLS FIRST, exception.state, exception.evidence"
)
