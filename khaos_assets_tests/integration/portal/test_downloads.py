"""Downloads: what was filed goes out exactly as it was made, to whoever may have it; and that is written down."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from khaos_assets.config.filed import FILE, file_all, withdraw
from khaos_assets.portal.access import tokens
from khaos_assets_tests.integration.portal.conftest import Portal
from khaos_assets_tests.portal_people import OFFICE

CLOSING_NIGHT = "2026-11-01"


def machine(portal: Portal, name: str = "eve") -> httpx.Client:
    """What shows a token of hers."""
    token = tokens.make(portal.access, name, purpose="nightly copy", days=7, by=OFFICE)
    return TestClient(portal.app, base_url="http://127.0.0.1", headers={"authorization": f"Bearer {token}"})


def listed(client: httpx.Client, kind: str = "nights") -> dict[str, dict[str, str]]:
    """The list by the name of each file."""
    return {f["name"]: f for f in client.get("/downloads.json", params={"kind": kind}).json()["files"]}


@pytest.fixture
def workbook(portal: Portal) -> Path:
    return next(portal.store.root.glob("reports/2026-*/exceptions.xlsx"))


def test_a_machine_takes_every_report_and_pack_with_its_token_and_each_is_what_was_made(portal: Portal) -> None:
    client = machine(portal)
    files = listed(client) | listed(client, "months")
    assert {f"exceptions-{CLOSING_NIGHT}.xlsx", f"report-{CLOSING_NIGHT}.html", f"worklists-{CLOSING_NIGHT}.xlsx",
            "month-end-2026-10-v1.xlsx", "month-end-2026-10-sales-v1.parquet"} <= files.keys()  # fmt: skip
    for name, said in files.items():
        answer = client.get(said["url"])
        assert answer.status_code == 200, name
        assert hashlib.sha256(answer.content).hexdigest() == said["sha256"], name
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["content-type"] == said["content_type"]
        assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
    assert len(portal.noted("downloaded")) == min(len(files), 100)
    assert portal.noted("downloaded")[0]["by"] == "eve"


def test_an_address_tells_nothing_and_leads_to_nothing_but_what_was_filed(portal: Portal) -> None:
    browser = portal.sign_in("eve")
    files = listed(browser.client)
    known = {f["id"] for f in files.values()}
    assert all(len(i) == 32 and int(i, 16) >= 0 for i in known)
    assert not any(f["name"].endswith("files.json") for f in files.values())
    some = next(iter(known))
    for wrong in ("ledger.sqlite", "..%2f..%2fledger.sqlite", some[:-1], some.upper(), some + "0", "0" * 32, "%00"):
        assert browser.get(f"/downloads/{wrong}").status_code in (400, 404, 405), wrong
    assert portal.noted("downloaded") == []


def test_a_file_that_is_not_what_was_made_is_not_sent_and_the_audit_says_who_asked(
    portal: Portal, workbook: Path
) -> None:
    browser = portal.sign_in("eve")
    url = listed(browser.client)[f"exceptions-{CLOSING_NIGHT}.xlsx"]["url"]
    was = workbook.read_bytes()
    other = portal.store.root / "other.xlsx"
    for spoil in (lambda: workbook.write_bytes(was[:-1] + b"?"), workbook.unlink, lambda: workbook.symlink_to(other)):
        other.write_bytes(was)
        spoil()
        answer = browser.get(url)
        assert (answer.status_code, "not what was made" in answer.text) == (409, True)
        assert was[:20] not in answer.content
    assert [n["by"] for n in portal.noted("refused")] == ["eve"] * 3
    assert machine(portal).get(url).json() == {"error": "This file is not what was made, so it is not handed on"}


def test_a_listing_that_somebody_wrote_leads_nowhere_else(portal: Portal, workbook: Path) -> None:
    said = json.loads((workbook.parent / FILE).read_text())
    ledger = portal.store.ledger.read_bytes()
    for name in ("../../ledger.sqlite", "/etc/passwd", "..", ".hidden", 'x".csv', "a\nb.csv"):
        said["files"][name] = {"bytes": len(ledger), "sha256": hashlib.sha256(ledger).hexdigest()}
    (workbook.parent / FILE).write_text(json.dumps(said))
    names = listed(portal.sign_in("eve").client)
    assert f"exceptions-{CLOSING_NIGHT}.xlsx" in names
    assert all("/" not in n and '"' not in n and "ledger" not in n and "passwd" not in n for n in names)


def test_while_reports_are_written_none_of_them_is_handed_on(portal: Portal, workbook: Path) -> None:
    browser, name = portal.sign_in("eve"), f"exceptions-{CLOSING_NIGHT}.xlsx"
    url = listed(browser.client)[name]["url"]
    withdraw(workbook.parent)
    assert name not in listed(browser.client)
    assert browser.get(url).status_code == 404
    workbook.write_bytes(b"anew")
    file_all(workbook.parent, [workbook.name])
    assert browser.get(url).content == b"anew", "the address stays while the report is made again"


def test_who_may_not_download_does_not_and_a_token_opens_nothing_else(portal: Portal) -> None:
    url = listed(portal.sign_in("eve").client)[f"exceptions-{CLOSING_NIGHT}.csv"]["url"]
    stranger = TestClient(portal.app, base_url="http://127.0.0.1")
    for path in ("/downloads", "/downloads.json", url):
        assert portal.sign_in("dan").get(path).status_code == 403, "who administers takes no reports"
        assert stranger.get(path, follow_redirects=False).status_code in (303, 401)
    client = machine(portal)
    for path in ("/", "/corrections", "/month-end", "/exceptions", "/audit"):
        assert client.get(path).status_code in (401, 403), path
    portal.clock.passes(days=8)
    assert client.get(url).status_code == 401, "it has expired"


def test_nights_and_months_are_paged_newest_first(portal: Portal) -> None:
    for days in range(1, 10):
        folder = portal.store.reports(portal.clock().date() - timedelta(days=100 + days))
        folder.mkdir(parents=True)
        (folder / "exceptions.csv").write_bytes(b"code\n")
        file_all(folder, ["exceptions.csv"])
    browser = portal.sign_in("eve")
    first = browser.client.get("/downloads.json").json()
    second = browser.client.get(first["next"]).json()
    nights = list(dict.fromkeys(f["night"] for page in (first, second) for f in page["files"]))
    assert (len(nights), nights, second["next"]) == (10, sorted(nights, reverse=True), None)
    assert "Older" in browser.get("/downloads").text
    assert "month-end-2026-10-v1.xlsx" in browser.get("/downloads?kind=months").text
