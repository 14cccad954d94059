"""Month end in the portal: the checklist, signatures of two people, and what takes long done beside."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import timedelta

import msgspec
import pytest

from khaos_assets.close import steps
from khaos_assets.close.manifest import CONTROL, FILE
from khaos_assets.close.preparing import folder_of, known_closes
from khaos_assets.close.states import Close, Version
from khaos_assets.portal import closing, months
from khaos_assets.portal.closing import How, What, Work, last_work
from khaos_assets.portal.site import Site
from khaos_assets_tests.integration.portal.conftest import Portal
from khaos_assets_tests.portal_people import PASSWORD

OCTOBER = "/month-end/2026-10"


def status(portal: Portal) -> str:
    return known_closes(portal.store)["2026-10"].status


def keep(portal: Portal, work: Work) -> None:
    portal.store.month("2026-10").root.mkdir(parents=True, exist_ok=True)
    portal.store.month("2026-10").work.write_bytes(msgspec.json.encode(work))


def under_way(portal: Portal, process: str) -> Work:
    return Work(What.SEAL, "ann", portal.clock(), process)


def test_a_month_says_how_far_it_is_what_is_owed_an_explanation_and_what_is_next(portal: Portal) -> None:
    browser = portal.sign_in("eve")
    assert "prepared" in browser.get("/month-end").text
    page = browser.get(OCTOBER).text
    assert "Trial balance brought" in page and "Signed by its preparer" in page
    assert "Goods gone, revenue not recognised" in page
    manifest = json.loads((folder_of(portal.store, "2026-10", 1) / FILE).read_text())
    assert f"All {manifest['control']['lines']} agree" in page
    every = browser.get(f"{OCTOBER}?every=1").text
    assert every.count('data-label="Verdict"') == manifest["control"]["lines"]
    assert "month-end-2026-10-v1.xlsx" in page
    assert browser.get("/month-end/2026-13").status_code == browser.get("/month-end/x").status_code == 404
    assert "still runs" in browser.get("/month-end/2026-11").text


def test_one_person_signs_another_reviews_and_nobody_else_does_either(portal: Portal) -> None:
    ann, ben = portal.sign_in("ann"), portal.sign_in("ben")
    for name in ("eve", "cat"):
        for step in ("sign", "review", "seal", "prepare", "verify", "reopen"):
            told = {"password": PASSWORD, "note": "x", "reason": "x"}
            assert portal.sign_in(name).press(OCTOBER, f"{OCTOBER}/{step}", **told).status_code == 403
    assert ben.press(OCTOBER, f"{OCTOBER}/review").status_code == 409, "nobody has signed"
    assert ann.press(OCTOBER, f"{OCTOBER}/sign", note="freight comes in <November>").status_code == 303
    assert "freight comes in &lt;November&gt;" in ben.get(OCTOBER).text
    refused = ann.press(OCTOBER, f"{OCTOBER}/review")
    assert (refused.status_code, "another person reviews" in refused.text) == (409, True)
    assert ben.press(OCTOBER, f"{OCTOBER}/review").status_code == 303
    assert status(portal) == "reviewed"
    assert ben.press(OCTOBER, f"{OCTOBER}/seal", password="not his at all").status_code == 403
    assert last_work(portal.store, "2026-10") is None, "nothing was begun"
    assert [n["decision"] for n in portal.noted("decided")] == ["reviewed", "signed"]


def test_what_does_not_agree_stands_first_and_is_signed_only_with_a_note(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "_unchanged", lambda *_: None)  # that its files are those of the ledger
    folder = folder_of(portal.store, "2026-10", 1)
    lines = json.loads((folder / CONTROL).read_text())
    lines[-1] |= {"ok": False, "left": "-12.34", "why": "one side does not tell it"}
    (folder / CONTROL).write_text(json.dumps(lines))
    manifest = json.loads((folder / FILE).read_text())
    manifest["control"]["checks"] = [lines[-1]["what"]]
    (folder / FILE).write_text(json.dumps(manifest))
    ann = portal.sign_in("ann")
    page = ann.get(OCTOBER).text
    assert f"1 of {len(lines)}" in page and "one side does not tell it" in page and "−12.34" in page
    refused = ann.press(OCTOBER, f"{OCTOBER}/sign", note=" ")
    assert (refused.status_code, "the note says why they may stand" in refused.text) == (409, True)
    assert status(portal) == "prepared"


def test_one_thing_at_a_time_is_under_way_and_the_page_asks_how_it_goes(portal: Portal) -> None:
    here = f"{socket.gethostname()}:{os.getpid()}"
    keep(portal, under_way(portal, here))
    ann = portal.sign_in("ann")
    page = ann.get(OCTOBER).text
    assert "The month is being sealed" in page and "every 2s" in page and "Seal 2026-10</button>" not in page
    for step in ("prepare", "verify"):
        busy = ann.press("/month-end/2026-11", f"/month-end/2026-11/{step}")
        assert (busy.status_code, "one at a time" in busy.text) == (409, True)
    asked = ann.get(OCTOBER, **{"hx-request": "true"})
    assert (asked.status_code, "hx-refresh" in asked.headers) == (204, False), "nothing is read out again and again"
    keep(portal, msgspec.structs.replace(under_way(portal, here), how=How.REFUSED, told=("a figure has moved",)))
    assert ann.get(OCTOBER, **{"hx-request": "true"}).headers["hx-refresh"] == "true"
    page = ann.get(OCTOBER).text
    assert "a figure has moved" in page and "every 2s" not in page


def test_whoever_signs_signs_the_version_that_they_saw(portal: Portal) -> None:
    ann = portal.sign_in("ann")
    assert 'name="version" value="1"' in ann.get(OCTOBER).text
    refused = ann.press(OCTOBER, f"{OCTOBER}/sign", version="2")
    assert (refused.status_code, "look at it first" in refused.text) == (409, True)
    assert status(portal) == "prepared"
    assert portal.noted("refused")[0]["why"].startswith("version 1 was made after"), "it is in the audit"


def test_pages_that_ask_by_themselves_keep_nobody_signed_in(portal: Portal) -> None:
    keep(portal, under_way(portal, f"{socket.gethostname()}:{os.getpid()}"))
    ann = portal.sign_in("ann")
    assert "X-Asked-By-Itself" in ann.get(OCTOBER).text
    for _ in range(4):
        portal.clock.passes(minutes=10)
        answer = ann.get(OCTOBER, **{"hx-request": "true", "x-asked-by-itself": "1"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in")


def test_what_was_broken_off_says_so_whoever_looks(portal: Portal) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    keep(portal, under_way(portal, f"{socket.gethostname()}:{child.pid}"))
    assert "It was broken off" in portal.sign_in("eve").get(OCTOBER).text


def test_what_the_close_does_not_allow_is_told_and_a_verified_seal_tells_what_was_changed(portal: Portal) -> None:
    site: Site = portal.app.state.site
    october = months.known_periods(site.settings, site.store, ["2026-10"], None)[0]

    def do(what: What) -> Work:
        return closing.work(site.settings, site.store, october, what, by="ben", at=portal.clock())

    refused = do(What.SEAL)
    assert (refused.how, "not reviewed" in refused.told[0]) == (How.REFUSED, True)
    assert do(What.VERIFY).how is How.REFUSED
    portal.sign_in("ann").press(OCTOBER, f"{OCTOBER}/sign")
    portal.sign_in("ben").press(OCTOBER, f"{OCTOBER}/review")
    assert do(What.SEAL).how is How.DONE
    assert do(What.VERIFY).told == ()
    (folder_of(site.store, "2026-10", 1) / "sales.parquet").write_bytes(b"")
    changed = do(What.VERIFY)
    keep(portal, changed)
    page = portal.sign_in("ben").get(OCTOBER).text
    assert len(changed.told) == 1 and "sales.parquet: is not what was sealed" in page
    assert portal.sign_in("ben").press(OCTOBER, f"{OCTOBER}/reopen", password=PASSWORD, reason=" ").status_code == 409
    assert status(portal) == "sealed"
    told = {"password": PASSWORD, "reason": "a credit note was missed"}
    assert portal.sign_in("ben").press(OCTOBER, f"{OCTOBER}/reopen", **told).status_code == 303
    assert status(portal) == "prepared" and "a credit note was missed" in portal.sign_in("eve").get(OCTOBER).text


def test_a_version_tells_what_moved_since_the_one_before(portal: Portal) -> None:
    first, second = (folder_of(portal.store, "2026-10", n) for n in (1, 2))
    second.mkdir()
    for file in first.iterdir():
        (second / file.name).write_bytes(file.read_bytes())
    manifest = json.loads((second / FILE).read_text())
    manifest["sheets"]["refunds"] |= {"sha256": "0" * 64, "totals": {"difference_gbp": "99.00"}}
    (second / FILE).write_text(json.dumps(manifest))
    at = portal.clock()
    close = Close("2026-10", [Version(1, "a", at, "ann"), Version(2, "b", at + timedelta(hours=1), "ben")])
    newest, oldest = months.versions(portal.store, close)
    assert newest.changes is not None and oldest.changes is None
    assert ("refunds", "difference_gbp") in {(m.sheet, m.column) for m in newest.changes.totals}
    assert newest.changes.since == "v1"
