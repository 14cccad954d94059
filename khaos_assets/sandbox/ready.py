"""The ready file: where the simulators listen, what they ask for, and how they are told to go on to the next night."""

from __future__ import annotations

import contextlib
import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from khaos_assets.sandbox.world import WorldError


def write_ready_file(file: Path, content: dict[str, Any]) -> None:
    """Readable by its owner only (it holds credentials), and never half there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(content, out, indent=2)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)


def forget_ready_file(file: Path) -> None:
    """Nothing in it is true any longer; but another sandbox may have written its own there meanwhile."""
    with contextlib.suppress(OSError, ValueError):
        if json.loads(file.read_text(encoding="utf-8")).get("pid") == os.getpid():
            file.unlink()


def advance(ready_file: Path) -> str:
    """The running simulators go on to the world's next night; returns its date. Raises WorldError if they cannot."""
    try:
        ready = json.loads(ready_file.read_text(encoding="utf-8"))
        address = next(iter(ready["systems"].values()))["base_url"]
    except (OSError, ValueError, KeyError, StopIteration) as e:
        raise WorldError(f"{ready_file}: not a ready file of `khaos-assets sandbox serve` ({e!r})") from e
    root = "/".join(address.split("/")[:3])
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(f"{root}/_sandbox/advance", method="POST"), timeout=600) as answer:
            return json.load(answer)["night"]
    except urllib.error.HTTPError as e:
        raise WorldError(json.load(e).get("error", str(e))) from e
    except (OSError, ValueError) as e:
        raise WorldError(
            f"{ready_file}: no simulators answer at {root} ({e}); start `khaos-assets sandbox serve`"
        ) from e
