"""What a simulator is given: the world of the current night, its fault switches and the journal of what was changed.

A simulator is one folder below `sandbox/` with a `server.py`, whose package exports `app` (and, if it wants its
switches checked, a collection of names `SWITCHES`). The harness finds it there; nothing else must be edited.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from starlette.types import ASGIApp

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.world import WorldError, WorldState

__all__ = ["BuildApp", "Faults", "Journal", "WorldError", "WorldState"]


class BuildApp(Protocol):
    """The `app` of a simulator: builds one system's server. `credentials` has the contract's names; empty = none."""

    def __call__(
        self, world: WorldState, faults: Faults, journal: Journal, credentials: Mapping[str, str]
    ) -> ASGIApp: ...
