"""What every command shares: the configuration it works on, the night it means, where it writes its answers."""

from __future__ import annotations

import getpass
import inspect
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from khaos_assets.config import Credentials, Night, Settings, Store

INCOMPLETE = 3
USAGE = 2
FAILED = 1
INTERRUPTED = 130


class UsageError(Exception):
    """What was asked cannot be done so; the text says what to do instead. Exit status 2."""


class CommandFailed(Exception):
    """It was tried and did not work; the text says what to do. Exit status 1."""


@dataclass
class Session:
    """One call of one command. Nothing is read before it is asked for."""

    config: Path
    ready_file: Path | None
    data_dir: Path | None
    acting_as: str | None
    debug: bool

    @cached_property
    def settings(self) -> Settings:
        """merchant.toml. Raises ConfigurationError."""
        from khaos_assets.config import load_settings

        return load_settings(self.config, data_dir=self.data_dir)

    @cached_property
    def store(self) -> Store:
        from khaos_assets.config import Store

        return Store(self.settings.data_dir)

    @cached_property
    def credentials(self) -> Credentials:
        """From the environment and the ready file."""
        from khaos_assets.config import Credentials

        return Credentials.from_environment(ready_file=self.ready_file)

    @property
    def actor(self) -> str:
        """Who acts: --as, else KHAOS_USER, else the operating system's user."""
        return self.acting_as or os.environ.get("KHAOS_USER") or getpass.getuser()

    def night(self, day: str | None, as_of: str | None = None) -> Night:
        """The night meant: the given one, else that of the running simulators, else a world's last, else by the clock.

        Where merchant.toml belongs to a world, the as-of of its nights comes from the world.
        """
        from khaos_assets.config import Night
        from khaos_assets.config.settings import read_ready_file

        of_world = world_nights(self.config.parent)
        if day is None and self.ready_file is not None:
            day = read_ready_file(self.ready_file)["night"]
        if day is None and of_world:
            day = max(of_world)
        if day is None:
            return Night.latest(datetime.now(UTC))
        try:
            return Night.of(day, as_of or of_world.get(day))
        except ValueError as e:
            raise UsageError(f"--night {day}: a date is wanted, for example 2026-11-20 ({e})") from e

    def stored_night(self, day: str | None) -> Night:
        """The night to show: the one given, else the newest one that has results."""
        if day is not None:
            return self.night(day)
        found = self.store.nights()
        if not found:
            raise CommandFailed(f"{self.store.root}: no night was run here yet; `khaos-assets run nightly` runs one")
        return self.night(found[-1].isoformat())


def world_nights(folder: Path) -> dict[str, datetime]:
    """Nights of the world in a folder with their as-of (aware), empty where there is none."""
    import tomllib

    path = folder / "world.toml"
    if not path.is_file():
        return {}
    nights = tomllib.loads(path.read_text(encoding="utf-8")).get("nights", [])
    return {str(n["date"]): n["as_of"] for n in nights if isinstance(n.get("as_of"), datetime)}


def say(text: str = "") -> None:
    """A line for a person, on standard error: standard output is for answers."""
    print(text, file=sys.stderr, flush=True)


def emit(document: Any) -> None:
    """The one JSON document of a command with --json. Decimals are written as text."""
    print(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def finish(status: int = 0) -> None:
    """Leave with an exit status other than 0."""
    if status:
        raise typer.Exit(status)


SHARED: Mapping[str, tuple[Any, Any]] = {
    "config": (
        Annotated[Path, typer.Option("--config", envvar="KHAOS_ASSETS_CONFIG", help="The merchant's configuration.")],
        Path("merchant.toml"),
    ),
    "ready_file": (
        Annotated[
            Path | None,
            typer.Option(
                "--ready-file",
                envvar="KHAOS_ASSETS_READY_FILE",
                help="Take addresses and credentials from running simulators.",
            ),
        ],
        None,
    ),
    "data_dir": (
        Annotated[
            Path | None,
            typer.Option(
                "--data-dir", envvar="KHAOS_ASSETS_DATA_DIR", help="Where data lies (else data_dir of --config)."
            ),
        ],
        None,
    ),
    "acting_as": (Annotated[str | None, typer.Option("--as", help="Who acts (else KHAOS_USER, else you).")], None),
    "debug": (Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")], False),
}

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
NightOption = Annotated[str | None, typer.Option("--night", help="London date of the night's 02:00 start: 2026-11-20.")]


def command(app: typer.Typer, name: str | None = None, **options: Any) -> Callable[[Callable[..., None]], None]:
    """Register a function whose first parameter is the Session; it gets the shared options and error texts."""

    def register(function: Callable[..., None]) -> None:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        shared = [
            inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, annotation=a, default=d)
            for n, (a, d) in SHARED.items()
        ]

        def run(**values: Any) -> None:
            session = Session(**{n: values.pop(n) for n in SHARED})
            guarded(session.debug, lambda: function(session, **values))

        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + shared
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        run.__doc__ = function.__doc__
        run.__name__ = function.__name__
        app.command(name, **options)(run)

    return register


def guarded(debug: bool, action: Callable[[], None]) -> None:
    """Do it; errors become one text that says what to do, and an exit status."""
    try:
        action()
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        say("Stopped.")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as e:
        if debug:
            raise
        say(f"khaos-assets: {in_words(e)}")
        raise typer.Exit(status_of(e)) from None


def status_of(error: BaseException) -> int:
    """2 where the configuration or the call was wrong, else 1."""
    from khaos_assets.config import ConfigurationError

    return USAGE if isinstance(error, ConfigurationError | UsageError) else FAILED


def in_words(error: BaseException) -> str:
    """The error's own words where it was made for people, else its kind, and where more is to be had."""
    if isinstance(error, UsageError | CommandFailed) or type(error).__module__.startswith("khaos_assets."):
        return str(error)
    return f"{type(error).__name__}: {error}\nAdd --debug to see where it happened."
