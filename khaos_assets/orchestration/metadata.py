"""What the UI shows beside an asset: figures, verdicts, previews, charts, links.

Here: turning results into Dagster metadata. Money is shown as text: the UI draws numbers as doubles.
Not here: computing any figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import duckdb
import msgspec
import pyarrow.parquet as pq
from dagster import MetadataValue, TableColumn, TableColumnConstraints, TableSchema

from khaos_assets.cases.movement import IN, OUT, Flow, Movement
from khaos_assets.config import Night, Settings, Store
from khaos_assets.expectations.contract import required_columns
from khaos_assets.expectations.result import CheckResult
from khaos_assets.rules.catalogue import load_catalogue
from khaos_assets.snapshots.certificate import Certificate, Verdict
from khaos_assets.systems.read import Proof
from khaos_assets.systems.wire import arrow_schema
from khaos_assets.warehouse import open_warehouse

if TYPE_CHECKING:
    from khaos_assets.reports.charts import Chart

CELL = 40
SENTENCE = 400
"""Characters of a cell: of a preview, of anything else."""
REASONS = 5
"""Shown of one certificate; the rest are counted."""

VERDICTS = {
    Verdict.COMPLETE: "COMPLETE",
    Verdict.COMPLETE_WITH_QUARANTINE: "COMPLETE_WITH_QUARANTINE: all there, some records unreadable and set aside",
    Verdict.INCOMPLETE: "INCOMPLETE: nothing is concluded from this snapshot",
}
PROOFS = {
    Proof.KEYSET: "keyset: every key of a complete list of keys was read",
    Proof.COUNTED: "counted: as many records as the system had named",
    Proof.TWO_PASS: "two_pass: two passes agree",
    Proof.OVERLAP_ONLY: "overlap_only: the weakest; what is not here is not proven absent",
}


def column_schema(record: type[msgspec.Struct]) -> TableSchema:
    """The columns of a snapshot, from its record type."""
    required = set(required_columns(record))
    return TableSchema(
        columns=[
            TableColumn(f.name, str(f.type), constraints=TableColumnConstraints(nullable=f.name not in required))
            for f in arrow_schema(record)
        ]
    )


def certificate_metadata(certificate: Certificate, parquet: Path, preview_rows: int) -> dict[str, Any]:
    """Verdict, why, and the first rows first; then what the verdict rests on. The UI keeps this order."""
    shown: dict[str, Any] = {
        "dagster/row_count": certificate.rows,
        "verdict": VERDICTS[certificate.verdict],
    }
    # As text: markdown stands behind a click, and why a read is INCOMPLETE must be seen at once.
    shown |= {f"reason {i}": f"{r.fault}: {r.detail}" for i, r in enumerate(certificate.reasons[:REASONS], 1)}
    if len(certificate.reasons) > REASONS:
        shown["further reasons"] = len(certificate.reasons) - REASONS
    shown |= {f"remark {i}": f"{r.fault}: {r.detail}" for i, r in enumerate(certificate.remarks[:REASONS], 1)}
    shown["proof"] = PROOFS[certificate.proof]
    if parquet.exists() and preview_rows:
        shown["first rows"] = parquet_preview(parquet, preview_rows)
    shown |= {"night": certificate.night, "quarantined": certificate.quarantined}
    if certificate.control_units is not None:
        shown["control total, units"] = _plain(Decimal(certificate.control_units))
    if certificate.control_value is not None:
        shown["control total, value"] = _plain(Decimal(certificate.control_value))
    if certificate.newest_change is not None:
        shown["newest change"] = _instant(datetime.fromisoformat(certificate.newest_change))
    shown |= {
        "pages": len(certificate.pages),
        "requests": certificate.requests,
        "re-reads": certificate.rereads,
        "end recognised by": certificate.end_recognised_by or "—",
        # The overview cuts off what has no place to break; the whole hash is in the certificate and the data version.
        "snapshot": certificate.snapshot[:16],
        "key set": certificate.key_set_hash,
        "file": MetadataValue.path(str(parquet)),
    }
    return shown


def parquet_preview(parquet: Path, rows: int) -> MetadataValue[Any]:
    """The first rows of the flat columns, as a table."""
    first = next(pq.ParquetFile(parquet).iter_batches(batch_size=rows), None)
    if first is None:
        return MetadataValue.md("no rows")
    flat = [f.name for f in first.schema if f.type.num_fields == 0][:10]
    rows_shown = ([r[c] for c in flat] for r in first.select(flat).to_pylist())
    return MetadataValue.md(markdown_table(flat, rows_shown, CELL))


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], width: int = SENTENCE) -> str:
    """A table whose cells can hold no markup and break no row."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(value, width) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any, width: int = SENTENCE) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = _instant(value)
    text = _plain(value) if isinstance(value, Decimal) else str(value)
    text = text if len(text) <= width else text[: width - 1] + "…"
    # A record's text must not become markup in the browser of the one who looks at it.
    return "".join(f"&#{ord(c)};" if c in "|<>&*_`[]()!\\\r\n~#:" else c for c in text)


