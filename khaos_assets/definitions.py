"""What Dagster loads: `defs`, and `build_defs` which makes fresh ones with another merchant or night. Nothing else."""

from khaos_assets.orchestration.building import build_defs

__all__ = ["build_defs", "defs"]

defs = build_defs()
