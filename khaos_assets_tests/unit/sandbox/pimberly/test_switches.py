"""The page of this simulator names every switch it has."""

from __future__ import annotations

import re
from pathlib import Path

from khaos_assets.sandbox import pimberly

PAGE = Path(__file__).parents[4] / "docs" / "sandbox" / "pimberly.md"


def test_every_switch_stands_in_the_documentation_and_no_other() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## Switches")[2]
    first_cells = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    named = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    # The page names the usual statuses; there are others.
    statuses = {n for n in pimberly.SWITCHES if n.startswith("http_")}
    assert named - statuses == pimberly.SWITCHES - statuses