def _plain(number: Decimal) -> str:
    """Exact, without the zeros that only fill the column's scale: 30.00000 → 30."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _instant(at: datetime) -> str:
    """To the millisecond, or the second where it is a whole one."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}{f'.{at.microsecond // 1000:03}' if at.microsecond else ''} UTC"


def pounds(amount: Decimal | None) -> str:
    return "—" if amount is None else f"£{amount:,.2f}" if amount >= 0 else f"−£{-amount:,.2f}"


def night_figures(db: duckdb.DuckDBPyConnection, night: Night) -> dict[str, Any]:
    """The exceptions of a night: counts by state, open ones by code, and a chart of families by severity."""
    states = dict(
        db.execute(
            "SELECT state, count(*) FROM exception WHERE night = ? GROUP BY 1 ORDER BY 1", [night.date]
        ).fetchall()
    )
    codes = db.execute(
        """
        SELECT code, systems, max(owner), count(*), sum(amount_gbp)::DECIMAL(18, 2)
        FROM exception WHERE night = ? AND state = 'open' GROUP BY code, systems ORDER BY code, systems
        """,
        [night.date],
    ).fetchall()
    families = db.execute(
        """
        SELECT split_part(code, '-', 1), severity, count(*)
        FROM exception WHERE night = ? AND state = 'open' GROUP BY ALL ORDER BY ALL
        """,
        [night.date],
    ).fetchall()
    catalogue = load_catalogue()
    table = markdown_table(
        ["code", "what", "systems", "owner", "open", "pounds"],
        ([c, catalogue[c].title, s, o, n, pounds(gbp)] for c, s, o, n, gbp in codes),
    )
    shown: dict[str, Any] = {
        "dagster/row_count": sum(states.values()),
        **{state: states.get(state, 0) for state in ("open", "expected", "suppressed")},
        "night": str(night),
        "open by code": MetadataValue.md(table if codes else "nothing is open"),
    }
    if families:
        from khaos_assets.reports.charts import SEVERITIES, open_by_family

        chart = open_by_family({(f, s): n for f, s, n in families if s in SEVERITIES})
        shown |= {"open by family": picture(chart)} if chart else {}
    return shown


def picture(chart: Chart) -> MetadataValue[Any]:
    """A chart in markdown, drawn here, loaded from nowhere.

    As SVG: sharp at its own size, where a picture with twice the pixels is too wide for the UI's dialog.
    """
    return MetadataValue.md(f"![{chart.words}](data:image/svg+xml,{quote(chart.svg, safe='')})")


