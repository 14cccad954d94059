"""Running a night, and telling what it found."""

from __future__ import annotations

import gc
import textwrap
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khaos_assets.cli.session import Session
from khaos_assets.cli.tables import print_table
from khaos_assets.config import Night, Settings, Store

if TYPE_CHECKING:
    from khaos_assets.cli.overview import Finding
    from khaos_assets.reports.figures import Figures


WIDTH = 118
"""Characters of a line of totals."""


def run_night(session: Session, night: Night) -> None:
    """Run one night in this process through Dagster: it stands in the Dagster UI afterwards like any other run."""
    from khaos_assets.orchestration import run_night as run

    gc.freeze()  # what is loaded stays; looking through it for garbage was a sixteenth of a night
    try:
        run(session.config, night, ready_file=session.ready_file, data_dir=session.settings.data_dir)
    finally:
        gc.unfreeze()  # else DuckDB complains on leaving of what nobody took away


@dataclass(frozen=True)
class Summary:
    """What one night found, and where its files are."""

    figures: Figures
    files: dict[str, Path]

    @property
    def incomplete(self) -> bool:
        return bool(self.figures.incomplete)

    def document(self) -> dict[str, Any]:
        """For --json. Pounds as decimal text."""
        f = self.figures
        return {
            "night": str(f.night),
            "as_of": f.night.as_of.isoformat().replace("+00:00", "Z"),
            "merchant": f.merchant,
            "snapshots": [
                {"system": r.system, "entity": r.entity, "verdict": r.verdict, "proof": r.proof, "loaded": r.loaded,
                 "quarantined": r.quarantined, "snapshot": r.snapshot, "reasons": list(r.reasons)}
                for r in f.reads
            ],
            "codes": [
                {"code": c.code, "systems": c.systems, "owner": c.owner, "tested": c.tested,
                 "not_tested_reason": c.not_tested_reason or None, "compared": c.compared, "matched": c.matched,
                 "expected": c.expected, "open": c.open, "suppressed": c.suppressed, "open_gbp": str(c.open_gbp),
                 "basis": c.basis.value}
                for c in f.codes
            ],
            "files": {name: str(path) for name, path in self.files.items()},
        }  # fmt: skip

    def show(self) -> None:
        """For people, on one screen: what was found, whose it is, what could not be tested, where the files are."""
        from khaos_assets.cli.overview import not_tested, overview

        f = self.figures
        parts = overview(f.by_owner())
        rows, styles = [], []
        for part in parts:
            codes = "one code" if part.codes == 1 else f"{part.codes} codes"
            rows.append(("", f"{part.owner}, {codes}", "", f"{part.open:,}", "", ""))
            styles.append("bold")
            for found in part.worst:
                rows.append(_row(found))
                styles.append("default")
        print_table(
            ("Code", "Whose, and what", "Where", ">Open", ">Open GBP", "Basis"),
            rows,
            styles=styles,
            title=f"{f.merchant}, night of {f.night}: the worst of each owner, by severity, then pounds",
        )
        totals = "; ".join(f"{t.basis.value} {pounds(t.gbp)}" for t in f.totals() if t.gbp)
        print(textwrap.fill(f"Open, in pounds: {totals or 'nothing'}.", WIDTH, subsequent_indent="  "))
        counted = [sum(getattr(c, state) for c in f.codes) for state in ("open", "expected", "suppressed")]
        print("{:,} open, {:,} expected by now, {:,} explained by another code.".format(*counted))
        complete = len(f.reads) - len(f.incomplete)
        print(f"Snapshots: {complete} of {len(f.reads)} complete. Control totals: {'OK' if f.ties else 'CHECK'}.")
        for read in f.incomplete:
            print(f"  INCOMPLETE {read.system}/{read.entity}: {'; '.join(read.reasons)}")
        for reason, codes in not_tested(f.not_tested).items():
            print(f"  NOT TESTED {', '.join(codes)}: {reason}")
        for name in ("index.html", "exceptions.xlsx"):
            if name in self.files:
                print(f"  {shown(self.files[name])}")


def of_night(settings: Settings, store: Store, night: Night) -> Summary:
    """The summary of a night that was run."""
    from khaos_assets.reports.figures import read_figures
    from khaos_assets.warehouse import open_warehouse

    with store.writing(), open_warehouse(store, read_only=True) as con:
        figures = read_figures(con, settings.merchant.name, night)
    folder = store.reports(night.date)
    return Summary(figures, {p.name: p for p in sorted(folder.glob("*.*")) if p.is_file()})


def shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def pounds(value: Decimal) -> str:
    """Pounds with two places; a dash for nothing."""
    return f"{value:,.2f}" if value else "–"


def _row(found: Finding) -> tuple[str, ...]:
    basis = found.basis.value if found.open_gbp else ""
    return (found.code, found.title, found.where, f"{found.open:,}", pounds(found.open_gbp), basis)
