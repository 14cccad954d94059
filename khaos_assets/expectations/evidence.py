"""The bridge to Great Expectations: suites run on frames, their results kept as Data Docs, one site per night.

Everything is ephemeral but the site, so nothing of an earlier run can change what this one says.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from khaos_assets.config import Night, Store
from khaos_assets.expectations.pages import Site, SuitePage

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.expectations.expectation import Expectation


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations says of one expectation."""

    kind: str
    arguments: dict[str, Any]
    passed: bool
    elements: int | None
    missing: int
    unexpected: int | None
    """None where the expectation speaks of the table and counts no rows, or could not be evaluated."""
    observed: str = ""

    @property
    def words(self) -> str:
        """The expectation and what was found, for a person."""
        column = self.arguments.get("column") or "/".join(self.arguments.get("column_list", ()))
        compared = (self.elements or 0) - self.missing
        match self.kind:
            case "expect_column_values_to_be_unique" | "expect_compound_columns_to_be_unique":
                return f"{column}: {self.unexpected} of {self.elements} rows share their key with another"
            case "expect_column_values_to_not_be_null":
                return f"{column}: empty in {self.unexpected} of {self.elements} rows"
            case "expect_column_values_to_be_in_set" if self.arguments.get("value_set") == [True]:
                return f"{column}: does not hold in {self.unexpected} of {compared} rows"
            case "expect_column_values_to_be_in_set":
                allowed = ", ".join(map(str, self.arguments["value_set"]))
                return f"{column}: {self.unexpected} of {compared} values are none of {allowed}"
            case "expect_column_values_to_be_between":
                return f"{column}: below {self.arguments.get('min_value'):g} in {self.unexpected} of {compared} rows"
            case "expect_table_row_count_to_equal":
                return f"the certificate says {self.arguments.get('value')} rows, the table has {self.observed}"
            case "expect_table_columns_to_match_set":
                return f"columns: {self.observed}"
            case _:
                return f"{self.kind} {self.arguments}: {self.observed}"


def library() -> Any:
    """`library.py`: the first who asks for it waits for it. Untyped, as much of Great Expectations is."""
    return import_module("khaos_assets.expectations.library")


class Evidence:
    """Runs suites for one night and drafts their pages. As a context manager: on leaving, the site is whole.

    `before`: pages that stand in the draft already, of suites that were run earlier. Without any the draft is new.
    """

    def __init__(self, store: Store, night: Night, before: Sequence[SuitePage] = ()) -> None:
        self._library = library()
        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        # Without the default site, which would leave a folder behind in the machine's temporary files.
        memory = self._library.InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
        context = self._library.gx.get_context(
            mode="ephemeral",
            project_config=self._library.DataContextConfig(
                store_backend_defaults=memory,
                progress_bars=self._library.ProgressBarsConfig(globally=False),
                analytics_enabled=False,
            ),
        )
        # One asset whose frame is given each time: each that is added is written into the context's configuration.
        asset = context.data_sources.add_pandas("khaos-assets").add_dataframe_asset("frame")
        self._frame = asset.add_batch_definition_whole_dataframe(night.date.isoformat())
        self._run = self._library.RunIdentifier(run_name=f"night {night}")
        self._site = Site(self._library, store.data_docs(night.date), f"Checks of the night {night}", before)

    def run(
        self, name: str, frame: pd.DataFrame, expectations: Sequence[Expectation], notes: Sequence[str] = ()
    ) -> list[Outcome]:
        """Validate a frame; outcomes in the order of the expectations. `notes` (markdown) stand on the suite's page."""
        meta = {"notes": {"format": "markdown", "content": list(notes)}} if notes else None
        suite = self._library.gx.ExpectationSuite(name=name, expectations=list(expectations), meta=meta)
        for place, expectation in enumerate(suite.expectations):
            expectation.id = str(place)  # by which its result is known again
        # Counts and some of the unexpected values; where these stand in the frame would take half as long again
        validator = self._library.Validator(self._frame, result_format="BASIC", batch_parameters={"dataframe": frame})
        found = validator.validate_expectation_suite(suite)
        outcomes = [_outcome(r) for r in sorted(found.results, key=lambda r: int(r.expectation_config.id))]
        found.meta["run_id"] = self._run
        self._site.add(suite, found)
        return outcomes

    @property
    def pages(self) -> list[SuitePage]:
        """Of all suites so far."""
        return self._site.pages

    def __enter__(self) -> Evidence:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Build the site, also when the tie-out failed: then it is wanted most. A finished one replaces the old."""
        self._site.finish()


def frame_of(table: pa.Table) -> pd.DataFrame:  # pyright: ignore[reportUnknownParameterType]
    """A frame on the Arrow memory itself: decimals stay decimals, nothing becomes a float.

    Texts become categories: Great Expectations takes a fingerprint of the whole frame before it looks at anything, and
    hashing a million texts costs two seconds. It also filters all columns for each expectation, and pandas holds
    booleans that are never empty in one block, which is filtered at once.
    """
    import pandas as pd

    whole: list[str] = []
    for i, column in enumerate(table.schema):
        if pa.types.is_string(column.type):
            table = table.set_column(i, column.name, table.column(i).dictionary_encode())
        elif pa.types.is_boolean(column.type) and not table.column(i).null_count:
            whole.append(column.name)
    others = table.drop_columns(whole).to_pandas(
        types_mapper=lambda kind: None if pa.types.is_dictionary(kind) else pd.ArrowDtype(kind)
    )
    return pd.concat([others, table.select(whole).to_pandas()], axis="columns") if whole else others


def _outcome(result: Any) -> Outcome:
    figures = result.result or {}
    arguments = {k: v for k, v in result.expectation_config.kwargs.items() if k != "batch_id"}
    observed = str(figures.get("observed_value", ""))
    mismatched = (figures.get("details") or {}).get("mismatched")
    if mismatched:
        observed = "; ".join(f"{word} {', '.join(columns)}" for word, columns in mismatched.items() if columns)
    if not figures:
        observed = "could not be evaluated: " + "; ".join(_messages(result.exception_info or {}))
    return Outcome(
        kind=result.expectation_config.type,
        arguments=arguments,
        passed=bool(result.success),
        elements=figures.get("element_count"),
        missing=figures.get("missing_count") or 0,
        unexpected=figures.get("unexpected_count"),
        observed=observed,
    )


def _messages(info: dict[str, Any]) -> list[str]:
    """Great Expectations keeps one exception flat and several by metric."""
    if "exception_message" in info:
        return [str(info["exception_message"])]
    return sorted({str(v["exception_message"]) for v in info.values() if isinstance(v, dict)})