def report_pictures(settings: Settings, store: Store, night: Night) -> dict[str, Any]:
    """How it went and goes: open value by night, ages, match rates, how long things take."""
    from khaos_assets.reports.case_list import read_course
    from khaos_assets.reports.figures import read_figures
    from khaos_assets.reports.page import charts_of
    from khaos_assets.reports.pictures import read_pictures

    with store.writing(), open_warehouse(store, read_only=True) as con:
        figures = read_figures(con, settings.merchant.name, night)
        pictures = read_pictures(con, figures, read_course(store, night))
    return {chart.title: picture(chart) for chart in charts_of(pictures)}


def check_metadata(result: CheckResult, store: Store) -> dict[str, Any]:
    """Everything a person needs to act on one check."""
    shown: dict[str, Any] = {
        "status": status(result),
        "night": result.night,
        "owner": result.owner,
        "severity": result.severity,
        "systems": result.systems,
        "count": result.count,
    }
    if result.reason:
        shown["reason"] = result.reason
    if result.compared is not None:
        shown["compared"] = result.compared
    if result.percentage is not None:
        shown["percentage"] = f"{result.percentage} %"
    if result.kind == "code":
        shown |= {
            "pounds": pounds(result.open_gbp),
            "inside their grace": result.expected,
            "explained by another code": result.suppressed,
        }
    sample = " · ".join(result.sample)
    if sample and sample != result.reason:
        shown["largest" if result.kind == "code" else "broken"] = sample
    if result.link:
        shown["rows" if result.kind == "code" else "certificate"] = MetadataValue.path(str(store.root / result.link))
    return shown


def validation_figures(results: Sequence[CheckResult]) -> dict[str, Any]:
    """How many checks passed, failed and could not be tested, and which: each kind in a table of its own."""
    shown: dict[str, Any] = {
        word: sum(status(r) == word for r in results) for word in ("PASSED", "FAILED", "NOT TESTED")
    }
    codes = [r for r in results if r.kind == "code"]
    tables = {
        "snapshots not passed": (
            ["snapshot", "status", "reason"],
            [[r.subject, status(r), r.reason] for r in results if r.kind == "read" and r.passed is not True],
        ),
        "codes failed": (
            ["code", "what", "systems", "owner", "open", "pounds"],
            [[r.subject, r.title, r.systems, r.owner, r.count, pounds(r.open_gbp)] for r in codes if r.passed is False],
        ),
        "codes not tested": (
            ["code", "systems", "reason"],
            [[r.subject, r.systems, r.reason] for r in codes if r.passed is None],
        ),
    }
    for name, (columns, rows) in tables.items():
        if rows:
            shown[name] = MetadataValue.md(markdown_table(columns, rows))
    return shown


def status(result: CheckResult) -> str:
    """NOT TESTED is a status of its own."""
    return "NOT TESTED" if result.passed is None else "PASSED" if result.passed else "FAILED"


def files(paths: Mapping[str, Path]) -> dict[str, Any]:
    """One path each, with its size."""
    return {name: MetadataValue.path(str(path)) for name, path in sorted(paths.items())} | {
        "bytes": sum(p.stat().st_size for p in paths.values() if p.is_file())
    }


def movement_figures(movement: Movement) -> dict[str, Any]:
    """How the list of cases moved: cases by flow, and the pounds of each basis and side apart."""
    flows = [f for f in ("brought_forward", *IN, *OUT, "carried_forward") if movement.moved(f)]
    rows = [[x.basis.value, x.side, *(_flow(x.all_flows()[f]) for f in flows)] for x in movement.lines]
    heads = ["basis", "side", *(f.replace("_", " ") for f in flows)]
    return {
        "cases carried forward": movement.total("carried_forward"),
        "cases opened": movement.total("opened") + movement.total("reopened"),
        "cases resolved": sum(movement.total(name) for name in ("evidence", "correction", "person", "explained")),
        "movement (cases · pounds)": MetadataValue.md(markdown_table(heads, rows)),
        "movement ties": movement.ties,
    }


def _flow(flow: Flow) -> str:
    return f"{flow.cases} · {flow.gbp:,.2f}" if flow.cases or flow.gbp else ""
