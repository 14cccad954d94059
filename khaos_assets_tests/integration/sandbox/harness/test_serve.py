"""Serving a world: the ready file, the control paths, the night, delays and stopping."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets.sandbox.ready import advance
from khaos_assets.sandbox.world import WorldError
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

FIRST, SECOND = "2026-11-19", "2026-11-20"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_world(tmp_path / "world", nights={FIRST: {}, SECOND: {}})


def answers(sandbox: Sandbox, system: str) -> bool:
    try:
        httpx.get(f"{sandbox.root(system)}/_sandbox/journal", trust_env=False)
    except httpx.TransportError:
        return False
    return True


def test_the_ready_file_says_where_everything_is_and_what_it_asks_for(world: Path) -> None:
    with running_sandbox(world) as sandbox:
        assert {"khaos", "wair"} <= set(sandbox.ready["systems"])
        wair = sandbox.ready["systems"]["wair"]
        assert wair["base_url"].startswith("http://127.0.0.1:")
        assert wair["base_url"].endswith("/api/v1")
        assert set(wair["credentials"]) == {"tenant", "username", "password"}
        assert {k for k in sandbox.env if k.startswith("WAIR_")} == {
            *("WAIR_BASE_URL", "WAIR_TENANT", "WAIR_USERNAME", "WAIR_PASSWORD"),
        }
        assert sandbox.env["WAIR_PASSWORD"] == wair["credentials"]["password"]
        assert sandbox.env["KHAOS_BASE_URL"] == sandbox.base_url("khaos")
        assert "KHAOS_PASSWORD" not in sandbox.env
        assert (sandbox.night, sandbox.ready["pid"]) == (FIRST, os.getpid())
        assert json.loads(sandbox.ready_file.read_text()) == sandbox.ready
        assert stat.S_IMODE(sandbox.ready_file.stat().st_mode) == 0o600


def test_optional_credentials_are_asked_for_when_switched_on(world: Path) -> None:
    with running_sandbox(world, sign_in=["khaos"]) as sandbox:
        assert {"KHAOS_USERNAME", "KHAOS_PASSWORD"} <= set(sandbox.env)


def test_all_simulators_go_on_to_the_next_night_together_and_not_past_the_last(world: Path) -> None:
    with running_sandbox(world) as sandbox:
        assert sandbox.advance() == SECOND
        assert sandbox.night == SECOND
        with pytest.raises(WorldError, match=f"no night after {SECOND}"):
            sandbox.advance()
        assert json.loads(sandbox.ready_file.read_text())["night"] == SECOND


def test_a_stopped_sandbox_answers_no_longer_and_takes_its_ready_file_with_it(world: Path) -> None:
    with running_sandbox(world) as sandbox:
        assert answers(sandbox, "wair")
        sandbox.stop()
        assert not answers(sandbox, "wair")
        assert not sandbox.ready_file.exists()


def test_in_a_process_of_its_own_it_stops_on_sigterm_even_with_a_call_hanging(world: Path) -> None:
    hang = {"system": "wair", "switch": "hang", "path": "/api/v1/Token"}
    with running_sandbox(world, [hang], process=True) as sandbox:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(
                f"{sandbox.base_url('wair')}/Token", json={}, timeout=httpx.Timeout(10, read=0.1), trust_env=False
            )
        assert sandbox.ready["pid"] != os.getpid()
        assert sandbox.advance() == SECOND
        sandbox.stop()
        assert not answers(sandbox, "wair")
        assert not sandbox.ready_file.exists()


def test_answers_can_be_delayed_per_system(world: Path) -> None:
    with running_sandbox(world, latency_ms={"wair": 150}) as sandbox:
        began = time.monotonic()
        httpx.get(sandbox.base_url("wair"), trust_env=False)
        assert time.monotonic() - began >= 0.15


def test_a_world_can_bring_its_own_switches(world: Path) -> None:
    (world / "faults.toml").write_text('[[fault]]\nsystem = "wair"\nswitch = "http_500"\npath = "/api/v1/Token"\n')
    with running_sandbox(world, systems=["wair"]) as sandbox:
        assert list(sandbox.ready["systems"]) == ["wair"]
        assert httpx.post(f"{sandbox.base_url('wair')}/Token", trust_env=False).status_code == 500


def test_a_switch_that_does_not_exist_stops_the_start(world: Path) -> None:
    with (
        pytest.raises(WorldError, match="wair has no switch 'lost_rows'"),
        running_sandbox(world, [{"system": "wair", "switch": "lost_rows"}]),
    ):
        pass


@pytest.mark.parametrize("options", [{"systems": ["wiar"]}, {"sign_in": ["wiar"]}, {"latency_ms": {"wiar": 1}}])
def test_a_simulator_that_does_not_exist_stops_the_start(world: Path, options: dict[str, Any]) -> None:
    with pytest.raises(WorldError, match=r"called wiar .known: khaos.*wair"), running_sandbox(world, **options):
        pass


def test_switches_are_shown_and_replaced_and_wrong_ones_refused(world: Path) -> None:
    with running_sandbox(world, [{"system": "wair", "switch": "slow", "seconds": 0}]) as sandbox:
        url = f"{sandbox.root('wair')}/_sandbox/faults"
        assert httpx.get(url, trust_env=False).json() == [{"system": "wair", "switch": "slow", "seconds": 0}]
        assert httpx.put(url, json=[{"system": "wair", "switch": "?"}], trust_env=False).status_code == 400
        assert httpx.put(url, json=[], trust_env=False).status_code == 204
        assert httpx.get(url, trust_env=False).json() == []


def test_a_control_path_that_does_not_exist_says_which_do(world: Path) -> None:
    with running_sandbox(world) as sandbox:
        answer = httpx.get(f"{sandbox.root('wair')}/_sandbox/advance", trust_env=False)
        assert (answer.status_code, "journal" in answer.text) == (404, True)


def test_going_on_without_simulators_says_what_to_start(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    with pytest.raises(WorldError, match="not a ready file"):
        advance(file)
    file.write_text('{"systems": {"wair": {"base_url": "http://127.0.0.1:1/api/v1"}}}')
    with pytest.raises(WorldError, match="sandbox serve"):
        advance(file)
