"""The sandbox's commands, and what happens to simulators whose parent ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from khaos_assets_tests.integration.cli.conftest import khaos_assets
from khaos_assets_tests.sandbox_fixtures import write_world


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A world by hand with two nights."""
    nights = {"2026-11-19": {"wair/stock": []}, "2026-11-20": {"wair/stock": []}}
    return write_world(tmp_path / "world", nights=nights)


def serve(world: Path, ready_file: Path, *more: str) -> subprocess.Popen[bytes]:
    """`sandbox serve`, answering."""
    words = ["sandbox", "serve", "--world", str(world), "--ready-file", str(ready_file), *more]
    process = subprocess.Popen(
        [sys.executable, "-m", "khaos_assets.cli", *words],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )
    deadline = time.monotonic() + 60
    while not ready_file.exists():
        assert process.poll() is None and time.monotonic() < deadline, process.stderr and process.stderr.read()
        time.sleep(0.02)
    return process


def test_simulators_go_on_to_the_next_night_and_stop_on_sigterm(world: Path, tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    process = serve(world, ready_file)
    try:
        assert json.loads(ready_file.read_text(encoding="utf-8"))["night"] == "2026-11-19"
        told = khaos_assets("sandbox", "advance", "--ready-file", ready_file, "--json", cwd=tmp_path)
        assert json.loads(told.stdout) == {"night": "2026-11-20"}
        last = khaos_assets("sandbox", "advance", "--ready-file", ready_file, cwd=tmp_path)
        assert last.returncode == 2, "there is no third night"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not ready_file.exists()
    finally:
        process.kill()
        process.communicate()


def test_simulators_of_a_parent_that_dies_end_by_themselves(world: Path, tmp_path: Path) -> None:
    process = serve(world, tmp_path / "ready.json", "--with-parent")
    assert process.stdin is not None
    process.stdin.close()
    try:
        assert process.wait(20) == 0
    finally:
        process.kill()


def test_a_world_with_chosen_plants_is_made_and_serves_as_configuration(tmp_path: Path) -> None:
    asked = ("--seed", "3", "--skus", "120", "--orders", "200", "--nights", "1", "--plant", "STK-01=2", "ORD-05=1")
    result = khaos_assets("sandbox", "make-world", "--out", tmp_path / "world", *asked, "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["nights"] == ["2026-11-20"]
    truth = (tmp_path / "world" / "nights" / "2026-11-20" / "truth.ndjson").read_text(encoding="utf-8")
    planted = [t["code"] for t in map(json.loads, truth.splitlines()) if t["kind"] == "exception"]
    assert (planted.count("STK-01"), planted.count("ORD-05")) == (2, 1)


def test_a_history_that_is_none_is_refused_with_the_columns_it_should_have(tmp_path: Path) -> None:
    history = tmp_path / "orders.csv"
    history.write_text("a,b\n1,2\n", encoding="utf-8")
    words = ("sandbox", "make-world", "--out", tmp_path / "world", "--orders-csv", history)
    result = khaos_assets(*words, cwd=tmp_path)
    assert result.returncode == 2
    assert "orders.csv: line 1" in result.stderr
    assert "InvoiceNo" in result.stderr


def test_a_world_that_is_none_is_named(tmp_path: Path) -> None:
    result = khaos_assets("sandbox", "serve", "--world", tmp_path, cwd=tmp_path)
    assert result.returncode == 2
    assert "world.toml" in result.stderr
    assert "Traceback" not in result.stderr
