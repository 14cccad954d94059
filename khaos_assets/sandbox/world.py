"""A world: a folder of NDJSON files in wire shape, one set per night. How it is laid out stands in `docs/sandbox.md`.

Decimals keep their text: a JSON number with a point is read as Decimal, a string stays a string.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from khaos_assets.config import ConfigurationError

Key = tuple[str, str]


class WorldError(ConfigurationError):
    """A world, faults or exceptions file not as `docs/sandbox.md` says: names file, place and what is allowed."""


@dataclass(frozen=True)
class WorldNight:
    """One night of a world: its London date and the instant it speaks of (aware UTC)."""

    date: date
    as_of: datetime


class WorldState:
    """The world as the simulators show it now: the files of the current night, with accepted writes on top."""

    def __init__(self, path: Path, memory: Path | None = None) -> None:
        self.path = path
        self.memory = memory
        """Where a simulator may keep accepted requests, to make them again after a restart; None: nothing is kept."""
        self.name, self.nights = _read_nights(path)
        self.at = 0
        self._records: dict[Key, list[dict[str, Any]]] = {}
        self._writes: list[Callable[[], None]] = []
        self._listeners: list[Callable[[], None]] = []
        self._decoder = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)

    @property
    def night(self) -> date:
        """The current night's London date."""
        return self.nights[self.at].date

    @property
    def as_of(self) -> datetime:
        """The instant the current night speaks of, aware UTC. Simulators take "now" from here, never from the clock."""
        return self.nights[self.at].as_of

    @property
    def folder(self) -> Path:
        """The folder of the current night."""
        return self.path / "nights" / self.night.isoformat()

    def file(self, system: str, entity: str) -> Path:
        """The current night's file of one entity; it need not exist."""
        return self.folder / system / f"{entity}.ndjson"

    def records(self, system: str, entity: str) -> list[dict[str, Any]]:
        """The current night's records in wire shape: one list, always the same until `advance`, to be changed in place
        (inside `write`, so that the change outlives the night). An entity without a file has none."""
        key = (system, entity)
        if key not in self._records:
            self._records[key] = self._load(self.file(system, entity))
        return self._records[key]

    def write(self, change: Callable[[], None]) -> None:
        """Make a change now, and again on top of each later night. `change` looks its records up when it runs: those of
        the next night are other objects. It must bear a record that is gone by then."""
        change()
        self._writes.append(change)

    def on_advance(self, listener: Callable[[], None]) -> None:
        """`listener` is called when another night begins, before the writes are made again: drop indexes there."""
        self._listeners.append(listener)

    def advance(self) -> date:
        """Go on to the next night. Raises WorldError when this is the last one."""
        if self.at + 1 == len(self.nights):
            raise WorldError(f"{self.path}: there is no night after {self.night}")
        self.at += 1
        self._records.clear()
        for listener in self._listeners:
            listener()
        for change in self._writes:
            change()
        return self.night

    def _load(self, file: Path) -> list[dict[str, Any]]:
        try:
            lines = file.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        records: list[dict[str, Any]] = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                records.append(self._decoder.decode(line))
            except (msgspec.DecodeError, ArithmeticError) as e:
                raise WorldError(f"{file}: line {number}: not one JSON object: {e}") from e
        return records


def _read_nights(path: Path) -> tuple[str, tuple[WorldNight, ...]]:
    file = path / "world.toml"
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as e:
        raise WorldError(
            f"{path}: not a world, it has no world.toml; `khaos-assets sandbox make-world` writes one"
        ) from e
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise WorldError(f"{file}: not readable as TOML: {e}") from e
    nights = [_night(n, f"{file}: nights {i}") for i, n in enumerate(raw.get("nights", []), 1)]
    if not nights:
        raise WorldError(f"{file}: nights is missing; a world has at least one [[nights]] with date and as_of")
    if [n.date for n in nights] != sorted({n.date for n in nights}):
        raise WorldError(f"{file}: nights must be in order of date, each once")
    for n in nights:
        if not (path / "nights" / n.date.isoformat()).is_dir():
            raise WorldError(f"{path}: world.toml names the night {n.date}, but nights/{n.date}/ is not there")
    return str(raw.get("world", {}).get("name", path.name)), tuple(nights)


def _night(raw: dict[str, Any], where: str) -> WorldNight:
    """Dates and instants may be TOML values or ISO text."""
    try:
        day, as_of = raw["date"], raw["as_of"]
        day = day if isinstance(day, date) else date.fromisoformat(day)
        as_of = as_of if isinstance(as_of, datetime) else datetime.fromisoformat(as_of)
    except (KeyError, TypeError, ValueError) as e:
        raise WorldError(f"{where}: date (2026-11-20) and as_of (2026-11-20T02:00:00Z) are needed: {e!r}") from e
    if as_of.tzinfo is None:
        raise WorldError(f"{where}: as_of {as_of.isoformat()} has no zone: write 2026-11-20T02:00:00Z")
    return WorldNight(day, as_of.astimezone(UTC))
