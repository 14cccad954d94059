"""Every switch is explained, and shown by a test."""

from __future__ import annotations

from pathlib import Path

from khaos_assets.sandbox import gateway
from khaos_assets.sandbox.scayle import SWITCHES

ROOT = Path(__file__).resolve().parents[4]


def test_every_switch_stands_on_the_page_about_this_simulator() -> None:
    text = (ROOT / "docs" / "sandbox" / "scayle.md").read_text(encoding="utf-8")
    assert [name for name in sorted(SWITCHES) if f"`{name}`" not in text] == []


def test_every_switch_of_its_own_is_switched_on_by_some_test() -> None:
    folder = ROOT / "khaos_assets_tests" / "integration" / "sandbox" / "scayle"
    tests = "".join(file.read_text(encoding="utf-8") for file in folder.glob("test_*.py"))
    own = {name for name in SWITCHES - gateway.SWITCHES if not name.startswith("calculator_")}
    assert [name for name in sorted(own) if f'"{name}"' not in tests] == []
