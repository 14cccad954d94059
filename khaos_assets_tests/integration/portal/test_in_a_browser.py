"""The portal as people use it, in a real Chromium, on a laptop and on a phone; and axe on every page.

In one file, so that a parallel run does not start two browsers. The browser is the system's Chromium, or the one that
CHROMIUM names.
"""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from khaos_assets.cases.ledger import open_ledger
from khaos_assets.close.preparing import known_closes
from khaos_assets.corrections.listing import plans
from khaos_assets.portal.app import create_app
from khaos_assets_tests.portal_people import PASSWORD, Clock
from khaos_assets_tests.sandbox_fixtures import free_port
from khaos_assets_tests.unit.close.months_by_hand import LATER, Books

CHROMIUM = Path(os.environ.get("CHROMIUM") or "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
WIDTHS = {"laptop": (1366, 850), "phone": (390, 844)}
PATIENCE = 60_000
"""Milliseconds for one state of one page: far more than it takes, on a machine that does much else."""

pytestmark = [
    pytest.mark.skipif(
        not CHROMIUM.is_file(), reason=f"no browser at {CHROMIUM}: install chromium, or name one in CHROMIUM"
    ),
    pytest.mark.timeout(240),
    pytest.mark.xdist_group("portal browser"),
]


@dataclass
class Seat:
    """A portal of its own that answers at an address, and a screen before it."""

    made: Books
    address: str
    browser: Browser
    screen: tuple[int, int]
    complaints: list[str]

    @contextmanager
    def sits(self, name: str, screen: tuple[int, int] | None = None) -> Iterator[Page]:
        """Somebody signs in by hand, as everybody does."""
        wide, high = screen or self.screen
        context = self.browser.new_context(viewport={"width": wide, "height": high}, base_url=self.address)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.complaints.append(str(e)))
        page.goto("/")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("exceptions stand open")
        try:
            yield page
        finally:
            context.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@contextmanager
def served(made: Books) -> Iterator[str]:
    """The portal over a data folder, by a real server in a thread."""
    port = free_port()
    app = create_app(made.settings, made.store, clock=Clock(LATER))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=30)


@pytest.fixture(scope="module", params=WIDTHS)
def seat(
    request: pytest.FixtureRequest, browser: Browser, copied: Callable[[Path], Books],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Seat]:  # fmt: skip
    made = copied(tmp_path_factory.mktemp(request.param) / "data")
    with served(made) as address:
        found = Seat(made, address, browser, WIDTHS[request.param], [])
        yield found
        assert found.complaints == []


@pytest.fixture(scope="module")
def office(
    browser: Browser, copied: Callable[[Path], Books], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Seat]:
    """One with screens of both sizes."""
    made = copied(tmp_path_factory.mktemp("office") / "data")
    with served(made) as address:
        yield Seat(made, address, browser, WIDTHS["laptop"], [])


def fits(page: Page) -> bool:
    """Whether nothing of the page lies beyond the right edge of the screen."""
    wide: Any = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return wide[0] <= wide[1]


def test_somebody_finds_why_an_order_was_not_recognised(seat: Seat) -> None:
    with seat.sits("eve") as page:
        page.get_by_role("link", name="Exceptions", exact=True).click()
        page.get_by_label("Search").fill("gone")
        page.get_by_label("Search").press("Enter")
        page.get_by_role("link", name="gone", exact=True).first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("gone")
        expect(page.get_by_role("heading", name="What differs")).to_be_visible()
        assert fits(page)
        page.get_by_role("link", name="The order's journey").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("gone")
        assert fits(page)


def test_somebody_downloads_the_workbook_of_the_month_and_opens_it(seat: Seat) -> None:
    with seat.sits("eve") as page:
        page.get_by_role("link", name="Downloads", exact=True).click()
        page.get_by_role("link", name="Month-end packs").click()
        assert fits(page)
        with page.expect_download() as coming:
            page.get_by_role("link", name="month-end-2026-10-v1.xlsx").click()
        assert coming.value.suggested_filename == "month-end-2026-10-v1.xlsx"
        book = openpyxl.load_workbook(io.BytesIO(Path(coming.value.path()).read_bytes()))
        assert {"Summary", "Control", "Dispatched_open"} <= set(book.sheetnames)


def test_the_right_person_approves_a_plan_and_the_wrong_one_is_refused(seat: Seat) -> None:
    with open_ledger(seat.made.store) as ledger:
        plan = plans(ledger)[0].head.plan_id
    with seat.sits("dora") as page:
        page.goto(f"/corrections/{plan}")
        expect(page.get_by_text("You planned it: another person approves it.")).to_be_visible()
        assert page.get_by_role("button", name="Approve").count() == 0
    with seat.sits("cat") as page:
        page.get_by_role("link", name="Corrections", exact=True).click()
        page.get_by_role("link", name=plan[:12]).click()
        assert fits(page)
        page.locator("form[action$=approve]").get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Approve 3 items").click()
        expect(page.get_by_text(f"khaos-assets corrections apply {plan[:12]}")).to_be_visible()
        assert fits(page)
    with open_ledger(seat.made.store) as ledger:
        assert plans(ledger)[0].head.approved_by == "cat"


def test_two_people_sign_and_review_a_month_which_is_then_sealed_and_verified(office: Seat) -> None:
    with office.sits("ann") as page:
        page.get_by_role("link", name="Month end", exact=True).click()
        page.get_by_role("link", name="2026-10").click()
        page.get_by_role("button", name="Sign version 1").click()
        expect(page.get_by_text("You signed it: another person reviews.")).to_be_visible()
        assert fits(page)
    with office.sits("ben", WIDTHS["phone"]) as page:
        page.goto("/month-end/2026-10")
        page.get_by_role("button", name="I reviewed version 1").click()
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Seal 2026-10").click()
        expect(page.get_by_text("The month was sealed.")).to_be_visible()
        assert fits(page)
        page.get_by_role("button", name="Verify the seal").click()
        expect(page.get_by_text("The seal was verified.")).to_be_visible()
    assert office.complaints == []
    close = known_closes(office.made.store)["2026-10"]
    assert close.sealed is not None and close.sealed.by == "ben"


def test_axe_has_no_complaint_about_any_page(office: Seat) -> None:
    with open_ledger(office.made.store) as ledger:
        plan, case = plans(ledger)[0].head.plan_id, ledger.cases()[0].case_key
    pages = [
        "/queue", "/exceptions", "/exceptions?text=nothing-like-it", f"/cases/{case}", "/incidents", "/orders",
        "/orders/gone", "/corrections", f"/corrections/{plan}", "/month-end", "/month-end/2026-10?every=1",
        "/month-end/2026-11", "/downloads", "/downloads?kind=months", "/certificates",
        "/certificates/2026-11-01/wair/stock",
        "/account", "/people", "/audit", "/nothing-here",
    ]  # fmt: skip
    found: list[str] = []

    def look(page: Page, path: str) -> None:
        if not fits(page):
            found.append(f"{path}: wider than the screen")
        for said in Axe().run(page).response["violations"]:
            found.append(f"{path}: {said['id']}: {said['nodes'][0]['html'][:160]}")

    stranger = office.browser.new_page(base_url=office.address)
    stranger.goto("/sign-in")
    look(stranger, "/sign-in")
    stranger.close()
    with office.sits("fay", WIDTHS["phone"]) as page:
        look(page, "/")
        for path in pages:
            page.goto(path)
            look(page, path)
    assert found == []
