"""What the portal refuses to be served as: in plain text to other machines, or behind a proxy without a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from khaos_assets.config import ConfigurationError
from khaos_assets.config.portal import Portal
from khaos_assets.portal.serving import refuse_unsafe

TLS = {"tls_cert": Path("cert.pem"), "tls_key": Path("key.pem")}
PUBLIC = {"public_url": "https://recon.example.com"}
LONG = "sixteen letters and more"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_on_this_machine_it_is_served_as_it_stands(host: str) -> None:
    refuse_unsafe(Portal(host=host), secret="")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "recon.example.com"])
def test_other_machines_want_tls_or_a_proxy_and_a_name(host: str) -> None:
    with pytest.raises(ConfigurationError, match="tls_cert and tls_key, or a"):
        refuse_unsafe(Portal.model_validate({"host": host} | PUBLIC), secret="")
    with pytest.raises(ConfigurationError, match="public_url"):
        refuse_unsafe(Portal.model_validate({"host": host} | TLS), secret="")
    refuse_unsafe(Portal.model_validate({"host": host} | TLS | PUBLIC), secret="")
    refuse_unsafe(Portal.model_validate({"host": host, "proxy": {}} | PUBLIC), secret=LONG)


@pytest.mark.parametrize("secret", ["", "too short"])
def test_a_proxy_wants_a_secret(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="PORTAL_PROXY_SECRET"):
        refuse_unsafe(Portal.model_validate({"proxy": {}} | PUBLIC), secret=secret)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"tls_cert": "x.pem"}, "given together"),
        ({"proxy": {}}, "public_url is wanted"),
        ({"public_url": "recon.example.com"}, "https://host"),
        ({"public_url": "https://recon.example.com/portal"}, "without a path"),
        ({"public_url": "ftp://recon.example.com"}, "https://host"),
        ({"proxy": {"roles": {"staff": ["king"]}}} | PUBLIC, "pattern"),
        ({"proxy": {"peers": ["somewhere"]}} | PUBLIC, "proxy.peers"),
        ({"idle_minutes": 0}, "idle_minutes"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Portal.model_validate(given)
    assert says in str(refused.value)


def test_cookies_are_secure_wherever_browsers_come_by_tls() -> None:
    assert Portal.model_validate(TLS).by_tls
    assert Portal.model_validate(PUBLIC | {"proxy": {}}).by_tls
    assert not Portal().by_tls and not Portal(public_url="http://recon.internal").by_tls
