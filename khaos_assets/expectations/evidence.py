"""The bridge to Great Expectations: suites run on frames, their results kept as Data Docs, one site per night.

Everything is ephemeral but the site, so nothing of an earlier run can change what this one says.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from khaos_assets.config import Night, Store
from khaos_assets.expectations.pages import SuitePage, make_self_contained, write_index

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


def load_library() -> None:
    """Import Great Expectations, where there is time for it: else the first suite waits for it, four seconds."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import_module("great_expectations.expectations")


class Evidence:
    """Runs suites for one night and keeps what they said. Use as a context manager: on leaving, the site is built."""

    def __init__(self, store: Store, night: Night) -> None:
        load_library()
        import great_expectations as gx
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )

        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        self._gx: Any = gx
        self._site = store.data_docs(night.date)
        self._draft = self._site.with_name(f".{self._site.name}.new")
        shutil.rmtree(self._draft, ignore_errors=True)
        # Without the default site, which would leave a folder behind in the machine's temporary files.
        memory = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
        context: Any = gx.get_context(
            mode="ephemeral",
            project_config=DataContextConfig(
                store_backend_defaults=memory,
                progress_bars=ProgressBarsConfig(globally=False),
                analytics_enabled=False,
            ),
        )
        context.add_data_docs_site(
            site_name=f"night {night}",
            site_config={
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(self._draft.resolve()),
                },
            },
        )
        self._context = context
        self._source: Any = context.data_sources.add_pandas("snapshots")
        self._pages: list[SuitePage] = []
        self._title = f"Checks of the night {night}"
        self._batch = night.date.isoformat()

    def run(
        self, name: str, frame: pd.DataFrame, expectations: Sequence[Expectation], notes: Sequence[str] = ()
    ) -> list[Outcome]:
        """Validate a frame; outcomes in the order of the expectations. `notes` (markdown) stand on the suite's page."""
        meta = {"notes": {"format": "markdown", "content": list(notes)}} if notes else None
        suite = self._context.suites.add(
            self._gx.ExpectationSuite(name=name, expectations=list(expectations), meta=meta)
        )
        order = {e.id: i for i, e in enumerate(suite.expectations)}
        batch = self._source.add_dataframe_asset(name=name).add_batch_definition_whole_dataframe(self._batch)
        definition = self._context.validation_definitions.add(
            self._gx.ValidationDefinition(name=name, data=batch, suite=suite)
        )
        # Counts and some of the unexpected values; where these stand in the frame would take half as long again
        found = definition.run(batch_parameters={"dataframe": frame}, result_format="BASIC")
        ordered = sorted(found.results, key=lambda r: order[r.expectation_config.id])
        outcomes = [_outcome(r) for r in ordered]
        held = sum(o.passed for o in outcomes)
        self._pages.append(SuitePage(name, held, len(outcomes) - held))
        return outcomes

    def __enter__(self) -> Evidence:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Build the site, also when the tie-out failed: then it is wanted most. A finished one replaces the old."""
        try:
            self._context.build_data_docs()
            make_self_contained(self._draft)
            write_index(self._draft, self._title, self._pages)
            shutil.rmtree(self._site, ignore_errors=True)
            self._draft.rename(self._site)
        except Exception:
            shutil.rmtree(self._draft, ignore_errors=True)
            if kind is None:
                raise
            logging.getLogger(__name__).exception("Data Docs could not be built")


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
