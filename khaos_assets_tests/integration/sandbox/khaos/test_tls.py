"""The vendor's self-signed certificate: refused by a client that verifies, taken by one that pins it."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from khaos_assets_tests.integration.sandbox.khaos.conftest import WSDL
from khaos_assets_tests.sandbox_fixtures import running_sandbox


def test_a_self_signed_certificate_is_refused_unless_it_is_pinned(world: Path) -> None:
    with running_sandbox(world, [{"system": "khaos", "switch": "self_signed_tls"}]) as sandbox:
        url = sandbox.base_url("khaos") + WSDL
        assert url.startswith("https://")
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(url, trust_env=False)
        address = urlsplit(url)
        pinned = ssl.create_default_context(
            cadata=ssl.get_server_certificate((str(address.hostname), int(address.port or 0)))
        )
        assert httpx.get(url, trust_env=False, verify=pinned).status_code == 200
