"""The UI as a person uses it: a real browser, the real webserver and daemon, real simulators.

One test in this file, so that a parallel run never starts two browsers. The browser is the system's Chromium, or the
one that CHROMIUM names.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from khaos_assets.cli.children import stop
from khaos_assets.orchestration import ui_commands, ui_environment
from khaos_assets_tests.integration.orchestration import small_world
from khaos_assets_tests.sandbox_fixtures import NIGHT, free_port, running_sandbox

CHROMIUM = Path(os.environ.get("CHROMIUM") or "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
BROKEN = {"system": "wair", "switch": "bad_json", "entity": "transfers"}
PATIENCE = 60_000
"""Milliseconds for one state of one page: far more than it takes, on a machine that does much else."""

pytestmark = [
    pytest.mark.skipif(
        not CHROMIUM.is_file(), reason=f"no browser at {CHROMIUM}: install chromium, or name one in CHROMIUM"
    ),
    pytest.mark.timeout(240),
]


@contextmanager
def running_ui(data: Path, config: Path, ready_file: Path, log: Path) -> Iterator[str]:
    """Webserver and daemon until the block ends; gives the address once the definitions are loaded."""
    port = free_port()
    env = ui_environment(data, config, ready_file)
    with ExitStack() as stack:
        out = stack.enter_context(log.open("wb"))
        children = []
        for arguments in ui_commands(data, port):
            children.append(subprocess.Popen(arguments, stdout=out, stderr=out, env=env, start_new_session=True))
            stack.callback(stop, children[-1])
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 90
        while not loaded(address):
            assert time.monotonic() < deadline, log.read_text()
            assert all(c.poll() is None for c in children), log.read_text()
            time.sleep(0.1)
        yield address


def loaded(address: str) -> bool:
    query = "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }"
    try:
        answer = httpx.post(f"{address}/graphql", json={"query": query}, trust_env=False, timeout=30)
    except httpx.TransportError:
        return False
    entries: list[dict[str, Any]] = answer.json()["data"]["workspaceOrError"]["locationEntries"]
    return bool(entries) and all(e["loadStatus"] == "LOADED" for e in entries)


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        try:
            yield page
        finally:
            browser.close()


def launch_latest_night(page: Page, address: str) -> None:
    """Jobs → nightly → Materialize all → Latest → Launch → View."""
    page.goto(address)
    page.get_by_role("link", name="Jobs").click()
    page.get_by_text("nightly", exact=True).first.click()
    page.get_by_role("button", name="Materialize all").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Latest", exact=True).click()
    dialog.get_by_role("button", name="Launch 1 run").click()
    page.get_by_text("Launched run").wait_for()
    page.get_by_text("View", exact=True).click()
    page.wait_for_url(re.compile("/runs/[0-9a-f-]{36}"))


def test_a_night_is_launched_by_clicks_and_its_results_and_failures_are_seen(page: Page, tmp_path: Path) -> None:
    world = small_world.make(tmp_path / "world")
    data, log = tmp_path / "data", tmp_path / "ui.log"
    with (
        running_sandbox(world, [BROKEN]) as sandbox,
        running_ui(data, world / "merchant.toml", sandbox.ready_file, log) as address,
    ):
        launch_latest_night(page, address)
        expect(page.get_by_text(f"partition: {NIGHT}")).to_be_visible()
        # The run succeeds although one feed is broken and a difference was found.
        expect(page.get_by_text(re.compile("^(Success|Failure|Canceled)$")).first).to_have_text(
            "Success", timeout=2 * PATIENCE
        )

        page.goto(f"{address}/assets/wair/stock")
        expect(page.get_by_text("COMPLETE", exact=True)).to_be_visible()
        expect(page.get_by_text("two_pass: two passes agree")).to_be_visible()
        expect(page.get_by_text("system: wair")).to_be_visible()

        page.goto(f"{address}/assets/wair/transfers")
        expect(page.get_by_text("INCOMPLETE: nothing is concluded from this snapshot")).to_be_visible()
        expect(page.get_by_text("reason 1")).to_be_visible()

        page.goto(f"{address}/assets/exceptions?view=checks&checkDetail=SKU_03_khaos_item_missing_from_a_system")
        expect(page.get_by_text("Passed", exact=True)).to_be_visible()
        page.get_by_text("STK_01_stock_drift", exact=True).first.click()
        expect(page.get_by_text("NOT TESTED: wair/transfers is INCOMPLETE")).to_be_visible()
    assert "DEBUG" not in log.read_text()
