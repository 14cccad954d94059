"""`run intraday` where it cannot run: each failure has its words and its exit status."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from khaos_assets.cli.app import app


@pytest.fixture
def asked(tmp_path: Path) -> list[str]:
    config = tmp_path / "merchant.toml"
    config.write_text('[merchant]\nname = "Test"\n[khaos]\n[scayle]\n')
    return ["run", "intraday", "--config", str(config), "--data-dir", str(tmp_path / "data")]


def test_before_the_first_night_it_says_what_to_run(asked: list[str]) -> None:
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 1
    assert "khaos-assets run nightly" in result.output


@pytest.mark.parametrize(("text", "told"), [("noon", "2026-11-20T10:15:00Z"), ("2026-11-20T10:15:00", "no zone")])
def test_an_instant_that_is_none_is_refused_with_an_example(asked: list[str], text: str, told: str) -> None:
    result = CliRunner().invoke(app, [*asked, "--as-of", text])
    assert result.exit_code == 2
    assert told in result.output
