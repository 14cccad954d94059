"""One expectation per catalogue code and pair, over its population.

One suite per family of codes. Its frame is narrow: one nullable boolean column per code and pair, NULL outside the
population. A row of it means nothing across columns; keys stay in DuckDB, since asking Great Expectations for a million
of them takes half a minute. For each expectation all columns of its frame are filtered, so one frame for all codes of
six systems would cost the square of their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from khaos_assets.config import Night
from khaos_assets.expectations.evidence import Evidence, Outcome, library
from khaos_assets.expectations.tie_out import Tally, refuse
from khaos_assets.rules.catalogue import FAMILIES, Code

if TYPE_CHECKING:
    import pandas as pd

Pair = tuple[str, str]
"""(code, systems)"""


def population_frame(db: duckdb.DuckDBPyConnection, pairs: Iterable[Pair]) -> pd.DataFrame:
    """One nullable boolean column per pair, named "STK-01 wair>khaos", padded with NULL to the longest population."""
    import pandas as pd

    held: dict[str, np.ma.MaskedArray[tuple[int], np.dtype[np.bool_]]] = {}
    for code, systems in pairs:
        found = db.execute("SELECT holds FROM population WHERE code = ? AND systems = ?", [code, systems]).fetchnumpy()
        held[f"{code} {systems}"] = np.ma.masked_array(found["holds"])
    length = max((len(v) for v in held.values()), default=0)
    columns: dict[str, pd.Series] = {}
    for name, values in held.items():
        data = np.zeros(length, dtype=np.bool_)
        empty = np.ones(length, dtype=np.bool_)
        filled = values.filled(False).astype(np.bool_)
        data[: len(values)] = filled
        empty[: len(values)] = np.ma.getmaskarray(values)
        columns[name] = pd.Series(pd.arrays.BooleanArray(data, empty))
    return pd.DataFrame(columns)


def validate_catalogue(
    db: duckdb.DuckDBPyConnection,
    evidence: Evidence,
    night: Night,
    *,
    codes: Mapping[str, Code],
    tested: list[Pair],
    not_tested: Mapping[Pair, str],
    tallies: Mapping[Pair, Tally],
) -> None:
    """Run the catalogue's suites. Raises TieOutError where Great Expectations counts otherwise than SQL did."""
    gxe = library().gxe

    wrong: list[str] = []
    families = _by_family(tested)
    for family, pairs in families.items():
        suite = [
            gxe.ExpectColumnValuesToBeInSet(column=f"{code} {systems}", value_set=[True], notes=_note(codes.get(code)))
            for code, systems in pairs
        ]
        notes = [
            "One expectation per code and pair of systems, over everything that was compared. Unexpected values are "
            "all differences: open ones, those still inside their grace, and those that another code explains.",
            *(
                f"**NOT TESTED** {code} {systems}: {reason}"
                for (code, systems), reason in sorted(not_tested.items())
                # Of a family without a suite of its own they stand on every page.
                if _family(code) == family or _family(code) not in families
            ),
        ]
        name = f"{family} {FAMILIES.get(family, 'exceptions').lower()}"
        outcomes = evidence.run(name, population_frame(db, pairs), suite, notes)
        wrong += [m for p, o in zip(pairs, outcomes, strict=True) if (m := _mismatch(p, o, tallies.get(p)))]
    refuse(night, wrong)


def _by_family(pairs: Iterable[Pair]) -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = {}
    for code, systems in pairs:
        found.setdefault(_family(code), []).append((code, systems))
    return found


def _family(code: str) -> str:
    return code.partition("-")[0]


def _mismatch(pair: Pair, outcome: Outcome, tally: Tally | None) -> str | None:
    """What Great Expectations and SQL disagree on, or None."""
    flagged, compared = (tally.flagged, tally.compared) if tally else (0, 0)
    if outcome.unexpected is None or outcome.elements is None:
        return f"{' '.join(pair)}: SQL counts {flagged} differences, Great Expectations none: {outcome.observed}"
    seen = outcome.elements - outcome.missing
    if (outcome.unexpected, seen) == (flagged, compared):
        return None
    return (
        f"{' '.join(pair)}: SQL counts {flagged} differences of {compared} compared, "
        f"Great Expectations {outcome.unexpected} of {seen}"
    )


def _note(code: Code | None) -> str | None:
    return f"**{code.title}** fires when {code.fires}" if code else None
