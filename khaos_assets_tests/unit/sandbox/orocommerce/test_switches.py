"""What can be switched on is written down."""

from __future__ import annotations

import re
from pathlib import Path

import khaos_assets
from khaos_assets.sandbox.orocommerce import SWITCHES

PAGE = Path(khaos_assets.__path__[0]).parent / "docs" / "sandbox" / "orocommerce.md"


def test_every_switch_has_its_line_and_every_line_its_switch() -> None:
    rows = re.findall(r"^\| (`[^|]*) \|", PAGE.read_text(encoding="utf-8").partition("## Switches")[2], re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told == {s for s in SWITCHES if not re.fullmatch(r"http_4(?!29)\d\d", s)}
