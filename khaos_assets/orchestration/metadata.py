"""What the UI shows beside an asset: figures, verdicts, previews, charts, links.

Here: turning results into Dagster metadata. Money is shown as text: the UI draws numbers as doubles.
Not here: computing any figure.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow.parquet as pq
from dagster import MetadataValue, TableColumn, TableColumnConstraints, TableSchema

from khaos_assets.config import Night, Store
from khaos_assets.expectations.contract import required_columns
from khaos_assets.expectations.result import CheckResult
from khaos_assets.rules.catalogue import FAMILIES
from khaos_assets.snapshots.certificate import Certificate
from khaos_assets.systems.wire import arrow_schema

CELL = 40
SENTENCE = 400
"""Characters of a cell: of a preview, of anything else."""


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
    """Verdict and proof first, then what they rest on, then the first rows."""
    shown: dict[str, Any] = {
        "dagster/row_count": certificate.rows,
        "verdict": certificate.verdict.value,
        "proof": certificate.proof.value,
        "quarantined": certificate.quarantined,
        "pages": len(certificate.pages),
        "requests": certificate.requests,
        "re-reads": certificate.rereads,
        "end recognised by": certificate.end_recognised_by or "—",
        "snapshot": certificate.snapshot,
        "key set": certificate.key_set_hash,
        "night": certificate.night,
        "file": MetadataValue.path(str(parquet)),
    }
    optional = {
        "control total, units": certificate.control_units,
        "control total, value": certificate.control_value,
        "newest change": certificate.newest_change,
    }
    shown |= {name: value for name, value in optional.items() if value is not None}
    if certificate.reasons:
        shown["reasons"] = MetadataValue.md("\n".join(f"- **{r.fault}** {r.detail}" for r in certificate.reasons))
    if parquet.exists() and preview_rows:
        shown["preview"] = parquet_preview(parquet, preview_rows)
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
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    text = text if len(text) <= width else text[: width - 1] + "…"
    # A record's text must not become markup in the browser of the one who looks at it.
    return "".join(f"&#{ord(c)};" if c in "|<>&*_`[]()!\\\r\n~#:" else c for c in text)


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
        SELECT code, systems, any_value(owner), count(*), sum(amount_gbp)::DECIMAL(18, 2)
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
    table = markdown_table(
        ["code", "systems", "owner", "open", "pounds"], ([c, s, o, n, pounds(gbp)] for c, s, o, n, gbp in codes)
    )
    shown: dict[str, Any] = {
        "dagster/row_count": sum(states.values()),
        **{state: states.get(state, 0) for state in ("open", "expected", "suppressed")},
        "night": str(night),
        "open by code": MetadataValue.md(table if codes else "nothing is open"),
    }
    if families:
        shown["open by family"] = MetadataValue.md(family_chart({(f, s): n for f, s, n in families}))
    return shown


def family_chart(counts: Mapping[tuple[str, str], int]) -> str:
    """Open exceptions by family and severity: a picture in markdown, drawn here, loaded from nowhere."""
    import altair as alt
    import vl_convert

    from khaos_assets.reports.charts import SEVERITIES

    place = {severity: i for i, severity in enumerate(SEVERITIES)}
    values = [
        {"family": FAMILIES.get(family, family), "severity": severity, "open": count, "place": place[severity]}
        for (family, severity), count in sorted(counts.items())
    ]
    chart = (
        alt.Chart(alt.Data(values=values), width=460, height=alt.Step(26))
        .mark_bar()
        .encode(
            x=alt.X("sum(open):Q", title="open exceptions", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("family:N", title=None, sort="-x"),
            color=alt.Color(
                "severity:N",
                scale=alt.Scale(domain=list(SEVERITIES), range=list(SEVERITIES.values())),
                legend=alt.Legend(title=None, orient="bottom"),
            ),
            order=alt.Order("place:Q"),
        )
    )
    picture = vl_convert.vegalite_to_png(chart.to_json(), scale=2)
    words = ", ".join(f"{v['family']} {v['severity']} {v['open']}" for v in values)
    return f"![{words}](data:image/png;base64,{base64.b64encode(picture).decode()})"


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
    if result.sample:
        shown["largest" if result.kind == "code" else "broken"] = MetadataValue.md(
            "\n".join(f"- {_cell(key)}" for key in result.sample)
        )
    if result.link:
        shown["rows"] = MetadataValue.path(str(store.root / result.link))
    return shown


def status(result: CheckResult) -> str:
    """NOT TESTED is a status of its own."""
    return "NOT TESTED" if result.passed is None else "PASSED" if result.passed else "FAILED"


def files(paths: Mapping[str, Path]) -> dict[str, Any]:
    """One path each, with its size."""
    return {name: MetadataValue.path(str(path)) for name, path in sorted(paths.items())} | {
        "bytes": sum(p.stat().st_size for p in paths.values() if p.is_file())
    }
