"""dlt as a peer: a pipeline to Parquet files that writes nowhere else and tells nobody that it ran."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def dlt_lake() -> Generator[tuple[Any, Any, Path]]:
    """dlt, a pipeline, and the folder its Parquet files land in (`<folder>/bench/<table>/`)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "RUNTIME__LOG_LEVEL": "CRITICAL",
            "DLT_DATA_DIR": str(folder / "dlt"),
            "DLT_PROJECT_DIR": str(folder),
        }
        import dlt

        lake = folder / "lake"
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=str(folder / "dlt"),
            destination=dlt.destinations.filesystem(str(lake)),
            dataset_name="bench",
        )
        yield dlt, pipeline, lake
