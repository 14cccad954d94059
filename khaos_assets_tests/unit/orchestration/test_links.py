"""An asset links to the portal where its address is known, and only then."""

from __future__ import annotations

import pytest

from khaos_assets.config import Settings
from khaos_assets.config.portal import PORTAL_URL, Portal
from khaos_assets.config.settings import Merchant
from khaos_assets.orchestration.links import in_portal

NOWHERE = Settings(merchant=Merchant(name="Bright & Co"))
SOMEWHERE = NOWHERE.model_copy(update={"portal": Portal(public_url="https://recon.example.com")})


def test_without_an_address_there_is_no_link() -> None:
    assert in_portal(NOWHERE, "exceptions") == {}


def test_the_public_address_is_linked_to_with_every_part_of_the_path_escaped() -> None:
    (link,) = in_portal(SOMEWHERE, "certificates", "2026-11-20", "a/b").values()
    assert link.value == "https://recon.example.com/certificates/2026-11-20/a%2Fb"


def test_the_environment_goes_before_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PORTAL_URL, "http://127.0.0.1:8420")
    (link,) = in_portal(SOMEWHERE, "downloads").values()
    assert link.value == "http://127.0.0.1:8420/downloads"
