"""`doctor` against real simulators: what is there, what is off, and which names in merchant.toml nobody uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from khaos_assets import snapshots
from khaos_assets.cli.examination import Finding, examine
from khaos_assets.cli.session import Session
from khaos_assets.config import Night
from khaos_assets.sandbox.worlds import make_world
from khaos_assets.sandbox.worlds.model import SYSTEMS
from khaos_assets_tests.integration.orchestration import small_world
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox

WRONG = """
L9 = "Main"
L8 = "Attic"
[feeds."wair.stok"]
moving = true
"""


@dataclass(frozen=True)
class Ground:
    folder: Path
    sandbox: Sandbox

    def findings(self, more: str = "", *, asked: bool = True) -> list[Finding]:
        """What doctor finds with these lines behind merchant.toml; `asked`: systems are where the ready file says."""
        config = self.folder / "changed.toml"
        config.write_text((self.folder / "merchant.toml").read_text() + more)
        ready = self.sandbox.ready_file if asked else None
        return examine(Session(config, ready, self.folder.parent / "data", None, False))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = small_world.make(tmp_path_factory.mktemp("doctor") / "world")
    with running_sandbox(folder) as sandbox:
        session = Session(folder / "merchant.toml", sandbox.ready_file, folder.parent / "data", None, False)
        snapshots.take(session.settings, session.credentials, session.store, Night.of("2026-11-20"))
        yield Ground(folder, sandbox)


def named(findings: list[Finding], what: str) -> list[Finding]:
    return [f for f in findings if f.what == what]


def test_names_that_no_system_uses_are_told_with_their_key_and_the_names_there_are(ground: Ground) -> None:
    found = ground.findings(WRONG)
    assert [(f.verdict, f.detail, f.remedy) for f in named(found, "mapping.locations")] == [
        ("failed", '"L8" is not a location of wair', "known: L1"),
        ("failed", '"L9" is not a location of wair', "known: L1"),
        ("failed", '"Attic" is not a site of khaos', "known: Main"),
    ]
    (feed,) = named(found, "feeds")
    assert (feed.verdict, feed.detail) == ("failed", '"wair.stok" is not a read')


def test_a_right_configuration_is_well_and_systems_that_are_not_there_are_named(ground: Ground) -> None:
    found = ground.findings()
    assert {f.verdict for f in found} == {"ok"}
    assert named(found, "mappings")[0].detail == "agree with the last snapshots"
    assert "service version" in named(found, "khaos: address and credentials")[0].detail
    assert named(found, "plytix")[0].detail == "no [plytix] in changed.toml: not in jobs, reports or checks"


def test_a_system_that_is_switched_off_is_neither_asked_nor_judged(ground: Ground) -> None:
    text = (ground.folder / "merchant.toml").read_text().replace("[wair]", "[wair]\nenabled = false")
    config = ground.folder / "off.toml"
    config.write_text(text.replace("L1 =", "L9 ="))
    found = examine(Session(config, ground.sandbox.ready_file, ground.folder.parent / "data", None, False))
    assert named(found, "wair")[0].detail == "switched off: not in jobs, reports or checks"
    assert named(found, "wair: address and credentials") == []
    assert named(found, "mapping.locations") == []


def test_a_missing_credential_says_which_variable_and_where_it_goes(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KHAOS_BASE_URL", "WAIR_BASE_URL", "WAIR_TENANT"):
        monkeypatch.delenv(name, raising=False)
    found = ground.findings(asked=False)
    (wair,) = named(found, "wair: address and credentials")
    assert wair.verdict == "failed"
    assert "WAIR_TENANT" in wair.detail
    assert "docs/connect.md" in wair.remedy


def test_each_of_the_six_systems_answers_one_cheap_read(tmp_path: Path) -> None:
    world = tmp_path / "world"
    make_world(world, seed=1, skus=20, orders=0, systems=SYSTEMS, nights=1)
    with running_sandbox(world, rate_clock=100_000) as sandbox:
        found = examine(Session(world / "merchant.toml", sandbox.ready_file, tmp_path / "data", None, False))
    told = {f.what.partition(":")[0]: f for f in found if f.what.endswith("address and credentials")}
    assert {name: f.verdict for name, f in told.items()} == dict.fromkeys(SYSTEMS, "ok"), told
