"""Fault switches: which simulator misbehaves how, how often, for whom. What each does stands in `docs/sandbox.md`.

[[fault]]
system = "wair"
switch = "http_503"
path = "/api/v1/Stock"      # only there; a list means any of them
after = 2                   # let the first two through
count = 3                   # then three times; absent means for ever
nights = ["2026-11-20"]     # only in these nights; absent means in all
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from khaos_assets.sandbox.world import WorldError


@dataclass
class Fault:
    """One switch that is on. `left` counts down; None = for ever. `skip` calls pass before it begins."""

    system: str
    switch: str
    parameters: dict[str, Any]
    left: int | None = None
    skip: int = 0
    nights: tuple[str, ...] = ()

    @classmethod
    def of(cls, raw: Mapping[str, Any], where: str) -> Fault:
        """From one `[[fault]]`. All its keys stay among the parameters, so these are never empty (and never false)."""
        parameters: dict[str, Any] = {k: v.isoformat() if isinstance(v, date) else v for k, v in raw.items()}
        try:
            system, switch = parameters["system"], parameters["switch"]
        except KeyError as e:
            raise WorldError(f"{where}: {e.args[0]} is missing; a fault names its system and its switch") from e
        count, after, nights = parameters.get("count"), parameters.get("after", 0), parameters.get("nights", [])
        for name, value in (("count", count), ("after", after)):
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
                raise WorldError(f"{where}: {name} = {value!r}; a whole number from 0 is allowed")
        return cls(str(system), str(switch), parameters, count, after, tuple(str(n) for n in nights))

    def concerns(self, night: str, match: Mapping[str, Any]) -> bool:
        """A parameter the fault does not have limits nothing; a list of values means any of them."""
        if (self.nights and night not in self.nights) or self.left == 0:
            return False
        return all(_agrees(self.parameters[k], v) for k, v in match.items() if k in self.parameters)


@dataclass
class Faults:
    """The switches of one sandbox. `night` is set by the harness when the world goes on."""

    switches: list[Fault] = field(default_factory=list)
    night: str = ""

    @classmethod
    def of(cls, raw: Iterable[Mapping[str, Any]], where: str = "faults") -> Faults:
        """From plain mappings, as in the file."""
        return cls([Fault.of(f, f"{where}: fault {n}") for n, f in enumerate(raw, 1)])

    @classmethod
    def load(cls, path: Path) -> Faults:
        """From `faults.toml`. Raises WorldError with file and place."""
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
            raise WorldError(f"{path}: not a readable faults file: {e}") from e
        if unknown := set(raw) - {"fault"}:
            raise WorldError(f"{path}: {', '.join(sorted(unknown))}: only [[fault]] is allowed")
        return cls.of(raw.get("fault", []), str(path))

    def check(self, known: Mapping[str, Collection[str]]) -> None:
        """Raise WorldError for a system or switch that does not exist. Empty = that system does not say."""
        for f in self.switches:
            if f.system not in known:
                raise WorldError(f"faults: there is no system {f.system!r} (known: {', '.join(sorted(known))})")
            if (names := known[f.system]) and f.switch not in names:
                raise WorldError(f"faults: {f.system} has no switch {f.switch!r} (known: {', '.join(sorted(names))})")

    def active(self, system: str, switch: str, **match: Any) -> dict[str, Any] | None:
        """The parameters of the first such switch that is on, without using it up."""
        return next(iter(self.every(system, switch, **match)), None)

    def every(self, system: str, switch: str, **match: Any) -> list[dict[str, Any]]:
        """The parameters of all such switches that are on, without using them up."""
        return [f.parameters for f in self._find(system, switch, match) if not f.skip]

    def take(self, system: str, switch: str, *, named: str | None = None, **match: Any) -> dict[str, Any] | None:
        """The parameters of the first such switch that is on for this call; uses up one of its `count`.

        With `named`, only a switch that has this parameter: what must be asked for by name is never hit by chance.
        """
        found = self._find(system, switch, match)
        fault = next((f for f in found if named is None or named in f.parameters), None)
        if fault is None:
            return None
        if fault.skip:
            fault.skip -= 1
            return None
        if fault.left is not None:
            fault.left -= 1
        return fault.parameters

    def _find(self, system: str, switch: str, match: Mapping[str, Any]) -> list[Fault]:
        wanted = (f for f in self.switches if f.system == system and f.switch == switch)
        return [f for f in wanted if f.concerns(self.night, match)]


def _agrees(wanted: Any, value: Any) -> bool:
    return value in wanted if isinstance(wanted, list) else wanted == value
