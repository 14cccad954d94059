"""Where somebody is led on to after signing in: to a page of this portal, whatever an address says."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.portal.access.refusals import local

PIECES = st.sampled_from([
    "/", "//", "\\", "http:", "javascript:", "@", "evil.example", "\t", "\n", "%2f", "?", "#", " ", "cases", "..", ":",
    "[", "]", "\u202e", "ﬁ", "\x00",
])  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map("".join)))
def test_nobody_is_led_to_another_host(text: str) -> None:
    found = local(text)
    assert found.startswith("/") and found[1:2] not in ("/", "\\")
    assert not any(ord(c) < 32 for c in found)
    led = urlsplit(urljoin("https://recon.example.com/sign-in", found))
    assert (led.scheme, led.netloc) == ("https", "recon.example.com")


@pytest.mark.parametrize("path", ["/", "/cases/abc", "/exceptions?text=a%20b&late=1", "/orders/1?from=//x"])
def test_addresses_of_ours_are_kept(path: str) -> None:
    assert local(path) == path


@pytest.mark.parametrize(
    "path",
    ["", "cases", "//evil.example", "/\\evil.example", "https://evil.example/", "/sign-in?next=/", "/sign-out",
     "/\t/evil.example", "/" + "x" * 3000],
)  # fmt: skip
def test_all_others_lead_to_the_overview(path: str) -> None:
    assert local(path) == "/"
