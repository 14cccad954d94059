"""The accounts' trial balance comes in by the month's page: whole and sound, or not at all."""

from __future__ import annotations

import re

import httpx
import pytest

from khaos_assets.close import steps
from khaos_assets.close.periods import named
from khaos_assets.portal import closing
from khaos_assets.portal.closing import What, Work
from khaos_assets_tests.integration.portal.conftest import Browser, Portal

OCTOBER = "/month-end/2026-10"
GOOD = b"account,name,debit,credit\n1100,Stock,9.00,\n4000,Sales,,9.00\n"


def bring(browser: Browser, body: bytes, name: str = "tb.csv", **form: str) -> httpx.Response:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get(OCTOBER).text)
    assert found
    return browser.client.post(
        f"{OCTOBER}/trial-balance", data={"csrf": found[1], **form}, files={"file": (name, body, "text/csv")},
        follow_redirects=False,
    )  # fmt: skip


def test_it_is_kept_as_it_came_and_the_checklist_says_when_and_what_it_lacks(portal: Portal) -> None:
    ann = portal.sign_in("ann")
    assert 'type="file"' in ann.get(OCTOBER).text
    assert bring(ann, GOOD.replace(b"1100", b"1105")).status_code == 303
    page = ann.get(OCTOBER).text
    assert "2 accounts; control accounts that are not in it: 1100; it came after the pack: prepare again" in page
    assert bring(ann, GOOD).status_code == 303
    assert portal.store.month("2026-10").trial_balance.read_bytes() == GOOD
    newest, first = portal.noted("decided")
    assert (newest["by"], newest["file"], newest["accounts"]) == ("ann", "tb.csv", 2)
    assert newest["sha256"] != first["sha256"]


@pytest.mark.parametrize("name", ["eve", "cat", "dan"])
def test_whoever_does_not_close_months_brings_none(portal: Portal, name: str) -> None:
    assert bring(portal.sign_in(name), GOOD).status_code == 403
    assert 'type="file"' not in portal.sign_in(name).get(OCTOBER).text
    assert not portal.store.month("2026-10").trial_balance.exists()


def test_nothing_comes_from_another_page(portal: Portal) -> None:
    ann = portal.sign_in("ann")
    assert bring(ann, GOOD, csrf="0" * 64).status_code == 403
    bare = ann.client.post(f"{OCTOBER}/trial-balance", files={"file": ("tb.csv", GOOD)})
    assert bare.status_code == 403
    assert not portal.store.month("2026-10").trial_balance.exists()


HOSTILE = {
    "a workbook": (b"PK\x03\x04\xff\xfe rest", "CSV UTF-8"),
    "another encoding": (GOOD.decode().encode("utf-16"), "CSV UTF-8"),
    "nothing": (b"", "its header has nothing"),
    "markup": (
        GOOD.replace(b"9.00,\n4", b"<script>alert(1)</script>,\n4"), "column 3 (debit): &#34;&lt;script&gt;alert(1)",
    ),
    "a formula": (GOOD.replace(b"9.00,\n4", b"=1+1,\n4"), "column 3 (debit)"),
    "a missing column": (GOOD.replace(b"Stock,9.00,", b"Stock,9.00"), "line 2: 3 columns"),
    "one line without end": (b"account,balance\n" + b"x" * 500_000, "cannot be read as CSV"),
    "no end of a quotation": (GOOD.replace(b"Stock", b'"Stock'), "cannot be read as CSV"),
    "pennies apart": (GOOD.replace(b",,9.00", b",,8.99"), "differ by 0.01"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_that_is_no_trial_balance_is_refused_with_the_place_and_the_kept_one_stays(
    portal: Portal, what: str
) -> None:
    body, told = HOSTILE[what]
    ann = portal.sign_in("ann")
    bring(ann, GOOD)
    refused = bring(ann, body, "../../<b>tb</b>.csv")
    assert (refused.status_code, told in refused.text) == (422, True), refused.text
    assert "<script>alert(1)" not in refused.text and "<b>tb" not in refused.text
    assert portal.store.month("2026-10").trial_balance.read_bytes() == GOOD
    assert portal.noted("refused")[0]["asked"] == "trial balance"


def test_more_than_a_megabyte_is_not_read(portal: Portal) -> None:
    big = GOOD + b"\n" * 1_100_000
    assert bring(portal.sign_in("ann"), big).status_code == 413
    assert not portal.store.month("2026-10").trial_balance.exists()


def test_a_form_without_a_file_is_refused(portal: Portal) -> None:
    ann = portal.sign_in("ann")
    assert ann.press(OCTOBER, f"{OCTOBER}/trial-balance", file="no file").status_code == 422
    assert ann.press(OCTOBER, f"{OCTOBER}/trial-balance").status_code == 422


def test_a_sealed_month_and_one_that_is_being_made_take_none(portal: Portal) -> None:
    ann = portal.sign_in("ann")
    period = named(portal.app.state.site.settings.close.calendar, "2026-10")
    under_way = Work(What.SEAL, "ben", portal.clock(), closing.this_process())
    closing._keep(portal.store, "2026-10", under_way)
    busy = bring(ann, GOOD)
    assert (busy.status_code, "began to seal the month: wait" in busy.text) == (409, True)
    portal.store.month("2026-10").work.unlink()
    at = portal.clock()
    steps.sign(portal.store, period, by="ann", note="as it is", at=at)
    steps.review(portal.store, period, by="ben", note="", at=at)
    steps.seal(portal.app.state.site.settings, portal.store, period, by="ben", at=at)
    sealed = bring(ann, GOOD)
    assert (sealed.status_code, "it is sealed" in sealed.text) == (409, True)
    assert not portal.store.month("2026-10").trial_balance.exists()
    assert 'type="file"' not in ann.get(OCTOBER).text
