"""The portal served with a certificate of its own, and behind a proxy: who comes otherwise gets nothing."""

from __future__ import annotations

import json
import re
import ssl
from pathlib import Path

import httpx
import pytest

from khaos_assets.config import Store, load_settings
from khaos_assets.sandbox.khaos.tls import self_signed
from khaos_assets_tests.integration.portal.access.attempts import request, send
from khaos_assets_tests.portal_installation import Installation, serving
from khaos_assets_tests.portal_people import PASSWORD, hire

SECRET = "a secret of two machines"
MERCHANT = '[merchant]\nname = "Two items"\n'
BEHIND = MERCHANT + '[portal]\npublic_url = "https://recon.example.com"\n[portal.proxy]\nuser_header = "X-User"\n'


def installed(folder: Path, merchant: str) -> Installation:
    """Nothing but people: no night was run."""
    config = folder / "merchant.toml"
    config.write_text(merchant, encoding="utf-8")
    settings = load_settings(config)
    made = Installation(settings, Store(settings.data_dir), config)
    with made.access() as access:
        hire(access, "root", "administrator")
    return made


def test_by_tls_the_cookie_is_bound_to_host_and_to_tls_and_plain_text_gets_nothing(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    with serving(installed(tmp_path, MERCHANT), "--tls-cert", str(certificate), "--tls-key", str(key)) as url:
        assert url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(certificate))
        with httpx.Client(base_url=url, verify=trusting, headers={"Origin": url}) as browser:
            sent = browser.post("/sign-in", data={"name": "root", "password": PASSWORD})
            assert (sent.status_code, sent.headers["location"]) == (303, "/")
            cookie = sent.headers["set-cookie"]
            assert re.fullmatch(r"__Host-\w+=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", cookie)
            assert browser.get("/account").status_code == 200
            other = browser.post(
                "/sign-in", data={"name": "root", "password": PASSWORD}, headers={"Origin": url.replace("s:", ":", 1)}
            )
            assert other.status_code == 403, "a page that came in plain text is another's"
        assert send(url, request("GET", "/sign-in")).status != 200


def test_behind_a_proxy_the_machine_itself_is_not_let_in_past_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_PROXY_SECRET", SECRET)
    with serving(installed(tmp_path, BEHIND)) as public:
        assert public == "https://recon.example.com"
        here = json.loads((tmp_path / "address.json").read_text())["listens"]
        past = {"Host": "recon.example.com", "X-User": "jo"}
        assert send(here, request("GET", "/sign-in", headers=past)).status == 403
        through = past | {"X-Portal-Secret": SECRET}
        answer = send(here, request("GET", "/sign-in?next=/account", headers=through))
        assert (answer.status, answer.header("location")) == (303, "/account")
        cookie = answer.header("set-cookie").partition(";")[0]
        assert send(here, request("GET", "/account", headers=through | {"Cookie": cookie})).status == 200
        assert send(here, request("GET", "/account", headers=past | {"Cookie": cookie})).status == 403
        somebody = through | {"Cookie": cookie, "X-User": "ann"}
        assert send(here, request("GET", "/account", headers=somebody)).status == 303
